namespace Mle;

/// <summary>A model as it is fitted: a family, data with their predictors, and what is known.</summary>
public sealed record Specification(Family Family, Batch Batch, FitOptions Options)
{
    /// <summary>Why two models are not of the same observations, in one sentence; null where they are.</summary>
    /// <remarks>Log-likelihoods of other rows, or of a transformed response, do not compare.</remarks>
    public string? DiffersFrom(Specification other)
    {
        var (a, b) = (Batch, other.Batch);
        if (!a.Offsets.SequenceEqual(b.Offsets))
            return $"{Family} and {other.Family} are fitted to different rows: {a.Values.Length} in {a.Count} data sets and {b.Values.Length} in {b.Count}.";
        foreach (var (what, mine, its) in ((string, ReadOnlyMemory<double>, ReadOnlyMemory<double>)[])
            [("censoring", a.Upper, b.Upper), ("responses", a.Values, b.Values), ("weights", a.Weights, b.Weights), ("trials", a.Trials, b.Trials),
                ("lower limits of truncation", a.TruncatedBelow, b.TruncatedBelow), ("upper limits of truncation", a.TruncatedAbove, b.TruncatedAbove)])
            if (!mine.Equals(its) && !mine.Span.SequenceEqual(its.Span))
                return $"{Family} and {other.Family} have different {what}: their log-likelihoods do not compare.";
        return null;
    }
}
