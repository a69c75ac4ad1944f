using Mle.Tests.Runner;

namespace Mle.Tests.Studies;

/// <summary>Cases of kind simulation_exact: what is true passes, what is not fails, and what is not understood is skipped.</summary>
[Collection("command line")]
public sealed class SimulationExactTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    Outcome Check(string family, string settings, string truth) => CommandLine.Run("check", command.File("case.json", $$$"""
        {"id": "one", "kind": "simulation_exact", "family": "{{{family}}}", "data": null, "fixed": {}, "options": {},
         "expected": {"status": "exact", "settings": {{{settings}}}, "truth": {{{truth}}}}, "tolerance": {}}
        """), "--engine", "cpu");

    /// <summary>E λ̂ = nλ/(n − 1); Student's interval covers at its level exactly.</summary>
    [Theory]
    [InlineData("exponential", """{"n": 5, "rate": 2}""", """{"mean_rate_hat": 2.5, "bias": 0.5, "variance": 2.0833333333333335}""")]
    [InlineData("exponential", """{"n": 5, "mean": 0.5}""", """{"mean_rate_hat": 2.5}""")]
    [InlineData("normal", """{"n": 8, "mu": 1, "sigma": 2, "level": 0.9, "interval": "xbar +/- t_{n-1} s/sqrt(n)"}""", """{"coverage": 0.9, "mean_mu_hat": 1, "variance_mu_hat": 0.5}""")]
    [InlineData("normal", """{"n": 8, "mu": 1, "sigma": 2, "level": 0.9, "interval": "n sigma2_hat over chi2 quantiles"}""", """{"coverage": 0.9}""")]
    [InlineData("poisson", """{"n": 10, "lambda": 0.5}""", """{"prob_all_zero": 0.006737946999085467}""")]
    public void What_is_true_passes(string family, string settings, string truth) => Assert.Contains("1 passed", Check(family, settings, truth).Out);

    [Theory]
    [InlineData("exponential", """{"n": 5, "rate": 2}""", """{"mean_rate_hat": 2.53}""", "mean_rate_hat")]
    [InlineData("normal", """{"n": 8, "mu": 1, "sigma": 2, "level": 0.9, "interval": "xbar +/- z sigma_mle/sqrt(n)"}""", """{"coverage": 0.9}""", "coverage")]
    public void What_is_not_fails(string family, string settings, string truth, string what)
    {
        var outcome = Check(family, settings, truth);
        Assert.Equal(1, outcome.Code);
        Assert.Contains($"{what}: ", outcome.Out);
    }

    [Theory]
    [InlineData("""{"n": 20, "p": 0.1, "interval": "Agresti-Coull"}""", """{"coverage": 0.9}""", "the interval Agresti")]
    [InlineData("""{"n": 20, "p": 0.1}""", """{"kurtosis": 3}""", "the quantity kurtosis")]
    public void What_is_not_understood_is_skipped(string settings, string truth, string why) => Assert.Contains(why, Check("binomial", settings, truth).Out);
}
