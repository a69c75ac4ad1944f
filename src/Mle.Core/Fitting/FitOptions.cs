namespace Mle;

/// <summary>How much of a fit is wanted.</summary>
public enum Detail
{
    /// <summary>Estimates, verdicts and iterations only.</summary>
    Estimates,

    /// <summary>The same with covariances and complete log-likelihoods.</summary>
    Complete,
}

/// <summary>What a caller knows or wants beyond the family. Parameters are named as the family names them.</summary>
public sealed record FitOptions
{
    /// <summary>Parameters held at a known value: not estimated, not counted.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } = new Dictionary<string, double>();

    /// <summary>Where to start, for some or all parameters.</summary>
    public IReadOnlyDictionary<string, double> Start { get; init; } = new Dictionary<string, double>();

    /// <summary>Closed intervals that the estimates must stay in; a fit that ends on one is a boundary fit.</summary>
    public IReadOnlyDictionary<string, (double Low, double High)> Bounds { get; init; } = new Dictionary<string, (double, double)>();

    public Detail Detail { get; init; } = Detail.Complete;

    public int IterationLimit { get; init; } = 200;

    /// <summary>Workers; 0 for one per processor. The answer has the same bits for any number.</summary>
    public int Threads { get; init; }

    /// <summary>Told after every block of data sets how many are done; may be called from any worker.</summary>
    public IProgress<long>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }
}
