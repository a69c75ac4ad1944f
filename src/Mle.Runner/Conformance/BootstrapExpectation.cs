using System.Text.Json;
using Mle.Runner.Reading;

namespace Mle.Runner.Conformance;

/// <summary>
/// A bootstrap compared with what infinitely many replicates say: quantiles within four Monte-Carlo errors by the density
/// there (and a step of the lattice where the case says so), standard errors and biases likewise.
/// </summary>
static class BootstrapExpectation
{
    const double Errors = 4;

    public static IReadOnlyList<Comparison> Compare(Case one, BootstrapFit found, BootstrapPlan plan, Func<string, string> name)
    {
        var expected = one.Expected;
        double B = plan.Replicates, tail = (1 - plan.Level) / 2;
        string status = expected.GetProperty("status").GetString()!, actual = Verdict.Word(found.Fit.Status);
        var made = new List<Comparison> { new("status", "status", status, actual, status == actual, 0) };
        double step = one.Tolerance.GetProperty("monte_carlo").GetString()!.Contains("1/n") ? 1 / found.Fit.Size : 0;
        foreach (var estimate in found.Estimates)
        {
            string called = name(estimate.Name);
            var interval = estimate.Intervals[BootstrapInterval.Percentile];
            Add("estimate", estimate.Estimate, 1e-8 * Math.Abs(estimate.Estimate));
            double error = Value("se") ?? estimate.StandardError;
            Add("bias", estimate.Bias, Errors * error / Math.Sqrt(B));
            Add("se", estimate.StandardError, Errors * Math.Max(error / Math.Sqrt(2 * B), estimate.ErrorOfStandardError));
            double allowed = Errors * Math.Sqrt(tail * (1 - tail) / B);
            Add("ci_lower", interval.Low, allowed / Density("lower") + step);
            Add("ci_upper", interval.High, allowed / Density("upper") + step);

            double Density(string end) => expected.TryGetProperty("density_at_ci", out var densities) && Named(densities, end) is { } density ? density : double.PositiveInfinity;

            double? Value(string what) => Named(expected, what);

            // By name, or of the only one.
            double? Named(JsonElement of, string what) =>
                !of.TryGetProperty(what, out var entry) || entry.ValueKind == JsonValueKind.Null ? null
                : entry.ValueKind != JsonValueKind.Object ? Expectation.Number(entry)
                : entry.TryGetProperty(called, out var part) ? Expectation.Number(part) : null;

            void Add(string what, double own, double allowed)
            {
                if (Value(what) is not { } value)
                    return;
                double difference = Math.Abs(own - value), digits = Math.Clamp(-Math.Log10(difference / Math.Abs(value)), 0, 16);
                made.Add(new(what, $"{what} of {called}", Number.Text(value), Number.Text(own), difference <= allowed, double.IsNaN(digits) ? 0 : digits));
            }
        }
        return made;
    }
}
