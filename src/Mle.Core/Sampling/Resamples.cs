namespace Mle;

/// <summary>How a resample weighs the observations that it is made from.</summary>
public enum Resampling
{
    /// <summary>How often each is among n drawn with replacement: exactly multinomial.</summary>
    Nonparametric,

    /// <summary>Independent standard exponential numbers, scaled to the sum n: uniform on the simplex.</summary>
    Bayesian,

    /// <summary>Independent Poisson numbers of mean 1, scaled to the sum n; all 0 once in eⁿ resamples.</summary>
    Poisson,
}

/// <summary>
/// Bootstrap resamples: the same rows with other weights. A frequency weight w is w observations: Σ w are drawn, and their
/// random weights are added up (gamma and Poisson numbers of mean w). Sampling weights are multiplied. What is said of n holds
/// within every stratum, and of clusters, which come whole or not at all, instead of observations.
/// </summary>
/// <remarks>
/// Efron and Tibshirani, An Introduction to the Bootstrap, 1993; Rubin, The Bayesian bootstrap, Annals of Statistics 9, 1981;
/// strata and clusters: Davison and Hinkley, Bootstrap Methods and their Application, 1997, ch. 3.
/// </remarks>
public sealed class Resamples : Replicates
{
    /// <param name="strata">A number for every row of the batch: rows of the same number are resampled by themselves. Or empty.</param>
    /// <param name="clusters">Likewise: rows of the same number are drawn together. Or empty.</param>
    /// <exception cref="ArgumentException">A column has another length than the batch.</exception>
    public Resamples(
        Batch data, int count, ulong seed, Resampling kind = Resampling.Nonparametric,
        ReadOnlyMemory<int> strata = default, ReadOnlyMemory<int> clusters = default, uint first = 0) : base(data, count, seed, first)
    {
        foreach (var (name, column) in new[] { ("strata", strata), ("clusters", clusters) })
            if (!column.IsEmpty && column.Length != data.Values.Length)
                throw new ArgumentException($"A column of {name} has {column.Length} entries, and there are {data.Values.Length} rows.", name);
        (Kind, Strata, Clusters) = (kind, strata, clusters);
    }

    public Resampling Kind { get; }

    public ReadOnlyMemory<int> Strata { get; }

    public ReadOnlyMemory<int> Clusters { get; }

    public override Replicator Worker() => new Resampler(this);
}

/// <summary>One worker's resamples: what their units are (rows or clusters, stratum by stratum), and room for what is drawn.</summary>
/// <param name="source">What is resampled.</param>
public sealed class Resampler(Resamples source) : Replicator
{
    readonly List<(int From, int Length)> strata = [];
    readonly bool weighted = !source.Data.Weights.IsEmpty;
    int current = -1, rows, units;

    /// <summary>The unit of every row; empty where unit i is row i.</summary>
    int[] unitOf = [];

    /// <summary>How many observations every unit is; empty where all are one.</summary>
    double[] observations = [];

    uint[] words = [], indices = [];
    double[] times = [];

    /// <summary>Whether a weight cannot be one: then resamples have the weights of the data, for the fit to refuse them.</summary>
    bool invalid;

    /// <summary>Whether a resample is n rows drawn from all, so that <see cref="Draw"/> says all about it.</summary>
    public bool DrawsRows => source.Kind == Resampling.Nonparametric && !weighted && source.Strata.IsEmpty && source.Clusters.IsEmpty;

    /// <summary>Rows that are drawn, in no order, of one data set's n.</summary>
    public ReadOnlySpan<uint> Draw(int d, int b)
    {
        Begin(d);
        Stream(b).Indices(0, (uint)rows, words, indices.AsSpan(0, rows));
        return indices.AsSpan(0, rows);
    }

    /// <summary>The weights that take the place of the data's in replicate b of data set d.</summary>
    public void Weigh(int d, int b, Span<double> weights)
    {
        Begin(d);
        var given = weighted ? source.Data.Weights.Span.Slice((int)source.Data.Bounds[d], rows) : default;
        if (invalid)
        {
            given.CopyTo(weights);
            return;
        }
        var multiples = unitOf.Length == 0 ? weights : times.AsSpan(0, units);
        multiples.Clear();
        foreach (var (from, length) in strata)
            Stratum(b, from, multiples.Slice(from, length));
        for (int i = 0; unitOf.Length > 0 && i < rows; i++)
            weights[i] = times[unitOf[i]];
        if (weighted && observations.Length == 0)
            for (int i = 0; i < rows; i++)
                weights[i] *= given[i];
    }

    public override Batch Make(int d, int b)
    {
        Begin(d);
        var weights = new double[rows];
        Weigh(d, b, weights);
        var one = source.Data.Slice(d);
        return one.With(one.Values, weights);
    }

    Words Stream(int b) => new(source.Seed, Purpose.Resample, source.First + (uint)current, (uint)b);

    /// <summary>How often the units of one stratum are there.</summary>
    void Stratum(int b, int from, Span<double> to)
    {
        switch (source.Kind)
        {
            case Resampling.Nonparametric when observations.Length == 0:
                var drawn = indices.AsSpan(0, to.Length);
                Stream(b).Indices((uint)from, (uint)to.Length, words, drawn);
                foreach (uint i in drawn)
                    to[(int)i]++;
                break;
            case Resampling.Nonparametric:
                Divide(b, from, to);
                break;
            default:
                Independent(b, from, to);
                break;
        }
    }

    Philox Source(int b) => new(source.Seed, Purpose.Resample, source.First + (uint)current, (uint)b);

