using MathNet.Numerics;
using MathNet.Numerics.Statistics;

namespace Mle.Tests;

/// <summary>Estimates, standard errors and log-likelihoods that can be written down, against the written-down value.</summary>
public class ClosedFormTests
{
    static Fit Fit(string family, double[] x, double[]? trials = null, FitOptions? options = null)
    {
        using var engine = new CpuEngine();
        return engine.Fit(Registry.Find(family), Batch.Single(x, default, trials), options ?? new())[0];
    }

    static void Close(double expected, double got, double relative = 1e-14) =>
        Assert.True(Math.Abs(got - expected) <= relative * Math.Abs(expected), $"{got:R}, exactly {expected:R}");

    static readonly double[] Some = [0.5, 1.25, 2, 3.75, 0.125, 8, 2.5];

    static readonly double[] Counts = [0, 3, 1, 0, 7, 2, 2, 1];

    [Fact]
    public void Normal_from_integers_far_from_zero_is_exact()
    {
        // Mean 10⁹ + 5/2 and variance 5/4 are doubles: the sums must not lose them to the 10⁹.
        var fit = Fit("normal", [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]);
        Assert.Equal(1e9 + 2.5, fit["mu"]);
        Close(Math.Sqrt(1.25), fit["sigma"]);
        Close(Math.Sqrt(1.25 / 4), fit.StandardError("mu"));
        Close(Math.Sqrt(1.25 / 8), fit.StandardError("sigma"));
        Assert.Equal(0, fit.Covariance(0, 1), 1e-16);
        Close(-2 * Math.Log(2 * Math.PI * 1.25) - 2, fit.LogLikelihood);
    }

    [Fact]
    public void Normal_with_the_mean_known_has_the_mean_square_about_it()
    {
        var fit = Fit("normal", [1, 2, 6], options: new() { Fixed = new Dictionary<string, double> { ["mu"] = 2 } });
        Close(Math.Sqrt(17.0 / 3), fit["sigma"]);
        Assert.Equal(2, fit["mu"]);
    }

    [Fact]
    public void Lognormal_is_the_normal_of_the_logarithms()
    {
        double[] logs = [.. Some.Select(x => Math.Log(x))];
        var fit = Fit("lognormal", Some);
        Close(logs.Mean(), fit["meanlog"]);
        Close(logs.PopulationStandardDeviation(), fit["sdlog"]);
        Close(Fit("normal", logs).LogLikelihood - logs.Sum(), fit.LogLikelihood, 1e-13);
    }

    [Fact]
    public void One_parameter_families_have_their_mean()
    {
        double n = Some.Length, sum = Some.Sum(), squares = Some.Sum(x => x * x);
        Close(n / sum, Fit("exponential", Some)["rate"]);
        Close(n / sum / Math.Sqrt(n), Fit("exponential", Some).StandardError("rate"));
        Close(n * Math.Log(n / sum) - n, Fit("exponential", Some).LogLikelihood);
        Close(Math.Sqrt(squares / (2 * n)), Fit("rayleigh", Some)["sigma"]);
        Close(Math.Sqrt(squares / (8 * n * n)), Fit("rayleigh", Some).StandardError("sigma"));
        Close(Math.Sqrt(squares / n), Fit("half_normal", Some)["sigma"]);
        Close(Math.Sqrt(squares / (2 * n * n)), Fit("half_normal", Some).StandardError("sigma"));
    }

    [Fact]
    public void Counts_have_their_share_or_mean()
    {
        double n = Counts.Length, mean = Counts.Mean();
        Close(mean, Fit("poisson", Counts)["lambda"]);
        Close(Math.Sqrt(mean / n), Fit("poisson", Counts).StandardError("lambda"));
        double p = 1 / (1 + mean);
        Close(p, Fit("geometric", Counts)["p"]);
        Close(p * Math.Sqrt((1 - p) / n), Fit("geometric", Counts).StandardError("p"), 1e-13);
        var bernoulli = Fit("bernoulli", [0, 1, 1, 0, 1, 1, 1]);
        Close(5.0 / 7, bernoulli["p"]);
        Close(Math.Sqrt(5.0 / 7 * 2 / 7 / 7), bernoulli.StandardError("p"));
        Close(5 * Math.Log(5.0 / 7) + 2 * Math.Log(2.0 / 7), bernoulli.LogLikelihood);
        var binomial = Fit("binomial", [0, 3, 2], [1, 4, 6]);
        Close(5.0 / 11, binomial["p"]);
        Close(Math.Sqrt(5.0 / 11 * 6 / 11 / 11), binomial.StandardError("p"));
        Close(Math.Log(1.0 * 4 * 15) + 5 * Math.Log(5.0 / 11) + 6 * Math.Log(6.0 / 11), binomial.LogLikelihood, 1e-13);
    }

