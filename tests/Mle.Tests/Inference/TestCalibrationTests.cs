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
        foreach (var of in new Func<int, TestResult>[] { test.LikelihoodRatio, test.Wald, test.Score })
        {
            double[] p = [.. Enumerable.Range(0, Sets).Select(d => of(d).PValue).Order()];
            double distance = p.Select((v, i) => Math.Max(Math.Abs(v - i / (double)Sets), Math.Abs(v - (i + 1) / (double)Sets))).Max();
            Assert.True(distance < 2.2 / Math.Sqrt(Sets), $"Kolmogorov's distance {distance}");
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
}
