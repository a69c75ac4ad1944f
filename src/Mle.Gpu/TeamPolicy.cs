namespace Mle.Gpu;

/// <summary>Who works on a data set: from how many observations on it is one warp, one group, or the whole grid; below, one thread.</summary>
/// <remarks>
/// Not yet measured on a GPU; derived. A thread alone wastes no lane on a data set shorter than a warp, and in a warp
/// half of the lanes work from 16 observations on. A group hides nothing that its warps would not, and pays two barriers
/// a sum, about the time in which a lane adds 30 observations: at 4,096, 16 observations a thread, a warp alone would take
/// 128. The grid pays two launches a sum, about 20 µs, in which a group adds some 500,000 observations. The results have
/// the same bits whatever else is in the batch, because nothing but the length decides.
/// </remarks>
public sealed record TeamPolicy(int Warp, int Group, int Grid)
{
    public static TeamPolicy Default { get; } = new(16, 4096, 1 << 19);

    internal Team Of(int length) =>
        length >= Grid ? Team.Grid : length >= Group ? Team.Group : length >= Warp ? Team.Warp : Team.Thread;
}

enum Team { Thread, Warp, Group, Grid }
