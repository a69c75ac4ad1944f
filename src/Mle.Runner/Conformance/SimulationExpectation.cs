using System.Text.Json;
using System.Text.RegularExpressions;
using Mle.Runner.Commands;

namespace Mle.Runner.Conformance;

/// <summary>Exact moments of estimates and coverages of intervals, compared with a study of a million replicates, within four of its Monte-Carlo errors.</summary>
static partial class SimulationExpectation
{
    const long Replicates = 1_000_000;
    const double Errors = 4;
    const string AllZero = "prob_all_zero", AllOne = "prob_all_one";

    /// <summary>What of the case is not understood, or null.</summary>
    public static string? Beyond(Case one) =>
        FamiliesCommand.All.All(f => f.Name != one.Family) ? $"the family {one.Family}"
        : one.Expected.GetProperty("truth").EnumerateObject().Select(truth => truth.Name).FirstOrDefault(name => !Moment().IsMatch(name) && name is not ("coverage" or AllZero or AllOne)) is { } unknown
            ? $"the quantity {unknown}"
        : Text(one.Expected.GetProperty("settings"), "interval") is { } interval && Others().Match(interval) is { Success: true } other ? $"the interval {other.Value}" : null;

    public static IReadOnlyList<Comparison> Compare(Case one, IEngine engine, CancellationToken cancellation)
    {
        var (settings, truths) = (one.Expected.GetProperty("settings"), one.Expected.GetProperty("truth"));
        var family = FamiliesCommand.Find(one.Family);
        var fixedValues = one.Known.ToDictionary();
        int n = settings.GetProperty("n").GetInt32();
        double Value(Parameter p)
        {
            foreach (string name in (string[])[p.Name, .. Synonyms(family, p)])
                if (settings.TryGetProperty(name, out var given))
                    return p.Role == Role.Rate && name != p.Name ? 1 / Expectation.Number(given) : Expectation.Number(given);
            // What nobody speaks of is known, and at the origin.
            return fixedValues[p.Name] = fixedValues.GetValueOrDefault(p.Name, 0);
        }
        double[] parameters = [.. family.Info.Parameters.Select(Value)];
        // So many trials of one observation.
        bool trials = family.Name == "binomial";
        var scenario = new Scenario(family, parameters, trials ? 1 : n) { Trials = trials ? n : 1 };
        string interval = Text(settings, "interval") ?? "";
        var options = new FitOptions { Fixed = fixedValues };
        // mean_X_hat and the like say what they are of; the others are of the only thing that is spoken of.
        string main = truths.EnumerateObject().Select(truth => Moment().Match(truth.Name).Groups["of"].Value).FirstOrDefault(of => of.Length > 0) ?? "";
        string Of(string of) => of.Length > 0 ? of : main;
        List<Estimand> estimands = [];
        foreach (string of in truths.EnumerateObject().Select(truth => Of(Moment().Match(truth.Name).Groups["of"].Value)).Distinct())
        {
            var quantity = Estimated(family, of, interval, fixedValues);
            estimands.Add(new(of, quantity, quantity.Value(parameters)));
        }
        var cell = new Cell(new Dictionary<string, string>(), scenario, family, options, estimands);
        double level = settings.TryGetProperty("level", out var given) ? given.GetDouble() : 0.95;
        List<Measure> measures = [.. Run(cell, truths.TryGetProperty("coverage", out _) ? [MethodOf(interval)] : [], level, engine, cancellation)];
        // The chance of an estimate on the edge is the mean of what is 1 there.
        foreach (var (key, at) in new[] { (AllZero, 0.0), (AllOne, 1.0) })
            if (truths.TryGetProperty(key, out var probability))
                measures.AddRange(Run(cell with { Estimands = [new(key, new(v => v[0] == at ? 1 : 0, v => new(v[0] == at ? 1 : 0, new double[v.Length])), probability.GetDouble())] }, [], level, engine, cancellation));
        List<Comparison> made = [Comparison.Word("status", one.Expected.GetProperty("status").GetString()!, "exact")];
        foreach (var truth in truths.EnumerateObject())
        {
            var moment = Moment().Match(truth.Name);
            string kind = moment.Success ? moment.Groups["kind"].Value : truth.Name;
            string stat = kind switch { "bias" or "mse" => kind, "coverage" => "cover", "variance" or "var" or "sd" => "empse", _ => "thetamean" };
            string term = kind is AllZero or AllOne ? kind : Of(moment.Groups["of"].Value);
            var measure = measures.FirstOrDefault(m => m.Stat == stat && m.Term == term) ?? new("", term, stat, double.NaN, double.NaN);
            var (value, error) = kind is "variance" or "var" ? (measure.Estimate * measure.Estimate, 2 * measure.Estimate * measure.Error) : (measure.Estimate, measure.Error);
            made.Add(Comparison.Close(stat, truth.Name, Expectation.Number(truth.Value), value, Errors * error));
        }
        return made;
    }

