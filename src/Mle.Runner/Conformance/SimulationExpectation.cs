using System.Text.Json;
using System.Text.RegularExpressions;
using Mle.Runner.Commands;

namespace Mle.Runner.Conformance;

/// <summary>Exact moments of estimates and coverages of intervals, compared with a study of a million replicates, within four of its Monte-Carlo errors.</summary>
static partial class SimulationExpectation
{
    const long Replicates = 1_000_000;
    const double Errors = 4;

    /// <summary>What of the case is not understood, or null.</summary>
    public static string? Beyond(Case one) =>
        FamiliesCommand.All.All(f => f.Name != one.Family) ? $"the family {one.Family}"
        : one.Expected.GetProperty("truth").EnumerateObject().Select(truth => truth.Name).FirstOrDefault(name => !Moment().IsMatch(name) && name is not ("bias" or "variance" or "mse" or "coverage" or "prob_all_zero" or "prob_all_one")) is { } unknown
            ? $"the quantity {unknown}" : null;

    public static IReadOnlyList<Comparison> Compare(Case one, IEngine engine, CancellationToken cancellation)
    {
        var (settings, truths) = (one.Expected.GetProperty("settings"), one.Expected.GetProperty("truth"));
        var family = FamiliesCommand.Find(one.Family);
        var fixedValues = one.Known.ToDictionary();
        int n = settings.GetProperty("n").GetInt32();
        double Value(Parameter p)
        {
            if (settings.TryGetProperty(p.Name, out var given))
                return Expectation.Number(given);
            // A uniform from 0 to θ.
            if (family.Name == "uniform" && settings.TryGetProperty("theta", out var θ) && p.Name == "b")
                return Expectation.Number(θ);
            return fixedValues[p.Name] = fixedValues.GetValueOrDefault(p.Name, 0);
        }
        double[] parameters = [.. family.Info.Parameters.Select(Value)];
        // So many trials of one observation.
        bool trials = family.Name == "binomial";
        var scenario = new Scenario(family, parameters, trials ? 1 : n) { Trials = trials ? n : 1 };
        string interval = settings.TryGetProperty("interval", out var text) ? text.GetString()! : "";
        var (name, quantity) = Estimated(family, truths, fixedValues);
        var options = new FitOptions { Fixed = fixedValues };
        List<Estimand> estimands = [new(name, quantity, quantity.Value(parameters))];
        foreach (var (key, at) in new[] { ("prob_all_zero", 0.0), ("prob_all_one", 1.0) })
            if (truths.TryGetProperty(key, out var probability))
                estimands.Add(new(key, new(v => v[0] == at ? 1 : 0, v => new(v[0] == at ? 1 : 0, new double[v.Length])), probability.GetDouble()));
        var study = new Study(one.Id, [], 1, [new(new Dictionary<string, string>(), scenario, family, options, estimands)], Replicates)
        {
            Methods = truths.TryGetProperty("coverage", out _) ? [MethodOf(interval)] : [],
            Levels = [settings.TryGetProperty("level", out var level) ? level.GetDouble() : 0.95],
            BlockSize = 1 << 16,
        };
        Block.Check(study);
        var result = new CellResult(study, 0);
        for (int b = 0; b < study.Blocks; b++)
            result.Add(Block.Of(engine, study, 0, b, new() { Cancellation = cancellation }));
        var measures = result.Summarize();
        List<Comparison> made = [Comparison.Word("status", one.Expected.GetProperty("status").GetString()!, "exact")];
        foreach (var truth in truths.EnumerateObject())
        {
            bool probability = truth.Name.StartsWith("prob_");
            string stat = truth.Name switch { "bias" or "mse" => truth.Name, "coverage" => "cover", "variance" => "empse", _ => "thetamean" };
            var measure = measures.First(m => m.Term == (probability ? truth.Name : name) && m.Stat == stat);
            var (value, error) = truth.Name == "variance" ? (measure.Estimate * measure.Estimate, 2 * measure.Estimate * measure.Error) : (measure.Estimate, measure.Error);
            made.Add(Comparison.Close(stat, truth.Name, Expectation.Number(truth.Value), value, Errors * error));
        }
        return made;
    }

    /// <summary>mean_X_hat says what is estimated: a parameter, or its square X2; else it is the first that is free.</summary>
    static (string Name, Quantity Of) Estimated(Family family, JsonElement truths, IReadOnlyDictionary<string, double> known)
    {
        string[] names = [.. family.Info.Parameters.Select(p => p.Name)];
        string said = truths.EnumerateObject().Select(truth => Moment().Match(truth.Name)).FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "";
        int Place(string name) => Array.IndexOf(names, name == "theta" && family.Name == "uniform" ? "b" : name);
        if (said.EndsWith('2') && Place(said) < 0 && Place(said[..^1]) is >= 0 and var root)
            return (said, Quantity.Of(Quantity.Parameter(root, names.Length), x => x * x, (x, _) => 2 * x));
        int place = Place(said) >= 0 ? Place(said) : Array.FindIndex(names, name => !known.ContainsKey(name));
        return (names[place], Quantity.Parameter(place, names.Length));
    }

    static Method MethodOf(string interval)
    {
        bool Says(string word) => interval.Contains(word, StringComparison.OrdinalIgnoreCase);
        return Says("wilson") || Says("score") ? new(IntervalKind.Score)
            : Says("clopper") || Says("garwood") || Says("exact") || Says("t quantile") || Says("chi") ? new(IntervalKind.Exact)
            : Says("profile") || Says("likelihood") ? new(IntervalKind.Profile)
            : Says("logit") ? new(IntervalKind.Wald, Link.Logit)
            : Says("log") ? new(IntervalKind.Wald, Link.Log) : new(IntervalKind.Wald);
    }

    [GeneratedRegex(@"^mean_(\w+?)_hat$")]
    private static partial Regex Moment();
}
