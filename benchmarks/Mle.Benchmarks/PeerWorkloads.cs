using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mle.Benchmarks;

/// <summary>
/// The workloads of the hand-written C++ peers, on the same files and under the same rules: one thread, files read
/// before the clock starts, everything from raw arrays to estimates inside it, one warm-up, then at least five repeats
/// and 1.5 seconds. Each is measured twice: estimates only, which is what the C++ computes, and the complete fit with
/// validation, covariance and every constant of the log-likelihood. Regressions build their designs from columns inside the
/// clock; the C++ has its large ones ready in blocks.
/// </summary>
static class PeerWorkloads
{
    static readonly (string File, string Case, string Family, Dictionary<string, double> Fixed)[] batches =
    [
        ("w1_normal", "normal", "normal", []),
        ("w1_exponential", "exponential", "exponential", []),
        ("w1_gamma", "gamma", "gamma", []),
        ("w1_weibull", "weibull", "weibull", []),
        ("w1_beta", "beta", "beta", []),
        ("w1_poisson", "poisson", "poisson", []),
        ("w1_negbin", "negbin", "negative_binomial", []),
        ("w1_t4", "t4", "student_t", new() { ["df"] = 4 }),
    ];

    static readonly (string File, string Case, string Family)[] giants =
    [
        ("w2_normal", "normal-fit", "normal"),
        ("w2_poisson", "poisson-fit", "poisson"),
        ("w2_gamma", "gamma-fit", "gamma"),
        ("w2_weibull", "weibull-fit", "weibull"),
    ];

    public static void Run(string data, TextWriter output)
    {
        using var engine = new CpuEngine();
        foreach (var (file, name, family, known) in batches)
        {
            var batch = Batch.Equal(Read(data, file), 200);
            foreach (var detail in Enum.GetValues<Detail>())
                Fit(engine, output, "W1", name, Families.Find(family)!, batch, new FitOptions { Threads = 1, Detail = detail, Fixed = known });
        }
        foreach (var (file, name, family) in giants)
        {
            var batch = Batch.Single(Read(data, file));
            foreach (var detail in Enum.GetValues<Detail>())
                Fit(engine, output, "W2", name, Families.Find(family)!, batch, new FitOptions { Threads = 1, Detail = detail });
        }
        var weibull = new Dictionary<string, double> { ["shape"] = 1.4, ["scale"] = 2.1 };
        Evaluate(engine, output, "weibull-eval", "weibull", Batch.Single(Read(data, "w2_weibull")), weibull);
        var t = new Dictionary<string, double> { ["location"] = 0.4, ["scale"] = 1.6, ["df"] = 4.5 };
        Evaluate(engine, output, "t-eval", "student_t", Batch.Single(Read(data, "w2_t")), t);
        CachedLogs(output, Read(data, "w2_weibull"));
        Regressions(engine, output, data);
        Bootstraps(engine, output, data);
    }

