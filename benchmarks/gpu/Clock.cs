using System.Diagnostics;

namespace Mle.Gpu.Benchmarks;

/// <summary>Seconds of one piece of work, repeated.</summary>
readonly record struct Timing(int Repeats, double Min, double Median)
{
    const int Fewest = 3;

    /// <summary>Once to warm up, then for so many seconds.</summary>
    /// <param name="wait">Where the work is only started by a call: waits until all that was started is done.</param>
    public static Timing Of(double seconds, Action work, Action? wait = null)
    {
        // Work that is only started is started so often between two waits that these weigh nothing.
        const double longEnough = 0.02;
        double Once(int times)
        {
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++)
                work();
            wait?.Invoke();
            return Stopwatch.GetElapsedTime(begun).TotalSeconds / times;
        }
        double first = Math.Min(Once(1), Once(1));
        int times = wait is null ? 1 : (int)Math.Clamp(longEnough / first, 1, 1000);
        var taken = new List<double>();
        long started = Stopwatch.GetTimestamp();
        while (taken.Count < Fewest || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
            taken.Add(Once(times));
        taken.Sort();
        return new(taken.Count, taken[0], taken[taken.Count / 2]);
    }
}
