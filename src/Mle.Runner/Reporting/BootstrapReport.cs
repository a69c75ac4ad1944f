using System.Text;
using System.Text.Json;
using Mle.Runner.Conformance;
using Mle.Runner.Reading;
using Spectre.Console;

namespace Mle.Runner.Reporting;

/// <summary>Bootstraps as tables: on the screen, as CSV, and as JSON.</summary>
/// <param name="Name">What a parameter is called.</param>
sealed record BootstrapReport(Dataset Data, Family Family, BootstrapPlan Plan, BootstrapFit[] Fits, Func<string, string> Name)
{
    /// <summary>Such as "995 interior, 4 no_finite_mle".</summary>
    static string Counted(BootstrapFit fit) => string.Join(", ", fit.Verdicts.Select(v => $"{v.Value} {Verdict.Word(v.Key)}"));

    static string Word(BootstrapInterval kind) => kind.ToString().ToLowerInvariant();

    static string Note(BootstrapBounds bounds) => bounds.Refusal ?? (bounds.Extreme ? "extreme" : "");

    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("by,term,estimate,bias,estimate.corrected,std.error,interval,conf.low,conf.high,note,status,replicates,used,infinite,verdicts\n");
        for (int d = 0; d < Fits.Length; d++)
            foreach (var one in Fits[d].Estimates)
                foreach (var (kind, bounds) in one.Intervals)
                    writer.Write(string.Join(',',
                        Tidy.Quoted(Data.Groups?[d] ?? ""), Tidy.Quoted(Name(one.Name)), Number.Text(one.Estimate), Number.Text(one.Bias),
                        Number.Text(one.BiasCorrected), Number.Text(one.StandardError), Word(kind), Number.Text(bounds.Low), Number.Text(bounds.High),
                        Tidy.Quoted(Note(bounds)), Verdict.Word(Fits[d].Fit.Status), Plan.Replicates, one.Used, one.Infinite, Tidy.Quoted(Counted(Fits[d]))) + "\n");
    }

    /// <summary>A row for every term of every data set, with its intervals by kind.</summary>
    public void WriteTidy(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        for (int d = 0; d < Fits.Length; d++)
            foreach (var one in Fits[d].Estimates)
            {
                writer.WriteStartObject();
                writer.WriteString("by", Data.Groups?[d]);
                writer.WriteString("term", Name(one.Name));
                writer.Number("estimate", one.Estimate);
                writer.Number("bias", one.Bias);
                writer.Number("estimate.corrected", one.BiasCorrected);
                writer.Number("std.error", one.StandardError);
                writer.WriteStartObject("intervals");
                foreach (var (kind, bounds) in one.Intervals)
                {
                    writer.WriteStartObject(Word(kind));
                    writer.Number("conf.low", bounds.Low);
                    writer.Number("conf.high", bounds.High);
                    if (Note(bounds) is { Length: > 0 } note)
                        writer.WriteString("note", note);
                    writer.WriteEndObject();
                }
                writer.WriteEndObject();
                writer.Number("z0", one.BiasCorrection);
                writer.Number("acceleration", one.Acceleration);
                writer.WriteString("status", Verdict.Word(Fits[d].Fit.Status));
                writer.WriteNumber("replicates", Plan.Replicates);
                writer.WriteNumber("used", one.Used);
                writer.WriteNumber("infinite", one.Infinite);
                WriteVerdicts(writer, Fits[d]);
                writer.WriteEndObject();
            }
        writer.WriteEndArray();
    }

    static void WriteVerdicts(Utf8JsonWriter writer, BootstrapFit fit)
    {
        writer.WriteStartObject("verdicts");
        foreach (var (status, count) in fit.Verdicts)
            writer.WriteNumber(Verdict.Word(status), count);
        writer.WriteEndObject();
    }

    /// <summary>Under the names of a reference set; ci_lower and ci_upper are the percentile interval, or the first that was made.</summary>
    public void WriteNamed(Utf8JsonWriter writer, Case spec)
    {
        if (Data.Groups is not null)
            writer.WriteStartArray();
        foreach (var fit in Fits)
        {
            writer.WriteStartObject();
            writer.WriteString("status", Verdict.Word(fit.Fit.Status));
            writer.Number("level", Plan.Level);
            writer.WriteNumber("replicates", Plan.Replicates);
            WriteVerdicts(writer, fit);
            Write("estimate", one => one.Estimate);
            if (fit.Estimates is [var only] && spec.HasOneBias)
                writer.Number("bias", only.Bias);
            else
                Write("bias", one => one.Bias);
            Write("se", one => one.StandardError);
            Write("ci_lower", one => Reported(one).Low);
            Write("ci_upper", one => Reported(one).High);
            writer.WriteStartObject("intervals");
            foreach (var kind in Plan.Intervals)
            {
                writer.WriteStartObject(Word(kind));
                Write("ci_lower", one => one.Intervals[kind].Low);
                Write("ci_upper", one => one.Intervals[kind].High);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();

            void Write(string what, Func<BootstrapEstimate, double> value)
            {
                writer.WriteStartObject(what);
                foreach (var one in fit.Estimates)
                    writer.Number(Name(one.Name), value(one));
                writer.WriteEndObject();
            }
        }
        if (Data.Groups is not null)
            writer.WriteEndArray();
    }

    static BootstrapBounds Reported(BootstrapEstimate one) =>
        one.Intervals.TryGetValue(BootstrapInterval.Percentile, out var percentile) ? percentile : one.Intervals.Values.First();

    /// <summary>Groups that a screen still shows.</summary>
    const int Shown = 20;

    public void Show(Terminal terminal)
    {
        string kind = Plan.Kind.ToString().ToLowerInvariant();
        terminal.Out.WriteLine($"{Family.Name}: {Data.Source}{(Data.Value is { } value ? $", {value}" : "")}, {Plan.Replicates} {kind} replicates, seed {Plan.Seed}\n");
        for (int d = 0; d < Math.Min(Fits.Length, Shown); d++)
            Show(terminal, Fits[d], Data.Groups?[d]);
        if (Fits.Length > Shown)
            terminal.Out.WriteLine($"and {Fits.Length - Shown} more groups; --out FILE.csv has all.");
    }

    void Show(Terminal terminal, BootstrapFit fit, string? group)
    {
        if (group is not null)
            terminal.Out.WriteLine($"{Data.By} = {group}");
        var kinds = Plan.Intervals.ToArray();
        var table = Screen.Table(["", "estimate", "bias", "std. error", .. kinds.Select(k => $"{Word(k)} {Number.Short(100 * Plan.Level)} %")]);
        foreach (var one in fit.Estimates)
            table.AddRow([new Text(Name(one.Name)), Screen.Number(one.Estimate), Screen.Number(one.Bias), Screen.Number(one.StandardError),
                .. kinds.Select(k => new Text(one.Intervals[k] is { Refusal: null } bounds ? $"{Number.Short(bounds.Low)} to {Number.Short(bounds.High)}{(bounds.Extreme ? " *" : "")}" : "–"))]);
        terminal.Show(table, atLeast: 60 + 26 * kinds.Length);
        terminal.Out.WriteLine($"{Verdict.Word(fit.Fit.Status)}; replicates: {Counted(fit)}");
        foreach (var (why, who) in fit.Estimates.SelectMany(one => one.Intervals.Where(i => i.Value.Refusal is not null).Select(i => (i.Value.Refusal!, $"{Word(i.Key)} of {Name(one.Name)}")))
            .GroupBy(r => r.Item1, r => r.Item2).Select(g => (g.Key, string.Join(", ", g))))
            terminal.Out.WriteLine($"no {who}: {why}");
        if (fit.Estimates.Any(one => one.Intervals.Values.Any(b => b.Extreme)))
            terminal.Out.WriteLine("* the outermost replicate: more --resamples are needed at this level");
        terminal.Out.WriteLine();
    }
}
