using Mle.Tests.Regression;
using MathNet.Numerics;

namespace Mle.Tests.Inference;

/// <summary>Covariances against closed forms and independent integrals, and what they refuse.</summary>
public class CovarianceTests
{
    static double[,] Of(string family, Batch batch, CovarianceKind kind, double[] at, FitOptions? options = null, int[]? clusters = null) =>
        Covariance.Of(Contributions.Of(Registry.Find(family), batch, 0, at, options ?? new()), kind, batch.Weighting, clusters);

    static void Close(string what, double expected, double got, double tolerance) =>
        Assert.True(Math.Abs(expected - got) <= tolerance * Math.Abs(expected), $"{what}: {got:R} instead of {expected:R}");

    static void Same(string where, double[,] expected, double[,] got, double tolerance)
    {
        for (int i = 0; i < expected.GetLength(0); i++)
            for (int j = 0; j < expected.GetLength(0); j++)
                Assert.True(Math.Abs(expected[i, j] - got[i, j]) <= tolerance * Math.Sqrt(expected[i, i] * expected[j, j]), $"{where}, {i}, {j}: {got[i, j]:R} instead of {expected[i, j]:R}");
    }

    public static TheoryData<string> Regular => Registry.Where(t => t.Smooth.Take(t.Slots).All(smooth => smooth));

    [Theory, MemberData(nameof(Regular))]
    public void Expected_information_is_the_variance_of_the_score(string name)
    {
        var (oracle, support) = (Oracles.Of(name), Traits.Of(Registry.Find(name)).Support);
        double[] p = oracle.Points[0];
        var sample = Sample.Draw(oracle, p, 40, Registry.Random(name, 61));
        var batch = new Batch(sample.X.AsMemory(0, 1), [0, 1], default, sample.Trials is null ? default : sample.Trials.AsMemory(0, 1));
        var names = Registry.Find(name).Info.Parameters;
        double[] at = [.. names.Select(q => p[Array.IndexOf(oracle.Parameters, q.Name)])];
        double[,] got = Of(name, batch, CovarianceKind.Expected, at);
        int k = p.Length;
        var information = new double[k, k];
        foreach (var (x, w) in Points(oracle, p, support, sample))
        {
            double[] s = [.. names.Select(q => Slope(Array.IndexOf(oracle.Parameters, q.Name), x))];
            double mass = w * Math.Exp(oracle.Log(p, x, sample.M(0)));
            for (int i = 0; i < k && mass > 1e-40; i++)
                for (int j = 0; j < k; j++)
                    information[i, j] += mass * s[i] * s[j];
        }
        Same(name, Numerically.Inverse(information), got, 1e-6);

        double Slope(int i, double x)
        {
            double h = 1e-3 * Math.Abs(p[i]);
            double At(double δ)
            {
                double[] moved = [.. p];
                moved[i] += δ;
                return oracle.Log(moved, x, sample.M(0));
            }
            double slope = (8 * (At(h) - At(-h)) - (At(2 * h) - At(-2 * h))) / (12 * h);
            // Nearer to an end of the support than the step.
            return double.IsFinite(slope) ? slope : 0;
        }
    }

    /// <summary>Where to look for an observation, with weights for integrals over all of them.</summary>
    static IEnumerable<(double X, double W)> Points(Oracle oracle, double[] p, Support support, Sample sample)
    {
        var (low, high) = oracle.Support?.Invoke(p) ?? (support.Low, oracle.Trials ? sample.M(0) : support.High);
        if (support.Integer)
        {
            for (double x = low; x <= Math.Min(high, 20000); x++)
                yield return (x, 1);
            yield break;
        }
        double middle = sample.X.Order().ElementAt(20), spread = sample.X.Order().ElementAt(30) - sample.X.Order().ElementAt(10);
        (double Low, double High)[] parts = double.IsFinite(low) && double.IsFinite(high) ? [(low, high)] : [(low, middle), (middle, high)];
        foreach (var part in parts)
        {
            var (x, w) = Numerically.Nodes(part.Low, part.High, double.IsFinite(part.Low) ? part.Low + spread : part.High - spread, 1 / 48.0);
            for (int i = 0; i < x.Length; i++)
                yield return (x[i], w[i]);
        }
    }

