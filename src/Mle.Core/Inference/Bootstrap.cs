namespace Mle;

/// <summary>Where the replicates of a bootstrap come from.</summary>
public enum BootstrapKind
{
    /// <summary><see cref="Resampling.Nonparametric"/>.</summary>
    Nonparametric,

    /// <summary><see cref="Draws"/> from the fitted model.</summary>
    Parametric,

    /// <summary><see cref="Resampling.Bayesian"/>.</summary>
    Bayesian,

    /// <summary><see cref="Resampling.Poisson"/>.</summary>
    Poisson,
}

/// <summary>How an interval is made from replicates.</summary>
public enum BootstrapInterval
{
    /// <summary>θ̂ − bias ± z·se.</summary>
    Normal,

    /// <summary>2θ̂ less the replicates' quantiles.</summary>
    Basic,

    /// <summary>The replicates' quantiles.</summary>
    Percentile,

    /// <summary>θ̂ − se·q with the quantiles q of (θ* − θ̂)/se*; on the log scale for parameters that live there.</summary>
    Studentized,

    /// <summary>Quantiles at levels corrected for bias and acceleration.</summary>
    Bca,
}

/// <summary>What a bootstrap is of.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Of">In the reported parameters.</param>
/// <param name="Scale">Where studentized intervals are made: Log, or else its own scale.</param>
public sealed record BootstrapTarget(string Name, Quantity Of, Link Scale = Link.Identity);

/// <summary>How a bootstrap is made.</summary>
/// <param name="Replicates">B, for each data set.</param>
/// <param name="Seed">The same seed gives the same replicates on every engine, for any number of threads, and whatever else is in the batch.</param>
/// <param name="Kind">Where they come from.</param>
/// <param name="Level">Of the intervals.</param>
public sealed record BootstrapPlan(int Replicates = 999, ulong Seed = 1, BootstrapKind Kind = BootstrapKind.Nonparametric, double Level = 0.95)
{
    /// <summary>The intervals wanted; studentized ones cost a standard error in every replicate.</summary>
    public IReadOnlyCollection<BootstrapInterval> Intervals { get; init; } = Enum.GetValues<BootstrapInterval>();

    /// <summary>The number of the batch's first data set, where the batch is a part of more.</summary>
    public uint First { get; init; }

    /// <summary>A number for every row: see <see cref="Resamples"/>. Or empty.</summary>
    public ReadOnlyMemory<int> Strata { get; init; }

    /// <summary>Likewise.</summary>
    public ReadOnlyMemory<int> Clusters { get; init; }
}

/// <summary>One interval.</summary>
/// <param name="Extreme">Whether an end is the smallest or largest replicate, because there are too few for this level.</param>
/// <param name="Refusal">Why there is none, or null; then both ends are NaN.</param>
public readonly record struct BootstrapBounds(double Low, double High, bool Extreme = false, string? Refusal = null)
{
    public static BootstrapBounds None(string why) => new(double.NaN, double.NaN, false, why);
}

/// <summary>What the replicates say of one quantity.</summary>
/// <param name="Estimate">θ̂, of the data themselves; NaN where there is none.</param>
/// <param name="Bias">The mean of the replicates less θ̂; NaN where one is infinite.</param>
/// <param name="StandardError">Their standard deviation, divisor B − 1; likewise.</param>
/// <param name="ErrorOfStandardError">What it may be off by because B is finite, s √((m₄/m₂² − 1)/4B).</param>
/// <param name="Used">How many replicates have a value, infinite ones included.</param>
/// <param name="Infinite">How many of these are infinite.</param>
/// <param name="Acceleration">a of BCa; NaN where it was not asked for.</param>
/// <param name="BiasCorrection">z₀ of BCa; infinite where all replicates lie on one side of θ̂.</param>
public sealed record BootstrapEstimate(
    string Name, double Estimate, double Bias, double StandardError, double ErrorOfStandardError, int Used, int Infinite,
    double Acceleration, double BiasCorrection, IReadOnlyDictionary<BootstrapInterval, BootstrapBounds> Intervals)
{
    /// <summary>θ̂ less the bias.</summary>
    public double BiasCorrected => Estimate - Bias;
}

/// <summary>The bootstrap of one data set.</summary>
/// <param name="Fit">Of the data themselves.</param>
/// <param name="Verdicts">How many replicates ended with each verdict.</param>
/// <param name="Estimates">One for each target.</param>
public sealed record BootstrapFit(Fit Fit, IReadOnlyDictionary<Status, int> Verdicts, IReadOnlyList<BootstrapEstimate> Estimates);

