using System.Text;
using System.Text.Json;
using Mle.Runner.Commands;
using Mle.Runner.Reading;
using Spectre.Console;

namespace Mle.Runner.Reporting;

/// <summary>Profile likelihood intervals, and where they were asked for the curves, as tables, JSON and text.</summary>
/// <param name="Curves">By parameter and data set; empty where none were asked for.</param>
sealed record Profiled(Problem Problem, ProfileIntervals Intervals, IReadOnlyList<ProfileCurve?[]> Curves, CancellationToken Interrupted)
{
    /// <summary>Up to this many data sets are listed; of more, only the first <see cref="Sample"/>.</summary>
    const int Listed = 20, Sample = 5;

    FitTable Fits => Intervals.Fits;

    bool IsMany => Problem.Data.Groups is not null;

    string Name(int p) => Problem.Name(Fits.Parameters[Intervals.Parameters[p]]);

    string? Remark(int d, int p)
    {
        string?[] sides = [Intervals.Remark(d, p, Side.Lower), Intervals.Remark(d, p, Side.Upper)];
        return sides[0] == sides[1] ? sides[0] : string.Join("; ", sides.Select((s, i) => s is null ? null : $"{(i == 0 ? "lower" : "upper")} end: {s}").OfType<string>());
    }

    IEnumerable<(int D, int P)> Rows()
    {
        for (int d = 0; d < Fits.Count; d++)
        {
            Interrupted.ThrowIfCancellationRequested();
            for (int p = 0; p < Intervals.Parameters.Count; p++)
                yield return (d, p);
        }
    }

    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write(Curves.Count > 0 ? "by,term,value,loglik,root\n" : "by,term,estimate,conf.low,conf.high,level,status,loglik,n,remark,correction\n");
        foreach (var (d, p) in Rows())
        {
            string row = $"{Tidy.Quoted(Problem.Data.Groups?[d] ?? "")},{Tidy.Quoted(Name(p))}";
            if (Curves.Count == 0)
            {
                var fit = Fits[d];
                writer.Write($"{row},{Number.Text(fit[Intervals.Parameters[p]])},{Number.Text(Intervals.Lower(p)[d])},{Number.Text(Intervals.Upper(p)[d])},{Number.Text(Intervals.Level)},"
                    + $"{Verdict.Word(fit.Status)},{Number.Text(fit.LogLikelihood)},{Number.Text(fit.Size)},{Tidy.Quoted(Remark(d, p) ?? "")},{Tidy.Quoted(Intervals.Corrections.GetValueOrDefault(d) ?? "")}\n");
            }
            else if (Curves[p][d] is { } curve)
                for (int k = 0; k < curve.Values.Length; k++)
                    writer.Write($"{row},{Number.Text(curve.Values[k])},{Number.Text(curve.LogLikelihood[k])},{Number.Text(curve.Root[k])}\n");
        }
    }

    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var (d, p) in Rows())
        {
            var fit = Fits[d];
            writer.WriteStartObject();
            writer.WriteString("by", Problem.Data.Groups?[d]);
            writer.WriteString("term", Name(p));
            writer.Number("estimate", fit[Intervals.Parameters[p]]);
            writer.Number("conf.low", Intervals.Lower(p)[d]);
            writer.Number("conf.high", Intervals.Upper(p)[d]);
            writer.Number("level", Intervals.Level);
            writer.WriteString("status", Verdict.Word(fit.Status));
            writer.Number("loglik", fit.LogLikelihood);
            writer.Number("n", fit.Size);
            writer.WriteString("remark", Remark(d, p));
            writer.WriteString("correction", Intervals.Corrections.GetValueOrDefault(d));
            if (Curves.Count > 0)
                Write(writer, Curves[p][d]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    static void Write(Utf8JsonWriter writer, ProfileCurve? curve)
    {
        writer.WritePropertyName("curve");
        if (curve is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        foreach (var (name, values) in new[] { ("value", curve.Values), ("loglik", curve.LogLikelihood), ("root", curve.Root) })
        {
            writer.WriteStartArray(name);
            foreach (double value in values)
                writer.Number(value);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>One data set with the names of a reference set's expected entries.</summary>
    public void WriteCase(Utf8JsonWriter writer, int d)
    {
        var fit = Fits[d];
        writer.WriteStartObject();
        if (IsMany)
            writer.WriteString("group", Problem.Data.Groups![d]);
        writer.Number("level", Intervals.Level);
        Each("estimate", p => writer.Number(fit[Intervals.Parameters[p]]));
        Each("ci_lower", p => writer.Number(Intervals.Lower(p)[d]));
        Each("ci_upper", p => writer.Number(Intervals.Upper(p)[d]));
        writer.Number("loglik", fit.LogLikelihood);
        writer.WriteString("status", Verdict.Word(fit.Status));
        Each("remarks", p => writer.WriteStringValue(Remark(d, p)));
        writer.WriteString("correction", Intervals.Corrections.GetValueOrDefault(d));
        if (Curves.Count > 0)
        {
            writer.WriteStartObject("curves");
            for (int p = 0; p < Intervals.Parameters.Count; p++)
            {
                writer.WriteStartObject(Name(p));
                Write(writer, Curves[p][d]);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();

        void Each(string field, Action<int> value)
        {
            writer.WriteStartObject(field);
            for (int p = 0; p < Intervals.Parameters.Count; p++)
            {
                writer.WritePropertyName(Name(p));
                value(p);
            }
            writer.WriteEndObject();
        }
    }

    public void Show(Terminal terminal)
    {
        var (data, family) = (Problem.Data, Problem.Family);
        string title = data.Value is { } column ? $"{data.Source}, {column}" : data.Source;
        terminal.Out.WriteLine(IsMany
            ? $"{family.Name}: {title}, {Number.Short((long)Fits.Count)} data sets by {data.By}"
            : $"{family.Name}: {title}, n = {Number.Short(Fits[0].Size)}");
        int shown = Fits.Count > Listed ? Sample : Fits.Count;
        string level = FormattableString.Invariant($"{100 * Intervals.Level:G6} % profile interval");
        var table = Screen.Table([.. IsMany ? [data.By!, "parameter"] : new[] { "" }, "estimate", level]);
        for (int d = 0; d < shown; d++)
            for (int p = 0; p < Intervals.Parameters.Count; p++)
                table.AddRow([.. IsMany ? [new Text(p == 0 ? data.Groups![d] : "")] : Array.Empty<Text>(), new Text(Name(p)), Screen.Number(Fits[d][Intervals.Parameters[p]]),
                    new Text(double.IsNaN(Intervals.Lower(p)[d]) && double.IsNaN(Intervals.Upper(p)[d]) ? "–" : $"{Number.Short(Intervals.Lower(p)[d])} to {Number.Short(Intervals.Upper(p)[d])}")]);
        terminal.Show(table);
        for (int d = 0; d < shown; d++)
        {
            string group = IsMany ? $"{data.By} {data.Groups![d]}, " : "";
            for (int p = 0; p < Intervals.Parameters.Count; p++)
                if (Remark(d, p) is { Length: > 0 } remark)
                    Indented(terminal, $"{group}{Name(p)}: {remark}");
            if (Intervals.Corrections.GetValueOrDefault(d) is { } correction)
                Indented(terminal, group + correction);
        }
        if (shown < Fits.Count)
            terminal.Out.WriteLine($"The first {shown} of {Number.Short((long)Fits.Count)}; --out intervals.csv writes all.");
        if (!IsMany)
        {
            terminal.Out.WriteLine($"log-likelihood {Number.Short(Fits[0].LogLikelihood)}");
            terminal.Show(Screen.Verdict(Fits[0].Status));
            terminal.Out.WriteLine();
        }
        for (int p = 0; !IsMany && p < Curves.Count; p++)
            if (Curves[p][0] is { } curve)
                Draw(terminal, p, curve);
    }

    void Draw(Terminal terminal, int p, ProfileCurve curve)
    {
        double cut = -0.5 * Math.Pow((double)Normal.Quantile<Real>((1 + Intervals.Level) / 2), 2);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"{Name(p)}: profile log-likelihood below its maximum");
        foreach (string line in Plot.Lines(curve.Values, [.. curve.Root.Select(r => -0.5 * r * r)], cut, terminal.Width))
            terminal.Out.WriteLine(line);
    }

    static void Indented(Terminal terminal, string line) => terminal.Show(new Padder(new Text(line), new Padding(2, 0, 0, 0)));
}
