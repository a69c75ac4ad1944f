namespace Mle;

/// <summary>An interval of one replicate.</summary>
/// <param name="Low">NaN where there is no interval.</param>
/// <param name="Covers">Whether it holds the true value; null where there is none.</param>
public sealed record ReplicateInterval(string Method, string Term, double Level, double Low, double High, double Error, bool? Covers);

/// <summary>One replicate of a cell as a study sees it, for replays and tables.</summary>
/// <param name="Verdict">Of its fit.</param>
/// <param name="Estimates">One for each estimand: infinite where it runs there, NaN where there is none.</param>
/// <param name="Intervals">One for each method, estimand and level, in this order; each with the method's standard error, or NaN.</param>
public sealed record ReplicateResult(Verdict Verdict, IReadOnlyList<double> Estimates, IReadOnlyList<ReplicateInterval> Intervals)
{
    /// <summary>Some replicates of a cell.</summary>
    /// <param name="first">The number of the first, from 0.</param>
    /// <param name="options">Threads and cancellation.</param>
    public static IReadOnlyList<ReplicateResult> Of(IEngine engine, Study study, int cell, uint first, int count, FitOptions options)
    {
        var judged = new Judged(engine, study, cell, first, count, options);
        var estimands = study.Cells[cell].Estimands;
        return [.. Enumerable.Range(0, count).Select(f => new ReplicateResult(
            judged.Fits[f].Verdict, [.. judged.Values.Select(values => values[f])],
            [.. from m in Enumerable.Range(0, study.Methods.Count)
                from t in Enumerable.Range(0, estimands.Count)
                from l in Enumerable.Range(0, study.Levels.Count)
                let low = judged.Low[m][t, l, f]
                let high = judged.High[m][t, l, f]
                let θ = estimands[t].Truth
                select new ReplicateInterval(study.Methods[m].Name, estimands[t].Name, study.Levels[l], low, high, judged.Errors[m, t]?[f] ?? double.NaN,
                    double.IsFinite(θ) ? low <= θ && θ <= high : null)]))];
    }
}
