namespace Mle.Tests.Inference;

/// <summary>Fits of replicates: the ways to compute them agree, for every family.</summary>
public class ReplicateLaws
{
    public static TheoryData<string> All => Registry.Names;

    public static TheoryData<string> Smooth => Registry.Where(t => t.Smooth.Take(t.Slots).All(s => s));

    /// <summary>An engine that fits batches and knows nothing of replicates.</summary>
    sealed class Batches(int lanes = 0) : IEngine
    {
        readonly CpuEngine engine = new(lanes);

        public string Description => engine.Description;

        public void Prepare(Family family, Batch batch, FitOptions options) { }

        public FitTable Fit(Family family, Batch batch, FitOptions options) => engine.Fit(family, batch, options);

        public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) =>
            engine.Evaluate(family, batch, at, options);

        public void Dispose() { }
    }

    static Sample[] Ragged(string name, int test, params int[] lengths)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name, test));
        return [.. lengths.Select(n => Sample.Draw(oracle, oracle.Points[random.Next(oracle.Points.Length)], n, random))];
    }

    static double[] Bits(FitTable table) =>
        [.. Enumerable.Range(0, table.Parameters.Count).SelectMany(i => Enumerable.Range(0, i + 1).SelectMany(j => table.Covariances(i, j)).Concat(table.Estimates(i))),
            .. table.LogLikelihood, .. table.Size, .. table.Iterations, .. table.Status.Select(s => (double)s)];

    static void Agree(FitTable expected, FitTable found, string where, double tolerance)
    {
        Assert.Equal(expected.Count, found.Count);
        for (int f = 0; f < expected.Count; f++)
        {
            Fit e = expected[f], g = found[f];
            string at = $"{where}, fit {f}";
            Assert.True(e.Status == g.Status, $"{at}: {g.Status} ({g.Verdict.Reason}) instead of {e.Status} ({e.Verdict.Reason})");
            Assert.True(Math.Abs(e.Size - g.Size) <= 1e-12 * e.Size, $"{at}: n = {g.Size} instead of {e.Size}");
            Assert.True(e.LogLikelihood.Equals(g.LogLikelihood) || Math.Abs(e.LogLikelihood - g.LogLikelihood) <= 1e-11 * Math.Max(Math.Abs(e.LogLikelihood), e.Size), $"{at}: log-likelihood {g.LogLikelihood:R} instead of {e.LogLikelihood:R}");
            for (int i = 0; i < expected.Parameters.Count; i++)
            {
                double error = e.StandardError(i), unit = double.IsFinite(error) && error > 0 ? error : 1e-3 * Math.Abs(e[i]);
                Assert.True(e[i].Equals(g[i]) || Math.Abs(e[i] - g[i]) <= tolerance * unit, $"{at}: {expected.Parameters[i]} = {g[i]:R} instead of {e[i]:R} ± {error:G3}");
                // A handful of rows may leave hardly any information, and of its inverse no digits.
                Assert.True(e.Size < 20 || error.Equals(g.StandardError(i)) || Math.Abs(error - g.StandardError(i)) <= 100 * tolerance * error, $"{at}: standard error {g.StandardError(i):R} instead of {error:R}");
            }
        }
    }

    static readonly FitOptions[] Ways = [new(), new() { Information = Information.Robust }];

    [Theory, MemberData(nameof(All))]
    public void The_engine_finds_what_fits_of_the_resamples_as_a_batch_find(string name)
    {
        var (family, samples) = (Registry.Find(name), Ragged(name, 51, 1, 7, 150));
        using var engine = new CpuEngine();
        using IEngine plain = new Batches();
        foreach (var kind in Enum.GetValues<Resampling>())
            foreach (var options in Ways)
            {
                var resamples = new Resamples(Sample.Join(samples), 5, 3, kind);
                Agree(plain.Fit(family, resamples, options), engine.Fit(family, resamples, options), $"{name}, {kind}, {options.Information}", 1e-8);
            }
    }

    [Theory, MemberData(nameof(All))]
    public void Any_number_of_threads_and_any_block_of_data_sets_gives_the_same_bits(string name)
    {
        var (family, samples) = (Registry.Find(name), Ragged(name, 52, 3, 25, 200, 30));
        using var engine = new CpuEngine();
        double[] one = Bits(engine.Fit(family, new Resamples(Sample.Join(samples), 300, 8), new() { Threads = 1 }));
        Assert.Equal(one, Bits(engine.Fit(family, new Resamples(Sample.Join(samples), 300, 8), new() { Threads = 3 })));
        var whole = engine.Fit(family, new Resamples(Sample.Join(samples), 20, 8), new());
        var end = engine.Fit(family, new Resamples(Sample.Join(samples[3..]), 20, 8, first: 3), new());
        for (int f = 0; f < end.Count; f++)
            for (int i = 0; i < whole.Parameters.Count; i++)
                Assert.Equal(whole.Estimates(i)[60 + f], end.Estimates(i)[f]);
    }

    [Theory, MemberData(nameof(All))]
    public void A_resample_is_fitted_as_its_rows_repeated(string name)
    {
        var (family, sample) = (Registry.Find(name), Ragged(name, 53, 50)[0]);
        using var engine = new CpuEngine();
        var resamples = new Resamples(sample.Batch, 6, 21);
        var worker = (Resampler)resamples.Worker();
        var repeated = Enumerable.Range(0, 6).Select(b => sample.Rows(worker.Draw(0, b).ToArray().Select(i => (int)i))).ToArray();
        Agree(engine.Fit(family, Sample.Join(repeated), new()), engine.Fit(family, resamples, new()), name, 1e-8);
    }

    [Theory, MemberData(nameof(Smooth))]
    public void Robust_standard_errors_are_those_of_the_rows_with_a_model(string name)
    {
        var (family, random) = (Registry.Find(name), Registry.Random(name, 54));
        using var engine = new CpuEngine();
        foreach (bool weighted in new[] { false, true })
        {
            var samples = Ragged(name, 55, 45, 333);
            var batch = Sample.Join(weighted ? [.. samples.Select(s => s.Weighted(random))] : samples);
            var options = new FitOptions { Information = Information.Robust };
            var expected = family.Accept(new Regressing(engine, 4, family, batch, options, null));
            var found = engine.Fit(family, batch, options);
            for (int d = 0; d < batch.Count; d++)
            {
                if (expected.Status[d] != Status.Interior || found.Status[d] != Status.Interior)
                    continue;
                for (int i = 0; i < found.Parameters.Count; i++)
                    for (int j = 0; j <= i; j++)
                    {
                        double unit = expected[d].StandardError(i) * expected[d].StandardError(j);
                        Assert.True(Math.Abs(expected[d].Covariance(i, j) - found[d].Covariance(i, j)) <= 1e-9 * unit,
                            $"{name}, weighted: {weighted}, n = {found.Size[d]}, ({i}, {j}): {found[d].Covariance(i, j):R} instead of {expected[d].Covariance(i, j):R}");
                    }
            }
        }
    }

    [Fact]
    public void A_known_parameter_has_no_robust_standard_error()
    {
        using var engine = new CpuEngine();
        var family = Registry.Find("gamma");
        var sample = Ragged("gamma", 56, 200)[0];
        var options = new FitOptions { Information = Information.Robust, Fixed = new Dictionary<string, double> { ["rate"] = 2 } };
        var expected = family.Accept(new Regressing(engine, 4, family, sample.Batch, options, null))[0];
        var found = engine.Fit(family, sample.Batch, options)[0];
        Assert.Equal(0, found.StandardError("rate"));
        Assert.Equal(expected.StandardError("shape"), found.StandardError("shape"), 9);
    }

    /// <summary>The weights of the resamples in a loop over fits, for rows that are more than plain.</summary>
    [Theory]
    [InlineData("poisson"), InlineData("weibull_aft"), InlineData("normal"), InlineData("logistic_regression")]
    public void Regressions_are_those_of_the_weighted_rows(string name)
    {
        var random = new Random(5);
        const int n = 60;
        double[] x = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())];
        double[] y = [.. x.Select(v => name switch
        {
            "logistic_regression" => random.NextDouble() < 0.3 + 0.4 * v ? 1 : 0,
            "poisson" => Math.Floor(6 * random.NextDouble() * (1 + v)),
            _ => 1 + v - Math.Log(1 - random.NextDouble()),
        })];
        bool censored = name == "weibull_aft";
        var family = Families.Find(name)!;
        var batch = new Batch(y, [0, 25, n])
        {
            Upper = censored ? y.Select((v, i) => i % 5 == 0 ? double.PositiveInfinity : v).ToArray() : default,
            Predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = new([Predictor.Intercept, "x"], [default, x]) },
        };
        using var engine = new CpuEngine();
        foreach (var options in new FitOptions[] { new(), new() { Information = Information.Robust }, new() { Threads = 1 } })
        {
            var resamples = new Resamples(batch, 7, 11);
            var found = engine.Fit(family, resamples, options);
            for (int f = 0; f < 14; f++)
            {
                var (d, b) = (f / 7, f % 7);
                int from = (int)batch.Offsets[d], to = (int)batch.Offsets[d + 1];
                var weights = new double[to - from];
                ((Resampler)resamples.Worker()).Weigh(d, b, weights);
                var one = new Batch(y[from..to], [0, to - from], weights)
                {
                    Upper = censored ? batch.Upper[from..to] : default,
                    Predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = new([Predictor.Intercept, "x"], [default, x[from..to]]) },
                };
                var expected = engine.Fit(family, one, options);
                Assert.Equal(expected.Status[0], found.Status[f]);
                for (int i = 0; i < expected.Parameters.Count; i++)
                {
                    Assert.Equal(expected.Estimates(i)[0], found.Estimates(i)[f]);
                    Assert.Equal(expected.Covariances(i, i)[0], found.Covariances(i, i)[f]);
                }
            }
            using IEngine plain = new Batches();
            Agree(plain.Fit(family, resamples, options), found, name, 1e-7);
        }
    }

    [Fact]
    public void Resamples_of_categories_are_shares_of_the_drawn()
    {
        double[] values = [0, 2, 1, 0, 2, 2, 0, 1, 0, 0];
        using var engine = new CpuEngine();
        var resamples = new Resamples(Batch.Single(values), 5, 3);
        var table = engine.Fit(Families.Categorical(["a", "b", "c"]), resamples, new());
        for (int b = 0; b < 5; b++)
        {
            var drawn = ((Resampler)resamples.Worker()).Draw(0, b).ToArray();
            for (int k = 0; k < 3; k++)
                Assert.Equal(drawn.Count(i => values[i] == k) / 10.0, table.Estimates(k)[b], 14);
        }
    }

    [Fact]
    public void Resamples_of_bad_data_are_refused_with_the_reason()
    {
        using var engine = new CpuEngine();
        var table = engine.Fit(Registry.Find("weibull"), new Resamples(Batch.Single(new double[] { 1, -2, 3 }), 4, 1), new());
        Assert.All(table.Status, s => Assert.Equal(Status.InvalidData, s));
        Assert.Contains("row 2", table[3].Verdict.Reason);
        Assert.Throws<ArgumentException>(() => new Resamples(Batch.Single(new double[] { 1 }), 0, 1));
    }

    [Fact]
    public void No_data_sets_have_no_replicates()
    {
        using var engine = new CpuEngine();
        using IEngine plain = new Batches();
        var none = new Resamples(new Batch(default, [0]), 5, 1);
        Assert.Equal(0, engine.Fit(Registry.Find("gamma"), none, new()).Count);
        Assert.Equal(0, plain.Fit(Registry.Find("gamma"), none, new()).Count);
    }
}
