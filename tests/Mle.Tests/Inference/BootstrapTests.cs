namespace Mle.Tests.Inference;

/// <summary>Bootstraps: intervals against R's formulas written again, and what is done with replicates that have no maximum.</summary>
public class BootstrapTests
{
    public static TheoryData<string> All => Registry.Names;

    static readonly double[] Aircondit = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487];

    static Bootstrapped Run(string family, Batch batch, BootstrapPlan plan, FitOptions? options = null)
    {
        using var engine = new CpuEngine();
        return new(Bootstrap.Of(engine, Families.Find(family)!, batch, plan, options ?? new())[0]);
    }

    /// <summary>A bootstrap's estimates by name.</summary>
    sealed record Bootstrapped(BootstrapFit Fit)
    {
        public BootstrapEstimate this[string name] => Fit.Estimates.Single(e => e.Name == name);
    }

    /// <summary>norm.inter of R's boot 1.3, line by line.</summary>
    static double Inter(double[] t, double alpha)
    {
        Array.Sort(t = [.. t]);
        int R = t.Length;
        double rk = Math.Round((R + 1) * alpha, 9);
        int k = (int)rk;
        if (k == 0)
            return t[0];
        if (k == R || k == rk)
            return t[k - 1];
        double one = Probit(alpha), two = Probit(k / (R + 1.0)), three = Probit((k + 1) / (R + 1.0));
        return t[k - 1] + (one - two) / (three - two) * (t[k] - t[k - 1]);
    }

    static double Probit(double p) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, p);

    static double[] Replicates(FitTable table, int parameter) => table.Estimates(parameter);

    [Theory]
    [InlineData(999, 0.95), InlineData(400, 0.9), InlineData(99, 0.95), InlineData(30, 0.95)]
    public void Intervals_are_those_of_boot(int B, double level)
    {
        using var engine = new CpuEngine();
        var family = Registry.Find("exponential");
        var batch = Batch.Single(Aircondit);
        var table = engine.Fit(family, new Resamples(batch, B, 7), new() { Information = Information.Robust });
        var found = Run("exponential", batch, new(B, 7, Level: level))["rate"];
        double n = 12, rate = 1 / Aircondit.Average(), lo = (1 - level) / 2, hi = 1 - lo;
        double[] t = Replicates(table, 0);
        double mean = t.Average(), sd = Math.Sqrt(t.Sum(v => (v - mean) * (v - mean)) / (B - 1)), z = Probit(hi);
        Assert.Equal(rate, found.Estimate, 14);
        Assert.Equal(mean - rate, found.Bias, 14);
        Assert.Equal(sd, found.StandardError, 14);
        Check(found, BootstrapInterval.Normal, 2 * rate - mean - z * sd, 2 * rate - mean + z * sd);
        Check(found, BootstrapInterval.Percentile, Inter(t, lo), Inter(t, hi));
        Check(found, BootstrapInterval.Basic, 2 * rate - Inter(t, hi), 2 * rate - Inter(t, lo));
        Assert.Equal((B + 1) * lo <= 1 + 1e-9, found.Intervals[BootstrapInterval.Percentile].Extreme);

        // The sandwich of the rate on the log scale: the coefficient of variation of the rows over √n.
        double Robust(IEnumerable<double> x) => Math.Sqrt(x.Average(v => v * v) / Math.Pow(x.Average(), 2) - 1) / Math.Sqrt(n);
        var worker = (Resampler)new Resamples(batch, B, 7).Worker();
        double[] ratios = [.. Enumerable.Range(0, B).Select(b => Math.Log(t[b] / rate) / Robust([.. worker.Draw(0, b).ToArray().Select(i => Aircondit[i])]))];
        double own = Robust(Aircondit);
        Check(found, BootstrapInterval.Studentized, rate * Math.Exp(-own * Inter(ratios, hi)), rate * Math.Exp(-own * Inter(ratios, lo)));

        // Influence of x on 1/mean: −rate²(x − mean).
        double[] l = [.. Aircondit.Select(x => -(x - 1 / rate))];
        double a = l.Sum(v => v * v * v) / (6 * Math.Pow(l.Sum(v => v * v), 1.5));
        double z0 = Probit(t.Sum(v => v < rate - 1e-12 ? 1 : v > rate + 1e-12 ? 0 : 0.5) / B);
        double Adjusted(double p) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, z0 + (z0 + Probit(p)) / (1 - a * (z0 + Probit(p))));
        Assert.Equal(a, found.Acceleration, 10);
        Assert.Equal(z0, found.BiasCorrection, 10);
        Check(found, BootstrapInterval.Bca, Inter(t, Adjusted(lo)), Inter(t, Adjusted(hi)), 1e-7);
    }

    static void Check(BootstrapEstimate found, BootstrapInterval kind, double low, double high, double tolerance = 1e-10)
    {
        var interval = found.Intervals[kind];
        Assert.True(Math.Abs(interval.Low - low) <= tolerance * Math.Abs(low), $"{kind}: {interval.Low:R} instead of {low:R}");
        Assert.True(Math.Abs(interval.High - high) <= tolerance * Math.Abs(high), $"{kind}: {interval.High:R} instead of {high:R}");
    }

    [Theory, MemberData(nameof(All))]
    public void Every_interval_exists_for_every_family(string name)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name, 61));
        using var engine = new CpuEngine();
        var family = Registry.Find(name);
        // A sample that has an interior maximum, where there are any.
        var sample = Enumerable.Range(0, 20).Select(_ => Sample.Draw(oracle, oracle.Points[0], 80, random))
            .First(s => engine.Fit(family, s.Batch, new()).Status[0] is Status.Interior or Status.Nonregular);
        foreach (var kind in Enum.GetValues<BootstrapKind>())
        {
            if (kind == BootstrapKind.Poisson && name != "gamma")
                continue;
            var found = Bootstrap.Of(engine, family, sample.Batch, new(60, 3, kind, 0.8), new())[0];
            Assert.Equal(60, found.Verdicts.Values.Sum());
            bool regular = found.Fit.Status == Status.Interior;
            foreach (var one in found.Estimates)
                foreach (var (which, interval) in one.Intervals)
                {
                    string where = $"{name}, {kind}, {which} of {one.Name}: {interval.Refusal}";
                    if (which == BootstrapInterval.Studentized && !regular)
                        Assert.Contains("nonregular", interval.Refusal);
                    else if (which == BootstrapInterval.Normal && one.Infinite > 0)
                        Assert.Contains("infinite", interval.Refusal);
                    // The replicates of an end of the support are on one side of it.
                    else if (!(which == BootstrapInterval.Bca && double.IsInfinity(one.BiasCorrection)))
                        Assert.True(interval.Refusal is null && interval.Low <= interval.High, where);
                }
        }
    }

    [Fact]
    public void The_acceleration_of_a_parametric_exponential_is_the_skewness_of_its_score()
    {
        // The score 1/rate − x of one row has skewness −2.
        double a = Run("exponential", Batch.Single(Aircondit), new(999, 2, BootstrapKind.Parametric))["rate"].Acceleration;
        Assert.InRange(a, -1 / (3 * Math.Sqrt(12)) - 0.01, -1 / (3 * Math.Sqrt(12)) + 0.01);
    }

    /// <summary>The rate is rate·n/Gamma(n): mean, variance and quantiles are known.</summary>
    [Fact]
    public void A_parametric_bootstrap_of_the_exponential_has_the_inverse_gamma_law()
    {
        const int B = 40000;
        var found = Run("exponential", Batch.Single(Aircondit), new(B, 5, BootstrapKind.Parametric) { Intervals = [BootstrapInterval.Percentile] })["rate"];
        double n = 12, rate = 1 / Aircondit.Average(), bias = rate / (n - 1), sd = rate * n / (n - 1) / Math.Sqrt(n - 2);
        Assert.InRange(found.Bias, bias - 4 * sd / Math.Sqrt(B), bias + 4 * sd / Math.Sqrt(B));
        Assert.InRange(found.StandardError, sd - 5 * found.ErrorOfStandardError, sd + 5 * found.ErrorOfStandardError);
        var gamma = new MathNet.Numerics.Distributions.Gamma(n, 1);
        double low = rate * n / gamma.InverseCumulativeDistribution(0.975), high = rate * n / gamma.InverseCumulativeDistribution(0.025);
        Assert.InRange(found.Intervals[BootstrapInterval.Percentile].Low, low * 0.99, low * 1.01);
        Assert.InRange(found.Intervals[BootstrapInterval.Percentile].High, high * 0.985, high * 1.015);
    }

    [Fact]
    public void Replicates_without_a_finite_maximum_count_as_what_they_run_to()
    {
        // Hardly more variance than mean: about a third of the resamples have less.
        double[] counts = [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 9];
        var found = Run("negative_binomial", Batch.Single(counts), new(500, 4));
        int none = found.Fit.Verdicts[Status.NoFiniteMle];
        Assert.InRange(none, 20, 480);
        var size = found["size"];
        Assert.Equal((500, none), (size.Used, size.Infinite));
        Assert.Equal(double.PositiveInfinity, size.Intervals[BootstrapInterval.Percentile].High);
        Assert.Contains("infinite", size.Intervals[BootstrapInterval.Normal].Refusal);
        Assert.True(double.IsNaN(size.Bias));
        Assert.Equal(0, found["mu"].Infinite);
        Assert.Equal(500, found["mu"].Used);
        Assert.True(double.IsFinite(found["mu"].Intervals[BootstrapInterval.Normal].Low));
    }

    [Fact]
    public void A_fit_without_a_maximum_has_no_intervals_and_says_why()
    {
        var found = Run("negative_binomial", Batch.Single(new double[] { 2, 2, 2, 3, 3 }), new(50, 4));
        Assert.Equal(Status.NoFiniteMle, found.Fit.Fit.Status);
        Assert.All(found.Fit.Estimates, e => Assert.All(e.Intervals.Values, i => Assert.Contains("no finite maximum", i.Refusal)));
        Assert.Contains("row 2", Run("gamma", Batch.Single(new double[] { 2, -1 }), new(50, 4))["shape"].Intervals[BootstrapInterval.Basic].Refusal);
    }

    [Fact]
    public void Ends_of_the_support_have_no_studentized_interval()
    {
        var found = Run("uniform", Batch.Single(Aircondit), new(200, 4))["b"];
        Assert.Contains("nonregular", found.Intervals[BootstrapInterval.Studentized].Refusal);
        Assert.Equal(487, found.Intervals[BootstrapInterval.Percentile].High);
    }

    /// <summary>Rows that are weighted w times, and those rows w times.</summary>
    [Fact]
    public void A_weighted_row_has_the_influence_of_its_repetitions()
    {
        double[] w = [3, 1, 2, 1, 4, 1, 1, 1, 2, 1, 1, 1];
        double[] repeated = [.. Aircondit.Zip(w).SelectMany(p => Enumerable.Repeat(p.First, (int)p.Second))];
        var plan = new BootstrapPlan(20, 1);
        Assert.Equal(Run("weibull", Batch.Single(repeated), plan)["shape"].Acceleration, Run("weibull", Batch.Single(Aircondit, w), plan)["shape"].Acceleration, 9);
    }

    [Fact]
    public void Influences_are_about_the_means_of_strata_and_summed_over_clusters()
    {
        int[] strata = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], clusters = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
        double mean = Aircondit.Average();
        double A(IEnumerable<double> l) => l.Sum(v => v * v * v) / (6 * Math.Pow(l.Sum(v => v * v), 1.5));
        double[] means = [.. Enumerable.Range(0, 2).Select(s => Aircondit.Where((_, i) => strata[i] == s).Average())];
        var stratified = Run("normal", Batch.Single(Aircondit), new(20, 1) { Strata = strata })["mu"].Acceleration;
        Assert.Equal(A(Aircondit.Select((x, i) => x - means[strata[i]])), stratified, 10);
        var clustered = Run("normal", Batch.Single(Aircondit), new(20, 1) { Clusters = clusters })["mu"].Acceleration;
        Assert.Equal(A(Enumerable.Range(0, 6).Select(c => Aircondit[2 * c] + Aircondit[2 * c + 1] - 2 * mean)), clustered, 10);
    }

    [Fact]
    public void A_regression_is_resampled_by_its_rows()
    {
        var random = new Random(3);
        double[] x = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())], y = [.. x.Select(v => (double)random.Next(0, 4 + (int)(8 * v)))];
        var family = Registry.Find("poisson");
        var batch = new Batch(y, [0, 40]) { Predictors = new Dictionary<string, Predictor> { ["lambda"] = new([Predictor.Intercept, "x"], [default, x]) } };
        using var engine = new CpuEngine();
        foreach (var kind in new[] { BootstrapKind.Nonparametric, BootstrapKind.Parametric })
        {
            var found = Bootstrap.Of(engine, family, batch, new(200, 9, kind), new())[0];
            double[] errors = [.. found.Estimates.Select(e => e.StandardError)];
            for (int i = 0; i < 2; i++)
            {
                Assert.InRange(errors[i] / found.Fit.StandardError(i), 0.6, 1.7);
                Assert.All(found.Estimates[i].Intervals.Values, v => Assert.True(v.Refusal is null && v.Low < found.Estimates[i].Estimate && v.High > found.Estimates[i].Estimate, v.Refusal));
            }
        }
    }

    [Fact]
    public void Studentized_intervals_of_truncated_rows_stand_on_the_sandwich()
    {
        const int B = 99;
        var data = new Batch(Aircondit, [0, 12]) { TruncatedBelow = new double[] { 1 } };
        var robust = new FitOptions { Information = Information.Robust };
        using var engine = new CpuEngine();
        var (fit, replicates) = (engine.Fit(Registry.Find("gamma"), data, robust)[0], engine.Fit(Registry.Find("gamma"), new Resamples(data, B, 4), robust));
        double shape = fit["shape"], own = fit.StandardError("shape") / shape;
        double[] ratios = [.. Enumerable.Range(0, B).Select(b => replicates[b]).Select(one => Math.Log(one["shape"] / shape) / (one.StandardError("shape") / one["shape"]))];
        var found = Run("gamma", data, new(B, 4) { Intervals = [BootstrapInterval.Studentized] })["shape"];
        Check(found, BootstrapInterval.Studentized, shape * Math.Exp(-own * Inter(ratios, 0.975)), shape * Math.Exp(-own * Inter(ratios, 0.025)));
    }

    [Fact]
    public void Blocks_of_data_sets_and_threads_do_not_change_a_bootstrap()
    {
        using var engine = new CpuEngine();
        var family = Registry.Find("weibull");
        var random = Registry.Random("weibull", 62);
        Sample[] samples = [.. Enumerable.Range(0, 5).Select(i => Sample.Draw(Oracles.Of("weibull"), Oracles.Of("weibull").Points[0], 20 + i, random))];
        string Text(BootstrapFit[] all) => string.Join("\n", all.SelectMany(f => f.Estimates).Select(e =>
            string.Join(" ", e.Intervals.Select(i => $"{i.Key} {i.Value.Low:R} {i.Value.High:R}")) + $" {e.Bias:R}"));
        foreach (var kind in Enum.GetValues<BootstrapKind>())
        {
            string one = Text(Bootstrap.Of(engine, family, Sample.Join(samples), new(50, 2, kind), new() { Threads = 1 }));
            Assert.Equal(one, Text(Bootstrap.Of(engine, family, Sample.Join(samples), new(50, 2, kind), new() { Threads = 3 })));
        }
    }

    [Fact]
    public void Functions_of_the_parameters_have_intervals_too()
    {
        using var engine = new CpuEngine();
        var family = Registry.Find("exponential");
        var batch = Batch.Single(Aircondit);
        var mean = Quantity.Of(Quantity.Parameter(0, 1), v => 1 / v, (v, _) => -1 / (v * v));
        var plan = new BootstrapPlan(300, 8);
        var found = Bootstrap.Of(engine, family, batch, plan, new(), _ => [new("mean", mean)])[0].Estimates[0];
        var normal = Run("normal", batch, plan)["mu"];
        Check(found, BootstrapInterval.Percentile, normal.Intervals[BootstrapInterval.Percentile].Low, normal.Intervals[BootstrapInterval.Percentile].High);
        Check(found, BootstrapInterval.Bca, normal.Intervals[BootstrapInterval.Bca].Low, normal.Intervals[BootstrapInterval.Bca].High);
        Check(found, BootstrapInterval.Studentized, normal.Intervals[BootstrapInterval.Studentized].Low, normal.Intervals[BootstrapInterval.Studentized].High, 1e-8);
    }

    [Fact]
    public void What_cannot_be_drawn_from_a_model_is_refused()
    {
        using var engine = new CpuEngine();
        var family = Registry.Find("weibull");
        var censored = new Batch(Aircondit, [0, 12]) { Upper = Aircondit.Select((v, i) => i == 4 ? double.PositiveInfinity : v).ToArray() };
        Assert.Contains("censored", Assert.Throws<ArgumentException>(() => Bootstrap.Of(engine, family, censored, new(20, Kind: BootstrapKind.Parametric), new())).Message);
        Assert.True(Bootstrap.Of(engine, family, censored, new(20), new())[0].Estimates[0].Intervals[BootstrapInterval.Bca].Refusal is null);
        Assert.Throws<ArgumentException>(() => Bootstrap.Of(engine, family, Batch.Single(Aircondit), new(1), new()));
        Assert.Throws<ArgumentException>(() => Bootstrap.Of(engine, family, Batch.Single(Aircondit), new(20, Kind: BootstrapKind.Parametric) { Strata = new int[12] }, new()));
    }
}
