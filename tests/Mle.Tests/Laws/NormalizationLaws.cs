namespace Mle.Tests.Laws;

/// <summary>exp of the engine's log-likelihood of one observation is a density: it integrates, or sums, to 1.</summary>
public class NormalizationLaws
{
    public static TheoryData<string> All => Registry.Names;

    [Theory, MemberData(nameof(All))]
    public void The_density_integrates_to_one(string name)
    {
        var oracle = Oracles.Of(name);
        var family = Registry.Find(name);
        var support = Traits.Of(family).Support;
        var random = Registry.Random(name, 5);
        using var engine = new CpuEngine();
        for (int trial = 0; trial < 8; trial++)
        {
            double[] p = trial < oracle.Points.Length ? oracle.Points[trial] : oracle.Any(random);
            double total = support.Integer ? Sum(p) : Integral(p);
            // 1e-10 is about what a double-exponential rule leaves at a singular end (shape 0.2); wrong constants are far larger.
            Assert.True(Math.Abs(total - 1) <= 1e-10, $"{name} at ({string.Join(", ", p)}): {total:R}");
        }

        double[] Density(double[] x, double[]? trials, double[] p)
        {
            var offsets = new long[x.Length + 1];
            for (int i = 0; i < offsets.Length; i++)
                offsets[i] = i;
            return [.. engine.Evaluate(family, new Batch(x, offsets, default, trials), Registry.Named(oracle, p), new())
                .Select(e => Math.Exp(e.LogLikelihood))];
        }

        double Sum(double[] p)
        {
            if (oracle.Trials)
                return new[] { 1, 7, 40 }.Select(m => Density([.. Enumerable.Range(0, m + 1).Select(x => (double)x)], [.. Enumerable.Repeat((double)m, m + 1)], p).Sum())
                    .MaxBy(total => Math.Abs(total - 1));
            // Up to where the oracle says that nothing is left.
            int low = (int)support.Low, high = low + 200;
            while (high < support.High && oracle.Log(p, high, 1) > -42)
                high += 50;
            high = (int)Math.Min(high, support.High);
            return Density([.. Enumerable.Range(low, high - low + 1).Select(x => (double)x)], null, p).Sum();
        }

        double Integral(double[] p)
        {
            // Doubles end at 1 − 2⁻⁵³: what a pole at 1 has beyond cannot be integrated over values of x.
            if (name == "beta")
                p = [p[0], p[1] + 1];
            var (low, high) = oracle.Support?.Invoke(p) ?? (support.Low, support.High);
            double[] draws = [.. Sample.Draw(oracle, p, 801, random).X.Order()];
            if (double.IsFinite(low) || double.IsFinite(high))
                return Over(low, high, draws[400]);
            // The line is cut at the location, where Laplace has a kink.
            double spread = draws[600] - draws[200];
            return Over(double.NegativeInfinity, p[0], p[0] - spread) + Over(p[0], double.PositiveInfinity, p[0] + spread);

            double Over(double from, double to, double middle)
            {
                var (x, w) = Numerically.Nodes(from, to, middle);
                // Nodes run to 1e±200; where the density is below 1e-40 there is nothing to add.
                int[] near = [.. Enumerable.Range(0, x.Length).Where(i => oracle.Log(p, x[i], 1) + Math.Log(w[i]) > -60)];
                double[] f = Density([.. near.Select(i => x[i])], null, p);
                return near.Zip(f, (i, density) => w[i] * density).Sum();
            }
        }
    }
}
