namespace Mle.Tests;

/// <summary>Every verdict's criterion with data just on one side of it and just on the other.</summary>
public class ExistenceTests
{
    static Fit Fit(string family, double[] x, double[]? trials = null, double[]? weights = null, params (string Name, double Value)[] known)
    {
        using var engine = new CpuEngine();
        return engine.Fit(Registry.Find(family), Batch.Single(x, weights, trials), new() { Fixed = known.ToDictionary(k => k.Name, k => k.Value) })[0];
    }

    static void Exists(Fit fit) => Assert.True(fit.Status is Status.Interior or Status.Nonregular, $"{fit.Status}: {fit.Verdict.Reason}");

    static void Unbounded(Fit fit)
    {
        Assert.True(fit.Status == Status.NoFiniteMle && fit.Verdict.Cause == Cause.Unbounded, $"{fit.Status}, {fit.Verdict.Cause}: {fit.Verdict.Reason}");
        Assert.Equal(double.PositiveInfinity, fit.Verdict.Supremum);
        Assert.True(double.IsNaN(fit.LogLikelihood));
    }

    /// <summary>No maximum, but a finite supremum: that of the limiting family, fitted on its own.</summary>
    static void Limit(Fit fit, string family, double supremum)
    {
        Assert.True(fit.Status == Status.NoFiniteMle && fit.Verdict.Cause == Cause.Limit, $"{fit.Status}, {fit.Verdict.Cause}: {fit.Verdict.Reason}");
        Assert.Equal(family, fit.Verdict.LimitFamily);
        Assert.True(Math.Abs(fit.Verdict.Supremum - supremum) <= 1e-12 * (1 + Math.Abs(supremum)), $"supremum {fit.Verdict.Supremum:R}, {family} {supremum:R}");
    }

    static void Boundary(Fit fit, string bound, double logLikelihood)
    {
        Assert.True(fit.Status == Status.Boundary, $"{fit.Status}: {fit.Verdict.Reason}");
        Assert.Equal(bound, fit.Verdict.Bound);
        Assert.True(Math.Abs(fit.LogLikelihood - logLikelihood) <= 1e-12 * (1 + Math.Abs(logLikelihood)), $"log-likelihood {fit.LogLikelihood:R}, expected {logLikelihood:R}");
        Assert.True(double.IsFinite(fit.Verdict.BoundScore) && fit.Verdict.BoundScore != 0);
        string parameter = bound.Split(' ')[0];
        Assert.Equal(double.Parse(bound.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture), fit[parameter]);
        Assert.True(double.IsNaN(fit.StandardError(parameter)), "no standard error on a boundary");
    }

    // --- constant samples -------------------------------------------------------------------------------------------

    public static TheoryData<string> Spread =>
        ["normal", "lognormal", "gamma", "weibull", "beta", "uniform", "pareto", "laplace", "logistic", "loglogistic", "gumbel", "inverse_gaussian", "inverse_gamma"];

    [Theory, MemberData(nameof(Spread))]
    public void Constant_data_are_unbounded_and_data_that_differ_are_not(string family)
    {
        foreach (double c in new[] { 0.7, 1.0 / 3, 0.5 })
        {
            for (int n = 1; n <= 9; n += 4)
                Unbounded(Fit(family, [.. Enumerable.Repeat(c, n)]));
            Exists(Fit(family, [c, c, c, c, c * (1 + 1e-6)]));
            // At one unit in the last place a shape near 1e32 may be beyond what can be found, but it is not infinite.
            var fit = Fit(family, [c, c, c, c, Math.BitIncrement(c)]);
            Assert.True(fit.Status != Status.NoFiniteMle, $"{family} {c} and one ulp more: {fit.Status}, {fit.Verdict.Reason}");
        }
    }

    /// <summary>Two observations that differ are enough for most criteria; the first and the last need not be such.</summary>
    [Theory]
    [InlineData("normal")]
    [InlineData("exponential")]
    [InlineData("poisson")]
    [InlineData("geometric")]
    [InlineData("half_normal")]
    [InlineData("bernoulli")]
    public void Observations_that_differ_are_found_wherever_they_are(string family)
    {
        foreach (int n in new[] { 3, 20, 41, 5000 })
        {
            for (int at = 0; at < n; at += Math.Max(1, n / 3))
            {
                double[] x = new double[n];
                x[at] = 1;
                Exists(Fit(family, x));
            }
        }
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("logistic")]
    [InlineData("gumbel")]
    [InlineData("uniform")]
    [InlineData("laplace")]
    public void Location_and_scale_are_found_at_one_unit_in_the_last_place(string family)
    {
        foreach (double c in new[] { 0.7, -1e6, 1e300 })
        {
            Unbounded(Fit(family, [c, c, c, c]));
            Exists(Fit(family, [c, Math.BitIncrement(c), c, Math.BitIncrement(c)]));
        }
    }

