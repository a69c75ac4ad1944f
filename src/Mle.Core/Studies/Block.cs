namespace Mle;

/// <summary>What became of some replicates of a cell: sums and counts, which add up with those of other blocks.</summary>
public sealed class Block
{
    /// <summary>Fits and judges the replicates of one block. The same bits on the same kind of engine, whatever the threads.</summary>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="ArgumentException">A method does not suit a cell, in one sentence; <see cref="Check"/> says so before.</exception>
    public static Block Of(IEngine engine, Study study, int cell, int number, FitOptions options) => throw new NotImplementedException();

    /// <summary>Refuses a study that asks for what there is not, naming the cell, the method and the estimand.</summary>
    public static void Check(Study study) => throw new NotImplementedException();

    /// <summary>As a journal keeps it.</summary>
    public byte[] ToBytes() => throw new NotImplementedException();

    /// <exception cref="FormatException">These are not the bytes of a block of this study's cell.</exception>
    public static Block Parse(Study study, int cell, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}

/// <summary>The blocks of one cell added up in their order: of a sequential study those up to where it stops.</summary>
public sealed class CellResult
{
    public CellResult(Study study, int cell) => throw new NotImplementedException();

    /// <summary>Takes the next block, in order; ignored once <see cref="IsDone"/>.</summary>
    public void Add(Block block) => throw new NotImplementedException();

    /// <summary>Whether no further block is needed.</summary>
    public bool IsDone => throw new NotImplementedException();

    /// <summary>Blocks taken.</summary>
    public int Blocks => throw new NotImplementedException();

    public long Replicates => throw new NotImplementedException();

    /// <summary>The coverage farthest from its level, and of what: method and term; null before the first block or without a truth.</summary>
    public (string Method, string Term, double Coverage)? Worst => throw new NotImplementedException();

    public IReadOnlyList<Measure> Summarize() => throw new NotImplementedException();
}

/// <summary>One performance measure with its Monte-Carlo standard error.</summary>
/// <param name="Stat">rsimsum's name: bias, empse, modelse, cover, …</param>
/// <param name="Estimate">NaN where it is refused, which the note explains.</param>
public sealed record Measure(string Method, string Term, string Stat, double Estimate, double Error, string? Note = null);

/// <summary>One replicate of a cell as a study sees it, for replays and tables.</summary>
/// <param name="Verdict">Of its fit.</param>
/// <param name="Intervals">One for each method, estimand and level, in this order.</param>
public sealed record ReplicateResult(Verdict Verdict, double[] Estimates, double[] Errors, IReadOnlyList<(string Method, string Term, double Level, double Low, double High, string? Refusal)> Intervals)
{
    /// <summary>Replicates from one on, of a cell.</summary>
    public static IEnumerable<ReplicateResult> Of(IEngine engine, Study study, int cell, uint first, int count, FitOptions options) => throw new NotImplementedException();
}

/// <summary>The data of a cell.</summary>
public sealed class Generated : Replicates
{
    /// <param name="first">The first of them; the replicates are first, first + 1, …</param>
    public Generated(Study study, int cell, uint first, int count) : base(default!, count, 0, first) => throw new NotImplementedException();

    /// <summary>For data that belong to no study.</summary>
    public Generated(Scenario scenario, ulong seed, uint stream, uint first, int count) : base(default!, count, seed, first) => throw new NotImplementedException();

    public override Replicator Worker() => throw new NotImplementedException();
}
