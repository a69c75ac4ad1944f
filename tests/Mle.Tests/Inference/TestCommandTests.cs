using System.Text.Json;
using System.Text.Json.Nodes;
using Mle.Runner.Conformance;
using Mle.Tests.Runner;

namespace Mle.Tests.Inference;

/// <summary>mle test and mle compare as they are typed.</summary>
[Collection("command line")]
public sealed class TestCommandTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly string Set = CommandLine.Reference("lr_tests.json");

    static readonly string Pima = CommandLine.Reference("data/pima_tr.csv"), Quine = CommandLine.Reference("data/quine.csv"), Beef = CommandLine.Reference("data/groundbeef.csv");

    const string PimaModel = "type ~ npreg + glu + bp + skin + bmi + ped + age";

    static JsonNode Json(params string[] args)
    {
        var outcome = CommandLine.Run([.. args, "--json"]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonNode.Parse(outcome.Out)!;
    }

    static void Refuses(string sentence, params string[] args) => Assert.Equal((2, $"mle: {sentence}\n"), (CommandLine.Run(args).Code, CommandLine.Run(args).Error));

    [Fact]
    public void The_reference_cases_pass() => Assert.EndsWith("2 passed, 0 failed, 0 skipped\n", CommandLine.Run("check", Set, "--kind", "lr_test").Out);

    JsonObject Case(string id)
    {
        var all = JsonNode.Parse(File.ReadAllText(Set))!["cases"]!.AsArray().Select(c => c!.AsObject()).ToArray();
        var one = all.Single(c => (string)c["id"]! == id).DeepClone().AsObject();
        var of = all.Single(c => (string)c["id"]! == (string)one["options"]!["base_case"]!);
        one["design"] = of["design"]!.DeepClone();
        foreach (var (name, value) in of["options"]!.AsObject())
            one["options"]![name] ??= value!.DeepClone();
        one["data"] = CommandLine.Reference((string)one["data"]!);
        return one;
    }

    [Fact]
    public void A_case_answers_under_the_names_of_the_set_and_options_come_before_its_notes()
    {
        var pima = Case("lr-pima");
        string file = command.File("case.json", pima.ToJsonString());
        var made = Json("test", "--spec", file);
        foreach (var (name, value) in pima["expected"]!.AsObject())
            if (name == "status")
                Assert.Equal((string)value!, (string)made[name]!);
            else
                Assert.Equal((double)value!, (double)made[name]!, Math.Abs((double)value!) * 1e-8);
        Assert.Equal(3, (int)Json("test", "--spec", file, "--drop", "skin,age,ped")["df"]!);
        Assert.Equal((double)made["stat"]!, (double)Json("test", "--spec", file, "--null", "skin=0", "--null", "age=0")["stat"]!, 1e-8);
        Assert.Equal((double)made["stat"]!, (double)Json("test", "--spec", file, "--null-formula", "~ npreg + glu + bp + bmi + ped")["stat"]!, 1e-8);
    }

    [Fact]
    public void A_case_whose_notes_are_not_understood_is_skipped()
    {
        var pima = Case("lr-pima");
        pima["notes"] = "see the book";
        string file = command.File("case.json", pima.ToJsonString());
        Assert.Contains("skip  lr-pima                      not yet supported: lr_test (a null model that its notes say)", CommandLine.Run("check", file).Out);
        Refuses("The notes of the case lr-pima say no null model that is understood; --null, --drop, --null-formula or --null-family does.", "test", "--spec", file);
        pima["notes"] = "null model drops skin and age";
        pima["expected"]!["stat"] = 3.5747;
        Assert.Contains("        stat: 3.57462", CommandLine.Run("check", command.File("case.json", pima.ToJsonString())).Out);
    }

    [Theory]
    [InlineData("null model drops skin and age", "without `skin`, without `age`")]
    [InlineData("the null model drops a, b, and skin; all rows.", "without `a`, without `b`, without `skin`")]
    [InlineData("null drops body.mass. Deviance from glm.", "without `body.mass`")]
    [InlineData("null: exponential AFT (sigma=1)", "sigma = 1")]
    [InlineData("Null model: alpha = 1, beta=2", "alpha = 1, beta = 2")]
    [InlineData("null: intercept only", "without `skin`, without `age`, without `a`, without `b`, without `body.mass`")]
    [InlineData("null model drops all covariates", "without `skin`, without `age`, without `a`, without `b`, without `body.mass`")]
    [InlineData("null: shape fixed at 1", "shape = 1")]
    [InlineData("null model drops the weather", null)]
    [InlineData("null: Poisson regression, same terms", "poisson_regression")]
    [InlineData("reference only", null)]
    public void Notes(string text, string? hypothesis) =>
        Assert.Equal(hypothesis, NullNotes.Read(text, t => $"`{t}`", ["`skin`", "`age`", "`a`", "`b`", "`body.mass`"])?.ToString());

    [Fact]
    public void Families_within_families_are_values_of_parameters_or_boundaries()
    {
        string[] weibull = ["test", Beef, "-f", "weibull", "--value", "serving"];
        var byFamily = Json([.. weibull, "--null-family", "rayleigh"])[0]!;
        var byValue = Json([.. weibull, "--null", "shape=2"])[0]!;
        Assert.Equal((double)byValue["statistic"]!, (double)byFamily["statistic"]!);
        string[] counts = ["test", Quine, "-f", "negative_binomial", "--value", "Days"];
        var poisson = Json([.. counts, "--null-family", "poisson"]).AsArray();
        Assert.Equal("mixture", (string)poisson[0]!["reference"]!);
        // χ²₁ far out in its tail, where the chance underflows and its logarithm does not.
        Assert.True((double)poisson[0]!["p.value"]! == 0 && (double)poisson[0]!["log.p.value"]! < -745);
        Assert.Null(poisson[1]!["statistic"]);
        string[] regression = ["test", Quine, "-f", "negative_binomial_regression", "--formula", "Days ~ Age"];
        Assert.Equal((double)Json([.. regression, "--null-family", "poisson"])[0]!["statistic"]!, (double)Json([.. regression, "--null-family", "poisson_regression"])[0]!["statistic"]!);
        Assert.Equal((double)poisson[0]!["statistic"]!, (double)Json([.. counts, "--null", "size=Inf"])[0]!["statistic"]!);
        Refuses("gamma is no special case of weibull; mle compare compares models that are not nested.", [.. weibull, "--null-family", "gamma"]);
        Refuses("There is no parameter 'rate' here; there are shape, scale.", [.. weibull, "--null", "rate=1"]);
    }

    [Fact]
    public void Each_group_has_its_test_and_the_file_holds_what_json_shows()
    {
        string[] args = ["test", CommandLine.Reference("data/batch_gamma.csv"), "-f", "gamma", "--value", "y", "--by", "group", "--null", "shape=2"];
        var rows = Json(args).AsArray();
        Assert.Equal(3 * 150, rows.Count);
        string path = command.At("tests.csv");
        Assert.Equal(0, CommandLine.Run([.. args, "--out", path, "--quiet"]).Code);
        string[] lines = File.ReadAllLines(path);
        Assert.Equal("by,test,statistic,df,p.value,log.p.value,reference,loglik.null,loglik,status.null,status,remark", lines[0]);
        Assert.Equal(rows.Count + 1, lines.Length);
        Assert.Equal((double)rows[0]!["statistic"]!, double.Parse(lines[1].Split(',')[2], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Json([.. args, "--threads", "1"]).ToJsonString(), rows.ToJsonString());
        var shown = CommandLine.Run(args);
        Assert.Contains("150 data sets by group", shown.Out);
        Assert.Contains("p <= 0.05", shown.Out);
    }

    [Fact]
    public void The_score_test_of_categories_is_Pearsons()
    {
        string file = command.File("colours.csv", "colour,count\nred,30\ngreen,50\nblue,20\n");
        var rows = Json("test", file, "-f", "categorical", "--value", "colour", "--count", "count", "--null", "p_red=0.25").AsArray();
        // The others keep their odds: 53.571 and 21.429 are expected of them.
        Assert.Equal(25 / 25.0 + Math.Pow(50 - 75 * 5 / 7.0, 2) / (75 * 5 / 7.0) + Math.Pow(20 - 75 * 2 / 7.0, 2) / (75 * 2 / 7.0), (double)rows[2]!["statistic"]!, 1e-9);
        Assert.Equal(0.05 * 0.05 / (0.3 * 0.7 / 100), (double)rows[1]!["statistic"]!, 1e-9);
    }

    [Fact]
    public void What_is_dropped_must_be_there()
    {
        string[] args = ["test", Pima, "-f", "logistic_regression", "--formula", PimaModel];
        Refuses($"--drop skim: '{PimaModel}' has no such term.", [.. args, "--drop", "skim"]);
        Refuses("Say what to test: --null p=v, --drop TERM, --null-formula or --null-family.", args);
        Refuses("--drop skin,: terms with commas between are needed, such as skin,age.", [.. args, "--drop", "skin,"]);
        Refuses("--null skin: a parameter or coefficient and a number, such as shape=1, is needed.", [.. args, "--null", "skin"]);
        Assert.Equal((double)Json([.. args, "--drop", "skin,age"])[0]!["statistic"]!, (double)Json([.. args, "--null-formula", "~ npreg + glu + bp + bmi + ped"])[0]!["statistic"]!, 1e-9);
        var quadratic = Json("test", Pima, "-f", "logistic_regression", "--formula", "type ~ poly(glu, 2) + age", "--drop", "poly(glu, 2)");
        Assert.Equal(2, (int)quadratic[0]!["df"]!);
    }

    [Fact]
    public void Robust_changes_Walds_test_alone()
    {
        string[] args = ["test", Pima, "-f", "logistic_regression", "--formula", PimaModel, "--drop", "skin,age"];
        var (plain, robust) = (Json(args).AsArray(), Json([.. args, "--robust"]).AsArray());
        Assert.Equal((double)plain[0]!["statistic"]!, (double)robust[0]!["statistic"]!, 1e-9);
        Assert.NotEqual((double)plain[1]!["statistic"]!, (double)robust[1]!["statistic"]!, 1e-3);
    }

    [Fact]
    public void Models_side_by_side()
    {
        var rows = Json("compare", Beef, "--family", "gamma,weibull,lognormal", "--value", "serving").AsArray();
        Assert.Equal(["gamma", "weibull", "lognormal"], rows.Take(3).Select(r => (string)r!["model"]!));
        Assert.Equal(1, rows.Take(3).Sum(r => (double)r!["weight"]!), 12);
        Assert.Equal("vuong", (string)rows[3]!["test"]!);
        var formulas = Json("compare", Quine, "--model", "poisson_regression: Days ~ Age", "--model", "poisson_regression: Days ~ Age*Sex", "--model", "negative_binomial_regression: Days ~ Age").AsArray();
        Assert.Equal("negative_binomial_regression: Days ~ Age", (string)formulas[0]!["model"]!);
        Assert.Equal(4, formulas.Count);
        string[] grouped = ["compare", CommandLine.Reference("data/batch_gamma.csv"), "--family", "gamma,weibull", "--value", "y", "--by", "group"];
        var candidates = Json(grouped).AsArray();
        Assert.Equal(300, candidates.Count);
        var outcome = CommandLine.Run(grouped);
        var wins = outcome.Out.Split('\n').Where(l => l.TrimStart().StartsWith("1 gamma") || l.TrimStart().StartsWith("2 weibull")).Select(l => int.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])).ToArray();
        Assert.Equal(candidates.Count(c => (double?)c!["delta.aic"] == 0), wins.Sum());
        Assert.InRange(wins.Sum(), 140, 149);
        Assert.Equal(0, CommandLine.Run([.. grouped, "--out", command.At("choice.csv"), "--quiet", "--vuong", "1,2"]).Code);
        string[] lines = File.ReadAllLines(command.At("choice.csv"));
        Assert.Equal(301, lines.Length);
        Assert.All(lines, l => Assert.Equal(lines[0].Count(c => c == ','), l.Count(c => c == ',')));
    }

    [Fact]
    public void What_does_not_compare_is_refused()
    {
        Refuses("poisson gives probabilities and gamma a density: their log-likelihoods do not compare, not even on whole numbers.",
            "compare", Quine, "--family", "poisson,gamma", "--value", "Days");
        Refuses("Two models or more are compared: --family gamma,weibull or --model \"FAMILY: y ~ x\", which may be repeated.", "compare", Beef, "--family", "gamma", "--value", "serving");
        Refuses("gamma is to be compared with itself; every model is needed once.", "compare", Beef, "--family", "gamma,gamma", "--value", "serving");
        Refuses("--vuong 1,3: two different numbers from 1 to 2 are needed, such as 1,2.", "compare", Beef, "--family", "gamma,weibull", "--value", "serving", "--vuong", "1,3");
        Refuses("gamma and normal have different responses: their log-likelihoods do not compare.",
            "compare", Beef, "--model", "gamma: serving ~ 1", "--model", "normal: log(serving) ~ 1");
        string tobin = CommandLine.Reference("data/tobin.csv");
        Refuses("tobit and normal have different censoring: their log-likelihoods do not compare.", "compare", tobin, "--model", "tobit: durable ~ age", "--model", "normal: durable ~ age");
    }
}
