namespace Mle.Tests.Inference;

/// <summary>The three tests against closed forms, and the laws that they obey.</summary>
public sealed class NestedTestTests : IDisposable
{
    readonly CpuEngine engine = new();

    public void Dispose() => engine.Dispose();

    static FitOptions Known(params (string Name, double Value)[] values) => new() { Fixed = values.ToDictionary(v => v.Name, v => v.Value) };

    NestedTest Test(string family, Batch batch, params (string, double)[] known) => Test(family, batch, new(), known);

    NestedTest Test(string family, Batch batch, FitOptions options, params (string, double)[] known) => NestedTest.Of(engine,
        new(Families.Find(family)!, batch, Known(known)), new(Families.Find(family)!, batch, options));

    static Batch With(Batch b, string parameter, params (string Term, double[]? Column)[] terms) => new(b.Values, [.. b.Offsets], b.Weights, b.Trials)
    {
        Predictors = new Dictionary<string, Predictor> { [parameter] = new([.. terms.Select(t => t.Term)], [.. terms.Select(t => (ReadOnlyMemory<double>)t.Column)]) },
    };

    static readonly double[] waiting = [1.3, 0.2, 4.1, 2.2, 0.7, 0.9, 3.4, 1.1, 0.05, 2.6, 1.9, 0.4];

