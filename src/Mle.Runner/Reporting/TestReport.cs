using System.Text;
using System.Text.Json;
using Mle.Runner.Commands;
using Mle.Runner.Reading;
using Spectre.Console;

namespace Mle.Runner.Reporting;

/// <summary>Tests of a null hypothesis, for each data set: a table, tidy rows, or an entry as the reference set has it.</summary>
sealed class TestReport
{
    readonly Problem problem;
    readonly NullHypothesis hypothesis;
    readonly NestedTest tests;

    /// <summary>For each data set the likelihood ratio, Wald's and the score test.</summary>
    readonly TestResult[][] results;

    static readonly string[] Names = ["likelihood ratio", "Wald", "score"];

    /// <param name="bootstrapped">The likelihood ratios, where their p-values come from samples.</param>
    public TestReport(Problem problem, NullHypothesis hypothesis, NestedTest tests, TestResult[]? bootstrapped = null, IProgress<long>? progress = null)
    {
        (this.problem, this.hypothesis, this.tests) = (problem, hypothesis, tests);
        long done = 0;
        results = new TestResult[tests.Alternative.Count][];
        Parallel.For(0, results.Length, new() { MaxDegreeOfParallelism = problem.Options.Threads > 0 ? problem.Options.Threads : -1, CancellationToken = problem.Options.Cancellation },
            d =>
            {
                results[d] = [bootstrapped?[d] ?? tests.LikelihoodRatio(d), tests.Wald(d), tests.Score(d)];
                progress?.Report(Interlocked.Increment(ref done));
            });
    }

    /// <summary>Of one data set, under the names of the reference set's expected entry.</summary>
    public Dictionary<string, double> Entry(int d) => new()
    {
        ["stat"] = results[d][0].Statistic,
        ["df"] = results[d][0].Df,
        ["pvalue"] = results[d][0].PValue,
        ["loglik_null"] = NestedTest.Supremum(tests.Null[d]),
        ["loglik_alt"] = NestedTest.Supremum(tests.Alternative[d]),
    };

    public Status StatusOf(int d) => tests.Alternative.Status[d];

    public void WriteCase(Utf8JsonWriter writer)
    {
        if (problem.Data.Groups is not null)
            writer.WriteStartArray();
        for (int d = 0; d < results.Length; d++)
        {
            writer.WriteStartObject();
            if (problem.Data.Groups is { } groups)
                writer.WriteString("group", groups[d]);
            writer.WriteString("status", Verdict.Word(StatusOf(d)));
            writer.WriteString("null", hypothesis.ToString());
            foreach (var (name, value) in Entry(d))
                writer.Number(name, value);
            writer.WriteStartObject("tests");
            for (int t = 0; t < Names.Length; t++)
            {
                writer.WriteStartObject(Names[t].Replace(' ', '_').ToLowerInvariant());
                Write(writer, results[d][t], "stat", "pvalue", "log_pvalue");
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        if (problem.Data.Groups is not null)
            writer.WriteEndArray();
    }

    static void Write(Utf8JsonWriter writer, TestResult result, string statistic, string p, string logP)
    {
        writer.Number(statistic, result.Statistic);
        writer.WriteNumber("df", result.Df);
        writer.Number(p, result.PValue);
        writer.Number(logP, result.LogPValue);
        writer.WriteString("reference", Word(result.Reference));
        writer.WriteString("remark", result.Remark);
    }

    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        for (int d = 0; d < results.Length; d++)
            for (int t = 0; t < Names.Length; t++)
            {
                writer.WriteStartObject();
                writer.WriteString("by", problem.Data.Groups?[d]);
                writer.WriteString("test", Names[t]);
                Write(writer, results[d][t], "statistic", "p.value", "log.p.value");
                writer.Number("loglik.null", NestedTest.Supremum(tests.Null[d]));
                writer.Number("loglik", NestedTest.Supremum(tests.Alternative[d]));
                writer.WriteString("status.null", Verdict.Word(tests.Null.Status[d]));
                writer.WriteString("status", Verdict.Word(StatusOf(d)));
                writer.WriteEndObject();
            }
        writer.WriteEndArray();
    }

    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("by,test,statistic,df,p.value,log.p.value,reference,loglik.null,loglik,status.null,status,remark\n");
        for (int d = 0; d < results.Length; d++)
            for (int t = 0; t < Names.Length; t++)
            {
                var r = results[d][t];
                writer.Write(string.Join(',', Tidy.Quoted(problem.Data.Groups?[d] ?? ""), Names[t], Number.Text(r.Statistic), r.Df, Number.Text(r.PValue), Number.Text(r.LogPValue),
                    Word(r.Reference), Number.Text(NestedTest.Supremum(tests.Null[d])), Number.Text(NestedTest.Supremum(tests.Alternative[d])),
                    Verdict.Word(tests.Null.Status[d]), Verdict.Word(StatusOf(d)), Tidy.Quoted(r.Remark ?? "")));
                writer.Write('\n');
            }
    }