    /// <summary>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, sections 17.7 and 21.8.</summary>
    [Fact]
    public void Expected_covariances_are_the_textbooks()
    {
        const double γ = 0.57721566490153286061, n = 5;
        double[] x = [1, 2, 3, 4, 7];
        var batch = Batch.Single(x);
        double k = 1.7, λ = 3.2;
        var (shape, scale, both) = ((Math.PI * Math.PI / 6 + (1 - γ) * (1 - γ)) / (k * k), k * k / (λ * λ), -(1 - γ) / λ);
        double determinant = n * (shape * scale - both * both);
        Same("weibull", new[,] { { scale / determinant, -both / determinant }, { -both / determinant, shape / determinant } },
            Of("weibull", batch, CovarianceKind.Expected, [k, λ]), 1e-12);
        double a = 2.5, r = 0.7;
        double trigamma = (double)Real.Polygamma(1, a), of = n * (trigamma * a / (r * r) - 1 / (r * r));
        Same("gamma", new[,] { { a / (r * r) / of, 1 / r / of }, { 1 / r / of, trigamma / of } }, Of("gamma", batch, CovarianceKind.Expected, [a, r]), 1e-12);
        Same("normal", new[,] { { 4 / n, 0 }, { 0, 4 / (2 * n) } }, Of("normal", batch, CovarianceKind.Expected, [3, 2]), 1e-14);
        Same("poisson", new[,] { { 3 / n } }, Of("poisson", batch, CovarianceKind.Expected, [3]), 1e-14);
        Same("laplace", new[,] { { 4 / n, 0 }, { 0, 4 / n } }, Of("laplace", batch, CovarianceKind.Expected, [3, 2]), 1e-10);
        // A known parameter says nothing of the others.
        Same("gamma of known shape", new[,] { { r * r / (n * a) } }, Of("gamma", batch, CovarianceKind.Expected, [a, r], new() { Fixed = new Dictionary<string, double> { ["shape"] = a } }), 1e-12);
        // The unit of the data is no matter.
        double[] far = [.. x.Select(v => v * 1e80)];
        Same("weibull times 1e80", new[,] { { scale / determinant, -both * 1e80 / determinant }, { -both * 1e80 / determinant, 1e160 * shape / determinant } },
            Of("weibull", Batch.Single(far), CovarianceKind.Expected, [k, λ * 1e80]), 1e-12);
    }

    static readonly double[] times = [2, 3, 1, 5, 4, 9, 2.5, 6], ages = [30, 41, 35, 50, 44, 61, 39, 52], wins = [0, 1, 0, 1, 0, 1, 1, 0];

    static Batch Rows(double[] y, string parameter, double[]? weights = null) => new(y, [0, y.Length], weights)
    {
        Predictors = new Dictionary<string, Predictor> { [parameter] = new([Predictor.Intercept, "age"], [default, ages]) },
    };

    [Fact]
    public void Expected_and_observed_information_of_a_logistic_regression_are_those_of_its_weights()
    {
        var rows = Rows(wins, "p");
        double[] at = [-2, 0.05];
        var information = new double[2, 2];
        foreach (double age in ages)
        {
            double p = 1 / (1 + Math.Exp(-(at[0] + at[1] * age)));
            double[] x = [1, age];
            for (int i = 0; i < 2; i++)
                for (int j = 0; j < 2; j++)
                    information[i, j] += p * (1 - p) * x[i] * x[j];
        }
        foreach (var kind in new[] { CovarianceKind.Expected, CovarianceKind.Observed })
            Same($"logistic, {kind}", Numerically.Inverse(information), Of("logistic_regression", rows, kind, at), 1e-11);
    }

