namespace Mle;

/// <summary>One performance measure with its Monte-Carlo standard error.</summary>
/// <param name="Method">How an interval is made, with its level where there are several; mle for the estimator itself.</param>
/// <param name="Term">The estimand; empty for what concerns the fits.</param>
/// <param name="Stat">rsimsum's name: bias, empse, modelse, cover, …</param>
/// <param name="Estimate">NaN where it is refused, which the note explains.</param>
/// <param name="Error">NaN for counts and for what has none.</param>
public sealed record Measure(string Method, string Term, string Stat, double Estimate, double Error, string? Note = null);

/// <summary>The blocks of one cell added up in their order: of a sequential study those up to where it stops.</summary>
/// <remarks>
/// Measures and their errors are those of Morris, White and Crowther, Statistics in Medicine 38, 2019, table 6, but for errors of
/// variances, which use the fourth moment m₄ in place of the normal's 3σ⁴: var(s²) = (m₄ − σ⁴(n − 3)/(n − 1))/n.
/// </remarks>
public sealed class CellResult
{
    const string Estimator = "mle", NoTruth = "the family fitted is not the one that generates, and nothing says what it is to estimate";

    readonly Study study;
    readonly Cell cell;
    readonly Block sum;

    /// <param name="number">Of the cell.</param>
    public CellResult(Study study, int number)
    {
        (this.study, cell, Number) = (study, study.Cells[number], number);
        sum = new(study, number);
    }

    public int Number { get; }

    /// <summary>Blocks taken.</summary>
    public int Blocks { get; private set; }

    public long Replicates => sum.Replicates;

    /// <summary>Whether no further block is needed.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes the next block, in order; nothing once <see cref="IsDone"/>.</summary>
    public void Add(Block block)
    {
        if (IsDone)
            return;
        sum.Add(block);
        Blocks++;
        IsDone = Blocks == study.Blocks
            || (study.IsSequential && Replicates >= Study.Least && Covering().All(c => HalfWidth(c.Coverage, Replicates) <= study.HalfWidth));
    }

    /// <summary>Half of Wilson's 95 % interval of a share of n.</summary>
    internal static double HalfWidth(double share, double n)
    {
        const double z = 1.959963984540054;
        return z * Math.Sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    }

    /// <summary>The coverage farthest from its level, and of what; null before the first block or without a truth.</summary>
    public (string Method, string Term, double Coverage)? Worst
    {
        get
        {
            if (Replicates == 0)
                return null;
            var all = Covering().OrderByDescending(c => Math.Abs(c.Coverage - c.Level)).ToArray();
            return all.Length == 0 ? null : (all[0].Method, all[0].Term, all[0].Coverage);
        }
    }

    IEnumerable<(string Method, string Term, double Level, double Coverage)> Covering() =>
        from m in Enumerable.Range(0, study.Methods.Count)
        from t in Enumerable.Range(0, cell.Estimands.Count)
        where double.IsFinite(cell.Estimands[t].Truth)
        from l in Enumerable.Range(0, study.Levels.Count)
        select (Name(m, l), cell.Estimands[t].Name, study.Levels[l], sum.Coverages[m, t, l].Covering / (double)Replicates);

    string Name(int m, int l) => study.Levels.Count == 1 ? study.Methods[m].Name : FormattableString.Invariant($"{study.Methods[m].Name}@{study.Levels[l]}");

    /// <summary>All measures, first those of the fits, then of each estimand its estimates and its intervals.</summary>
    public IReadOnlyList<Measure> Summarize()
    {
        List<Measure> made = [new(Estimator, "", "nsim", Replicates, double.NaN)];
        for (int s = 0; s < sum.Verdicts.Length; s++)
            if (sum.Verdicts[s] > 0)
                made.Add(new(Estimator, "", Verdict.Word((Status)s), sum.Verdicts[s], double.NaN));
        if (KullbackLeibler.Of(cell.Scenario) is { } law && sum.NegativeLogLikelihood.Count > 0)
            made.Add(new(Estimator, "", "kl", sum.NegativeLogLikelihood.Mean - law.Entropy, sum.NegativeLogLikelihood.ErrorOfMean,
                "mean −loglik/n less the entropy of what was drawn: the divergence of the nearest distribution, less half the number of parameters over n"));
        for (int t = 0; t < cell.Estimands.Count; t++)
        {
            Estimates(made, t);
            for (int m = 0; m < study.Methods.Count; m++)
            {
                Errors(made, m, t);
                for (int l = 0; l < study.Levels.Count; l++)
                    Intervals(made, m, t, l);
            }
        }
        return made;
    }

