using System.Collections.Frozen;

namespace Mle;

/// <summary>How much of a fit is wanted.</summary>
public enum Detail
{
    /// <summary>Estimates, verdicts and iterations only.</summary>
    Estimates,

    /// <summary>The same with covariances and complete log-likelihoods.</summary>
    Complete,
}

/// <summary>What covariances are made from.</summary>
public enum Information
{
    /// <summary>The inverse observed information; robust where weights are sampling weights.</summary>
    Default,

    /// <summary>The sandwich A⁻¹BA⁻¹ of the observed information A and the sum B of outer products of the rows' scores (HC0).</summary>
    Robust,
}

/// <summary>
/// What is taken off a regression's log-likelihood to find the estimates. The log-likelihood that is reported is that of the
/// data at the estimates, without the penalty, so that it compares with those of other fits.
/// </summary>
public readonly record struct Penalty
{
    /// <summary>½ log det of the information is added (Firth, Biometrika 80, 1993; Jeffreys' prior): estimates stay finite.
    /// For models with one predictor and no other parameter; covariances are the inverse of that information.</summary>
    public bool Firth { get; init; }

    /// <summary>λ in −½λ Σ β² over all coefficients but intercepts; covariances are inverses of the penalised information.</summary>
    public double Ridge { get; init; }

    public bool IsNone => !Firth && Ridge == 0;
}

/// <summary>What a caller knows or wants beyond the family. Parameters are named as the family names them.</summary>
public sealed record FitOptions
{
    /// <summary>Parameters held at a known value: not estimated, not counted.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Parameters held at a value that each data set has of its own: as many as there are data sets. A value outside the
    /// parameter's domain leaves nothing to fit, and that data set is invalid.
    /// </summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<double>> FixedEach { get; init; } = FrozenDictionary<string, ReadOnlyMemory<double>>.Empty;

    /// <summary>Where to start first, for some or all parameters; the family's own starts follow where it may have several maxima, or this led to none.</summary>
    public IReadOnlyDictionary<string, double> Start { get; init; } = new Dictionary<string, double>();

    /// <summary>Where each data set starts, likewise: before what Start says of all. A value outside the domain says nothing.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<double>> StartEach { get; init; } = FrozenDictionary<string, ReadOnlyMemory<double>>.Empty;

    /// <summary>Closed intervals that the estimates must stay in; a fit that ends on one is a boundary fit.</summary>
    public IReadOnlyDictionary<string, (double Low, double High)> Bounds { get; init; } = new Dictionary<string, (double, double)>();

    public Detail Detail { get; init; } = Detail.Complete;

    public Information Information { get; init; }

    /// <summary>Of regressions.</summary>
    public Penalty Penalty { get; init; }

    public int IterationLimit { get; init; } = 200;

    /// <summary>
    /// Numbers in the design of one data set of a regression from which on it is built anew, block by block, in every pass
    /// over it instead of being kept beside the data: 2²⁷ are 1 GiB.
    /// </summary>
    internal long DesignLimit { get; init; } = 1L << 27;

    /// <summary>Workers; 0 for one per processor. The answer has the same bits for any number.</summary>
    public int Threads { get; init; }

    internal int Workers => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>Told after every block of data sets how many are done; may be called from any worker.</summary>
    public IProgress<long>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>What is said of one data set of a batch, for a batch of that data set alone.</summary>
    internal FitOptions Alone(int d) => FixedEach.Count + StartEach.Count == 0 ? this : this with
    {
        Fixed = Fixed.Concat(FixedEach.Select(p => KeyValuePair.Create(p.Key, p.Value.Span[d]))).ToDictionary(),
        FixedEach = FrozenDictionary<string, ReadOnlyMemory<double>>.Empty,
        StartEach = FrozenDictionary<string, ReadOnlyMemory<double>>.Empty,
    };
}
