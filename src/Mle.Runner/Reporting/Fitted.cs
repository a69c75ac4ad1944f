using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>Data, what was asked, and the fits: what every report is made of.</summary>
sealed record Fitted(Dataset Data, Family Family, FitOptions Options, FitTable Table)
{
    /// <summary>The parameters that were estimated, by their place in the table.</summary>
    public int[] Free { get; } = [.. Enumerable.Range(0, Table.Parameters.Count).Where(i => !Options.Fixed.ContainsKey(Table.Parameters[i]))];

    /// <summary>
    /// The scale that each parameter of the table lives on: a coefficient, or a threshold, is its own; a parameter without a
    /// predictor is the family's.
    /// </summary>
    readonly Link[] links = LinksOf(Data, Family, Table);

    public Link LinkOf(int i) => links[i];

    static Link[] LinksOf(Dataset data, Family family, FitTable table)
    {
        Link[] links = [.. family.Info.Parameters.SelectMany(p =>
            data.Batch.Predictors.TryGetValue(p.Name, out var predictor) ? Enumerable.Repeat(Link.Identity, predictor.Terms.Count) : [p.Link])];
        return links.Length == table.Parameters.Count ? links : new Link[table.Parameters.Count];
    }

    /// <summary>
    /// What follows from the estimates of a normal: σ² with divisor n, its standard error by the delta method, and the
    /// unbiased s², whose divisor is n − 1 where the mean is estimated.
    /// </summary>
    public IEnumerable<(string Term, double Estimate, double Error)> Derived(int d)
    {
        int σ = Family.Name == "normal" ? Array.FindIndex(Family.Info.Parameters, p => p.Name == "sigma") : -1;
        var fit = Table[d];
        if (!Free.Contains(σ) || double.IsNaN(fit[σ]))
            yield break;
        double variance = fit[σ] * fit[σ];
        yield return ("sigma^2", variance, 2 * fit[σ] * fit.StandardError(σ));
        double estimatedMeans = Free.Length - 1;
        yield return ("s^2_unbiased", fit.Size > estimatedMeans ? variance * fit.Size / (fit.Size - estimatedMeans) : double.NaN, double.NaN);
    }
}