    [Fact]
    public void Inverse_Gaussian_has_the_mean_and_the_mean_excess_of_reciprocals()
    {
        double n = Some.Length, mean = Some.Mean(), λ = n / Some.Sum(x => 1 / x - 1 / mean);
        var fit = Fit("inverse_gaussian", Some);
        Close(mean, fit["mu"]);
        Close(λ, fit["lambda"]);
        Close(Math.Sqrt(mean * mean * mean / (λ * n)), fit.StandardError("mu"), 1e-13);
        Close(λ * Math.Sqrt(2 / n), fit.StandardError("lambda"), 1e-13);
    }

    [Fact]
    public void Order_statistics_are_observations_to_the_bit()
    {
        double[] x = [0.1, 0.7, 0.3, 1.9, 0.2];
        var uniform = Fit("uniform", x);
        Assert.Equal((Status.Nonregular, 0.1, 1.9), (uniform.Status, uniform["a"], uniform["b"]));
        Assert.True(double.IsNaN(uniform.StandardError("a")) && double.IsNaN(uniform.StandardError("b")));
        Close(-5 * Math.Log(1.9 - 0.1), uniform.LogLikelihood);
        var half = Fit("uniform", x, options: new() { Fixed = new Dictionary<string, double> { ["a"] = 0 } });
        Assert.Equal((0.0, 1.9), (half["a"], half["b"]));
        Close(-5 * Math.Log(1.9), half.LogLikelihood);

        var pareto = Fit("pareto", x);
        double α = 5 / x.Sum(v => Math.Log(v / 0.1));
        Assert.Equal((Status.Nonregular, 0.1), (pareto.Status, pareto["xm"]));
        Close(α, pareto["alpha"], 1e-13);
        Close(α / Math.Sqrt(5), pareto.StandardError("alpha"), 1e-13);
        Assert.True(double.IsNaN(pareto.StandardError("xm")));
    }

    [Fact]
    public void Laplace_has_the_median_and_with_an_even_number_an_interval_of_them()
    {
        var odd = Fit("laplace", [5, 1, 2]);
        Assert.Equal((Status.Nonregular, 2.0), (odd.Status, odd["location"]));
        Close(4.0 / 3, odd["scale"]);
        Close(4.0 / 3 / Math.Sqrt(3), odd.StandardError("location"), 1e-13);
        Close(4.0 / 3 / Math.Sqrt(3), odd.StandardError("scale"), 1e-13);
        Close(-3 * Math.Log(8.0 / 3) - 3, odd.LogLikelihood);
        Assert.Null(odd.Verdict.LocationInterval);
        var even = Fit("laplace", [5, 1, 2, 9]);
        Assert.Equal(3.5, even["location"]);
        Assert.Equal((2.0, 5.0), even.Verdict.LocationInterval);
        Close(11.0 / 4, even["scale"]);
        // Two equal observations in the middle leave one median.
        var tied = Fit("laplace", [2, 1, 2, 9]);
        Assert.Equal(2, tied["location"]);
        Assert.Null(tied.Verdict.LocationInterval);
    }

