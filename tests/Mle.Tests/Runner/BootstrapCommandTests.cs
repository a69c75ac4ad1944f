using System.Text.Json;

namespace Mle.Tests.Runner;

/// <summary>mle bootstrap, and the bootstraps of the reference set.</summary>
[Collection("command line")]
public sealed class BootstrapCommandTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly string Set = CommandLine.Reference("bootstraps.json");

    const string Rows = "y,g,s,c\n3,a,u,1\n5,a,u,1\n7,a,v,2\n18,a,v,2\n43,a,u,3\n85,a,v,4\n91,b,u,5\n98,b,u,5\n100,b,v,6\n130,b,v,7\n230,b,u,8\n487,b,v,9\n";

    string Data => command.File("data.csv", Rows);

    [Fact]
    public void The_reference_cases_are_met()
    {
        var outcome = CommandLine.Run("check", Set);
        Assert.True(outcome.Code == 0 && outcome.Out.EndsWith("2 passed, 0 failed, 0 skipped\n"), outcome.Out + outcome.Error);
    }

    [Fact]
    public void A_wrong_quantile_is_noticed()
    {
        string changed = File.ReadAllText(Set).Replace("191.16666666666666", "196.2").Replace("\"data/", $"\"{CommandLine.Reference("data")}/");
        var outcome = CommandLine.Run("check", command.File("set.json", changed));
        Assert.Equal(1, outcome.Code);
        Assert.Contains("ci_upper of mean", outcome.Out);
    }

    [Fact]
    public void A_case_is_answered_under_its_own_names()
    {
        foreach (var one in JsonDocument.Parse(File.ReadAllText(Set)).RootElement.GetProperty("cases").EnumerateArray())
        {
            string text = one.GetRawText().Replace("\"data/", $"\"{CommandLine.Reference("data")}/");
            var outcome = CommandLine.Run("bootstrap", "--spec", command.File("case.json", text), "--json", "--resamples", "4000");
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            var (found, expected) = (JsonDocument.Parse(outcome.Out).RootElement, one.GetProperty("expected"));
            foreach (string what in new[] { "se", "ci_lower", "ci_upper" })
                foreach (var entry in expected.GetProperty(what).EnumerateObject())
                    Assert.InRange(found.GetProperty(what).GetProperty(entry.Name).GetDouble() / entry.Value.GetDouble(), 0.9, 1.1);
            if (expected.TryGetProperty("bias", out var bias))
                Assert.InRange(found.GetProperty("bias").GetDouble() / bias.GetDouble(), 0.6, 1.4);
        }
    }

    /// <summary>An event that is neither 0 nor 1 spoils its group, and no other.</summary>
    [Fact]
    public void A_group_that_cannot_be_read_has_no_replicates()
    {
        string file = command.File("events.csv", "y,d,g\n3,1,a\n5,1,a\n7,2,a\n9,0,a\n3,1,b\n5,1,b\n7,0,b\n");
        var outcome = CommandLine.Run(
            "bootstrap", file, "-f", "exponential", "--value", "y", "--event", "d", "--by", "g", "--resamples", "20", "--interval", "normal", "--json");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var found = JsonDocument.Parse(outcome.Out).RootElement;
        Assert.Equal(["invalid_data", "interior"], found.EnumerateArray().Select(one => one.GetProperty("status").GetString()));
        Assert.Equal(20, found[0].GetProperty("verdicts").GetProperty("invalid_data").GetInt32());
        Assert.Equal(20, found[1].GetProperty("verdicts").GetProperty("interior").GetInt32());
    }

    [Fact]
    public void The_table_has_every_interval_and_counts_the_replicates()
    {
        var outcome = CommandLine.Run("bootstrap", Data, "-f", "gamma", "--value", "y", "--resamples", "99");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        foreach (string word in new[] { "shape", "rate", "bias", "normal 95 %", "basic 95 %", "percentile 95 %", "studentized 95 %", "bca 95 %", "replicates: 99 interior", "seed 1" })
            Assert.Contains(word, outcome.Out);
        Assert.Equal(outcome, CommandLine.Run("bootstrap", Data, "-f", "gamma", "--value", "y", "--resamples", "99", "--threads", "1"));
        Assert.NotEqual(outcome.Out, CommandLine.Run("bootstrap", Data, "-f", "gamma", "--value", "y", "--resamples", "99", "--seed", "2").Out);
    }

    [Fact]
    public void Groups_functions_strata_and_clusters_reach_the_table()
    {
        string path = command.At("out.csv");
        var outcome = CommandLine.Run("bootstrap", Data, "-f", "weibull", "--value", "y", "--by", "g", "--resamples", "50", "--interval", "percentile,bca",
            "--of", "median = scale*log(2)^(1/shape)", "--strata", "s", "--out", path, "-q");
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Out, outcome.Error));
        string[] lines = File.ReadAllLines(path);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("a,median,", lines[1]);
        Assert.Contains(",bca,", lines[4]);
        outcome = CommandLine.Run("bootstrap", Data, "-f", "normal", "--value", "y", "--cluster", "c", "--resamples", "50", "--kind", "bayesian", "--json");
        Assert.Equal(0, outcome.Code);
        var mu = JsonDocument.Parse(outcome.Out).RootElement[0];
        Assert.Equal("mu", mu.GetProperty("term").GetString());
        Assert.True(mu.GetProperty("intervals").GetProperty("studentized").GetProperty("conf.low").GetDouble() < mu.GetProperty("estimate").GetDouble());
    }

    [Theory]
    [InlineData("--interval percentile,jackknife", "jackknife")]
    [InlineData("--kind permutation", "--kind permutation")]
    [InlineData("--resamples 1", "--resamples 1")]
    [InlineData("--seed -4", "--seed -4")]
    [InlineData("--strata zzz", "zzz")]
    [InlineData("--of shape*", "shape*")]
    public void What_cannot_be_is_named(string options, string named)
    {
        var outcome = CommandLine.Run(["bootstrap", Data, "-f", "gamma", "--value", "y", .. options.Split(' ')]);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.Contains(named, outcome.Error);
    }

    [Fact]
    public void An_interrupted_bootstrap_writes_nothing()
    {
        var outcome = CommandLine.RunWith([], new CancellationToken(true), "bootstrap", Data, "-f", "gamma", "--value", "y", "--out", command.At("out.csv"));
        Assert.Equal(Mle.Runner.Program.Interrupted, outcome.Code);
        Assert.Equal(["data.csv"], command.Files());
    }
}
