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

    public static TheoryData<string, string> Generating
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var accelerator in Devices.Usable)
                foreach (string family in new[] { "weibull", "gamma", "binomial", "negative_binomial" })
                    cases.Add(accelerator.Id, family);
            return cases;
        }
    }

    /// <summary>What is drawn on the device is fitted there like what the host draws, whichever replicates are asked for.</summary>
    [Theory, MemberData(nameof(Generating))]
    public void Data_sets_of_a_scenario_are_drawn_where_they_are_fitted(string accelerator, string name)
    {
        var (family, oracle) = (Registry.Find(name), Oracles.Of(name));
        double[] truth = [.. family.Info.Parameters.Select(p => oracle.Points[0][Array.IndexOf(oracle.Parameters, p.Name)])];
        var source = new Generated(new(family, truth, 40) { Trials = oracle.Trials ? 7 : 1 }, seed: 8, stream: 5, first: 100, count: 60);
        Assert.True(Drawing.Takes(source));
        using var processor = new CpuEngine();
        var expected = processor.Fit(family, source, new());
        var found = devices.Engine(accelerator, "thread").Fit(family, source, new());
        // Draws are alike but for what multiply-adds round; so are the estimates.
        Agreement.Holds([.. Enumerable.Range(0, 60).Select(f => $"{name}, replicate {f}")], expected, found);
        var alone = devices.Engine(accelerator, "thread").Fit(family, new Generated(source.Scenario, 8, 5, 117, 1), new());
        for (int i = 0; i < truth.Length; i++)
            Assert.Equal(found.Estimates(i)[17], alone.Estimates(i)[0]);
    }

    [Theory, MemberData(nameof(Accelerators))]
    public void A_draw_that_is_no_observation_is_named(string accelerator)
    {
        // Lognormal draws that the normal's family takes and a Poisson's does not.
        var source = new Generated(new(Registry.Find("lognormal"), [0, 1], 6), 8, 0, 0, 2);
        var found = devices.Engine(accelerator, "thread").Fit(Registry.Find("poisson"), source, new());
        using var processor = new CpuEngine();
        Assert.Equal(processor.Fit(Registry.Find("poisson"), source, new())[1].Verdict.Reason[..8], found[1].Verdict.Reason[..8]);
        Assert.Equal(Status.InvalidData, found.Status[0]);
    }
}
