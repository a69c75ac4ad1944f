using BenchmarkDotNet.Attributes;
using Mle.Distributions;

namespace Mle.Benchmarks;

/// <summary>
/// The hot loop of a Weibull against a plain sum over the same column: their ratio tells when the JIT has stopped
/// inlining the loop's body.
/// </summary>
public class HotLoops
{
    double[] logs = [];
    LaneSample<Weibull, Lanes256> four;
    LaneSample<Weibull, Lanes512> eight;

    public double[] Values { get; set; } = [];

    [GlobalSetup]
    public void Setup()
    {
        if (Values.Length == 0)
        {
            var random = new Random(1);
            Values = [.. Enumerable.Range(0, 1 << 14).Select(_ => 2.1 * Math.Pow(-Math.Log(random.NextDouble()), 1 / 1.4))];
        }
        logs = new double[Values.Length + Lanes512.Count];
        for (int i = 0; i < Values.Length; i++)
            logs[i] = Math.Log(Values[i]);
        four = new(logs, false, null, 0, Values.Length, 1);
        eight = new(logs, false, null, 0, Values.Length, 1);
    }

    static readonly Vec3<Real> η = new(1.4, Math.Log(2.1), Math.Log(1.4));

    /// <summary>Value, score and Hessian of a Weibull from stored logarithms.</summary>
    [Benchmark]
    public Derivatives<Real> Sums() =>
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? eight.KernelSum<Weibull>(η, 1.0) : four.KernelSum<Weibull>(η, 1.0);

    /// <summary>The plain sum that it is held against.</summary>
    [Benchmark(Baseline = true)]
    public double PlainSum()
    {
        double a = 0, b = 0, c = 0, d = 0;
        for (int i = 0; i + 3 < Values.Length; i += 4)
        {
            a += logs[i];
            b += logs[i + 1];
            c += logs[i + 2];
            d += logs[i + 3];
        }
        return a + b + c + d;
    }
}
