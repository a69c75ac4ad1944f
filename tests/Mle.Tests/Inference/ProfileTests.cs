using Mle.Tests.Regression;

namespace Mle.Tests.Inference;

/// <summary>Intervals by the likelihood ratio: closed forms, the equation that defines an end, and what may not change them.</summary>
public class ProfileTests
{
    /// <summary>The 0.95 quantile of χ² with one degree of freedom.</summary>
    const double C = 3.841458820694124;

    public static TheoryData<string> All => Registry.Names;

    public static TheoryData<string> Models => RegressionLaws.Models;

    static readonly CpuEngine engine = new();

    static ProfileIntervals Of(string family, Batch batch, FitOptions? options = null, double level = 0.95, params string[] parameters) =>
        Profile.Intervals(engine, Registry.Find(family), batch, options ?? new(), level, parameters.Length == 0 ? null : parameters);

    static Dictionary<string, double> Known(string name, double value) => new() { [name] = value };

    /// <summary>Where a function that changes its sign once is 0.</summary>
    static double Root(Func<double, double> f, double from, double to)
    {
        bool rises = f(to) > 0;
        for (int i = 0; i < 200; i++)
        {
            double middle = from + (to - from) / 2;
            (from, to) = f(middle) > 0 == rises ? (from, middle) : (middle, to);
        }
        return to;
    }

    static void Close(double expected, double actual, double relative = 1e-9) =>
        Assert.True(expected == actual || Math.Abs(expected - actual) <= relative * Math.Abs(expected), $"{actual:R} instead of {expected:R}, relative {(actual - expected) / expected:E1}");

    static readonly double[] positive = [0.31, 1.2, 0.75, 2.6, 0.11, 3.3, 0.98, 1.7];

    [Fact]
    public void The_exponential_has_a_closed_form()
    {
        double n = positive.Length, rate = n / positive.Sum();
        double Fall(double v) => 2 * n * (v / rate - 1 - Math.Log(v / rate)) - C;
        var found = Of("exponential", Batch.Single(positive));
        Close(Root(Fall, 1e-6 * rate, rate), found.Lower(0)[0]);
        Close(Root(Fall, rate, 50 * rate), found.Upper(0)[0]);
    }

    [Fact]
    public void The_poisson_and_the_bernoulli_have_closed_forms()
    {
        double[] counts = [0, 3, 1, 4, 2, 2, 0, 5];
        double n = counts.Length, λ = counts.Average();
        double Fall(double v) => 2 * n * (v - λ - λ * Math.Log(v / λ)) - C;
        var poisson = Of("poisson", Batch.Single(counts));
        Close(Root(Fall, 1e-6, λ), poisson.Lower(0)[0]);
        Close(Root(Fall, λ, 50), poisson.Upper(0)[0]);

        double[] coins = [0, 1, 1, 0, 0, 1, 0, 0, 0, 1];
        double m = coins.Length, p = coins.Average();
        double Difference(double v) => -2 * m * (p * Math.Log(v / p) + (1 - p) * Math.Log((1 - v) / (1 - p))) - C;
        var bernoulli = Of("bernoulli", Batch.Single(coins));
        Close(Root(Difference, 1e-9, p), bernoulli.Lower(0)[0]);
        Close(Root(Difference, p, 1 - 1e-9), bernoulli.Upper(0)[0]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.999)]
    public void The_normal_has_closed_forms(double level)
    {
        double[] x = [4.1, 3.2, 5.5, 4.4, 6.0, 2.9, 4.7];
        double n = x.Length, mean = x.Average(), sd = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
        double z = (double)Normal.Quantile<Real>((1 + level) / 2), c = z * z;
        var found = Of("normal", Batch.Single(x), level: level);
        double half = sd * Math.Sqrt(Math.Exp(c / n) - 1);
        Close(mean - half, found.Lower(0)[0]);
        Close(mean + half, found.Upper(0)[0]);
        double Fall(double v) => 2 * n * (Math.Log(v / sd) + 0.5 * (sd * sd / (v * v) - 1)) - c;
        Close(Root(Fall, 0.01 * sd, sd), found.Lower(1)[0]);
        Close(Root(Fall, sd, 100 * sd), found.Upper(1)[0]);
    }

