using System.Globalization;
using System.Text.Json;

namespace Mle.Tests.Runner;

/// <summary>Regressions, censored, truncated and sampled rows, and predictions, through the command line.</summary>
[Collection("command line")]
public sealed class RegressionTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static string Data(string name) => CommandLine.Reference(Path.Combine("data", name + ".csv"));

    static Outcome Fit(string file, params string[] more) => CommandLine.Run(["fit", file, "--engine", "cpu", .. more]);

    static JsonElement Json(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonDocument.Parse(outcome.Out).RootElement;
    }

    /// <summary>One fit's estimate or error by name, from what --json prints.</summary>
    static double Number(JsonElement json, string what, string name) => json.GetProperty("fits")[0].GetProperty(what).GetProperty(name).GetDouble();

    /// <summary>The estimate that the reference set has.</summary>
    static double Expected(string id, string name) => JsonDocument.Parse(File.ReadAllText(CommandLine.Reference("regressions.json"))).RootElement
        .GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id)
        .GetProperty("expected").GetProperty("estimate").GetProperty(name).GetDouble();

    void Refused(string sentence, params string[] more)
    {
        var outcome = Fit(command.File("a.csv", "y,x,z,e\n1,1,2,1\n2,2,1,0\n3,4,4,1\n"), [.. more]);
        Assert.Equal((2, "", $"mle: {sentence}\n"), (outcome.Code, outcome.Out, outcome.Error));
    }

    /// <summary>The same numbers from terms that the file holds and from those that a formula makes: R's quine.</summary>
    [Fact]
    public void A_formula_makes_the_columns_that_a_design_lists()
    {
        var json = Json(Fit(Data("quine"), "-f", "negative_binomial_regression", "--formula", "Days ~ Eth + Sex + Age + Lrn", "--json"));
        foreach (string name in (string[])["(Intercept)", "EthN", "SexM", "AgeF1", "AgeF2", "AgeF3", "size"])
            Assert.Equal(Expected("negbinreg-quine", name), Number(json, "estimate", name), 1e-9);
        Assert.Equal(Expected("negbinreg-quine", "LrnSL"), Number(json, "estimate", "LrnSL"), 1e-9);
    }

    [Fact]
    public void A_bernoulli_with_a_formula_is_a_logistic_regression_and_a_link_makes_it_another()
    {
        foreach (var (link, family) in new[] { (null, "logistic_regression"), ("logit", "logistic_regression"), ("probit", "probit_regression"), ("cloglog", "cloglog_regression") })
            Assert.StartsWith($"{family}: ", Fit(Data("spector"), ["-f", "bernoulli", "--formula", "GRADE ~ .", .. link is null ? Array.Empty<string>() : ["--link", link]]).Out);
    }

    [Fact]
    public void Grouped_binomials_take_their_trials()
    {
        var json = Json(Fit(Data("flourbeetle"), "-f", "binomial", "--trials", "exposed", "--formula", "killed ~ logdose", "--json"));
        Assert.Equal("logistic_regression", json.GetProperty("family").GetString());
        Assert.Equal(Expected("logit-flourbeetle", "logdose"), Number(json, "estimate", "logdose"), 1e-9);
    }

    [Fact]
    public void An_intercept_alone_is_the_plain_fit()
    {
        var json = Json(Fit(Data("groundbeef"), "-f", "gamma_regression", "--formula", "serving ~ 1", "--json"));
        Assert.Equal(4.00834, Number(json, "estimate", "shape"), 1e-5);
    }

    [Fact]
    public void Other_parameters_have_formulas_of_their_own()
    {
        var json = Json(Fit(Data("stackloss"), "-f", "normal", "--formula", "stack.loss ~ Air.Flow", "--formula-for", "sigma", "~ Water.Temp", "--json"));
        Assert.Equal(
            ["(Intercept)", "Air.Flow", "sigma:(Intercept)", "sigma:Water.Temp"],
            json.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()!));
    }

    [Fact]
    public void Survival_times_are_censored_by_an_option_or_by_the_formula()
    {
        string[] option = ["-f", "weibull_aft", "--value", "futime", "--event", "fustat", "--formula", "~ ecog + rx", "--json"];
        string[] formula = ["-f", "weibull_aft", "--formula", "Surv(futime, fustat) ~ ecog + rx", "--json"];
        var (a, b) = (Json(Fit(Data("ovarian"), option)), Json(Fit(Data("ovarian"), formula)));
        Assert.Equal(a.GetProperty("fits").ToString(), b.GetProperty("fits").ToString());
        Assert.Equal(Expected("aft-weibull-ovarian", "(Intercept)"), Number(a, "estimate", "(Intercept)"), 1e-9);
    }

    [Fact]
    public void Intervals_limits_and_truncation_reach_the_fit()
    {
        Assert.Contains("-3.628", Fit(Data("smokedfish"), "-f", "lognormal", "--lower", "left", "--upper", "right").Out);
        Assert.Contains("-2.22744", Fit(Data("tobin"), "-f", "normal", "--value", "durable", "--left-censored-at", "0").Out);
        Assert.Contains("4.29009", Fit(Data("faithful_gt3"), "-f", "normal", "--value", "eruptions", "--truncate", "3,").Out);
        string limits = "y,a\n" + string.Concat(File.ReadLines(Data("faithful_gt3")).Skip(1).Select(line => line + ",3\n"));
        Assert.Contains("4.29009", Fit(command.File("t.csv", limits), "-f", "normal", "--value", "y", "--truncate-below", "a").Out);
    }

    [Fact]
    public void Sampling_weights_count_by_their_ratios_alone()
    {
        string Rows(double scale) => "y,x,w\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{Math.Sin(7 * i) + 0.1 * i},{i},{scale * (1 + i % 3)}\n")));
        string[] options = ["-f", "normal", "--formula", "y ~ x", "--sampling-weights", "w", "--json"];
        var (one, ten) = (Json(Fit(command.File("a.csv", Rows(1)), options)), Json(Fit(command.File("b.csv", Rows(10)), options)));
        Assert.Equal(40, one.GetProperty("fits")[0].GetProperty("n").GetDouble());
        foreach (string term in (string[])["(Intercept)", "x", "sigma"])
        {
            Assert.Equal(Number(one, "estimate", term), Number(ten, "estimate", term), 1e-12);
            Assert.Equal(Number(one, "se", term), Number(ten, "se", term), 1e-12);
        }
    }

    [Fact]
    public void Groups_are_fitted_each_by_itself_with_the_levels_of_the_file()
    {
        var json = Json(Fit(Data("quine"), "-f", "poisson", "--formula", "Days ~ Sex", "--by", "Eth", "--json"));
        Assert.Equal(2, json.GetProperty("fits").GetArrayLength());
        Assert.Equal(["A", "N"], json.GetProperty("fits").EnumerateArray().Select(f => f.GetProperty("group").GetString()!));
    }

    [Fact]
    public void Categories_follow_their_names_or_the_order_given()
    {
        string data = command.File("c.csv", "y,x\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{((i * 7 + i / 9) % 3) switch { 0 => "low", 1 => "high", _ => "middle" }},{i % 11}\n")));
        var named = Json(Fit(data, "-f", "multinomial_logit", "--formula", "y ~ x", "--json"));
        Assert.Equal(["low:(Intercept)", "low:x", "middle:(Intercept)", "middle:x"], named.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()!));
        var given = Json(Fit(data, "-f", "ordered_logit", "--formula", "y ~ x", "--levels", "low,middle,high", "--json"));
        Assert.Equal(["low", "middle", "high"], given.GetProperty("categories").EnumerateArray().Select(p => p.GetString()!));
        Assert.Contains("there is no such category; there are low, middle", Fit(data, "-f", "ordered_logit", "--formula", "y ~ x", "--levels", "low,middle").Error);
    }

    [Fact]
    public void A_table_has_tests_of_its_coefficients()
    {
        var outcome = Fit(Data("quine"), "-f", "poisson", "--formula", "Days ~ Eth", "--out", command.At("fit.csv"));
        Assert.Contains("log(lambda) ~ Eth", outcome.Out);
        Assert.Contains("std. error", outcome.Out);
        string[] lines = File.ReadAllLines(command.At("fit.csv"));
        Assert.Equal("by,term,estimate,std.error,statistic,p.value,conf.low,conf.high,status,loglik,aic,bic,n,iterations", lines[0]);
        double[] row = [.. lines[2].Split(',')[2..6].Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        Assert.Equal(row[0] / row[1], row[2], 1e-12);
        Assert.InRange(row[3], 0, 1e-16);
    }

    [Fact]
    public void A_separated_fit_says_what_runs_away_and_what_helps()
    {
        string text = Fit(Data("iris_setosa"), "-f", "bernoulli", "--formula", "setosa ~ petal").Out;
        Assert.Contains("no_finite_mle", text);
        Assert.Contains("petal -> -Infinity", text.ReplaceLineEndings(" "));
        Assert.Contains("--penalty firth", text);
        Assert.Contains("interior", Fit(Data("iris_setosa"), "-f", "bernoulli", "--formula", "setosa ~ petal", "--penalty", "ridge:1").Out);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_before_a_byte_is_read()
    {
        Refused("--link probit goes with bernoulli or binomial and a --formula.", "-f", "poisson", "--formula", "y ~ x", "--link", "probit");
        Refused("--value and the left side of --formula both name what is fitted; one of them is needed.", "-f", "normal", "--value", "y", "--formula", "y ~ x");
        Refused("--lower and --upper go together.", "-f", "normal", "--lower", "y");
        Refused("--lower and --upper say all about an observation; 'e' is one column too many.", "-f", "normal", "--lower", "y", "--upper", "z", "--event", "e");
        Refused("--lower and --upper say what is censored; --left-censored-at goes with single values, and so does tobit.", "-f", "tobit", "--lower", "y", "--upper", "z");
        Refused("--offset goes with --formula; \"~ 1\" is one without columns.", "-f", "poisson", "--value", "y", "--offset", "x");
        Refused("--truncate gives all rows the limit that column 'x' gives each; one of them is needed.", "-f", "normal", "--value", "y", "--truncate", "0,", "--truncate-below", "x");
        Refused("--truncate 5,1: two limits in their order are needed, such as 0,10 or 3, where one may be left out.", "-f", "normal", "--value", "y", "--truncate", "5,1");
        Refused("--left-censored-at low: a finite number is needed.", "-f", "normal", "--value", "y", "--left-censored-at", "low");
        Refused("--sampling-weights says how many a row stands for, --weights and --count how often it was observed; one of them is needed.", "-f", "normal", "--value", "y", "--weights", "x", "--sampling-weights", "z");
        Refused("The family categorical has no predictors; multinomial_logit is its regression.", "-f", "categorical", "--formula", "y ~ x");
        Refused("Categories are neither censored nor truncated, so ordered_logit takes none of --event, --lower, --left-censored-at and --truncate.", "-f", "ordered_logit", "--formula", "y ~ x", "--event", "e");
        Refused("--levels orders categories, and normal has none.", "-f", "normal", "--formula", "y ~ x", "--levels", "a,b");
        Refused("--formula-for shape ~ x: normal has no parameter 'shape', only mu, sigma.", "-f", "normal", "--formula", "y ~ x", "--formula-for", "shape", "~ x");
        Refused("--formula-for mu ~ x: mu has its formula already (--formula).", "-f", "normal", "--formula", "y ~ x", "--formula-for", "mu ~ x");
        Refused("--penalty lasso: firth, or ridge:λ with λ > 0, is needed.", "-f", "normal", "--formula", "y ~ x", "--penalty", "lasso");
        Refused("The formula 'y ~ x +', position 8: a column, a number, a function or '(' is needed, but the formula ends.", "-f", "normal", "--formula", "y ~ x +");
        Refused($"{command.At("a.csv")} has no column 'w'; its columns are y, x, z, e.", "-f", "normal", "--formula", "y ~ w");
        var raw = Fit(command.File("a.f64", new byte[80]), "-f", "normal", "--event", "e");
        Assert.Equal((2, $"mle: --event goes with a CSV file, but {command.At("a.f64")} is read as f64.\n"), (raw.Code, raw.Error));
    }

    (string Header, Dictionary<(string Row, string Quantity), double[]> Rows) Predict(string fit, string data, params string[] more)
    {
        var outcome = CommandLine.Run(["predict", fit, data, "--out", "-", .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        string[] lines = outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (lines[0], lines.Skip(1).Select(line => line.Split(',')).ToDictionary(
            f => (f[0], f[1]), f => f[2..].Select(v => v.Length == 0 ? double.NaN : double.Parse(v, CultureInfo.InvariantCulture)).ToArray()));
    }

    string Fitted(string file, params string[] more)
    {
        string path = command.At("fit.json");
        var outcome = Fit(file, [.. more, "--quiet", "--out", path]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return path;
    }

    [Fact]
    public void A_prediction_is_the_mean_with_an_interval_on_the_scale_of_the_link()
    {
        string fit = Fitted(Data("spector"), "-f", "bernoulli", "--formula", "GRADE ~ GPA + PSI");
        var json = JsonDocument.Parse(File.ReadAllText(fit)).RootElement;
        double[] x = [1, 3.0, 1];
        var (header, rows) = Predict(fit, command.File("new.csv", "GPA,PSI\n3.0,1\n"), "--level", "0.9");
        Assert.Equal("row,quantity,estimate,std.error,conf.low,conf.high", header);
        double u = 0, variance = 0;
        string[] names = ["(Intercept)", "GPA", "PSI"];
        var matrix = json.GetProperty("fits")[0].GetProperty("cov").GetProperty("matrix");
        for (int i = 0; i < 3; i++)
        {
            u += x[i] * Number(json, "estimate", names[i]);
            for (int j = 0; j < 3; j++)
                variance += x[i] * x[j] * matrix[i][j].GetDouble();
        }
        double z = 1.6448536269514722, p = 1 / (1 + Math.Exp(-u)), error = Math.Sqrt(variance);
        double[] expected = [p, p * (1 - p) * error, 1 / (1 + Math.Exp(-u + z * error)), 1 / (1 + Math.Exp(-u - z * error))];
        Assert.Equal(expected, rows[("1", "mean")], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>The linear model's quantiles and tails are known: μ + σ Φ⁻¹(p), and 1 − Φ((t − μ)/σ).</summary>
    [Fact]
    public void Quantiles_and_tails_are_those_of_the_distribution()
    {
        string fit = Fitted(Data("stackloss"), "-f", "normal", "--formula", "stack.loss ~ Air.Flow");
        var json = JsonDocument.Parse(File.ReadAllText(fit)).RootElement;
        double σ = Number(json, "estimate", "sigma"), μ = Number(json, "estimate", "(Intercept)") + 60 * Number(json, "estimate", "Air.Flow");
        var (_, rows) = Predict(fit, command.File("new.csv", "Air.Flow\n60\n"), "--quantile", "0.975", "--quantile", "0.5", "--survival", "30");
        Assert.Equal(μ, rows[("1", "mean")][0], 1e-10);
        Assert.Equal(μ, rows[("1", "quantile 0.5")][0], 1e-10);
        Assert.Equal(rows[("1", "mean")][1], rows[("1", "quantile 0.5")][1], 1e-10);
        Assert.Equal(μ + 1.959963984540054 * σ, rows[("1", "quantile 0.975")][0], 1e-9);
        double varianceOfQuantile = Math.Pow(rows[("1", "mean")][1], 2) + Math.Pow(1.959963984540054 * Number(json, "se", "sigma"), 2);
        Assert.Equal(Math.Sqrt(varianceOfQuantile), rows[("1", "quantile 0.975")][1], 1e-9);
        var (tail, _, low, high) = (rows[("1", "survival 30")][0], 0, rows[("1", "survival 30")][2], rows[("1", "survival 30")][3]);
        Assert.InRange(tail, low, high);
        Assert.InRange(low, 0, 1);
        Assert.Equal(Math.Exp((double)Real.LogNormalCdf(-(30 - μ) / σ)), tail, 1e-12);
    }

    [Fact]
    public void Quantiles_of_counts_are_the_least_that_reach_the_chance()
    {
        string fit = Fitted(Data("quine"), "-f", "poisson", "--formula", "Days ~ Sex");
        double λ = 0;
        var (_, rows) = Predict(fit, Data("quine"), "--quantile", "0.9", "--residuals");
        λ = rows[("1", "mean")][0];
        double below = 0, p = Math.Exp(-λ);
        int y = 0;
        for (below = p; below < 0.9; below += p)
            p *= λ / ++y;
        Assert.Equal(y, rows[("1", "quantile 0.9")][0]);
        Assert.All(rows.Where(r => r.Key.Quantity == "residual"), r => Assert.InRange(r.Value[0], -12, 40));
    }

    [Fact]
    public void Quantile_residuals_of_a_normal_are_the_standardised_ones()
    {
        string fit = Fitted(Data("stackloss"), "-f", "normal", "--formula", "stack.loss ~ Air.Flow");
        double σ = Number(JsonDocument.Parse(File.ReadAllText(fit)).RootElement, "estimate", "sigma");
        var (_, rows) = Predict(fit, Data("stackloss"), "--residuals");
        Assert.Equal((42 - rows[("1", "mean")][0]) / σ, rows[("1", "residual")][0], 1e-10);
    }

    [Fact]
    public void Chances_of_categories_add_up()
    {
        foreach (var (family, data, formula) in new[] { ("multinomial_logit", "anes96", "PID ~ age + educ"), ("ordered_logit", "housing", "Sat ~ InflMedium"), ("ordered_probit", "housing", "Sat ~ InflMedium") })
        {
            var (_, rows) = Predict(Fitted(Data(data), "-f", family, "--formula", formula), Data(data));
            var first = rows.Where(r => r.Key.Row == "1").ToArray();
            Assert.Equal(1, first.Sum(r => r.Value[0]), 1e-14);
            Assert.All(first, r => Assert.True(0 < r.Value[2] && r.Value[2] < r.Value[0] && r.Value[0] < r.Value[3] && r.Value[3] < 1));
        }
    }

    [Fact]
    public void Levels_and_polynomials_are_those_of_the_fit()
    {
        string data = command.File("d.csv", "y,x,g\n1.1,1,a\n2.3,2,b\n2.9,3,c\n4.2,5,a\n5.1,8,b\n6.4,9,c\n");
        string fit = Fitted(data, "-f", "normal", "--formula", "y ~ g + poly(x, 2)");
        var (_, all) = Predict(fit, data);
        var (_, one) = Predict(fit, command.File("e.csv", "g,x\nb,8\n"));
        Assert.Equal(all[("5", "mean")], one[("1", "mean")]);
        var unknown = CommandLine.Run("predict", fit, command.File("f.csv", "g,x\nb,8\nd,8\n"));
        Assert.Equal((2, $"mle: {command.At("f.csv")}, column 'g', row 2: 'd' is no level of g; there are a, b, c.\n"), (unknown.Code, unknown.Error));
    }

    [Fact]
    public void Groups_are_predicted_by_their_own_fits_in_the_order_of_the_rows()
    {
        string fit = Fitted(Data("quine"), "-f", "poisson", "--formula", "Days ~ 1", "--by", "Age");
        var outcome = CommandLine.Run("predict", fit, command.File("n.csv", "Age\nF3\nF0\nF3\n"), "--out", "-");
        string[][] lines = [.. outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(','))];
        Assert.Equal(["row", "1", "2", "3"], lines.Select(l => l[0]));
        Assert.Equal(["by", "F3", "F0", "F3"], lines.Select(l => l[1]));
        Assert.Equal(lines[1][3], lines[3][3]);
        Assert.Contains("the fit has no group 'F9'", CommandLine.Run("predict", fit, command.File("m.csv", "Age\nF9\n")).Error);
    }

    [Theory]
    [InlineData("{}", "is not a fit that mle fit --json or --out FIT.json wrote of a regression.")]
    [InlineData("[", "is not JSON: ")]
    public void A_file_that_is_no_fit_is_refused(string text, string why)
    {
        var outcome = CommandLine.Run("predict", command.File("x.json", text), Data("quine"));
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"mle: {command.At("x.json")} {why}", outcome.Error);
    }
}
