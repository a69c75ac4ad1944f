namespace Mle.Tests.Regression;

/// <summary>Units, origins and sizes at which arithmetic is awkward.</summary>
public class RangeTests
{
    const double Infinity = double.PositiveInfinity;

    static Fit Fit(string name, Observed rows, FitOptions? options = null)
    {
        using var engine = new CpuEngine();
        return engine.Fit(Registry.Find(name), rows.Batch, options ?? new())[0];
    }

    static void Near(string where, Fit expected, Fit got, Func<string, double, double> back, double tolerance = 1e-8)
    {
        Assert.True(expected.Status == Status.Interior && got.Status == Status.Interior, $"{where}: {expected.Status}, {got.Status}: {got.Verdict.Reason}");
        for (int i = 0; i < expected.Parameters.Count; i++)
        {
            double found = back(expected.Parameters[i], got[i]);
            Assert.True(Math.Abs(found - expected[i]) <= tolerance * expected.StandardError(i), $"{where}: {expected.Parameters[i]} = {found:R}, expected {expected[i]:R} ± {expected.StandardError(i):E1}");
        }
    }

    /// <summary>Models whose response has a unit, and what an intercept and a constant become when it changes.</summary>
    public static TheoryData<string, string> Scaling => new()
    {
        { "gaussian_linear", "linear" }, { "tobit", "linear" },
        { "exponential_aft", "log" }, { "weibull_aft", "log" }, { "loglogistic_aft", "log" }, { "lognormal_aft", "log" }, { "gamma_regression", "log" },
        { "inverse_gaussian_regression", "log, lambda" },
    };

    [Theory, MemberData(nameof(Scaling))]
    public void The_unit_of_the_response_moves_the_intercept_or_multiplies_the_coefficients(string name, string how)
    {
        var model = Written.Find(name);
        var random = Registry.Random(name, 91);
        var rows = model.Draw(70, random, censored: name.EndsWith("aft"));
        var fit = Fit(name, rows);
        foreach (double unit in new[] { 1e80, 1e-80, 1e5 })
        {
            var scaled = Fit(name, rows with { Lower = [.. rows.Lower.Select(v => v * unit)], Upper = [.. rows.Upper.Select(v => v * unit)] });
            Near($"{name}, y × {unit}", fit, scaled, (q, v) =>
                how == "linear" || q == "lambda" ? v / unit : q == Predictor.Intercept ? v - Math.Log(unit) : v, 1e-7);
        }
    }

    [Theory]
    [InlineData("gaussian_linear")]
    [InlineData("logistic_regression")]
    [InlineData("probit_regression")]
    [InlineData("cloglog_regression")]
    [InlineData("poisson_regression")]
    [InlineData("negative_binomial_regression")]
    [InlineData("gamma_regression")]
    [InlineData("beta_regression")]
    [InlineData("weibull_aft")]
    [InlineData("zero_inflated_poisson_regression")]
    public void Years_and_other_columns_far_from_0(string name)
    {
        var model = Written.Find(name);
        var rows = model.Draw(84, Registry.Random(name, 92));
        string primary = model.Family.Info.Primary;
        double[] since = [.. Enumerable.Range(0, 84).Select(i => (double)(i % 21))], x = rows.Predictors[primary].Columns[1].ToArray();
        var fit = Fit(name, With(since));
        foreach (double origin in new[] { 2000, 1e6 })
            Near($"{name}, years from {origin}", fit, Fit(name, With([.. since.Select(t => origin + t)])), (q, v) => q == Predictor.Intercept ? double.NaN : v, 1e-6);

        Observed With(double[] year) => rows with { Predictors = new Dictionary<string, Predictor> { [primary] = new([Predictor.Intercept, "year", "x"], [default, year, x]) } };

        static void Near(string where, Fit expected, Fit got, Func<string, double, double> back, double tolerance)
        {
            Assert.True(expected.Status == Status.Interior && got.Status == Status.Interior, $"{where}: {expected.Status}, {got.Status}: {got.Verdict.Reason}");
            Assert.Equal(expected.LogLikelihood, got.LogLikelihood, 1e-10 * Math.Max(1, Math.Abs(expected.LogLikelihood)));
            for (int i = 0; i < expected.Parameters.Count; i++)
                if (!double.IsNaN(back(expected.Parameters[i], 0)))
                    Assert.True(Math.Abs(got[i] - expected[i]) <= tolerance * expected.StandardError(i), $"{where}: {expected.Parameters[i]} = {got[i]:R}, expected {expected[i]:R} ± {expected.StandardError(i):E1}");
        }
    }

