using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mle.Gpu;
using Mle.Runner;
using Mle.Runner.Bench;

namespace Mle.Benchmarks;

/// <summary>Makes a ledger of the lines that peers and we print, and checks that it compares like with like.</summary>
static class PeerLedger
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What is printed of one workload.</summary>
    /// <param name="Peer">Null for ours.</param>
    /// <param name="Seconds">Of all repeats.</param>
    /// <param name="Tolerance">How far the estimates may lie from ours, relatively; solvers that stop early, and resamples of their own, say so.</param>
    public sealed record Raw(
        string? Peer, string Workload, string[] Computes, string Layout, int Threads, long Fits, long Observations,
        double[] Seconds, double[] Estimates, double Tolerance, string Note);

    /// <summary>Reads the lines, pools the repeats of all rounds, and writes the ledger.</summary>
    /// <returns>1 where estimates differ or a peer does more work than ours, which the standard error stream tells.</returns>
    public static int Run(TextReader input, string output)
    {
        var versions = new SortedDictionary<string, string>();
        var left = new SortedDictionary<string, string>();
        var raw = new List<Raw>();
        while (input.ReadLine() is { } text)
        {
            var line = JsonNode.Parse(text)!;
            if (line["version"] is { } version)
                versions[(string)version!] = (string)line["is"]!;
            else if (line["not_measured"] is { } missing)
                left[(string)missing!] = (string)line["why"]!;
            else
                raw.Add(line.Deserialize<Raw>(Options)!);
        }
        var ours = raw.Where(r => r.Peer is null).GroupBy(r => r.Workload).ToDictionary(g => g.Key, g => g.MaxBy(r => r.Computes.Length)!.Estimates);
        List<Line> lines = [.. raw.GroupBy(r => (r.Workload, r.Peer, string.Join(',', r.Computes), r.Threads, r.Note)).Select(g => Pool([.. g], ours.GetValueOrDefault(g.Key.Workload)))];
        var machine = ThisMachine.Describe();
        foreach (var (name, version) in machine.Versions)
            versions[name] = version;
        var ledger = new Ledger(
            Ledger.Version, machine with { Versions = versions }, ThisMachine.Commit, ThisMachine.Now, [new("cpu", machine.Processor, null, null, null)],
            [], [.. lines.OrderBy(l => l.Workload, StringComparer.Ordinal)], [], left);
        foreach (var line in lines.Where(l => l.Check?.Failure is not null))
            Console.Error.WriteLine($"{line.Workload}, {line.Peer}: {line.Check!.Failure}.");
        ledger.Write(output);
        try
        {
            _ = PeerTable.Pairs(lines).Count();
        }
        catch (Failure e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        return ledger.Passed ? 0 : 1;
    }

    static Line Pool(Raw[] rounds, double[]? ours)
    {
        var first = rounds[0];
        var pooled = Timing.Of([.. rounds.SelectMany(r => r.Seconds)]);
        return new(first.Workload, $"{first.Fits:N0} fits, {first.Observations:N0} observations", first.Computes, first.Layout, "cpu", null, first.Threads, first.Peer,
            first.Fits, first.Observations, Seconds.Of(pooled))
        {
            Estimates = first.Estimates,
            Note = first.Note,
            Check = first.Peer is null || ours is not { Length: > 0 } || first.Estimates.Length == 0 ? null : Compare(first, ours),
        };
    }

    static Check Compare(Raw peer, double[] ours)
    {
        double worst = peer.Estimates.Zip(ours, (a, b) => Math.Abs(a - b) / Math.Max(Math.Abs(b), 1e-3)).Max();
        return new(0, worst, worst <= peer.Tolerance ? null : $"an estimate differs by {worst:G2} of ours, and {peer.Tolerance:G2} is allowed");
    }
}
