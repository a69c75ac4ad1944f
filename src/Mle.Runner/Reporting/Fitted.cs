using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>Data, what was asked, and the fits: what every report is made of.</summary>
sealed record Fitted(Dataset Data, Family Family, FitOptions Options, FitTable Table)
{
    /// <summary>The parameters that were estimated, by their place in the table.</summary>
    public int[] Free { get; } = [.. Enumerable.Range(0, Table.Parameters.Count).Where(i => !Options.Fixed.ContainsKey(Table.Parameters[i]))];

    readonly (Link Link, bool IsCoefficient)[] kinds = KindsOf(Data, Family, Table);

    public bool HasCoefficients => kinds.Any(k => k.IsCoefficient);

    /// <summary>Whether it is tested against 0: a coefficient, or a threshold.</summary>
    public bool IsCoefficient(int i) => kinds[i].IsCoefficient;

    /// <summary>The scale that an entry of the table lives on: a coefficient on its own, a parameter without predictor on the family's.</summary>
    public Link LinkOf(int i) => kinds[i].Link;

    static (Link, bool)[] KindsOf(Dataset data, Family family, FitTable table)
    {
        // Thresholds and the coefficients of many categories are not named one by one in the family's description.
        if (data.HasCoefficients(family) && data.Categories is not null)
            return [.. table.Parameters.Select(_ => (Link.Identity, true))];
        return [.. family.Info.Parameters.SelectMany(p => data.Batch.Predictors.TryGetValue(p.Name, out var predictor)
            ? Enumerable.Repeat((Link.Identity, true), predictor.Terms.Count) : [(p.Link, false)])];
    }

    /// <summary>What standard errors were made from, in words, where it was asked for.</summary>
    public string? Covariance { get; init; }

    /// <summary>What was asked of the parameters, by name.</summary>
    public IReadOnlyList<(string Name, Quantity Of)> Quantities { get; init; } = [];

    /// <summary>The quantities of a data set, with standard errors by the delta method; NaN where it has no estimates.</summary>
    public IEnumerable<(string Name, double Estimate, double Error)> Asked(int d)
    {
        double[] at = [.. Enumerable.Range(0, Table.Parameters.Count).Select(i => Table.Estimates(i)[d])];
        foreach (var (name, of) in Quantities)
        {
            var (estimate, error) = of.Delta(at, (i, j) => Table.Covariances(i, j)[d]);
            yield return (name, estimate, error);
        }
    }

    /// <summary>What the names of expressions stand for in these fits.</summary>
    /// <param name="called">Another name for a parameter, where a reference set has one.</param>
    public static Scope ScopeOf(Dataset data, Family family, IReadOnlyList<string> parameters, IReadOnlyDictionary<string, string>? called)
    {
        var places = new Dictionary<string, int>();
        for (int i = 0; i < parameters.Count; i++)
            places[parameters[i]] = i;
        for (int i = 0; called is not null && i < parameters.Count; i++)
            if (called.TryGetValue(parameters[i], out string? other))
                places.TryAdd(other, i);
        // Books number the coefficients of the first predictor, from 0 where there is an intercept; many categories have many.
        if (family.Name != "multinomial_logit" && data.Batch.Predictors.TryGetValue(family.Info.Primary, out var predictor))
        {
            int first = family.IsOfCategories() ? 0
                : family.Info.Parameters.TakeWhile(p => p.Name != family.Info.Primary).Sum(p => data.Batch.Predictors.TryGetValue(p.Name, out var before) ? before.Terms.Count : 1);
            var terms = predictor.Columns.Count(c => !c.IsEmpty || !family.IsOfCategories());
            int from = !family.IsOfCategories() && predictor.Columns.Any(c => c.IsEmpty) ? 0 : 1;
            for (int j = 0; j < terms; j++)
                places.TryAdd($"beta{j + from}", first + j);
        }
        bool alike = !data.HasCoefficients(family) && family.Name != "categorical" && parameters.SequenceEqual(family.Info.Parameters.Select(p => p.Name));
        return new(places, parameters.Count, alike ? family : null);
    }

    /// <summary>
    /// What follows from the estimates of a normal without predictors: σ² with divisor n, its standard error by the delta method, and the
    /// unbiased s², whose divisor is n − 1 where the mean is estimated.
    /// </summary>
    public IEnumerable<(string Term, double Estimate, double Error)> Derived(int d)
    {
        int σ = Family.Name == "normal" && !HasCoefficients ? Array.FindIndex(Family.Info.Parameters, p => p.Name == "sigma") : -1;
        var fit = Table[d];
        if (!Free.Contains(σ) || double.IsNaN(fit[σ]))
            yield break;
        double variance = fit[σ] * fit[σ];
        yield return ("sigma^2", variance, 2 * fit[σ] * fit.StandardError(σ));
        double estimatedMeans = Free.Length - 1;
        yield return ("s^2_unbiased", fit.Size > estimatedMeans ? variance * fit.Size / (fit.Size - estimatedMeans) : double.NaN, double.NaN);
    }
}