    static IReadOnlyList<Measure> Run(Cell cell, Method[] methods, double level, IEngine engine, CancellationToken cancellation)
    {
        var study = new Study("", [], 1, [cell], Replicates) { Methods = methods, Levels = [level], BlockSize = 1 << 16 };
        Block.Check(study);
        var result = new CellResult(study, 0);
        for (int b = 0; b < study.Blocks; b++)
            result.Add(Block.Of(engine, study, 0, b, new() { Cancellation = cancellation }));
        return result.Summarize();
    }

    /// <summary>What a parameter may be called beside its name: the end of a uniform from 0 is θ, and a rate is the inverse of a scale, an exponential's of its mean.</summary>
    static string[] Synonyms(Family family, Parameter p) => p switch
    {
        { Name: "b" } when family.Name == "uniform" => ["theta"],
        { Role: Role.Rate } => family.Name == "exponential" ? ["scale", "mean"] : ["scale"],
        _ => [],
    };

    /// <summary>A parameter, or its square X2; else the free one that the interval speaks of, and else the first.</summary>
    static Quantity Estimated(Family family, string said, string interval, IReadOnlyDictionary<string, double> known)
    {
        string[] names = [.. family.Info.Parameters.Select(p => p.Name)];
        int Place(string name) => Array.FindIndex(family.Info.Parameters, p => p.Name == name || Synonyms(family, p).Contains(name) && p.Role != Role.Rate);
        if (said.EndsWith('2') && Place(said) < 0 && Place(said[..^1]) is >= 0 and var root)
            return Quantity.Of(Quantity.Parameter(root, names.Length), x => x * x, (x, _) => 2 * x);
        int place = Place(said);
        if (place < 0)
            place = Array.FindIndex(names, name => !known.ContainsKey(name) && Regex.IsMatch(interval, $@"\b{name}(2|\^2)?(_hat)?\b[^/]*(\+/-|in|:)|^{name}"));
        if (place < 0 && interval.Contains("chi"))
            place = Array.FindIndex(family.Info.Parameters, p => p.Role == Role.Scale && !known.ContainsKey(p.Name));
        if (place < 0)
            place = Array.FindIndex(names, name => !known.ContainsKey(name));
        return Quantity.Parameter(place, names.Length);
    }

    static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static Method MethodOf(string interval)
    {
        bool Says(string word) => interval.Contains(word, StringComparison.OrdinalIgnoreCase);
        return Says("wilson") || Says("score") ? new(IntervalKind.Score)
            : Says("clopper") || Says("garwood") || Says("exact") || Says("t quantile") || Says("t_") || Says("chi") ? new(IntervalKind.Exact)
            : Says("profile") || Says("likelihood") ? new(IntervalKind.Profile)
            : Says("logit") ? new(IntervalKind.Wald, Link.Logit)
            : Says("log") || Says("exp(") ? new(IntervalKind.Wald, Link.Log) : new(IntervalKind.Wald);
    }

    [GeneratedRegex(@"^(?<kind>mean|bias|variance|var|sd|mse)(?:_(?<of>\w+?)_hat)?$")]
    private static partial Regex Moment();

    [GeneratedRegex("agresti|jeffreys|bayes|bootstrap|arcsin|continuity|mid-?p|anscombe", RegexOptions.IgnoreCase)]
    private static partial Regex Others();
}
