using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Bench;

/// <summary>Ledgers side by side: how many times faster each is than the first.</summary>
sealed class Comparison(IReadOnlyList<(string Name, Ledger Ledger)> ledgers)
{
    /// <summary>A ratio of medians, and its interval of 95 %.</summary>
    public readonly record struct Ratio(double Value, double Low, double High)
    {
        /// <summary>How many times faster the second is: of two medians whose logarithms have standard errors from their quartiles.</summary>
        public static Ratio Of(Line first, Line second)
        {
            double value = second.FitsPerSecond / first.FitsPerSecond;
            double error = 1.96 * Math.Sqrt(first.Seconds.LogError * first.Seconds.LogError + second.Seconds.LogError * second.Seconds.LogError);
            return new(value, value * Math.Exp(-error), value * Math.Exp(error));
        }

        public override string ToString() => $"{Reading.Number.Rounded(Value)}× ({Reading.Number.Rounded(Low)}–{Reading.Number.Rounded(High)})";
    }

    /// <summary>The fastest of each workload, and every place that at least two of them have. Data of other sizes are other workloads.</summary>
    public IEnumerable<(string Workload, string Where, Line?[] Lines)> Rows()
    {
        foreach (var workload in ledgers.SelectMany(l => l.Ledger.Lines).Where(l => l.Peer is null).GroupBy(l => (l.Workload, l.Data)))
        {
            var found = ledgers.Select(l => l.Ledger.Lines.Where(m => m.Peer is null && (m.Workload, m.Data) == workload.Key).ToArray()).ToArray();
            yield return (workload.Key.Workload, "fastest", [.. found.Select(f => f.MaxBy(l => l.FitsPerSecond))]);
            foreach (string where in workload.Select(l => l.Where).Distinct())
            {
                Line?[] there = [.. found.Select(f => Array.Find(f, l => l.Where == where))];
                if (there.Count(l => l is not null) > 1)
                    yield return (workload.Key.Workload, where, there);
            }
        }
    }

    public void Show(Terminal terminal)
    {
        for (int i = 0; i < ledgers.Count; i++)
        {
            var (name, ledger) = ledgers[i];
            terminal.Out.WriteLine($"{(char)('A' + i)}: {name}, {ledger.Machine.Processor}, {ledger.Machine.Cores} cores, {string.Join(", ", ledger.Devices.Where(d => d.Engine != "cpu").Select(d => d.Name).Append(ledger.Date))}");
        }
        var table = Screen.Table(["workload", "engine", "A, fits/s", .. Enumerable.Range(1, ledgers.Count - 1).Select(i => $"{(char)('A' + i)} / A")]);
        table.Columns[1].LeftAligned();
        foreach (var (workload, where, lines) in Rows())
            table.AddRow([
                new Text(workload), new Text(where), new Text(Brief.Of(lines[0]?.FitsPerSecond)),
                .. lines.Skip(1).Select(line => new Text(lines[0] is { } first && line is not null ? Ratio.Of(first, line).ToString() : Brief.Of(line?.FitsPerSecond, "/s")))]);
        terminal.Show(table, 40 + 24 * ledgers.Count);
        terminal.Out.WriteLine("Ratios of fits per second, above 1 where it is faster than A, with intervals of 95 % from the repeats of each run.");
    }
}
