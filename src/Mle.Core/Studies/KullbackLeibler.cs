namespace Mle;

/// <summary>
/// The distribution that a scenario draws from as points with weights, E g(Y) = Σ w g(y): how far other distributions are from
/// it, and which of a family is nearest.
/// </summary>
/// <remarks>
/// Counts are enumerated until what is left adds no digit. Other distributions are integrated over probability, each half by
/// <see cref="DoubleExponential"/>. White, Maximum likelihood estimation of misspecified models, Econometrica 50, 1982.
/// </remarks>
public sealed class KullbackLeibler
{
    /// <summary>Of the integrals.</summary>
    const double Step = 1.0 / 32;

    readonly Scenario scenario;
    readonly double[] points, weights, logDensity;

    KullbackLeibler(Scenario scenario)
    {
        this.scenario = scenario;
        List<(double Y, double W)> all = [];
        double share = scenario.Contamination?.Share ?? 0;
        Add(all, scenario.Family, [.. scenario.Parameters], 1 - share);
        if (share > 0)
            Add(all, scenario.Contamination!.Family, [.. scenario.Contamination.Parameters], share);
        double total = all.Sum(p => p.W);
        (points, weights) = ([.. all.Select(p => p.Y)], [.. all.Select(p => p.W / total)]);
        logDensity = LogDensity(scenario.Family, [.. scenario.Parameters]);
        if (share > 0)
        {
            double[] other = LogDensity(scenario.Contamination!.Family, [.. scenario.Contamination.Parameters]);
            for (int i = 0; i < points.Length; i++)
                logDensity[i] = Math.Log((1 - share) * Math.Exp(logDensity[i]) + share * Math.Exp(other[i]));
        }
        // What was cut off is shared out among what is left.
        for (int i = 0; i < points.Length; i++)
            logDensity[i] -= Math.Log(total);
    }

    /// <summary>Null where observations are censored, rows differ, or categories have no distribution function.</summary>
    public static KullbackLeibler? Of(Scenario scenario) =>
        scenario.Censoring is null && scenario.Predictors.Count == 0 && IsPlain(scenario.Family) && (scenario.Contamination is null || IsPlain(scenario.Contamination.Family))
            ? new(scenario) : null;

    static bool IsPlain(Family family) => family.IsDistribution && family is not Categorical;

    /// <summary>−E log g(Y): the entropy, in nats.</summary>
    public double Entropy => -Expect(logDensity);

    /// <summary>E log g(Y) − log f(Y; θ), in nats: +∞ where f cannot be all that is drawn.</summary>
    /// <param name="parameters">As fits of the family report them.</param>
    public double Divergence(Family family, double[] parameters) => -Entropy - Expect(LogDensity(family, parameters));

    /// <summary>θ*, the parameters with the least divergence, as fits report them; null where there are none.</summary>
    /// <param name="options">Known parameters and bounds.</param>
    public double[]? Nearest(IEngine engine, Family family, FitOptions options)
    {
        // As many observations as leave no doubt that there are enough.
        const double many = 1e6;
        double[] counts = [.. weights.Select(w => many * w)];
        var (below, above) = scenario.Truncation;
        var population = new Batch(points, [0, points.Length], counts, Trials)
        {
            TruncatedBelow = double.IsFinite(below) ? new[] { below } : default,
            TruncatedAbove = double.IsFinite(above) ? new[] { above } : default,
        };
        var fit = engine.Fit(family, population, options with { Detail = Detail.Complete, Progress = null })[0];
        double[] nearest = [.. Enumerable.Range(0, fit.Parameters.Count).Select(i => fit[i])];
        // What a million observations do not tell from infinity or 0 is one of these but for rounding.
        bool vague = family.Info.Parameters.Where((p, i) => p.Link == Link.Log && fit.StandardError(i) > nearest[i]).Any();
        return fit.Status is Status.Interior or Status.Nonregular && !vague ? nearest : null;
    }

    ReadOnlyMemory<double> Trials => scenario.Family.NeedsTrials ? Enumerable.Repeat(scenario.Trials, points.Length).ToArray() : default;

