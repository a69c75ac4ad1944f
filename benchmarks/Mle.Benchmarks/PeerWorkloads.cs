using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mle.Gpu;

namespace Mle.Benchmarks;

/// <summary>
/// The workloads of the peers, on the same files and under the same rules: one thread, files read before the clock starts,
/// everything from raw arrays to estimates inside it, a warm-up, then at least five repeats and 0.7 seconds. Ours lasts for as
/// long as it gets faster, which is when the JIT compiles it anew for speed: a longer run would not notice. Each is measured
/// twice: estimates only, which is what most peers compute, and the complete fit with validation, covariance and every constant
/// of the log-likelihood. One workload at a time, for the peers' turn is between two of them. Regressions build their designs from columns inside the clock; the C++ has its large ones ready in
/// blocks. Estimates are given as the peers give them: a gamma's scale, and 0 for a second parameter that there is not.
/// </summary>
sealed class PeerWorkloads(string workload, TextWriter output)
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

    public static IEnumerable<string> Names =>
    [
        .. batches.Select(b => $"W1 {b.Case}"), .. giants.Select(g => $"W2 {g.Case}"), "W2 weibull-eval", "W2 t-eval", "W2 weibull-eval-cachedlog",
        "W3 logit", "W3 poisson", "W3 softmax4", "W3 logit-batch2000", "W4 gamma-bootstrap", "W4 weibull-bootstrap", "W5 weibull-sim",
    ];

    bool timed;

    /// <returns>Whether there is such a workload.</returns>
    public bool Run(string data)
    {
        using var engine = new CpuEngine();
        foreach (var (file, name, family, known) in batches)
        {
            var batch = Batch.Equal(Read(data, file), 200);
            foreach (var detail in Enum.GetValues<Detail>())
                Fit(engine, "W1", name, Families.Find(family)!, batch, new FitOptions { Threads = 1, Detail = detail, Fixed = known });
        }
        foreach (var (file, name, family) in giants)
        {
            var batch = Batch.Single(Read(data, file));
            foreach (var detail in Enum.GetValues<Detail>())
                Fit(engine, "W2", name, Families.Find(family)!, batch, new FitOptions { Threads = 1, Detail = detail });
        }
        var weibull = new Dictionary<string, double> { ["shape"] = 1.4, ["scale"] = 2.1 };
        Evaluate(engine, "weibull-eval", "weibull", Batch.Single(Read(data, "w2_weibull")), weibull);
        var t = new Dictionary<string, double> { ["location"] = 0.4, ["scale"] = 1.6, ["df"] = 4.5 };
        Evaluate(engine, "t-eval", "student_t", Batch.Single(Read(data, "w2_t")), t);
        CachedLogs(Read(data, "w2_weibull"));
        Regressions(engine, data);
        Bootstraps(engine, data);
        Study(engine);
        return timed;
    }

    /// <summary>Samples of Weibull(1.5, 2), drawn, fitted, and their Wald intervals that cover counted.</summary>
    void Study(CpuEngine engine)
    {
        const int replicates = 10_000, length = 100;
        const double z = 1.959963984540054;
        var weibull = Families.Find("weibull")!;
        double[] truth = [1.5, 2];
        var table = new FitTable(["shape", "scale"], 2, 1, Detail.Estimates);
        for (int p = 0; p < truth.Length; p++)
            table.Estimates(p)[0] = truth[p];
        var draws = new Draws(weibull, Batch.Single(new double[length]), table, replicates, 1);
        double[] covered = [0, 0], mean = [0, 0];
        Time("W5 weibull-sim", [.. Computes(Detail.Complete), "intervals"], "none", replicates, replicates * length, () =>
        {
            var fits = engine.Fit(weibull, draws, new FitOptions { Threads = 1 });
            for (int p = 0; p < truth.Length; p++)
            {
                double[] estimates = fits.Estimates(p), variances = fits.Covariances(p, p);
                covered[p] = estimates.Where((e, d) => Math.Abs(e - truth[p]) < z * Math.Sqrt(variances[d])).Count() / (double)replicates;
                mean[p] = estimates.Average();
            }
        }, () => [.. covered, .. mean]);
    }

    static string[] Computes(Detail detail) => detail == Detail.Estimates ? ["estimates", "verdicts"] : ["estimates", "log-likelihood", "standard errors", "verdicts"];

    /// <summary>Resamples of one data set; the C++ has those of a gamma, and reports means and standard deviations.</summary>
    void Bootstraps(CpuEngine engine, string data)
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
                Time($"W4 {name}", Computes(detail), "one data set", resamples, (long)resamples * x.Length,
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

    void Regressions(CpuEngine engine, string data)
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
                this.Fit(engine, "W3", name, family, batch, new FitOptions { Threads = 1, Detail = detail });
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

    void Fit(
        CpuEngine engine, string group, string name, Family family, Batch batch, FitOptions options)
    {
        FitTable? table = null;
        bool samples = batch.Predictors.Count == 0;
        Time($"{group} {name}", Computes(options.Detail), samples ? "one data set after another" : "columns", batch.Count, batch.Values.Length,
            () => table = engine.Fit(family, batch, options),
            () => [.. Enumerable.Range(0, Math.Min(3, batch.Count)).SelectMany(d => samples ? Sample(d) : All(d))]);

        IEnumerable<double> All(int d) => Enumerable.Range(0, table!.Parameters.Count).Select(p => table.Estimates(p)[d]);

        IEnumerable<double> Sample(int d)
        {
            double[] free = [.. All(d).Take(table!.FreeParameters)];
            return family.Name == "gamma" ? [free[0], 1 / free[1]] : group == "W1" && free.Length == 1 ? [free[0], 0] : free;
        }
    }

    void Evaluate(
        CpuEngine engine, string name, string family, Batch batch, Dictionary<string, double> at)
    {
        Evaluation? value = null;
        var entry = Families.Find(family)!;
        Time($"W2 {name}", evaluation, "one data set after another", 1, batch.Values.Length,
            () => value = engine.Evaluate(entry, batch, at, new FitOptions { Threads = 1 })[0],
            () => [value!.LogLikelihood, .. value.Score, .. Enumerable.Range(0, value.Score.Length).SelectMany(i => Enumerable.Range(i, value.Score.Length - i).Select(j => value.Hessian[i, j]))]);
    }

    static readonly string[] evaluation = ["log-likelihood", "score", "Hessian"];

    /// <summary>The hot loop alone, from stored logarithms to value, score and Hessian.</summary>
    void CachedLogs(double[] x)
    {
        var hot = new HotLoops { Values = x };
        hot.Setup();
        Derivatives<Real> sums = default;
        Time("W2 weibull-eval-cachedlog", evaluation, "stored logarithms", 1, x.Length, () => sums = hot.Sums(), () => []);
    }

    static double[] Read(string data, string file) =>
        MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(data, file + ".bin"))).ToArray();

    void Time(
        string name, string[] computes, string layout, long fits, long observations, Action work, Func<double[]> estimates)
    {
        if (name != workload)
            return;
        timed = true;
        double Once()
        {
            long start = Stopwatch.GetTimestamp();
            work();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Timing.WarmedUp(Once, 0.5);
        var seconds = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        while (seconds.Count < 5 || (Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.7 && seconds.Count < 100))
            seconds.Add(Once());
        output.WriteLine(JsonSerializer.Serialize(new PeerLedger.Raw(null, name, computes, layout, 1, fits, observations, [.. seconds], estimates(), 0, ""), PeerLedger.Options));
        output.Flush();
    }
}