    static string Word(Reference reference) => reference switch
    {
        Reference.ChiSquared => "chi-squared",
        Reference.Mixture => "mixture",
        Reference.Exact => "exact",
        Reference.Bootstrap => "bootstrap",
        _ => "none",
    };

    string Title => problem.Data.Value is { } column ? $"{problem.Data.Source}, {column}" : problem.Data.Source;

    public void Show(Terminal terminal, double level)
    {
        if (problem.Data.Groups is null)
            One(terminal);
        else
            Many(terminal, level);
    }

    void One(Terminal terminal)
    {
        var (fit, smaller) = (tests.Alternative[0], tests.Null[0]);
        terminal.Out.WriteLine($"{problem.Family.Name}: {Title}, n = {Number.Short(fit.Size)}");
        terminal.Out.WriteLine($"null hypothesis: {hypothesis}");
        var table = Screen.Table(["", "statistic", "df", "p"]);
        for (int t = 0; t < Names.Length; t++)
        {
            var r = results[0][t];
            table.AddRow(new Text(Names[t]), Screen.Number(r.Statistic), new Text(r.Df.ToString()), new Text(Number.Probability(r.PValue)));
        }
        terminal.Show(table);
        terminal.Out.WriteLine($"log-likelihood {Number.Short(NestedTest.Supremum(smaller))} under the null hypothesis ({Verdict.Word(smaller.Status)}), {Number.Short(NestedTest.Supremum(fit))} without ({Verdict.Word(fit.Status)})");
        foreach (string remark in results[0].Select(r => r.Remark).OfType<string>().Distinct())
            terminal.Show(new Padder(new Text(remark), new Padding(2, 0, 0, 0)));
    }

    const int Listed = 20, Sample = 5;

    void Many(Terminal terminal, double level)
    {
        double α = 1 - level;
        terminal.Out.WriteLine($"{problem.Family.Name}: {Title}, {Number.Short((long)results.Length)} data sets by {problem.Data.By}");
        terminal.Out.WriteLine($"null hypothesis: {hypothesis}");
        var summary = Screen.Table(["", $"p <= {Number.Short(α)}", "with a p-value"]);
        for (int t = 0; t < Names.Length; t++)
            summary.AddRow(new Text(Names[t]), new Text(Number.Short(results.LongCount(r => r[t].PValue <= α))), new Text(Number.Short(results.LongCount(r => !double.IsNaN(r[t].PValue)))));
        terminal.Show(summary);
        int shown = results.Length > Listed ? Sample : results.Length;
        var table = Screen.Table([problem.Data.By!, "n", "statistic", "p (LR)", "p (Wald)", "p (score)", "verdict"]);
        for (int d = 0; d < shown; d++)
            table.AddRow([new Text(problem.Data.Groups![d]), Screen.Number(tests.Alternative[d].Size), Screen.Number(results[d][0].Statistic),
                .. results[d].Select(r => new Text(Number.Probability(r.PValue))), Screen.Verdict(StatusOf(d))]);
        terminal.Show(table);
        foreach (string remark in results.SelectMany(r => r).Select(r => r.Remark).OfType<string>().Distinct().Take(Sample))
            terminal.Show(new Padder(new Text(remark), new Padding(2, 0, 0, 0)));
        if (shown < results.Length)
            terminal.Out.WriteLine($"The first {shown} of {Number.Short((long)results.Length)}; --out tests.csv writes all.");
    }
}
