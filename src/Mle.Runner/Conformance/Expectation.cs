using System.Globalization;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Conformance;

/// <summary>One number compared with what it should be.</summary>
readonly record struct Comparison(string Quantity, string What, string Expected, string Actual, bool Passed, double Digits);

/// <summary>Compares a fit with a case's expected entry, quantity by quantity, at the case's own tolerance.</summary>
sealed class Expectation
{
    /// <summary>Decimal digits of a double: what an exact agreement counts as.</summary>
    const double AllDigits = 16;

    readonly JsonElement expected;
    readonly JsonElement tolerance;
    readonly FitReport fit;
    readonly List<Comparison> made = [];

    Expectation(JsonElement expected, JsonElement tolerance, FitReport fit) =>
        (this.expected, this.tolerance, this.fit) = (expected, tolerance, fit);

    public static IReadOnlyList<Comparison> Compare(JsonElement expected, JsonElement tolerance, FitReport fit)
    {
        var expectation = new Expectation(expected, tolerance, fit);
        expectation.Compare();
        return expectation.made;
    }

    void Compare()
    {
        Word("status", expected.GetProperty("status").GetString()!, Verdict.Word(fit.Fit.Status));
        if (Has("cause", out var cause))
            Word("cause", cause.GetString()!, fit.Verdict.Cause.ToString().ToLowerInvariant());
        if (Has("n", out var n))
            Close("n", "n", Number(n), fit.Fit.Size, 1e-12 * Math.Abs(Number(n)));
        if (Has("k", out var k))
            Close("k", "k", Number(k), fit.K, 0);
        if (Has("estimate", out var estimate))
            foreach (var entry in estimate.EnumerateObject())
                Estimate(entry.Name, Number(entry.Value));
        if (Has("loglik", out var loglik))
        {
            double value = Number(loglik), allowed = LoglikTolerance(value);
            Close("loglik", "loglik", value, fit.Fit.LogLikelihood, allowed);
            // Twice a log-likelihood, so twice its tolerance.
            if (Has("aic", out var aic))
                Close("loglik", "aic", Number(aic), fit.Fit.Aic, 2 * allowed);
            if (Has("bic", out var bic))
                Close("loglik", "bic", Number(bic), fit.Fit.Bic, 2 * allowed);
        }
        Errors();
        if (Has("level", out var level))
            Close("ci", "level", Number(level), fit.Level, 0);
        Bounds("ci_lower", interval => interval.Low);
        Bounds("ci_upper", interval => interval.High);
        if (Has("supremum_loglik", out var supremum))
            Close("supremum", "supremum_loglik", Number(supremum), fit.Verdict.Supremum, LoglikTolerance(Number(supremum)));
        if (Has("limit", out var limit))
            foreach (var entry in limit.EnumerateObject())
                Close("limit", entry.Name, Number(entry.Value), fit.Verdict.Limit?.GetValueOrDefault(entry.Name, double.NaN) ?? double.NaN,
                    Tolerance("estimate_rel") * Math.Abs(Number(entry.Value)) + Tolerance("estimate_abs"));
    }

    void Estimate(string name, double value)
    {
        double error = ExpectedError(name);
        double allowed = Tolerance("estimate_rel") * Math.Abs(value) + Tolerance("estimate_se") * error + Tolerance("estimate_abs");
        double actual = fit.Estimate(name) ?? double.NaN;
        if (name == "location" && Has("location_interval", out var interval))
        {
            var (low, high) = (Number(interval[0]), Number(interval[1]));
            Close("interval", "location_interval low", low, fit.Verdict.LocationInterval?.Low ?? double.NaN, allowed);
            Close("interval", "location_interval high", high, fit.Verdict.LocationInterval?.High ?? double.NaN, allowed);
            // Any location of the interval attains the maximum.
            if (low <= actual && actual <= high)
                value = actual;
        }
        Close("estimate", name, value, actual, allowed);
    }

    void Errors()
    {
        bool given = Has("se", out var errors);
        if (given)
            foreach (var entry in errors.EnumerateObject())
                Close("se", "se of " + entry.Name, Number(entry.Value), fit.StandardError(entry.Name) ?? double.NaN,
                    Tolerance("se_rel") * Math.Abs(Number(entry.Value)));
        // From the expected information where the observed one is not defined (Laplace's location).
        if (Has("se_expected_information", out var information))
            foreach (var entry in information.EnumerateObject().Where(entry => !given || !errors.TryGetProperty(entry.Name, out _)))
                Close("se", "se of " + entry.Name, Number(entry.Value), fit.StandardError(entry.Name) ?? double.NaN,
                    Tolerance("se_rel") * Math.Abs(Number(entry.Value)));
        if (expected.TryGetProperty("se", out var se) && se.ValueKind == JsonValueKind.Null && fit.Known.Length > 0)
            made.Add(new("se", "se", "none", "some", false, 0));
        if (!Has("cov", out var covariance))
            return;
        string[] names = [.. covariance.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        for (int i = 0; i < names.Length; i++)
            for (int j = 0; j < names.Length; j++)
            {
                double scale = ExpectedError(names[i]) * ExpectedError(names[j]);
                Close("cov", $"cov of {names[i]}, {names[j]}", Number(covariance.GetProperty("matrix")[i][j]),
                    fit.Covariance(names[i], names[j]) ?? double.NaN, Tolerance("cov_rel") * scale, scale);
            }
    }

    void Bounds(string what, Func<(double Low, double High), double> bound)
    {
        if (!Has(what, out var bounds))
            return;
        foreach (var entry in bounds.EnumerateObject())
        {
            double value = Number(entry.Value), error = fit.StandardError(entry.Name) ?? double.NaN;
            Close("ci", $"{what} of {entry.Name}", value, bound(fit.Interval(entry.Name)), Tolerance("ci_rel") * Math.Abs(value) + 1e-6 * error);
        }
    }

    double ExpectedError(string name) =>
        Has("se", out var errors) && errors.TryGetProperty(name, out var error) ? Number(error) : 0;

    double LoglikTolerance(double value) => Tolerance("loglik_rel") * Math.Abs(value) + Tolerance("loglik_abs");

    double Tolerance(string name) => tolerance.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    bool Has(string name, out JsonElement value) =>
        expected.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    void Word(string what, string expectedWord, string actual) =>
        made.Add(new(what, what, expectedWord, actual, expectedWord == actual, AllDigits));

    /// <param name="scale">What digits are counted against where the value itself may be 0.</param>
    void Close(string quantity, string what, double value, double actual, double allowed, double scale = 0)
    {
        double difference = value == actual ? 0 : Math.Abs(value - actual);
        double digits = difference == 0 ? AllDigits : Math.Clamp(-Math.Log10(difference / Math.Max(scale, Math.Abs(value))), 0, AllDigits);
        made.Add(new(quantity, what, Text(value), Text(actual), difference <= allowed, double.IsNaN(digits) ? 0 : digits));
    }

    static string Text(double value) => double.IsNaN(value) ? "none" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number of a reference set, where infinities are strings.</summary>
    public static double Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.String when Reading.Number.TryParse(json.GetString()!, out double value) => value,
        _ => throw new BadInput($"{json.GetRawText()} is not a number."),
    };
}