    /// <summary>As many rows as there are, every verdict is one of the eight, and nothing is thrown.</summary>
    [Fact]
    public void One_to_five_rows()
    {
        foreach (var model in Written.Models.Concat(Written.Direct))
        {
            var random = Registry.Random(model.Name, 93);
            for (int n = 1; n <= 5; n++)
                for (int trial = 0; trial < 2; trial++)
                {
                    var rows = model.Draw(n, random);
                    var fit = Fit(model.Name, rows);
                    string where = $"{model.Name}, n = {n}: {fit.Status}, {fit.Verdict.Reason}";
                    Assert.True(Enum.IsDefined(fit.Status), where);
                    if (fit.Status == Status.Interior)
                    {
                        double[] at = [.. Enumerable.Range(0, fit.Parameters.Count).Select(i => fit[i])];
                        Assert.All(at, v => Assert.True(double.IsFinite(v), where));
                        Assert.True(Math.Abs(fit.LogLikelihood - model.LogLikelihood(at, rows)) <= 1e-11 * Math.Max(n, Math.Abs(fit.LogLikelihood)), where);
                        // No more coefficients than rows can be told apart.
                        Assert.True(rows.Predictors.Values.First().Terms.Count <= n, where);
                    }
                    if (n == 1)
                        Assert.True(fit.Status is not Status.Interior and not Status.InvalidData, where);
                }
        }
    }

    /// <summary>Ends of the support are ends of intervals: all of F below, nothing of S above.</summary>
    [Fact]
    public void Intervals_that_end_where_the_support_does()
    {
        // (0, 2] is what (−∞, 2] is, and (3, ∞) what (3, 1] would be of a beta.
        double[] lower = [0, 1, 0.5, 2, 0, 3], upper = [2, 1, 4, 2, 1.5, Infinity];
        var zero = Fit("weibull", new(lower, upper));
        var minus = Fit("weibull", new([.. lower.Select(v => v == 0 ? -Infinity : v)], upper));
        Near("weibull", zero, minus, (_, v) => v, 1e-9);
        Assert.Equal(zero.LogLikelihood, minus.LogLikelihood, 1e-12);

        double[] low = [0.2, 0.7, 0.4, 0.1, 0.8, 0.3], one = [0.5, 1, 0.4, 0.1, 1, 0.3];
        var ends = Fit("beta", new(low, one));
        var open = Fit("beta", new(low, [.. one.Select(v => v == 1 ? Infinity : v)]));
        Near("beta", ends, open, (_, v) => v, 1e-9);

        // Of counts, more than −1 is everything up to the end: P(y ≤ 2).
        var counts = Fit("poisson", new([-1, 3, 1, 0], [2, 3, 1, 4]));
        var left = Fit("poisson", new([-Infinity, 3, 1, 0], [2, 3, 1, 4]));
        Near("poisson", counts, left, (_, v) => v, 1e-9);
        double λ = counts[0];
        double ℓ = -λ + Math.Log(1 + λ + λ * λ / 2) + Math.Log(λ * λ * λ / 6) - λ + Math.Log(λ) - λ + Math.Log(λ + λ * λ / 2 + λ * λ * λ / 6 + λ * λ * λ * λ / 24) - λ;
        Assert.Equal(ℓ, counts.LogLikelihood, 1e-12);
    }

    /// <summary>Limits that exclude nothing are none.</summary>
    [Theory]
    [InlineData("gamma", 0, Infinity)]
    [InlineData("normal", -Infinity, Infinity)]
    [InlineData("beta", 0, 1)]
    [InlineData("poisson", 0, Infinity)]
    [InlineData("poisson", -3, Infinity)]
    [InlineData("weibull", -7, 1e300)]
    public void Limits_at_the_ends_of_the_support_truncate_nothing(string name, double below, double above)
    {
        var oracle = Oracles.Of(name);
        var sample = Sample.Draw(oracle, oracle.Points[0], 40, Registry.Random(name, 94));
        using var engine = new CpuEngine();
        var plain = engine.Fit(Registry.Find(name), sample.Batch, new())[0];
        var truncated = engine.Fit(Registry.Find(name), new Batch(sample.X, [0, 40]) { TruncatedBelow = new[] { below }, TruncatedAbove = new[] { above } }, new())[0];
        Near($"{name} from {below} to {above}", plain, truncated, (_, v) => v, 1e-9);
        Assert.Equal(plain.LogLikelihood, truncated.LogLikelihood, 1e-11 * Math.Abs(plain.LogLikelihood));
    }

