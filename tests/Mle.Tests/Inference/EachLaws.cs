using Mle.Tests.Regression;

namespace Mle.Tests.Inference;

/// <summary>A value that each data set has of its own is that value.</summary>
public class EachLaws
{
    public static TheoryData<string> All => Registry.Names;

    public static TheoryData<string> Models => RegressionLaws.Models;

    static double[] Bits(FitTable table, int d) => [.. Enumerable.Range(0, table.Parameters.Count).SelectMany(i => Enumerable.Range(0, i + 1)
        .Select(j => table.Covariances(i, j)[d]).Append(table.Estimates(i)[d])).Concat([table.LogLikelihood[d], table.Size[d], table.Iterations[d], (double)table.Status[d]])];

    static double[] Bits(FitTable table) => [.. Enumerable.Range(0, table.Count).SelectMany(d => Bits(table, d))];

    static Dictionary<string, ReadOnlyMemory<double>> Each(string name, params double[] values) => new() { [name] = values };

    static double Moved(Parameter parameter, double value, double by) => parameter.Link switch
    {
        Link.Log => value * Math.Exp(by),
        Link.Logit => 1 / (1 + (1 - value) / value * Math.Exp(-by)),
        _ => value + by * (1 + Math.Abs(value)),
    };

    [Theory, MemberData(nameof(All))]
    public void Of_a_family(string name) => Holds(name, 0);

    [Theory]
    [InlineData("weibull", 1)]
    [InlineData("weibull", 4)]
    [InlineData("negative_binomial", 1)]
    [InlineData("negative_binomial", 4)]
    public void Of_a_family_on_other_lanes(string name, int lanes) => Holds(name, lanes);

