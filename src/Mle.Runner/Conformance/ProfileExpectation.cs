using System.Text.Json;
using Mle.Runner.Commands;

namespace Mle.Runner.Conformance;

/// <summary>Compares profile likelihood intervals with a case's expected entry, end by end.</summary>
static class ProfileExpectation
{
    /// <summary>Standard errors that an end may be off, beside what the case allows.</summary>
    const double Errors = 1e-6;

    public static IReadOnlyList<Comparison> Compare(Case one, IEngine engine, Problem problem)
    {
        JsonElement expected = one.Expected, tolerance = one.Tolerance;
        double level = expected.GetProperty("level").GetDouble();
        var intervals = Profile.Intervals(engine, problem.Family, problem.Data.Batch, problem.Options, level);
        var fit = intervals.Fits[0];
        var made = new List<Comparison> { Comparison.Word("status", expected.GetProperty("status").GetString()!, Verdict.Word(fit.Status)) };
        if (expected.TryGetProperty("loglik", out var loglik))
            made.Add(Comparison.Close("loglik", "loglik", loglik.GetDouble(), fit.LogLikelihood, Of("loglik_rel") * Math.Abs(loglik.GetDouble()) + Of("loglik_abs")));
        var names = intervals.Parameters.Select((i, p) => (Name: problem.Name(fit.Parameters[i]), p)).ToDictionary(n => n.Name, n => n.p);
        foreach (var side in (Side[])[Side.Lower, Side.Upper])
        {
            string field = side == Side.Lower ? "ci_lower" : "ci_upper";
            foreach (var entry in expected.GetProperty(field).EnumerateObject())
            {
                double value = Expectation.Number(entry.Value), actual = double.NaN, error = 0;
                if (names.TryGetValue(entry.Name, out int p))
                {
                    actual = (side == Side.Lower ? intervals.Lower(p) : intervals.Upper(p))[0];
                    error = fit.StandardError(intervals.Parameters[p]);
                }
                made.Add(Comparison.Close(field, $"{field} of {entry.Name}", value, actual, Of("ci_rel") * Math.Abs(value) + (double.IsFinite(error) ? Errors * error : 0)));
            }
        }
        return made;

        double Of(string name) => tolerance.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
    }
}
