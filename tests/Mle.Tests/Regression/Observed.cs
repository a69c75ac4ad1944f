namespace Mle.Tests.Regression;

/// <summary>A sample as it came: row i lies in (Lower, Upper], or is exact where both are equal.</summary>
public sealed record Observed(double[] Lower, double[] Upper, double[]? Trials = null, double[]? Weights = null)
{
    /// <summary>Rows outside the limits never entered the sample.</summary>
    public double Below { get; init; } = double.NegativeInfinity;

    public double Above { get; init; } = double.PositiveInfinity;

    public Weighting Weighting { get; init; }

    public IReadOnlyDictionary<string, Predictor> Predictors { get; init; } = new Dictionary<string, Predictor>();

    public int Length => Lower.Length;

    public double M(int i) => Trials is null ? 1 : Trials[i];

    public double W(int i) => Weights is null ? 1 : Weights[i];

    public bool IsTruncated => double.IsFinite(Below) || double.IsFinite(Above);

    public Batch Batch => new(Lower, [0, Length], Weights, Trials)
    {
        Upper = Upper,
        TruncatedBelow = double.IsFinite(Below) ? new[] { Below } : default,
        TruncatedAbove = double.IsFinite(Above) ? new[] { Above } : default,
        Weighting = Weighting,
        Predictors = Predictors,
    };

    /// <summary>Some rows, in another order, or some several times.</summary>
    public Observed Rows(IEnumerable<int> rows)
    {
        int[] order = [.. rows];
        double[]? Of(double[]? column) => column is null ? null : [.. order.Select(i => column[i])];
        ReadOnlyMemory<double> In(ReadOnlyMemory<double> column) => column.IsEmpty ? column : Of(column.ToArray());
        return this with
        {
            Lower = Of(Lower)!,
            Upper = Of(Upper)!,
            Trials = Of(Trials),
            Weights = Of(Weights),
            Predictors = Predictors.ToDictionary(q => q.Key, q => new Predictor(q.Value.Terms, [.. q.Value.Columns.Select(In)], In(q.Value.Offset))),
        };
    }

    public static Observed Exactly(Sample sample) => new(sample.X, sample.X, sample.Trials, sample.Weights);

    /// <summary>How observations come about; each leaves enough rows exact or split to determine two or three parameters.</summary>
    public static readonly string[] Schemes = ["right", "left", "interval", "truncated", "mixed"];

    /// <summary>n rows of a family at known parameters.</summary>
    public static Observed Draw(string scheme, Oracle oracle, double[] p, int n, bool integer, Random random)
    {
        double[] pilot = [.. Sample.Draw(oracle, p, 400, random).X.Order()];
        double width = Math.Max((pilot[300] - pilot[100]) / 2, integer ? 2 : 0);
        if (integer)
            width = Math.Round(width);
        var (below, above) = (pilot[20], pilot[380]);
        if (below == above)
            below = above - 1;
        if (scheme is "truncated")
        {
            var kept = Within(below, above);
            return Exactly(kept) with { Below = below, Above = above };
        }
        // Survival data: late entry, and the end of the study; beside them values that were read to a grid.
        var sample = scheme == "mixed" ? Within(below, double.PositiveInfinity) : Sample.Draw(oracle, p, n, random);
        double[] lower = [.. sample.X], upper = [.. sample.X];
        for (int i = 0; i < n; i++)
        {
            double x = sample.X[i];
            if (scheme is "right" or "mixed" && x > pilot[280])
                (lower[i], upper[i]) = (pilot[280], double.PositiveInfinity);
            else if (scheme == "left" && x <= pilot[120])
                (lower[i], upper[i]) = (double.NegativeInfinity, pilot[120]);
            else if (scheme == "interval" || scheme == "mixed" && i % 3 == 0 && width * Math.Ceiling(x / width) - width >= below)
                (lower[i], upper[i]) = (width * Math.Ceiling(x / width) - width, width * Math.Ceiling(x / width));
        }
        return new(lower, upper, sample.Trials) { Below = scheme == "mixed" ? below : double.NegativeInfinity };

        Sample Within(double low, double high)
        {
            var rows = Enumerable.Range(0, 40).Select(_ => Sample.Draw(oracle, p, n, random)).ToArray();
            var all = new Sample([.. rows.SelectMany(r => r.X)], rows[0].Trials is null ? null : [.. rows.SelectMany(r => r.Trials!)]);
            return all.Rows(Enumerable.Range(0, all.Length).Where(i => all.X[i] >= low && all.X[i] <= high).Take(n));
        }
    }
}

