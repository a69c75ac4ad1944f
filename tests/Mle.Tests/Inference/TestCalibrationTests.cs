namespace Mle.Tests.Inference;

/// <summary>Under the null hypothesis p-values have the distribution that they claim, by simulation with fixed seeds.</summary>
public sealed class TestCalibrationTests : IDisposable
{
    const int Sets = 2000;

    readonly CpuEngine engine = new();

    public void Dispose() => engine.Dispose();

    static Batch Draw(int n, Func<Random, double> draw)
    {
        var random = new Random(20);
        return Batch.Equal(Enumerable.Range(0, Sets * n).Select(_ => draw(random)).ToArray(), n);
    }

    static int Poisson(Random random, double λ)
    {
        double limit = Math.Exp(-λ), p = 1;
        int k = -1;
        for (; p > limit; k++)
            p *= random.NextDouble();
        return k;
    }

    static double Share(IEnumerable<double> p, double level) => p.Count(v => v <= level) / (double)Sets;

    [Fact]
    public void P_values_are_uniform_for_an_interior_hypothesis()
    {
        var batch = Draw(150, random => -Math.Log(1 - random.NextDouble()));
        var weibull = Families.Find("weibull")!;
        var test = NestedTest.Of(engine, new(weibull, batch, new() { Fixed = new Dictionary<string, double> { ["shape"] = 1 } }), new(weibull, batch, new()));
        foreach (var (of, sets) in new (Func<int, TestResult>, int)[] { (test.LikelihoodRatio, Sets), (test.Wald, Sets), (test.Score, Sets / 4) })
        {
            double[] p = [.. ParallelEnumerable.Range(0, sets).Select(d => of(d).PValue).Order()];
            double distance = p.Select((v, i) => Math.Max(Math.Abs(v - i / (double)sets), Math.Abs(v - (i + 1) / (double)sets))).Max();
            Assert.True(distance < 2.2 / Math.Sqrt(sets), $"Kolmogorov's distance {distance}");
        }
    }

    [Theory]
    [InlineData("negative_binomial")]
    [InlineData("zero_inflated_poisson")]
    public void On_a_boundary_half_the_chance_is_at_0(string family)
    {
        var batch = Draw(150, random => Poisson(random, 2.5));
        var test = NestedTest.Of(engine, new(Families.Find("poisson")!, batch, new()), new(Families.Find(family)!, batch, new()));
        TestResult[] results = [.. Enumerable.Range(0, Sets).Select(test.LikelihoodRatio)];
        Assert.All(results, r => Assert.Equal(Reference.Mixture, r.Reference));
        // A little more than half is at 0 at this n.
        Assert.InRange(results.Count(r => r.Statistic < 1e-9) / (double)Sets, 0.47, 0.58);
        Assert.InRange(Share(results.Select(r => r.PValue), 0.05), 0.03, 0.065);
        Assert.InRange(Share(results.Select(r => r.PValue), 0.2), 0.16, 0.225);
        // By χ²₁ the test would reject half as often.
        Assert.True(Share(results.Select(r => ChiSquared.Survival(r.Statistic, 1)), 0.05) < 0.04);
    }

    static NestedTest Uniform(CpuEngine engine, int threads)
    {
        FitOptions below = new() { Fixed = new Dictionary<string, double> { ["a"] = 0 }, Threads = threads };
        var batch = Batch.Single((double[])[0.4, 0.9, 0.1, 0.7]);
        var family = Families.Find("uniform")!;
        return NestedTest.Of(engine, new(family, batch, below with { Fixed = new Dictionary<string, double> { ["a"] = 0, ["b"] = 1.1 } }), new(family, batch, below));
    }

    /// <summary>Against the exact distribution, and whatever the number of threads.</summary>
    [Fact]
    public void The_bootstrap_finds_the_distribution_of_a_nonregular_statistic()
    {
        const int replicates = 4000;
        var test = Uniform(engine, 1);
        double exact = test.LikelihoodRatio(0).PValue;
        var drawn = new NullBootstrap(engine, test, replicates, 1).Of(0);
        Assert.Equal(Reference.Bootstrap, drawn.Reference);
        Assert.InRange(drawn.PValue, exact - 4 * Math.Sqrt(exact * (1 - exact) / replicates), exact + 4 * Math.Sqrt(exact * (1 - exact) / replicates));
        Assert.Equal(drawn, new NullBootstrap(engine, Uniform(engine, 2), replicates, 1).Of(0));
        Assert.NotEqual(drawn.LogPValue, new NullBootstrap(engine, test, replicates, 2).Of(0).LogPValue);
    }

    [Fact]
    public void The_bootstrap_of_a_regression_is_near_the_asymptotic_p_value()
    {
        var random = new Random(4);
        double[] x = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble())];
        double[] y = [.. x.Select(v => (double)Poisson(random, Math.Exp(1 + 0.3 * v)))];
        Batch Of(params (string Term, double[]? Column)[] terms) => new(y, [0, y.Length])
        {
            Predictors = new Dictionary<string, Predictor> { ["mu"] = new([.. terms.Select(t => t.Term)], [.. terms.Select(t => (ReadOnlyMemory<double>)t.Column)]) },
        };
        var wide = Of((Predictor.Intercept, null), ("x", x));
        var poisson = Families.Find("poisson_regression")!;
        var slope = NestedTest.Of(engine, new(poisson, Of((Predictor.Intercept, null)), new()), new(poisson, wide, new()));
        double p = slope.LikelihoodRatio(0).PValue;
        Assert.InRange(new NullBootstrap(engine, slope, 999, 1).Of(0).PValue, p - 0.08, p + 0.08);
    }

    /// <summary>One parameter on its boundary and another at a value: ½χ²₁ + ½χ²₂ (Self and Liang's case 6), which the bootstrap has to find.</summary>
    [Fact]
    public void The_bootstrap_is_there_where_more_than_one_parameter_is_tested_on_a_boundary()
    {
        var random = new Random(4);
        var batch = Batch.Single(Enumerable.Range(0, 300).Select(_ => (double)Poisson(random, 2.5)).ToArray());
        var test = NestedTest.Of(engine, new(Families.Find("poisson")!, batch, new() { Fixed = new Dictionary<string, double> { ["lambda"] = 2.3 } }),
            new(Families.Find("zero_inflated_poisson")!, batch, new()));
        var unknown = test.LikelihoodRatio(0);
        Assert.True(unknown.Df == 2 && unknown.Statistic > 0 && double.IsNaN(unknown.PValue) && unknown.Remark!.EndsWith("--bootstrap gives a p-value"));
        double p = 0.5 * (ChiSquared.Survival(unknown.Statistic, 1) + ChiSquared.Survival(unknown.Statistic, 2));
        Assert.InRange(new NullBootstrap(engine, test, 1999, 1).Of(0).PValue, p - 0.05, p + 0.05);
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        var censored = new Batch(new double[] { 1, 2, 3 }, [0, 3]) { Upper = new double[] { 1, 2, double.PositiveInfinity } };
        Assert.Contains("censored", NullBootstrap.Refuses(censored));
        Assert.Contains("truncated", NullBootstrap.Refuses(new(new double[] { 1, 2 }, [0, 2]) { TruncatedBelow = new double[] { 0 } }));
        Assert.Contains("weights", NullBootstrap.Refuses(Batch.Single(new double[] { 1, 2 }, new double[] { 1, 2 })));
        Assert.Null(NullBootstrap.Refuses(Batch.Single(new double[] { 1, 2 })));
    }
}
