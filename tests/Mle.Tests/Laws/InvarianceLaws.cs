using FsCheck;
using FsCheck.Fluent;

namespace Mle.Tests.Laws;

/// <summary>What may be done to data without changing the answer, or changing it in a known way.</summary>
public class InvarianceLaws
{
    public static TheoryData<string> All => Registry.Names;

    public static TheoryData<string> Scaling => Registry.Where(t => t.Equivariance != Equivariance.None);

    public static TheoryData<string> Shifting => Registry.Where(t => t.Equivariance == Equivariance.LocationScale);

    static IEnumerable<(double[] Truth, Sample Sample)> Samples(Oracle oracle, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            double[] p = oracle.Any(random);
            yield return (p, Sample.Draw(oracle, p, random.Next(3, 80), random));
        }
    }

    static double Mapped(Role role, double v, double shift, double scale) => role switch
    {
        Role.Location => shift + scale * v,
        Role.Scale => scale * v,
        Role.Rate => v / scale,
        Role.LogScale => v + Math.Log(scale),
        _ => v,
    };

    /// <summary>
    /// The accuracy at which estimates of the same data must agree: relative to the value, or to one observation's
    /// standard error where that is larger (a location may be near 0).
    /// </summary>
    static double Unit(Fit fit, int i)
    {
        double error = fit.StandardError(i);
        return Math.Abs(fit[i]) + (double.IsFinite(error) ? error * Math.Sqrt(fit.Size) : 0);
    }

    static void Same(string where, Family family, Fit expected, Fit got, double shift = 0, double scale = 1, double tolerance = 1e-12)
    {
        Assert.True(expected.Status == got.Status, $"{where}: {expected.Status} became {got.Status}; {expected.Verdict.Reason} / {got.Verdict.Reason}");
        for (int i = 0; i < family.Info.Parameters.Length; i++)
        {
            var parameter = family.Info.Parameters[i];
            double e = Mapped(parameter.Role, expected[i], shift, scale), unit = Unit(expected, i);
            if (parameter.Role is Role.Location or Role.Scale)
                unit *= scale;
            if (parameter.Role == Role.Rate)
                unit /= scale;
            // A location far from 0 has no digits below its own last place, a log scale none below that of log s.
            if (parameter.Role == Role.Location)
                unit += 1e-15 / tolerance * Math.Abs(e);
            if (parameter.Role == Role.LogScale)
                unit += Math.Abs(Math.Log(scale));
            // Where a scale is as small as 1e-150 its variance is no double, and there is no unit to compare in.
            if (double.IsFinite(e) && e != 0 && expected.StandardError(i) == 0)
                continue;
            Assert.True(Math.Abs(got[i] - e) <= tolerance * unit || got[i].Equals(e),
                $"{where}: {parameter.Name} = {got[i]:R}, expected {e:R}, {(got[i] - e) / unit:E1}");
            if (Math.Abs(Math.Log10(scale)) > 150)
                continue; // the variance itself is not a double any more
            double se = parameter.Role switch { Role.Location or Role.Scale => expected.StandardError(i) * scale, Role.Rate => expected.StandardError(i) / scale, _ => expected.StandardError(i) };
            Assert.True(Math.Abs(got.StandardError(i) - se) <= 1e-9 * se || got.StandardError(i).Equals(se),
                $"{where}: standard error of {parameter.Name} = {got.StandardError(i):R}, expected {se:R}");
        }
        double ℓ = expected.LogLikelihood - expected.Size * Math.Log(scale);
        double size = Math.Abs(expected.LogLikelihood) + expected.Size * (1 + Math.Abs(Math.Log(scale)));
        Assert.True(Math.Abs(got.LogLikelihood - ℓ) <= tolerance * size || got.LogLikelihood.Equals(ℓ), $"{where}: log-likelihood {got.LogLikelihood:R}, expected {ℓ:R}");
    }

    static void SameBits(string where, Family family, Fit expected, Fit got)
    {
        Assert.True(expected.Status == got.Status && expected.Iterations == got.Iterations, $"{where}: {expected.Status} in {expected.Iterations}, {got.Status} in {got.Iterations}");
        Assert.True(expected.LogLikelihood.Equals(got.LogLikelihood), $"{where}: log-likelihood {expected.LogLikelihood:R}, {got.LogLikelihood:R}");
        for (int i = 0; i < family.Info.Parameters.Length; i++)
        {
            Assert.True(expected[i].Equals(got[i]), $"{where}: {family.Info.Parameters[i].Name} {expected[i]:R}, {got[i]:R}");
            for (int j = 0; j <= i; j++)
                Assert.True(expected.Covariance(i, j).Equals(got.Covariance(i, j)), $"{where}: covariance {i}, {j}");
        }
    }

    [Theory, MemberData(nameof(Scaling))]
    public void Multiplying_the_data_multiplies_the_scale_of_the_answer(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 8));
        using var engine = new CpuEngine();
        foreach (var (truth, sample) in Samples(oracle, random, 12))
        {
            var fit = engine.Fit(family, sample.Batch, new())[0];
            foreach (double s in new[] { 3.7, 0.1, 1e-80, 1e80, 1e-250, 1e250 })
            {
                var scaled = engine.Fit(family, sample.Map(x => x * s).Batch, new())[0];
                Same($"{name} from ({string.Join(", ", truth)}), n = {sample.Length}, data × {s}", family, fit, scaled, 0, s);
            }
        }
    }

    [Theory, MemberData(nameof(Scaling))]
    public void Powers_of_two_change_no_bit(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 9));
        using var engine = new CpuEngine();
        foreach (var (truth, sample) in Samples(oracle, random, 12))
        {
            var fit = engine.Fit(family, sample.Batch, new())[0];
            foreach (int e in new[] { 1, -3, 40, -200 })
            {
                double s = Math.ScaleB(1, e);
                var scaled = engine.Fit(family, sample.Map(x => x * s).Batch, new())[0];
                string where = $"{name} from ({string.Join(", ", truth)}), n = {sample.Length}, data × 2^{e}";
                Assert.True(fit.Status == scaled.Status && fit.Iterations == scaled.Iterations, $"{where}: {fit.Status} in {fit.Iterations}, {scaled.Status} in {scaled.Iterations}");
                for (int i = 0; i < family.Info.Parameters.Length; i++)
                {
                    var parameter = family.Info.Parameters[i];
                    // v + e log 2 rounds once more: to the bit holds for what is multiplied.
                    double expected = Mapped(parameter.Role, fit[i], 0, s), slack = parameter.Role == Role.LogScale ? 1e-15 * (Math.Abs(fit[i]) + Math.Abs(Math.Log(s))) : 0;
                    Assert.True(scaled[i].Equals(expected) || Math.Abs(scaled[i] - expected) <= slack, $"{where}: {parameter.Name} {scaled[i]:R}, expected {expected:R}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Shifting))]
    public void A_shift_by_a_million_standard_deviations_moves_the_location_only(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 10));
        using var engine = new CpuEngine();
        foreach (var (truth, drawn) in Samples(oracle, random, 12))
        {
            // A grid on which the shifted values are doubles too: otherwise the shift itself would change the data.
            double spread = drawn.X.Select(x => Math.Abs(x - drawn.X.Order().ElementAt(drawn.Length / 2))).Order().ElementAt(drawn.Length / 2);
            double grid = Math.ScaleB(1, Math.ILogB(spread) - 24), shift = Math.ScaleB(1, Math.ILogB(spread) + 20);
            var sample = drawn.Map(x => Math.Round(x / grid) * grid);
            if (sample.X.Any(x => x + shift - shift != x))
                continue;
            var fit = engine.Fit(family, sample.Batch, new())[0];
            foreach (double c in new[] { shift, -shift })
                Same($"{name} from ({string.Join(", ", truth)}), n = {sample.Length}, data + {c}", family, fit, engine.Fit(family, sample.Map(x => x + c).Batch, new())[0], c);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void The_order_of_rows_does_not_matter(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 11));
        using var engine = new CpuEngine();
        foreach (var (truth, drawn) in Samples(oracle, random, 15))
        {
            var sample = random.Next(2) == 0 ? drawn : drawn.Weighted(random);
            int[] order = [.. Enumerable.Range(0, sample.Length)];
            random.Shuffle(order);
            Same($"{name} from ({string.Join(", ", truth)}), n = {sample.Length}, rows shuffled", family,
                engine.Fit(family, sample.Batch, new())[0], engine.Fit(family, sample.Rows(order).Batch, new())[0]);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_data_set_gives_the_same_bits_wherever_it_stands_in_a_batch(string name)
    {
        var (oracle, family) = (Oracles.Of(name), Registry.Find(name));
        using var engine = new CpuEngine();
        // Any number of data sets of any lengths, in any order: FsCheck chooses, and shrinks a counterexample.
        var lengths = Gen.Choose(1, 40).ListOf().Where(l => l.Count > 0).Select(l => l.ToArray()).ToArbitrary();
        Prop.ForAll(lengths, chosen =>
        {
            var random = Registry.Random(name, chosen.Aggregate(chosen.Length, (h, l) => unchecked(h * 31 + l)) & 0xFFFF);
            Sample[] samples = [.. chosen.Select(n => Sample.Draw(oracle, oracle.Points[0], n, random))];
            var together = engine.Fit(family, Sample.Join(samples), new());
            var backwards = engine.Fit(family, Sample.Join([.. samples.Reverse()]), new());
            for (int d = 0; d < samples.Length; d++)
            {
                string where = $"{name}, data set {d} of {samples.Length}, n = {samples[d].Length}";
                var alone = engine.Fit(family, samples[d].Batch, new())[0];
                SameBits($"{where}, batch against alone", family, alone, together[d]);
                SameBits($"{where}, reversed batch against alone", family, alone, backwards[samples.Length - 1 - d]);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15).WithReplay(1234567UL, 7654321UL));
    }

    [Theory, MemberData(nameof(All))]
    public void A_parameter_fixed_at_its_estimate_leaves_the_others(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 12));
        using var engine = new CpuEngine();
        int compared = 0;
        foreach (var (truth, sample) in Samples(oracle, random, 15))
        {
            var fit = engine.Fit(family, sample.Batch, new())[0];
            if (fit.Status is not (Status.Interior or Status.Nonregular))
                continue;
            compared++;
            for (int known = 0; known < family.Info.Parameters.Length && family.Info.Parameters.Length > 1; known++)
            {
                string parameter = family.Info.Parameters[known].Name;
                var again = engine.Fit(family, sample.Batch, new() { Fixed = new Dictionary<string, double> { [parameter] = fit[known] } })[0];
                string where = $"{name} from ({string.Join(", ", truth)}), n = {sample.Length}, {parameter} = {fit[known]:R} fixed";
                Assert.True(again.Status is Status.Interior or Status.Nonregular, $"{where}: {again.Status}, {again.Verdict.Reason}");
                for (int i = 0; i < family.Info.Parameters.Length; i++)
                {
                    // The other score is 0 where the whole fit ended: nothing may move by more than its convergence.
                    double se = fit.StandardError(i), unit = double.IsFinite(se) ? se : 1e-3 * Math.Abs(fit[i]);
                    Assert.True(Math.Abs(again[i] - fit[i]) <= 1e-9 * unit + 1e-12 * Math.Abs(fit[i]), $"{where}: {family.Info.Parameters[i].Name} {again[i]:R}, was {fit[i]:R}, se {se:E2}");
                }
                Assert.True(Math.Abs(again.LogLikelihood - fit.LogLikelihood) <= 1e-12 * Numerically.Magnitude(oracle, Registry.Estimates(oracle, fit), sample), $"{where}: log-likelihood {again.LogLikelihood:R}, was {fit.LogLikelihood:R}");
                Assert.Equal(0, again.Covariance(known, known));
            }
        }
        Assert.True(compared >= 5, $"{name}: only {compared} of 15 fits could be compared");
    }

    [Theory, MemberData(nameof(All))]
    public void A_whole_number_weight_is_that_many_rows(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 13));
        using var engine = new CpuEngine();
        foreach (var (truth, drawn) in Samples(oracle, random, 15))
        {
            var weighted = drawn.Weighted(random);
            var repeated = (weighted with { Weights = null }).Rows(Enumerable.Range(0, drawn.Length).SelectMany(i => Enumerable.Repeat(i, (int)weighted.W(i))));
            Same($"{name} from ({string.Join(", ", truth)}), n = {weighted.N}, weights against rows", family,
                engine.Fit(family, repeated.Batch, new())[0], engine.Fit(family, weighted.Batch, new())[0], tolerance: 4e-12);
        }
    }
}