    [Theory]
    [InlineData("gev")]
    [InlineData("cauchy")]
    [InlineData("student_t")]
    [InlineData("generalized_gamma")]
    [InlineData("gompertz")]
    public void Constant_data_are_unbounded_in_the_others_too(string family)
    {
        Unbounded(Fit(family, [0.7, 0.7, 0.7, 0.7]));
        Unbounded(Fit(family, [0.7]));
    }

    [Theory]
    [InlineData("normal", "mu")]
    [InlineData("laplace", "location")]
    [InlineData("logistic", "location")]
    [InlineData("gumbel", "location")]
    [InlineData("inverse_gaussian", "mu")]
    [InlineData("loglogistic", "scale")]
    [InlineData("weibull", "scale")]
    [InlineData("pareto", "xm")]
    public void With_the_place_known_constant_data_are_unbounded_only_there(string family, string place)
    {
        double[] x = [0.75, 0.75, 0.75];
        Unbounded(Fit(family, x, known: (place, 0.75)));
        Exists(Fit(family, x, known: (place, Math.ScaleB(0.75, -1))));
        Exists(Fit(family, [0.75, 0.75, 1], known: (place, 0.75)));
    }

    [Theory]
    [InlineData("gamma", "rate")]
    [InlineData("gamma", "shape")]
    [InlineData("weibull", "shape")]
    [InlineData("beta", "alpha")]
    [InlineData("beta", "beta")]
    [InlineData("inverse_gamma", "scale")]
    [InlineData("inverse_gamma", "shape")]
    [InlineData("inverse_gaussian", "lambda")]
    [InlineData("normal", "sigma")]
    [InlineData("lognormal", "sdlog")]
    public void With_the_spread_known_constant_data_have_a_maximum(string family, string parameter) =>
        Exists(Fit(family, [0.75, 0.75, 0.75], known: (parameter, 2)));

    [Theory]
    [InlineData("exponential")]
    [InlineData("half_normal")]
    public void All_zeros_are_unbounded_and_one_tiny_value_is_not(string family)
    {
        Unbounded(Fit(family, [0, 0, 0]));
        Exists(Fit(family, [0, 1e-100, 0]));
    }

    [Theory]
    [InlineData("gpd")]
    [InlineData("lomax")]
    [InlineData("gompertz")]
    public void All_zeros_are_unbounded(string family)
    {
        Unbounded(Fit(family, [0, 0, 0]));
        Exists(Fit(family, family == "gompertz" ? [0, 0.5, 0.6, 0.7, 0.8, 0.9] : [0, 0.1, 0.3, 0.2, 0.9, 4, 0.5]));
    }

    // --- the edge of the parameter space ----------------------------------------------------------------------------

    [Theory]
    [InlineData("bernoulli", 0, "p = 0", 1)]
    [InlineData("bernoulli", 1, "p = 1", 0)]
    [InlineData("poisson", 0, "lambda = 0", 1)]
    [InlineData("geometric", 0, "p = 1", 1)]
    [InlineData("ztpoisson", 1, "lambda = 0", 2)]
    [InlineData("logarithmic", 1, "p = 0", 2)]
    public void Counts_that_are_all_extreme_lie_on_the_boundary_and_one_other_count_does_not(string family, double extreme, string bound, double other)
    {
        Boundary(Fit(family, [extreme, extreme, extreme]), bound, 0);
        Boundary(Fit(family, [extreme]), bound, 0);
        var fit = Fit(family, [extreme, extreme, other]);
        Assert.Equal(Status.Interior, fit.Status);
        // A row of weight 0 is no row.
        Boundary(Fit(family, [extreme, extreme, other], weights: [1, 1, 0]), bound, 0);
        Assert.Equal(Status.Interior, Fit(family, [extreme, extreme, other], weights: [1, 1, 1e-6]).Status);
    }

