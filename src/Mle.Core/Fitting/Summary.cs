namespace Mle;

/// <summary>What one pass over a standardised data set leaves: all that a collapsed family ever needs.</summary>
/// <param name="size">n = Σ w.</param>
/// <param name="sums">Σ w t.</param>
/// <param name="variance">Σ w (t.A − mean)²/n, of the first statistic.</param>
/// <param name="low">The smallest x with positive weight.</param>
/// <param name="high">The largest.</param>
/// <param name="medianLow">The lower end of the interval of weighted medians of x, for families that ask for it.</param>
/// <param name="medianHigh">Its upper end.</param>
/// <param name="spread">The median of |x − Median|, likewise.</param>
/// <param name="order">More order statistics, likewise.</param>
public readonly struct Summary<R>(
    R size, Row<R> sums, R variance, R low, R high, R medianLow, R medianHigh, R spread, Order<R> order = default)
    where R : unmanaged, IReal<R>
{
    public readonly R Size = size;
    public readonly Row<R> Sums = sums;
    public readonly R Variance = variance, Low = low, High = high, MedianLow = medianLow, MedianHigh = medianHigh, Spread = spread;

    readonly Order<R> order = order;

    /// <summary>The weight of all observations equal to MedianLow.</summary>
    public R TiesLow => order.TiesLow;

    /// <summary>The weight of all observations equal to MedianHigh.</summary>
    public R TiesHigh => order.TiesHigh;

    /// <summary>The observation at about j/8 of the sorted ones, or for large samples of some of them: places to start from.</summary>
    public R Octile(int j) => j switch
    {
        0 => Low,
        1 => order.A,
        2 => order.B,
        3 => order.C,
        4 => order.D,
        5 => order.E,
        6 => order.F,
        7 => order.G,
        _ => High,
    };

    /// <summary>The mean of the first statistic.</summary>
    public R Mean => Sums.A / Size;

    public R Median => 0.5 * (MedianLow + MedianHigh);
}

/// <summary>How many observations tie at the medians, and the octiles but the first and last.</summary>
public readonly struct Order<R>(R tiesLow, R tiesHigh, R a, R b, R c, R d, R e, R f, R g) where R : unmanaged, IReal<R>
{
    public readonly R TiesLow = tiesLow, TiesHigh = tiesHigh, A = a, B = b, C = c, D = d, E = e, F = f, G = g;
}
