namespace Mle.Gpu;

/// <summary>Who works on a data set: from how many observations on it is one warp, one group, or the whole grid; below, one thread.</summary>
/// <remarks>
/// Not yet measured on a GPU; derived. In a warp of single threads all wait for the one with the most iterations: of
/// 20,000 data sets of 8 each, taken 32 at a time, that leaves 24% (Gumbel), 39% (Weibull) and 53% (Student t) of the time
/// unused. A warp that shares one data set wastes the lanes beyond its length, half of them at 16. A group pays two barriers
/// a sum, about the time in which a lane adds 30 observations: at 4,096, 16 observations a thread, a warp alone would take
/// 128. The grid pays two launches a sum, about 20 µs, in which a group adds some 500,000 observations. Nothing but the
/// length decides, so that the results have the same bits whatever else is in the batch.
/// </remarks>
public sealed record TeamPolicy(int Warp, int Group, int Grid)
{
    public static TeamPolicy Default { get; } = new(16, 4096, 1 << 19);

    internal Team Of(int length) =>
        length >= Grid ? Team.Grid : length >= Group ? Team.Group : length >= Warp ? Team.Warp : Team.Thread;
}

enum Team { Thread, Warp, Group, Grid }
