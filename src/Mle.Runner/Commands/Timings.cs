using System.Diagnostics;
using System.Globalization;

namespace Mle.Runner.Commands;

/// <summary>Seconds by phase: the least and the median of the repetitions.</summary>
sealed class Timings(int repetitions)
{
    readonly List<(string Phase, double[] Seconds)> phases = [];

    /// <summary>Does the work as often as asked and keeps the last result.</summary>
    public T Measure<T>(string phase, Func<T> work)
    {
        var seconds = new double[repetitions];
        T result = default!;
        for (int i = 0; i < repetitions; i++)
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
            double median = (seconds[(repetitions - 1) / 2] + seconds[repetitions / 2]) / 2;
            log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{phase,-6} min {seconds[0]:F6} s   median {median:F6} s   of {repetitions}"));
        }
    }
}
