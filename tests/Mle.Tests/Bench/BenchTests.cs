using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mle.Benchmarks;
using Mle.Gpu;
using Mle.Runner;
using Mle.Runner.Bench;
using Mle.Tests.Runner;

namespace Mle.Tests.Bench;

/// <summary>mle bench: its checks can fail, ledgers hold what was measured, and uncertainties are what they say.</summary>
[Collection("command line")]
public sealed class BenchTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    /// <summary>Runs the quick benchmark of some workloads on a device that lies as it is told.</summary>
    Outcome OnDevice(Action<FitTable> lie, params string[] more)
    {
        var machine = new FakeMachine { Devices = [FakeMachine.Cuda], Opener = device => new FakeEngine(device.Id) { Lie = lie } };
        return CommandLine.RunOn(machine.Engines(), ["bench", "--quick", "--quiet", "--engine", "cuda", "--only", "weibull,evaluation", "--out", command.At("a.json"), .. more]);
    }

    static JsonNode Parse(string path) => JsonNode.Parse(File.ReadAllText(path))!;

    [Fact]
    public void Honest_answers_pass_and_the_ledger_and_the_table_hold_what_was_measured()
    {
        var outcome = OnDevice(_ => { });
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var ledger = Ledger.Read(command.At("a.json"));
        Assert.True(ledger.Passed);
        Assert.Equal(["weibull", "evaluation"], ledger.Lines.Select(l => l.Workload));
        Assert.All(ledger.Lines, line =>
        {
            Assert.True(line.Seconds.Lower <= line.Seconds.Median && line.Seconds.Median <= line.Seconds.Upper && line.Seconds.Repeats >= 3);
            Assert.Equal(line.Fits / line.Seconds.Median, line.FitsPerSecond);
            Assert.Equal(("cuda:0", null), (line.Engine, line.Threads));
            Assert.NotNull(line.Check);
            Assert.Contains(Brief.Of(line.FitsPerSecond), outcome.Out);
        });
        Assert.Equal(["cuda:0"], ledger.Devices.Select(d => d.Engine));
        Assert.All(outcome.Out.Split('\n'), l => Assert.True(l.Length <= 80, l));
    }

    [Theory]
    [InlineData(1 + 1e-13, 0)]
    [InlineData(1 + 1e-6, 1)]
    public void A_wrong_answer_fails_its_line_and_the_command(double factor, int code)
    {
        var outcome = OnDevice(table => table.Estimates(0)[7] *= factor);
        Assert.Equal((code, ""), (outcome.Code, outcome.Error));
        Assert.Equal(code == 1, Regex.IsMatch(outcome.Out, "FAILED: shape of data set 8 is [0-9.]+, and [0-9.]+ on the reference; 1E-09 standard errors are allowed"));
        Assert.Equal(code == 0, (bool)Parse(command.At("a.json"))["passed"]!);
    }

    [Fact]
    public void Sums_that_differ_fail()
    {
        var value = new Evaluation(["mu"], -1000, [2], new double[,] { { -400 } });
        Mle.Runner.Bench.Sums Other(double logLikelihood, double score, double hessian) => new(value with { LogLikelihood = logLikelihood, Score = [score], Hessian = new[,] { { hessian } } }, 500);
        var reference = new Mle.Runner.Bench.Sums(value, 500);
        Assert.Null(Other(-1000 * (1 + 1e-14), 2 + 1e-10, -400).Against(reference).Failure);
        Assert.NotNull(Other(-1000 * (1 + 1e-11), 2, -400).Against(reference).Failure);
        // One standard error of the score is 20.
        Assert.NotNull(Other(-1000, 2 + 1e-7, -400).Against(reference).Failure);
        Assert.NotNull(Other(-1000, 2, -400.001).Against(reference).Failure);
        Assert.NotNull(Other(double.NaN, 2, -400).Against(reference).Failure);
    }

    [Fact]
    public void The_processor_is_measured_at_every_width_beside_limits()
    {
        var outcome = CommandLine.Run("bench", "--quick", "--quiet", "--engine", "cpu", "--only", "study", "--threads", "1", "--out", command.At("a.json"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var ledger = Ledger.Read(command.At("a.json"));
        Assert.Equal(Benchmark.Widths, ledger.Lines.Select(l => l.Lanes!.Value));
        Assert.Equal(Benchmark.Widths, ledger.Limits.Select(l => l.Lanes!.Value));
        Assert.All(ledger.Limits, l => Assert.True(l.Copy > 0 && l.Read > 0 && l.Float64 > 0 && l.Bus is null));
        Assert.All(ledger.Lines, l => Assert.Equal(("float64", 1), (l.BoundBy, l.Threads)));
        Assert.All(ledger.Lines, l => Assert.Equal(l.Operations!.Value / ledger.Limits.Single(m => m.Lanes == l.Lanes).Float64 / l.Seconds.Median, l.Fraction!.Value, 12));
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(6, "1 2 4 6")]
    [InlineData(8, "1 2 4 8")]
    public void Threads_double_up_to_all(int all, string counts) => Assert.Equal(counts, string.Join(' ', Benchmark.ThreadCounts(all)));

    [Fact]
    public void What_is_interrupted_leaves_no_file()
    {
        var outcome = CommandLine.RunWith([], new CancellationToken(true), "bench", "--quick", "--only", "weibull", "--out", command.At("a.json"));
        Assert.Equal((130, "mle: interrupted; nothing was written.\n"), (outcome.Code, outcome.Error));
        Assert.Empty(command.Files());
    }

    [Theory]
    [InlineData("--engine abacus: one of cpu, cuda[:N]", "--engine", "cpu,abacus")]
    [InlineData("--engine auto: one of cpu, cuda[:N]", "--engine", "auto")]
    [InlineData("--only sudoku: one of normal, weibull", "--only", "sudoku")]
    [InlineData("--threads 0: a whole number", "--threads", "0")]
    public void What_cannot_be_measured_is_refused(string message, params string[] words)
    {
        var outcome = CommandLine.Run(["bench", .. words]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("mle: " + message, outcome.Error);
    }

    /// <summary>The root of what is published, and every committed ledger.</summary>
    public static TheoryData<string> Ledgers => [.. Directory.GetFiles(Path.Combine(Root, "benchmarks", "results"), "*.json", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(Root, p))];

    static string Root => Path.GetFullPath(Path.Combine(CommandLine.Reference("."), "../../../.."));

    [Theory]
    [MemberData(nameof(Ledgers))]
    public void Committed_ledgers_follow_the_schema_and_say_what_they_compare(string path)
    {
        var schema = JsonNode.Parse(CommandLine.Run("bench", "schema").Out)!;
        Assert.Empty(Violations(Parse(Path.Combine(Root, path)), schema, schema, "$"));
        var ledger = Ledger.Read(Path.Combine(Root, path));
        Assert.True(ledger.Passed);
        Assert.All(PeerTable.Pairs(ledger.Lines), pair => Assert.Subset(pair.Ours.Computes.ToHashSet(), pair.Peer.Computes.ToHashSet()));
        if (Path.GetFileName(path) != "peers.json")
            return;
        using var peers = new PeerWorkloads("", TextWriter.Null);
        Assert.Equal(peers.All.Keys.Order(), ledger.Lines.Where(l => l.Peer is null).Select(l => l.Workload).Distinct().Order());
    }

    [Fact]
    public void The_schema_refuses_what_is_no_ledger()
    {
        OnDevice(_ => { });
        var schema = JsonNode.Parse(CommandLine.Run("bench", "schema").Out)!;
        var whole = Parse(command.At("a.json"));
        Assert.Empty(Violations(whole, schema, schema, "$"));
        whole["lines"]![0]!.AsObject().Remove("fits");
        whole["machine"]!["cores"] = "two";
        whole["colour"] = "red";
        Assert.Equal(["$.colour is unknown", "$.lines[0].fits is missing", "$.machine.cores is no integer"], Violations(whole, schema, schema, "$").Order());
    }

    /// <summary>What of the JSON schema's words the published one uses.</summary>
    static IEnumerable<string> Violations(JsonNode? value, JsonNode schema, JsonNode root, string at)
    {
        if ((string?)schema["$ref"] is { } reference)
            schema = reference.Split('/').Skip(1).Aggregate(root, (node, step) => node is JsonArray array ? array[int.Parse(step)]! : node[step]!);
        string[] types = schema["type"] is JsonArray several ? [.. several.Select(t => (string)t!)] : schema["type"] is { } one ? [(string)one!] : [];
        string kind = value?.GetValueKind().ToString().ToLowerInvariant() ?? "null";
        bool Is(string type) => type == kind || (type == "boolean" && kind is "true" or "false") || (type == "integer" && kind == "number" && value!.ToString().All(c => char.IsDigit(c) || c == '-'));
        if (types.Length > 0 && !types.Any(Is))
            return [$"{at} is no {string.Join(" or ", types)}"];
        if (value is JsonArray items && schema["items"] is { } item)
            return items.SelectMany((v, i) => Violations(v, item, root, $"{at}[{i}]"));
        if (value is not JsonObject o || schema["properties"] is not JsonObject properties)
            return [];
        return [
            .. (schema["required"] as JsonArray ?? []).Select(r => (string)r!).Where(r => !o.ContainsKey(r)).Select(r => $"{at}.{r} is missing"),
            .. o.Where(p => !properties.ContainsKey(p.Key)).Select(p => $"{at}.{p.Key} is unknown"),
            .. o.Where(p => properties.ContainsKey(p.Key)).SelectMany(p => Violations(p.Value, properties[p.Key]!, root, $"{at}.{p.Key}")),
        ];
    }

    [Fact]
    public void A_ledger_reads_back_as_it_was_written()
    {
        OnDevice(_ => { });
        Assert.Equal(File.ReadAllText(command.At("a.json")), Ledger.Read(command.At("a.json")).ToJson());
    }

    [Theory]
    [InlineData("{", "is not a ledger: ")]
    [InlineData("{}", "is not a ledger: ")]
    [InlineData("""{"schema":"x"}""", "is not a ledger: ")]
    public void What_is_no_ledger_is_named(string text, string message)
    {
        string file = command.File("x.json", text);
        var outcome = CommandLine.Run("bench", "compare", file);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"mle: {file} {message}", outcome.Error);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal(2, CommandLine.Run("bench", "compare", command.At("none.json")).Code);
    }

    /// <summary>The standard error that quartiles give is the spread of log medians of many samples.</summary>
    [Fact]
    public void The_uncertainty_of_a_median_is_its_spread_over_samples()
    {
        const int samples = 2000, repeats = 41;
        double[] noise = new double[samples * repeats];
        Sampler.Of(Families.Find("normal")!).Fill([1, 0.02], default, new Philox(3, Purpose.Data, 0, 0), noise);
        Seconds[] measured = [.. noise.Chunk(repeats).Select(c => Seconds.Of(Timing.Of(c)))];
        double[] logs = [.. measured.Select(s => Math.Log(s.Median))];
        double mean = logs.Average(), spread = Math.Sqrt(logs.Sum(l => (l - mean) * (l - mean)) / samples);
        Assert.Equal(spread, measured.Average(s => s.LogError), 0.08 * spread);
    }

    [Fact]
    public void Quartiles_are_those_of_R() =>
        // quantile(c(5, 1, 4, 2, 10, 3)) is 1, 2.25, 3.5, 4.75, 10.
        Assert.Equal(new Timing(6, 1, 2.25, 3.5, 4.75), Timing.Of([5, 1, 4, 2, 10, 3]));

    static Line Line(string workload, string? peer, double seconds, params string[] computes) =>
        new(workload, "data", computes, "columns", "cpu", peer is null ? 4 : null, 1, peer, 100, 1000, new(9, 0.9 * seconds, seconds, 1.1 * seconds));

    static Ledger LedgerOf(params Line[] lines) =>
        new(Ledger.Version, new("m", "Processor", 2, 1 << 30, null, "system", new Dictionary<string, string>()), "1.0.0+0123456789", "2026-01-01 00:00",
            [new("cpu", "Processor", null, null, null)], [new("cpu", 4, 1, 1e10, 1e10, null, 1e10)], lines, [], new Dictionary<string, string>());

    [Fact]
    public void Ratios_say_how_many_times_faster_and_how_surely()
    {
        LedgerOf(Line("weibull", null, 0.2, "estimates"), Line("normal", null, 1, "estimates")).Write(command.At("a.json"));
        LedgerOf(Line("weibull", null, 0.1, "estimates")).Write(command.At("b.json"));
        var outcome = CommandLine.Run("bench", "compare", command.At("a.json"), command.At("b.json"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        // exp(±1.96·√2·1.2533/1.349·0.2/3).
        Assert.Matches(@"weibull +fastest +500 +2\.00× \(1\.68–2\.37\)", outcome.Out);
        Assert.Matches(@"weibull +cpu 4×1 +500 +2\.00×", outcome.Out);
        Assert.Matches(@"normal +fastest +100 +–", outcome.Out);
        Assert.DoesNotMatch("normal +cpu", outcome.Out);
    }

    [Fact]
    public void A_peer_stands_beside_the_least_of_our_work_that_holds_its_own_and_never_above_it()
    {
        Line[] ours = [Line("w", null, 1, "estimates", "verdicts"), Line("w", null, 2, "estimates", "verdicts", "standard errors")];
        var pairs = PeerTable.Pairs([.. ours, Line("w", "a", 1, "estimates"), Line("w", "b", 1, "standard errors")]).ToArray();
        Assert.Equal(ours, pairs.Select(p => p.Ours));
        var refusal = Assert.Throws<Failure>(() => PeerTable.Pairs([.. ours, Line("w", "c", 1, "estimates", "intervals")]).ToArray());
        Assert.Equal("w: c computes estimates, intervals on 1 threads, and no line of ours does as much.", refusal.Message);
    }

    [Fact]
    public void Tables_are_written_between_their_marks_and_stale_ones_are_found()
    {
        LedgerOf(Line("weibull", null, 0.2, "estimates")).Write(command.At("a.json"));
        string file = command.File("t.md", "before\n<!-- ledger a.json: lines -->\nold\n<!-- end -->\nafter\n");
        Assert.Equal(1, CommandLine.Run("bench", "readme", file, "--check").Code);
        Assert.Contains("old", File.ReadAllText(file));
        Assert.Equal(0, CommandLine.Run("bench", "readme", file).Code);
        string text = File.ReadAllText(file);
        Assert.Matches(@"(?s)\Abefore\n<!-- ledger a.json: lines -->\n\n.*\| weibull \| data \| cpu 4×1 \| 200 ms \| 10 % \| 500 \|.*\n<!-- end -->\nafter\n\z", text);
        Assert.Equal(0, CommandLine.Run("bench", "readme", file, "--check").Code);
        Assert.Equal(2, CommandLine.Run("bench", "readme", command.File("u.md", "<!-- ledger a.json: pie -->\n<!-- end -->\n")).Code);
    }

    [Fact]
    public void Energy_is_counted_over_the_packages_and_around_the_counters_end()
    {
        void Counter(string package, double microjoules)
        {
            Directory.CreateDirectory(command.At($"rapl/{package}"));
            command.File($"rapl/{package}/energy_uj", $"{microjoules}\n");
            command.File($"rapl/{package}/max_energy_range_uj", "1000000000\n");
        }
        Assert.Null(new Energy(command.At("nothing")).During(() => { }));
        Counter("intel-rapl:0", 100);
        Counter("intel-rapl:1", 999_000_000);
        // A part of package 0.
        Counter("intel-rapl:0:0", 0);
        double? joules = new Energy(command.At("rapl")).During(() =>
        {
            Counter("intel-rapl:0", 5_000_100);
            Counter("intel-rapl:1", 1_000_000);
            Counter("intel-rapl:0:0", 3_000_000);
        });
        Assert.Equal(7, joules!.Value, 9);
    }

    [Theory]
    [InlineData(0, "s", "0.00 s")]
    [InlineData(0.0123, "s", "12.3 ms")]
    [InlineData(2.5e-10, "s", "0.25 ns")]
    [InlineData(0.0123, "", "0.0123")]
    [InlineData(0.9999, "", "1.00")]
    [InlineData(999.6, "", "1.00 k")]
    [InlineData(123456, "", "123 k")]
    public void Numbers_are_brief(double value, string unit, string text) => Assert.Equal(text, Brief.Of(value, unit));
}
