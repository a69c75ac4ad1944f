namespace Mle.Tests.Laws;

/// <summary>
/// Bartlett's identities by simulation: E[score] = 0 and E[score scoreᵀ + Hessian] = 0 at the parameters that made the
/// data. They tie the density to an independent sampler. Parameters that are order statistics are held at the truth.
/// </summary>
public class MomentLaws
{
    const int N = 12_000;

    /// <summary>About 300 z-tests in all: two-sided normal probability 4e-10 each, 1e-7 together.</summary>
    const double Threshold = 6.25;

    public static TheoryData<string> Regular => Registry.Where(t => t.Smooth.Take(t.Slots).Any(s => s));

    [Theory, MemberData(nameof(Regular))]
    public void Score_has_mean_zero_and_the_variance_of_the_information(string name)
    {
        var oracle = Oracles.Of(name);
        var family = Registry.Find(name);
        bool[] smooth = Traits.Of(family).Smooth;
        var random = Registry.Random(name, 6);
        using var engine = new CpuEngine();
        foreach (double[] p in oracle.Points)
        {
            var known = new Dictionary<string, double>();
            for (int i = 0; i < family.Info.Parameters.Length; i++)
                if (!smooth[i])
                    known[family.Info.Parameters[i].Name] = p[Array.IndexOf(oracle.Parameters, family.Info.Parameters[i].Name)];
            var sample = Sample.Draw(oracle, p, N, random);
            var here = Evaluate(p);
            int k = here[0].Parameters.Count;
            for (int i = 0; i < k; i++)
            {
                double z = Z(here, e => e.Score[i], e => Math.Abs(e.Score[i]));
                Assert.True(Math.Abs(z) < Threshold, $"{name} at ({string.Join(", ", p)}): the score of {here[0].Parameters[i]} has mean 0 ± 1 standard error at z = {z:F1}");
                for (int j = 0; j <= i; j++)
                {
                    double v = Z(here, e => e.Score[i] * e.Score[j] + e.Hessian[i, j], e => Math.Abs(e.Score[i] * e.Score[j]) + Math.Abs(e.Hessian[i, j]));
                    Assert.True(Math.Abs(v) < Threshold, $"{name} at ({string.Join(", ", p)}): score² + Hessian of {here[0].Parameters[i]}, {here[0].Parameters[j]} at z = {v:F1}");
                }

                // The same test must see a parameter that is a tenth of an observation's standard error off: z is about √N/10 = 11.
                if (p != oracle.Points[0])
                    continue;
                var shifted = (double[])p.Clone();
                shifted[Array.IndexOf(oracle.Parameters, here[0].Parameters[i])] += 0.1 / Math.Sqrt(-here.Average(e => e.Hessian[i, i]));
                double off = Z(Evaluate(shifted), e => e.Score[i], e => Math.Abs(e.Score[i]));
                Assert.True(Math.Abs(off) > Threshold, $"{name}: blind to a wrong {here[0].Parameters[i]}, z = {off:F1}");
            }

            Evaluation[] Evaluate(double[] at)
            {
                var offsets = Enumerable.Range(0, N + 1).Select(i => (long)i).ToArray();
                return engine.Evaluate(family, new Batch(sample.X, offsets, default, sample.Trials), Registry.Named(oracle, at), new() { Fixed = known });
            }
        }
    }

    static double Z(Evaluation[] evaluations, Func<Evaluation, double> of, Func<Evaluation, double> size)
    {
        // Bernoulli's identity holds observation by observation: what is left is rounding, which has no z.
        if (evaluations.Max(e => Math.Abs(of(e))) <= 1e-12 * evaluations.Max(size))
            return 0;
        double mean = evaluations.Average(of), variance = evaluations.Average(e => (of(e) - mean) * (of(e) - mean));
        return mean / Math.Sqrt(variance / evaluations.Length);
    }
}
