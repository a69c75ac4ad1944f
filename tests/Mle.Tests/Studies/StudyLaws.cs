namespace Mle.Tests.Studies;

/// <summary>Blocks and their measures against the same computed naively from every replicate.</summary>
public class StudyLaws
{
    static readonly Method[] Walds = [new(IntervalKind.Wald), new(IntervalKind.Wald, Link.Log)];

    static Estimand Parameter(Family family, int i, double truth) => new(family.Info.Parameters[i].Name, Quantity.Parameter(i, family.Info.Parameters.Length), truth)
    {
        Scale = family.Info.Parameters[i].Link,
        Generating = Quantity.Parameter(i, family.Info.Parameters.Length),
    };

    static Study Of(string name, double[] truth, int n, long replicates, int block, Method[] methods, FitOptions? options = null)
    {
        var family = Registry.Find(name);
        options ??= new();
        var estimands = family.Info.Parameters.Select((p, i) => (p, i)).Where(x => !options.Fixed.ContainsKey(x.p.Name)).Select(x => Parameter(family, x.i, truth[x.i]));
        return new("a study", [1], 5, [new(new Dictionary<string, string>(), new(family, truth, n), family, options, [.. estimands])], replicates) { Methods = methods, BlockSize = block };
    }

    static CellResult Run(Study study, int threads = 2)
    {
        using var engine = new CpuEngine();
        var result = new CellResult(study, 0);
        for (int b = 0; b < study.Blocks && !result.IsDone; b++)
            result.Add(Block.Parse(study, 0, Block.Of(engine, study, 0, b, new() { Threads = threads }).ToBytes()));
        return result;
    }

    static Measure Get(IEnumerable<Measure> all, string method, string term, string stat) => all.Single(m => (m.Method, m.Term, m.Stat) == (method, term, stat));

    [Fact]
    public void Measures_are_those_of_all_replicates_together()
    {
        const int R = 3000;
        double[] truth = [1.5, 2];
        var study = Of("weibull", truth, 12, R, 700, Walds);
        var found = Run(study).Summarize();
        using var engine = new CpuEngine();
        var all = ReplicateResult.Of(engine, study, 0, 0, R, new());
        double[] x = [.. all.Select(r => r.Estimates[0])];
        double mean = x.Average(), s2 = x.Sum(v => Math.Pow(v - mean, 2)) / (R - 1), m4 = x.Average(v => Math.Pow(v - mean, 4)), s = Math.Sqrt(s2);
        double ofVariance = Math.Sqrt((m4 - s2 * s2 * (R - 3) / (R - 1)) / R);
        Close(mean, s / Math.Sqrt(R), Get(found, "mle", "shape", "thetamean"));
        Close(mean - 1.5, s / Math.Sqrt(R), Get(found, "mle", "shape", "bias"));
        Close((mean - 1.5) / 1.5, s / Math.Sqrt(R) / 1.5, Get(found, "mle", "shape", "rbias"));
        Close(s, ofVariance / (2 * s), Get(found, "mle", "shape", "empse"));
        double[] square = [.. x.Select(v => (v - 1.5) * (v - 1.5))];
        Close(square.Average(), Deviation(square) / Math.Sqrt(R), Get(found, "mle", "shape", "mse"));

        var wald = all.Select(r => r.Intervals.Single(i => i is { Method: "wald", Term: "shape" })).ToArray();
        double[] v2 = [.. wald.Select(i => i.Error * i.Error)];
        double model = Math.Sqrt(v2.Average()), ofModel = Deviation(v2) / Math.Sqrt(R) / (2 * model);
        Close(model, ofModel, Get(found, "wald", "shape", "modelse"));
        // The delta method on (v, (θ̂ − mean)²), written out.
        double[] influence = [.. x.Select((e, r) => 0.5 * model / s * ((v2[r] - v2.Average()) / v2.Average() - (Math.Pow(e - mean, 2) - s2) / s2))];
        Close(100 * (model / s - 1), 100 * Deviation(influence) / Math.Sqrt(R), Get(found, "wald", "shape", "relerror"), 2e-3);
        double cover = wald.Count(i => i.Low <= 1.5 && 1.5 <= i.High) / (double)R, eliminated = wald.Count(i => i.Low <= mean && mean <= i.High) / (double)R;
        Close(cover, Math.Sqrt(cover * (1 - cover) / R), Get(found, "wald", "shape", "cover"));
        Assert.Equal(eliminated, Get(found, "wald", "shape", "becover").Estimate, 2.0 / R);
        double[] length = [.. wald.Select(i => i.High - i.Low)];
        Close(length.Average(), Deviation(length) / Math.Sqrt(R), Get(found, "wald", "shape", "length"));
        Array.Sort(x);
        Assert.InRange(Get(found, "mle", "shape", "thetamedian").Estimate, x[R / 2 - 15], x[R / 2 + 15]);
        Assert.Equal(R, Get(found, "mle", "", "nsim").Estimate);
        // The bound of a Weibull's shape: 6/π² shape²/n.
        Close(6 / (Math.PI * Math.PI) * 2.25 / 12 / s2, double.NaN, Get(found, "mle", "shape", "efficiency"));
    }