    /// <summary>Limits of each row's own: left-truncated entry into a study, all different, equals the sum by definition.</summary>
    [Fact]
    public void Every_row_may_have_limits_of_its_own()
    {
        var random = new Random(6);
        double[] entry = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())], x = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
        double[] t = [.. entry.Select((e, i) => e - Math.Log(random.NextDouble()) * Math.Exp(0.5 * x[i]))], upper = [.. t.Select(v => v > 2.5 ? Infinity : v)];
        for (int i = 0; i < t.Length; i++)
            t[i] = Math.Min(t[i], 2.5);
        using var engine = new CpuEngine();
        var fit = engine.Fit(Registry.Find("exponential_aft"), new Batch(t, [0, 40])
        {
            Upper = upper,
            TruncatedBelow = entry,
            Predictors = new Dictionary<string, Predictor> { ["scale"] = new([Predictor.Intercept, "x"], [default, x]) },
        }, new())[0];
        Assert.Equal(Status.Interior, fit.Status);
        // Events at rate e^(−u) over the time at risk: Poisson counts 0 and 1 with that time as their offset.
        double[] events = [.. upper.Select(v => v < Infinity ? 1.0 : 0)], atRisk = [.. t.Zip(entry, (end, begin) => Math.Log(end - begin))];
        var poisson = engine.Fit(Registry.Find("poisson_regression"), new Batch(events, [0, 40])
        {
            Predictors = new Dictionary<string, Predictor> { ["mu"] = new([Predictor.Intercept, "x"], [default, x], atRisk) },
        }, new())[0];
        Near("exponential", poisson, fit, (_, v) => -v, 1e-9);
        Assert.Equal(poisson.LogLikelihood - events.Zip(atRisk, (d, r) => d * r).Sum(), fit.LogLikelihood, 1e-11);
        for (int i = 0; i < 2; i++)
            Assert.Equal(poisson.StandardError(i), fit.StandardError(i), 1e-9);
    }

    [Theory]
    [InlineData("gaussian_linear", 40, 300)]
    [InlineData("gaussian_linear", 120, 400)]
    [InlineData("logistic_regression", 40, 1500)]
    [InlineData("poisson_regression", 40, 400)]
    [InlineData("poisson_regression", 120, 600)]
    [InlineData("weibull_aft", 40, 300)]
    public void Many_columns(string name, int p, int n)
    {
        var model = Written.Find(name);
        var random = new Random(p);
        double[][] x = [.. Enumerable.Range(0, p).Select(_ => Enumerable.Range(0, n).Select(_ => 2 * random.NextDouble() - 1).ToArray())];
        double[] b = [.. Enumerable.Range(0, p).Select(_ => 0.4 * (random.NextDouble() - 0.5))], y = new double[n];
        for (int i = 0; i < n; i++)
        {
            double u = 0.4 + Enumerable.Range(0, p).Sum(j => b[j] * x[j][i]);
            y[i] = model.Density.Draw(model.Of([model.Inverse[0](u), .. model.Truth.Skip(1).Select((t, s) => model.Inverse[s + 1](t[0]))]), random, 1);
        }
        var rows = new Observed(y, y)
        {
            Predictors = new Dictionary<string, Predictor> { [model.Parameters[0]] = new([Predictor.Intercept, .. x.Select((_, j) => $"x{j}")], [default, .. x.Select(c => (ReadOnlyMemory<double>)c)]) },
        };
        var fit = Fit(name, rows);
        Assert.True(fit.Status == Status.Interior, $"{fit.Status}: {fit.Verdict.Reason}");
        double[] at = [.. Enumerable.Range(0, fit.Parameters.Count).Select(i => fit[i])];
        Assert.Equal(model.LogLikelihood(at, rows), fit.LogLikelihood, 1e-12 * Math.Max(n, Math.Abs(fit.LogLikelihood)));
        // The score in a few of them, and the curvature along random directions: 1/(dᵀId) ≤ dᵀCd/(dᵀd)² with C = I⁻¹ is Cauchy and Schwarz; along C e it is an equality.
        foreach (int j in new[] { 0, 1, p / 2, p })
        {
            double se = fit.StandardError(j);
            double[] direction = [.. Enumerable.Range(0, at.Length).Select(i => fit.Covariance(i, j) / se)];
            double Along(double[] t) => model.LogLikelihood([.. at.Zip(direction, (v, d) => v + t[0] * d)], rows);
            Assert.True(Math.Abs(Numerically.Gradient(Along, [0], [0.3])[0]) <= 1e-8);
            Assert.Equal(-1, Numerically.Hessian(Along, [0], [0.3])[0, 0], 1e-5);
        }
    }
}