    static void Holds(string name, int lanes)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 60));
        double[] p = oracle.Points[0];
        var samples = new[] { 4, 9, 17, 60, 5, 33 }.Select(n => Sample.Draw(oracle, p, n, random)).ToArray();
        var batch = Sample.Join(samples);
        using var engine = new CpuEngine(lanes);
        for (int i = 0; i < p.Length; i++)
        {
            var parameter = Registry.Parameters(oracle, family)[i];
            var all = engine.Fit(family, batch, new() { Fixed = new Dictionary<string, double> { [parameter.Name] = p[i] } });
            var each = engine.Fit(family, batch, new() { FixedEach = Each(parameter.Name, [.. samples.Select(_ => p[i])]) });
            Assert.Equal(Bits(all), Bits(each));
            Assert.Equal(all.FreeParameters, each.FreeParameters);

            double[] values = [.. samples.Select((_, d) => d == 4 ? double.NaN : Moved(parameter, p[i], 0.1 * (d - 2.5)))];
            var own = engine.Fit(family, batch, new() { FixedEach = Each(parameter.Name, values) });
            for (int d = 0; d < samples.Length; d++)
            {
                if (d == 4)
                {
                    Assert.Equal((Status.InvalidData, $"{parameter.Name} = NaN is not allowed: it must be {parameter.Domain}"), (own.Status[d], own[d].Verdict.Reason));
                    continue;
                }
                var alone = engine.Fit(family, samples[d].Batch, new() { Fixed = new Dictionary<string, double> { [parameter.Name] = values[d] } });
                Assert.Equal(Bits(alone, 0), Bits(own, d));
                Assert.Equal(alone[0].Verdict.Reason, own[d].Verdict.Reason);
            }
        }
        // Everything known, and everything started.
        var fixedAll = engine.Fit(family, batch, new() { Fixed = Registry.Named(oracle, p) });
        var eachAll = engine.Fit(family, batch, new() { FixedEach = Registry.Named(oracle, p).ToDictionary(q => q.Key, q => (ReadOnlyMemory<double>)samples.Select(_ => q.Value).ToArray()) });
        Assert.Equal(Bits(fixedAll), Bits(eachAll));
        var start = engine.Fit(family, batch, new() { Start = Registry.Named(oracle, p) });
        var startEach = engine.Fit(family, batch, new() { StartEach = Registry.Named(oracle, p).ToDictionary(q => q.Key, q => (ReadOnlyMemory<double>)samples.Select(_ => q.Value).ToArray()) });
        Assert.Equal(Bits(start), Bits(startEach));
    }

    [Theory, MemberData(nameof(Models))]
    public void Of_a_regression(string name)
    {
        var model = Written.Models.Single(m => m.Name == name);
        var random = Registry.Random(name, 61);
        var sets = Enumerable.Range(0, 3).Select(_ => model.Draw(40, random, false, false)).ToArray();
        var batch = Joined(sets);
        using var engine = new CpuEngine();
        var free = engine.Fit(model.Family, batch, new());
        for (int i = 0; i < free.Parameters.Count; i++)
        {
            string parameter = free.Parameters[i];
            double value = free.Estimates(i).First(double.IsFinite);
            var all = engine.Fit(model.Family, batch, new() { Fixed = new Dictionary<string, double> { [parameter] = value } });
            var each = engine.Fit(model.Family, batch, new() { FixedEach = Each(parameter, [value, value, value]) });
            Assert.Equal(Bits(all), Bits(each));
            double[] values = [value, double.NaN, 1.1 * value];
            var own = engine.Fit(model.Family, batch, new() { FixedEach = Each(parameter, values) });
            Assert.Equal(Status.InvalidData, own.Status[1]);
            foreach (int d in new[] { 0, 2 })
                Assert.Equal(Bits(engine.Fit(model.Family, sets[d].Batch, new() { Fixed = new Dictionary<string, double> { [parameter] = values[d] } }), 0), Bits(own, d));
        }
    }

    /// <summary>Data sets of equal length one after another.</summary>
    internal static Batch Joined(Observed[] sets)
    {
        ReadOnlyMemory<double> All(Func<Observed, ReadOnlyMemory<double>> column) => sets.SelectMany(s => column(s).ToArray()).ToArray();
        return new(All(s => s.Lower), [.. Enumerable.Range(0, sets.Length + 1).Select(d => (long)d * sets[0].Length)], default, sets[0].Trials is null ? default : All(s => s.Trials))
        {
            Upper = All(s => s.Upper),
            Predictors = sets[0].Predictors.ToDictionary(p => p.Key, p => new Predictor(p.Value.Terms,
                Enumerable.Range(0, p.Value.Columns.Count).Select(j => p.Value.Columns[j].IsEmpty ? default : All(s => s.Predictors[p.Key].Columns[j])).ToArray(),
                p.Value.Offset.IsEmpty ? default : All(s => s.Predictors[p.Key].Offset))),
        };
    }

    [Fact]
    public void Of_a_category()
    {
        using var engine = new CpuEngine();
        var family = Families.Categorical(["a", "b", "c"]);
        double[] x = [0, 1, 1, 2, 2, 2];
        Batch three = Batch.Equal((double[])[.. x, .. x, .. x], 6), one = Batch.Single(x);
        var own = engine.Fit(family, three, new() { FixedEach = Each("p_b", [0.2, 1, 0.5]) });
        Assert.Equal(Status.InvalidData, own.Status[1]);
        foreach (var (d, p) in new[] { (0, 0.2), (2, 0.5) })
            Assert.Equal(Bits(engine.Fit(family, one, new() { Fixed = new Dictionary<string, double> { ["p_b"] = p } }), 0), Bits(own, d));
    }

    [Fact]
    public void Too_few_values_and_values_given_twice_are_refused()
    {
        using var engine = new CpuEngine();
        var (family, batch) = (Registry.Find("weibull"), Batch.Equal(new double[] { 1, 2, 3, 4 }, 2));
        Assert.Equal("1 values of shape were given for 2 data sets; each has one.",
            Assert.Throws<ArgumentException>(() => engine.Fit(family, batch, new() { FixedEach = Each("shape", [1]) })).Message);
        Assert.Equal("shape is held at one value for all data sets and at one for each; one of the two is needed.",
            Assert.Throws<ArgumentException>(() => engine.Fit(family, batch, new() { Fixed = new Dictionary<string, double> { ["shape"] = 1 }, FixedEach = Each("shape", [1, 1]) })).Message);
    }
}