    static void Close(double estimate, double error, Measure found, double tolerance = 1e-9)
    {
        Assert.True(Math.Abs(found.Estimate - estimate) <= tolerance * Math.Max(1e-3, Math.Abs(estimate)), $"{found.Stat}: {found.Estimate:R} instead of {estimate:R}");
        if (!double.IsNaN(error))
            Assert.True(Math.Abs(found.Error - error) <= Math.Max(tolerance, 1e-3) * error, $"error of {found.Stat}: {found.Error:R} instead of {error:R}");
    }

    static double Deviation(double[] x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
    }

    /// <summary>The rate of five exponentials has a kurtosis of 45: the normal's formula is off by a factor of four or more.</summary>
    [Fact]
    public void Errors_of_variances_know_heavy_tails()
    {
        var study = Of("exponential", [2], 8, 40_000, 10_000, []);
        var measures = Run(study).Summarize();
        var found = Get(measures, "mle", "rate", "empse");
        // Inverse gamma: kurtosis 3 + 30(... )/…, of n = 8 exactly 18.5.
        const double kurtosis = 3 + 6.0 * (5 * 8 - 11) / ((8 - 3) * (8 - 4));
        double exact = found.Estimate / 2 * Math.Sqrt((kurtosis - 1) / 40_000);
        Assert.InRange(found.Error / exact, 0.6, 1.7);
        Assert.True(found.Error > 2 * found.Estimate / Math.Sqrt(2 * 40_000.0));
    }

    [Fact]
    public void Blocks_have_the_same_bits_for_any_number_of_threads()
    {
        using var engine = new CpuEngine();
        var study = Of("gamma", [2, 1], 20, 200, 200, [new(IntervalKind.Wald), new(IntervalKind.Sandwich), new(IntervalKind.Profile), new(IntervalKind.Percentile), new(IntervalKind.Bca)]) with
        {
            Bootstrap = new(40),
            Levels = [0.9, 0.95],
        };
        byte[] one = Block.Of(engine, study, 0, 0, new() { Threads = 1 }).ToBytes();
        foreach (int threads in new[] { 2, 3 })
            Assert.Equal(one, Block.Of(engine, study, 0, 0, new() { Threads = threads }).ToBytes());
        Assert.Equal(one, Block.Parse(study, 0, one).ToBytes());
    }

    /// <summary>What is random belongs to the replicate, not to the block.</summary>
    [Fact]
    public void The_size_of_blocks_changes_no_count()
    {
        var study = Of("weibull", [1.5, 2], 10, 300, 300, [new(IntervalKind.Wald), new(IntervalKind.Percentile), new(IntervalKind.Studentized)]) with { Bootstrap = new(50) };
        var (whole, parts) = (Run(study).Summarize(), Run(study with { BlockSize = 70 }).Summarize());
        Assert.Equal(whole.Count, parts.Count);
        for (int i = 0; i < whole.Count; i++)
            Assert.True(Math.Abs(whole[i].Estimate - parts[i].Estimate) <= 1e-12 * Math.Abs(whole[i].Estimate), $"{whole[i]} and {parts[i]}");
    }