    [Fact]
    public void Binomial_without_success_failure_or_trial()
    {
        Boundary(Fit("binomial", [0, 0], [3, 5]), "p = 0", 0);
        Boundary(Fit("binomial", [3, 5], [3, 5]), "p = 1", 0);
        Assert.Equal(Status.Interior, Fit("binomial", [3, 4], [3, 5]).Status);
        Assert.Equal(Status.Interior, Fit("binomial", [0, 1], [3, 5]).Status);
        Assert.Equal(Status.NotIdentified, Fit("binomial", [0, 0], [0, 0]).Status);
    }

    [Fact]
    public void Zero_inflation_needs_more_zeros_than_Poisson_predicts()
    {
        // 4 zeros of 10. Sum 9: 10 e^(−0.9) = 4.07 are predicted. Sum 10: 3.68.
        double[] few = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], enough = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3];
        var fit = Fit("zero_inflated_poisson", few);
        Boundary(fit, "pi = 0", Fit("poisson", few).LogLikelihood);
        Assert.Equal(0.9, fit["lambda"], 1e-15);
        Assert.True(fit.Verdict.BoundScore < 0);
        Assert.Equal(Status.Interior, Fit("zero_inflated_poisson", enough).Status);
        Boundary(Fit("zero_inflated_poisson", [1, 2, 3, 4]), "pi = 0", Fit("poisson", [1, 2, 3, 4]).LogLikelihood);
        Assert.Equal(Status.NotIdentified, Fit("zero_inflated_poisson", [0, 0, 0]).Status);
    }

    // --- limiting families ------------------------------------------------------------------------------------------

    public static TheoryData<double[], double[]> Dispersion => new()
    {
        // Variance = mean exactly, and one count moved by one.
        { [0, 2], [0, 3] },
        { [0, 0, 2, 2], [0, 0, 1, 3] },
        { [2, 1, 1, 0, 0, 0, 0, 0], [2, 2, 0, 0, 0, 0, 0, 0] },
        { [6, 18, 6, 18, 12, 12, 12, 12, 12, 12, 12, 12], [5, 18, 6, 18, 12, 12, 12, 12, 12, 12, 12, 12] },
        { [999000, 1001000], [999000, 1001001] },
    };

    [Theory, MemberData(nameof(Dispersion))]
    public void Negative_binomial_needs_a_variance_above_the_mean(double[] equal, double[] over)
    {
        var fit = Fit("negative_binomial", equal);
        Limit(fit, "poisson", Fit("poisson", equal).LogLikelihood);
        Assert.Equal(double.PositiveInfinity, fit.Verdict.Limit!["size"]);
        Assert.Equal(equal.Average(), fit.Verdict.Limit["mu"], equal.Average() * 1e-15);
        Assert.Equal(Status.Interior, Fit("negative_binomial", over).Status);
    }

    /// <summary>Sums of squares beyond 2⁵³: rounded, they could say either.</summary>
    [Fact]
    public void Negative_binomial_compares_variance_and_mean_exactly_for_huge_counts_too()
    {
        double[] equal = [9999900000, 10000100000];
        Limit(Fit("negative_binomial", equal), "poisson", Fit("poisson", equal).LogLikelihood);
        Assert.Equal(Status.Interior, Fit("negative_binomial", [9999900000, 10000100001]).Status);
    }

    [Fact]
    public void Negative_binomial_of_zeros_lies_on_the_boundary()
    {
        Boundary(Fit("negative_binomial", [0, 0, 0]), "mu = 0", 0);
        Assert.Equal(Cause.Limit, Fit("negative_binomial", [0, 0, 0, 1]).Verdict.Cause);
        Assert.Equal(Status.Interior, Fit("negative_binomial", [0, 0, 0, 2]).Status);
    }

    [Fact]
    public void Gompertz_needs_a_standard_deviation_below_the_mean()
    {
        // Of two observations a < b, mean² − variance = ab.
        double[] equal = [0, 1];
        Limit(Fit("gompertz", equal), "exponential", Fit("exponential", equal).LogLikelihood);
        Exists(Fit("gompertz", [1e-6, 1]));
        double[] over = [0.1, 0.1, 0.1, 9];
        Limit(Fit("gompertz", over), "exponential", Fit("exponential", over).LogLikelihood);
        // The rate known: Σx against rate Σx²/2.
        Exists(Fit("gompertz", [1, 2], known: ("rate", Math.BitDecrement(1.2))));
        Assert.Equal(Cause.Limit, Fit("gompertz", [1, 2], known: ("rate", Math.BitIncrement(1.2))).Verdict.Cause);
    }

    /// <summary>
    /// Where no exact criterion exists the verdict must change where the likelihoods cross: data(t) run from one verdict to
    /// the other, and on both sides of the change the oracle is searched.
    /// </summary>
    static void Crossing(string family, string limit, Func<double, double[]> data, double without, double with)
    {
        Limit(Fit(family, data(without)), limit, Fit(limit, data(without)).LogLikelihood);
        Exists(Fit(family, data(with)));
        for (int i = 0; i < 40; i++)
        {
            double middle = 0.5 * (without + with);
            var fit = Fit(family, data(middle));
            Assert.True(fit.Status is Status.Interior or Status.NoFiniteMle, $"{family} at t = {middle:R}: {fit.Status}, {fit.Verdict.Reason}");
            if (fit.Status == Status.Interior)
                with = middle;
            else
                without = middle;
        }
        // Just inside: strictly above the limiting family, by the oracle. A little way back: nothing above it.
        var oracle = Oracles.Of(family);
        double[] inside = data(with + (with - without) * 1e6), outside = data(without - (with - without) * 1e6);
        var interior = Fit(family, inside);
        Exists(interior);
        double value = Numerically.LogLikelihood(oracle, Registry.Estimates(oracle, interior), new(inside));
        Assert.True(value > Fit(limit, inside).LogLikelihood - 1e-11, $"{family} at t = {with:R}: {value:R} is not above the {limit}'s");
        var parameters = Registry.Parameters(oracle, Registry.Find(family));
        double top = Fit(limit, outside).LogLikelihood;
        var random = Registry.Random(family, 30);
        for (int start = 0; start < 12; start++)
        {
            double[] from = [.. Registry.Estimates(oracle, interior).Select((v, i) =>
                parameters[i].Link == Link.Log ? Math.Log(v) + 3 * (random.NextDouble() - 0.5) : v)];
            var (_, best) = Numerically.Climb(u => Numerically.LogLikelihood(oracle, [.. u.Select((v, i) => parameters[i].Link == Link.Log ? Math.Exp(v) : v)], new(outside)), from, 0.5, 2000);
            Assert.True(best <= top + 1e-9, $"{family} at t = {without:R} is said to run to the {limit}, but {best - top:E2} more is to be had");
        }
    }

    /// <summary>Exponential quantiles whose largest is stretched by t.</summary>
    static double[] Exponential(double t) =>
        [.. Enumerable.Range(1, 20).Select(i => -Math.Log(1 - (i - 0.5) / 20) * (i == 20 ? t : 1))];

    [Fact]
    public void Lomax_runs_to_the_exponential_where_nothing_exceeds_it() => Crossing("lomax", "exponential", Exponential, 1, 5);

    /// <summary>Symmetric points whose outermost pair is stretched by t.</summary>
    static double[] Symmetric(double t) =>
        [.. Enumerable.Range(1, 10).SelectMany(i => new[] { 1, -1 }.Select(s => s * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.5 + (i - 0.5) / 20) * (i == 10 ? t : 1)))];

    [Fact]
    public void Student_t_runs_to_the_normal_where_nothing_exceeds_it() => Crossing("student_t", "normal", Symmetric, 1, 5);

    [Fact]
    public void Generalized_gamma_names_the_limit_that_its_likelihood_approaches()
    {
        // Normal quantiles of log x: the lognormal itself; log-exponential ones: the power function.
        double[] lognormal = [.. Symmetric(1).Select(z => Math.Exp(z))], power = [.. Exponential(1).Select(e => Math.Exp(-e))];
        foreach (double[] x in new[] { lognormal, power })
        {
            var fit = Fit("generalized_gamma", x);
            Assert.True(fit.Status == Status.NoFiniteMle && fit.Verdict.Cause == Cause.Limit || fit.Status == Status.Interior, $"{fit.Status}: {fit.Verdict.Reason}");
            double normal = Fit("lognormal", x).LogLikelihood;
            Assert.True((fit.Status == Status.Interior ? fit.LogLikelihood : fit.Verdict.Supremum) >= normal - 1e-10 * Math.Abs(normal));
        }
        Assert.Equal("power", Fit("generalized_gamma", power).Verdict.LimitFamily);
    }

    // --- ties and heavy tails -----------------------------------------------------------------------------------------

    [Fact]
    public void Cauchy_is_unbounded_when_more_than_half_are_equal()
    {
        Unbounded(Fit("cauchy", [0, 0, 0, 1, 3]));
        Exists(Fit("cauchy", [0, 0, 1, 3, 5]));
        var even = Fit("cauchy", [0, 0, 1, 3]);
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (even.Status, even.Verdict.Cause));
        Assert.Equal(Status.NotIdentified, Fit("cauchy", [0, 0, 1, 1]).Status);
        // The location known: only observations equal to it count.
        Unbounded(Fit("cauchy", [0, 0, 0, 1, 3], known: ("location", 0)));
        Exists(Fit("cauchy", [0, 0, 0, 1, 3], known: ("location", 1)));
    }

    [Fact]
    public void Student_t_is_unbounded_when_more_than_n_df_over_one_plus_df_are_equal()
    {
        Unbounded(Fit("student_t", [2, 2, 2, 2, 5], known: ("df", 3)));
        Exists(Fit("student_t", [2, 2, 2, 4, 5], known: ("df", 3)));
        var even = Fit("student_t", [2, 2, 2, 5], known: ("df", 3));
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (even.Status, even.Verdict.Cause));
        // With more degrees of freedom the same ties are harmless.
        Exists(Fit("student_t", [2, 2, 2, 2, 5], known: ("df", 4.5)));
    }

    [Theory]
    [InlineData("gpd")]
    [InlineData("gev")]
    public void Extremes_are_regular_above_a_shape_of_minus_one_half(string family)
    {
        var oracle = Oracles.Of(family);
        // Quantiles of the family itself at ξ = t.
        double[] Data(double t) => [.. Enumerable.Range(1, 400).Select(i => (i - 0.5) / 400)
            .Select(u => family == "gpd" ? -Math.Log(1 - u) : -Math.Log(-Math.Log(u))).Select(e => Math.Abs(t) < 1e-9 ? e : (Math.Exp(t * e) - 1) / t)];
        double regular = -0.3, not = -0.7;
        Assert.Equal(Status.Interior, Fit(family, Data(regular)).Status);
        Assert.Equal(Status.Nonregular, Fit(family, Data(not)).Status);
        for (int i = 0; i < 30; i++)
        {
            double middle = 0.5 * (regular + not);
            var fit = Fit(family, Data(middle));
            Assert.True(fit.Status is Status.Interior or Status.Nonregular, $"{family} at {middle}: {fit.Status} {fit.Verdict.Reason}");
            Assert.Equal(fit["xi"] > -0.5, fit.Status == Status.Interior);
            Assert.Equal(fit.Status == Status.Interior, fit.StandardError("xi") > 0);
            if (fit.Status == Status.Interior)
                regular = middle;
            else
                not = middle;
        }
        Assert.Equal(-0.5, Fit(family, Data(regular))["xi"], 1e-6);
        Unbounded(Fit(family, Data(-1.6)));
        Assert.Equal(double.PositiveInfinity, Fit(family, Data(-0.6)).Verdict.Supremum);
    }

    // --- known parameters that exclude the data -----------------------------------------------------------------------

    [Fact]
    public void Known_ends_may_touch_the_data_but_not_cut_them_off()
    {
        double[] x = [0.3, 0.7, 1.9];
        Exists(Fit("uniform", x, known: ("a", 0.3)));
        Exists(Fit("uniform", x, known: ("b", 1.9)));
        Exists(Fit("pareto", x, known: ("xm", 0.3)));
        foreach (var (family, parameter, value) in new[] { ("uniform", "a", Math.BitIncrement(0.3)), ("uniform", "b", Math.BitDecrement(1.9)), ("pareto", "xm", Math.BitIncrement(0.3)) })
        {
            var fit = Fit(family, x, known: (parameter, value));
            Assert.True(fit.Status == Status.InvalidData, $"{family} with {parameter} = {value:R}: {fit.Status} {fit.Verdict.Reason}");
            Assert.NotEqual("", fit.Verdict.Reason);
        }
    }

    // --- bounds of the user -------------------------------------------------------------------------------------------

    public static TheoryData<string> Bounded => Registry.Where(t => t.Smooth.Take(t.Slots).Any(s => s));

    [Theory, MemberData(nameof(Bounded))]
    public void A_users_bound_holds_where_the_maximum_lies_beyond_it_and_only_there(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 31));
        using var engine = new CpuEngine();
        int compared = 0;
        for (int trial = 0; trial < 12 && compared < 4; trial++)
        {
            var sample = Sample.Draw(oracle, oracle.Points[trial % oracle.Points.Length], 60, random);
            var free = engine.Fit(family, sample.Batch, new())[0];
            if (free.Status is not (Status.Interior or Status.Nonregular))
                continue;
            compared++;
            for (int i = 0; i < family.Info.Parameters.Length; i++)
            {
                if (!Traits.Of(family).Smooth[i])
                    continue;
                string parameter = family.Info.Parameters[i].Name;
                double at = free[i], se = free.StandardError(i), width = 0.02 * Math.Min(se, Math.Abs(at) > 0 ? Math.Abs(at) : se);
                foreach (var (low, high, held, outward) in new[] { (at + width, at + 9 * width, at + width, -1), (at - 9 * width, at - width, at - width, 1) })
                {
                    if (family.Info.Parameters[i].Link == Link.Logit && !(low > 0 && high < 1))
                        continue;
                    var bound = engine.Fit(family, sample.Batch, new() { Bounds = new Dictionary<string, (double, double)> { [parameter] = (low, high) } })[0];
                    string where = $"{name}, trial {trial}, {parameter} = {at:R} ± {se:E2}, bounds {low:R}:{high:R}";
                    Assert.True(bound.Status == Status.Boundary && Math.Abs(bound[i] - held) <= 1e-14 * (Math.Abs(held) + se), $"{where}: {bound.Status}, {bound[i]:R}, {bound.Verdict.Reason}");
                    Assert.Contains(parameter, bound.Verdict.Bound);
                    Assert.True(Math.Sign(bound.Verdict.BoundScore) == outward, $"{where}: score {bound.Verdict.BoundScore}");
                    Assert.True(bound.LogLikelihood < free.LogLikelihood, $"{where}: {bound.LogLikelihood:R} is not below the free {free.LogLikelihood:R}");
                }
                var slack = engine.Fit(family, sample.Batch, new() { Bounds = new Dictionary<string, (double, double)> { [parameter] = (at - width, at + width) } })[0];
                Assert.True(slack.Status == free.Status && Math.Abs(slack[i] - at) <= 1e-8 * se, $"{name}, trial {trial}, {parameter} = {at:R} within its bounds: {slack.Status}, {slack[i]:R}, {slack.Verdict.Reason}");
            }
        }
        Assert.True(compared >= 3, $"{name}: only {compared} fits to bound");
    }

    /// <summary>"Closed intervals that the estimates must stay in": the way there and back through links may not leave them.</summary>
    [Fact]
    public void An_estimate_on_a_bound_is_that_bound_to_the_bit()
    {
        using var engine = new CpuEngine();
        var off = new List<string>();
        for (int i = 1; i <= 40; i++)
        {
            double held = 1 + i / 41.0;
            foreach (var (family, parameter, x) in new[] { ("normal", "mu", new[] { 4.1, 5, 7.3 }), ("poisson", "lambda", [4, 5, 7]), ("weibull", "scale", [4, 5.5, 7]), ("gamma", "shape", [4, 5, 7.9]) })
            {
                var fit = engine.Fit(Registry.Find(family), Batch.Single(x), new() { Bounds = new Dictionary<string, (double, double)> { [parameter] = (0.5, held) } })[0];
                if (fit[parameter] != held)
                    off.Add($"{family} {parameter} = {fit[parameter]:R}, bound {held:R}");
            }
        }
        Assert.True(off.Count == 0, $"{off.Count} of 160: {string.Join("; ", off.Take(5))}");
    }

    [Theory, MemberData(nameof(Bounded))]
    public void A_users_start_changes_nothing_but_the_path(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 32));
        using var engine = new CpuEngine();
        int compared = 0;
        for (int trial = 0; trial < 8; trial++)
        {
            double[] p = oracle.Points[trial % oracle.Points.Length];
            var sample = Sample.Draw(oracle, p, 80, random);
            var fit = engine.Fit(family, sample.Batch, new())[0];
            if (fit.Status is not (Status.Interior or Status.Nonregular))
                continue;
            compared++;
            var started = engine.Fit(family, sample.Batch, new() { Start = Registry.Named(oracle, p) })[0];
            Assert.True(started.Status == fit.Status, $"{name}, trial {trial}: {started.Status} {started.Verdict.Reason}");
            for (int i = 0; i < family.Info.Parameters.Length; i++)
            {
                double se = fit.StandardError(i);
                Assert.True(Math.Abs(started[i] - fit[i]) <= 1e-9 * (double.IsFinite(se) ? se : Math.Abs(fit[i])), $"{name}, trial {trial}: {family.Info.Parameters[i].Name} {started[i]:R}, without a start {fit[i]:R}");
            }
        }
        Assert.True(compared >= 4, $"{name}: only {compared} fits to start");
    }
}
