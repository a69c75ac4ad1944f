using Mle.Tests.Runner;

namespace Mle.Tests.Inference;

/// <summary>Distances by their definitions, and p-values by what they are for: uniform where the family is right.</summary>
public class GoodnessOfFitTests
{
    static readonly double[] Groundbeef = [.. File.ReadLines(CommandLine.Reference("data/groundbeef.csv")).Skip(1).Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    static GoodnessOfFit Test(string family, Batch batch, int replicates, ulong seed = 1, bool refits = true, int threads = 0)
    {
        using var engine = new CpuEngine();
        return GoodnessOfFit.Test(engine, Registry.Find(family), batch, new() { Threads = threads }, replicates, seed, refits);
    }

    /// <summary>Data sets of n observations each from a family at these parameters.</summary>
    static Batch Drawn(string family, double[] parameters, int count, int n, ulong seed)
    {
        var values = new double[count * n];
        for (int d = 0; d < count; d++)
            Sampler.Of(Registry.Find(family)).Fill(parameters, [], new(seed, Purpose.Data, (uint)d, uint.MaxValue), values.AsSpan(d * n, n));
        return Batch.Equal(values, n);
    }

    /// <summary>Fitdistrplus' gofstat on the same data (Delignette-Muller and Dutang, Journal of Statistical Software 64, 2015, §2.3), whose estimates have four digits.</summary>
    [Theory]
    [InlineData("weibull", 0.1396646, 3.5736460, 0.6840994)]
    [InlineData("gamma", 0.1281486, 3.5674180, 0.6936274)]
    [InlineData("lognormal", 0.1493090, 4.5436542, 0.8277358)]
    public void Distances_are_those_of_fitdistrplus(string family, double d, double a, double w)
    {
        var test = Test(family, Batch.Single(Groundbeef), 99);
        Assert.Equal(d, test.Distance(0, Statistic.KolmogorovSmirnov), 2e-3 * d);
        Assert.Equal(a, test.Distance(0, Statistic.AndersonDarling), 2e-3 * a);
        Assert.Equal(w, test.Distance(0, Statistic.CramerVonMises), 2e-3 * w);
        Assert.True(double.IsNaN(test.Distance(0, Statistic.ChiSquare)));
    }

    [Fact]
    public void Distances_are_integrals_of_their_definitions()
    {
        double[] u = [0.03, 0.1, 0.11, 0.4, 0.62, 0.93];
        int n = u.Length;
        double Fn(double at) => u.Count(v => v <= at) / (double)n;
        double a = 0, w = 0, d = 0;
        const int steps = 2_000_000;
        for (int i = 0; i < steps; i++)
        {
            double f = (i + 0.5) / steps, gap = Fn(f) - f;
            d = Math.Max(d, Math.Abs(gap));
            w += n * gap * gap / steps;
            a += n * gap * gap / (f * (1 - f)) / steps;
        }
        var distance = EmpiricalDistance.Continuous([.. u.Select(v => Math.Log(v))], [.. u.Select(v => Math.Log(1 - v))]);
        Assert.Equal(d, distance.KolmogorovSmirnov, 1e-6);
        Assert.Equal(w, distance.CramerVonMises, 1e-5);
        Assert.Equal(a, distance.AndersonDarling, 1e-4);
    }

    [Fact]
    public void Distances_of_counts_are_suprema_over_all_integers_and_sums_over_cells()
    {
        // Poisson(2): 24 observations at 0, 1, 2 and 6.
        double[] p = [.. Enumerable.Range(0, 12).Select(x => Math.Exp(x * Math.Log(2) - 2 - Enumerable.Range(1, x).Sum(i => Math.Log(i))))];
        double F(int x) => p.Take(x + 1).Sum();
        int[] values = [0, 1, 2, 6], observed = [6, 3, 11, 4];
        double Fn(int x) => values.Zip(observed).Where(v => v.First <= x).Sum(v => v.Second) / 24.0;
        double expected = Enumerable.Range(-1, 11).Max(x => Math.Abs(Fn(x) - F(x)));
        var distance = EmpiricalDistance.Counts(
            [.. values.Select(x => Math.Log(F(x)))], [.. values.Select(x => Math.Log(1 - F(x)))], [.. values.Select(x => Math.Log(F(x - 1)))], observed);
        Assert.Equal(expected, distance.KolmogorovSmirnov, 1e-12);
        // 24 p(0) = 3.2 is too little: the cells are {0, 1}, {2} and, 7.8 being left, {3, …}.
        double[] e = [24 * F(1), 24 * p[2], 24 * (1 - F(2))];
        double[] o = [9, 11, 4];
        Assert.Equal(e.Zip(o).Sum(c => (c.Second - c.First) * (c.Second - c.First) / c.First), distance.ChiSquare, 1e-12);
    }

    /// <summary>400 data sets: the largest gap of 400 uniform numbers is below 1.63/20 in 99 of 100 cases.</summary>
    [Theory]
    [InlineData("weibull", new[] { 1.5, 2.0 })]
    [InlineData("normal", new[] { 3.0, 0.5 })]
    [InlineData("gamma", new[] { 0.7, 2.0 })]
    [InlineData("student_t", new[] { 0.0, 1.0, 5.0 })]
    public void P_values_are_uniform_where_the_family_is_right_and_only_with_refitting(string family, double[] parameters)
    {
        var batch = Drawn(family, parameters, 400, 40, 7);
        var test = Test(family, batch, 99);
        var known = Test(family, batch, 99, refits: false);
        foreach (var statistic in new[] { Statistic.KolmogorovSmirnov, Statistic.AndersonDarling, Statistic.CramerVonMises })
        {
            Assert.InRange(Gap(test, statistic), 0, 1.63 / 20);
            // With the fit taken for the truth nearly all p-values are large.
            Assert.InRange(Gap(known, statistic), 0.25, 1);
        }
    }

    static double Gap(GoodnessOfFit test, Statistic statistic)
    {
        double[] p = [.. Enumerable.Range(0, test.Fits.Count).Select(d => test.PValue(d, statistic)).Order()];
        // p is one of 1/100 … 1: uniform on these.
        return Enumerable.Range(0, p.Length).Max(i => Math.Max(p[i] - 0.01 - (double)i / p.Length, (i + 1.0) / p.Length - p[i]));
    }

    [Theory]
    [InlineData("poisson", new[] { 3.0 })]
    [InlineData("negative_binomial", new[] { 2.0, 4.0 })]
    [InlineData("geometric", new[] { 0.3 })]
    public void Counts_reject_a_right_family_no_more_often_than_they_say(string family, double[] parameters)
    {
        const int sets = 600;
        var test = Test(family, Drawn(family, parameters, sets, 50, 9), 99);
        foreach (var statistic in new[] { Statistic.KolmogorovSmirnov, Statistic.ChiSquare })
            foreach (double level in new[] { 0.01, 0.05, 0.1 })
            {
                double share = Enumerable.Range(0, sets).Count(d => test.PValue(d, statistic) <= level) / (double)sets;
                Assert.True(share <= level + 4 * Math.Sqrt(level * (1 - level) / sets), $"{family}, {statistic}: {share} at {level}");
            }
    }

    [Theory]
    [InlineData("exponential", "weibull", new[] { 3.0, 1.0 })]
    [InlineData("normal", "exponential", new[] { 1.0 })]
    [InlineData("poisson", "negative_binomial", new[] { 1.0, 4.0 })]
    public void A_wrong_family_is_found_out(string fitted, string truth, double[] parameters)
    {
        var test = Test(fitted, Drawn(truth, parameters, 20, 200, 3), 99);
        var statistic = fitted == "poisson" ? Statistic.ChiSquare : Statistic.AndersonDarling;
        Assert.All(Enumerable.Range(0, 20), d => Assert.Equal(0.01, test.PValue(d, statistic)));
    }

    [Fact]
    public void Samples_that_run_to_a_limit_family_are_measured_against_it_and_counted()
    {
        // Of a negative binomial that is nearly Poisson half of all samples have no finite size; so may the data.
        var test = Test("negative_binomial", Drawn("poisson", [4.0], 40, 60, 5), 99);
        int limits = Enumerable.Range(0, 40).Sum(d => test.Endings(d, Status.NoFiniteMle));
        Assert.InRange(limits, 40 * 99 / 5, 40 * 99 * 4 / 5);
        Assert.Contains(Enumerable.Range(0, 40), d => test.Fits.Status[d] == Status.NoFiniteMle && test.PValue(d, Statistic.ChiSquare) > 0.1);
        Assert.All(Enumerable.Range(0, 40), d => Assert.Equal(99, Enum.GetValues<Status>().Sum(s => test.Endings(d, s))));
        double share = Enumerable.Range(0, 40).Count(d => test.PValue(d, Statistic.ChiSquare) <= 0.1) / 40.0;
        Assert.InRange(share, 0, 0.1 + 4 * Math.Sqrt(0.09 / 40));
    }

    [Fact]
    public void Threads_do_not_matter_and_neither_do_data_sets_that_follow()
    {
        var batch = Drawn("weibull", [2.0, 1.0], 9, 500, 2);
        var many = Test("weibull", batch, 199, threads: 2);
        var one = Test("weibull", batch, 199, threads: 1);
        var first = Test("weibull", Batch.Equal(batch.Values[..500], 500), 199);
        for (int d = 0; d < 9; d++)
            Assert.Equal(one.PValue(d, Statistic.AndersonDarling), many.PValue(d, Statistic.AndersonDarling));
        Assert.Equal(first.PValue(0, Statistic.AndersonDarling), many.PValue(0, Statistic.AndersonDarling));
        Assert.NotEqual(Test("weibull", batch, 199, seed: 2).PValue(0, Statistic.AndersonDarling), many.PValue(0, Statistic.AndersonDarling));
    }

    [Fact]
    public void Counted_rows_are_observations()
    {
        var counted = Test("poisson", Batch.Single(new double[] { 0, 1, 2, 3, 5 }, new double[] { 9, 12, 8, 4, 1 }), 199);
        double[] rows = [.. new[] { (0, 9), (1, 12), (2, 8), (3, 4), (5, 1) }.SelectMany(r => Enumerable.Repeat((double)r.Item1, r.Item2))];
        var plain = Test("poisson", Batch.Single(rows), 199);
        Assert.Equal(plain.Distance(0, Statistic.ChiSquare), counted.Distance(0, Statistic.ChiSquare));
        Assert.Equal(plain.PValue(0, Statistic.ChiSquare), counted.PValue(0, Statistic.ChiSquare));
    }

    [Fact]
    public void What_cannot_be_tested_is_refused_or_has_no_p_value()
    {
        Assert.Contains("2.5 is no whole number", Assert.Throws<ArgumentException>(() => Test("poisson", Batch.Single(new double[] { 1, 2 }, new double[] { 1, 2.5 }), 99)).Message);
        Assert.Contains("rows with 10 and with 12 trials", Assert.Throws<ArgumentException>(() => Test("binomial", Batch.Single(new double[] { 1, 2 }, default, new double[] { 10, 12 }), 99)).Message);
        Assert.Contains("not for rows with", Assert.Throws<ArgumentException>(() => Test("normal", new(new[] { 1.0, 2.0 }, [0, 2]) { Upper = new[] { 1, double.PositiveInfinity } }, 99)).Message);
        var constant = Test("normal", Batch.Equal(new double[] { 1, 1, 1, 1, 2, 3 }, 3), 99);
        Assert.True(double.IsNaN(constant.PValue(0, Statistic.AndersonDarling)));
        Assert.InRange(constant.PValue(1, Statistic.AndersonDarling), 0.01, 1);
    }

    [Fact]
    public void The_command_prints_what_the_library_finds()
    {
        var shown = CommandLine.Run("gof", CommandLine.Reference("data/groundbeef.csv"), "-f", "gamma", "--value", "serving", "--samples", "199", "--json");
        Assert.Equal(0, shown.Code);
        var test = Test("gamma", Batch.Single(Groundbeef), 199);
        var json = System.Text.Json.JsonDocument.Parse(shown.Out).RootElement[0];
        Assert.Equal(test.PValue(0, Statistic.CramerVonMises), json.GetProperty("cvm").GetProperty("p.value").GetDouble());
        Assert.Equal(test.Distance(0, Statistic.CramerVonMises), json.GetProperty("cvm").GetProperty("statistic").GetDouble());
        Assert.Equal(199, json.GetProperty("verdicts").GetProperty("interior").GetInt32());
    }
}
