using System.Globalization;

namespace Mle.Tests.Sampling;

/// <summary>Every family's draws against its own distribution function and mean, at typical and at extreme parameters.</summary>
public class SamplerLaws
{
    const int N = 100_000;

    /// <summary>Beside the oracle's typical points, in the order of the family's own parameters.</summary>
    static readonly Dictionary<string, double[][]> extremes = new()
    {
        ["normal"] = [[1e6, 1e-3]],
        ["lognormal"] = [[0, 12], [300, 0.01]],
        ["exponential"] = [[1e-300], [1e300]],
        ["gamma"] = [[1e-3, 1], [0.05, 2], [1, 1], [1e4, 1e-3], [1e8, 1]],
        ["weibull"] = [[0.05, 1], [50, 1e-9]],
        ["beta"] = [[0.05, 0.05], [1e-3, 5], [1e4, 2], [1e6, 1e6]],
        ["uniform"] = [[1e8, 1e8 + 1]],
        ["pareto"] = [[1e-5, 0.05], [1, 1e4]],
        ["inverse_gaussian"] = [[1, 1e-4], [1, 1e6], [1e-9, 1]],
        ["inverse_gamma"] = [[0.05, 1], [1e4, 1]],
        ["loglogistic"] = [[0.05, 1], [200, 1]],
        ["gev"] = [[0, 1, -0.9], [0, 1, 1e-9], [0, 1, 4]],
        ["gpd"] = [[1, -0.9], [1, 1e-9], [1, 8]],
        ["student_t"] = [[0, 1, 0.05], [0, 1, 1], [3, 2, 1e6]],
        ["lomax"] = [[0.05, 1], [1e6, 1e6]],
        ["gompertz"] = [[1e-6, 1], [1, 1e-8]],
        ["generalized_gamma"] = [[1, 0.05, 2], [1, 500, 0.5], [2, 3, 40]],
        ["bernoulli"] = [[1e-3], [1 - 1e-3]],
        ["binomial"] = [[1e-5], [1e-3], [0.5], [1 - 1e-3]],
        ["poisson"] = [[0.01], [3], [9.99], [10], [30], [1e6], [1e8]],
        ["ztpoisson"] = [[1e-6], [0.01], [12], [1e6]],
        ["geometric"] = [[1e-9], [1 - 1e-6]],
        ["negative_binomial"] = [[0.01, 3], [0.5, 1e5], [1e8, 20], [3, 0.01]],
        ["zero_inflated_poisson"] = [[0.001, 0.5], [0.99, 50]],
        ["logarithmic"] = [[1e-6], [0.9999], [1 - 1e-12]],
    };

    static readonly double[] trials = [1, 7, 30, 1000, 1e6];

