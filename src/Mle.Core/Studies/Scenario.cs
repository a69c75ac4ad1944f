namespace Mle;

/// <summary>Observations of another distribution among those of a scenario, each independently with the same chance.</summary>
/// <param name="Share">The chance, in [0, 1].</param>
/// <param name="Parameters">As fits of the family report them.</param>
public sealed record Contamination(double Share, Family Family, IReadOnlyList<double> Parameters);

/// <summary>What of the observations is known: those outside the limits are only known to be outside.</summary>
public sealed record Censoring
{
    /// <summary>Values above are right-censored there (type I).</summary>
    public double Above { get; init; } = double.PositiveInfinity;

    /// <summary>Values up to here are left-censored there.</summary>
    public double Below { get; init; } = double.NegativeInfinity;

    /// <summary>Each observation's own limit above, independent of it; null for none.</summary>
    public (Family Family, IReadOnlyList<double> Parameters)? Random { get; init; }
}

/// <summary>How the data sets of a cell come about: n independent observations of a family, or responses at the rows of a design.</summary>
/// <param name="Parameters">The truth, as fits of the family report it: with predictors, coefficients and the parameters that have none.</param>
/// <param name="Length">n.</param>
public sealed record Scenario(Family Family, IReadOnlyList<double> Parameters, int Length)
{
    /// <summary>Of every observation, in families of trials.</summary>
    public double Trials { get; init; } = 1;

    public Contamination? Contamination { get; init; }

    public Censoring? Censoring { get; init; }

    /// <summary>Only observations in between are seen: as many as are wanted are drawn until n of them are.</summary>
    public (double Below, double Above) Truncation { get; init; } = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The designs of parameters, of n rows, the same in every replicate; empty for a plain sample.</summary>
    public IReadOnlyDictionary<string, Predictor> Predictors { get; init; } = new Dictionary<string, Predictor>();
}