    [Fact]
    public void Likelihood_equations_hold_in_MathNets_functions()
    {
        double n = Some.Length, mean = Some.Mean(), logMean = Some.Average(x => Math.Log(x));
        var gamma = Fit("gamma", Some);
        Close(Math.Log(mean) - logMean, Math.Log(gamma["shape"]) - SpecialFunctions.DiGamma(gamma["shape"]), 1e-12);
        Close(mean, gamma["shape"] / gamma["rate"], 1e-13);
        var inverse = Fit("inverse_gamma", Some);
        Close(Math.Log(Some.Average(x => 1 / x)) + logMean, Math.Log(inverse["shape"]) - SpecialFunctions.DiGamma(inverse["shape"]), 1e-12);
        double[] shares = [0.1, 0.4, 0.35, 0.8, 0.62];
        var beta = Fit("beta", shares);
        Close(shares.Average(x => Math.Log(x)), SpecialFunctions.DiGamma(beta["alpha"]) - SpecialFunctions.DiGamma(beta["alpha"] + beta["beta"]), 1e-12);
        Close(shares.Average(x => Math.Log(1 - x)), SpecialFunctions.DiGamma(beta["beta"]) - SpecialFunctions.DiGamma(beta["alpha"] + beta["beta"]), 1e-12);
        var weibull = Fit("weibull", Some);
        double k = weibull["shape"];
        Close(1 / k, Some.Sum(x => Math.Pow(x, k) * Math.Log(x)) / Some.Sum(x => Math.Pow(x, k)) - logMean, 1e-12);
        Close(Math.Pow(Some.Average(x => Math.Pow(x, k)), 1 / k), weibull["scale"], 1e-12);
        double[] positive = [1, 3, 1, 2, 7, 1];
        double λ = Fit("ztpoisson", positive)["lambda"];
        Close(positive.Mean(), λ / (1 - Math.Exp(-λ)), 1e-13);
        double p = Fit("logarithmic", positive)["p"];
        Close(positive.Mean(), -p / ((1 - p) * Math.Log(1 - p)), 1e-13);
        var nb = Fit("negative_binomial", Counts);
        Close(Counts.Mean(), nb["mu"], 1e-13);
        var zip = Fit("zero_inflated_poisson", [0, 0, 0, 0, 3, 5, 2, 0, 1]);
        double zλ = zip["lambda"];
        Close(11.0 / 4, zλ / (1 - Math.Exp(-zλ)), 1e-13);
        Close(5.0 / 9, zip["pi"] + (1 - zip["pi"]) * Math.Exp(-zλ), 1e-13);
    }

    /// <summary>
    /// Four observations 0.7 and one 0.7(1 + d): the truth from 60-digit arithmetic on the doubles. log x̄ − mean log x
    /// cancels to half the squared coefficient of variation, here 0.08d², and both terms of the likelihood are near
    /// shape·log(shape)·n: the answers may lose what that conditioning takes, and no more.
    /// </summary>
    [Theory]
    [InlineData(1e-2, 63000.292857408051, 22.305955130098271)]
    [InlineData(1e-3, 6255000.2917879499, 33.809911791440221)]
    [InlineData(1e-4, 625050000.29141974, 45.32193756975444)]
    [InlineData(1e-5, 62500499998.679737, 56.834773037796073)]
    public void Gamma_of_nearly_constant_data_loses_no_more_than_its_condition(double d, double shape, double logLikelihood)
    {
        const double rounding = 4e-16;
        var fit = Fit("gamma", [0.7, 0.7, 0.7, 0.7, 0.7 * (1 + d)]);
        Assert.True(fit.Status == Status.Interior, $"{fit.Status}: {fit.Verdict.Reason}");
        Assert.True(Math.Abs(fit["shape"] / shape - 1) <= rounding / (0.08 * d * d), $"shape {fit["shape"]:R}, exactly {shape:R}");
        double terms = 5 * shape * Math.Log(shape);
        Assert.True(Math.Abs(fit.LogLikelihood - logLikelihood) <= rounding * terms, $"log-likelihood {fit.LogLikelihood:R}, exactly {logLikelihood:R}");
    }

    /// <summary>The unit of the first observation would make the squares of the others overflow.</summary>
    [Fact]
    public void A_tiny_first_observation_does_not_overflow_the_sums()
    {
        double[] x = [1e-170, 1, 2, 3, 4];
        // The solver holds log sigma in a unit near 1e-85: its last digit is 200 of sigma's.
        Close(Math.Sqrt(30.0 / 10), Fit("rayleigh", x)["sigma"], 1e-13);
        Close(Math.Sqrt(30.0 / 5), Fit("half_normal", x)["sigma"], 1e-13);
    }

    /// <summary>A product of mantissas takes no subnormal factor.</summary>
    [Fact]
    public void Subnormal_observations_keep_their_logarithms()
    {
        double[] x = [1e-310, 1, 2, 3, 4];
        Close(5 / x.Sum(v => Math.Log(v) - Math.Log(1e-310)), Fit("pareto", x)["alpha"]);
    }

