using System.CommandLine;
using Mle.Runner.Reading;
using Mle.Runner.Studies;

namespace Mle.Runner.Commands;

/// <summary>Runs a study, or one shard of it, and goes on where an earlier run stopped.</summary>
sealed class StudyRunCommand : Verb
{
    readonly Argument<string> file = Syntax.Study();
    readonly Option<string?> journal = new("--journal") { Description = "where finished blocks are kept; beside the study otherwise", HelpName = "FILE" };
    readonly Option<string?> shard = new("--shard")
    {
        Description = $"one part of N, from 0/N to N-1/N; as SLURM_ARRAY_TASK_ID says, or JOB_COMPLETION_INDEX of {Shard.CountVariable}, and otherwise the whole",
        HelpName = "I/N",
    };
    readonly OutputOptions output = new("the tidy table, with each cell's settings, as JSON on standard output");
    readonly Option<string> engineName = Syntax.Engine();
    readonly Option<int?> threads = Syntax.Whole("--threads", 1, "processor threads; all of them otherwise, with the same answer");

    readonly Terminal terminal;
    readonly Engines engines;

    public StudyRunCommand(Terminal terminal, Engines engines) : base(
        "run", "Run a study, or go on where it was interrupted.",
        """
        mle study run study.yaml --out results.csv
        mle study run study.yaml --shard 0/8
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        Add(file);
        Add(journal);
        Add(shard);
        output.AddTo(this);
        Add(engineName);
        Add(threads);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        terminal.Patient = true;
        output.CheckOutput(parsed);
        bool quiet = parsed.GetValue(output.Quiet);
        string? source = null;
        var part = parsed.GetValue(shard) is { } text ? Shard.Parse(text) : Shard.Of(Environment.GetEnvironmentVariable, out source);
        if (!part.IsWhole && (parsed.GetValue(output.Output) is not null || parsed.GetValue(output.Json)))
            throw new BadInput($"Shard {part} has no results of its own: mle study merge makes them of the journals of all shards.");
        string path = parsed.GetValue(file)!;
        var study = StudyFile.Read(path);
        using var kept = Journal.Open(parsed.GetValue(journal) ?? Journal.PathOf(path, part), study, part);
        if (source is not null && !quiet)
            terminal.Error.WriteLine($"mle: shard {part}, as {source} says.");
        if (kept.Torn > 0 && !quiet)
            terminal.Error.WriteLine($"mle: {kept.Path} ended in {Number.Short(kept.Torn)} bytes that are no whole block; they are cut off, and what they were is made anew.");
        var run = new StudyRun(study, kept);
        if (!run.IsDone)
            Continue(parsed, study, run, kept, quiet);
        if (part.IsWhole)
        {
            var report = new StudyReport(study, run.Results);
            output.Write(parsed, terminal, report.WriteCsv, report.WriteJson, report.Show);
        }
        else if (!quiet)
            terminal.Error.WriteLine($"mle: shard {part} is done, {Blocks(study, run, kept)} are in {kept.Path}.");
        return Program.Done;
    }

    void Continue(ParseResult parsed, Study study, StudyRun run, Journal kept, bool quiet)
    {
        using var engine = engines.Open(parsed.GetValue(engineName), terminal.Error);
        try
        {
            using var progress = quiet ? null : new StudyProgress(terminal, study, run);
            run.Run(engine, parsed.GetValue(threads) ?? Environment.ProcessorCount, terminal.Interrupted, () => progress?.Report(run.Made));
        }
        catch (IOException e)
        {
            throw new Unfinished(Program.Failed, $"{kept.Path} cannot be written: {e.Message.TrimEnd('.')}; {Blocks(study, run, kept)} are kept there, and the same command goes on.");
        }
        if (!run.IsDone)
            throw new Unfinished(Program.Resumable, $"interrupted; {Blocks(study, run, kept)} are kept in {kept.Path}: the same command goes on.");
    }

    static string Blocks(Study study, StudyRun run, Journal kept) =>
        $"{Number.Short((long)kept.Count)} of {(study.IsSequential ? "at most " : "")}{Number.Short(run.Total)} blocks";
}
