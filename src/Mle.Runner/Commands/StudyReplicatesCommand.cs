using System.CommandLine;
using System.Text;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Mle.Runner.Studies;

namespace Mle.Runner.Commands;

/// <summary>The replicates behind a study's summaries, made again because every one of them can be.</summary>
sealed class StudyReplicatesCommand : Verb
{
    readonly Argument<string> file = Syntax.Study();
    readonly Option<int?> cell = Syntax.Whole("--cell", 1, "one cell; all of them otherwise");
    readonly Option<int?> from = Syntax.Whole("--from", 1, "the first replicate; 1 otherwise");
    readonly Option<int?> to = Syntax.Whole("--to", 1, "the last one; that of the study otherwise");
    readonly Option<string?> output = new("--out") { Description = "write the table here, as CSV; to standard output otherwise", HelpName = "FILE.csv" };
    readonly Option<string> engine = Syntax.Engine();
    readonly Option<int?> threads = Syntax.Whole("--threads", 1, "processor threads; all of them otherwise, with the same answer");
    readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no logs" };

    readonly Terminal terminal;
    readonly Engines engines;

    public StudyReplicatesCommand(Terminal terminal, Engines engines) : base(
        "replicates", "Write the tidy table of single replicates: status, estimates, errors and every interval.",
        "mle study replicates examples/studies/weibull-n10.yaml --to 1000 --out x.csv")
    {
        (this.terminal, this.engines) = (terminal, engines);
        Add(file);
        foreach (Option option in new Option[] { cell, from, to, output, engine, threads, quiet })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var study = StudyFile.Read(parsed.GetValue(file)!);
        int[] cells = parsed.GetValue(cell) is { } number ? [Numbering.CellOf(study, number)] : [.. Enumerable.Range(0, study.Cells.Count)];
        long first = Numbering.NumberOf(study, parsed.GetValue(from) ?? 1, from.Name);
        long end = parsed.GetValue(to) is { } last ? Numbering.NumberOf(study, last, to.Name) + 1L : study.Replicates;
        if (end <= first)
            throw new BadInput($"--from {first + 1} and --to {end} leave no replicate.");
        string? path = parsed.GetValue(output);
        if (path is not null)
            Syntax.CheckOutput(path, ".csv");
        using var computes = engines.Open(parsed.GetValue(engine), terminal.Error);
        var options = new FitOptions { Threads = parsed.GetValue(threads) ?? 0, Cancellation = terminal.Interrupted };
        using var progress = parsed.GetValue(quiet) ? null : new Progress(terminal, "fitted", "replicates", (end - first) * cells.Length);
        if (path is not null)
            AtomicFile.Write(path, stream => Write(stream, computes, study, cells, first, end, options, progress));
        else
        {
            terminal.Out.Flush();
            Write(terminal.Out.BaseStream, computes, study, cells, first, end, options, progress);
        }
        return Program.Done;
    }

    static void Write(Stream stream, IEngine engine, Study study, int[] cells, long first, long end, FitOptions options, IProgress<long>? progress)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("cell,replicate,status,method,term,level,estimate,std.error,conf.low,conf.high,covered\n");
        long done = 0;
        foreach (int k in cells)
        {
            string[] terms = [.. study.Cells[k].Estimands.Select(e => e.Name)];
            for (long at = first; at < end; at += study.BlockSize)
            {
                int count = (int)Math.Min(study.BlockSize, end - at);
                long r = at;
                foreach (var one in ReplicateResult.Of(engine, study, k, (uint)at, count, options))
                {
                    r++;
                    foreach (var interval in one.Intervals)
                    {
                        int i = Array.IndexOf(terms, interval.Term);
                        string covered = interval.Covers switch { true => "1", false => "0", null => "" };
                        writer.Write(string.Join(',', k + 1, r, Verdict.Word(one.Verdict.Status), interval.Method, Tidy.Quoted(interval.Term), Number.Text(interval.Level),
                            Number.Text(one.Estimates[i]), Number.Text(interval.Error), Number.Text(interval.Low), Number.Text(interval.High), covered) + "\n");
                    }
                }
                progress?.Report(done += count);
            }
        }
    }
}