/// <summary>
/// Bootstrap of the estimates of batches. A replicate without a finite maximum takes part as the value that its parameters run
/// to, where the verdict names one; others have no value, and are counted.
/// </summary>
/// <remarks>
/// Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 12 to 14; Davison and Hinkley, Bootstrap Methods and their
/// Application, 1997, ch. 5: quantiles as in R's boot, the order statistic (B + 1)p, or between two of them on the scale of
/// normal quantiles.
/// </remarks>
public sealed class Bootstrap
{
    /// <summary>Fits of replicates in one table: 100 MB or so.</summary>
    const int Together = 1 << 20;

    /// <summary>Most leave-some-out fits for an acceleration: the third moment of groups' sums is that of rows.</summary>
    const int Groups = 200;

    /// <summary>Rows drawn from a fitted model for the skewness of its score.</summary>
    const int ScoreRows = 1 << 15;

    readonly IEngine engine;
    readonly Family family;
    readonly Batch batch;
    readonly BootstrapPlan plan;
    readonly IReadOnlyList<BootstrapTarget> targets;
    readonly FitOptions options;

    Bootstrap(IEngine engine, Family family, Batch batch, BootstrapPlan plan, IReadOnlyList<BootstrapTarget> targets, FitOptions options)
    {
        if (plan.Replicates < 2)
            throw new ArgumentException($"{plan.Replicates} replicates: a bootstrap needs at least 2.");
        if (!(plan.Level is > 0 and < 1))
            throw new ArgumentException(FormattableString.Invariant($"The level {plan.Level} must be between 0 and 1."));
        bool groups = !plan.Strata.IsEmpty || !plan.Clusters.IsEmpty;
        if (IsParametric(plan) && groups)
            throw new ArgumentException("Strata and clusters are resampled; a parametric bootstrap draws independent observations.");
        (this.engine, this.family, this.batch, this.plan, this.targets) = (engine, family, batch, plan, targets);
        // A model that is true needs no sandwich.
        this.options = options with { Detail = Detail.Complete, Information = IsParametric(plan) ? Information.Default : Information.Robust };
    }

    static bool IsParametric(BootstrapPlan plan) => plan.Kind == BootstrapKind.Parametric;

    Resampling Resampled => plan.Kind switch
    {
        BootstrapKind.Bayesian => Resampling.Bayesian,
        BootstrapKind.Poisson => Resampling.Poisson,
        _ => Resampling.Nonparametric,
    };

    bool Studentizes => plan.Intervals.Contains(BootstrapInterval.Studentized) && batch.Weighting == Weighting.Frequency;

    /// <summary>The free parameters of a fit as targets, each on its own scale.</summary>
    public static IReadOnlyList<BootstrapTarget> Parameters(Family family, Batch batch, IReadOnlyList<string> parameters, FitOptions options) =>
        [.. Enumerable.Range(0, parameters.Count).Where(i => !options.Fixed.ContainsKey(parameters[i])).Select(i => new BootstrapTarget(
            parameters[i], Quantity.Parameter(i, parameters.Count),
            // Coefficients are on the scale of the predictor already.
            batch.Predictors.ContainsKey(parameters[i]) ? Link.Identity : family.Info.Parameters.FirstOrDefault(p => p.Name == parameters[i])?.Link ?? Link.Identity))];

    /// <summary>The bootstrap of every data set of a batch.</summary>
    /// <param name="targets">What is wanted of the parameters, given their names; null for the free ones themselves.</param>
    /// <param name="options">Its Progress is told how many replicates are fitted.</param>
    /// <exception cref="ArgumentException">The plan does not suit the data, as <see cref="Resamples"/> and <see cref="Draws"/> say.</exception>
    public static BootstrapFit[] Of(
        IEngine engine, Family family, Batch batch, BootstrapPlan plan, FitOptions options,
        Func<IReadOnlyList<string>, IReadOnlyList<BootstrapTarget>>? targets = null) =>
        Of(engine, family, batch, plan, [plan.Level], options, targets)[0];