    [Fact]
    public void A_maximum_on_the_edge_has_a_one_sided_interval()
    {
        var poisson = Of("poisson", Batch.Single(new double[12]));
        Assert.Equal((0, "the maximum is on the edge lambda = 0"), (poisson.Lower(0)[0], poisson.Remark(0, 0, Side.Lower)));
        Close(C / 24, poisson.Upper(0)[0]);
        var bernoulli = Of("bernoulli", Batch.Single(Enumerable.Repeat(1.0, 9).ToArray()));
        Close(Math.Exp(-C / 18), bernoulli.Lower(0)[0]);
        Assert.Equal(1, bernoulli.Upper(0)[0]);
        var geometric = Of("geometric", Batch.Single(new double[20]));
        Close(Math.Exp(-C / 40), geometric.Lower(0)[0]);
        Assert.Equal(1, geometric.Upper(0)[0]);
        var category = Profile.Intervals(engine, Families.Categorical(["a", "b", "c"]), Batch.Single(new double[] { 0, 0, 1, 0, 1, 1, 1 }), new(), 0.95);
        Assert.Equal(0, category.Lower(2)[0]);
        Close(1 - Math.Exp(-C / 14), category.Upper(2)[0]);
    }

    [Fact]
    public void A_supremum_at_infinity_has_one_finite_end()
    {
        double[] under = [2, 3, 2, 2, 3, 4, 3, 2, 3, 2, 2, 3];
        var batch = Batch.Single(under);
        var found = Of("negative_binomial", batch);
        Assert.Equal((double.PositiveInfinity, "the likelihood rises as size -> Infinity"), (found.Upper(0)[0], found.Remark(0, 0, Side.Upper)));
        double supremum = Of("poisson", batch).Fits.LogLikelihood[0];
        Close(C, 2 * (supremum - engine.Fit(Registry.Find("negative_binomial"), batch, new() { Fixed = Known("size", found.Lower(0)[0]) }).LogLikelihood[0]), 1e-8);
        // In μ the profile is that of the limit, the Poisson.
        var poisson = Of("poisson", batch);
        Close(poisson.Lower(0)[0], found.Lower(1)[0], 1e-8);
        Close(poisson.Upper(0)[0], found.Upper(1)[0], 1e-8);
    }

    [Fact]
    public void A_likelihood_that_does_not_fall_enough_has_an_infinite_end()
    {
        // Hardly overdispersed: the Poisson limit is nearly as likely.
        double[] counts = [0, 1, 2, 3, 4, 5, 2, 2, 1, 3, 6, 0];
        var found = Of("negative_binomial", Batch.Single(counts));
        Assert.Equal(Status.Interior, found.Fits.Status[0]);
        Assert.Equal(double.PositiveInfinity, found.Upper(0)[0]);
        Assert.StartsWith("the log-likelihood falls by no more than ", found.Remark(0, 0, Side.Upper));
        Assert.EndsWith(" towards size -> Infinity", found.Remark(0, 0, Side.Upper));
    }

    [Fact]
    public void Ends_of_the_support_have_an_exact_law_or_none()
    {
        double[] x = [0.2, 1.9, 0.7, 1.1, 1.4];
        double c = -2 * Math.Log(0.05);
        var uniform = Of("uniform", Batch.Single(x), new() { Fixed = Known("a", 0) });
        Assert.Equal(1.9, uniform.Lower(0)[0]);
        Close(1.9 * Math.Exp(c / 10), uniform.Upper(0)[0]);
        var pareto = Of("pareto", Batch.Single(x), new() { Fixed = Known("alpha", 1.5) });
        Assert.Equal(0.2, pareto.Upper(0)[0]);
        Close(0.2 * Math.Exp(-c / 15), pareto.Lower(0)[0]);
        var both = Of("uniform", Batch.Single(x));
        Assert.True(double.IsNaN(both.Lower(0)[0]) && double.IsNaN(both.Upper(1)[0]));
        Assert.StartsWith("a is not regular here", both.Remark(0, 0, Side.Lower));
        var laplace = Of("laplace", Batch.Single(x));
        Assert.StartsWith("location is not regular here", laplace.Remark(0, 0, Side.Lower));
        Assert.True(laplace.Lower(1)[0] < laplace.Fits[0]["scale"] && laplace.Fits[0]["scale"] < laplace.Upper(1)[0]);
    }

