namespace Mle;

/// <summary>An end of an interval.</summary>
public enum Side { Lower, Upper }

/// <summary>Profile likelihood intervals of a batch, with the fits that they belong to.</summary>
public sealed class ProfileIntervals
{
    readonly double[][] lower, upper;
    readonly Dictionary<(int, int, Side), string> remarks = [];
    readonly SortedDictionary<int, string> corrections = [];

    internal ProfileIntervals(FitTable fits, double level, int[] parameters)
    {
        (Fits, Level, Parameters) = (fits, level, parameters);
        lower = [.. parameters.Select(_ => new double[fits.Count])];
        upper = [.. parameters.Select(_ => new double[fits.Count])];
    }

    /// <summary>The fits, corrected where a profile led to a better maximum.</summary>
    public FitTable Fits { get; }

    public double Level { get; }

    /// <summary>The parameters that have intervals, by their place in the table of fits.</summary>
    public IReadOnlyList<int> Parameters { get; }

    /// <summary>The lower ends of one parameter; NaN where there is none, which the remark explains.</summary>
    /// <param name="parameter">Its place in <see cref="Parameters"/>.</param>
    public double[] Lower(int parameter) => lower[parameter];

    /// <summary>The upper ends, likewise.</summary>
    public double[] Upper(int parameter) => upper[parameter];

    /// <summary>What is special about an end, in words, or null.</summary>
    public string? Remark(int dataSet, int parameter, Side side) => remarks.GetValueOrDefault((dataSet, parameter, side));

    /// <summary>The data sets whose fit was replaced by a better one, and what was found.</summary>
    public IReadOnlyDictionary<int, string> Corrections => corrections;

    internal void Put(int d, int parameter, Side side, double end, string? remark)
    {
        (side == Side.Lower ? lower : upper)[parameter][d] = end;
        if (remark is null)
            remarks.Remove((d, parameter, side));
        else
            remarks[(d, parameter, side)] = remark;
    }

    internal void Corrected(int d, string how) => corrections[d] = how;
}

/// <summary>A profile log-likelihood at some values of a parameter.</summary>
/// <param name="Values">Of the parameter.</param>
/// <param name="LogLikelihood">The largest log-likelihood with the parameter held there.</param>
/// <param name="Root">r = sign(v − v̂)√(2(ℓ̂ − ℓ(v))), normal in large samples.</param>
public sealed record ProfileCurve(double[] Values, double[] LogLikelihood, double[] Root);

/// <summary>
/// Intervals by the likelihood ratio: all v with 2(ℓ̂ − ℓₚ(v)) ≤ c, where ℓₚ(v) is the largest log-likelihood with the
/// parameter at v and c the quantile of χ² with one degree of freedom. They do not depend on how parameters are written.
/// </summary>
/// <remarks>
/// The law of the ratio is χ²₁ for parameters that the score decides (Wilks, Annals of Mathematical Statistics 9, 1938). An
/// end of the support that is the only unknown has exactly χ²₂ at every n; the other nonregular parameters are refused.
/// Where the maximum is on an edge or at infinity, ℓ̂ is the supremum and the interval has one end: the likelihood-ratio
/// limit. Cox and Hinkley, Theoretical Statistics, 1974, section 9.3.
/// </remarks>
public static class Profile
{
    /// <summary>Fits every data set and finds both ends for each parameter, all data sets in step.</summary>
    /// <param name="level">Of confidence, in (0, 1).</param>
    /// <param name="parameters">By name; null for all that are estimated.</param>
    /// <exception cref="ArgumentException">
    /// A name is that of no estimated parameter, the level is not in (0, 1), or weights or a penalty make the fits no maxima of
    /// a likelihood.
    /// </exception>
    public static ProfileIntervals Intervals(
        IEngine engine, Family family, Batch batch, FitOptions options, double level, IReadOnlyList<string>? parameters = null) =>
        new Profiling(engine, family, batch, options, level, parameters).Run();

