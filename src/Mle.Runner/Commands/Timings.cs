using System.Diagnostics;
using System.Globalization;

namespace Mle.Runner.Commands;

/// <summary>Seconds by phase: the least and the median of its repetitions.</summary>
sealed class Timings(int repetitions)
{
    readonly List<(string Phase, double[] Seconds)> phases = [];

    /// <summary>Does the work as often as asked and keeps the last result.</summary>
    public T Measure<T>(string phase, Func<T> work) => Measure(phase, work, repetitions);

    /// <summary>Does work that would cost nothing, or too much, a second time.</summary>
    public T Once<T>(string phase, Func<T> work) => Measure(phase, work, 1);

    T Measure<T>(string phase, Func<T> work, int times)
    {
        var seconds = new double[times];
        T result = default!;
        for (int i = 0; i < times; i++)
        {
            long started = Stopwatch.GetTimestamp();
            result = work();
            seconds[i] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        Array.Sort(seconds);
        phases.Add((phase, seconds));
        return result;
    }

    public void Report(TextWriter log)
    {
        foreach (var (phase, seconds) in phases)
        {
            double median = (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
            log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{phase,-7} min {seconds[0]:F6} s   median {median:F6} s   of {seconds.Length}"));
        }
    }
}
