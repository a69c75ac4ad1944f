using System.Globalization;
using System.Text.Json;

namespace Mle.Tests.Runner;

/// <summary>The commands beside fit, and help.</summary>
[Collection("command line")]
public sealed class CommandTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    [Theory]
    [InlineData("mle fit examples/groundbeef.csv")]
    [InlineData("--ci-scale <natural|log|logit|link>", "fit")]
    [InlineData("mle evaluate examples/groundbeef.csv", "evaluate")]
    [InlineData("mle check cases.json", "check")]
    [InlineData("mle families weibull", "families")]
    [InlineData("mle devices", "devices")]
    [InlineData("mle bench --quick", "bench")]
    [InlineData("mle bench schema", "bench", "schema")]
    [InlineData("mle bench compare here.json", "bench", "compare")]
    [InlineData("mle bench readme README.md", "bench", "readme")]
    [InlineData("source <(mle completion bash)", "completion")]
    public void Help_has_an_example_and_fits_eighty_columns(string line, params string[] verb)
    {
        var outcome = CommandLine.Run([.. verb, "--help"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains(line, outcome.Out);
        Assert.Contains("Example:", outcome.Out);
        Assert.StartsWith("Description:", outcome.Out);
        Assert.All(outcome.Out.Split('\n'), l => Assert.True(l.TrimEnd().Length <= 80, l));
    }

    [Fact]
    public void Without_a_word_the_help_is_shown() => Assert.Equal(CommandLine.Run("--help"), CommandLine.Run());

    [Fact]
    public void Examples_of_the_help_that_need_only_the_repository_run()
    {
        string root = Path.GetFullPath(Path.Combine(CommandLine.Reference("."), "../../../.."));
        foreach (string verb in new[] { "fit", "evaluate", "families", "devices" })
        {
            string example = CommandLine.Run(verb, "--help").Out.Split("Example:\n")[1].Split('\n')[0].Trim();
            string[] words = [.. example.Split(' ').Skip(1).Select(w => w.StartsWith("examples/") ? Path.Combine(root, w) : w)];
            var outcome = CommandLine.Run(words);
            Assert.True(outcome.Code == 0, $"{example}: {outcome.Error}");
        }
    }

    [Fact]
    public void Families_are_those_of_the_registry_and_those_of_categories()
    {
        var names = CommandLine.Run("families").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]);
        Assert.Equal(Families.All.Concat(Families.Models).Select(f => f.Name).Concat(Families.OfCategories.Keys).Order(), names.Order());
    }

    [Fact]
    public void A_family_is_described_in_full()
    {
        foreach (var family in Families.All)
        {
            string text = string.Join(" ", CommandLine.Run("families", family.Name).Out.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            foreach (string part in (string[])[family.Info.Density, family.Info.Support, family.Info.NoMaximum, family.Info.Source, .. family.Info.Parameters.Select(p => p.Name)])
                Assert.Contains(part, text);
            Assert.All(CommandLine.Run("families", family.Name).Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        }
        Assert.Equal(2, CommandLine.Run("families", "gama").Code);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _mle mle")]
    [InlineData("zsh", "compdef _mle mle")]
    [InlineData("fish", "complete -c mle")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void Completion_has_a_script_for(string shell, string line) => Assert.Contains(line, CommandLine.Run("completion", shell).Out);

    [Fact]
    public void Completion_knows_options_and_families()
    {
        Assert.Contains("--ci-scale", CommandLine.Run("[suggest:8]", "mle fit ").Out.Split('\n'));
        Assert.Contains("weibull", CommandLine.Run("[suggest:17]", "mle fit --family ").Out.Split('\n'));
        foreach (string verb in new[] { "fit", "evaluate", "check" })
        {
            string line = $"mle {verb} --engine ";
            Assert.Equal(["auto", "cpu", "cuda", "ilgpu-cpu", "opencl"],
                CommandLine.Run($"[suggest:{line.Length}]", line).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        }
        Assert.Equal(2, CommandLine.Run("completion", "tcsh").Code);
    }

    [Fact]
    public void Evaluate_gives_the_derivatives_by_hand()
    {
        string file = command.File("a.csv", "y\n1\n2\n4\n");
        double μ = 1.5, σ = 2, n = 3, s1 = 7 - n * μ, s2 = new[] { 1.0, 2, 4 }.Sum(x => (x - μ) * (x - μ));
        var outcome = CommandLine.Run("evaluate", file, "--family", "normal", "--at", "mu=1.5,sigma=2", "--json");
        var e = JsonDocument.Parse(outcome.Out).RootElement;
        double Entry(int i, int j) => e.GetProperty("hessian").GetProperty("matrix")[i][j].GetDouble();
        Assert.Equal(-n * Math.Log(σ * Math.Sqrt(2 * Math.PI)) - s2 / (2 * σ * σ), e.GetProperty("loglik").GetDouble(), 1e-13);
        Assert.Equal(s1 / (σ * σ), e.GetProperty("score").GetProperty("mu").GetDouble(), 1e-13);
        Assert.Equal(-n / σ + s2 / (σ * σ * σ), e.GetProperty("score").GetProperty("sigma").GetDouble(), 1e-13);
        Assert.Equal(-n / (σ * σ), Entry(0, 0), 1e-13);
        Assert.Equal(-2 * s1 / (σ * σ * σ), Entry(0, 1), 1e-13);
        Assert.Equal(n / (σ * σ) - 3 * s2 / (σ * σ * σ * σ), Entry(1, 1), 1e-13);
        string table = CommandLine.Run("evaluate", file, "--family", "normal", "--at", "mu=1.5,sigma=2").Out;
        Assert.Contains(e.GetProperty("loglik").GetDouble().ToString("G12", CultureInfo.InvariantCulture), table);
    }

    [Theory]
    [InlineData("--at gives no value for rate (> 0).", "--at", "shape=2")]
    [InlineData("shape is given by --at and by --fix.", "--at", "shape=2,rate=1", "--fix", "shape=3")]
    [InlineData("--at size=1: gamma has no parameter 'size', only shape, rate.", "--at", "size=1")]
    public void Evaluate_wants_every_parameter_once(string sentence, params string[] options)
    {
        var outcome = CommandLine.Run(["evaluate", command.File("a.csv", "y\n1\n2\n"), "--family", "gamma", .. options]);
        Assert.Equal((2, $"mle: {sentence}\n"), (outcome.Code, outcome.Error));
    }
}
