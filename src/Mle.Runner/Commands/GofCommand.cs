using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>Tests whether data could have come from the family that was fitted to them.</summary>
sealed class GofCommand : Verb
{
    /// <summary>Data sets that are shown; more go to a file.</summary>
    const int Shown = 20;

    static readonly (Statistic Statistic, string Name, string Title)[] Statistics =
    [
        (Statistic.KolmogorovSmirnov, "ks", "Kolmogorov-Smirnov"),
        (Statistic.AndersonDarling, "ad", "Anderson-Darling"),
        (Statistic.CramerVonMises, "cvm", "Cramér-von Mises"),
        (Statistic.ChiSquare, "chisq", "chi-square"),
    ];

    readonly ProblemOptions problem = new("the tidy table as JSON on standard output", levels: false);
    readonly Option<int?> samples = Syntax.Whole("--samples", 99, "drawn from the fit and fitted again; 999 otherwise");
    readonly Option<int?> seed = Syntax.Whole("--seed", 0, "of the samples; 1 otherwise");

    readonly Terminal terminal;
    readonly Engines engines;

    public GofCommand(Terminal terminal, Engines engines) : base(
        "gof", "Test the fit of a family by samples drawn from it and fitted again.",
        """
        mle gof examples/groundbeef.csv --family gamma --value serving
        mle gof examples/quine.csv -f negative_binomial --value Days --by Age
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.AddTo(this);
        Add(samples);
        Add(seed);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        problem.Check(parsed);
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var read = problem.Read(parsed, terminal);
        int replicates = parsed.GetValue(samples) ?? 999;
        GoodnessOfFit test;
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "refitted", "samples", (long)replicates * read.Data.Batch.Count))
            test = GoodnessOfFit.Test(engine, read.Family, read.Data.Batch, read.Options with { Progress = progress }, replicates, (ulong)(parsed.GetValue(seed) ?? 1));
        read.Data.Mark(test.Fits);
        read.Data.Demand(test.Fits[0]);
        problem.Write(parsed, terminal, stream => WriteCsv(stream, read.Data, test), writer => WriteJson(writer, read.Data, test), _ => Show(read, test));
        return Program.Done;
    }

    static void WriteCsv(Stream stream, Dataset data, GoodnessOfFit test)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("by,test,statistic,p.value,replicates,without.fit,status,n\n");
        for (int d = 0; d < test.Fits.Count; d++)
            foreach (var (statistic, name, _) in Statistics)
                if (!double.IsNaN(test.Distance(d, statistic)))
                    writer.Write(string.Create(CultureInfo.InvariantCulture,
                        $"{Tidy.Quoted(data.Groups?[d] ?? "")},{name},{Number.Text(test.Distance(d, statistic))},{Number.Text(test.PValue(d, statistic))},{test.Replicates},{WithoutFit(test, d)},{Verdict.Word(test.Fits.Status[d])},{Number.Text(test.Fits.Size[d])}\n"));
    }

    static void WriteJson(Utf8JsonWriter writer, Dataset data, GoodnessOfFit test)
    {
        writer.WriteStartArray();
        for (int d = 0; d < test.Fits.Count; d++)
        {
            writer.WriteStartObject();
            writer.WriteString("by", data.Groups?[d]);
            writer.WriteString("status", Verdict.Word(test.Fits.Status[d]));
            writer.Number("n", test.Fits.Size[d]);
            writer.WriteNumber("replicates", test.Replicates);
            writer.WriteStartObject("verdicts");
            foreach (var status in Enum.GetValues<Status>())
                if (test.Endings(d, status) > 0)
                    writer.WriteNumber(Verdict.Word(status), test.Endings(d, status));
            writer.WriteEndObject();
            foreach (var (statistic, name, _) in Statistics)
            {
                if (double.IsNaN(test.Distance(d, statistic)))
                    continue;
                writer.WriteStartObject(name);
                writer.Number("statistic", test.Distance(d, statistic));
                writer.Number("p.value", test.PValue(d, statistic));
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Samples whose fits have no finite maximum, or none that was found.</summary>
    static int WithoutFit(GoodnessOfFit test, int d) =>
        test.Endings(d, Status.NoFiniteMle) + test.Endings(d, Status.IterationLimit) + test.Endings(d, Status.NotIdentified) + test.Endings(d, Status.InvalidData);

    void Show(Problem read, GoodnessOfFit test)
    {
        var data = read.Data;
        terminal.Out.WriteLine($"{read.Family.Name}: {data.Source}{(data.Value is { } column ? ", " + column : "")}, {Number.Short((long)test.Replicates)} samples from each fit, fitted again");
        var present = Statistics.Where(s => Enumerable.Range(0, test.Fits.Count).Any(d => !double.IsNaN(test.Distance(d, s.Statistic)))).ToArray();
        if (data.Groups is null)
        {
            var table = Screen.Table(["", "distance", "p"]);
            foreach (var (statistic, _, title) in present)
                table.AddRow(new Text(title), Screen.Number(test.Distance(0, statistic)), new Text(Number.Probability(test.PValue(0, statistic))));
            terminal.Show(table);
            terminal.Show(Screen.Verdict(test.Fits.Status[0]));
            terminal.Out.WriteLine(test.Fits[0].Verdict.Reason is { Length: > 0 } reason ? ": " + reason : "");
        }
        else
        {
            var table = Screen.Table([data.By ?? "", "n", .. present.Select(s => "p " + s.Name), "verdict"]);
            for (int d = 0; d < Math.Min(Shown, test.Fits.Count); d++)
                table.AddRow([new Text(data.Groups[d]), Screen.Number(test.Fits.Size[d]),
                    .. present.Select(s => new Text(Number.Probability(test.PValue(d, s.Statistic)))), Screen.Verdict(test.Fits.Status[d])]);
            terminal.Show(table);
            if (test.Fits.Count > Shown)
                terminal.Out.WriteLine($"The first {Shown} of {Number.Short((long)test.Fits.Count)} data sets; --out gof.csv writes all.");
            foreach (var (statistic, _, title) in present)
                terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{title}: {Enumerable.Range(0, test.Fits.Count).Count(d => test.PValue(d, statistic) <= 0.05)} of {test.Fits.Count} have p ≤ 0.05"));
        }
        int without = Enumerable.Range(0, test.Fits.Count).Sum(d => WithoutFit(test, d));
        if (without > 0)
            terminal.Out.WriteLine($"{Number.Short((long)without)} samples had no finite maximum: they were measured against their limit family, or counted as farther away where there is none.");
    }
}
