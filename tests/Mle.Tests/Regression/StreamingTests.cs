namespace Mle.Tests.Regression;

/// <summary>Designs that are not kept in memory, and wide ones.</summary>
public class StreamingTests
{
    const int N = 40_000;

    static double[] Draw(Random random, Func<Random, double> one, int count = N) => [.. Enumerable.Range(0, count).Select(_ => one(random))];

    public static TheoryData<string, string> Cases => new()
    {
        { "poisson", "exact" },
        { "poisson", "weighted" },
        { "weibull_aft", "censored" },
        { "weibull_aft", "truncated" },
        { "multinomial_logit", "exact" },
        { "logistic_regression", "firth" },
    };

    /// <summary>A design that is made anew in every pass gives the same bits as one that is kept, for any number of threads.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Streams_to_the_last_bit(string family, string kind)
    {
        var random = new Random(11);
        double[] a = Draw(random, r => r.NextDouble() - 0.5), b = Draw(random, r => Math.Round(3 * r.NextDouble()));
        double[] w = Draw(random, r => r.Next(4)), o = Draw(random, r => 0.1 * r.NextDouble());
        double[] u = [.. a.Zip(b, (p, q) => 0.4 + 0.8 * p - 0.2 * q)];
        double[] y = [.. u.Select(v => family switch
        {
            "poisson" => Poisson(random, Math.Exp(v)),
            "weibull_aft" => Math.Exp(v) * Math.Pow(-Math.Log(1 - random.NextDouble()), 0.7),
            "multinomial_logit" => random.Next(3),
            _ => random.NextDouble() < 1 / (1 + Math.Exp(-v)) ? 1 : 0,
        })];
        double[] upper = [.. y], below = [];
        if (kind is "censored" or "truncated")
            for (int i = 0; i < N; i++)
                if (y[i] > 2)
                    (y[i], upper[i]) = (2, double.PositiveInfinity);
                else if (i % 7 == 0)
                    (y[i], upper[i]) = (0.5 * y[i], 1.5 * y[i]);
                else if (i % 11 == 0)
                    y[i] = 0;
        if (kind == "truncated")
            below = [.. y.Select((v, i) => i % 3 == 0 ? 0 : 0.25 * v)];
        var entry = Families.Find(family) ?? Families.OfCategories[family](["0", "1", "2"]);
        var batch = new Batch(y, [0, N], kind == "weighted" ? w : default)
        {
            Upper = upper.SequenceEqual(y) ? default : upper,
            TruncatedBelow = below,
            Predictors = new Dictionary<string, Predictor> { [entry.Info.Primary] = new(["(Intercept)", "a", "b"], [default, a, b], o) },
        };
        var options = new FitOptions { Threads = 1, Penalty = new() { Firth = kind == "firth" } };
        var kept = new CpuEngine().Fit(entry, batch, options);
        Assert.Equal(Status.Interior, kept.Status[0]);
        foreach (int threads in new[] { 1, 3 })
        {
            var streamed = new CpuEngine().Fit(entry, batch, options with { Threads = threads, DesignLimit = 1000 });
            Assert.Equal(kept.LogLikelihood[0], streamed.LogLikelihood[0]);
            Assert.Equal(kept.Iterations[0], streamed.Iterations[0]);
            for (int i = 0; i < kept.Parameters.Count; i++)
            {
                Assert.Equal(kept.Estimates(i)[0], streamed.Estimates(i)[0]);
                for (int j = 0; j <= i; j++)
                    Assert.Equal(kept.Covariances(i, j)[0], streamed.Covariances(i, j)[0]);
            }
        }
    }

    static double Poisson(Random random, double mean)
    {
        int n = -1;
        for (double p = 1, stop = Math.Exp(-mean); p > stop; n++)
            p *= random.NextDouble();
        return n;
    }

    /// <summary>
    /// The score of the reported estimates vanishes, and the intervals hold the truth as often as they say. Of more coefficients than 256 no
    /// sums are held from block to block.
    /// </summary>
    [Theory, InlineData(200), InlineData(300)]
    public void Fits_wide_models(int p)
    {
        const int n = 6000;
        var random = new Random(3);
        double[][] columns = [.. Enumerable.Range(0, p - 1).Select(_ => Draw(random, r => r.NextDouble() - 0.5, n))];
        double[] β = [.. Enumerable.Range(0, p).Select(j => 0.3 * Math.Sin(j))], y = new double[n];
        double U(int i, Func<int, double> β) => β(0) + Enumerable.Range(1, p - 1).Sum(j => β(j) * columns[j - 1][i]);
        for (int i = 0; i < n; i++)
            y[i] = random.NextDouble() < 1 / (1 + Math.Exp(-U(i, j => β[j]))) ? 1 : 0;
        var entry = Families.Find("logistic_regression")!;
        var batch = new Batch(y, [0, n])
        {
            Predictors = new Dictionary<string, Predictor>
            {
                ["p"] = new(["(Intercept)", .. Enumerable.Range(1, p - 1).Select(j => $"x{j}")], [default, .. columns.Select(c => (ReadOnlyMemory<double>)c)]),
            },
        };
        var fit = new CpuEngine().Fit(entry, batch, new());
        Assert.Equal(Status.Interior, fit.Status[0]);
        double[] score = new double[p];
        for (int i = 0; i < n; i++)
        {
            double left = y[i] - 1 / (1 + Math.Exp(-U(i, j => fit.Estimates(j)[0])));
            for (int j = 0; j < p; j++)
                score[j] += left * (j == 0 ? 1 : columns[j - 1][i]);
        }
        Assert.All(score, s => Assert.Equal(0, s, 1e-9));
        int held = Enumerable.Range(0, p).Count(j => Math.Abs(fit.Estimates(j)[0] - β[j]) < 1.96 * Math.Sqrt(fit.Covariances(j, j)[0]));
        Assert.InRange(held, 0.9 * p, 0.995 * p);
    }
}