    /// <summary>The same at several levels, all from the same replicates.</summary>
    internal static BootstrapFit[][] Of(
        IEngine engine, Family family, Batch batch, BootstrapPlan plan, IReadOnlyList<double> levels, FitOptions options,
        Func<IReadOnlyList<string>, IReadOnlyList<BootstrapTarget>>? targets = null)
    {
        var fits = engine.Fit(family, batch, options with { Detail = Detail.Complete, Information = Information.Default, Progress = null });
        var wanted = targets?.Invoke(fits.Parameters) ?? Parameters(family, batch, fits.Parameters, options);
        Bootstrap[] each = [.. levels.Select(level => new Bootstrap(engine, family, batch, plan with { Level = level }, wanted, options))];
        return each[0].Run(fits, each);
    }

    /// <param name="each">This one, and the same at other levels.</param>
    BootstrapFit[][] Run(FitTable fits, Bootstrap[] each)
    {
        BootstrapFit[][] made = [.. each.Select(_ => new BootstrapFit[batch.Count])];
        // Standard errors as the replicates have them.
        var basis = Studentizes && options.Information == Information.Robust ? TryFit(options with { Progress = null }) ?? fits : fits;
        int block = Math.Max(1, Together / plan.Replicates);
        long done = 0;
        for (int first = 0; first < batch.Count; first += block)
        {
            int from = first, count = Math.Min(block, batch.Count - first);
            var data = batch.Select([.. Enumerable.Range(first, count)]);
            var source = Source(data, fits, first);
            var own = options with
            {
                Detail = Studentizes ? Detail.Complete : Detail.Estimates,
                Information = Studentizes && basis != fits ? Information.Robust : Information.Default,
                Progress = options.Progress is { } progress ? new Later(progress, done) : null,
            };
            var replicates = engine.Fit(family, source, own);
            done += replicates.Count;
            Parallel.For(0, count, new() { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancellation },
                i =>
                {
                    for (int l = 0; l < each.Length; l++)
                        made[l][from + i] = each[l].Of(from + i, fits, basis, source, i, replicates);
                });
        }
        return made;
    }

