namespace Mle.Runner.Bench;

/// <summary>What other software and we do with the same data.</summary>
static class PeerTable
{
    /// <summary>Hand-written C++ with logarithms and exponentials of libmvec, and with its own that the compiler inlines.</summary>
    public const string Native = "C++", Inlined = "C++ inlined";

    /// <summary>
    /// Each line of a peer beside ours that computes at least the same on as many threads, and of these the one with the least
    /// work. A peer that does more work than any of ours has none, which is a mistake of the table.
    /// </summary>
    /// <exception cref="Failure">A peer does more work than ours.</exception>
    public static IEnumerable<(Line Peer, Line Ours)> Pairs(IEnumerable<Line> lines)
    {
        var all = lines.ToArray();
        foreach (var peer in all.Where(l => l.Peer is not null))
        {
            var ours = all.Where(l => l.Peer is null && l.Workload == peer.Workload && l.Threads == peer.Threads && peer.Computes.All(l.Computes.Contains)).MinBy(l => l.Computes.Count);
            yield return ours is not null ? (peer, ours)
                : throw new Failure($"{peer.Workload}: {peer.Peer} computes {string.Join(", ", peer.Computes)} on {peer.Threads} threads, and no line of ours does as much.");
        }
    }
}
