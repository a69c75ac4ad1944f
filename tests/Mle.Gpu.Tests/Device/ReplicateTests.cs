using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>The same seed makes the same replicates on every engine.</summary>
[Collection(Devices.Name)]
public class ReplicateTests(Devices devices)
{
    public static TheoryData<string> Accelerators => Devices.Accelerators;

    static readonly Batch data = new(
        new double[] { 3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487, 1.5, 0.7, 2.2, 0.9, 4.1, 3.3, 0.2, 1.9 }, [0, 12, 20]);

    [Theory, MemberData(nameof(Accelerators))]
    public void Resamples_and_draws_agree(string accelerator)
    {
        var engine = devices.Engine(accelerator, "thread");
        using var processor = new CpuEngine();
        var family = Registry.Find("weibull");
        var fits = processor.Fit(family, data, new());
        foreach (var replicates in new Replicates[] { new Resamples(data, 40, 3), new Draws(family, data, fits, 40, 3) })
        {
            var expected = processor.Fit(family, replicates, new());
            var found = ((IEngine)engine).Fit(family, replicates, new());
            Agreement.Holds([.. Enumerable.Range(0, 80).Select(f => $"{replicates.GetType().Name}, replicate {f}")], expected, found);
        }
    }

    /// <summary>Of weights that are no whole numbers n itself is rounded, in the order in which it is added up.</summary>
    [Theory, MemberData(nameof(Accelerators))]
    public void Random_weights_agree(string accelerator)
    {
        using var processor = new CpuEngine();
        var family = Registry.Find("weibull");
        var replicates = new Resamples(data, 40, 3, Resampling.Bayesian);
        var expected = processor.Fit(family, replicates, new());
        var found = ((IEngine)devices.Engine(accelerator, "thread")).Fit(family, replicates, new());
        for (int f = 0; f < expected.Count; f++)
            for (int i = 0; i < 2; i++)
                Assert.Equal(expected[f][i], found[f][i], 1e-9 * expected[f].StandardError(i));
    }
}
