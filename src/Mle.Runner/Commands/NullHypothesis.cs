using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Commands;

/// <summary>What a null hypothesis changes in a model, as it is written.</summary>
sealed record NullHypothesis
{
    /// <summary>A family that is a special case of the model's; null for the same.</summary>
    public string? Family { get; init; }

    /// <summary>Null for the model's own.</summary>
    public string? Formula { get; init; }

    /// <summary>Terms that the model's formula loses.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    public IReadOnlyList<(string Name, double Value)> Values { get; init; } = [];

    public bool IsEmpty => Family is null && Formula is null && Dropped.Count + Values.Count == 0;

    /// <summary>As a person reads it.</summary>
    public override string ToString() => string.Join(", ", (string[])[
        .. Family is null ? Array.Empty<string>() : [Family], .. Formula is null ? Array.Empty<string>() : [Formula],
        .. Dropped.Select(term => $"without {term}"), .. Values.Select(v => FormattableString.Invariant($"{v.Name} = {v.Value}"))]);

    /// <summary>
    /// The same with families as values of the alternative's parameters, where they are that, and values on a boundary as the family
    /// that is there.
    /// </summary>
    public NullHypothesis Within(ModelText alternative)
    {
        // A regression's special case may be called by its distribution alone.
        if (Family is not null && new[] { "", "_regression", "_aft" }.Select(kind => NestedFamilies.Find(Family + kind, alternative.Family)).FirstOrDefault(p => p is not null) is { } pair)
            return pair is { OnBoundary: false, At: [_, ..] } ? this with { Family = null, Values = [.. Values, .. pair.At] } : this with { Family = pair.Inner };
        var bounds = NestedFamilies.All.Where(p => p.Outer == alternative.Family && p.OnBoundary && p.At.All(Values.Contains)).MaxBy(p => p.At.Length);
        return bounds is null || Family is not null ? this : this with { Family = bounds.Inner, Values = [.. Values.Except(bounds.At)] };
    }

    public ModelText Of(ModelText alternative)
    {
        string? formula = Formula ?? alternative.Formula;
        if (Dropped.Count > 0 && formula is null)
            throw new BadInput("--drop takes terms out of a formula, and there is none.");
        // Without a left side it is the alternative's response.
        if (Formula is not null && Formula.TrimStart().StartsWith('~') && alternative.Formula is { } text)
            formula = text[..text.IndexOf('~')] + Formula;
        foreach (string term in Dropped)
        {
            string less = $"{formula} - ({term})";
            var (before, after) = (Formulas.Formula.Parse(formula!), Formulas.Formula.Parse(less));
            if (!Terms.NeedsOthers(before.Right) && Terms.Of(before, []).Products.Count == Terms.Of(after, []).Products.Count)
                throw new BadInput($"--drop {term}: '{formula}' has no such term.");
            formula = less;
        }
        return new(Family ?? alternative.Family, formula);
    }

    /// <summary>Fits both models, and tests the values too.</summary>
    /// <param name="smaller">What <see cref="Of"/> makes of the alternative, read.</param>
    /// <param name="progress">Told how many fits are done, two for each data set.</param>
    public NestedTest Test(IEngine engine, Problem alternative, Problem smaller, IProgress<long>? progress = null)
    {
        var known = smaller.Options.Fixed.ToDictionary();
        var called = (alternative.Names ?? new Dictionary<string, string>()).ToDictionary(n => n.Value, n => n.Key);
        foreach (var (name, value) in Values)
            if (!known.TryAdd(called.GetValueOrDefault(name, name), value))
                throw new BadInput($"{name} has two values: {Number.Text(known[called.GetValueOrDefault(name, name)])} and {Number.Text(value)}.");
        var tests = NestedTest.Of(engine,
            new(smaller.Family, smaller.Data.Batch, smaller.Options with { Fixed = known, Progress = progress is null ? null : new Later(progress, alternative.Data.Batch.Count) }),
            new(alternative.Family, alternative.Data.Batch, alternative.Options with { Progress = progress }));
        alternative.Data.Mark(tests.Null);
        alternative.Data.Mark(tests.Alternative);
        return tests;
    }
}