    [Theory, MemberData(nameof(All))]
    public void Every_end_is_where_the_likelihood_has_fallen(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 62));
        var samples = oracle.Points.SelectMany(p => new[] { 30, 120 }.Select(n => Sample.Draw(oracle, p, n, random))).ToArray();
        var found = Profile.Intervals(engine, family, Sample.Join(samples), new(), 0.95);
        int ends = 0;
        for (int d = 0; d < samples.Length; d++)
            for (int p = 0; p < found.Parameters.Count; p++)
                ends += Fallen(family, samples[d].Batch, found, d, p, $"{name}, n = {samples[d].Length}");
        Assert.True(ends > 0 || name == "uniform", $"{name}: no interval at all");
    }

    /// <summary>How many ends were proved, by fits that know nothing of the search.</summary>
    static int Fallen(Family family, Batch batch, ProfileIntervals found, int d, int p, string where)
    {
        var fit = found.Fits[d];
        string name = fit.Parameters[found.Parameters[p]];
        double estimate = fit[name];
        int ends = 0;
        foreach (var (side, end) in new[] { (Side.Lower, found.Lower(p)[d]), (Side.Upper, found.Upper(p)[d]) })
        {
            if (found.Remark(d, p, side) is { } remark)
            {
                Assert.True(remark.Length > 0, where);
                continue;
            }
            Assert.True(double.IsFinite(end) && (!double.IsFinite(estimate) || end < estimate == (side == Side.Lower)), $"{where}: {name} from {found.Lower(p)[d]:R} to {found.Upper(p)[d]:R} about {estimate:R}");
            double top = Profile.Supremum(fit), ℓ = Profile.Supremum(engine.Fit(family, batch, new() { Fixed = Known(name, end) })[0]);
            Assert.True(Math.Abs(2 * (top - ℓ) - C) <= 1e-8 + 1e-12 * Math.Abs(top), $"{where}: at the {side} end {end:R} of {name} the likelihood has fallen by {2 * (top - ℓ):R}");
            ends++;
        }
        return ends;
    }

    [Theory, MemberData(nameof(Models))]
    public void Every_end_of_a_regression_is_where_the_likelihood_has_fallen(string name)
    {
        var model = Written.Models.Single(m => m.Name == name);
        var random = Registry.Random(name, 63);
        var sets = Enumerable.Range(0, name.Contains("negative_binomial") ? 1 : 2).Select(_ => model.Draw(50, random, false, false)).ToArray();
        var found = Profile.Intervals(engine, model.Family, EachLaws.Joined(sets), new(), 0.95);
        int ends = 0;
        for (int d = 0; d < sets.Length; d++)
            for (int p = 0; p < found.Parameters.Count; p++)
                ends += Fallen(model.Family, sets[d].Batch, found, d, p, name);
        Assert.True(ends > 0, $"{name}: no interval at all");
    }

    [Fact]
    public void A_separated_coefficient_has_one_finite_end()
    {
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8], y = [0, 0, 0, 0, 1, 1, 1, 1];
        var batch = new Batch(y, [0, 8]) { Predictors = new Dictionary<string, Predictor> { ["p"] = new([Predictor.Intercept, "x"], [default, x]) } };
        var found = Profile.Intervals(engine, Registry.Find("logistic_regression"), batch, new(), 0.95);
        Assert.Equal((Status.NoFiniteMle, Cause.Separated), (found.Fits.Status[0], found.Fits[0].Verdict.Cause));
        Assert.Equal((double.PositiveInfinity, "the likelihood rises as x -> Infinity"), (found.Upper(1)[0], found.Remark(0, 1, Side.Upper)));
        // Two parameters by hand: for every slope the best intercept is that of symmetry, −4.5 slopes.
        double Fall(double slope) => 4 * x.Zip(y).Sum(p => Math.Log(1 + Math.Exp((p.Second == 1 ? -1 : 1) * slope * (p.First - 4.5)))) / 2 - C;
        Close(Root(Fall, 1e-3, 10), found.Lower(1)[0], 1e-7);
    }

    [Theory]
    [InlineData("weibull")]
    [InlineData("gamma")]
    [InlineData("gumbel")]
    [InlineData("gev")]
    [InlineData("student_t")]
    public void Intervals_move_with_the_unit_of_the_data(string name)
    {
        var (oracle, family) = (Oracles.Of(name), Registry.Find(name));
        var sample = Sample.Draw(oracle, oracle.Points[0], 80, Registry.Random(name, 64));
        var here = Of(name, sample.Batch);
        foreach (double factor in new[] { 1e-30, 3.7 })
        {
            var there = Of(name, sample.Map(x => factor * x).Batch);
            for (int p = 0; p < here.Parameters.Count; p++)
            {
                double by = family.Info.Parameters[p].Role switch { Role.Scale or Role.Location => factor, Role.Rate => 1 / factor, _ => 1 };
                Close(by * here.Lower(p)[0], there.Lower(p)[0], 1e-8);
                Close(by * here.Upper(p)[0], there.Upper(p)[0], 1e-8);
            }
        }
    }

    [Fact]
    public void Intervals_do_not_depend_on_how_a_parameter_is_written()
    {
        double[] logs = [.. positive.Select(x => Math.Log(x))];
        var (loglogistic, logistic) = (Of("loglogistic", Batch.Single(positive)), Of("logistic", Batch.Single(logs)));
        Close(1 / logistic.Upper(1)[0], loglogistic.Lower(0)[0], 1e-8);
        Close(1 / logistic.Lower(1)[0], loglogistic.Upper(0)[0], 1e-8);
        Close(Math.Exp(logistic.Lower(0)[0]), loglogistic.Lower(1)[0], 1e-8);
        Close(Math.Exp(logistic.Upper(0)[0]), loglogistic.Upper(1)[0], 1e-8);
        var (lognormal, normal) = (Of("lognormal", Batch.Single(positive)), Of("normal", Batch.Single(logs)));
        for (int p = 0; p < 2; p++)
        {
            Close(normal.Lower(p)[0], lognormal.Lower(p)[0], 1e-8);
            Close(normal.Upper(p)[0], lognormal.Upper(p)[0], 1e-8);
        }
        var (gamma, inverse) = (Of("gamma", Batch.Single(positive)), Of("inverse_gamma", Batch.Single(positive.Select(x => 1 / x).ToArray())));
        for (int p = 0; p < 2; p++)
        {
            Close(gamma.Lower(p)[0], inverse.Lower(p)[0], 1e-8);
            Close(gamma.Upper(p)[0], inverse.Upper(p)[0], 1e-8);
        }
    }

    /// <summary>An engine whose first fit keeps to a place; where something else is held, or a start is given, it looks everywhere.</summary>
    sealed class Astray(string parameter, double low, double high) : IEngine
    {
        public string Description => engine.Description;

        public void Prepare(Family family, Batch batch, FitOptions options) { }

        public FitTable Fit(Family family, Batch batch, FitOptions options) => engine.Fit(family, batch, options.FixedEach.Count + options.StartEach.Count > 0 ? options
            : options with { Bounds = new Dictionary<string, (double, double)> { [parameter] = (low, high) } });

        public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) =>
            engine.Evaluate(family, batch, at, options);

        public void Dispose() { }
    }

    [Fact]
    public void A_better_maximum_that_a_profile_finds_corrects_the_fit()
    {
        // Two clusters, of which the larger is the better place for t on few degrees of freedom.
        double[] x = [0, 0.1, 0.2, 0.15, 0.05, 20, 20.1, 20.05, 20.2];
        var batch = Batch.Single(x);
        FitOptions options = new() { Fixed = Known("df", 0.5) };
        using var narrow = new Astray("location", 15, 25);
        var astray = narrow.Fit(Registry.Find("student_t"), batch, options);
        var best = engine.Fit(Registry.Find("student_t"), batch, options);
        Assert.True(astray.Status[0] == Status.Interior && astray.LogLikelihood[0] < best.LogLikelihood[0] - 1);
        var found = Profile.Intervals(narrow, Registry.Find("student_t"), batch, options, 0.95);
        Assert.Equal(best.LogLikelihood[0], found.Fits.LogLikelihood[0], 1e-9);
        Assert.Matches("^the profile of [a-z]+ led to a log-likelihood of -[0-9.]+, above -[0-9.]+: the fit was corrected$", found.Corrections[0]);
        var direct = Of("student_t", batch, options);
        Assert.Empty(direct.Corrections);
        for (int p = 0; p < 2; p++)
        {
            Assert.Equal(direct.Lower(p)[0], found.Lower(p)[0], 1e-8);
            Assert.Equal(direct.Upper(p)[0], found.Upper(p)[0], 1e-8);
        }
    }

    [Theory]
    [InlineData("weibull")]
    [InlineData("negative_binomial")]
    [InlineData("student_t")]
    public void A_batch_gives_the_bits_of_its_data_sets_on_any_number_of_threads(string name)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name, 65));
        var samples = Enumerable.Range(0, 13).Select(i => Sample.Draw(oracle, oracle.Points[i % oracle.Points.Length], 10 + 3 * i, random)).ToArray();
        var batch = Sample.Join(samples);
        double[] Bits(ProfileIntervals found, int d) => [.. Enumerable.Range(0, found.Parameters.Count).SelectMany(p => new[] { found.Lower(p)[d], found.Upper(p)[d] }), found.Fits.LogLikelihood[d]];
        var one = Of(name, batch, new() { Threads = 1 });
        var seven = Of(name, batch, new() { Threads = 7 });
        for (int d = 0; d < samples.Length; d++)
        {
            Assert.Equal(Bits(one, d), Bits(seven, d));
            Assert.Equal(Bits(Of(name, samples[d].Batch), 0), Bits(one, d));
        }
    }

    [Fact]
    public void A_curve_has_its_root_at_the_ends()
    {
        var batch = Batch.Single(positive);
        var family = Registry.Find("weibull");
        var found = Of("weibull", batch);
        var curve = Profile.Curves(engine, family, batch, new(), found, 0, 61)[0]!;
        Assert.True(curve.Values[0] < found.Lower(0)[0] && found.Upper(0)[0] < curve.Values[^1]);
        for (int k = 1; k < 61; k++)
            Assert.True(curve.Values[k - 1] < curve.Values[k] && curve.Root[k - 1] < curve.Root[k]);
        for (int k = 0; k < 61; k++)
        {
            Assert.Equal(curve.Root[k] * curve.Root[k] / 2, found.Fits.LogLikelihood[0] - curve.LogLikelihood[k], 1e-10);
            Assert.Equal(Math.Abs(curve.Root[k]) < Math.Sqrt(C), found.Lower(0)[0] < curve.Values[k] && curve.Values[k] < found.Upper(0)[0]);
        }
    }

    [Fact]
    public void A_surface_is_the_likelihood_at_its_points()
    {
        var (family, batch) = (Registry.Find("weibull"), Batch.Single(positive));
        double[] shapes = [0.8, 1.1, 1.5], scales = [1, 1.4];
        var both = Surface.Of(engine, family, batch, new(), [("shape", shapes), ("scale", scales)]);
        Assert.Empty(both.ProfiledOut);
        for (int i = 0; i < 6; i++)
            Assert.Equal(engine.Evaluate(family, batch, new Dictionary<string, double> { ["shape"] = shapes[i / 2], ["scale"] = scales[i % 2] }, new())[0].LogLikelihood, both.LogLikelihood[i], 1e-12);
        var profiled = Surface.Of(engine, family, batch, new(), [("shape", shapes)]);
        Assert.Equal(["scale"], profiled.ProfiledOut);
        for (int i = 0; i < 3; i++)
            Assert.Equal(engine.Fit(family, batch, new() { Fixed = Known("shape", shapes[i]) }).LogLikelihood[0], profiled.LogLikelihood[i]);
        var outside = Surface.Of(engine, Registry.Find("uniform"), batch, new() { Fixed = Known("a", 0) }, [("b", [1, 4])]);
        Assert.Equal([double.NegativeInfinity, -8 * Math.Log(4)], outside.LogLikelihood);
    }

    [Fact]
    public void What_has_no_likelihood_ratio_is_refused()
    {
        var batch = new Batch(positive, [0, 8], positive) { Weighting = Weighting.Sampling };
        Assert.Throws<ArgumentException>(() => Of("weibull", batch));
        Assert.Throws<ArgumentException>(() => Of("weibull", Batch.Single(positive), new() { Penalty = new() { Ridge = 1 } }));
        Assert.Throws<ArgumentException>(() => Of("weibull", Batch.Single(positive), level: 1));
        Assert.Equal("There is no estimated parameter 'rate' to profile; there are shape, scale.",
            Assert.Throws<ArgumentException>(() => Of("weibull", Batch.Single(positive), parameters: "rate")).Message);
    }
}
