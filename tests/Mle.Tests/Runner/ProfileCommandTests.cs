using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mle.Tests.Runner;

/// <summary>mle profile and mle surface: what they print and write, and what they refuse.</summary>
[Collection("command line")]
public sealed class ProfileCommandTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly string GroundBeef = CommandLine.Reference("data/groundbeef.csv");

    string Zeros => command.File("zeros.csv", "g,y\na,0\na,0\na,0\nb,1\nb,3\nb,0\n");

    static JsonElement Json(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonDocument.Parse(outcome.Out).RootElement;
    }

    [Fact]
    public void A_table_for_people()
    {
        var outcome = CommandLine.Run("profile", GroundBeef, "-f", "gamma", "--value", "serving", "--curve", "30");
        Assert.Equal(0, outcome.Code);
        Assert.Contains("95 % profile interval", outcome.Out);
        Assert.Contains("3.37635 to 4.71776", outcome.Out);
        Assert.Contains("shape: profile log-likelihood below its maximum", outcome.Out);
        Assert.Contains("   -1.921 ", outcome.Out);
    }

    [Fact]
    public void A_case_answers_with_the_fields_of_its_expected_entry()
    {
        var one = JsonNode.Parse(File.ReadAllText(CommandLine.Reference("profiles.json")))!["cases"]!.AsArray().Single(c => (string)c!["id"]! == "profile-gamma-groundbeef")!.AsObject();
        one["data"] = GroundBeef;
        var expected = one["expected"]!;
        var found = Json(CommandLine.Run("profile", "--spec", command.File("case.json", one.ToJsonString()), "--json"));
        Assert.Equal("interior", found.GetProperty("status").GetString());
        Assert.Equal(0.95, found.GetProperty("level").GetDouble());
        Assert.Equal((double)expected["loglik"]!, found.GetProperty("loglik").GetDouble(), 1e-9);
        foreach (string end in new[] { "ci_lower", "ci_upper" })
            foreach (string name in new[] { "shape", "rate" })
                Assert.Equal((double)expected[end]![name]!, found.GetProperty(end).GetProperty(name).GetDouble(), 1e-10);
    }

    [Fact]
    public void Groups_have_intervals_of_their_own_and_say_what_is_special()
    {
        var rows = Json(CommandLine.Run("profile", Zeros, "-f", "poisson", "--value", "y", "--by", "g", "--json"));
        Assert.Equal(2, rows.GetArrayLength());
        Assert.Equal(("a", 0.0), (rows[0].GetProperty("by").GetString(), rows[0].GetProperty("conf.low").GetDouble()));
        Assert.Equal(3.841458820694124 / 6, rows[0].GetProperty("conf.high").GetDouble(), 1e-9);
        Assert.Equal("lower end: the maximum is on the edge lambda = 0", rows[0].GetProperty("remark").GetString());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("remark").ValueKind);
        var infinite = Json(CommandLine.Run("profile", Zeros, "-f", "negative_binomial", "--value", "y", "--by", "g", "--json", "--parameter", "size"));
        Assert.Equal("Infinity", infinite[1].GetProperty("conf.high").GetString());
    }

    [Fact]
    public void Files_hold_intervals_or_curves()
    {
        Assert.Equal(0, CommandLine.Run("profile", Zeros, "-f", "poisson", "--value", "y", "--by", "g", "-q", "--out", command.At("i.csv")).Code);
        string[] intervals = File.ReadAllLines(command.At("i.csv"));
        Assert.Equal(3, intervals.Length);
        Assert.Equal("by,term,estimate,conf.low,conf.high,level,status,loglik,n,remark,correction", intervals[0]);
        Assert.Equal(0, CommandLine.Run("profile", Zeros, "-f", "poisson", "--value", "y", "--by", "g", "-q", "--curve", "7", "--out", command.At("c.csv")).Code);
        string[] curves = File.ReadAllLines(command.At("c.csv"));
        Assert.Equal("by,term,value,loglik,root", curves[0]);
        Assert.Equal(15, curves.Length);
    }

    [Fact]
    public void A_surface_is_a_matrix_of_the_negative_log_likelihood()
    {
        var found = Json(CommandLine.Run("surface", GroundBeef, "-f", "gamma", "--value", "serving", "--grid", "shape=3:5:5", "--grid", "rate=0.04:0.07:4", "--mean"));
        Assert.Equal("mean negative log-likelihood", found.GetProperty("quantity").GetString());
        Assert.Equal((5, 4), (found.GetProperty("values").GetArrayLength(), found.GetProperty("values")[0].GetArrayLength()));
        double least = found.GetProperty("values").EnumerateArray().SelectMany(row => row.EnumerateArray()).Min(v => v.GetDouble());
        Assert.Equal(least, found.GetProperty("minimum").GetProperty("value").GetDouble());
        Assert.Equal(4.5, found.GetProperty("minimum").GetProperty("shape").GetDouble());
        Assert.Equal(0.06, found.GetProperty("minimum").GetProperty("rate").GetDouble(), 1e-15);
        var at = Json(CommandLine.Run("evaluate", GroundBeef, "-f", "gamma", "--value", "serving", "--at", "shape=3.5,rate=0.05", "--json"));
        Assert.Equal(-at.GetProperty("loglik").GetDouble() / 254, found.GetProperty("values")[1][1].GetDouble(), 1e-12);
        var profiled = Json(CommandLine.Run("surface", GroundBeef, "-f", "gamma", "--value", "serving", "--grid", "shape=3:5:5"));
        Assert.Equal("rate", profiled.GetProperty("profiled_out")[0].GetString());
        Assert.Equal(5, profiled.GetProperty("values").GetArrayLength());
    }

    [Theory]
    [InlineData("--grid shape=5: a parameter and a grid from:to:points, such as shape=0.5:3:50, is needed.", "--grid", "shape=5")]
    [InlineData("shape is given by --grid and by --fix.", "--grid", "shape=3:5:5", "--fix", "shape=2")]
    public void Wrong_grids_are_refused(string message, params string[] options)
    {
        var outcome = CommandLine.Run(["surface", GroundBeef, "-f", "gamma", "--value", "serving", .. options]);
        Assert.Equal((2, $"mle: {message}\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_parameter_that_is_not_estimated_is_refused()
    {
        var outcome = CommandLine.Run("profile", GroundBeef, "-f", "gamma", "--value", "serving", "--fix", "shape=4", "--parameter", "shape");
        Assert.Equal((2, "mle: There is no estimated parameter 'shape' to profile; there are rate.\n"), (outcome.Code, outcome.Error));
    }
}
