using Mle.Runner.Bench;

namespace Mle.Runner.Reporting;

/// <summary>A ledger for a terminal of 80 columns.</summary>
sealed class LedgerView(Terminal terminal, Ledger ledger)
{
    public void Show()
    {
        var machine = ledger.Machine;
        terminal.Out.WriteLine($"{machine.Processor}, {machine.Cores} cores");
        terminal.Out.WriteLine($"{string.Join(", ", machine.Versions.Select(v => $"{v.Key} {v.Value}"))}, {ledger.Date} UTC");
        foreach (var device in ledger.Devices.Where(d => d.Engine != "cpu"))
            terminal.Out.WriteLine($"{device.Engine}: {device.Name}{(device.Driver is { } driver ? $", {driver}" : "")}");
        terminal.Out.WriteLine();
        Row("limits", "copy", "", "read", "bus", "", "float64", "");
        foreach (var limit in ledger.Limits)
            Row("  " + Line.Place(limit.Engine, limit.Lanes, limit.Threads), Brief.Of(limit.Copy, "B/s"), "", Brief.Of(limit.Read, "B/s"), Brief.Of(limit.Bus, "B/s"), "", Brief.Of(limit.Float64, "/s"), "");
        terminal.Out.WriteLine();
        Row("", "median", "±", "fits/s", "obs/s", "B/s", "float64/s", "of the limit");
        foreach (var workload in ledger.Lines.GroupBy(l => (l.Workload, l.Data)))
        {
            terminal.Out.WriteLine($"{workload.Key.Workload}: {workload.Key.Data}");
            foreach (var line in workload)
            {
                Row("  " + line.Where, Brief.Of(line.Seconds.Median, "s"), Brief.Percent(line.Seconds.Spread), Brief.Of(line.FitsPerSecond), Brief.Of(line.ObservationsPerSecond),
                    Brief.Of(line.BytesPerSecond), Brief.Of(line.OperationsPerSecond), line.BoundBy is null ? "" : $"{Brief.Percent(line.Fraction)} {line.BoundBy}");
                if (line.Joules is { } joules)
                    terminal.Out.WriteLine($"    {Brief.Of(joules, "J")}, {Brief.Of(line.Fits / joules)} fits/J");
                if (line.Check?.Failure is { } failure)
                    terminal.Out.WriteLine($"    FAILED: {failure}.");
            }
        }
        foreach (var (what, why) in ledger.NotMeasured)
            terminal.Out.WriteLine($"Not measured: {what}, {why}.");
        terminal.Out.WriteLine("cpu 4×2: vectors of 4 doubles on 2 threads. ±: half the quartiles' distance.");
        if (!ledger.Lines.Any(l => l.Joules is not null))
            terminal.Out.WriteLine("No energy: no counter of this machine can be read.");
    }

    void Row(string where, string median, string spread, string fits, string observations, string bytes, string operations, string limit) =>
        terminal.Out.WriteLine($"{where,-12}{median,9}{spread,5}{fits,10}{observations,10}{bytes,10}{operations,11}{(limit == "" ? "" : $" {limit}")}".TrimEnd());
}
