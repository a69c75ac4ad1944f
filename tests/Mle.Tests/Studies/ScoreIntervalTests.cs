namespace Mle.Tests.Studies;

public class ScoreIntervalTests
{
    static (double Low, double High) Of(string family, Batch batch, FitOptions? options = null, double level = 0.95)
    {
        using var engine = new CpuEngine();
        var found = Registry.Find(family);
        Assert.Null(ScoreInterval.Refusal(found, batch, options ?? new()));
        return ScoreInterval.Of(found, batch, 0, engine.Fit(found, batch, options ?? new())[0], level);
    }

    /// <summary>R 4.2: prop.test(15, 148, correct = FALSE)$conf.int and so on.</summary>
    [Theory]
    [InlineData(15, 148, 0.0623863995307, 0.1604872417233)]
    [InlineData(0, 20, 0, 0.161125158053)]
    [InlineData(20, 20, 0.838874841947, 1)]
    public void The_binomials_is_wilsons(double successes, double trials, double low, double high)
    {
        var (a, b) = Of("binomial", Batch.Single(new[] { successes }, default, new[] { trials }));
        Assert.Equal(low, a, 11);
        Assert.Equal(high, b, 11);
    }

    public static TheoryData<string, string> Cases => new() { { "poisson", "" }, { "geometric", "" }, { "negative_binomial", "size" }, { "exponential", "" }, { "gamma", "shape" }, { "normal", "sigma" }, { "lognormal", "sdlog" } };

    /// <summary>At both ends the squared score over the expected information is z².</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Both_ends_are_rejected_just_so(string name, string known)
    {
        double[] x = [1, 4, 2, 7, 3, 0, 2, 5, 1, 2];
        if (!Registry.Find(name).IsDiscrete)
            x = [.. x.Select(v => v + 0.5)];
        var options = known.Length == 0 ? new FitOptions() : new() { Fixed = new Dictionary<string, double> { [known] = 1.7 } };
        var (batch, family) = (Batch.Single(x), Registry.Find(name));
        var (low, high) = Of(name, batch, options);
        int place = Array.FindIndex(family.Info.Parameters, p => p.Name != known);
        foreach (double end in new[] { low, high })
        {
            double[] at = [.. family.Info.Parameters.Select((p, i) => i == place ? end : 1.7)];
            var rows = Contributions.Of(family, batch, 0, at, options);
            double score = rows.Total.Score[0], variance = Covariance.Of(rows, CovarianceKind.Expected)[0, 0];
            Assert.Equal(1.959963984540054, Math.Sqrt(score * score * variance), 7);
        }
        Assert.True(low < high);
    }

    [Fact]
    public void A_variance_that_grows_faster_than_the_square_of_n_leaves_no_upper_end() =>
        Assert.Equal(0, Of("exponential", Batch.Single(new double[] { 1, 2, 3 })).Low, 12);

    [Fact]
    public void Others_are_refused()
    {
        Assert.Contains("weibull", ScoreInterval.Refusal(Registry.Find("weibull"), Batch.Single(new double[] { 1, 2 }), new()));
        Assert.Contains("sigma", ScoreInterval.Refusal(Registry.Find("normal"), Batch.Single(new double[] { 1, 2 }), new()));
    }
}