    /// <summary>
    /// The profile of one parameter, for each data set: evenly spaced on the parameter's link scale, on either side of the
    /// estimate one and a half times as far as the interval's end. Null where there is no interval.
    /// </summary>
    /// <param name="parameter">Its place in the intervals' <see cref="ProfileIntervals.Parameters"/>.</param>
    /// <param name="points">How many values, at least 2.</param>
    public static ProfileCurve?[] Curves(
        IEngine engine, Family family, Batch batch, FitOptions options, ProfileIntervals intervals, int parameter, int points) =>
        new Profiling(engine, family, batch, options, intervals.Level, [intervals.Fits.Parameters[intervals.Parameters[parameter]]])
            .Curves(intervals, parameter, points);

    /// <summary>
    /// What a fit says of the least upper bound of its log-likelihood: attained or not, +∞ where there is none, −∞ where the
    /// data are impossible, NaN where it was not found.
    /// </summary>
    public static double Supremum(Fit fit) => fit.Status switch
    {
        Status.NoFiniteMle => fit.Verdict.Supremum,
        Status.IterationLimit => double.NaN,
        Status.InvalidData => double.NegativeInfinity,
        _ => fit.LogLikelihood,
    };
}

/// <summary>One call of <see cref="Profile.Intervals"/>.</summary>
sealed class Profiling
{
    /// <summary>Largest distance from a maximum that is tried: in logarithms, and for coefficients in standard errors.</summary>
    const double Farthest = 60, FarthestErrors = 1e5;

    /// <summary>Rounds of correction: each ends at a better maximum than the one before.</summary>
    const int Rounds = 8;

    readonly IEngine engine;
    readonly Family family;
    readonly Batch batch;
    readonly FitOptions options, constrained;
    readonly double level;
    readonly IReadOnlyList<string>? wanted;
    readonly bool regression;
    readonly Shape shape;
    readonly IProgress<long>? progress;
    Link[] links = [];
    long done, ends = 1;

    public Profiling(IEngine engine, Family family, Batch batch, FitOptions options, double level, IReadOnlyList<string>? wanted)
    {
        if (!(level is > 0 and < 1))
            throw new ArgumentException(FormattableString.Invariant($"The level {level} is not allowed: it must be in (0, 1)."));
        if (batch.Weighting == Weighting.Sampling)
            throw new ArgumentException("Sampling weights make no likelihood whose ratio could be profiled; robust Wald intervals are there for them.");
        if (!options.Penalty.IsNone)
            throw new ArgumentException("A penalised fit is not the maximum of the likelihood, and has no likelihood-ratio interval; leave the penalty out, as profiles need no finite estimates.");
        (this.engine, this.family, this.batch, this.level, this.wanted) = (engine, family, batch, level, wanted);
        this.options = options with { Detail = Detail.Complete, Information = Information.Default, Progress = null };
        constrained = this.options with { Start = new Dictionary<string, double>(), StartEach = new Dictionary<string, ReadOnlyMemory<double>>() };
        progress = options.Progress;
        regression = Regressing.Takes(family, batch, options);
        shape = family.IsDistribution ? family.Accept(new Shapes()) : Shape.Smooth;
    }

    /// <summary>What the family's type says of its parameters.</summary>
    /// <param name="IsSmooth">Whether the score decides a parameter: else it is an order statistic.</param>
    /// <param name="Ends">Whether those that are not are ends of the support.</param>
    /// <param name="Region">Where the family looks, on the link scale.</param>
    sealed record Shape(bool[] IsSmooth, bool Ends, (double Low, double High)[] Region)
    {
        public static Shape Smooth { get; } = new([], false, []);
    }

    sealed class Shapes : IFamilyVisitor<Shape>
    {
        public Shape Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            var (smooth, (low, high)) = (TFamily.Smooth<Real>(), TFamily.Region<Real>());
            return new([smooth.X > 0.0, smooth.Y > 0.0, smooth.Z > 0.0], TFamily.Keep == Keep.Sums,
                [(low.X.Value, high.X.Value), (low.Y.Value, high.Y.Value), (low.Z.Value, high.Z.Value)]);
        }

