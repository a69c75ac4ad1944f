using System.Numerics;
using System.Runtime.CompilerServices;
using Mle.Gpu;

namespace Mle.Runner.Bench;

/// <summary>Measures what the processor can do with vectors of a width and a number of threads.</summary>
static class CpuLimits
{
    /// <summary>Chains of multiply-adds that do not wait for each other: two can start in a cycle, and each takes four or five.</summary>
    const int Chains = 10;

    /// <param name="seconds">For each of the three.</param>
    /// <param name="bytes">Of the array that is copied: many times any cache.</param>
    public static Limits Measure(int lanes, int threads, double seconds, long bytes)
    {
        var from = new double[bytes / sizeof(double)];
        var to = new double[from.Length];
        Split(threads, from.Length, (begin, count) => from.AsSpan(begin, count).Fill(1));
        Split(threads, to.Length, (begin, count) => to.AsSpan(begin, count).Clear());
        double copy = Timing.Of(seconds, () => Split(threads, from.Length, (begin, count) => from.AsSpan(begin, count).CopyTo(to.AsSpan(begin)))).Min;
        double read = Timing.Of(seconds, () => Split(threads, from.Length, (begin, count) => Sum(from.AsSpan(begin, count)))).Min;
        const int rounds = 1 << 18;
        double adding = Timing.Of(seconds, () => Split(threads, threads, (_, _) => Add(lanes, rounds))).Min;
        return new(2 * bytes / copy, bytes / read, double.PositiveInfinity, (double)Chains * rounds * lanes * threads / adding);
    }

    static void Split(int threads, int count, Action<int, int> work) => Parallel.For(0, threads, new() { MaxDegreeOfParallelism = threads }, t =>
    {
        int begin = (int)((long)count * t / threads);
        work(begin, (int)((long)count * (t + 1) / threads) - begin);
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Sum(ReadOnlySpan<double> values)
    {
        Vector<double> a = default, b = default, c = default, d = default;
        int width = Vector<double>.Count, i = 0;
        for (; i + 4 * width <= values.Length; i += 4 * width)
        {
            a += new Vector<double>(values[i..]);
            b += new Vector<double>(values[(i + width)..]);
            c += new Vector<double>(values[(i + 2 * width)..]);
            d += new Vector<double>(values[(i + 3 * width)..]);
        }
        double rest = 0;
        for (; i < values.Length; i++)
            rest += values[i];
        return Vector.Sum(a + b + (c + d)) + rest;
    }

    static double Add(int lanes, int rounds) => lanes switch
    {
        Lanes512.Count => Add<Lanes512>(rounds),
        Lanes256.Count => Add<Lanes256>(rounds),
        _ => Add<Real>(rounds),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Add<T>(int rounds) where T : unmanaged, IReal<T>
    {
        T a = -0.999999, b = 0.3, q = 0.0, r = 1.0, s = 2.0, t = 3.0, u = 4.0, v = 5.0, w = 6.0, x = 7.0, y = 8.0, z = 9.0;
        for (int i = 0; i < rounds; i++)
        {
            q = T.MultiplyAdd(q, a, b);
            r = T.MultiplyAdd(r, a, b);
            s = T.MultiplyAdd(s, a, b);
            t = T.MultiplyAdd(t, a, b);
            u = T.MultiplyAdd(u, a, b);
            v = T.MultiplyAdd(v, a, b);
            w = T.MultiplyAdd(w, a, b);
            x = T.MultiplyAdd(x, a, b);
            y = T.MultiplyAdd(y, a, b);
            z = T.MultiplyAdd(z, a, b);
        }
        return T.Sum(q + r + (s + t) + (u + v) + (w + x + (y + z)));
    }
}