    /// <summary>Resamples of one data set; the C++ has those of a gamma, and reports means and standard deviations.</summary>
    static void Bootstraps(CpuEngine engine, TextWriter output, string data)
    {
        const int resamples = 10_000;
        Resample("gamma-bootstrap", "gamma", Read(data, "w4_gamma"), rate => 1 / rate);
        Resample("weibull-bootstrap", "weibull", Read(data, "w1_weibull")[..200], scale => scale);

        void Resample(string name, string family, double[] x, Func<double, double> second)
        {
            foreach (var detail in Enum.GetValues<Detail>())
            {
                FitTable? table = null;
                var source = new Resamples(Batch.Single(x), resamples, 1);
                Time(output, "W4", $"{name} {detail}".ToLowerInvariant(), resamples, (long)resamples * x.Length,
                    () => table = engine.Fit(Families.Find(family)!, source, new FitOptions { Threads = 1, Detail = detail }),
                    () => [.. Moments(table!.Estimates(0)), .. Moments([.. table!.Estimates(1).Select(second)])]);
            }
        }

        static double[] Moments(double[] values)
        {
            double mean = values.Average();
            return [mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length)];
        }
    }

    static void Regressions(CpuEngine engine, TextWriter output, string data)
    {
        const int few = 200_000, fits = 2000, rows = 500;
        var logistic = Families.Find("logistic_regression")!;
        var columns = Columns(Read(data, "w3_X"), 10);
        Fit("logit", logistic, Read(data, "w3_y_logit"), columns);
        Fit("poisson", Families.Find("poisson")!, Read(data, "w3_y_pois"), columns);
        Fit("softmax4", Families.OfCategories["multinomial_logit"](["0", "1", "2", "3"]), Read(data, "w3_y_softmax"), [.. columns.Select(c => c[..few])]);
        Fit("logit-batch2000", logistic, Read(data, "w3b_y"), Columns(Read(data, "w3b_X"), 4), fits, rows);

        void Fit(string name, Family family, double[] y, ReadOnlyMemory<double>[] columns, int count = 1, int rows = 0)
        {
            // The first column is the constant.
            var predictor = new Predictor([Predictor.Constant.Terms[0], .. columns.Skip(1).Select((_, j) => $"x{j + 1}")], [default, .. columns.Skip(1)]);
            var batch = new Batch(y, [.. Enumerable.Range(0, count).Select(d => (long)d * rows), y.Length])
            {
                Predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = predictor },
            };
            foreach (var detail in Enum.GetValues<Detail>())
                PeerWorkloads.Fit(engine, output, "W3", name, family, batch, new FitOptions { Threads = 1, Detail = detail });
        }
    }

    /// <summary>The columns of a matrix that lies row after row.</summary>
    static ReadOnlyMemory<double>[] Columns(double[] matrix, int count) =>
        [.. Enumerable.Range(0, count).Select(j =>
        {
            var column = new double[matrix.Length / count];
            for (int i = 0; i < column.Length; i++)
                column[i] = matrix[i * count + j];
            return (ReadOnlyMemory<double>)column;
        })];

    static void Fit(
        CpuEngine engine, TextWriter output, string workload, string name, Family family, Batch batch, FitOptions options)
    {
        FitTable? table = null;
        Time(output, workload, $"{name} {options.Detail}".ToLowerInvariant(), batch.Count, batch.Values.Length,
            () => table = engine.Fit(family, batch, options),
            () => [.. Enumerable.Range(0, table!.Parameters.Count).Select(p => table.Estimates(p)[0])]);
    }

    static void Evaluate(
        CpuEngine engine, TextWriter output, string name, string family, Batch batch, Dictionary<string, double> at)
    {
        Evaluation? value = null;
        var entry = Families.Find(family)!;
        Time(output, "W2", name, 1, batch.Values.Length,
            () => value = engine.Evaluate(entry, batch, at, new FitOptions { Threads = 1 })[0],
            () => [value!.LogLikelihood, .. value.Score]);
    }

    /// <summary>The hot loop alone, from stored logarithms to value, score and Hessian.</summary>
    static void CachedLogs(TextWriter output, double[] x)
    {
        var hot = new HotLoops { Values = x };
        hot.Setup();
        Derivatives<Real> sums = default;
        Time(output, "W2", "weibull-eval-cachedlog", 1, x.Length, () => sums = hot.Sums(), () => [sums.F, sums.Score.X, sums.Score.Y]);
    }

    static double[] Read(string data, string file) =>
        MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(data, file + ".bin"))).ToArray();

    static void Time(
        TextWriter output, string workload, string name, long fits, long observations, Action work, Func<double[]> estimates)
    {
        work();
        var seconds = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        while (seconds.Count < 5 || (Stopwatch.GetElapsedTime(begin).TotalSeconds < 1.5 && seconds.Count < 200))
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        seconds.Sort();
        double median = seconds[seconds.Count / 2];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"peer":"mle","workload":"{{workload}}","case":"{{name}}","threads":1,"repeats":{{seconds.Count}},"seconds_min":{{seconds[0]:g6}},"seconds_median":{{median:g6}},"n_fits":{{fits}},"fits_per_s":{{fits / median:g6}},"obs_per_s":{{observations / median:g6}},"estimates":[{{string.Join(',', estimates().Select(e => e.ToString("g15", CultureInfo.InvariantCulture)))}}],"note":""}"""));
        output.Flush();
    }
}
