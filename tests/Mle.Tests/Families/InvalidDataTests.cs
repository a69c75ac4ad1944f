using FsCheck;
using FsCheck.Fluent;

namespace Mle.Tests;

/// <summary>Bad data are a verdict that names the row, never an exception, and no other data set of the batch notices.</summary>
public class InvalidDataTests
{
    public static TheoryData<string> All => Registry.Names;

    static Sample Good(string name, int n) => Sample.Draw(Oracles.Of(name), Oracles.Of(name).Points[0], n, Registry.Random(name, 20));

    static void Refused(string name, Sample sample, string mentions)
    {
        using var engine = new CpuEngine();
        foreach (var detail in new[] { Detail.Complete, Detail.Estimates })
        {
            var table = engine.Fit(Registry.Find(name), sample.Batch, new() { Detail = detail });
            var fit = table[0];
            Assert.True(fit.Status == Status.InvalidData && fit.Verdict.Reason.Contains(mentions), $"{name} [{string.Join(", ", sample.X.Take(5))}]: {fit.Status} \"{fit.Verdict.Reason}\", expected invalid_data naming \"{mentions}\"");
            Assert.All(fit.Parameters, p => Assert.True(double.IsNaN(fit[p])));
        }
    }

    static Sample With(Sample good, int row, double value)
    {
        var x = (double[])good.X.Clone();
        x[row] = value;
        return good with { X = x };
    }

    [Theory, MemberData(nameof(All))]
    public void The_first_offending_row_is_named(string name)
    {
        var support = Traits.Of(Registry.Find(name)).Support;
        List<double> bad = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        if (double.IsFinite(support.Low))
            bad.AddRange(support.LowIncluded ? [Math.BitDecrement(support.Low), support.Low - 1] : [support.Low, support.Low - 1]);
        if (double.IsFinite(support.High))
            bad.AddRange(support.HighIncluded ? [Math.BitIncrement(support.High), support.High + 1] : [support.High, support.High + 1]);
        if (support.Integer)
            bad.AddRange([1.5, Math.BitIncrement(1), 0.999999999, 5e-324]);
        foreach (double v in bad)
        {
            // Rows in a whole vector, in the rest that does not fill one, and in the first place.
            foreach (int row in new[] { 0, 5, 16 })
                Refused(name, With(Good(name, 17), row, v), $"row {row + 1}:");
            Refused(name, With(With(Good(name, 17), 12, v), 7, v), "row 8:");
            Refused(name, With(Good(name, 1), 0, v), "row 1:");
            // One of the data sets whose sums are checked together.
            foreach (int row in new[] { 0, 20, 39 })
            {
                Sample[] some = [.. Enumerable.Range(0, 16).Select(d => d == 11 ? With(Good(name, 40), row, v) : Good(name, 40))];
                using var engine = new CpuEngine();
                var table = engine.Fit(Registry.Find(name), Sample.Join(some), new() { Detail = Detail.Estimates });
                Assert.All(Enumerable.Range(0, 16), d => Assert.Equal(d == 11, table.Status[d] == Status.InvalidData));
                Assert.Contains($"row {row + 1}:", table[11].Verdict.Reason);
            }
        }
        // Fractions of opposite signs in one lane, of which no rest is read again.
        if (support.Integer)
            Refused(name, With(With(Good(name, 16), 3, 0.5), 11, 1.5), "row 4:");
    }

    [Theory, MemberData(nameof(All))]
    public void Bad_weights_are_named(string name)
    {
        double[] Weights(int row, double w) => [.. Enumerable.Range(0, 17).Select(i => i == row ? w : 1.0)];
        foreach (double w in new[] { double.NaN, -1, -1e-300, double.PositiveInfinity, double.NegativeInfinity })
            foreach (int row in new[] { 0, 5, 16 })
                Refused(name, Good(name, 17) with { Weights = Weights(row, w) }, $"row {row + 1}:");
        Refused(name, Good(name, 17) with { Weights = new double[17] }, "weights are all 0");
        Refused(name, With(Good(name, 17), 3, double.NaN) with { Weights = Weights(0, 2) }, "row 4:");
    }

    [Theory, MemberData(nameof(All))]
    public void No_observations_are_invalid_data(string name)
    {
        // Beside a good data set: a batch of nothing at all could not even hold binomial trials.
        var good = Good(name, 5);
        using var engine = new CpuEngine();
        var table = engine.Fit(Registry.Find(name), Sample.Join([good.Rows([]), good, good.Rows([])]), new());
        foreach (int d in new[] { 0, 2 })
        {
            Assert.Equal(Status.InvalidData, table.Status[d]);
            Assert.Contains("no observations", table[d].Verdict.Reason);
        }
        Assert.NotEqual(Status.InvalidData, table.Status[1]);
    }

