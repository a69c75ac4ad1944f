using System.CommandLine;
using Mle.Runner.Studies;

namespace Mle.Runner.Commands;

/// <summary>Puts the shards of a study together.</summary>
sealed class StudyMergeCommand : Verb
{
    readonly Argument<string> file = Syntax.Study();
    readonly Argument<string[]> journals = new("JOURNAL") { Description = "of all its shards; those beside the study otherwise", Arity = ArgumentArity.ZeroOrMore };
    readonly OutputOptions output = new("the tidy table, with each cell's settings, as JSON on standard output");

    readonly Terminal terminal;

    public StudyMergeCommand(Terminal terminal) : base(
        "merge", "Put the shards of a study together: the same bits as of one run. Exit code 3 where something is missing.",
        "mle study merge study.yaml study.*-of-8.journal --out results.csv")
    {
        this.terminal = terminal;
        Add(file);
        Add(journals);
        output.AddTo(this);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        output.CheckOutput(parsed);
        string path = parsed.GetValue(file)!;
        var study = StudyFile.Read(path);
        string[] paths = parsed.GetValue(journals) is { Length: > 0 } given ? given : Journal.Beside(path);
        var (read, running) = (new List<Journal>(), new List<string>());
        try
        {
            foreach (string one in paths)
                try
                {
                    if (Journal.Read(one, study) is { } journal)
                        read.Add(journal);
                }
                catch (Unfinished)
                {
                    running.Add(one);
                }
            var report = new StudyReport(study, StudyMerge.Of(study, read, running));
            output.Write(parsed, terminal, report.WriteCsv, report.WriteJson, report.Show);
            return Program.Done;
        }
        finally
        {
            read.ForEach(journal => journal.Dispose());
        }
    }
}
