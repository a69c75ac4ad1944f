namespace Mle.Tests.Regression;

/// <summary>Penalised fits against optima that were found without this library.</summary>
public class FirthTests
{
    static readonly double[] x = [-2, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 2.5, 3], z = [0.3, -1.2, 0.7, 0.1, -0.4, 1.1, -0.9, 0.2, 0.5, -0.3, 0.8, -0.6];
    static readonly double[] separated = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], mixed = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1];
    static readonly double[] counts = [0, 1, 0, 2, 1, 0, 3, 4, 2, 7, 9, 12], exposures = [0.5, 0.25, 0, 0, -0.5, 0.25, 0, 0.5, 0, 0, 0.25, 0];
    static readonly double[] trials = [3, 2, 4, 1, 5, 2, 3, 2, 4, 1, 2, 3], successes = [0, 0, 1, 0, 2, 1, 2, 1, 4, 1, 2, 3];

    /// <summary>
    /// Family, response, trials, offset, λ or NaN for Firth's penalty; estimates, standard errors where they are from the
    /// information alone, log-likelihood without Σ log h: Newton's method on ℓ* in 60 digits (mpmath), with derivatives by
    /// differences, started from 0.
    /// </summary>
    public static TheoryData<string, double[], double[]?, double[]?, double, double[], double[]?, double> Optima => new()
    {
        {
            "logistic_regression", separated, null, null, double.NaN, [-0.75286442592579245, 1.8884458479128832, -1.0338278499502632],
            [0.98782138679976071, 1.0312606840872623, 1.3960887578426077], -1.9273632458332134
        },
        {
            "bernoulli", mixed, null, null, double.NaN, [-0.75457414449634625, 1.0504742543737105, 3.5430919982562802],
            [0.97652869186916043, 0.70249559103527449, 2.3113641204234437], -2.8784911643931245
        },
        {
            "probit_regression", separated, null, null, double.NaN, [-0.47366219866144688, 1.1880248661790079, -0.70049952446561996],
            [0.61393703264462458, 0.63513036262831092, 0.88417440623289211], -1.7929481736299954
        },
        {
            "cloglog_regression", mixed, null, null, double.NaN, [-0.68294769950945608, 0.65502882969895024, 1.881446050745968],
            [0.63367670646830589, 0.4318346086349436, 1.2655331761288349], -3.2937190864991371
        },
        {
            "poisson", counts, null, exposures, double.NaN, [0.26484617365159441, 0.71535719295482696, -0.42806507036281971],
            [0.2837473862194024, 0.12687389198000327, 0.24940448613063587], 30.397719076265694
        },
        {
            "logistic_regression", successes, trials, null, double.NaN, [-0.27120199201078944, 1.4196647557816032, 0.17921528387699197],
            [0.48347212456259704, 0.49957488497521376, 0.69861508876777387], -12.124544620228572
        },
        { "logistic_regression", separated, null, null, 0.5, [-0.84955385519101146, 1.928862975748878, -0.60504814909287498], null, -1.9557036195545388 },
        { "poisson", counts, null, exposures, 2, [0.24520516452990734, 0.70907625930755848, -0.38260797148303909], null, 30.399373175894913 },
    };

    [Theory]
    [MemberData(nameof(Optima))]
    public void Finds_the_optimum(string family, double[] y, double[]? trials, double[]? offset, double λ, double[] expected, double[]? errors, double logLikelihood)
    {
        var entry = Families.Find(family)!;
        var predictor = new Predictor(["(Intercept)", "x", "z"], [default, x, z], offset);
        var batch = new Batch(y, [0, y.Length], default, trials) { Predictors = new Dictionary<string, Predictor> { [entry.Info.Primary] = predictor } };
        var table = new CpuEngine().Fit(entry, batch, new() { Penalty = double.IsNaN(λ) ? new() { Firth = true } : new() { Ridge = λ } });
        Assert.Equal(Status.Interior, table.Status[0]);
        for (int j = 0; j < 3; j++)
            Assert.Equal(1, table.Estimates(j)[0] / expected[j], 1e-10);
        for (int j = 0; errors is not null && j < 3; j++)
            Assert.Equal(1, Math.Sqrt(table.Covariances(j, j)[0]) / errors[j], 1e-10);
        double logBase = 0;
        for (int i = 0; i < y.Length; i++)
            logBase += family == "poisson" ? -LogFactorial(y[i]) : trials is null ? 0 : LogFactorial(trials[i]) - LogFactorial(y[i]) - LogFactorial(trials[i] - y[i]);
        Assert.Equal(logLikelihood + logBase, table.LogLikelihood[0], 1e-10);
    }

    static double LogFactorial(double n) => Enumerable.Range(1, (int)n).Sum(k => Math.Log(k));

    /// <summary>
    /// Where every cell of a table has a coefficient of its own, the penalty adds half an observation to each of its numbers
    /// (Haldane 1956): logit p = log (s + ½)/(f + ½), also where the groups are single rows.
    /// </summary>
    [Theory]
    [InlineData(0, 5, 3, 4)]
    [InlineData(0, 1, 1, 0)]
    [InlineData(7, 0, 0, 400)]
    public void Adds_a_half_to_each_cell(int s0, int f0, int s1, int f1)
    {
        double[] y = [.. Enumerable.Repeat(1.0, s0), .. Enumerable.Repeat(0.0, f0), .. Enumerable.Repeat(1.0, s1), .. Enumerable.Repeat(0.0, f1)];
        double[] group = [.. Enumerable.Repeat(0.0, s0 + f0), .. Enumerable.Repeat(1.0, s1 + f1)];
        double a = Math.Log((s0 + 0.5) / (f0 + 0.5)), b = Math.Log((s1 + 0.5) / (f1 + 0.5)) - a;
        foreach (string family in new[] { "logistic_regression", "multinomial_logit" })
        {
            var entry = Families.Find(family) ?? Families.OfCategories[family](["no", "yes"]);
            var batch = new Batch(y, [0, y.Length])
            {
                Predictors = new Dictionary<string, Predictor> { [entry.Info.Primary] = new(["(Intercept)", "group"], [default, group]) },
            };
            var table = new CpuEngine().Fit(entry, batch, new() { Penalty = new() { Firth = true } });
            Assert.Equal(Status.Interior, table.Status[0]);
            Assert.Equal(a, table.Estimates(0)[0], 1e-10 * (1 + Math.Abs(a)));
            Assert.Equal(b, table.Estimates(1)[0], 1e-10 * (1 + Math.Abs(b)));
        }
    }

    /// <summary>A coefficient that is known takes no part in the information: the half goes to the cells of the other alone.</summary>
    [Fact]
    public void Holds_what_is_known()
    {
        double[] y = [1, 1, 0, 0, 0, 0], shift = [1, 1, 1, 1, 1, 1];
        var entry = Families.Find("logistic_regression")!;
        var batch = new Batch(y, [0, y.Length])
        {
            Predictors = new Dictionary<string, Predictor> { ["p"] = new(["(Intercept)", "shift"], [default, shift]) },
        };
        var table = new CpuEngine().Fit(entry, batch, new() { Penalty = new() { Firth = true }, Fixed = new Dictionary<string, double> { ["shift"] = 0.75 } });
        Assert.Equal(Math.Log(2.5 / 4.5) - 0.75, table.Estimates(0)[0], 1e-10);
    }

    [Fact]
    public void Is_refused_where_there_are_other_parameters()
    {
        var entry = Families.Find("negative_binomial_regression")!;
        var batch = new Batch(counts, [0, counts.Length]) { Predictors = new Dictionary<string, Predictor> { [entry.Info.Primary] = new(["x"], [x]) } };
        Assert.Throws<ArgumentException>(() => new CpuEngine().Fit(entry, batch, new() { Penalty = new() { Firth = true } }));
    }
}
