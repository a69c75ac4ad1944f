using System.Text;
using System.Text.RegularExpressions;

namespace Mle.Runner.Bench;

/// <summary>Tables of Markdown files, made from ledgers.</summary>
static partial class Markdown
{
    const string Summary = "summary", Peers = "peers", Lines = "lines";

    /// <summary>What stands between is the table.</summary>
    [GeneratedRegex(@"(?<=^<!-- ledger (?<path>\S+): (?<view>\w+) -->\r?\n).*?(?=^<!-- end -->)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Table();

    /// <summary>The text of a file, and what it should be.</summary>
    public static (string Before, string After) Renew(string file)
    {
        string before;
        try
        {
            before = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInput($"{file} cannot be read: {e.Message.TrimEnd('.')}.");
        }
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return (before, Table().Replace(before, found =>
        {
            var ledger = Ledger.Read(Path.Combine(folder, found.Groups["path"].Value));
            return "\n" + (found.Groups["view"].Value switch
            {
                Summary => OfSummary(ledger),
                Peers => OfPeers(ledger),
                Lines => OfLines(ledger),
                var view => throw new BadInput($"{file} asks for the view '{view}' of {found.Groups["path"].Value}; there are {Summary}, {Peers} and {Lines}."),
            }) + "\n";
        }));
    }

    static StringBuilder Head(Ledger ledger, params string[] columns) => new StringBuilder()
        .AppendLine($"{ledger.Machine.Processor} ({ledger.Machine.Name}), {ledger.Machine.Cores} cores, {string.Join(", ", ledger.Machine.Versions.Select(v => $"{v.Key} {v.Value}"))}, {Short(ledger.Commit)}, {ledger.Date} UTC")
        .AppendLine().AppendLine($"| {string.Join(" | ", columns.Select(c => c.TrimStart('>')))} |").AppendLine($"|{string.Concat(columns.Select(c => c.StartsWith('>') ? "---:|" : "---|"))}");

    /// <summary>Of 1.0.0+0123456789abcdef, 0123456.</summary>
    static string Short(string commit) => commit.Split('+')[^1] is { Length: > 7 } hash ? hash[..7] : commit;

    static string OfLines(Ledger ledger)
    {
        var text = Head(ledger, "workload", "data", "engine", ">median", ">±", ">fits/s", ">observations/s", ">of the limit");
        foreach (var l in ledger.Lines)
            text.AppendLine($"| {l.Workload} | {l.Data} | {l.Where} | {Brief.Of(l.Seconds.Median, "s")} | {Brief.Percent(l.Seconds.Spread)} | {Brief.Of(l.FitsPerSecond)} | {Brief.Of(l.ObservationsPerSecond)} | {Brief.Percent(l.Fraction)} {l.BoundBy} |");
        return text.ToString();
    }

    static string Work(Line line) => $"{string.Join(", ", line.Computes)} from {line.Layout}, {line.Threads} thread{(line.Threads == 1 ? "" : "s")}";

    static string OfPeers(Ledger ledger)
    {
        var text = Head(ledger, "workload", "peer", "it computes", ">it, fits/s", "ours computes", ">ours, fits/s", ">ours / it", "note");
        foreach (var (peer, ours) in PeerTable.Pairs(ledger.Lines))
            text.AppendLine($"| {peer.Workload} | {peer.Peer} | {Work(peer)} | {Brief.Of(peer.FitsPerSecond)} | {Work(ours)} | {Brief.Of(ours.FitsPerSecond)} | {Brief.Times(ours.FitsPerSecond / peer.FitsPerSecond)} | {peer.Note} |");
        return Append(text, ledger);
    }

    static string OfSummary(Ledger ledger)
    {
        var text = Head(ledger, "workload", ">C++", ">C++ inlined", ">ours, estimates", ">against the faster C++", ">ours, complete", ">best of R and Python", "which", ">ours against it");
        foreach (var workload in ledger.Lines.GroupBy(l => l.Workload))
        {
            Line? Native(string build) => workload.Where(l => l.Peer == build && l.Threads == 1).MaxBy(l => l.FitsPerSecond);
            Line? Ours(bool most) => (most ? workload.Where(l => l.Peer is null).OrderBy(l => -l.Computes.Count) : workload.Where(l => l.Peer is null).OrderBy(l => l.Computes.Count)).FirstOrDefault(l => l.Threads == 1);
            Line? first = Native(PeerTable.Native), second = Native(PeerTable.Inlined), faster = new[] { first, second }.MaxBy(l => l?.FitsPerSecond ?? 0);
            var script = PeerTable.Pairs(workload).Where(p => p.Peer.Peer is not (PeerTable.Native or PeerTable.Inlined)).Cast<(Line Peer, Line Ours)?>().MaxBy(p => p!.Value.Peer.FitsPerSecond);
            Line? estimates = Ours(false), complete = Ours(true);
            text.AppendLine($"| {workload.Key} | {Rate(first)} | {Rate(second)} | {Rate(estimates)} | {Times(estimates, faster)} | {(complete == estimates ? "" : Rate(complete))} | {Rate(script?.Peer)} | {script?.Peer.Peer} | {Times(script?.Ours, script?.Peer)} |");
        }
        return Append(text, ledger);

        static string Rate(Line? line) => line is null ? "" : Brief.Of(line.FitsPerSecond);
        static string Times(Line? ours, Line? theirs) => ours is null || theirs is null ? "" : Brief.Times(ours.FitsPerSecond / theirs.FitsPerSecond);
    }

    static string Append(StringBuilder text, Ledger ledger)
    {
        if (ledger.NotMeasured.Count > 0)
            text.AppendLine().AppendLine($"Not measured: {string.Join("; ", ledger.NotMeasured.Select(n => $"{n.Key}, {n.Value}"))}.");
        return text.ToString();
    }
}
