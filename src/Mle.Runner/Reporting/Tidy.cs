using System.Globalization;
using System.Text;
using System.Text.Json;
using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>One row for each data set and term, as R's broom makes it: CSV, or an array of objects.</summary>
sealed class Tidy(Fitted fitted, Intervals intervals, CancellationToken interrupted)
{
    /// <summary>Tests are there where there are coefficients to test.</summary>
    string Header => $"by,term,estimate,std.error,{(fitted.HasCoefficients ? "statistic,p.value," : "")}conf.low,conf.high,status,loglik,aic,bic,n,iterations\n";

    readonly record struct Row(int Fit, string Term, double Estimate, double Error, double Z, double P, double Low, double High);

    IEnumerable<Row> Rows()
    {
        for (int d = 0; d < fitted.Table.Count; d++)
        {
            if (d % 4096 == 0)
                interrupted.ThrowIfCancellationRequested();
            var fit = fitted.Table[d];
            foreach (int i in fitted.Free)
            {
                double error = fit.StandardError(i);
                var (low, high) = intervals.Of(fitted, d, i);
                var (z, p) = fitted.IsCoefficient(i) ? Intervals.Test(fit[i], error) : (double.NaN, double.NaN);
                yield return new(d, fitted.Table.Parameters[i], fit[i], error, z, p, low, high);
            }
            foreach (var (term, estimate, error) in fitted.Derived(d))
            {
                var (low, high) = intervals.OfDerived(estimate, error);
                yield return new(d, term, estimate, error, double.NaN, double.NaN, low, high);
            }
            foreach (var (term, estimate, error) in fitted.Asked(d))
            {
                var (low, high) = intervals.OfQuantity(estimate, error);
                yield return new(d, term, estimate, error, double.NaN, double.NaN, low, high);
            }
        }
    }

    string? By(int d) => fitted.Data.Groups?[d];

    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write(Header);
        foreach (var row in Rows())
        {
            var fit = fitted.Table[row.Fit];
            writer.Write(Quoted(By(row.Fit) ?? ""));
            writer.Write(',');
            writer.Write(Quoted(row.Term));
            foreach (double value in (ReadOnlySpan<double>)(fitted.HasCoefficients
                ? [row.Estimate, row.Error, row.Z, row.P, row.Low, row.High] : [row.Estimate, row.Error, row.Low, row.High]))
                WriteNumber(writer, value);
            writer.Write(',');
            writer.Write(Verdict.Word(fit.Status));
            foreach (double value in (ReadOnlySpan<double>)[fit.LogLikelihood, fit.Aic, fit.Bic, fit.Size, fit.Iterations])
                WriteNumber(writer, value);
            writer.Write('\n');
        }
    }

    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var row in Rows())
        {
            var fit = fitted.Table[row.Fit];
            writer.WriteStartObject();
            writer.WriteString("by", By(row.Fit));
            writer.WriteString("term", row.Term);
            writer.Number("estimate", row.Estimate);
            writer.Number("std.error", row.Error);
            if (fitted.HasCoefficients)
            {
                writer.Number("statistic", row.Z);
                writer.Number("p.value", row.P);
            }
            writer.Number("conf.low", row.Low);
            writer.Number("conf.high", row.High);
            writer.WriteString("status", Verdict.Word(fit.Status));
            writer.Number("loglik", fit.LogLikelihood);
            writer.Number("aic", fit.Aic);
            writer.Number("bic", fit.Bic);
            writer.Number("n", fit.Size);
            writer.WriteNumber("iterations", fit.Iterations);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A text as a field of CSV.</summary>
    public static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";

    static void WriteNumber(StreamWriter writer, double value)
    {
        writer.Write(',');
        Span<char> digits = stackalloc char[32];
        if (double.IsFinite(value) && value.TryFormat(digits, out int length, "R", CultureInfo.InvariantCulture))
            writer.Write(digits[..length]);
        else
            writer.Write(Number.Text(value));
    }
}
