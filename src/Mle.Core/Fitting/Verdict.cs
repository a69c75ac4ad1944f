namespace Mle;

/// <summary>What a fit found out about the maximum of its likelihood.</summary>
public enum Status : byte
{
    /// <summary>A strict local maximum inside the region that the family declares.</summary>
    Interior,

    /// <summary>The maximum exists, but the usual theory of its standard errors does not hold.</summary>
    Nonregular,

    /// <summary>The maximum lies on the edge of the parameter space, where the family is still a proper distribution.</summary>
    Boundary,

    /// <summary>The likelihood has no maximum at finite parameters; the cause says why.</summary>
    NoFiniteMle,

    /// <summary>A flat ridge, or equal maxima.</summary>
    NotIdentified,

    /// <summary>None of the others could be shown within the iterations allowed.</summary>
    IterationLimit,

    /// <summary>A value outside the support, not a number, or too few observations.</summary>
    InvalidData,
}

/// <summary>Why there is no maximum at finite parameters.</summary>
public enum Cause : byte
{
    None,

    /// <summary>A finite supremum, approached as the parameters run to a limiting family.</summary>
    Limit,

    /// <summary>Some coefficients of a regression run away.</summary>
    Separated,

    /// <summary>The log-likelihood has no upper bound, or no local maximum.</summary>
    Unbounded,
}

/// <summary>What is known about a fit beyond its numbers. Most interior fits have none.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Cause">Why there is no finite maximum.</param>
/// <param name="Reason">The criterion that decided, in one sentence.</param>
/// <param name="Supremum">The least upper bound of the log-likelihood, where it is not attained; may be infinite.</param>
/// <param name="Limit">Where the parameters run, by name; names beyond the family's own describe the limit family.</param>
/// <param name="LimitFamily">The family that the likelihood approaches.</param>
/// <param name="Bound">Which bound holds, such as "p = 1".</param>
/// <param name="BoundScore">The score of the bounded parameter there.</param>
/// <param name="LocationInterval">All locations that attain the maximum, where they are an interval.</param>
/// <param name="StandardErrors">Those that the theory gives where the observed information does not.</param>
public sealed record Verdict(
    Status Status, string Reason, Cause Cause = Cause.None, double Supremum = double.NaN,
    IReadOnlyDictionary<string, double>? Limit = null, string? LimitFamily = null,
    string? Bound = null, double BoundScore = double.NaN, (double Low, double High)? LocationInterval = null,
    IReadOnlyDictionary<string, double>? StandardErrors = null)
{
    public static string Word(Status status) => status switch
    {
        Status.Interior => "interior",
        Status.Nonregular => "nonregular",
        Status.Boundary => "boundary",
        Status.NoFiniteMle => "no_finite_mle",
        Status.NotIdentified => "not_identified",
        Status.IterationLimit => "iteration_limit",
        _ => "invalid_data",
    };
}
