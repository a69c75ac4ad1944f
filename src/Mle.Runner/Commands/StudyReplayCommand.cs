using System.CommandLine;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Mle.Runner.Studies;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>One replicate of a study alone: its data, and what the study sees in them.</summary>
sealed class StudyReplayCommand : Verb
{
    readonly Argument<string> file = Syntax.Study();
    readonly Option<int?> cell = Syntax.Whole("--cell", 1, "the number of the cell; 1 otherwise");
    readonly Option<int?> replicate = Syntax.Whole("--replicate", 1, "the number of the replicate; 1 otherwise");
    readonly Option<string?> output = new("--out") { Description = "write its data here: .csv, or plain samples as .npy or raw .f64", HelpName = "FILE" };
    readonly Option<string> engine = Syntax.Engine();

    readonly Terminal terminal;
    readonly Engines engines;

    public StudyReplayCommand(Terminal terminal, Engines engines) : base(
        "replay", "Make one replicate of a study again: write its data, and show its fit and intervals.",
        "mle study replay examples/studies/weibull-n10.yaml --replicate 99 --out x.csv")
    {
        (this.terminal, this.engines) = (terminal, engines);
        Add(file);
        foreach (Option option in new Option[] { cell, replicate, output, engine })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var (study, populations) = StudyFile.Open(parsed.GetValue(file)!);
        int k = Numbering.CellOf(study, parsed.GetValue(cell) ?? 1);
        uint r = Numbering.NumberOf(study, parsed.GetValue(replicate) ?? 1, replicate.Name);
        string? path = parsed.GetValue(output);
        var data = new GeneratedFile(populations[k], (_, _) => new(study, k, r, 1), 1, terminal.Interrupted);
        data.Check(path);
        using var computes = engines.Open(parsed.GetValue(engine), terminal.Error);
        var made = ReplicateResult.Of(computes, study, k, r, 1, new() { Cancellation = terminal.Interrupted }).Single();
        if (path is not null)
            data.Write(path, null);
        Show(study, k, r, made);
        return Program.Done;
    }

    void Show(Study study, int k, uint r, ReplicateResult made)
    {
        var cell = study.Cells[k];
        string settings = string.Concat(cell.Settings.Select(s => $", {s.Key} {s.Value}"));
        terminal.Out.WriteLine($"{study.Name}, cell {k + 1}{settings}, replicate {r + 1}: {cell.Fitted.Name}, n = {cell.Scenario.Length}\n");
        var table = Screen.Table(["", "estimate", "truth"]);
        for (int i = 0; i < cell.Estimands.Count; i++)
            table.AddRow(new Text(cell.Estimands[i].Name), Screen.Number(made.Estimates[i]), Screen.Number(cell.Estimands[i].Truth));
        terminal.Show(table);
        var intervals = Screen.Table(["", "method", "std. error", "level", "interval", "covers"]);
        foreach (var one in made.Intervals)
            intervals.AddRow(new Text(one.Term), new Text(one.Method), Screen.Number(one.Error), Screen.Number(one.Level),
                new Text(double.IsNaN(one.Low) ? "–" : $"{Number.Short(one.Low)} to {Number.Short(one.High)}"), new Text(one.Covers switch { true => "yes", false => "no", null => "–" }));
        terminal.Show(intervals);
        terminal.Out.WriteLine($"{Verdict.Word(made.Verdict.Status)}{(made.Verdict.Reason.Length > 0 ? ": " + made.Verdict.Reason : "")}");
    }
}
