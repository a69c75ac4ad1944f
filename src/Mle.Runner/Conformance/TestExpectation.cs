using System.Globalization;
using System.Text.Json;
using Mle.Runner.Reporting;

namespace Mle.Runner.Conformance;

/// <summary>Compares a likelihood-ratio test with a case's expected entry.</summary>
static class TestExpectation
{
    public static IReadOnlyList<Comparison> Compare(Case one, TestReport report)
    {
        string status = one.Expected.GetProperty("status").GetString()!, actual = Verdict.Word(report.StatusOf(0));
        List<Comparison> made = [new("status", "status", status, actual, status == actual, 0)];
        foreach (var (name, value) in report.Entry(0))
            if (one.Expected.TryGetProperty(name, out var given) && given.ValueKind != JsonValueKind.Null)
                made.Add(Close(name, Expectation.Number(given), value, name switch
                {
                    "stat" or "df" => (Tolerance("stat_rel"), 0),
                    "pvalue" => (Tolerance("pvalue_rel"), 0),
                    _ => (Tolerance("loglik_rel"), Tolerance("loglik_abs")),
                }));
        return made;

        double Tolerance(string name) => one.Tolerance.TryGetProperty(name, out var given) ? given.GetDouble() : 0;
    }

    static Comparison Close(string name, double expected, double actual, (double Relative, double Absolute) tolerance)
    {
        double off = actual.Equals(expected) ? 0 : Math.Abs(actual - expected), digits = off == 0 ? 16 : Math.Clamp(-Math.Log10(off / Math.Abs(expected)), 0, 16);
        return new(name == "df" ? "k" : name, name, Text(expected), Text(actual), off <= tolerance.Relative * Math.Abs(expected) + tolerance.Absolute, digits);
    }

    static string Text(double value) => double.IsNaN(value) ? "none" : value.ToString("R", CultureInfo.InvariantCulture);
}