/// <summary>Log-likelihoods of such rows from nothing but an oracle's density: tails by quadrature or by summation.</summary>
public sealed class Naive
{
    readonly Oracle oracle;
    readonly Support support;

    public Naive(Oracle oracle, Support support) => (this.oracle, this.support) = (oracle, support);

    public static Naive Of(string family) => new(Oracles.Of(family), Traits.Of(Registry.Find(family)).Support);

    public bool IsInteger => support.Integer;

    /// <summary>log P of one row, given that it could enter the sample.</summary>
    /// <param name="about">A typical value and a typical distance from it: where the quadrature looks.</param>
    public double Log(double[] p, double lower, double upper, double trials, double below, double above, (double Centre, double Spread) about)
    {
        double log = lower == upper ? oracle.Log(p, lower, trials)
            : Math.Log(Probability(p, Math.Max(lower, Open(below)), Math.Min(upper, above), trials, about));
        return double.IsFinite(below) || double.IsFinite(above)
            ? log - Math.Log(Probability(p, Open(below), above, trials, about)) : log;
    }

    /// <summary>Σ w log P at one point for all rows.</summary>
    public double LogLikelihood(double[] p, Observed rows) => Terms(p, rows).Select((term, i) => rows.W(i) == 0 ? 0 : rows.W(i) * term).Sum();

    /// <summary>log P of every row; rows that are alike are computed once.</summary>
    public double[] Terms(double[] p, Observed rows)
    {
        var about = About(rows);
        var known = new Dictionary<(double, double, double), double>();
        var terms = new double[rows.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            var key = (rows.Lower[i], rows.Upper[i], rows.M(i));
            if (!known.TryGetValue(key, out terms[i]))
                known[key] = terms[i] = key.Item1 == key.Item2 && rows.IsTruncated && !oracle.Trials
                    ? oracle.Log(p, key.Item1, 1) - Entered(p, rows, about, known)
                    : Log(p, key.Item1, key.Item2, key.Item3, rows.Below, rows.Above, about);
        }
        return terms;
    }

    double Entered(double[] p, Observed rows, (double, double) about, Dictionary<(double, double, double), double> known)
    {
        var key = (double.NaN, double.NaN, double.NaN);
        if (!known.TryGetValue(key, out double log))
            known[key] = log = Math.Log(Probability(p, Open(rows.Below), rows.Above, 1, about));
        return log;
    }

    public static (double Centre, double Spread) About(Observed rows)
    {
        double[] x = [.. Enumerable.Range(0, rows.Length).Select(i => double.IsFinite(rows.Lower[i]) ? rows.Lower[i] : rows.Upper[i]).Order()];
        double centre = x[x.Length / 2], spread = x[x.Length * 3 / 4] - x[x.Length / 4];
        return (centre, spread > 0 ? spread : 0.1 + 0.1 * Math.Abs(centre));
    }

    /// <summary>Intervals are open below, and truncation from below leaves its limit in.</summary>
    double Open(double below) => support.Integer ? Math.Ceiling(below) - 1 : below;

    double Probability(double[] p, double lower, double upper, double trials, (double Centre, double Spread) about)
    {
        var (low, high) = oracle.Support?.Invoke(p) ?? (support.Low, oracle.Trials ? trials : support.High);
        double sum = 0;
        if (support.Integer)
        {
            double last = Math.Min(Math.Floor(upper), high);
            for (double x = Math.Max(Math.Floor(lower) + 1, low); x <= last; x++)
            {
                double mass = Math.Exp(oracle.Log(p, x, trials));
                sum += mass;
                if (mass < 1e-19 * sum && x > about.Centre + about.Spread)
                    break;
            }
            return sum;
        }
        double[] cuts = [Math.Max(lower, low), .. new[] { oracle.Family == "laplace" ? p[0] : about.Centre }.Where(c => c > Math.Max(lower, low) && c < Math.Min(upper, high)), Math.Min(upper, high)];
        for (int k = 0; k + 1 < cuts.Length; k++)
        {
            if (!(cuts[k] < cuts[k + 1]))
                continue;
            double middle = double.IsFinite(cuts[k]) ? cuts[k] + about.Spread : cuts[k + 1] - about.Spread;
            var (x, w) = Numerically.Nodes(cuts[k], cuts[k + 1], middle, 1 / 24.0);
            for (int i = 0; i < x.Length; i++)
                sum += w[i] * Math.Exp(oracle.Log(p, x[i], trials));
        }
        return sum;
    }
}
