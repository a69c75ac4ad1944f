namespace Mle.Tests.Inference;

/// <summary>Criteria by hand, what is ranked, and Vuong's test.</summary>
public sealed class ModelChoiceTests : IDisposable
{
    readonly CpuEngine engine = new();

    public void Dispose() => engine.Dispose();

    static readonly double[] waiting = [1.3, 0.2, 4.1, 2.2, 0.7, 0.9, 3.4, 1.1, 0.05, 2.6, 1.9, 0.4];

    ModelChoice Of(Batch batch, params string[] families)
    {
        Specification[] models = [.. families.Select(f => new Specification(Families.Find(f)!, batch, new()))];
        return new(models, [.. models.Select(m => engine.Fit(m.Family, m.Batch, m.Options))]);
    }

    [Fact]
    public void Criteria_and_weights()
    {
        var choices = Of(Batch.Single(waiting), "exponential", "gamma", "lognormal", "weibull").Of(0);
        double n = waiting.Length;
        foreach (var c in choices)
        {
            double k = c.Model == 0 ? 1 : 2;
            Assert.Equal(k, c.K);
            Assert.Equal(-2 * c.LogLikelihood + 2 * k, c.Aic, 12);
            Assert.Equal(c.Aic + 2 * k * (k + 1) / (n - k - 1), c.Aicc, 12);
            Assert.Equal(-2 * c.LogLikelihood + k * Math.Log(n), c.Bic, 12);
            Assert.Equal(Math.Exp(-c.Delta / 2), c.Weight / choices[0].Weight, 12);
        }
        double mean = waiting.Average();
        Assert.Equal(-n * (Math.Log(mean) + 1), choices.Single(c => c.Model == 0).LogLikelihood, 10);
        Assert.Equal(1, choices.Sum(c => c.Weight), 14);
        Assert.Equal(choices.OrderBy(c => c.Aic), choices);
        Assert.Equal(0, choices[0].Delta);
    }

    [Fact]
    public void AICc_needs_more_observations_than_parameters() =>
        Assert.All(Of(Batch.Single((double[])[1, 2, 4]), "gamma", "weibull").Of(0), c => Assert.True(double.IsNaN(c.Aicc) && !double.IsNaN(c.Aic)));

    [Fact]
    public void What_is_no_regular_maximum_is_ranked_by_its_limit_or_not_at_all()
    {
        // Less spread than Poisson's, no surplus of zeros.
        var counts = Of(Batch.Single((double[])[2, 3, 2, 3, 2, 3, 3, 2, 1, 4]), "poisson", "negative_binomial", "zero_inflated_poisson", "geometric").Of(0);
        var poisson = counts.Single(c => c.Model == 0);
        var limit = counts.Single(c => c.Model == 1);
        Assert.Equal((1, Status.NoFiniteMle), (limit.K, limit.Status));
        Assert.Equal(poisson.LogLikelihood, limit.LogLikelihood, 9);
        Assert.Contains("limit, poisson", limit.Remark);
        var inflated = counts.Single(c => c.Model == 2);
        Assert.Equal((2, Status.Boundary), (inflated.K, inflated.Status));
        Assert.Equal(poisson.Aic + 2, inflated.Aic, 9);
        Assert.Equal(1, counts.Sum(c => c.Weight), 14);

        var constant = Of(Batch.Single((double[])[2, 2, 2]), "exponential", "normal").Of(0);
        Assert.Equal((1, false), (constant[1].Model, constant[1].IsRanked));
        Assert.Contains("no upper bound", constant[1].Remark);
        Assert.Equal(1, constant[0].Weight);
        var edge = Of(Batch.Single(waiting), "exponential", "uniform", "beta").Of(0);
        Assert.Equal(["AIC does not hold where the usual theory does not"], edge.Where(c => c.Model == 1).Select(c => c.Remark));
        Assert.Equal([false, false], edge.Skip(1).Select(c => c.IsRanked));
        Assert.True(edge.Single(c => c.Model == 1).LogLikelihood < 0 && double.IsNaN(edge.Single(c => c.Model == 1).Weight));
    }

    [Fact]
    public void What_does_not_compare_is_refused()
    {
        var counts = Batch.Single((double[])[2, 3, 5, 1]);
        Assert.Equal("poisson gives probabilities and gamma a density: their log-likelihoods do not compare, not even on whole numbers.",
            Assert.Throws<ArgumentException>(() => Of(counts, "gamma", "poisson")).Message);
        Specification gamma = new(Families.Find("gamma")!, counts, new()), other = new(Families.Find("weibull")!, Batch.Single((double[])[2, 3, 5]), new());
        Assert.Contains("different rows", Assert.Throws<ArgumentException>(() => ModelChoice.Check([gamma, other])).Message);
        var sampled = new Batch(new double[] { 2, 3 }, [0, 2], new double[] { 1, 2 }) { Weighting = Weighting.Sampling };
        Assert.Contains("pseudo-likelihood", Assert.Throws<ArgumentException>(() => ModelChoice.Check([gamma with { Batch = sampled }, other with { Batch = sampled }])).Message);
    }

