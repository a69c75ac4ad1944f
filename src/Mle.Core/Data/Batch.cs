namespace Mle;

/// <summary>
/// Many independent data sets, one after another: data set d is the rows Offsets[d] to Offsets[d + 1] of every column.
/// </summary>
/// <param name="values">The observations; NaN is never valid.</param>
/// <param name="offsets">Where each data set begins, and the end of the last: one more than there are data sets.</param>
/// <param name="weights">Frequency weights, or empty for all 1: the log-likelihood is Σ wᵢ log f(xᵢ), n is Σ wᵢ.</param>
/// <param name="trials">Binomial trials, or empty.</param>
public sealed class Batch(
    ReadOnlyMemory<double> values, long[] offsets,
    ReadOnlyMemory<double> weights = default, ReadOnlyMemory<double> trials = default)
{
    public ReadOnlyMemory<double> Values { get; } = values;

    public IReadOnlyList<long> Offsets => offsets;

    public ReadOnlyMemory<double> Weights { get; } = weights;

    public ReadOnlyMemory<double> Trials { get; } = trials;

    /// <summary>The number of data sets.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>One data set.</summary>
    public static Batch Single(
        ReadOnlyMemory<double> values, ReadOnlyMemory<double> weights = default, ReadOnlyMemory<double> trials = default) =>
        new(values, [0, values.Length], weights, trials);

    /// <summary>Data sets of the same length, as a row-major matrix holds them.</summary>
    /// <exception cref="ArgumentException">The number of values is not a multiple of the length.</exception>
    public static Batch Equal(ReadOnlyMemory<double> values, int length)
    {
        if (length < 1 || values.Length % length != 0)
            throw new ArgumentException($"{values.Length} values cannot be cut into data sets of {length}.", nameof(length));
        var offsets = new long[values.Length / length + 1];
        for (int d = 0; d < offsets.Length; d++)
            offsets[d] = (long)d * length;
        return new(values, offsets);
    }

    internal ReadOnlySpan<long> Bounds => offsets;
}
