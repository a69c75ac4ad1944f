using D = MathNet.Numerics.Distributions;

namespace Mle.Tests.Inference;

public class ExactIntervalTests
{
    static (double Low, double High) Of(string family, double[] x, string parameter, double level = 0.95, FitOptions? options = null, double[]? trials = null, double[]? weights = null)
    {
        using var engine = new CpuEngine();
        var (one, batch) = (Registry.Find(family), Batch.Single(x, weights, trials));
        options ??= new();
        Assert.Null(ExactInterval.Refusal(one, batch, options));
        return ExactInterval.Of(one, batch, 0, engine.Fit(one, batch, options)[0], options, parameter, level);
    }

    static FitOptions Known(string name, double value) => new() { Fixed = new Dictionary<string, double> { [name] = value } };

    static void Near(double low, double high, (double Low, double High) got, double digits = 1e-9)
    {
        Assert.True(Math.Abs(got.Low - low) <= digits * Math.Max(1e-300, Math.Abs(low)) && Math.Abs(got.High - high) <= digits * Math.Abs(high), $"{got} instead of {low} to {high}");
    }

    /// <summary>R 4.2: binom.test(7, 20), binom.test(0, 10), poisson.test(10), poisson.test(0), t.test on 1, 2, 4, 7, to the digits that it prints.</summary>
    [Fact]
    public void Intervals_are_those_of_textbooks()
    {
        Near(0.1539092, 0.5921885, Of("binomial", [3, 4], "p", trials: [10, 10]), 1e-6);
        Near(0, 0.3084971, Of("bernoulli", new double[10], "p"), 1e-6);
        Near(1 - 0.3084971, 1, Of("bernoulli", [.. Enumerable.Repeat(1.0, 10)], "p"), 1e-6);
        Near(4.795389, 18.390356, Of("poisson", [10], "lambda"), 1e-6);
        Near(0, 3.688879, Of("poisson", [0], "lambda"), 1e-6);
    }

    [Fact]
    public void Intervals_of_measurements_are_the_quantiles_of_their_pivots()
    {
        double[] x = [1, 2, 4, 7, 9.5];
        double n = 5, mean = x.Average(), square = x.Sum(v => (v - mean) * (v - mean));
        double t = D.StudentT.InvCDF(0, 1, 4, 0.95), half = t * Math.Sqrt(square / 4 / n);
        Near(mean - half, mean + half, Of("normal", x, "mu", 0.9));
        double z = D.Normal.InvCDF(0, 1, 0.95) * 2 / Math.Sqrt(n);
        Near(mean - z, mean + z, Of("normal", x, "mu", 0.9, Known("sigma", 2)));
        Near(Math.Sqrt(square / D.ChiSquared.InvCDF(4, 0.95)), Math.Sqrt(square / D.ChiSquared.InvCDF(4, 0.05)), Of("normal", x, "sigma", 0.9));
        Near(Math.Sqrt(square / D.ChiSquared.InvCDF(4, 0.95)), Math.Sqrt(square / D.ChiSquared.InvCDF(4, 0.05)), Of("lognormal", [.. x.Select(Math.Exp)], "sdlog", 0.9));
        double sum = x.Sum();
        Near(D.Gamma.InvCDF(n, 1, 0.05) / sum, D.Gamma.InvCDF(n, 1, 0.95) / sum, Of("exponential", x, "rate", 0.9));
        Near(9.5, 9.5 * Math.Pow(0.1, -1 / n), Of("uniform", x, "b", 0.9, Known("a", 0)), 1e-14);
        Near(10 - 9 * Math.Pow(0.1, -1 / n), 1, Of("uniform", x, "a", 0.9, Known("b", 10)), 1e-14);
        // A frequency is as many observations.
        Near(D.Gamma.InvCDF(7, 1, 0.05) / 24, D.Gamma.InvCDF(7, 1, 0.95) / 24, Of("exponential", [2, 4], "rate", 0.9, weights: [2, 5]));
    }

    /// <summary>The chance that the interval holds the truth is at least the level, whatever the truth: by enumeration.</summary>
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.95)]
    public void Intervals_of_counts_cover_at_least_at_their_level(double level)
    {
        var proportions = Enumerable.Range(0, 13).Select(x => Of("binomial", [x], "p", level, trials: [12])).ToArray();
        for (double p = 0.005; p < 1; p += 0.005)
            Assert.True(Enumerable.Range(0, 13).Where(x => proportions[x].Low <= p && p <= proportions[x].High).Sum(x => D.Binomial.PMF(p, 12, x)) >= level, $"p = {p}");
        var means = Enumerable.Range(0, 60).Select(x => Of("poisson", [x], "lambda", level)).ToArray();
        for (double λ = 0.05; λ < 20; λ += 0.05)
            Assert.True(Enumerable.Range(0, 60).Where(x => means[x].Low <= λ && λ <= means[x].High).Sum(x => D.Poisson.PMF(λ, x)) >= level, $"lambda = {λ}");
        var sizes = Enumerable.Range(1, 200).Select(x => Of("negative_binomial", [x], "mu", level, Known("size", 3))).ToArray();
        var chances = Enumerable.Range(1, 200).Select(x => Of("geometric", [x, 0, 0], "p", level)).ToArray();
        for (double p = 0.15; p < 0.6; p += 0.05)
        {
            // 0 failures have no estimate of size, or one on the boundary: their interval begins at mu = 0, or ends at p = 1.
            double Chance(int x) => D.NegativeBinomial.PMF(3, p, x);
            double μ = 3 * (1 - p) / p;
            Assert.True(Chance(0) + Enumerable.Range(1, 200).Where(x => sizes[x - 1].Low <= μ && μ <= sizes[x - 1].High).Sum(Chance) >= level, $"mu = {μ}");
            Assert.True(Chance(0) + Enumerable.Range(1, 200).Where(x => chances[x - 1].Low <= p && p <= chances[x - 1].High).Sum(Chance) >= level, $"p = {p}");
        }
    }

    [Fact]
    public void What_has_no_exact_interval_says_so()
    {
        var batch = Batch.Single(new double[] { 1, 2 });
        Assert.StartsWith("There is no exact interval for weibull; there are for bernoulli,", ExactInterval.Refusal(Registry.Find("weibull"), batch, new()));
        Assert.Equal("There is an exact interval for uniform only where one end is fixed.", ExactInterval.Refusal(Registry.Find("uniform"), batch, new()));
        Assert.Equal("There is an exact interval for negative_binomial only where size is fixed.", ExactInterval.Refusal(Registry.Find("negative_binomial"), batch, new()));
        Assert.StartsWith("Exact intervals count observations, and 0.5", ExactInterval.Refusal(Registry.Find("poisson"), Batch.Single(new double[] { 1 }, new[] { 0.5 }), new()));
        Assert.StartsWith("Exact intervals are there for plain samples", ExactInterval.Refusal(Registry.Find("poisson"), new(new double[] { 1 }, [0, 1]) { TruncatedBelow = new[] { 1.0 } }, new()));
    }
}
