namespace Mle.Tests.Laws;

/// <summary>Lengths, threads and vector widths: ways to compute the same thing.</summary>
public class BatchLaws
{
    public static TheoryData<string> All => Registry.Names;

    /// <summary>Every length from 1 to 67, shuffled, so that vectors of 4 and 8 and blocks of fits end everywhere.</summary>
    static Sample[] Ragged(Oracle oracle, Random random)
    {
        int[] lengths = [.. Enumerable.Range(1, 67), 300, 1000];
        random.Shuffle(lengths);
        return [.. lengths.Select(n => Sample.Draw(oracle, oracle.Points[random.Next(oracle.Points.Length)], n, random))];
    }

    static double[] Bits(Family family, FitTable table)
    {
        int k = family.Info.Parameters.Length;
        return [.. Enumerable.Range(0, table.Count).SelectMany(d => Enumerable.Range(0, k).SelectMany(i => Enumerable.Range(0, i + 1)
            .Select(j => table.Covariances(i, j)[d]).Append(table.Estimates(i)[d])).Concat([table.LogLikelihood[d], table.Size[d], table.Iterations[d], (double)table.Status[d]]))];
    }

    [Theory, MemberData(nameof(All))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        var (oracle, family) = (Oracles.Of(name), Registry.Find(name));
        var samples = Ragged(oracle, Registry.Random(name, 14));
        // Enough observations that the batch is cut into several blocks.
        var batch = Sample.Join([.. Enumerable.Repeat(samples, 45).SelectMany(s => s)]);
        using var engine = new CpuEngine();
        double[] one = Bits(family, engine.Fit(family, batch, new() { Threads = 1 }));
        foreach (int threads in new[] { 2, 7 })
            Assert.Equal(one, Bits(family, engine.Fit(family, batch, new() { Threads = threads })));
    }