    double Observations(int unit) => observations.Length == 0 ? 1 : observations[unit];

    /// <summary>A multinomial by binomials: each unit's share of what those before it left.</summary>
    void Divide(int b, int from, Span<double> to)
    {
        double rest = 0;
        for (int i = 0; i < to.Length; i++)
            rest += Observations(from + i);
        double left = Math.Round(rest);
        for (int i = 0; i < to.Length && left > 0; i++)
        {
            double own = Observations(from + i);
            rest -= own;
            var random = new DrawStream(Source(b), (uint)(from + i));
            to[i] = own == 0 ? 0 : rest <= 0 ? left : Variates.Binomial<Real, DrawStream>(left, Math.Log(own / rest), ref random).Value;
            left -= to[i];
        }
    }

    /// <summary>Independent weights, scaled to the sum that they are expected to have.</summary>
    void Independent(int b, int from, Span<double> to)
    {
        Span<double> lanes = stackalloc double[Lanes256.Count];
        double expected = 0, sum = 0;
        for (int at = 0; at < to.Length; at += Lanes256.Count)
        {
            int some = Math.Min(Lanes256.Count, to.Length - at);
            for (int l = 0; l < lanes.Length; l++)
                lanes[l] = l < some ? Observations(from + at + l) : 1;
            var mean = Lanes.Read<Lanes256>(ref lanes[0], 0);
            var random = DrawStream256.At(Source(b), (uint)(from + at));
            Lanes.Write(ref lanes[0], 0,
                source.Kind == Resampling.Poisson ? Variates.Poisson<Lanes256, DrawStream256>(mean, ref random)
                : observations.Length == 0 ? Variates.Exponential<Lanes256, DrawStream256>(ref random)
                : Lanes256.Exp(Variates.LogGamma<Lanes256, DrawStream256>(mean, ref random)));
            for (int l = 0; l < some; l++)
            {
                double own = Observations(from + at + l);
                to[at + l] = own == 0 ? 0 : lanes[l];
                (expected, sum) = (expected + own, sum + to[at + l]);
            }
        }
        double scale = sum > 0 ? expected / sum : 0;
        for (int i = 0; i < to.Length; i++)
            to[i] *= scale;
    }

    void Begin(int d)
    {
        if (d == current)
            return;
        var batch = source.Data;
        int from = (int)batch.Bounds[d];
        (current, rows) = (d, (int)(batch.Bounds[d + 1] - from));
        if (indices.Length < rows)
            (words, indices) = (new uint[Words.Room(rows)], new uint[rows]);
        strata.Clear();
        if (source.Strata.IsEmpty && source.Clusters.IsEmpty)
        {
            units = rows;
            if (rows > 0)
                strata.Add((0, rows));
        }
        else
        {
            Group(from);
        }
        Weights(from);
    }

    /// <summary>Numbers the units: strata, and clusters in them, in the order in which they appear.</summary>
    void Group(int from)
    {
        ReadOnlySpan<int> strataOf = source.Strata.IsEmpty ? default : source.Strata.Span.Slice(from, rows);
        ReadOnlySpan<int> clusterOf = source.Clusters.IsEmpty ? default : source.Clusters.Span.Slice(from, rows);
        unitOf = new int[rows];
        var places = new Dictionary<int, int>();
        var members = new List<List<int>>();
        for (int i = 0; i < rows; i++)
        {
            int stratum = strataOf.IsEmpty ? 0 : strataOf[i];
            if (!places.TryGetValue(stratum, out int place))
            {
                places.Add(stratum, place = members.Count);
                members.Add([]);
            }
            members[place].Add(i);
        }
        var clusters = new Dictionary<int, (int Unit, int Stratum)>();
        units = 0;
        for (int s = 0; s < members.Count; s++)
        {
            int first = units;
            foreach (int i in members[s])
            {
                if (clusterOf.IsEmpty)
                    unitOf[i] = units++;
                else if (!clusters.TryGetValue(clusterOf[i], out var known))
                    clusters.Add(clusterOf[i], (unitOf[i] = units++, s));
                else if (known.Stratum == s)
                    unitOf[i] = known.Unit;
                else
                    throw new ArgumentException($"Data set {current + 1}, row {i + 1}: its cluster has rows in another stratum, and is drawn whole.");
            }
            strata.Add((first, units - first));
        }
        if (times.Length < units)
            times = new double[units];
    }

    void Weights(int from)
    {
        invalid = false;
        observations = [];
        if (!weighted)
            return;
        var given = source.Data.Weights.Span.Slice(from, rows);
        double total = 0;
        foreach (double w in given)
        {
            invalid |= !(w >= 0 && double.IsFinite(w));
            total += w;
        }
        invalid |= !(total > 0 && double.IsFinite(total));
        if (invalid || source.Data.Weighting == Weighting.Sampling || !source.Clusters.IsEmpty)
            return;
        observations = new double[rows];
        for (int i = 0; i < rows; i++)
            observations[unitOf.Length == 0 ? i : unitOf[i]] = given[i];
        foreach (var (first, length) in strata)
        {
            double sum = 0;
            for (int u = first; u < first + length; u++)
                sum += observations[u];
            if (source.Kind == Resampling.Nonparametric && Math.Abs(sum - Math.Round(sum)) > 1e-9 * sum)
                throw new ArgumentException(FormattableString.Invariant(
                    $"Data set {current + 1}: its weights, or those of a stratum, add up to {sum}, and only a whole number of observations can be drawn; Bayesian and Poisson weights take any."));
        }
    }
}