    [Theory, MemberData(nameof(All))]
    public void Others_in_the_batch_do_not_notice(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 21));
        Sample[] good = [.. Enumerable.Range(0, 9).Select(i => Sample.Draw(oracle, oracle.Points[0], 5 + 4 * i, random))];
        Sample[] mixed = [.. good.SelectMany((s, i) => i % 2 == 0 ? new[] { s, With(s, 2, double.NaN) } : [s, s.Rows([])])];
        using var engine = new CpuEngine();
        var (clean, dirty) = (engine.Fit(family, Sample.Join(good), new()), engine.Fit(family, Sample.Join(mixed), new()));
        for (int d = 0; d < good.Length; d++)
        {
            Assert.Equal(clean.Status[d], dirty.Status[2 * d]);
            Assert.Equal(Status.InvalidData, dirty.Status[2 * d + 1]);
            Assert.Equal(clean.LogLikelihood[d], dirty.LogLikelihood[2 * d]);
            for (int i = 0; i < family.Info.Parameters.Length; i++)
                Assert.Equal(clean.Estimates(i)[d], dirty.Estimates(i)[2 * d]);
        }
    }

    [Fact]
    public void Binomial_counts_lie_within_their_trials()
    {
        Refused("binomial", new([1, 2, 3], [4, 4, 2]), "row 3:");
        Refused("binomial", new([1, 2, 3], [4, 4.5, 4]), "row 2:");
        Refused("binomial", new([1, 2, 3], [double.NaN, 4, 4]), "row 1:");
        Refused("binomial", new([1, -1, 3], [4, 4, 4]), "row 2:");
    }

    /// <summary>Doubles as they should not come: subnormal, huge, equal, in any mixture.</summary>
    static Arbitrary<double[]> Wild => Gen.OneOf(
        Gen.Elements(double.NaN, double.PositiveInfinity, -0.0, 0.0, 1.0, -1.0, 2.0, 0.5, double.Epsilon, double.MaxValue, double.MinValue, 1e-300, 1e300, -1e300, 1e-310),
        Gen.Choose(0, 20).Select(i => (double)i), Gen.Choose(1, 1000000).Select(i => i / 1e6), Gen.Choose(-1000, 1000).Select(i => i * 1e5))
        .ListOf().Select(l => l.ToArray()).ToArbitrary();

    [Theory, MemberData(nameof(All))]
    public void No_data_make_an_exception_and_an_interior_fit_has_finite_numbers(string name)
    {
        var family = Registry.Find(name);
        var oracle = Oracles.Of(name);
        using var engine = new CpuEngine();
        Prop.ForAll(Wild, x =>
        {
            // Half of the trials keep to values inside the support, so that more than the check itself is tried.
            var support = Traits.Of(family).Support;
            foreach (double[] values in new[] { x, [.. x.Where(v => double.IsFinite(v) && support.Contains(v))] })
            {
                if (values.Length == 0)
                    continue;
                var fit = engine.Fit(family, new Sample(values, oracle.Trials ? [.. values.Select(v => v >= 0 && v < 1e6 ? Math.Floor(v) + 3 : 5)] : null).Batch, new())[0];
                // Beyond 1e±100 variances, and some parameters, are no doubles: no exception is all that is asked there.
                if (values.Any(v => v != 0 && !(Math.Abs(v) is > 1e-100 and < 1e100)))
                    continue;
                if (fit.Status == Status.Interior)
                    Assert.All(fit.Parameters, p => Assert.True(double.IsFinite(fit[p]) && (fit.StandardError(p) > 0 || Math.Abs(fit[p]) < 1e-100), $"{name} [{string.Join(", ", values)}]: {p} = {fit[p]} ± {fit.StandardError(p)}"));
                else
                    Assert.True(fit.Verdict.Reason != "", $"{name} [{string.Join(", ", values)}]: {fit.Status} without a reason");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(99UL, 101UL));
    }

    [Theory, MemberData(nameof(All))]
    public void Misuse_is_an_argument_exception_that_names_the_parameter(string name)
    {
        var family = Registry.Find(name);
        using var engine = new CpuEngine();
        var batch = Good(name, 5).Batch;
        Assert.Contains("nonesuch", Assert.Throws<ArgumentException>(() => engine.Fit(family, batch, new() { Fixed = new Dictionary<string, double> { ["nonesuch"] = 1 } })).Message);
        foreach (var parameter in family.Info.Parameters)
        {
            double[] outside = parameter.Link switch { Link.Log => [0, -1, double.NaN, double.PositiveInfinity], Link.Logit => [0, 1, -0.5, double.NaN], _ => [double.NaN, double.PositiveInfinity] };
            foreach (double v in outside)
                Assert.Contains(parameter.Name, Assert.Throws<ArgumentException>(() => engine.Fit(family, batch, new() { Fixed = new Dictionary<string, double> { [parameter.Name] = v } })).Message);
            Assert.Throws<ArgumentException>(() => engine.Fit(family, batch, new() { Bounds = new Dictionary<string, (double, double)> { [parameter.Name] = (2, 1) } }));
        }
    }
}
