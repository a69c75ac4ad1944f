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
public readonly struct Summary<R>(R size, Row<R> sums, R variance, R low, R high, R medianLow, R medianHigh, R spread)
    where R : unmanaged, IReal<R>
{
    public readonly R Size = size;
    public readonly Row<R> Sums = sums;
    public readonly R Variance = variance, Low = low, High = high, MedianLow = medianLow, MedianHigh = medianHigh, Spread = spread;

    /// <summary>The mean of the first statistic.</summary>
    public R Mean => Sums.A / Size;

    public R Median => 0.5 * (MedianLow + MedianHigh);
}