    void Estimates(List<Measure> made, int t)
    {
        var (estimand, d, frame) = (cell.Estimands[t], sum.Deviations[t], Frame.Of(cell.Estimands[t]));
        double n = d.First.Count, all = n + d.Infinite;
        bool conditional = d.Failed > 0;
        string suffix = conditional ? ".conditional" : "";
        string? some = conditional ? FormattableString.Invariant($"of the {n} of {Replicates} replicates that have a finite estimate") : null;
        void Put(string stat, double estimate, double error, string? note = null) => made.Add(new(Estimator, estimand.Name, stat, estimate, error, note));

        if (conditional)
            Put("failed", d.Failed, double.NaN, FormattableString.Invariant($"{d.Missing} without an estimate, {d.Infinite} infinite"));
        // Replicates without an estimate have no side, so there is no median of all of them.
        double middle = all / 2, off = Math.Sqrt(all) / 2;
        double Quantile(double rank) => frame.Center + frame.Unit * d.Sketch.At(rank);
        Put(d.Missing > 0 ? "thetamedian.conditional" : "thetamedian", Quantile(middle), (Quantile(middle + off) - Quantile(middle - off)) / 2,
            d.Missing > 0 ? FormattableString.Invariant($"of the {all} of {Replicates} replicates that have an estimate") : null);
        if (n == 0)
            return;
        double mean = d.Mean, square = d.Second.Mean, variance = d.Variance, errorOfVariance = d.ErrorOfVariance;
        double deviation = Math.Sqrt(variance), errorOfMean = deviation / Math.Sqrt(n);
        Put("thetamean" + suffix, frame.Center + frame.Unit * mean, frame.Unit * errorOfMean, some);
        string? refusal = conditional ? $"{d.Failed} replicates have no finite estimate: what is unconditional has no value"
            : double.IsFinite(estimand.Truth) ? null : NoTruth;
        if (refusal is not null)
        {
            Put("bias", double.NaN, double.NaN, refusal);
            Put("mse", double.NaN, double.NaN, refusal);
        }
        else
        {
            Put("bias", frame.Unit * mean, frame.Unit * errorOfMean, estimand.Target);
            if (estimand.Truth != 0)
                Put("rbias", frame.Unit * mean / estimand.Truth, frame.Unit * errorOfMean / Math.Abs(estimand.Truth));
            Put("mse", frame.Unit * frame.Unit * square, frame.Unit * frame.Unit * d.Second.ErrorOfMean);
        }
        Put("empse" + suffix, frame.Unit * deviation, frame.Unit * errorOfVariance / (2 * deviation), some);
        if (!conditional && Bound(estimand) is { } bound)
        {
            double efficiency = bound / (frame.Unit * frame.Unit * variance);
            Put("efficiency", efficiency, efficiency * errorOfVariance / variance, "the Cramér–Rao bound over the variance");
        }
    }

    /// <summary>
    /// Quantiles of (θ̂ − θ)/σ, σ² the Cramér–Rao bound, or where there is none of (θ̂ − mean)/s: those of the standard normal
    /// in large samples of regular families.
    /// </summary>
    /// <param name="term">The name of an estimand.</param>
    /// <returns>NaN before the first block; infinite where estimates are.</returns>
    /// <exception cref="ArgumentException">There is no such estimand.</exception>
    public double[] Standardized(string term, IReadOnlyList<double> probabilities)
    {
        int t = cell.Estimands.ToList().FindIndex(e => e.Name == term);
        if (t < 0)
            throw new ArgumentException($"There is no estimand '{term}'; there are {string.Join(", ", cell.Estimands.Select(e => e.Name))}.");
        var (d, estimand) = (sum.Deviations[t], cell.Estimands[t]);
        double? bound = double.IsFinite(estimand.Truth) ? Bound(estimand) : null;
        double center = bound is null ? d.Mean : 0, scale = bound is { } b ? Math.Sqrt(b) / Frame.Of(estimand).Unit : Math.Sqrt(d.First.Variance);
        double all = d.First.Count + d.Infinite;
        return [.. probabilities.Select(p => (d.Sketch.At(p * all) - center) / scale)];
    }