    /// <summary>What a category says of others has the same variance and the same mean curvature; in the multinomial logit for any data.</summary>
    [Fact]
    public void Expected_information_of_categories_is_summed_over_them()
    {
        double[] y = [0, 1, 2, 1, 0, 2, 1, 2];
        var rows = Rows(y, "u");
        var family = Families.OfCategories["multinomial_logit"](["a", "b", "c"]);
        var multinomial = Contributions.Of(family, rows, 0, [0.3, 0.01, -1, 0.03], new());
        Same("multinomial", Covariance.Of(multinomial, CovarianceKind.Observed), Covariance.Of(multinomial, CovarianceKind.Expected), 1e-10);
        // Ordered: ∂p/∂v of each category by differences, Σ (∂p)(∂p)ᵀ/p.
        double[] at = [0.05, 1.5, 3];
        var ordered = Contributions.Of(Families.OfCategories["ordered_logit"](["a", "b", "c"]), rows, 0, at, new());
        var information = new double[3, 3];
        foreach (double age in ages)
            for (int j = 0; j < 3; j++)
            {
                double[] slope = [.. Enumerable.Range(0, 3).Select(i => (P(i, 1e-6) - P(i, -1e-6)) / 2e-6)];
                for (int i = 0; i < 3; i++)
                    for (int k = 0; k < 3; k++)
                        information[i, k] += slope[i] * slope[k] / P(0, 0);

                double P(int i, double δ)
                {
                    double[] v = [.. at];
                    v[i] += δ;
                    double Below(int c) => c == 0 ? 0 : c == 3 ? 1 : 1 / (1 + Math.Exp(-(v[c] - v[0] * age)));
                    return Below(j + 1) - Below(j);
                }
            }
        Same("ordered", Numerically.Inverse(information), Covariance.Of(ordered, CovarianceKind.Expected), 1e-6);
    }

    [Fact]
    public void Clusters_of_one_row_are_no_clusters_and_larger_ones_add_up_first()
    {
        var rows = Rows(wins, "p");
        double[] at = [-2, 0.05];
        Same("alone", Of("logistic_regression", rows, CovarianceKind.Sandwich, at), Of("logistic_regression", rows, CovarianceKind.Sandwich, at, null, [7, 6, 5, 4, 3, 2, 1, 0]), 1e-13);
        int[] pairs = [0, 0, 1, 1, 2, 2, 3, 3];
        var one = Contributions.Of(Registry.Find("logistic_regression"), rows, 0, at, new());
        double[,] bread = Of("logistic_regression", rows, CovarianceKind.Observed, at), expected = new double[2, 2];
        for (int g = 0; g < 4; g++)
        {
            double[] s = [one.Score(0)[2 * g] + one.Score(0)[2 * g + 1], one.Score(1)[2 * g] + one.Score(1)[2 * g + 1]];
            double[] influence = [bread[0, 0] * s[0] + bread[0, 1] * s[1], bread[1, 0] * s[0] + bread[1, 1] * s[1]];
            for (int i = 0; i < 2; i++)
                for (int j = 0; j < 2; j++)
                    expected[i, j] += influence[i] * influence[j];
        }
        Same("pairs", expected, Of("logistic_regression", rows, CovarianceKind.Sandwich, at, null, pairs), 1e-10);
    }

    [Fact]
    public void A_frequency_is_as_many_rows()
    {
        double[] weights = [2, 1, 0, 3, 1, 1, 2, 1];
        int[] each = [.. Enumerable.Range(0, 8).SelectMany(i => Enumerable.Repeat(i, (int)weights[i]))];
        double[] at = [1.6, 4.5];
        foreach (var kind in Enum.GetValues<CovarianceKind>())
            Same($"{kind}", Of("weibull", Batch.Single(each.Select(i => times[i]).ToArray()), kind, at), Of("weibull", Batch.Single(times, weights), kind, at), 1e-12);
    }

