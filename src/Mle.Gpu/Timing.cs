using System.Diagnostics;

namespace Mle.Gpu;

/// <summary>Seconds of one piece of work, repeated.</summary>
/// <param name="Lower">The first quartile.</param>
/// <param name="Upper">The third quartile.</param>
readonly record struct Timing(int Repeats, double Min, double Lower, double Median, double Upper)
{
    const int Fewest = 3;

    /// <summary>Of the seconds.</summary>
    const double WarmUp = 0.3;

    /// <summary>Warms up for as long as it gets faster, which is when code is compiled anew for speed, then repeats for so many seconds.</summary>
    /// <param name="wait">Where the work is only started by a call: waits until all that was started is done.</param>
    public static Timing Of(double seconds, Action work, Action? wait = null)
    {
        // Work that is only started is started so often between two waits that these weigh nothing; other short work so often that the clock does not.
        double longEnough = wait is null ? 0.001 : 0.02;
        double Once(int times)
        {
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++)
                work();
            wait?.Invoke();
            return Stopwatch.GetElapsedTime(begun).TotalSeconds / times;
        }
        double fastest = WarmedUp(() => Once(1), WarmUp * seconds);
        int times = (int)Math.Clamp(longEnough / fastest, 1, 1000);
        var taken = new List<double>();
        long started = Stopwatch.GetTimestamp();
        while (taken.Count < Fewest || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
            taken.Add(Once(times));
        return Of(taken);
    }

    /// <summary>Repeats work until for so many seconds it was no faster than before.</summary>
    /// <param name="once">Does the work and says how many seconds it took.</param>
    /// <returns>The fewest.</returns>
    public static double WarmedUp(Func<double> once, double seconds)
    {
        const double faster = 0.97;
        double fastest = once();
        for (long since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since).TotalSeconds < seconds;)
        {
            double taken = once();
            if (taken < faster * fastest)
                since = Stopwatch.GetTimestamp();
            fastest = Math.Min(fastest, taken);
        }
        return fastest;
    }

    /// <summary>Of repeats that somebody timed.</summary>
    public static Timing Of(IReadOnlyList<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return new(sorted.Length, sorted[0], Quantile(0.25), Quantile(0.5), Quantile(0.75));

        double Quantile(double p)
        {
            double at = p * (sorted.Length - 1);
            int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
        }
    }
}
