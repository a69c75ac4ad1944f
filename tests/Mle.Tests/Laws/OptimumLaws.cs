namespace Mle.Tests.Laws;

/// <summary>What an interior verdict claims: a stationary point with positive definite information, whose inverse is the covariance.</summary>
public class OptimumLaws
{
    public static TheoryData<string> All => Registry.Names;

    [Theory, MemberData(nameof(All))]
    public void An_interior_estimate_is_a_strict_maximum_and_the_covariance_its_inverse_information(string name)
    {
        var oracle = Oracles.Of(name);
        var family = Registry.Find(name);
        var random = Registry.Random(name, 7);
        using var engine = new CpuEngine();
        int interior = 0;
        for (int trial = 0; trial < 60; trial++)
        {
            double[] truth = oracle.Any(random);
            var sample = Sample.Draw(oracle, truth, random.Next(4, 120), random);
            if (trial % 3 == 2)
                sample = sample.Weighted(random);
            // Order statistics are not zeros of the score: held at the truth, the rest of the family is regular.
            var traits = Traits.Of(family);
            var known = family.Info.Parameters.Where((_, i) => !traits.Smooth[i])
                .ToDictionary(q => q.Name, q => truth[Array.IndexOf(oracle.Parameters, q.Name)]);
            if (known.Count == traits.Slots)
                return;
            var options = new FitOptions { Fixed = known };
            var fit = engine.Fit(family, sample.Batch, options)[0];
            if (fit.Status != Status.Interior)
                continue;
            interior++;
            double[] estimate = Registry.Estimates(oracle, fit);
            string where = $"{name}, trial {trial}, n = {sample.Length}, estimate ({string.Join(", ", estimate)})";
            Assert.True(Math.Abs(fit.LogLikelihood - Numerically.LogLikelihood(oracle, estimate, sample)) <= 1e-12 * Numerically.Magnitude(oracle, estimate, sample),
                $"{where}: log-likelihood {fit.LogLikelihood:R}, oracle {Numerically.LogLikelihood(oracle, estimate, sample):R}");

            var at = engine.Evaluate(family, sample.Batch, Registry.Named(oracle, estimate), options)[0];
            int[] slot = [.. at.Parameters.Select(q => Array.FindIndex(family.Info.Parameters, r => r.Name == q))];
            int k = slot.Length;
            for (int i = 0; i < k; i++)
            {
                double z = at.Score[i] * fit.StandardError(slot[i]);
                Assert.True(Math.Abs(z) <= 1e-8, $"{where}: the score of {at.Parameters[i]} is {z:E1} standard errors from 0");
            }

            // The information from the oracle alone, by differences in the free parameters.
            int[] free = [.. at.Parameters.Select(q => Array.IndexOf(oracle.Parameters, q))];
            double F(double[] v)
            {
                var p = (double[])estimate.Clone();
                for (int i = 0; i < k; i++)
                    p[free[i]] = v[i];
                return Numerically.LogLikelihood(oracle, p, sample);
            }

            double[] point = [.. free.Select(i => estimate[i])];
            double[] steps = Numerically.Steps([.. slot.Select(s => family.Info.Parameters[s])], point, at.Hessian);
            var h = Numerically.Hessian(F, point, steps);
            // A difference over a step far below a standard error is made of the oracle's rounding: a nearly flat direction
            // (t close to the normal) shows no more digits than this.
            double reach = Enumerable.Range(0, k).Max(l => fit.StandardError(slot[l]) / steps[l]);
            double rounding = 1e-15 * Math.Abs(fit.LogLikelihood) * reach * reach;
            var information = new double[k, k];
            for (int i = 0; i < k; i++)
                for (int j = 0; j < k; j++)
                    information[i, j] = -h[i, j];
            Assert.True(Numerically.IsPositiveDefinite(information), $"{where}: the observed information is not positive definite");
            // C·I = 1, entry by entry in standard errors.
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < k; j++)
                {
                    double product = Enumerable.Range(0, k).Sum(l => fit.Covariance(slot[i], slot[l]) * information[l, j])
                        * fit.StandardError(slot[j]) / fit.StandardError(slot[i]);
                    double size = Enumerable.Range(0, k).Sum(l => Math.Abs(fit.Covariance(slot[i], slot[l]) * information[l, j]))
                        * fit.StandardError(slot[j]) / fit.StandardError(slot[i]);
                    Assert.True(Math.Abs(product - (i == j ? 1 : 0)) <= 2e-6 * Math.Max(1, size) + rounding,
                        $"{where}: covariance × information [{at.Parameters[i]}, {at.Parameters[j]}] = {product:R}");
                }
            }
        }
        Assert.True(interior >= 20, $"{name}: only {interior} of 60 samples had an interior maximum, too few to have shown anything");
    }

    public static TheoryData<string> Expanding => Registry.Where(t => t.Expands);

    /// <summary>A pass of power sums is there to leave no more than a step to Newton's method, which would mend a wrong one.</summary>
    [Theory, MemberData(nameof(Expanding))]
    public void Power_sums_at_the_start_lead_next_to_the_maximum(string name)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name, 33));
        const int sets = 200, n = 200;
        var samples = Enumerable.Range(0, sets).Select(_ => Sample.Draw(oracle, oracle.Points[0], n, random)).ToArray();
        using var engine = new CpuEngine();
        var fits = engine.Fit(Registry.Find(name), Sample.Join(samples), new() { Detail = Detail.Estimates });
        Assert.InRange(fits.Iterations.Average(), 1, 1.5);
    }
}
