using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>A study says the same on every engine.</summary>
[Collection(Devices.Name)]
public class StudyTests(Devices devices)
{
    public static TheoryData<string> Accelerators => Devices.Accelerators;

    /// <summary>Counts exactly, whatever device drew and fitted; sums but for rounding.</summary>
    [Theory, MemberData(nameof(Accelerators))]
    public void Summaries_agree_with_the_processors(string accelerator)
    {
        var family = Registry.Find("weibull");
        double[] truth = [1.5, 2];
        Estimand[] estimands = [.. family.Info.Parameters.Select((p, i) => new Estimand(p.Name, Quantity.Parameter(i, 2), truth[i]) { Scale = p.Link })];
        var study = new Study("engines", [], 3, [new(new Dictionary<string, string>(), new(family, truth, 25), family, new(), estimands)], 300)
        {
            Methods = [new(IntervalKind.Wald), new(IntervalKind.Wald, Link.Log)],
            BlockSize = 130,
        };
        using var processor = new CpuEngine();
        var (expected, found) = (Run(processor, study), Run(devices.Engine(accelerator, "thread"), study));
        Assert.Equal(expected.Select(m => (m.Method, m.Term, m.Stat)), found.Select(m => (m.Method, m.Term, m.Stat)));
        for (int i = 0; i < expected.Count; i++)
        {
            bool counts = expected[i].Stat is "nsim" or "interior" or "cover";
            double allowed = counts ? 0 : 1e-8 * Math.Max(1e-3, Math.Abs(expected[i].Estimate));
            Assert.True(Math.Abs(expected[i].Estimate - found[i].Estimate) <= allowed, $"{found[i]} instead of {expected[i].Estimate:R}");
        }
    }

    static IReadOnlyList<Measure> Run(IEngine engine, Study study)
    {
        var result = new CellResult(study, 0);
        for (int b = 0; b < study.Blocks; b++)
            result.Add(Block.Of(engine, study, 0, b, new()));
        return result.Summarize();
    }
}
