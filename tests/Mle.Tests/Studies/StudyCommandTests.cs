using System.Globalization;
using System.Text.Json;
using Mle.Runner;
using Mle.Runner.Studies;
using Mle.Tests.Runner;
using CommandLine = Mle.Tests.Runner.CommandLine;

namespace Mle.Tests.Studies;

/// <summary>mle study run, merge and slurm.</summary>
[Collection("command line")]
public sealed class StudyCommandTests : IDisposable
{
    readonly CommandLine folder = new();

    public void Dispose() => folder.Dispose();

    string Study(string more = "") => folder.File("small.yaml", $$"""
        name: small
        replicates: 220
        block: 50
        data: {family: exponential, parameters: {rate: [1, 2]}, n: 5}
        intervals: [wald, wald:log]
        {{more}}
        """);

    static Outcome Run(params string[] args) => CommandLine.Run(["study", .. args]);

    [Fact]
    public void The_tables_hold_the_librarys_measures()
    {
        string file = Study();
        Assert.Equal(0, Run("run", file, "--quiet", "--out", folder.At("a.csv")).Code);
        var shown = Run("run", file, "--out", folder.At("a.json"));
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        string[] lines = File.ReadAllLines(folder.At("a.csv"));
        Assert.Equal("cell,method,term,stat,est,mcse", lines[0]);
        var study = StudyFile.Read(file);
        using var engine = new CpuEngine();
        var measures = new List<(int Cell, Measure Measure)>();
        for (int cell = 0; cell < study.Cells.Count; cell++)
        {
            var result = new CellResult(study, cell);
            for (int block = 0; block < 5; block++)
                result.Add(Block.Of(engine, study, cell, block, new()));
            measures.AddRange(result.Summarize().Select(m => (cell, m)));
        }
        static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
        Assert.Equal(measures.Select(m => $"{m.Cell + 1},{m.Measure.Method},{m.Measure.Term},{m.Measure.Stat},{Text(m.Measure.Estimate)},{Text(m.Measure.Error)}"), lines.Skip(1));
        Assert.Contains(measures, m => m.Measure is { Stat: "cover", Method: "wald:log" });

        using var json = JsonDocument.Parse(File.ReadAllText(folder.At("a.json")));
        Assert.Equal(lines.Length - 1, json.RootElement.GetArrayLength());
        foreach (var (row, (cell, measure)) in json.RootElement.EnumerateArray().Zip(measures))
        {
            Assert.Equal((cell + 1, measure.Stat), (row.GetProperty("cell").GetInt32(), row.GetProperty("stat").GetString()));
            Assert.Equal(study.Cells[cell].Settings.Count, row.GetProperty("settings").EnumerateObject().Count());
            Assert.Equal(measure.Estimate, row.GetProperty("est") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN);
        }
        Assert.Equal(File.ReadAllText(folder.At("a.json")), Run("run", file, "--json").Out);

        Assert.All(shown.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        foreach (var (_, m) in measures.Where(m => m.Measure.Stat == "cover"))
            Assert.Contains(m.Estimate.ToString("F4", CultureInfo.InvariantCulture), shown.Out);
    }

    [Fact]
    public void Shards_are_merged_to_the_bytes_of_one_run()
    {
        string file = Study();
        Run("run", file, "--quiet", "--out", folder.At("whole.csv"));
        for (int i = 0; i < 3; i++)
        {
            // Before the first shard there is the journal of the whole.
            Assert.Equal(i == 0 ? 0 : Program.Incomplete, Run("merge", file, "--out", folder.At("merged.csv")).Code);
            var shard = Run("run", file, "--shard", $"{i}/3", "--threads", "2");
            Assert.Equal((0, ""), (shard.Code, shard.Out));
            Assert.Contains($"shard {i}/3 is done", shard.Error);
        }
        Assert.Equal((0, "", ""), Run("merge", file, "--quiet", "--out", folder.At("merged.csv")) is var merged ? (merged.Code, merged.Out, merged.Error) : default);
        Assert.Equal(File.ReadAllBytes(folder.At("whole.csv")), File.ReadAllBytes(folder.At("merged.csv")));
        File.Delete(folder.At("small.1-of-3.journal"));
        var missing = Run("merge", file);
        Assert.Equal((Program.Incomplete, "", "mle: the study is incomplete: there is no journal of shard 1/3.\n"), (missing.Code, missing.Out, missing.Error));
    }

    [Fact]
    public void What_cannot_be_is_refused_in_a_sentence()
    {
        string file = Study();
        void Refused(string sentence, params string[] args)
        {
            var outcome = Run(args);
            Assert.Equal((Program.Misused, ""), (outcome.Code, outcome.Out));
            Assert.StartsWith("mle: ", outcome.Error);
            Assert.Contains(sentence, outcome.Error);
            Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        }
        Refused("--shard 3/3: two whole numbers", "run", file, "--shard", "3/3");
        Refused("Shard 0/2 has no results of its own", "run", file, "--shard", "0/2", "--json");
        Refused("small.yaml is not the journal of a study", "run", file, "--journal", file);
        Refused("There is no journal", "merge", file, folder.At("none.journal"));
        Refused("--time soon:", "slurm", file, "--shards", "8", "--time", "soon");
        Refused("See mle study slurm --help.", "slurm", file);
        Run("run", file, "--quiet");
        Study("seed: 2");
        Refused("small.journal is the journal of study small (", "run", file);
    }

    [Fact]
    public void An_interrupted_run_goes_on()
    {
        string file = Study();
        using var interrupted = new CancellationTokenSource();
        interrupted.Cancel();
        var outcome = CommandLine.RunWith([], interrupted.Token, "study", "run", file);
        Assert.Equal((Program.Resumable, "", $"mle: interrupted; 0 of 10 blocks are kept in {folder.At("small.journal")}: the same command goes on.\n"), (outcome.Code, outcome.Out, outcome.Error));
        File.AppendAllText(folder.At("small.journal"), "torn");
        Assert.Contains("ended in 4 bytes that are no whole block", Run("run", file).Error);
    }

    [Fact]
    public void The_progress_names_the_worst_cell()
    {
        var study = StudyFile.Read(Study());
        using var journal = Journal.Open(folder.At("a.journal"), study, Shard.Whole);
        var run = new StudyRun(study, journal);
        var states = new List<(int Cell, double Coverage)?>();
        using var engine = new CpuEngine();
        run.Run(engine, 1, default, () => states.Add(run.Worst()));
        Assert.Equal(10, states.Count);
        var covers = run.Results.Select(r => r.Worst!.Value.Coverage).ToArray();
        int worst = Math.Abs(covers[1] - 0.95) > Math.Abs(covers[0] - 0.95) ? 1 : 0;
        Assert.Equal((worst, covers[worst]), states[^1]);
    }

    [Fact]
    public void The_batch_script_is_one_that_bash_reads()
    {
        string file = Study();
        var outcome = Run("slurm", file, "--shards", "8", "--gpu", "--partition", "long", "--cpus", "2", "--out", folder.At("job.sh"));
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Out, outcome.Error));
        string script = File.ReadAllText(folder.At("job.sh"));
        foreach (string line in new[] { "#SBATCH --array=0-7", "#SBATCH --gres=gpu:1", "#SBATCH --partition=long", "#SBATCH --cpus-per-task=2", "#SBATCH --signal=B:TERM@120", "#SBATCH --requeue" })
            Assert.Contains("\n" + line + "\n", script);
        Assert.Contains("--engine cuda", script);
        if (OperatingSystem.IsWindows())
            return;
        using var bash = BuiltCommand.Start("bash", ["-n", folder.At("job.sh")]);
        Assert.Equal((0, "", ""), BuiltCommand.End(bash));
    }
}
