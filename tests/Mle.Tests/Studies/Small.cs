using System.Text;
using Mle.Runner.Studies;

namespace Mle.Tests.Studies;

/// <summary>Studies of a moment, and journals that a test can break.</summary>
static class Small
{
    static readonly Family exponential = Families.Find("exponential")!;

    static Cell Exponential(int n) => new(
        new Dictionary<string, string> { ["n"] = $"{n}" }, new(exponential, [2], n), exponential, new(),
        [new("rate", Quantity.Parameter(0, 1), 2) { Scale = Link.Log }, new("variance", Quantity.Parameter(0, 1), 1.5)]);

    /// <summary>Three cells of four blocks, the last of them shorter.</summary>
    public static Study Fixed { get; } = new("small", [1, 2, 3, 4, 5], 7, [Exponential(3), Exponential(5), Exponential(9)], 185) { BlockSize = 50 };

    /// <summary>Three cells that stop after different numbers of blocks.</summary>
    public static Study Sequential { get; } = Fixed with { Name = "sequential", Fingerprint = [9, 9], Replicates = 3000, BlockSize = 200, HalfWidth = 0.0115 };

    public static byte[] Csv(Study study, IReadOnlyList<CellResult> results)
    {
        var bytes = new MemoryStream();
        new StudyReport(study, results).WriteCsv(bytes);
        return bytes.ToArray();
    }

    /// <summary>Runs a shard to its end, or to where the file says.</summary>
    public static StudyRun Run(Study study, string path, int threads = 1, Shard? shard = null, Func<string, FileStream>? open = null)
    {
        using var engine = new CpuEngine();
        using var journal = Journal.Open(path, study, shard ?? Shard.Whole, open ?? (p => new Unsynced(p)));
        var run = new StudyRun(study, journal);
        run.Run(engine, threads, CancellationToken.None);
        return run;
    }

    /// <summary>The results of an uninterrupted run of one thread.</summary>
    public static byte[] Uninterrupted(Study study)
    {
        using var folder = new Mle.Tests.Runner.CommandLine();
        return Csv(study, Run(study, folder.At("whole.journal")).Results);
    }
}

/// <summary>A journal's file that is not forced to the disk, which no test can see and every test would wait for.</summary>
class Unsynced(string path) : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
{
    public override void Flush(bool flushToDisk) { }
}