    /// <summary>gᵀI⁻¹g/n of the generating family; null where there is none.</summary>
    double? Bound(Estimand estimand)
    {
        if (estimand.Generating is not { } of)
            return null;
        var (scenario, family) = (cell.Scenario, cell.Scenario.Family);
        double[] at = [.. scenario.Parameters];
        try
        {
            var data = new Generated(study, Number, 0, 1).Make(0, 1);
            var options = cell.Fitted.Name == family.Name ? cell.Options : new();
            var rows = Contributions.Of(family, data, 0, at, options);
            double[,] c = Covariance.Of(rows, CovarianceKind.Expected);
            int[] places = new int[at.Length];
            Array.Fill(places, -1);
            for (int i = 0; i < rows.Free.Count; i++)
                places[rows.Free[i]] = i;
            double error = of.Delta(at, (i, j) => places[i] < 0 || places[j] < 0 ? 0 : c[places[i], places[j]]).Error;
            return error > 0 && double.IsFinite(error) ? error * error : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    void Errors(List<Measure> made, int m, int t)
    {
        var (spread, d, frame) = (sum.Spreads[m, t], sum.Deviations[t], Frame.Of(cell.Estimands[t]));
        double n = spread.V.Count, all = d.First.Count;
        if (n < 2 || all < 2)
            return;
        string name = study.Methods[m].Name, suffix = n < Replicates ? ".conditional" : "";
        string? some = n < Replicates ? FormattableString.Invariant($"of the {n} of {Replicates} replicates that have a standard error") : null;
        double v = spread.V.Mean, model = Math.Sqrt(v), errorOfSquare = spread.V.ErrorOfMean;
        made.Add(new(name, cell.Estimands[t].Name, "modelse" + suffix, frame.Unit * model, frame.Unit * errorOfSquare / (2 * model), some));
        if (n < all || d.Failed > 0)
            return;
        double mean = d.Mean, s2 = d.Variance, errorOfVariance = d.ErrorOfVariance;
        double together = (spread.WithSquare / n - 2 * mean * spread.WithD / n + mean * mean * v - v * d.First.Variance) / n;
        double ratio = Math.Sqrt(v / s2), error = ratio / 2 * Math.Sqrt(Math.Max(0, errorOfSquare * errorOfSquare / (v * v) + errorOfVariance * errorOfVariance / (s2 * s2) - 2 * together / (v * s2)));
        made.Add(new(name, cell.Estimands[t].Name, "relerror", 100 * (ratio - 1), 100 * error, "in percent"));
    }

    void Intervals(List<Measure> made, int m, int t, int l)
    {
        var (coverage, d, estimand, frame) = (sum.Coverages[m, t, l], sum.Deviations[t], cell.Estimands[t], Frame.Of(cell.Estimands[t]));
        double n = Replicates;
        void Put(string stat, double estimate, double error, string? note = null) => made.Add(new(Name(m, l), estimand.Name, stat, estimate, error, note));
        void Share(string stat, double count, string? note = null)
        {
            double p = Math.Clamp(count / n, 0, 1);
            Put(stat, p, Math.Sqrt(p * (1 - p) / n), note);
        }

        string? missing = coverage.Missing > 0 ? FormattableString.Invariant($"{coverage.Missing} of {n} replicates have no interval, and count as not covering") : null;
        if (double.IsFinite(estimand.Truth))
        {
            Share("cover", coverage.Covering, missing);
            if (d.Failed == 0)
                Share("becover", coverage.Low.Below(d.Mean) - coverage.High.Below(d.Mean), "coverage of the mean estimate");
        }
        else
            Put("cover", double.NaN, double.NaN, NoTruth);
        if (!double.IsNaN(estimand.Null))
            Share("power", coverage.Rejecting);
        if (coverage.Missing > 0)
            Put("nonexistent", coverage.Missing, double.NaN);
        bool some = coverage.Missing + coverage.Unbounded > 0;
        if (coverage.Length.Count > 0)
            Put(some ? "length.conditional" : "length", frame.Unit * coverage.Length.Mean, frame.Unit * coverage.Length.ErrorOfMean,
                some ? FormattableString.Invariant($"of the {coverage.Length.Count} of {n} replicates that have a finite interval") : null);
    }
}