    /// <summary>Where x is small 1 − x has lost its digits, and log(1 − x) must be taken from x; weights take that path anyway.</summary>
    [Fact]
    public void Beta_of_tiny_observations_keeps_the_digits_of_log1p()
    {
        double[] x = [1.1e-7, 2.3e-7, 3.1e-7, 4.7e-7, 5.9e-7, 2.9e-7, 1.7e-7, 3.7e-7];
        using var engine = new CpuEngine();
        var fit = Fit("beta", x);
        var weighted = engine.Fit(Registry.Find("beta"), Batch.Single(x, Enumerable.Repeat(1.0, x.Length).ToArray()), new())[0];
        Assert.Equal((Status.Interior, Status.Interior), (fit.Status, weighted.Status));
        foreach (string p in fit.Parameters)
            Assert.True(Math.Abs(fit[p] - weighted[p]) <= 1e-11 * weighted[p], $"{p}: {fit[p]:R}, by single logarithms {weighted[p]:R}");
    }

    [Fact]
    public void Aic_Bic_and_mean_log_likelihood_count_free_parameters()
    {
        var fit = Fit("gamma", Some);
        Close(-2 * fit.LogLikelihood + 4, fit.Aic);
        Close(-2 * fit.LogLikelihood + 2 * Math.Log(7), fit.Bic);
        Close(-fit.LogLikelihood / 7, fit.MeanNegativeLogLikelihood);
        var known = Fit("gamma", Some, options: new() { Fixed = new Dictionary<string, double> { ["shape"] = 1 } });
        Close(-2 * known.LogLikelihood + 2, known.Aic);
        Close(7 / Some.Sum(), known["rate"]);
        Assert.Equal(0, known.StandardError("shape"));
    }

    // The categorical family stands outside the registry's laws: it has as many parameters as labels.

    static Fit Categories(double[] x, string[] labels, FitOptions? options = null, double[]? weights = null)
    {
        using var engine = new CpuEngine();
        return engine.Fit(Families.Categorical(labels), Batch.Single(x, weights), options ?? new())[0];
    }

    [Fact]
    public void Categorical_shares_covariances_and_log_likelihood()
    {
        var fit = Categories([0, 1, 1, 2, 1, 0, 2, 1], ["a", "b", "c"]);
        Assert.Equal((Status.Interior, 0.25, 0.5, 0.25), (fit.Status, fit["p_a"], fit["p_b"], fit["p_c"]));
        Close(0.25 * 0.75 / 8, fit.Covariance(0, 0));
        Close(-0.125 / 8, fit.Covariance(0, 1));
        Close(4 * Math.Log(0.25) + 4 * Math.Log(0.5), fit.LogLikelihood);
        Close(-2 * fit.LogLikelihood + 4, fit.Aic);
        var weighted = Categories([0, 1, 2], ["a", "b", "c"], weights: [2, 4, 2]);
        Assert.Equal((fit["p_b"], fit.LogLikelihood, fit.Covariance(0, 1)), (weighted["p_b"], weighted.LogLikelihood, weighted.Covariance(0, 1)));
    }

    [Fact]
    public void Categorical_with_a_known_share_divides_the_rest()
    {
        var fit = Categories([0, 1, 1, 2, 1], ["a", "b", "c"], new() { Fixed = new Dictionary<string, double> { ["p_a"] = 0.5 } });
        Assert.Equal((0.5, 0.375, 0.125), (fit["p_a"], fit["p_b"], fit["p_c"]));
        Assert.Equal(0, fit.Covariance(0, 0));
        Close(0.25 * 0.75 * 0.25 / 4, fit.Covariance(1, 1));
    }

    [Fact]
    public void Categorical_verdicts()
    {
        var empty = Categories([0, 1, 1], ["a", "b", "c"]);
        Assert.Equal((Status.Boundary, 0.0, "p_c = 0"), (empty.Status, empty["p_c"], empty.Verdict.Bound));
        Close(Math.Log(1.0 / 3) + 2 * Math.Log(2.0 / 3), empty.LogLikelihood);
        Assert.Equal(Status.Interior, Categories([0, 1, 2], ["a", "b", "c"]).Status);
        Assert.Contains("row 2", Categories([0, 3, 1], ["a", "b", "c"]).Verdict.Reason);
        Assert.Contains("row 1", Categories([0.5, 0, 1], ["a", "b", "c"]).Verdict.Reason);
        Assert.Contains("row 3", Categories([0, 1, double.NaN], ["a", "b", "c"]).Verdict.Reason);
        Assert.Equal(Status.InvalidData, Categories([], ["a", "b"]).Status);
        Assert.Equal(Status.NotIdentified, Categories([0, 0], ["a", "b", "c"], new() { Fixed = new Dictionary<string, double> { ["p_a"] = 0.5 } }).Status);
    }
}
