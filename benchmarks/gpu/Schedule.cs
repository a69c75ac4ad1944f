using System.Diagnostics;

namespace Mle.Gpu.Benchmarks;

/// <summary>Takes one step after another while the budget lasts, says how far it is, and names what it left out.</summary>
sealed class Schedule(TimeSpan budget, Report report)
{
    readonly long started = Stopwatch.GetTimestamp();
    readonly List<(string Part, string Name, Action Work)> steps = [];
    readonly Dictionary<string, TimeSpan> longest = [];
    int current;

    public TimeSpan Left => budget - Stopwatch.GetElapsedTime(started);

    /// <param name="part">Steps of one part take about equally long.</param>
    public void Add(string part, string name, Action work) => steps.Add((part, name, work));

    public void Say(string what)
    {
        var elapsed = Stopwatch.GetElapsedTime(started);
        Console.Error.WriteLine($"[{elapsed.TotalSeconds,4:F0} s, {Math.Max(0, (budget - elapsed).TotalSeconds):F0} s left] {what}");
    }

    public void Run()
    {
        // A step that takes longer than expected ends with the process: what was measured is in the report.
        using var end = new Timer(_ => CutShort(), null, Left > TimeSpan.Zero ? Left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        for (; current < steps.Count; current++)
        {
            var (part, name, work) = steps[current];
            if (Left < longest.GetValueOrDefault(part))
            {
                report.LeaveOut($"{part}: {name}", "no time left");
                continue;
            }
            Say($"{part}: {name}");
            // What the last step left must not be cleared away on this one's time.
            GC.Collect();
            long begun = Stopwatch.GetTimestamp();
            try
            {
                work();
            }
            catch (Exception e) when ((e.InnerException ?? e) is OutOfMemoryException)
            {
                string reason = e is OutOfMemoryException ? "the host has too little memory" : e.Message;
                report.LeaveOut($"{part}: {name}", reason);
                Say($"left out: {reason}");
            }
            // Whatever one step meets, the others are still worth measuring.
            catch (Exception e)
            {
                report.Fail($"{part}: {name}: {e.Message}");
                Say($"failed: {e}");
            }
            var taken = Stopwatch.GetElapsedTime(begun);
            if (taken > longest.GetValueOrDefault(part))
                longest[part] = taken;
        }
        Finish();
    }

    void Finish()
    {
        report.Complete();
        Console.Out.Write(report.Markdown);
    }

    void CutShort()
    {
        for (int i = current; i < steps.Count; i++)
            report.LeaveOut($"{steps[i].Part}: {steps[i].Name}", i == current ? "cut short" : "no time left");
        Finish();
        Say("the budget is spent");
        Environment.Exit(report.Failures.Count == 0 ? 0 : 1);
    }
}