    double Expect(double[] values)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
            sum += weights[i] == 0 ? 0 : weights[i] * values[i];
        return sum;
    }

    double[] LogDensity(Family family, double[] parameters) =>
        family.Accept(new Density(points, scenario.Trials, [.. Predictors(family, parameters)]));

    static IEnumerable<double> Predictors(Family family, double[] parameters) => family.Info.Parameters.Select((p, i) => p.Link.Coordinate(parameters[i]));

    void Add(List<(double, double)> all, Family family, double[] parameters, double share)
    {
        var law = Prediction.Of(family);
        double[] u = [.. Predictors(family, parameters)];
        if (law.IsDiscrete)
            Enumerate(all, law, u, share);
        else
            Integrate(all, law, u, share);
    }

    /// <summary>The two halves of the probability between the limits, each from its own end inward.</summary>
    void Integrate(List<(double, double)> all, Prediction law, double[] u, double share)
    {
        var (below, above) = scenario.Truncation;
        var (low, high) = (Tail(below), Tail(above));
        // Everything from the tail that is the smaller one.
        bool upper = low.S < low.F;
        double from = upper ? high.S : low.F, inside = upper ? low.S - high.S : high.F - low.F;
        bool whole = double.IsInfinity(below) && double.IsInfinity(above);
        for (int side = 0; side < 2; side++)
            foreach (var (v, logV, weight) in DoubleExponential.Points(Step))
            {
                double y;
                if (whole)
                    y = law.QuantileOfTail(logV - Elementary.LogOfTwo, side == 1, u);
                else
                {
                    double p = from + inside * (side == 0 ? v / 2 : 1 - v / 2);
                    y = law.QuantileOfTail(Math.Log(Math.Min(p, 1 - p)), upper == p <= 0.5, u);
                }
                if (!double.IsFinite(y))
                    break;
                all.Add((y, 0.5 * share * inside * weight));
            }

        (double F, double S) Tail(double y)
        {
            if (double.IsInfinity(y))
                return y < 0 ? (0, 1) : (1, 0);
            var (logF, logS) = law.Tails(y, scenario.Trials, u);
            return (Math.Exp(logF), Math.Exp(logS));
        }
    }

    /// <summary>From the median, or the limit nearest to it, outward on both sides until what is left adds no digit.</summary>
    void Enumerate(List<(double, double)> all, Prediction law, double[] u, double share)
    {
        const double rest = 1e-18;
        var (below, above) = scenario.Truncation;
        double middle = Math.Clamp(law.Quantile(0.5, scenario.Trials, u).Value, Math.Floor(below) + 1, Math.Floor(above));
        double Mass(double y)
        {
            var (logF, logS) = law.Tails(y, scenario.Trials, u);
            var (belowF, belowS) = law.Tails(y - 1, scenario.Trials, u);
            // Differences in the tail that is small.
            return logF < logS ? Math.Exp(logF) - Math.Exp(belowF) : Math.Exp(belowS) - Math.Exp(logS);
        }
        for (double y = middle; y <= above; y++)
        {
            all.Add((y, share * Mass(y)));
            if (law.Tails(y, scenario.Trials, u).LogS < Math.Log(rest))
                break;
        }
        for (double y = middle - 1; y > below && y >= 0; y--)
        {
            if (law.Tails(y, scenario.Trials, u).LogF < Math.Log(rest))
                break;
            all.Add((y, share * Mass(y)));
        }
    }

    /// <summary>log f at every point; −∞ outside of the support.</summary>
    sealed class Density(double[] points, double trials, double[] u) : IModelVisitor<double[]>
    {
        public double[] Visit<TModel>() where TModel : struct, IModel<TModel>
        {
            var at = new Vec3<Real>(u[0], u.Length > 1 ? u[1] : 0.0, u.Length > 2 ? u[2] : 0.0);
            return Array.ConvertAll(points, y =>
            {
                Row<Real> row = new(y, trials), t = TModel.Statistic(row);
                return y < TModel.Support.Low || y > TModel.Support.High ? double.NegativeInfinity
                    : (double)((TModel.HasLogBase ? TModel.LogBase(row, t) : 0.0) + TModel.LogDensity(t, at));
            });
        }

        public double[] VisitMultinomial(IReadOnlyList<string> labels) => throw new NotSupportedException();

        public double[] VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => throw new NotSupportedException();
    }
}