    /// <summary>Σ λ²z² of standard normal z, and closed forms.</summary>
    [Fact]
    public void Weighted_sums_of_chi_squares()
    {
        foreach (double x in new[] { 1e-3, 0.05, 0.4, 1, 3, 10, 60, 400 })
        {
            Assert.Equal(ChiSquared.Survival(x, 1), WeightedChiSquared.Survival(x, [1]), 1e-12);
            Close(ChiSquared.Survival(x / 3, 5), WeightedChiSquared.Survival(x, [3, 3, 3, 3, 3]));
            // Two pairs: a sum of two exponentials with means 2 and 6.
            Close((6 * Math.Exp(-x / 6) - 2 * Math.Exp(-x / 2)) / 4, WeightedChiSquared.Survival(x, [1, 3, 1, 3, 0]));
        }
        double[] λ = [2.5, 1, 0.3, 0.02];
        var random = new Random(8);
        const int draws = 200_000;
        var above = new int[3];
        double[] at = [0.5, 3, 12];
        for (int i = 0; i < draws; i++)
        {
            double q = 0;
            foreach (double weight in λ)
            {
                double z = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                q += weight * z * z;
            }
            for (int k = 0; k < 3; k++)
                above[k] += q > at[k] ? 1 : 0;
        }
        for (int k = 0; k < 3; k++)
        {
            double p = WeightedChiSquared.Survival(at[k], λ);
            Assert.InRange(above[k] / (double)draws, p - 4 * Math.Sqrt(p * (1 - p) / draws), p + 4 * Math.Sqrt(p * (1 - p) / draws));
        }
        Assert.Throws<ArgumentException>(() => WeightedChiSquared.Survival(1, [0, 0]));

        static void Close(double expected, double actual) => Assert.True(Math.Abs(actual - expected) <= 1e-11 * expected + 1e-14, $"{actual} instead of {expected}");
    }

    /// <summary>Normal against Laplace with its location known: scores and information by hand, one parameter each.</summary>
    [Fact]
    public void Vuongs_test_by_hand()
    {
        double[] x = [-2.1, 0.3, 1.4, -0.2, 0.9, 2.6, -1.1, 0.05, -0.7, 1.9, -3.0, 0.6];
        var batch = Batch.Single(x);
        FitOptions centred = new() { Fixed = new Dictionary<string, double> { ["mu"] = 0 } }, located = new() { Fixed = new Dictionary<string, double> { ["location"] = 0 } };
        Specification[] models = [new(Families.Find("normal")!, batch, centred), new(Families.Find("logistic")!, batch, located)];
        FitTable[] fits = [.. models.Select(m => engine.Fit(m.Family, m.Batch, m.Options))];
        var vuong = new ModelChoice(models, fits).Vuong(0, 1, 0);
        double σ = Math.Sqrt(x.Average(v => v * v)), s = fits[1][0]["scale"];
        double[] m = [.. x.Select(v => Normal(v, σ) - Logistic(v, s))];
        double mean = m.Average(), spread = m.Sum(v => (v - mean) * (v - mean));
        Assert.Equal(m.Sum(), vuong.LogRatio, 10);
        Assert.Equal(spread, vuong.Variance, 10);
        Assert.Equal(m.Sum() / Math.Sqrt(spread), vuong.Z, 9);
        Assert.Equal(vuong.Z, vuong.ZAic, 12);
        // W of one parameter each, its eigenvalues from trace and determinant.
        double[] a = [.. x.Select(v => (Normal(v, σ + 1e-5) - Normal(v, σ - 1e-5)) / 2e-5)], b = [.. x.Select(v => (Logistic(v, s + 1e-5) - Logistic(v, s - 1e-5)) / 2e-5)];
        double va = Math.Pow(fits[0][0].StandardError("sigma"), 2), vb = Math.Pow(fits[1][0].StandardError("scale"), 2);
        double aa = a.Sum(v => v * v), bb = b.Sum(v => v * v), ab = a.Zip(b, (p, q) => p * q).Sum();
        double trace = aa * va - bb * vb, determinant = -va * vb * (aa * bb - ab * ab), root = Math.Sqrt(trace * trace / 4 - determinant);
        double p = WeightedChiSquared.Survival(spread, [Math.Pow(trace / 2 + root, 2), Math.Pow(trace / 2 - root, 2)]);
        Assert.Equal(p, vuong.VariancePValue, 6);

        static double Normal(double v, double σ) => -0.5 * Math.Log(2 * Math.PI) - Math.Log(σ) - 0.5 * v * v / (σ * σ);
        static double Logistic(double v, double s) => -v / s - Math.Log(s) - 2 * Math.Log(1 + Math.Exp(-v / s));
    }

    [Fact]
    public void Vuongs_test_is_refused_where_its_theory_does_not_hold()
    {
        var counts = Of(Batch.Single((double[])[0, 0, 0, 5, 3, 0, 4, 2, 9, 0]), "poisson", "zero_inflated_poisson", "negative_binomial", "geometric");
        foreach (var (i, j) in new[] { (0, 1), (0, 2), (3, 2) })
            Assert.Contains("nested or overlap", counts.Vuong(i, j, 0).Refusal);
        Assert.Null(counts.Vuong(1, 2, 0).Refusal);
        var ranked = Of(Batch.Single(waiting), "uniform", "gamma", "gamma");
        Assert.Contains("is nonregular", ranked.Vuong(0, 1, 0).Refusal);
        Assert.Contains("both are gamma", ranked.Vuong(1, 2, 0).Refusal);
    }
}
