using Mle.Runner.Formulas;

namespace Mle.Runner.Reading;

/// <summary>What a reader found.</summary>
/// <param name="Source">How messages name the file.</param>
/// <param name="Value">The column of the observations, where there are columns.</param>
/// <param name="By">The column of the groups, or what numbers the data sets.</param>
/// <param name="Groups">The names of the data sets; null where there is but one.</param>
/// <param name="Categories">The labels behind the codes of a categorical column.</param>
/// <param name="Faults">What could not be read, by group: it spoils its group and no other.</param>
sealed record Dataset(
    string Source, Batch Batch, string? Value = null, string? By = null, string[]? Groups = null,
    string[]? Categories = null, IReadOnlyDictionary<int, string>? Faults = null)
{
    /// <summary>What the columns of the file were for, where there are columns.</summary>
    public Roles? Roles { get; init; }

    /// <summary>The number of every row's cluster; empty where all rows are independent.</summary>
    public ReadOnlyMemory<int> Clusters { get; init; }

    /// <summary>The number of every row's stratum; empty where all rows are resampled together.</summary>
    public ReadOnlyMemory<int> Strata { get; init; }

    /// <summary>How the linear predictors were made, by parameter.</summary>
    public IReadOnlyDictionary<string, Design> Designs { get; init; } = new Dictionary<string, Design>();

    /// <summary>Gives the groups that could not be read their verdict.</summary>
    public void Mark(FitTable fits)
    {
        foreach (var (group, fault) in Faults ?? new Dictionary<int, string>())
            (fits.Status[group], fits.Verdicts[group]) = (Status.InvalidData, new(Status.InvalidData, fault));
    }

    /// <summary>A single data set that cannot be fitted is an error; one of many has a verdict.</summary>
    public void Demand(Fit first)
    {
        if (Groups is null && first.Status == Status.InvalidData)
            throw new BadInput($"{Source}{(Value is { } column ? $", column '{column}'" : "")}, {first.Verdict.Reason}.");
    }

    /// <summary>Whether a fit has coefficients beside parameters, or in place of them.</summary>
    public bool HasCoefficients(Family family) => Batch.Predictors.Count > 0 || (Categories is not null && family.Name != "categorical");

    /// <summary>Data sets of equal length, numbered from 1; a single one where no length is given.</summary>
    public static Dataset Equal(string source, double[] values, int? length)
    {
        if (values.Length == 0)
            throw new BadInput($"{source} holds no values.");
        if (length is not { } n)
            return new(source, Batch.Single(values));
        if (values.Length % n != 0)
            throw new BadInput($"{source} holds {values.Length} values, which cannot be cut into data sets of {n} (--length).");
        var batch = Batch.Equal(values, n);
        return batch.Count == 1 ? new(source, batch)
            : new(source, batch, By: "row", Groups: [.. Enumerable.Range(1, batch.Count).Select(i => i.ToString())]);
    }
}
