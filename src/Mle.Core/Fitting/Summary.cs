namespace Mle;

/// <summary>What one pass over a standardised data set leaves: all that a collapsed family ever needs.</summary>
/// <param name="size">n = Σ w.</param>
/// <param name="sums">Σ w t.</param>
/// <param name="variance">Σ w (t.A − mean)²/n, of the first statistic.</param>
/// <param name="low">The smallest x with positive weight.</param>
/// <param name="high">The largest.</param>
/// <param name="order">Order statistics, for families that ask for them.</param>
public struct Summary<R>(R size, Row<R> sums, R variance, R low, R high, Order<R> order = default) where R : unmanaged, IReal<R>
{
    public R Size = size;

    public Row<R> Sums = sums;

    public R Variance = variance, Low = low, High = high;

    public Order<R> Order = order;

    /// <summary>The observation at about j/8 of the sorted ones, or for large samples of some of them: places to start from.</summary>
    public readonly R Octile(int j) => j switch
    {
        0 => Low,
        1 => Order.A,
        2 => Order.B,
        3 => Order.C,
        4 => Order.D,
        5 => Order.E,
        6 => Order.F,
        7 => Order.G,
        _ => High,
    };

    /// <summary>The mean of the first statistic.</summary>
    public readonly R Mean => Sums.A / Size;
}

/// <summary>Order statistics of x.</summary>
/// <param name="medianLow">The lower end of the interval of weighted medians.</param>
/// <param name="medianHigh">Its upper end.</param>
/// <param name="spread">The median of |x − Median|.</param>
/// <param name="tiesLow">The weight of all observations equal to MedianLow.</param>
/// <param name="tiesHigh">The weight of all observations equal to MedianHigh.</param>
/// <param name="a">The first octile; b to g are the others.</param>
public readonly struct Order<R>(R medianLow, R medianHigh, R spread, R tiesLow, R tiesHigh, R a, R b, R c, R d, R e, R f, R g)
    where R : unmanaged, IReal<R>
{
    public readonly R MedianLow = medianLow, MedianHigh = medianHigh, Spread = spread, TiesLow = tiesLow, TiesHigh = tiesHigh;

    public readonly R A = a, B = b, C = c, D = d, E = e, F = f, G = g;

    public R Median => 0.5 * (MedianLow + MedianHigh);
}