        public Shape VisitCategorical() => Shape.Smooth;
    }

    public ProfileIntervals Run()
    {
        var fits = engine.Fit(family, batch, options);
        links = Links(fits);
        int[] free = [.. Enumerable.Range(0, fits.Parameters.Count).Where(i => !IsKnown(fits.Parameters[i]))];
        int[] parameters = wanted is null ? free : [.. wanted.Select(name => Array.Find(free, i => fits.Parameters[i] == name) is var i && fits.Parameters[i] == name && free.Contains(i) ? i
            : throw new ArgumentException($"There is no estimated parameter '{name}' to profile; there are {string.Join(", ", free.Select(j => fits.Parameters[j]))}."))];
        var intervals = new ProfileIntervals(fits, level, parameters);
        ends = 2 * parameters.Length;
        int[] pending = [.. Enumerable.Range(0, batch.Count)];
        for (int round = 0; pending.Length > 0; round++)
        {
            var better = new Dictionary<int, Better>();
            for (int p = 0; p < parameters.Length; p++)
                Solve(intervals, p, [.. pending.Where(d => !better.ContainsKey(d))], round < Rounds ? better : null);
            pending = Correct(intervals, better);
        }
        return intervals;
    }

    bool IsKnown(string name) => options.Fixed.ContainsKey(name) || options.FixedEach.ContainsKey(name);

    /// <summary>The scale that each entry of the table lives on: its family's where it is a parameter, its own where a coefficient.</summary>
    Link[] Links(FitTable fits)
    {
        // A probability among others, whose domain has two edges.
        if (family is Categorical)
            return [.. fits.Parameters.Select(_ => Link.Logit)];
        var byPlace = family.Info.Parameters.SelectMany(p => batch.Predictors.TryGetValue(p.Name, out var predictor)
            ? Enumerable.Repeat((p.Name, Link.Identity), predictor.Terms.Count) : [(p.Name, p.Link)]).ToArray();
        return [.. fits.Parameters.Select((name, i) => byPlace.Length == fits.Parameters.Count && byPlace[i].Name == name ? byPlace[i].Item2 : Link.Identity)];
    }

    /// <summary>A point that a profile found above the maximum that was fitted.</summary>
    /// <param name="Parameter">Which profile.</param>
    /// <param name="Estimates">Of all parameters there.</param>
    readonly record struct Better(int Parameter, double LogLikelihood, double[] Estimates);

    /// <summary>One end that is sought.</summary>
    sealed class Sought(int d, Side side, Crossing crossing)
    {
        public int DataSet => d;

        public Side Side => side;

        public Crossing Crossing => crossing;

        /// <summary>The last constrained estimates, to start a regression from.</summary>
        public double[]? Last;
    }

    void Solve(ProfileIntervals intervals, int p, int[] sets, Dictionary<int, Better>? better)
    {
        int parameter = intervals.Parameters[p];
        var fits = intervals.Fits;
        List<Sought>[] open = [[], []];
        foreach (int d in sets)
            foreach (var side in (Side[])[Side.Lower, Side.Upper])
                if (Begin(intervals, d, p, side) is { } crossing)
                    open[(int)side].Add(new(d, side, crossing));
        while (open[0].Count + open[1].Count > 0)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            foreach (var some in open)
            {
                if (some.Count == 0)
                    continue;
                var table = Fit(fits.Parameters[parameter], fits, parameter, some);
                for (int i = 0; i < some.Count; i++)
                {
                    var one = some[i];
                    double top = Profile.Supremum(fits[one.DataSet]), ℓ = Profile.Supremum(table[i]);
                    if (better is not null && ℓ < double.PositiveInfinity && ℓ - top > 1e-6 + 1e-10 * Math.Abs(top))
                    {
                        if (!better.TryGetValue(one.DataSet, out var known) || ℓ > known.LogLikelihood)
                            better[one.DataSet] = new(parameter, ℓ, [.. Enumerable.Range(0, fits.Parameters.Count).Select(j => table.Estimates(j)[i])]);
                        continue;
                    }
                    if (regression)
                        one.Last = [.. Enumerable.Range(0, fits.Parameters.Count).Select(j => table.Estimates(j)[i])];
                    one.Crossing.Told(double.IsPositiveInfinity(ℓ) ? double.NaN : 2 * (top - ℓ));
                    if (one.Crossing.IsDone)
                        End(intervals, one, p);
                }
                done += some.RemoveAll(one => one.Crossing.IsDone);
            }
            progress?.Report(Math.Min(batch.Count, done / ends));
            if (better is not null)
                foreach (var some in open)
                    some.RemoveAll(one => better.ContainsKey(one.DataSet));
        }
    }

    /// <summary>The fits with the parameter held at each search's value.</summary>
    FitTable Fit(string name, FitTable fits, int parameter, List<Sought> some)
    {
        int[] sets = [.. some.Select(one => one.DataSet)];
        double[] values = [.. some.Select(one => one.Crossing.Value)];
        var starts = new Dictionary<string, ReadOnlyMemory<double>>();
        for (int j = 0; regression && j < fits.Parameters.Count; j++)
            if (j != parameter && !IsKnown(fits.Parameters[j]))
                starts.Add(fits.Parameters[j], some.Select((one, i) => Path(fits, one, parameter, j, values[i])).ToArray());
        return engine.Fit(family, batch.Select(sets), Held(sets, name, values) with { StartEach = starts });
    }

    FitOptions Held(int[] sets, string name, double[] values)
    {
        var each = constrained.FixedEach.ToDictionary(p => p.Key, p => (ReadOnlyMemory<double>)sets.Select(d => p.Value.Span[d]).ToArray());
        each.Add(name, values);
        return constrained with { FixedEach = each };
    }

    /// <summary>Where a coefficient goes as another is moved: from the last place on, in the direction that the covariances give.</summary>
    double Path(FitTable fits, Sought one, int parameter, int j, double value)
    {
        int d = one.DataSet;
        double from = one.Last is { } last ? last[parameter] : fits.Estimates(parameter)[d], at = one.Last is { } known ? known[j] : fits.Estimates(j)[d];
        double slope = fits.Covariances(parameter, j)[d] / fits.Covariances(parameter, parameter)[d];
        return links[j] == Link.Identity && double.IsFinite(slope) ? at + slope * (value - from) : at;
    }

    /// <summary>A search for an end; null where there is nothing to search, which has been written then.</summary>
    Crossing? Begin(ProfileIntervals intervals, int d, int p, Side side)
    {
        int i = intervals.Parameters[p];
        var fit = intervals.Fits[d];
        var verdict = fit.Verdict;
        string name = fit.Parameters[i];
        double estimate = fit[i], fall = Quantile(level);
        if (double.IsNaN(estimate) && verdict.Limit is { } limit)
            estimate = limit.GetValueOrDefault(name, double.NaN);
        if (Refusal(fit, i, estimate) is { } refusal)
            return Closed(double.NaN, refusal);

        int sign = side == Side.Lower ? -1 : 1;
        double unit = Math.Sqrt(fit.Size);
        if (IsEnd(fit, i))
        {
            // |v − v̂| on a logarithmic scale, from about where 2n log(1 + |v − v̂|/|v̂|) is the quantile of χ²₂.
            fall = -2 * Math.Log(1 - level);
            double start = Math.Log((estimate == 0 ? 1 : Math.Abs(estimate)) * fall / (2 * fit.Size));
            return Crossing.FromEdge(t => estimate + sign * Math.Exp(t), fall, start + Farthest, start);
        }
        double center = links[i].Coordinate(estimate), edge = Edge(i, side);
        if (double.IsInfinity(center) && center > 0 == sign > 0)
            return Closed(estimate, fit.Status == Status.Boundary ? $"the maximum is on the edge {name} = {Text(estimate)}" : $"the likelihood rises as {name} -> {Text(estimate)}");
        if (double.IsInfinity(center))
        {
            double start = links[i] == Link.Identity || estimate == double.PositiveInfinity ? 0 : Math.Log(fall / (2 * fit.Size));
            double origin = links[i] == Link.Identity ? 0 : sign * start;
            return Crossing.FromEdge(t => links[i].Value(origin + sign * t), fall, Math.Min(2 * Farthest, sign * (edge - origin)), 0);
        }
        if (sign * (edge - center) <= 0)
            return Closed(estimate, $"the maximum is on the bound {name} = {Text(estimate)}");
        double error = fit.StandardError(i) / links[i].Slope(estimate);
        bool known = double.IsFinite(error) && error > 0;
        if (!known)
            error = (links[i] == Link.Identity ? 1 + Math.Abs(center) : 1) / unit;
        double farthest = links[i] == Link.Identity ? FarthestErrors : Math.Max(Farthest / error, 10);
        return Crossing.AboutMaximum(t => links[i].Value(center + sign * error * t), fall, Math.Min(farthest, sign * (edge - center) / error), known ? 1 : double.NaN);

        Crossing? Closed(double end, string remark)
        {
            intervals.Put(d, p, side, end, remark);
            done++;
            return null;
        }
    }

    /// <summary>Why a parameter has no interval, or null.</summary>
    string? Refusal(Fit fit, int i, double estimate) => fit.Status switch
    {
        Status.InvalidData or Status.IterationLimit or Status.NotIdentified => fit.Verdict.Reason,
        Status.NoFiniteMle when !double.IsFinite(fit.Verdict.Supremum) => fit.Verdict.Reason,
        Status.Nonregular when !IsEnd(fit, i) && !(HasOrderStatistic(fit) && shape.IsSmooth[i]) =>
            $"{fit.Parameters[i]} is not regular here, and the law of its likelihood ratio is not known: {fit.Verdict.Reason}",
        _ when double.IsNaN(estimate) => $"the likelihood has no maximum, and {fit.Parameters[i]} no value where it is approached",
        _ => null,
    };

    bool HasOrderStatistic(Fit fit) => shape.IsSmooth.Take(fit.Parameters.Count).Contains(false);

    /// <summary>Whether it is an end of the support, and nothing else is unknown: then the likelihood ratio has exactly the law χ²₂.</summary>
    bool IsEnd(Fit fit, int i) => HasOrderStatistic(fit) && !shape.IsSmooth[i] && shape.Ends
        && Enumerable.Range(0, fit.Parameters.Count).All(j => j == i || IsKnown(fit.Parameters[j]));

    void End(ProfileIntervals intervals, Sought one, int p)
    {
        int i = intervals.Parameters[p];
        var fit = intervals.Fits[one.DataSet];
        var (crossing, name, side) = (one.Crossing, fit.Parameters[i], one.Side);
        double end = crossing.Value;
        string? remark = null;
        if (crossing.Failed)
            (end, remark) = (double.NaN, $"no fit with {name} held was found beyond {Text(end)}");
        else if (crossing.Jumps)
            (end, remark) = (fit[i], $"{name} = {Text(fit[i])} is an observation, beyond which the likelihood is 0");
        else if (crossing.ReachedEdge)
        {
            double edge = Edge(i, side);
            end = double.IsInfinity(edge) ? links[i].Value(edge) : end;
            remark = $"the log-likelihood falls by no more than {Text(crossing.Fall / 2)} towards {name} -> {Text(end)}";
        }
        intervals.Put(one.DataSet, p, side, end, remark);
    }

    /// <summary>The end of the parameter's domain on the link scale, or of the region or bounds that fits stay in.</summary>
    double Edge(int i, Side side)
    {
        double edge = side == Side.Lower ? double.NegativeInfinity : double.PositiveInfinity;
        bool own = i < family.Info.Parameters.Length && batch.Predictors.Count == 0;
        if (own && i < shape.Region.Length && family.Info.Parameters[i].Role == Role.Shape)
            edge = side == Side.Lower ? shape.Region[i].Low : shape.Region[i].High;
        if (own && options.Bounds.TryGetValue(family.Info.Parameters[i].Name, out var bound))
            edge = side == Side.Lower ? Math.Max(edge, links[i].Coordinate(bound.Low)) : Math.Min(edge, links[i].Coordinate(bound.High));
        return edge;
    }

    /// <summary>Fits again from the better points, and says which data sets have a better maximum now.</summary>
    int[] Correct(ProfileIntervals intervals, Dictionary<int, Better> better)
    {
        var fits = intervals.Fits;
        int[] sets = [.. better.Keys.Order()];
        if (sets.Length == 0)
            return sets;
        var starts = new Dictionary<string, ReadOnlyMemory<double>>();
        for (int j = 0; j < fits.Parameters.Count; j++)
            if (!IsKnown(fits.Parameters[j]))
                starts.Add(fits.Parameters[j], sets.Select(d => better[d].Estimates[j]).ToArray());
        var again = constrained with
        {
            FixedEach = constrained.FixedEach.ToDictionary(p => p.Key, p => (ReadOnlyMemory<double>)sets.Select(d => p.Value.Span[d]).ToArray()),
            StartEach = starts,
        };
        var table = engine.Fit(family, batch.Select(sets), again);
        var corrected = new List<int>();
        for (int i = 0; i < sets.Length; i++)
        {
            int d = sets[i];
            double old = Profile.Supremum(fits[d]), found = Profile.Supremum(table[i]);
            string profile = $"the profile of {fits.Parameters[better[d].Parameter]} led to a log-likelihood of {Text(better[d].LogLikelihood)}, above {Text(old)}";
            if (found > old && found < double.PositiveInfinity)
            {
                fits.Replace(d, table, i);
                intervals.Corrected(d, $"{profile}: the fit was corrected");
                corrected.Add(d);
                continue;
            }
            for (int p = 0; p < intervals.Parameters.Count; p++)
                foreach (var side in (Side[])[Side.Lower, Side.Upper])
                    intervals.Put(d, p, side, double.NaN, $"{profile}, and no maximum was found from there");
        }
        return [.. corrected];
    }

    public ProfileCurve?[] Curves(ProfileIntervals intervals, int p, int points)
    {
        if (points < 2)
            throw new ArgumentException($"{points} points make no curve; at least 2 are needed.");
        var fits = intervals.Fits;
        links = Links(fits);
        int i = intervals.Parameters[p];
        var curves = new ProfileCurve?[batch.Count];
        int[] sets = [.. Enumerable.Range(0, batch.Count).Where(d => Span(d) is (double from, double to) && double.IsFinite(from) && double.IsFinite(to))];
        foreach (int d in sets)
            curves[d] = new(new double[points], new double[points], new double[points]);
        for (int k = 0; k < points && sets.Length > 0; k++)
        {
            foreach (int d in sets)
            {
                var (from, to) = Span(d);
                curves[d]!.Values[k] = links[i].Value(from + (to - from) * k / (points - 1));
            }
            var table = engine.Fit(family, batch.Select(sets), Held(sets, fits.Parameters[i], [.. sets.Select(d => curves[d]!.Values[k])]));
            for (int s = 0; s < sets.Length; s++)
            {
                var curve = curves[sets[s]]!;
                double ℓ = curve.LogLikelihood[k] = Profile.Supremum(table[s]), top = Profile.Supremum(fits[sets[s]]);
                double center = Center(fits[sets[s]], i);
                curve.Root[k] = Math.Sign(curve.Values[k] - center) * Math.Sqrt(Math.Max(0, 2 * (top - ℓ)));
            }
        }
        return curves;

        // A side that has no end is as wide as the other; one on an edge of the domain stops just before it.
        (double From, double To) Span(int d)
        {
            double low = links[i].Coordinate(intervals.Lower(p)[d]), high = links[i].Coordinate(intervals.Upper(p)[d]), center = links[i].Coordinate(Center(fits[d], i));
            double left = center - low, right = high - center;
            left = double.IsFinite(left) ? left : double.IsFinite(right) ? right : 2;
            right = double.IsFinite(right) ? right : left;
            double middle = double.IsFinite(center) ? center : double.IsFinite(low) ? low : high;
            return (Math.Max(middle - 1.5 * left, Edge(i, Side.Lower)), Math.Min(middle + 1.5 * right, Edge(i, Side.Upper)));
        }
    }

    static double Center(Fit fit, int i) =>
        double.IsNaN(fit[i]) && fit.Verdict.Limit is { } limit ? limit.GetValueOrDefault(fit.Parameters[i], double.NaN) : fit[i];

    static string Text(double value) => value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The quantile of χ² with one degree of freedom: z² with Φ(−z) = (1 − level)/2, by Newton's method on log Φ.</summary>
    static double Quantile(double level)
    {
        double tail = Math.Log((1 - level) / 2), z = Math.Sqrt(Math.Max(0, -2 * tail - 1.5));
        for (int i = 0; i < 50; i++)
        {
            double log = (double)Real.LogNormalCdf(-z), hazard = Math.Exp(-0.5 * z * z - 0.91893853320467274178 - log), step = (log - tail) / hazard;
            z += step;
            if (Math.Abs(step) <= 1e-16 * z)
                break;
        }
        return z * z;
    }
}
