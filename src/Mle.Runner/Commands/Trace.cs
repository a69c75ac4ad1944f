using Mle.Runner.Reading;

namespace Mle.Runner.Commands;

/// <summary>
/// The iterates of one fit, found by stopping it after 1, 2, 3 … iterations: fits are deterministic, so these are the
/// points that the whole fit passes, and the solver carries no code for being watched.
/// </summary>
static class Trace
{
    public static void Show(TextWriter log, IEngine engine, Family family, Batch batch, FitOptions options, FitTable fit)
    {
        string[] names = [.. fit.Parameters.Where(p => !options.Fixed.ContainsKey(p))];
        log.WriteLine($"iteration, log-likelihood; {string.Join(", ", names)}; score; step");
        double[]? before = null;
        for (int limit = 1; limit <= Math.Max(1, fit.Iterations[0]); limit++)
        {
            var at = engine.Fit(family, batch, options with { IterationLimit = limit, Progress = null })[0];
            double[] θ = [.. names.Select(name => at[name])];
            if (!θ.All(double.IsFinite))
                break;
            var evaluation = engine.Evaluate(family, batch, names.Zip(θ).ToDictionary(p => p.First, p => p.Second), options)[0];
            string step = before is null ? "from the start" : List(θ.Zip(before, (now, then) => now - then));
            log.WriteLine($"{limit,3}, {Number.Text(evaluation.LogLikelihood)}; {List(θ)}; {List(evaluation.Score)}; {step}");
            before = θ;
        }
    }

    static string List(IEnumerable<double> values) => string.Join(", ", values.Select(Number.Short));
}
