using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mle.Tests.Runner;

/// <summary>The published reference set, and that the checker notices what is wrong.</summary>
[Collection("command line")]
public sealed class ConformanceTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly string Set = CommandLine.Reference("cases.json");

    /// <summary>The cases whose rows are censored or truncated, or have predictors.</summary>
    static readonly string Regressions = CommandLine.Reference("regressions.json");

    /// <summary>Intervals, functions of parameters, and sandwiches.</summary>
    static readonly string Inferences = CommandLine.Reference("inferences.json");

    public static TheoryData<string> InferenceIds => IdsOf(Inferences);

    public static TheoryData<string> Ids => IdsOf(Set);

    public static TheoryData<string> RegressionIds => IdsOf(Regressions);

    static TheoryData<string> IdsOf(string set) => new(JsonDocument.Parse(File.ReadAllText(set)).RootElement.GetProperty("cases")
        .EnumerateArray().Select(c => c.GetProperty("id").GetString()!));

    [Theory, MemberData(nameof(Ids))]
    public void Case(string id) => Passes(Set, id);

    [Theory, MemberData(nameof(RegressionIds))]
    public void Case_of_rows_with_a_model(string id) => Passes(Regressions, id);

    [Theory, MemberData(nameof(InferenceIds))]
    public void Case_of_what_follows_from_a_fit(string id) => Passes(Inferences, id);

    static void Passes(string set, string id)
    {
        var outcome = CommandLine.Run("check", set, "--id", id);
        Assert.True(outcome.Code == 0 && outcome.Out.EndsWith("1 passed, 0 failed, 0 skipped\n"), outcome.Out + outcome.Error);
    }

    static JsonObject Gamma() => JsonNode.Parse(File.ReadAllText(Set))!["cases"]!.AsArray().Single(c => (string)c!["id"]! == "gamma-groundbeef")!.DeepClone().AsObject();

    Outcome Check(JsonObject changed)
    {
        changed["data"] = CommandLine.Reference((string)changed["data"]!);
        return CommandLine.Run("check", command.File("case.json", changed.ToJsonString()));
    }

    [Theory]
    [InlineData("shape: ", "estimate", "shape")]
    [InlineData("se of rate: ", "se", "rate")]
    [InlineData("loglik: ", "loglik")]
    [InlineData("aic: ", "aic")]
    [InlineData("bic: ", "bic")]
    [InlineData("n: ", "n")]
    [InlineData("k: ", "k")]
    public void A_wrong_number_fails_and_is_named(string named, params string[] path)
    {
        var changed = Gamma();
        JsonNode node = changed["expected"]!;
        foreach (string name in path[..^1])
            node = node[name]!;
        node[path[^1]] = node[path[^1]]!.GetValue<double>() * 1.001;
        var outcome = Check(changed);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("        " + named, outcome.Out);
        Assert.EndsWith("0 passed, 1 failed, 0 skipped\n", outcome.Out);
    }

    [Fact]
    public void A_number_within_the_tolerance_passes_and_just_beyond_it_fails()
    {
        foreach (var (factor, code) in new[] { (0.9, 0), (1.1, 1) })
        {
            var changed = Gamma();
            double shape = (double)changed["expected"]!["estimate"]!["shape"]!, error = (double)changed["expected"]!["se"]!["shape"]!;
            changed["expected"]!["estimate"]!["shape"] = shape + factor * (1e-8 * shape + 1e-6 * error + 1e-10);
            Assert.Equal(code, Check(changed).Code);
        }
    }

    [Fact]
    public void A_wrong_covariance_status_or_standard_error_fails()
    {
        var covariance = Gamma();
        covariance["expected"]!["cov"]!["matrix"]![0]![1] = 0;
        Assert.Contains("cov of shape, rate: ", Check(covariance).Out);
        var status = Gamma();
        status["expected"]!["status"] = "boundary";
        Assert.Contains("status: interior instead of boundary", Check(status).Out);
        var none = Gamma();
        none["expected"]!["se"] = null;
        none["expected"]!.AsObject().Remove("cov");
        Assert.Contains("se: some instead of none", Check(none).Out);
    }

    [Fact]
    public void What_cannot_be_fitted_yet_is_skipped_with_its_reason()
    {
        var interval = Gamma();
        interval["kind"] = "profile_ci";
        interval["options"] = new JsonObject { ["base_case"] = "gamma-groundbeef" };
        var outcome = Check(interval);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("not yet supported: profile_ci (what follows from a fit)", outcome.Out);
        Assert.EndsWith("0 passed, 0 failed, 1 skipped\n", outcome.Out);
        Assert.Equal(1, CommandLine.Run("fit", "--spec", command.At("case.json")).Code);
    }

    [Fact]
    public void A_selection_without_a_case_is_refused()
    {
        var outcome = CommandLine.Run("check", Set, "--kind", "imaginary");
        Assert.Equal((2, $"mle: {Set} has no case of kind imaginary.\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_file_that_is_no_json_is_refused()
    {
        var outcome = CommandLine.Run("check", command.File("case.json", "{"));
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"mle: {command.At("case.json")} is not JSON: ", outcome.Error);
    }

    [Fact]
    public void A_folder_and_a_missing_file_are_refused()
    {
        Assert.Equal($"mle: {Path.GetTempPath()} is a folder; a file is needed.\n", CommandLine.Run("check", Path.GetTempPath()).Error);
        Assert.Equal($"mle: There is no file {command.At("none.json")}.\n", CommandLine.Run("check", command.At("none.json")).Error);
    }
}