    /// <summary>Null where this family, or these rows, have no robust standard errors.</summary>
    FitTable? TryFit(FitOptions robust)
    {
        try
        {
            return engine.Fit(family, batch, robust);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    Replicates Source(Batch data, FitTable fits, int first)
    {
        int rows = (int)batch.Bounds[first], length = data.Values.Length;
        ReadOnlyMemory<int> Part(ReadOnlyMemory<int> column) => column.IsEmpty ? column : column.Slice(rows, length);
        if (!IsParametric(plan))
            return new Resamples(data, plan.Replicates, plan.Seed, Resampled, Part(plan.Strata), Part(plan.Clusters), plan.First + (uint)first);
        var part = new FitTable(fits.Parameters, fits.FreeParameters, data.Count, Detail.Estimates);
        for (int i = 0; i < fits.Parameters.Count; i++)
            fits.Estimates(i).AsSpan(first, data.Count).CopyTo(part.Estimates(i));
        return new Draws(family, data, part, plan.Replicates, plan.Seed, plan.First + (uint)first);
    }

    /// <summary>Data set d, which is number i of a block.</summary>
    BootstrapFit Of(int d, FitTable fits, FitTable basis, Replicates source, int i, FitTable replicates)
    {
        int B = plan.Replicates;
        var verdicts = new SortedDictionary<Status, int>();
        var values = new double[B][];
        for (int b = 0; b < B; b++)
        {
            var status = replicates.Status[i * B + b];
            verdicts[status] = verdicts.GetValueOrDefault(status) + 1;
            values[b] = Values(replicates, i * B + b);
        }
        var fit = fits[d];
        double[] at = Values(fits, d);
        string? refusal = fit.Status switch
        {
            Status.Interior or Status.Nonregular or Status.Boundary => null,
            Status.InvalidData => $"the data cannot be fitted: {fit.Verdict.Reason}",
            _ => $"the fit has no finite maximum to make intervals about: {fit.Verdict.Reason}",
        };
        var influences = refusal is null && plan.Intervals.Contains(BootstrapInterval.Bca) ? Influences(d, fits, source, i) : null;
        var estimates = new BootstrapEstimate[targets.Count];
        var errors = new double[B];
        for (int t = 0; t < estimates.Length; t++)
        {
            var target = targets[t];
            double[] own = [.. values.Select(target.Of.Value)];
            double estimate = refusal is null ? target.Of.Value(at) : double.NaN;
            double error = double.NaN;
            if (Studentizes && fit.Status == Status.Interior)
            {
                error = Error(target, basis, d);
                for (int b = 0; b < B; b++)
                    errors[b] = replicates.Status[i * B + b] == Status.Interior ? Error(target, replicates, i * B + b) : double.NaN;
            }
            estimates[t] = Estimate(target, estimate, own, error, errors, refusal, fit.Status, influences?[t] ?? double.NaN);
        }
        return new(fit, verdicts, estimates);
    }

    double Error(BootstrapTarget target, FitTable table, int f)
    {
        double[] at = [.. Enumerable.Range(0, table.Parameters.Count).Select(j => table.Estimates(j)[f])];
        return target.Of.Delta(at, (a, b) => table.Covariances(a, b)[f]).Error;
    }

    /// <summary>The parameters of a fit, or where they run to.</summary>
    internal static double[] Values(FitTable table, int f)
    {
        double[] at = [.. Enumerable.Range(0, table.Parameters.Count).Select(j => table.Estimates(j)[f])];
        if (table.Status[f] == Status.NoFiniteMle && table[f].Verdict.Limit is { } limit)
            for (int j = 0; j < at.Length; j++)
                if (double.IsNaN(at[j]) && limit.TryGetValue(table.Parameters[j], out double end))
                    at[j] = end;
        return at;
    }

    BootstrapEstimate Estimate(
        BootstrapTarget target, double estimate, double[] values, double error, double[] errors, string? refusal, Status status, double acceleration)
    {
        double[] used = [.. values.Where(v => !double.IsNaN(v))];
        Array.Sort(used);
        int infinite = used.Count(double.IsInfinity);
        double bias = double.NaN, se = double.NaN, seError = double.NaN;
        if (infinite == 0 && used.Length > 1 && refusal is null)
        {
            double mean = used.Average(v => v - estimate), m2 = used.Average(v => Power(v - estimate - mean, 2)), m4 = used.Average(v => Power(v - estimate - mean, 4));
            (bias, se) = (mean, Math.Sqrt(m2 * used.Length / (used.Length - 1.0)));
            seError = m2 > 0 ? se * Math.Sqrt(Math.Max(0, m4 / (m2 * m2) - 1) / (4 * used.Length)) : 0;
        }
        // Replicates that are the estimate but for rounding tie with it.
        double near = 1e-9 * (double.IsFinite(se) ? se : Math.Abs(estimate)), below = 0;
        foreach (double v in used)
            below += Math.Abs(v - estimate) <= near || v == estimate ? 0.5 : v < estimate ? 1 : 0;
        double z0 = used.Length > 0 ? Quantile(below / used.Length) : double.NaN;
        string? why = refusal ?? (used.Length < 2 ? $"of {values.Length} replicates {used.Length} have a value" : null);
        string? unbounded = why ?? (infinite > 0 ? $"{infinite} of {used.Length} replicates are infinite" : null);
        var intervals = new Dictionary<BootstrapInterval, BootstrapBounds>();
        foreach (var kind in plan.Intervals)
            intervals[kind] = kind switch
            {
                BootstrapInterval.Normal => unbounded is not null ? BootstrapBounds.None(unbounded)
                    : new(estimate - bias - Z * se, estimate - bias + Z * se),
                BootstrapInterval.Basic => why is not null ? BootstrapBounds.None(why) : Basic(estimate, used),
                BootstrapInterval.Percentile => why is not null ? BootstrapBounds.None(why) : Between(used, Tail, 1 - Tail),
                BootstrapInterval.Studentized => Studentized(target, estimate, values, error, errors, why, status),
                _ => why is not null ? BootstrapBounds.None(why) : Bca(used, z0, acceleration),
            };
        return new(target.Name, estimate, bias, se, seError, used.Length, infinite, acceleration, z0, intervals);
    }

    static double Power(double x, int k) => k == 2 ? x * x : x * x * x * x;

    double Tail => (1 - plan.Level) / 2;

    double Z => Quantile(1 - Tail);

    static double Quantile(double p) => p <= 0 ? double.NegativeInfinity : p >= 1 ? double.PositiveInfinity : Normal.Quantile((Real)p).Value;

    BootstrapBounds Basic(double estimate, double[] sorted)
    {
        var (low, high, extreme, _) = Between(sorted, Tail, 1 - Tail);
        return new(2 * estimate - high, 2 * estimate - low, extreme);
    }

    BootstrapBounds Studentized(BootstrapTarget target, double estimate, double[] values, double error, double[] errors, string? why, Status status)
    {
        if (batch.Weighting == Weighting.Sampling)
            return BootstrapBounds.None("rows that are drawn twice are not two rows to the standard errors of sampling weights");
        if (why is not null)
            return BootstrapBounds.None(why);
        if (status != Status.Interior)
            return BootstrapBounds.None($"a {Verdict.Word(status)} fit has no standard error to divide by");
        if (!(error > 0 && double.IsFinite(error)))
            return BootstrapBounds.None("the estimate has no standard error");
        bool log = target.Scale == Link.Log;
        double own = log ? error / estimate : error;
        double[] ratios = [.. values.Select((v, b) => log ? Math.Log(v / estimate) / (errors[b] / v) : (v - estimate) / errors[b]).Where(double.IsFinite)];
        if (ratios.Length < 2)
            return BootstrapBounds.None($"of {values.Length} replicates {ratios.Length} have a standard error");
        Array.Sort(ratios);
        var (low, high, extreme, _) = Between(ratios, Tail, 1 - Tail);
        return log ? new(estimate * Math.Exp(-own * high), estimate * Math.Exp(-own * low), extreme)
            : new(estimate - own * high, estimate - own * low, extreme);
    }

    BootstrapBounds Bca(double[] sorted, double z0, double a)
    {
        if (double.IsInfinity(z0))
            return BootstrapBounds.None("all replicates lie on one side of the estimate");
        if (!double.IsFinite(a))
            return BootstrapBounds.None("the rows' influences have no finite skewness");
        double low = z0 - Z, high = z0 + Z;
        if (!(1 - a * low > 0 && 1 - a * high > 0))
            return BootstrapBounds.None(FormattableString.Invariant($"the acceleration {a:G3} is too large for this level"));
        return Between(sorted, Share(z0 + low / (1 - a * low)), Share(z0 + high / (1 - a * high)));
    }

    static double Share(double z) => Math.Exp(Real.LogNormalCdf(z).Value);

    static BootstrapBounds Between(double[] sorted, double p, double q)
    {
        var (low, lowExtreme) = At(sorted, p);
        var (high, highExtreme) = At(sorted, q);
        return new(low, high, lowExtreme || highExtreme);
    }

    /// <summary>The quantile at p of sorted replicates, and whether it is one of the outermost for want of others.</summary>
    internal static (double Value, bool Extreme) At(double[] sorted, double p)
    {
        int count = sorted.Length;
        double rank = (count + 1) * p, whole = Math.Round(rank);
        if (Math.Abs(rank - whole) <= 1e-9 * rank)
            rank = whole;
        bool extreme = rank <= 1 || rank >= count;
        int k = (int)Math.Floor(Math.Clamp(rank, 0, count));
        if (k == 0 || k == count)
            return (sorted[k == 0 ? 0 : count - 1], extreme);
        double below = sorted[k - 1], above = sorted[k];
        if (rank == k || below == above)
            return (below, extreme);
        if (double.IsInfinity(below) || double.IsInfinity(above))
            return (double.IsInfinity(below) ? below : above, extreme);
        double from = Quantile(k / (count + 1.0)), to = Quantile((k + 1) / (count + 1.0));
        return (below + (Quantile(p) - from) / (to - from) * (above - below), extreme);
    }

    /// <summary>The acceleration of every target: Σl³/(6 (Σl²)^1.5) of the influences l of what is drawn independently.</summary>
    double[] Influences(int d, FitTable fits, Replicates source, int i)
    {
        double[] at = Values(fits, d);
        if (fits.Status[d] != Status.Interior || Directions(d, at) is not { } directions)
            return Jackknife(d);
        if (!IsParametric(plan))
        {
            var rows = Rows(batch, d, at);
            return [.. directions.Select(direction => Skewness(Units(d, Influence(rows, direction)), 1))];
        }
        var drawer = source.Worker();
        int some = Math.Clamp(ScoreRows / Math.Max(1, (int)source.Length(i * source.Count)), 1, source.Count);
        var drawn = Rows(Batch.Join([.. Enumerable.Range(0, some).Select(b => drawer.Make(i, b))]).Together(), 0, at);
        return [.. directions.Select(direction => Skewness(Influence(drawn, direction).Select(l => (l, 1.0)), some))];
    }

    Contributions Rows(Batch data, int d, double[] at) =>
        Contributions.Of(family, data, d, at, options with { Information = Information.Default, Threads = 1, Progress = null });

    /// <summary>
    /// (−H)⁻¹∇g for every target g: what a row's score is multiplied by for its influence, and the least favourable direction.
    /// Null where the likelihood has no smooth score or information.
    /// </summary>
    double[][]? Directions(int d, double[] at)
    {
        var rows = Rows(batch, d, at);
        if (rows.Undefined.Count > 0)
            return null;
        double[,] c = Covariance.Of(rows, CovarianceKind.Observed);
        int[] free = [.. rows.Free];
        double[][] made = [.. targets.Select(target =>
        {
            double[] slopes = target.Of.Differentiate(at).Slopes;
            return (double[])[.. free.Select((_, a) => free.Select((place, b) => slopes[place] == 0 ? 0 : slopes[place] * c[b, a]).Sum())];
        })];
        return made.All(direction => direction.All(double.IsFinite)) ? made : null;
    }

    static double[] Influence(Contributions rows, double[] direction)
    {
        var l = new double[rows.Weight.Length];
        for (int a = 0; a < direction.Length; a++)
        {
            double[] s = rows.Score(a);
            for (int i = 0; i < l.Length; i++)
                l[i] += rows.Weight[i] > 0 ? direction[a] * s[i] : 0;
        }
        return l;
    }

    /// <param name="times">How often the data set is there.</param>
    static double Skewness(IEnumerable<(double Influence, double Weight)> units, double times)
    {
        double squares = 0, cubes = 0;
        foreach (var (l, w) in units)
            (squares, cubes) = (squares + w * l * l / times, cubes + w * l * l * l / times);
        return squares == 0 ? 0 : cubes / (6 * squares * Math.Sqrt(squares));
    }

    /// <summary>Influences of what is drawn: of rows, or the sums of those of clusters, about the mean of their stratum; and how many there are of each.</summary>
    IEnumerable<(double Influence, double Weight)> Units(int d, double[] l)
    {
        int from = (int)batch.Bounds[d];
        bool multiplies = batch.Weighting == Weighting.Sampling || !plan.Clusters.IsEmpty;
        var units = new Dictionary<int, (double Influence, double Weight, int Stratum)>();
        for (int i = 0; i < l.Length; i++)
        {
            double w = batch.Weights.IsEmpty ? 1 : batch.Weights.Span[from + i];
            int unit = plan.Clusters.IsEmpty ? i : plan.Clusters.Span[from + i], stratum = plan.Strata.IsEmpty ? 0 : plan.Strata.Span[from + i];
            units[unit] = (units.GetValueOrDefault(unit).Influence + (multiplies ? w : 1) * l[i], multiplies ? 1 : w, stratum);
        }
        return units.Values.GroupBy(u => u.Stratum).SelectMany(stratum =>
        {
            double size = stratum.Sum(u => u.Weight), mean = size > 0 ? stratum.Sum(u => u.Weight * u.Influence) / size : 0;
            return stratum.Select(u => (u.Influence - mean, u.Weight));
        });
    }

    /// <summary>The same by leaving out rows, or groups of them, where no score says what they do.</summary>
    double[] Jackknife(int d)
    {
        var without = new Without(batch.Slice(d), plan.Clusters.IsEmpty ? default : plan.Clusters.Slice((int)batch.Bounds[d], (int)(batch.Bounds[d + 1] - batch.Bounds[d])));
        var table = engine.Fit(family, without, options with { Detail = Detail.Estimates, Information = Information.Default, Threads = 1, Progress = null });
        double[][] values = [.. Enumerable.Range(0, table.Count).Select(f => Values(table, f))];
        return [.. targets.Select(target =>
        {
            double[] own = [.. values.Select(target.Of.Value).Where(double.IsFinite)];
            double mean = own.Length == 0 ? 0 : own.Average();
            return Skewness(own.Select(v => (mean - v, 1.0)), 1);
        })];
    }

    /// <summary>One data set without some of its rows: every so many-th, or clusters.</summary>
    sealed class Without(Batch one, ReadOnlyMemory<int> clusters) : Replicates(one, Math.Clamp(one.Values.Length, 1, Groups), 0, 0)
    {
        public override Replicator Worker() => new Leaver(this, clusters);

        sealed class Leaver(Without source, ReadOnlyMemory<int> clusters) : Replicator
        {
            public override Batch Make(int d, int b)
            {
                var one = source.Data;
                var weights = new double[one.Values.Length];
                for (int i = 0; i < weights.Length; i++)
                    weights[i] = (clusters.IsEmpty ? i : clusters.Span[i] & int.MaxValue) % source.Count == b ? 0 : one.Weights.IsEmpty ? 1 : one.Weights.Span[i];
                return one.With(one.Values, weights);
            }
        }
    }
}