    /// <summary>Where nothing but estimates is asked, last evaluations are left out, and closed forms are not searched for.</summary>
    [Theory, MemberData(nameof(All))]
    public void Estimates_alone_are_those_of_the_complete_fit(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 23));
        Sample[] samples = Ragged(oracle, random);
        // Constant samples have verdicts of their own.
        var batch = Sample.Join([.. samples, .. samples.Select(s => s.Rows([0, 0, 0]))]);
        using var engine = new CpuEngine();
        FitTable complete = engine.Fit(family, batch, new()), alone = engine.Fit(family, batch, new() { Detail = Detail.Estimates });
        for (int d = 0; d < batch.Count; d++)
        {
            Assert.Equal((complete[d].Status, complete[d].Verdict.Reason), (alone[d].Status, alone[d].Verdict.Reason));
            for (int i = 0; i < family.Info.Parameters.Length; i++)
            {
                double e = complete.Estimates(i)[d], error = Math.Sqrt(complete.Covariances(i, i)[d]), a = alone.Estimates(i)[d];
                Assert.True(e.Equals(a) || Math.Abs(a - e) <= 1e-9 * (double.IsFinite(error) ? error : 1 + Math.Abs(e)), $"{name}, data set {d + 1}: {a:R}, complete {e:R}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void One_four_and_eight_lanes_agree_at_every_length(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 15));
        Sample[] samples = Ragged(oracle, random);
        foreach (bool weights in new[] { false, true })
        {
            if (weights)
                samples = [.. samples.Select(s => s.Weighted(random))];
            var batch = Sample.Join(samples);
            var tables = new[] { 1, 4, 8 }.Select(lanes =>
            {
                using var engine = new CpuEngine(lanes);
                return (Table: engine.Fit(family, batch, new()), At: engine.Evaluate(family, batch, Registry.Named(oracle, oracle.Points[0]), new()));
            }).ToArray();
            var scalar = tables[0];
            for (int v = 1; v < tables.Length; v++)
            {
                for (int d = 0; d < samples.Length; d++)
                {
                    Fit e = scalar.Table[d], g = tables[v].Table[d];
                    string where = $"{name}, n = {samples[d].Length}{(weights ? ", weighted" : "")}, {(v == 1 ? 4 : 8)} lanes";
                    Assert.True(e.Status == g.Status, $"{where}: {g.Status} ({g.Verdict.Reason}), scalar {e.Status} ({e.Verdict.Reason})");
                    Assert.True(e.LogLikelihood.Equals(g.LogLikelihood) || Math.Abs(e.LogLikelihood - g.LogLikelihood) <= 1e-12 * Math.Max(Math.Abs(e.LogLikelihood), e.Size), $"{where}: log-likelihood {g.LogLikelihood:R}, scalar {e.LogLikelihood:R}");
                    for (int i = 0; i < family.Info.Parameters.Length; i++)
                    {
                        double se = e.StandardError(i), unit = double.IsFinite(se) ? se : 1e-3 * Math.Abs(e[i]);
                        Assert.True(e[i].Equals(g[i]) || Math.Abs(e[i] - g[i]) <= 1e-9 * unit, $"{where}: {family.Info.Parameters[i].Name} {g[i]:R}, scalar {e[i]:R}, {(g[i] - e[i]) / unit:E1} standard errors");
                    }
                    Evaluation ea = scalar.At[d], ga = tables[v].At[d];
                    Assert.True(ea.LogLikelihood.Equals(ga.LogLikelihood) || Math.Abs(ea.LogLikelihood - ga.LogLikelihood) <= 1e-12 * Math.Max(Numerically.Magnitude(oracle, oracle.Points[0], samples[d]), e.Size), $"{where}: Evaluate {ga.LogLikelihood:R}, scalar {ea.LogLikelihood:R}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void One_giant_data_set_is_the_sum_of_its_pieces_on_any_number_of_threads(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 16));
        const int n = 300_001, pieces = 97;
        double[] p = oracle.Points[0];
        var sample = Sample.Draw(oracle, p, n, random);
        if (random.Next(2) == 1)
            sample = sample with { Weights = [.. Enumerable.Range(0, n).Select(i => i % 7 == 3 ? 0 : 0.25 + i % 5)] };
        var giant = sample.Batch;
        var cuts = Enumerable.Range(0, pieces + 1).Select(i => (long)i * n / pieces).ToArray();
        var cut = new Batch(sample.X, cuts, sample.Weights, sample.Trials);
        using var engine = new CpuEngine();
        var whole = engine.Evaluate(family, giant, Registry.Named(oracle, p), new())[0];
        var parts = engine.Evaluate(family, cut, Registry.Named(oracle, p), new());
        Close("log-likelihood", whole.LogLikelihood, e => e.LogLikelihood);
        for (int i = 0; i < p.Length; i++)
        {
            Close("score", whole.Score[i], e => e.Score[i]);
            for (int j = 0; j < p.Length; j++)
                Close("Hessian", whole.Hessian[i, j], e => e.Hessian[i, j]);
        }

        double[] one = Bits(family, engine.Fit(family, giant, new() { Threads = 1 }));
        foreach (int threads in new[] { 2, 7 })
            Assert.Equal(one, Bits(family, engine.Fit(family, giant, new() { Threads = threads })));

        void Close(string what, double got, Func<Evaluation, double> of)
        {
            // The pieces' own cancelling terms are about √n of the sum of absolute values: n is the honest unit.
            double sum = parts.Sum(of), size = parts.Sum(e => Math.Abs(of(e))) + Math.Sqrt(parts.Sum(e => of(e) * of(e)) * pieces);
            Assert.True(Math.Abs(got - sum) <= 1e-10 * size || got.Equals(sum), $"{name}: {what} {got:R}, pieces {sum:R}, relative {(got - sum) / size:E1}");
        }
    }

    /// <summary>An evaluation of a giant data set adds up rows as it reads them: what it cannot do so it must do otherwise, and keep no rows where it can.</summary>
    [Theory, MemberData(nameof(All))]
    public void A_giant_evaluation_keeps_no_rows_and_loses_none(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 31));
        const int n = 200_001, odd = 180_000;
        var point = Registry.Named(oracle, oracle.Points[0]);
        var sample = Sample.Draw(oracle, oracle.Points[0], n, random);
        using var engine = new CpuEngine();
        var one = new FitOptions { Threads = 1 };
        long before = GC.GetAllocatedBytesForCurrentThread();
        engine.Evaluate(family, sample.Batch, point, one);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        bool rows = Traits.Of(family).Keep is Keep.Rows or Keep.RowsAndMedian;
        if (rows)
            Assert.True(taken < n * sizeof(double), $"{name}: {taken} bytes");

        double valid = sample.X[odd];
        sample.X[odd] = double.NaN;
        var error = Assert.Throws<ArgumentException>(() => engine.Evaluate(family, sample.Batch, point, one));
        Assert.Contains($"row {odd + 1}:", error.Message, StringComparison.Ordinal);

        // Too small to be a normal number in the unit of the others.
        sample.X[odd] = rows && family.Info.Parameters.All(p => p.Role != Role.Location) ? valid * Math.ScaleB(1, -1060) : valid;
        var rest = sample.Rows([.. Enumerable.Range(0, n).Where(i => i != odd)]);
        double whole = engine.Evaluate(family, sample.Batch, point, one)[0].LogLikelihood;
        double sum = engine.Evaluate(family, rest.Batch, point, one)[0].LogLikelihood + engine.Evaluate(family, sample.Rows([odd]).Batch, point, one)[0].LogLikelihood;
        Assert.True(Math.Abs(whole - sum) <= 1e-11 * Math.Max(n, Math.Abs(sum)) || whole.Equals(sum), $"{name}: {whole:R}, in two parts {sum:R}");
    }

    /// <summary>What loading relies on where it keeps rows: see <see cref="Keep.Rows"/>.</summary>
    [Theory, MemberData(nameof(All))]
    public void Rows_that_are_kept_are_one_statistic_of_no_integer(string name)
    {
        var traits = Traits.Of(Registry.Find(name));
        Assert.True(traits.Keep is Keep.Sums or Keep.Table || traits.Statistics == 1 && !traits.Support.Integer);
        Assert.True(traits.Keep != Keep.Table || traits.ReadsExtremes);
    }

    /// <summary>log h of small counts comes from a table, of others from log Γ; every third data set has a count beyond the table.</summary>
    [Theory, InlineData("poisson"), InlineData("ztpoisson"), InlineData("negative_binomial")]
    public void Log_likelihoods_of_counts_of_any_size_are_sums_over_rows(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 32));
        Sample[] samples = [.. Enumerable.Range(0, 24).Select(d => new Sample([.. Enumerable.Range(0, d % 8 == 6 ? 900 : 40 + d).Select(i => (double)random.Next(1, i == d && d % 3 == 0 ? 5000 : d % 3 == 1 ? 1024 : 30)), d % 3 == 0 ? 1024 : 1023]))];
        using var engine = new CpuEngine();
        foreach (var group in new[] { samples, [.. samples.Select(s => s.Rows(Enumerable.Range(0, 41)))], [.. samples.Select(s => s.Weighted(random))] })
        {
            var fits = engine.Fit(family, Sample.Join(group), new());
            for (int d = 0; d < group.Length; d++)
            {
                var sample = group[d];
                double[] at = [.. family.Info.Parameters.Select((_, p) => fits.Estimates(p)[d])];
                double sum = Enumerable.Range(0, sample.Length).Sum(i => sample.W(i) * oracle.Log(at, sample.X[i], 1));
                Assert.True(Math.Abs(fits.LogLikelihood[d] - sum) <= 1e-11 * Math.Abs(sum), $"{name}, data set {d + 1}: {fits.LogLikelihood[d]:R}, over rows {sum:R}");
            }
        }
    }

    /// <summary>
    /// Data sets that collapse are loaded as many as a vector has lanes, unless one of them is special: empty, short, constant, invalid, or
    /// far from the others. Neither way may show in anybody's bits.
    /// </summary>
    [Theory, MemberData(nameof(All))]
    public void Among_others_of_its_length_a_data_set_has_the_same_bits_as_alone(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 29));
        Sample[] plain = [.. Enumerable.Range(0, 25).Select(_ => Sample.Draw(oracle, oracle.Points[0], 40, random))];
        Sample[] special = [plain[0].Rows(oracle.Trials ? [0] : []), plain[1].Rows([0, 1, 2]), plain[2].Rows(new int[40]), plain[3].Map(_ => double.NaN),
            plain[4].Map(x => x * Math.ScaleB(1, 300)), plain[5].Map(x => x / Math.ScaleB(1, 300)), plain[6].Map(x => 1 - x / 256)];
        using var engine = new CpuEngine();
        foreach (var detail in new[] { Detail.Complete, Detail.Estimates })
        {
            foreach (var odd in special)
            {
                Sample[] samples = [.. plain[..11], odd, .. plain[11..]];
                var table = engine.Fit(family, Sample.Join(samples), new() { Detail = detail });
                for (int d = 8; d < 16; d++)
                {
                    var alone = engine.Fit(family, samples[d].Batch, new() { Detail = detail });
                    Assert.Equal((alone[0].Status, alone[0].Verdict.Reason), (table[d].Status, table[d].Verdict.Reason));
                    for (int i = 0; i < family.Info.Parameters.Length; i++)
                        Assert.Equal(alone[0][i], table[d][i]);
                    if (detail == Detail.Complete)
                        Assert.Equal((alone[0].LogLikelihood, alone[0].Size), (table[d].LogLikelihood, table[d].Size));
                }
            }
        }
    }

    /// <summary>Products of eight observations would overflow, or vanish: weights of 1 have a logarithm taken of each.</summary>
    [Theory]
    [InlineData("gamma", 1e60, 1e-60)]
    [InlineData("inverse_gamma", 1e60, 1e-60)]
    [InlineData("pareto", 1e60, 1e-60)]
    [InlineData("gamma", 1e-45, 1)]
    [InlineData("gamma", 1, 1e45)]
    [InlineData("weibull", 5e-324, 1)]
    [InlineData("loglogistic", 1e60, 1e-60)]
    public void Observations_of_any_range_have_the_sums_of_their_logarithms(string name, double first, double then)
    {
        double[] x = [.. Enumerable.Range(0, 400).Select(i => (i is > 0 and < 200 ? first : then) * (1 + 0.01 * (i % 7)))];
        double[] ones = new double[x.Length];
        Array.Fill(ones, 1);
        foreach (int lanes in new[] { 1, 4, 8 })
        {
            using var engine = new CpuEngine(lanes);
            var products = engine.Fit(Registry.Find(name), Batch.Single(x), new())[0];
            var logarithms = engine.Fit(Registry.Find(name), new Batch(x, [0, x.Length], ones), new())[0];
            Assert.Equal(name == "pareto" ? Status.Nonregular : Status.Interior, logarithms.Status);
            Assert.Equal(logarithms.Status, products.Status);
            Assert.Equal(logarithms.LogLikelihood, products.LogLikelihood, 1e-11 * Math.Abs(logarithms.LogLikelihood));
            for (int i = 0; i < products.Parameters.Count; i++)
                Assert.Equal(1, products[i] / logarithms[i], 1e-11);
        }
    }

    /// <summary>Squares are taken about the first row; where that is far from all others, they must not lose digits by it.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1e-200)]
    public void A_variance_keeps_its_digits_whatever_the_first_row_is(double first)
    {
        double[] x = [.. Enumerable.Range(0, 30_001).Select(i => i == 0 ? first : 1 + 1e-3 * Math.Sin(i))];
        using var space = new Workspace();
        Loaded loaded = default;
        Loading.Load<Distributions.Weibull, Lanes256>(new(x, default, default), Detail.Complete, false, false, 1, space, ref loaded);
        decimal[] exact = [.. space.A.Take(x.Length).Select(Exact)];
        decimal mean = exact.Sum() / x.Length, variance = exact.Sum(t => (t - mean) * (t - mean)) / x.Length;
        Assert.Equal(1, loaded.Summary.Variance.Value / (double)variance, 5e-14);

        // A conversion from double keeps 15 digits only.
        static decimal Exact(double t) => (decimal)Math.Round(t * 1e12) / 1e12m + (decimal)(t - Math.Round(t * 1e12) / 1e12);
    }
}
