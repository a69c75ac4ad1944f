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
/// of the log-likelihood. One workload at a time, for the peers' turn is between two of them. Regressions build their designs from
/// columns inside the clock; the C++ has its large ones ready in blocks. Estimates are given as the peers give them: a gamma's scale, and 0 for a second parameter that there is not.
/// </summary>
sealed class PeerWorkloads(string data, TextWriter output) : IDisposable
{
    readonly CpuEngine engine = new();

    public void Dispose() => engine.Dispose();

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

    /// <summary>What is timed, by name; what it reads it reads when it is called.</summary>
    public Dictionary<string, Action> All
    {
        get
        {
            Dictionary<string, Action> all = [];
            foreach (var (file, name, family, known) in batches)
                all.Add($"W1 {name}", () => Fits($"W1 {name}", Families.Find(family)!, Batch.Equal(Read(file), 200), known));
            foreach (var (file, name, family) in giants)
                all.Add($"W2 {name}", () => Fits($"W2 {name}", Families.Find(family)!, Batch.Single(Read(file)), []));
            all.Add("W2 weibull-eval", () => Evaluate("W2 weibull-eval", "weibull", "w2_weibull", new() { ["shape"] = 1.4, ["scale"] = 2.1 }));
            all.Add("W2 t-eval", () => Evaluate("W2 t-eval", "student_t", "w2_t", new() { ["location"] = 0.4, ["scale"] = 1.6, ["df"] = 4.5 }));
            all.Add("W2 weibull-eval-cachedlog", () => CachedLogs("W2 weibull-eval-cachedlog"));
            var logistic = Families.Find("logistic_regression")!;
            const int many = 1_000_000, few = 200_000;
            all.Add("W3 logit", () => Regressions("W3 logit", logistic, "w3_y_logit", Columns("w3_X", 10, many)));
            all.Add("W3 poisson", () => Regressions("W3 poisson", Families.Find("poisson")!, "w3_y_pois", Columns("w3_X", 10, many)));
            all.Add("W3 softmax4", () => Regressions("W3 softmax4", Families.OfCategories["multinomial_logit"](["0", "1", "2", "3"]), "w3_y_softmax", Columns("w3_X", 10, few)));
            all.Add("W3 logit-batch2000", () => Regressions("W3 logit-batch2000", logistic, "w3b_y", Columns("w3b_X", 4, many), 2000));
            all.Add("W4 gamma-bootstrap", () => Bootstrap("W4 gamma-bootstrap", "gamma", Read("w4_gamma"), rate => 1 / rate));
            all.Add("W4 weibull-bootstrap", () => Bootstrap("W4 weibull-bootstrap", "weibull", Read("w1_weibull")[..200], scale => scale));
            all.Add("W5 weibull-sim", () => Study("W5 weibull-sim"));
            return all;
        }
    }

    /// <summary>Samples of Weibull(1.5, 2), drawn, fitted, and their Wald intervals that cover counted.</summary>
    void Study(string workload)
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
        Time(workload, [.. Computes(Detail.Complete), "intervals"], "none", replicates, replicates * length, () =>
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
    void Bootstrap(string workload, string family, double[] x, Func<double, double> second)
    {
        const int resamples = 10_000;
        foreach (var detail in Enum.GetValues<Detail>())
        {
            FitTable? table = null;
            var source = new Resamples(Batch.Single(x), resamples, 1);
            Time(workload, Computes(detail), "one data set", resamples, (long)resamples * x.Length,
                () => table = engine.Fit(Families.Find(family)!, source, new FitOptions { Threads = 1, Detail = detail }),
                () => [.. Moments(table!.Estimates(0)), .. Moments([.. table!.Estimates(1).Select(second)])]);
        }

        static double[] Moments(double[] values)
        {
            double mean = values.Average();
            return [mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length)];
        }
    }

    /// <summary>One regression, or some of as many rows each.</summary>
    void Regressions(string workload, Family family, string file, ReadOnlyMemory<double>[] columns, int count = 1)
    {
        double[] y = Read(file);
        // The first column is the constant.
        var predictor = new Predictor([Predictor.Constant.Terms[0], .. columns.Skip(1).Select((_, j) => $"x{j + 1}")], [default, .. columns.Skip(1)]);
        var batch = new Batch(y, [.. Enumerable.Range(0, count + 1).Select(d => (long)d * (y.Length / count))])
        {
            Predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = predictor },
        };
        Fits(workload, family, batch, []);
    }

    /// <summary>The columns of a matrix that lies row after row.</summary>
    ReadOnlyMemory<double>[] Columns(string file, int count, int rows)
    {
        double[] matrix = Read(file);
        return [.. Enumerable.Range(0, count).Select(j => (ReadOnlyMemory<double>)Enumerable.Range(0, rows).Select(i => matrix[i * count + j]).ToArray())];
    }

    /// <summary>Both details, one after the other.</summary>
    void Fits(string workload, Family family, Batch batch, Dictionary<string, double> known)
    {
        FitTable? table = null;
        bool samples = batch.Predictors.Count == 0;
        foreach (var detail in Enum.GetValues<Detail>())
        {
            var options = new FitOptions { Threads = 1, Detail = detail, Fixed = known };
            Time(workload, Computes(detail), samples ? "one data set after another" : "columns", batch.Count, batch.Values.Length,
                () => table = engine.Fit(family, batch, options),
                () => [.. Enumerable.Range(0, Math.Min(3, batch.Count)).SelectMany(d => samples ? Sample(d) : Estimates(d))]);
        }

        IEnumerable<double> Estimates(int d) => Enumerable.Range(0, table!.Parameters.Count).Select(p => table.Estimates(p)[d]);

        IEnumerable<double> Sample(int d)
        {
            double[] free = [.. Estimates(d).Take(table!.FreeParameters)];
            return family.Name == "gamma" ? [free[0], 1 / free[1]] : batch.Count > 1 && free.Length == 1 ? [free[0], 0] : free;
        }
    }

    void Evaluate(string workload, string family, string file, Dictionary<string, double> at)
    {
        Evaluation? value = null;
        var (entry, batch) = (Families.Find(family)!, Batch.Single(Read(file)));
        Time(workload, evaluation, "one data set after another", 1, batch.Values.Length,
            () => value = engine.Evaluate(entry, batch, at, new FitOptions { Threads = 1 })[0],
            () => [value!.LogLikelihood, .. value.Score, .. Enumerable.Range(0, value.Score.Length).SelectMany(i => Enumerable.Range(i, value.Score.Length - i).Select(j => value.Hessian[i, j]))]);
    }

    static readonly string[] evaluation = ["log-likelihood", "score", "Hessian"];

    /// <summary>The hot loop alone, from stored logarithms to value, score and Hessian.</summary>
    void CachedLogs(string workload)
    {
        double[] x = Read("w2_weibull");
        var hot = new HotLoops { Values = x };
        hot.Setup();
        Derivatives<Real> sums = default;
        Time(workload, evaluation, "stored logarithms", 1, x.Length, () => sums = hot.Sums(), () => []);
    }

    double[] Read(string file) =>
        MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(data, file + ".bin"))).ToArray();

    void Time(
        string workload, string[] computes, string layout, long fits, long observations, Action work, Func<double[]> estimates)
    {
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
        output.WriteLine(JsonSerializer.Serialize(new PeerLedger.Raw(null, workload, computes, layout, 1, fits, observations, [.. seconds], estimates(), 0, ""), PeerLedger.Options));
        output.Flush();
    }
}