    [Fact]
    public void Bytes_of_another_block_are_refused()
    {
        using var engine = new CpuEngine();
        var study = Of("weibull", [1.5, 2], 10, 50, 50, Walds);
        byte[] bytes = Block.Of(engine, study, 0, 0, new()).ToBytes();
        Assert.Throws<FormatException>(() => Block.Parse(study, 0, bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Throws<FormatException>(() => Block.Parse(study, 0, [.. bytes, 0]));
        Assert.Throws<FormatException>(() => Block.Parse(Of("exponential", [1], 10, 50, 50, []), 0, bytes));
    }

    /// <summary>Under-dispersed counts have no finite size: means are of those that have one, and the rest is said.</summary>
    [Fact]
    public void Replicates_without_an_estimate_are_counted_and_nothing_unconditional_is_said()
    {
        var study = Of("negative_binomial", [20, 2], 30, 2000, 1000, Walds);
        var found = Run(study).Summarize();
        double failed = Get(found, "mle", "", "no_finite_mle").Estimate;
        Assert.InRange(failed, 700, 1200);
        Assert.Equal(failed, Get(found, "mle", "size", "failed").Estimate);
        Assert.Contains("no finite estimate", Get(found, "mle", "size", "bias").Note);
        Assert.True(double.IsNaN(Get(found, "mle", "size", "bias").Estimate) && double.IsNaN(Get(found, "mle", "size", "mse").Estimate));
        Assert.DoesNotContain(found, m => m is { Term: "size", Stat: "thetamean" or "empse" or "modelse" or "relerror" or "becover" });
        Assert.Contains(found, m => m is { Term: "size", Stat: "thetamean.conditional" });
        // Nearly half run to infinity, so that the median is far above the truth and finite.
        Assert.InRange(Get(found, "mle", "size", "thetamedian").Estimate, 15, 1e6);
        Assert.Equal(failed, Get(found, "wald", "size", "nonexistent").Estimate);
        Assert.True(Get(found, "wald", "size", "cover").Estimate <= 1 - failed / 2000);
        Assert.Equal(2000, found.Where(m => m is { Term: "", Stat: "interior" or "no_finite_mle" or "boundary" or "iteration_limit" }).Sum(m => m.Estimate));
    }

    [Fact]
    public void A_sequential_study_stops_at_the_end_of_the_block_that_is_precise_enough()
    {
        var study = Of("normal", [0, 1], 10, 100_000, 500, [new(IntervalKind.Wald)]) with { HalfWidth = 0.012 };
        var result = Run(study);
        Assert.InRange(result.Blocks, 3, study.Blocks - 1);
        var measures = result.Summarize();
        double[] covers = [.. measures.Where(m => m.Stat == "cover").Select(m => m.Estimate)];
        Assert.All(covers, p => Assert.True(CellResult.HalfWidth(p, result.Replicates) <= 0.012));
        var before = new CellResult(study, 0);
        using var engine = new CpuEngine();
        for (int b = 0; b < result.Blocks - 1; b++)
            before.Add(Block.Of(engine, study, 0, b, new()));
        Assert.False(before.IsDone);
        // A thousand at least, however wide the limit.
        Assert.Equal(2, Run(study with { HalfWidth = 0.4 }).Blocks);
    }

    /// <summary>Wilson's 95 % interval of 95 of 100: 0.8882 to 0.9785.</summary>
    [Fact]
    public void The_half_width_is_wilsons() => Assert.Equal((0.97847 - 0.88825) / 2, CellResult.HalfWidth(0.95, 100), 4);

    [Fact]
    public void Power_counts_intervals_without_the_null_value()
    {
        var study = Of("normal", [0.5, 1], 20, 2000, 2000, [new(IntervalKind.Exact)]);
        var cell = study.Cells[0];
        study = study with { Cells = [cell with { Estimands = [cell.Estimands[0] with { Null = 0 }] }] };
        // Student's t with 19 degrees of freedom and noncentrality 0.5√20: power 0.5645 (R: power.t.test(20, 0.5, type = "one.sample")).
        Assert.Equal(0.5645, Get(Run(study).Summarize(), "exact", "mu", "power").Estimate, 0.045);
    }

    [Fact]
    public void A_method_that_does_not_suit_a_cell_is_refused_before_anything_runs()
    {
        var error = Assert.Throws<ArgumentException>(() => Block.Check(Of("weibull", [1.5, 2], 10, 50, 50, [new(IntervalKind.Exact)])));
        Assert.Contains("Cell 1", error.Message);
        Assert.Contains("exact", error.Message);
    }

    /// <summary>An interval of the variance is that of the deviation, squared.</summary>
    [Fact]
    public void Intervals_of_one_parameter_carry_over_to_functions_of_it()
    {
        var study = Of("normal", [0, 1.5], 15, 40, 40, [new(IntervalKind.Profile), new(IntervalKind.Exact)]);
        var cell = study.Cells[0];
        var variance = Quantity.Of(Quantity.Parameter(1, 2), x => x * x, (x, _) => 2 * x);
        study = study with { Cells = [cell with { Estimands = [cell.Estimands[1], new("variance", variance, 2.25)] }] };
        using var engine = new CpuEngine();
        foreach (var one in ReplicateResult.Of(engine, study, 0, 0, 40, new()))
            foreach (string method in new[] { "profile", "exact" })
            {
                var (σ, square) = (one.Intervals.Single(i => i.Method == method && i.Term == "sigma"), one.Intervals.Single(i => i.Method == method && i.Term == "variance"));
                Assert.Equal((σ.Low * σ.Low, σ.High * σ.High), (square.Low, square.High));
            }
    }
}