    static void Close(double expected, double actual, double relative = 1e-10) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), $"{actual:R} instead of {expected:R}");

    [Fact]
    public void The_rate_of_an_exponential()
    {
        double n = waiting.Length, mean = waiting.Average(), λ = 1.2, r = λ * mean;
        var test = Test("exponential", Batch.Single(waiting), ("rate", λ));
        Close(2 * n * (r - 1 - Math.Log(r)), test.LikelihoodRatio(0).Statistic);
        Close(n * (1 - r) * (1 - r), test.Wald(0).Statistic);
        Close(n * (1 - r) * (1 - r), test.Score(0).Statistic);
        Assert.Equal((1, Reference.ChiSquared), (test.Df, test.Wald(0).Reference));
        // P(χ²₁ > x) = erfc(√(x/2)).
        Close((double)Normal.Erfc<Real>(Math.Sqrt(test.LikelihoodRatio(0).Statistic / 2)), test.LikelihoodRatio(0).PValue);
    }

    [Fact]
    public void The_mean_of_a_normal()
    {
        double n = waiting.Length, mean = waiting.Average(), μ = 1, d = mean - μ;
        double σσ = waiting.Average(x => (x - mean) * (x - mean)), under = waiting.Average(x => (x - μ) * (x - μ));
        var test = Test("normal", Batch.Single(waiting), ("mu", μ));
        Close(n * Math.Log(under / σσ), test.LikelihoodRatio(0).Statistic);
        Close(n * d * d / σσ, test.Wald(0).Statistic);
        // Observed information at the null: n/σ² and 2nd/σ³ for the mean, 2n/σ² for σ.
        double s = n * d / under, information = n / under - Math.Pow(2 * n * d / Math.Pow(under, 1.5), 2) / (2 * n / under);
        Close(s * s / information, test.Score(0).Statistic);
    }

    [Fact]
    public void Both_parameters_of_a_normal_and_all_of_them_known()
    {
        double n = waiting.Length, mean = waiting.Average(), μ = 1, σ = 1.5;
        double σσ = waiting.Average(x => (x - mean) * (x - mean)), under = waiting.Average(x => (x - μ) * (x - μ));
        var test = Test("normal", Batch.Single(waiting), ("mu", μ), ("sigma", σ));
        Assert.Equal(2, test.Df);
        Close(n * (2 * Math.Log(σ) - Math.Log(σσ) + under / (σ * σ) - 1), test.LikelihoodRatio(0).Statistic);
        double s = Math.Sqrt(σσ);
        Close(n * (mean - μ) * (mean - μ) / σσ + 2 * n * (s - σ) * (s - σ) / σσ, test.Wald(0).Statistic);
        Close(Math.Exp(-test.Wald(0).Statistic / 2), test.Wald(0).PValue);
    }

    /// <summary>A 2 × 2 table: G², Woolf's log odds ratio over its standard error, and Pearson's X².</summary>
    [Fact]
    public void A_table_of_two_by_two()
    {
        double a = 12, b = 5, c = 7, d = 16, n = a + b + c + d;
        double[] y = [1, 0, 1, 0], x = [1, 1, 0, 0], counts = [a, b, c, d];
        var batch = Batch.Single(y, counts);
        var test = NestedTest.Of(engine,
            new(Families.Find("logistic_regression")!, With(batch, "p", (Predictor.Intercept, null)), new()),
            new(Families.Find("logistic_regression")!, With(batch, "p", (Predictor.Intercept, null), ("x", x)), new()));
        double[] expected = [(a + b) * (a + c) / n, (a + b) * (b + d) / n, (c + d) * (a + c) / n, (c + d) * (b + d) / n];
        Close(2 * counts.Zip(expected, (o, e) => o * Math.Log(o / e)).Sum(), test.LikelihoodRatio(0).Statistic);
        Close(Math.Pow(Math.Log(a * d / (b * c)), 2) / (1 / a + 1 / b + 1 / c + 1 / d), test.Wald(0).Statistic);
        Close(counts.Zip(expected, (o, e) => (o - e) * (o - e) / e).Sum(), test.Score(0).Statistic);
    }

    [Fact]
    public void The_likelihood_ratio_changes_neither_with_units_nor_with_the_parameterisation()
    {
        double weibull = Test("weibull", Batch.Single(waiting), ("shape", 1)).LikelihoodRatio(0).Statistic;
        Close(weibull, Test("weibull", Batch.Single((double[])[.. waiting.Select(x => 1e40 * x)]), ("shape", 1)).LikelihoodRatio(0).Statistic, 1e-9);
        var aft = new Batch(waiting, [0, waiting.Length]) { Predictors = new Dictionary<string, Predictor> { ["scale"] = Predictor.Constant } };
        Close(weibull, Test("weibull_aft", aft, ("sigma", 1)).LikelihoodRatio(0).Statistic, 1e-9);
        Close(Test("lognormal", Batch.Single(waiting), ("meanlog", 0)).LikelihoodRatio(0).Statistic,
            Test("normal", Batch.Single((double[])[.. waiting.Select(x => Math.Log(x))]), ("mu", 0)).LikelihoodRatio(0).Statistic, 1e-9);
    }

    /// <summary>Against derivatives by differences of a log-likelihood that is written here.</summary>
    [Fact]
    public void The_score_test_is_that_of_numerical_derivatives()
    {
        double[] at = [1, waiting.Average()], step = [1e-4, 1e-4];
        double F(double shape, double scale) => waiting.Sum(x => Math.Log(shape / scale) + (shape - 1) * Math.Log(x / scale) - Math.Pow(x / scale, shape));
        double D(int i, double h) => i == 0 ? F(at[0] + h, at[1]) : F(at[0], at[1] + h);
        double[] s = [.. step.Select((h, i) => (D(i, h) - D(i, -h)) / (2 * h))];
        double[] diagonal = [.. step.Select((h, i) => -(D(i, h) - 2 * D(i, 0) + D(i, -h)) / (h * h))];
        double g = step[0], cross = -(F(at[0] + g, at[1] + g) - F(at[0] + g, at[1] - g) - F(at[0] - g, at[1] + g) + F(at[0] - g, at[1] - g)) / (4 * g * g);
        double expected = s[0] * s[0] / (diagonal[0] - cross * cross / diagonal[1]);
        Close(expected, Test("weibull", Batch.Single(waiting), ("shape", 1)).Score(0).Statistic, 1e-5);
    }

    [Theory]
    [InlineData("poisson_regression", "mu")]
    [InlineData("normal_regression", "mu")]
    [InlineData("ordered_logit", "u")]
    [InlineData("multinomial_logit", "u")]
    public void Formulas_are_nested_by_their_columns_whatever_they_are_called(string name, string parameter)
    {
        var random = new Random(5);
        int n = 90;
        double[] a = [.. Enumerable.Range(0, n).Select(i => (double)(i % 3))], z = [.. a.Select(_ => random.NextDouble())];
        double[] y = [.. a.Select((v, i) => (double)random.Next(0, 3) + (name.StartsWith("normal") ? z[i] : 0))];
        double[] is1 = [.. a.Select(v => v == 1 ? 1.0 : 0)], is2 = [.. a.Select(v => v == 2 ? 1.0 : 0)], square = [.. a.Select(v => v * v)];
        string[] labels = ["low", "middle", "high"];
        var family = Families.OfCategories.TryGetValue(name, out var make) ? make(labels) : Families.Find(name == "normal_regression" ? "normal" : name)!;
        var batch = Batch.Single(y);
        Specification Model(params (string, double[]?)[] terms) => new(family, With(batch, parameter, [(Predictor.Intercept, null), .. terms]), new());
        // The same null model, y ~ a, in two coordinates of the same alternative.
        var factor = NestedTest.Of(engine, Model(("a", a)), Model(("a1", is1), ("a2", is2)));
        var poly = NestedTest.Of(engine, Model(("a", a)), Model(("a", a), ("a^2", square)));
        foreach (var of in new Func<NestedTest, TestResult>[] { t => t.LikelihoodRatio(0), t => t.Wald(0), t => t.Score(0) })
            Close(of(poly).Statistic, of(factor).Statistic, 1e-6);
        // By hand: with the coefficient of a² at 0.
        string square0 = poly.Alternative.Parameters.First(p => p.EndsWith("a^2"));
        if (poly.Df == 1)
        {
            var alternative = Model(("a", a), ("a^2", square));
            var held = NestedTest.Of(engine, alternative with { Options = Known((square0, 0)) }, alternative);
            Close(held.LikelihoodRatio(0).Statistic, poly.LikelihoodRatio(0).Statistic, 1e-7);
            Close(Math.Pow(poly.Alternative[0][square0] / poly.Alternative[0].StandardError(square0), 2), poly.Wald(0).Statistic, 1e-7);
            Close(held.Score(0).Statistic, poly.Score(0).Statistic, 1e-6);
        }
        string refusal = Assert.Throws<ArgumentException>(() => NestedTest.Of(engine, Model(("z", z)), Model(("a", a)))).Message;
        Assert.Equal("'z' of the null hypothesis is no linear combination of the alternative's (Intercept), a: the models are not nested; mle compare compares those.", refusal);
        Assert.Contains("nothing to test", Assert.Throws<ArgumentException>(() => NestedTest.Of(engine, Model(("b", [.. a.Select(v => 2 * v - 1)])), Model(("a", a)))).Message);
    }

    [Fact]
    public void A_hypothesis_about_several_coefficients_and_another_parameter()
    {
        var random = new Random(11);
        double[] x = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())], z = [.. x.Select(_ => random.NextDouble())];
        double[] y = [.. x.Select((v, i) => 1 + v + (0.5 + z[i]) * random.NextDouble())];
        Batch Of(params (string, Predictor)[] predictors) => new(y, [0, y.Length]) { Predictors = predictors.ToDictionary(p => p.Item1, p => p.Item2) };
        Predictor both = new([Predictor.Intercept, "x", "z"], [default, x, z]), one = new([Predictor.Intercept, "z"], [default, z]);
        var alternative = new Specification(Families.Find("normal")!, Of(("mu", both), ("sigma", one)), new());
        var held = NestedTest.Of(engine, alternative with { Options = Known(("x", 1), ("z", 0), ("sigma:z", 0)) }, alternative);
        Assert.Equal(3, held.Df);
        // x at 1 as an offset, and constants in place of what is 0.
        var smaller = NestedTest.Of(engine, alternative with { Batch = Of(("mu", new([Predictor.Intercept], [default], x))) }, alternative);
        Assert.Equal(3, smaller.Df);
        Close(held.LikelihoodRatio(0).Statistic, smaller.LikelihoodRatio(0).Statistic, 1e-8);
        Close(held.Wald(0).Statistic, smaller.Wald(0).Statistic, 1e-8);
        Close(held.Score(0).Statistic, smaller.Score(0).Statistic, 1e-7);
    }

    [Fact]
    public void Ends_of_a_support_have_exact_distributions()
    {
        double[] x = [0.4, 0.9, 0.1, 0.7];
        double n = 4;
        var end = Test("uniform", Batch.Single(x), Known(("a", 0)), ("a", 0), ("b", 1.0));
        Close(Math.Pow(0.9, n), end.LikelihoodRatio(0).PValue);
        var range = Test("uniform", Batch.Single(x), ("a", 0), ("b", 1.0));
        // P(R ≤ r) = n rⁿ⁻¹ − (n − 1) rⁿ for the range of n uniforms.
        Close(n * Math.Pow(0.8, 3) - 3 * Math.Pow(0.8, 4), range.LikelihoodRatio(0).PValue);
        // Given the largest, the others are uniform below it.
        var lower = Test("uniform", Batch.Single(x), ("a", 0));
        Close(Math.Pow(0.8 / 0.9, n - 1), lower.LikelihoodRatio(0).PValue);
        Assert.Equal(Reference.Exact, lower.LikelihoodRatio(0).Reference);
        Assert.Contains("smooth in a", lower.Wald(0).Remark);
        Assert.Contains("smooth in a", lower.Score(0).Remark);
        double[] incomes = [2.2, 3.1, 7.5, 2.9, 4.4];
        double logs = incomes.Sum(v => Math.Log(v / 2.2));
        Close(Math.Pow(logs / (logs + 5 * Math.Log(2.2 / 2)), 4), Test("pareto", Batch.Single(incomes), ("xm", 2)).LikelihoodRatio(0).PValue);
        Close(Math.Pow(2 / 2.2, 5 * 1.5), Test("pareto", Batch.Single(incomes), Known(("alpha", 1.5)), ("alpha", 1.5), ("xm", 2)).LikelihoodRatio(0).PValue);
        var impossible = Test("uniform", Batch.Single(x), ("b", 0.8)).LikelihoodRatio(0);
        Assert.Equal((double.PositiveInfinity, 0), (impossible.Statistic, impossible.PValue));
    }

    /// <summary>Counts that vary less than Poisson's: no size is as likely as infinity.</summary>
    [Fact]
    public void A_limit_counts_with_its_supremum()
    {
        var flat = Batch.Single((double[])[2, 3, 2, 3, 2, 3, 3, 2]);
        var test = NestedTest.Of(engine, new(Families.Find("poisson")!, flat, new()), new(Families.Find("negative_binomial")!, flat, new()));
        var ratio = test.LikelihoodRatio(0);
        Assert.Equal((0, 1, Reference.Mixture), (ratio.Statistic, ratio.PValue, ratio.Reference));
        Assert.Contains("not defined on a boundary: poisson is negative_binomial at size = ", test.Wald(0).Remark);
        var mean = Test("negative_binomial", flat, ("mu", 3)).LikelihoodRatio(0);
        double poisson = Test("poisson", flat, ("lambda", 3)).LikelihoodRatio(0).Statistic;
        Close(poisson, mean.Statistic, 1e-9);
        Assert.Contains("no finite maximum", mean.Remark);
    }

    /// <summary>A term that separates all successes: the likelihood approaches 1.</summary>
    [Fact]
    public void Separated_rows_count_with_their_supremum()
    {
        var batch = Batch.Single((double[])[0, 0, 0, 1, 1, 1]);
        var test = NestedTest.Of(engine, new(Families.Find("logistic_regression")!, With(batch, "p", (Predictor.Intercept, null)), new()),
            new(Families.Find("logistic_regression")!, With(batch, "p", (Predictor.Intercept, null), ("x", [1, 2, 3, 4, 5, 6])), new()));
        Close(12 * Math.Log(2), test.LikelihoodRatio(0).Statistic, 1e-9);
        Assert.Contains("no finite maximum", test.LikelihoodRatio(0).Remark);
        Assert.True(double.IsNaN(test.Wald(0).Statistic));
        // (Σ (x − x̄)(y − ½))²/(¼ Σ (x − x̄)²).
        Close(4.5 * 4.5 / (0.25 * 17.5), test.Score(0).Statistic, 1e-9);
    }

    [Fact]
    public void Refusals_say_why()
    {
        var constant = Test("normal", Batch.Single((double[])[3, 3, 3]), ("mu", 2));
        Assert.Contains("no upper bound", constant.LikelihoodRatio(0).Remark);
        var sampled = new Batch(waiting, [0, waiting.Length], Enumerable.Repeat(2.0, waiting.Length).ToArray()) { Weighting = Weighting.Sampling };
        var test = Test("exponential", sampled, ("rate", 1));
        Assert.Contains("pseudo-likelihood", test.LikelihoodRatio(0).Remark);
        Assert.True(test.Wald(0).Statistic > 0);
        var laplace = Test("laplace", Batch.Single(waiting), ("location", 1));
        Assert.Equal(Reference.ChiSquared, laplace.LikelihoodRatio(0).Reference);
        Assert.Contains("smooth in location", laplace.Wald(0).Remark);
        var batch = Batch.Single(waiting);
        string Message(string inner, string outer) => Assert.Throws<ArgumentException>(() =>
            NestedTest.Of(engine, new(Families.Find(inner)!, batch, new()), new(Families.Find(outer)!, batch, new()))).Message;
        Assert.Equal("gamma is no special case of weibull; mle compare compares models that are not nested.", Message("gamma", "weibull"));
        Assert.Contains("nothing to test", Message("gamma", "gamma"));
        Assert.Contains("different responses", Assert.Throws<ArgumentException>(() => NestedTest.Of(engine,
            new(Families.Find("gamma")!, Batch.Single((double[])[.. waiting.Select(x => 2 * x)]), Known(("shape", 1))), new(Families.Find("gamma")!, batch, new()))).Message);
    }

    [Fact]
    public void Every_pair_of_the_table_is_nested()
    {
        var random = new Random(3);
        foreach (var pair in NestedFamilies.All)
        {
            bool counts = Families.Find(pair.Inner)!.IsDiscrete;
            double[] y = [.. Enumerable.Range(0, 60).Select(_ => counts ? Math.Floor(-4 * Math.Log(random.NextDouble())) : -2 * Math.Log(random.NextDouble()))];
            if (counts)
                y[0] = 0;
            // Models of rows have their families' constants without a formula.
            FitTable Fit(string family, FitOptions options) => engine.Fit(Families.Find(family)!, Batch.Single(y), options);
            var (inner, outer) = (Fit(pair.Inner, new()), Fit(pair.Outer, new()));
            Assert.True(NestedTest.Supremum(inner[0]) <= NestedTest.Supremum(outer[0]) + 1e-7, $"{pair.Inner} is more likely than {pair.Outer}");
            if (pair is { OnBoundary: false, At: [_, ..] })
            {
                var held = Fit(pair.Outer, Known(pair.At));
                Close(NestedTest.Supremum(inner[0]), NestedTest.Supremum(held[0]), 1e-9);
            }
        }
    }
}