    /// <summary>Location 10⁹ is no reason to lose digits: whole numbers move there exactly.</summary>
    [Fact]
    public void Neither_origin_nor_unit_of_the_data_disturbs_what_rows_add()
    {
        var here = Contributions.Of(Registry.Find("normal"), Batch.Single(ages), 0, [44, 8], new());
        var far = Contributions.Of(Registry.Find("normal"), Batch.Single(ages.Select(x => x + 1e9).ToArray()), 0, [1e9 + 44, 8], new());
        Assert.All(Enumerable.Range(0, 8), i => Close("ℓ at 1e9", here.LogLikelihood[i], far.LogLikelihood[i], 1e-14));
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(here.Score(0)[i], far.Score(0)[i], 1e-14));
        double unit = Math.ScaleB(1, 300);
        var large = Contributions.Of(Registry.Find("weibull"), Batch.Single(times.Select(x => x * unit).ToArray()), 0, [1.6, 4.5 * unit], new());
        var plain = Contributions.Of(Registry.Find("weibull"), Batch.Single(times), 0, [1.6, 4.5], new());
        for (int i = 0; i < 8; i++)
        {
            Close("ℓ times 2³⁰⁰", plain.LogLikelihood[i] - 300 * Math.Log(2), large.LogLikelihood[i], 1e-14);
            Assert.Equal(plain.Score(0)[i], large.Score(0)[i], 1e-12);
            Assert.Equal(plain.Score(1)[i], large.Score(1)[i] * unit, 1e-12);
        }
    }

    [Fact]
    public void What_has_no_score_says_so()
    {
        var pareto = Contributions.Of(Registry.Find("pareto"), Batch.Single(times), 0, [1.5, 2], new());
        Assert.Equal("xm is an end of the support, where the likelihood jumps: it has no score", pareto.Undefined["xm"]);
        Assert.All(pareto.Score(0), s => Assert.Equal(double.NaN, s));
        Assert.Equal(double.NegativeInfinity, pareto.LogLikelihood[2]);
        Assert.Equal(double.NegativeInfinity, pareto.Total.LogLikelihood);
        for (int i = 0; i < 8; i++)
            if (i != 2)
                Close("pareto", Math.Log(2 * 1.5 * 1.5 / Math.Pow(times[i], 3)), pareto.LogLikelihood[i], 1e-13);
        Assert.Equal([.. times.Select(x => 0.5 + Math.Log(1.5) - Math.Log(x))], pareto.Score(1).Select(s => s), (a, b) => Math.Abs(a - b) < 1e-14);
        var uniform = Contributions.Of(Registry.Find("uniform"), Batch.Single(times), 0, [2, 9], new());
        Assert.Equal([.. times.Select(x => x < 2 ? double.NegativeInfinity : -Math.Log(7))], uniform.LogLikelihood, (a, b) => a == b || Math.Abs(a - b) < 1e-14);
        var laplace = Contributions.Of(Registry.Find("laplace"), Batch.Single(times), 0, [3.5, 2], new());
        Assert.Equal([.. times.Select(x => Math.Sign(x - 3.5) / 2.0)], laplace.Score(0));
        Assert.Contains("jumps at every observation", laplace.Undefined["location"]);
        Assert.True(double.IsNaN(laplace.Total.Hessian[0, 1]) && !double.IsNaN(laplace.Total.Hessian[1, 1]));
    }

    [Theory]
    [InlineData("laplace", CovarianceKind.Sandwich, "There is no sandwich covariance here: the score in location jumps at every observation")]
    [InlineData("laplace", CovarianceKind.Observed, "There is no observed covariance here: the score in location jumps")]
    [InlineData("uniform", CovarianceKind.Expected, "There is no expected covariance here: a is an end of the support")]
    [InlineData("pareto", CovarianceKind.Sandwich, "There is no sandwich covariance here: xm is an end of the support")]
    public void A_covariance_that_does_not_exist_is_refused(string family, CovarianceKind kind, string sentence)
    {
        using var engine = new CpuEngine();
        var table = engine.Fit(Registry.Find(family), Batch.Single(times), new());
        var refusal = Assert.ThrowsAny<Exception>(() => Covariance.Replace(table, Registry.Find(family), Batch.Single(times), new(), kind));
        Assert.StartsWith(sentence, (refusal as AggregateException)?.InnerException?.Message ?? refusal.Message);
    }

    [Fact]
    public void The_expected_information_of_rows_that_are_not_observed_exactly_is_refused()
    {
        string Refusal(Batch batch, double[] at, string family = "exponential") =>
            Assert.Throws<ArgumentException>(() => Of(family, batch, CovarianceKind.Expected, at)).Message;
        var censored = new Batch(times, [0, 8]) { Upper = times.Select(t => t > 4 ? double.PositiveInfinity : t).ToArray() };
        Assert.StartsWith("The expected information of censored rows needs the distribution of what censors them", Refusal(censored, [0.3]));
        Assert.StartsWith("There is no expected information of truncated rows", Refusal(new(times, [0, 8]) { TruncatedBelow = new[] { 0.5 } }, [0.3]));
        Assert.StartsWith("Sampling weights ask for the sandwich", Refusal(new(times, [0, 8], ages) { Weighting = Weighting.Sampling }, [0.3]));
        Assert.StartsWith("The expected information of gev is infinite here", Refusal(Batch.Single(times), [3, 5, -0.6], "gev"));
    }
}