    public static TheoryData<string, string, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, double>();
            foreach (var family in Families.All)
            {
                var oracle = Oracles.Of(family.Name);
                var typical = oracle.Points.Select(p => family.Info.Parameters.Select(d => p[Array.IndexOf(oracle.Parameters, d.Name)]).ToArray());
                foreach (double[] p in typical.Concat(extremes.GetValueOrDefault(family.Name, [])))
                    foreach (double m in oracle.Trials ? trials : [1])
                        cases.Add(family.Name, string.Join(' ', p.Select(v => v.ToString("R", CultureInfo.InvariantCulture))), m);
            }
            return cases;
        }
    }

    static double[] Parse(string parameters) => [.. parameters.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];

    static double[] Draw(Sampler sampler, double[] parameters, double trials, int n, ulong seed = 1)
    {
        var (x, m) = (new double[n], new double[n]);
        Array.Fill(m, trials);
        sampler.Fill(parameters, m, new(seed, Purpose.Data, 0, 0), x);
        return x;
    }

    static double[] Coordinates(Family family, double[] parameters) => [.. family.Info.Parameters.Zip(parameters, (d, v) => d.Link switch
    {
        Link.Log => Math.Log(v),
        Link.Logit => Math.Log(v) - Math.Log(1 - v),
        _ => v,
    })];

    [Theory, MemberData(nameof(Cases))]
    public void Draws_follow_the_distribution_function(string name, string parameters, double trials)
    {
        var family = Registry.Find(name);
        double[] p = Parse(parameters), x = [.. Draw(Sampler.Of(family), p, trials, N).Order()];
        Assert.Null(Outside(family, trials, x) ?? Step(family, p, trials, x) ?? Cells(family, p, trials, x) ?? Mean(family, p, trials, x));
        // The same must see a sampler that is wrong: here, of parameters that are off by 2%, or by as much of the draws' spread.
        if (x[N / 4] == x[3 * N / 4])
            return;
        for (int k = 0; k < p.Length; k++)
        {
            double by = family.Info.Parameters[k].Link switch
            {
                Link.Log => p[k],
                Link.Logit => -p[k] * (1 - p[k]),
                _ => x[3 * N / 4] - x[N / 4],
            };
            double[] off = [.. p.Select((v, i) => i == k ? v + 0.02 * by : v)];
            if (Distance(family, p, off, trials, x) > 0.02)
                Assert.NotNull(Step(family, off, trials, x));
        }
    }

    /// <summary>Each family at its first point.</summary>
    public static TheoryData<string, string, double> Typical
    {
        get
        {
            var cases = new TheoryData<string, string, double>();
            foreach (var one in ((IEnumerable<object[]>)Cases).DistinctBy(c => c[0]))
                cases.Add((string)one[0], (string)one[1], (double)one[2]);
            return cases;
        }
    }

    /// <summary>Closely enough to see a standard deviation that is 1% off; beside every family what rejects or searches.</summary>
    [Theory, MemberData(nameof(Typical))]
    [InlineData("normal", "0 1", 1)]
    [InlineData("gamma", "2.3 0.7", 1)]
    [InlineData("gamma", "0.4 3", 1)]
    [InlineData("poisson", "3", 1)]
    [InlineData("poisson", "10", 1)]
    [InlineData("poisson", "40", 1)]
    [InlineData("binomial", "0.3", 30)]
    [InlineData("binomial", "0.3", 1000)]
    public void So_do_a_million(string name, string parameters, double trials)
    {
        var family = Registry.Find(name);
        double[] p = Parse(parameters), x = [.. Draw(Sampler.Of(family), p, trials, 1_000_000, 4).Order()];
        Assert.Null(Step(family, p, trials, x) ?? Cells(family, p, trials, x) ?? Mean(family, p, trials, x));
    }

    /// <summary>The first and the last of sorted draws that are no observations.</summary>
    static string? Outside(Family family, double trials, double[] x)
    {
        var support = Traits.Of(family).Support;
        bool Contains(double v) => support.Contains(v) && v <= (family.Name == "binomial" ? trials : double.MaxValue);
        return x.All(Contains) ? null : FormattableString.Invariant($"draws from {x[0]:R} to {x[^1]:R} are not all observations");
    }

    /// <summary>What is wrong with the share of sorted draws up to a value, at a hundred values and in both tails.</summary>
    static string? Step(Family family, double[] p, double trials, double[] x)
    {
        var law = Prediction.Of(family);
        double[] θ = Coordinates(family, p);
        double n = x.Length;
        foreach (int rank in Ranks(x.Length))
        {
            var (logF, logS) = law.Tails(x[rank], trials, θ);
            double F = Math.Exp(logF), many = 6 * Math.Sqrt(F * Math.Exp(logS) / n) + 12 / n;
            // A continuous law has ties where doubles are coarse: F is then somewhere in the step.
            int below = Below(x, x[rank]), upTo = UpTo(x, x[rank]);
            if (!(F >= (law.IsDiscrete ? upTo : below) / n - many && F <= upTo / n + many))
                return FormattableString.Invariant($"{below} to {upTo} of {n} draws are up to {x[rank]:R}, where F = {F:R}");
        }
        return null;
    }

    static IEnumerable<int> Ranks(int n)
    {
        for (int k = 0; k <= 100; k++)
            yield return (int)((n - 1L) * k / 100);
        for (int tail = 30; tail < n / 100; tail *= 2)
        {
            yield return tail;
            yield return n - 1 - tail;
        }
    }

    static int UpTo(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] <= value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    static int Below(double[] sorted, double value) => UpTo(sorted, Math.BitDecrement(value));

    /// <summary>How far two laws of one family are apart, at most, on sorted draws.</summary>
    static double Distance(Family family, double[] p, double[] off, double trials, double[] x)
    {
        var law = Prediction.Of(family);
        double[] θ = Coordinates(family, p), to = Coordinates(family, off);
        return Ranks(x.Length).Max(r => Math.Abs(Math.Exp(law.Tails(x[r], trials, θ).LogF) - Math.Exp(law.Tails(x[r], trials, to).LogF)));
    }

    /// <summary>A χ² over sixty cells that is more than chance.</summary>
    static string? Cells(Family family, double[] p, double trials, double[] x)
    {
        var law = Prediction.Of(family);
        double[] θ = Coordinates(family, p), edges = [.. Enumerable.Range(1, 60).Select(k => x[(int)((x.Length - 1L) * k / 61)]).Distinct()];
        // Where doubles are coarse, a cell's edge is somewhere in the last one.
        if (!law.IsDiscrete && edges.Length < 60)
            return null;
        double chi = 0, cells = 0;
        var (lowF, lowS) = (double.NegativeInfinity, 0.0);
        int below = 0;
        foreach (double high in edges.Append(double.PositiveInfinity))
        {
            var (highF, highS) = double.IsInfinity(high) ? (0, double.NegativeInfinity) : law.Tails(high, trials, θ);
            double expected = x.Length * (highF < Math.Log(0.5) ? Math.Exp(highF) - Math.Exp(lowF) : Math.Exp(lowS) - Math.Exp(highS));
            int upTo = UpTo(x, high);
            if (expected >= 5)
            {
                chi += (upTo - below - expected) * (upTo - below - expected) / expected;
                cells++;
            }
            (lowF, lowS, below) = (highF, highS, upTo);
        }
        return chi <= cells + 7 * Math.Sqrt(2 * cells) + 25 ? null : $"χ² = {chi:F1} over {cells} cells";
    }

    /// <summary>A mean that is not the family's, where no single draw decides the variance.</summary>
    static string? Mean(Family family, double[] p, double trials, double[] x)
    {
        double expected = Prediction.Of(family).Mean(Coordinates(family, p)).Value * (family.Name == "binomial" ? trials : 1);
        double size = Math.Max(Math.Abs(x[0]), Math.Abs(x[^1])), unit = size > 0 ? 1 / size : 1;
        double mean = x.Average(v => v * unit), variance = x.Average(v => (v * unit - mean) * (v * unit - mean)), least = x[0] * unit - mean, most = x[^1] * unit - mean;
        if (!double.IsFinite(expected) || Math.Max(least * least, most * most) >= 0.01 * x.Length * variance)
            return null;
        double error = Math.Sqrt(variance / x.Length);
        return Math.Abs(mean - expected * unit) <= 6.5 * error + 1e-12 * Math.Abs(mean) ? null
            : FormattableString.Invariant($"a mean of {mean / unit:R} ± {error / unit:G2}, expected {expected:R}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Draws_are_the_same_bits_whatever_the_vectors_and_the_number_of_observations(string name, string parameters, double trials)
    {
        var family = Registry.Find(name);
        double[] p = Parse(parameters), alone = Draw(Sampler.Of(family, 1), p, trials, 203);
        foreach (int lanes in new[] { 4, 8 })
        {
            Assert.Equal(alone, Draw(Sampler.Of(family, lanes), p, trials, 203));
            foreach (int n in new[] { 0, 1, 3, 5, 8, 66 })
                Assert.Equal(alone[..n], Draw(Sampler.Of(family, lanes), p, trials, n));
        }
        var (shifted, m) = (new double[203 + 3], Enumerable.Repeat(trials, 203 + 3).ToArray());
        for (int offset = 1; offset <= 3; offset++)
        {
            Sampler.Of(family).Fill(p, m.AsSpan(offset, 203), new(1, Purpose.Data, 0, 0), shifted.AsSpan(offset, 203));
            Assert.Equal(alone, shifted[offset..(offset + 203)]);
        }
    }

    /// <summary>On the boundary a fit's estimate is the law of a constant, or of another family.</summary>
    [Theory]
    [InlineData("bernoulli", 0, 0)]
    [InlineData("bernoulli", 1, 1)]
    [InlineData("binomial", 0, 0)]
    [InlineData("binomial", 1, 1000)]
    [InlineData("poisson", 0, 0)]
    [InlineData("ztpoisson", 0, 1)]
    [InlineData("geometric", 1, 0)]
    [InlineData("logarithmic", 0, 1)]
    public void A_parameter_on_its_boundary_gives_a_constant(string name, double parameter, double constant) =>
        Assert.All(Draw(Sampler.Of(Registry.Find(name)), [parameter], 1000, 50), x => Assert.Equal(constant, x));

    [Fact]
    public void Trials_may_differ_from_row_to_row()
    {
        double[] m = [.. Enumerable.Range(0, 40_001).Select(i => trials[i % trials.Length])], x = new double[m.Length];
        Sampler.Of(Registry.Find("binomial")).Fill([0.02], m, new(9, Purpose.Data, 0, 0), x);
        for (int k = 0; k < trials.Length; k++)
            Assert.Null(Step(Registry.Find("binomial"), [0.02], trials[k], [.. x.Where((_, i) => i % trials.Length == k).Order()]));
    }

    [Fact]
    public void Replicates_and_data_sets_are_others()
    {
        var sampler = Sampler.Of(Registry.Find("normal"));
        var all = new List<double>();
        foreach (var (seed, set, replicate) in new[] { (1ul, 0u, 0u), (2ul, 0u, 0u), (1ul, 1u, 0u), (1ul, 0u, 1u) })
        {
            var x = new double[100];
            sampler.Fill([0, 1], default, new(seed, Purpose.Data, set, replicate), x);
            all.AddRange(x);
        }
        Assert.Equal(400, all.Distinct().Count());
    }

    [Fact]
    public void Categories_come_up_by_their_shares()
    {
        double[] shares = [0.2, 0, 0.5, 0.3], x = new double[N];
        Sampler.Of(Families.Categorical(["a", "b", "c", "d"])).Fill(shares, default, new(4, Purpose.Data, 0, 0), x);
        for (int j = 0; j < shares.Length; j++)
            Assert.Equal(shares[j], x.Count(v => v == j) / (double)N, 0.008 * Math.Sqrt(shares[j]));
    }
}
