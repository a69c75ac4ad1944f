namespace Mle;

/// <summary>
/// The likelihood ratio's distribution by the parametric bootstrap: samples drawn at the null's estimates, and both models fitted to
/// each. p = (1 + #{T* ≥ T})/(B + 1), so that it is never 0 (Davison and Hinkley, Bootstrap Methods, 1997, section 4.4).
/// </summary>
/// <remarks>Replicate r of data set d draws its observations at the address (seed, Data, d, r), whatever the engine or the number of threads.</remarks>
public sealed class NullBootstrap(IEngine engine, NestedTest test, int replicates, ulong seed)
{
    /// <summary>Numbers that one call of the engine is given: 32 MiB.</summary>
    const int Chunk = 1 << 22;

    static readonly Status[] usable = [Status.Interior, Status.Nonregular, Status.Boundary];

    Specification Null => test.Nesting.Null;

    Specification Alternative => test.Nesting.Alternative;

    /// <summary>Why data of this kind cannot be drawn; null where they can.</summary>
    public static string? Refuses(Batch batch) =>
        !batch.Upper.IsEmpty ? "of censored rows it is not known when they would have been censored, so that none can be drawn"
        : !batch.TruncatedBelow.IsEmpty || !batch.TruncatedAbove.IsEmpty ? "truncated observations are not drawn"
        : !batch.Weights.IsEmpty ? "rows with weights stand for more observations than one, and one is drawn for each row"
        : null;

    /// <summary>The test of data set d. Replicates to which one of the models cannot be fitted are counted apart, not as small or large.</summary>
    /// <param name="progress">Told how many replicates of this data set are done.</param>
    public TestResult Of(int d, IProgress<long>? progress = null)
    {
        var observed = test.LikelihoodRatio(d);
        if (double.IsNaN(observed.Statistic) || double.IsPositiveInfinity(observed.Statistic))
            return observed;
        if ((Refuses(Null.Batch) ?? (usable.Contains(test.Null.Status[d]) ? null : $"there is no distribution to draw from: the null's verdict is {Verdict.Word(test.Null.Status[d])}")) is { } why)
            return observed with { LogPValue = double.NaN, Reference = Reference.None, Remark = $"no bootstrap: {why}" };
        double[] at = [.. Enumerable.Range(0, test.Null.Parameters.Count).Select(i => test.Null.Estimates(i)[d])];
        int length = (int)(Null.Batch.Offsets[d + 1] - Null.Batch.Offsets[d]);
        int columns = 2 + Null.Batch.Predictors.Values.Concat(Alternative.Batch.Predictors.Values).Sum(p => p.Columns.Count);
        int together = Math.Clamp(Chunk / Math.Max(1, length * columns), 1, replicates);
        var sampler = Sampler.Of(Null.Family);
        double least = observed.Statistic - 1e-9 * (1 + observed.Statistic);
        int beyond = 0, failed = 0;
        for (int first = 0; first < replicates; first += together)
        {
            int count = Math.Min(together, replicates - first), begin = first;
            var values = new double[count * length];
            Parallel.For(0, count, new() { MaxDegreeOfParallelism = Null.Options.Workers, CancellationToken = Null.Options.Cancellation },
                r => sampler.Fill(at, Null.Batch, d, new(seed, Purpose.Data, (uint)d, (uint)(begin + r)), values.AsSpan(r * length, length)));
            var (small, large) = (Fit(engine, Null, d, values, count), Fit(engine, Alternative, d, values, count));
            for (int r = 0; r < count; r++)
            {
                double statistic = 2 * (NestedTest.Supremum(large[r]) - NestedTest.Supremum(small[r]));
                failed += double.IsFinite(statistic) ? 0 : 1;
                beyond += Math.Max(statistic, 0) >= least ? 1 : 0;
            }
            progress?.Report(first + count);
        }
        return observed with
        {
            LogPValue = Math.Log((1.0 + beyond) / (replicates - failed + 1)),
            Reference = Reference.Bootstrap,
            Remark = $"{replicates} samples drawn from the null's fit" + (failed > 0 ? $", {failed} of which had no maximum and are not counted" : ""),
        };
    }

    /// <summary>Fits of other responses at the same rows, several times over.</summary>
    static FitTable Fit(IEngine engine, Specification model, int d, double[] values, int times) =>
        engine.Fit(model.Family, model.Batch.Select([.. Enumerable.Repeat(d, times)]).With(values, default), model.Options with { Progress = null });
}
