using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Mle.Distributions;
using Mle.Runner.Bench;

namespace Mle.Benchmarks;

/// <summary>
/// Hot loops against a plain sum over as many numbers, in turn within one run: what a loop costs in plain sums is nearly the same
/// on a busy and on a quiet machine, and grows when the JIT no longer inlines it. Held against the ratios of this machine on file.
/// </summary>
static class Guard
{
    /// <summary>What a loop may lose.</summary>
    const double Loss = 1.25;

    const int Rounds = 60, Attempts = 3;

    static readonly TimeSpan round = TimeSpan.FromMilliseconds(2);

    static string FileOf(string results) => Path.Combine(results, ThisMachine.Describe().Name, "guard.csv");

    /// <param name="results">The folder of results.</param>
    /// <param name="write">Whether the ratios are put on file.</param>
    /// <returns>1 where a loop has lost more than it may.</returns>
    public static int Run(string results, bool write)
    {
        string path = FileOf(results);
        if (write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllLines(path, ["loop,plain sums", .. Measure(1).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key},{r.Value:F2}"))]);
            return 0;
        }
        if (!File.Exists(path))
        {
            Console.WriteLine($"hot loops: no ratios on file for {ThisMachine.Describe().Name}: nothing to compare with.");
            return 0;
        }
        var known = File.ReadLines(path).Skip(1).Select(line => line.Split(',')).ToDictionary(part => part[0], part => double.Parse(part[1], CultureInfo.InvariantCulture));
        return Loses(known, Measure, Console.Out) ? 1 : 0;
    }

    /// <summary>Whether some loop costs more than it may beside what is on file, in every attempt; tells of each.</summary>
    /// <param name="measure">The ratios of an attempt.</param>
    public static bool Loses(IReadOnlyDictionary<string, double> known, Func<int, IReadOnlyDictionary<string, double>> measure, TextWriter told)
    {
        Dictionary<string, double> best = [];
        // A neighbour can slow a whole attempt down, and speed none up.
        for (int attempt = 0; attempt < Attempts && (attempt == 0 || best.Keys.Any(IsLost)); attempt++)
            foreach (var (loop, ratio) in measure(attempt))
                best[loop] = Math.Min(ratio, best.GetValueOrDefault(loop, double.PositiveInfinity));
        foreach (var (loop, ratio) in best)
            told.WriteLine(string.Create(CultureInfo.InvariantCulture, $"hot loop {loop,-23} {ratio,7:F2} plain sums, {known.GetValueOrDefault(loop, double.NaN),7:F2} on file{(IsLost(loop) ? ": MORE THAN A QUARTER LOST" : "")}"));
        return best.Keys.Any(IsLost);

        bool IsLost(string loop) => !known.TryGetValue(loop, out double on) || best[loop] > Loss * on;
    }

    static Dictionary<string, double> Measure(int seed)
    {
        var loops = new HotLoops();
        loops.Setup();
        double[] x = loops.Values, to = new double[x.Length];
        var engine = new CpuEngine();
        var one = new FitOptions { Threads = 1, Detail = Detail.Complete };
        var (weibull, gamma, beta, normal, logistic) = (
            Families.Find("weibull")!, Families.Find("gamma")!, Families.Find("beta")!, Families.Find("normal")!, Families.Find("logistic_regression")!);
        var sampler = Sampler.Of(weibull);
        var sets = Batch.Equal(x.AsMemory(0, x.Length / 200 * 200), 200);
        var shares = Batch.Equal(Array.ConvertAll(sets.Values.ToArray(), v => v / (1 + v)), 200);
        double[] y = Array.ConvertAll(x, v => v > 2 ? 1.0 : 0), u = [.. x.Select((_, i) => Math.Sin(i))];
        var regression = new Batch(y, [0, y.Length]) { Predictors = new Dictionary<string, Predictor> { ["p"] = new(["(Intercept)", "u"], [default, u]) } };
        var t = new StudentTSums(x);
        double[] parameters = [1.5, 2];
        var measured = new Dictionary<string, Action>
        {
            ["weibull sums"] = () => loops.Sums(),
            ["student_t sums"] = t.Sum,
            ["weibull draws"] = () => sampler.Fill(parameters, default, new(1, Purpose.Data, 0, 0), to),
            ["normal estimates of 200"] = () => engine.Fit(normal, sets, one with { Detail = Detail.Estimates }),
            ["gamma fits of 200"] = () => engine.Fit(gamma, sets, one),
            ["beta fits of 200"] = () => engine.Fit(beta, shares, one),
            ["weibull fits of 200"] = () => engine.Fit(weibull, sets, one),
            ["logistic fit"] = () => engine.Fit(logistic, regression, one),
        };
        Action plain = () => loops.PlainSum();
        int plainTimes = Times(plain);
        return measured.ToDictionary(loop => loop.Key, loop =>
        {
            int times = Times(loop.Value);
            double least = double.PositiveInfinity, sum = double.PositiveInfinity;
            for (int r = 0; r < Rounds; r++)
                (sum, least) = (Math.Min(sum, Seconds(plain, plainTimes)), Math.Min(least, Seconds(loop.Value, times)));
            return least / sum;
        });
    }

    /// <summary>Calls that fill a round, after as many as the JIT needs to compile for speed.</summary>
    static int Times(Action work)
    {
        for (var begun = Stopwatch.StartNew(); begun.ElapsedMilliseconds < 300;)
            work();
        return Math.Max(1, (int)(round.TotalSeconds / Seconds(work, 3)));
    }

    static double Seconds(Action work, int times)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
            work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds / times;
    }

    /// <summary>Value, score and Hessian of a Student t, with the machine's widest vectors.</summary>
    sealed class StudentTSums(double[] x)
    {
        readonly LaneSample<StudentT, Lanes256> four = new([.. x, .. new double[Lanes512.Count]], false, null, 0, x.Length, 1);
        readonly LaneSample<StudentT, Lanes512> eight = new([.. x, .. new double[Lanes512.Count]], false, null, 0, x.Length, 1);
        static readonly Vec3<Real> η = StudentT.Natural(new Vec3<Real>(2.0, Math.Log(1.5), Math.Log(4)));

        public void Sum()
        {
            if (Vector512.IsHardwareAccelerated)
                eight.KernelSum<StudentT>(η, 1.0);
            else
                four.KernelSum<StudentT>(η, 1.0);
        }
    }
}
