using Mle.Runner.Studies;
using Mle.Tests.Runner;

namespace Mle.Tests.Studies;

/// <summary>The studies of examples/studies teach something true: each against exact values, or those of a larger study by other software, with fewer replicates than the files ask for.</summary>
public class ExampleStudyTests
{
    const double Errors = 4;

    static Study Read(string name, long replicates)
    {
        var study = StudyFile.Read(Path.GetFullPath(Path.Combine(CommandLine.Reference("."), $"../../../../examples/studies/{name}.yaml")));
        return study with { Replicates = replicates, BlockSize = (int)Math.Min(replicates, study.BlockSize) };
    }

    static IReadOnlyList<Measure>[] Run(Study study)
    {
        using var engine = new CpuEngine();
        return [.. Enumerable.Range(0, study.Cells.Count).Select(cell =>
        {
            var result = new CellResult(study, cell);
            for (int b = 0; b < study.Blocks; b++)
                result.Add(Block.Of(engine, study, cell, b, new()));
            return result.Summarize();
        })];
    }

    /// <param name="slack">What the reference itself may be off by.</param>
    static void Near(double expected, IReadOnlyList<Measure> measures, string method, string term, string stat, double slack = 0)
    {
        var found = measures.Single(m => (m.Method, m.Term, m.Stat) == (method, term, stat));
        Assert.True(Math.Abs(found.Estimate - expected) <= Errors * found.Error + slack, $"{stat} of {method} for {term}: {found.Estimate:G4} ± {found.Error:G2}, not {expected}");
    }

    /// <summary>Which interval for a Weibull with ten observations? Profile beats Wald for the scale, and not for the shape.</summary>
    [Fact]
    public void Of_ten_weibull_times_no_interval_is_best_for_both_parameters()
    {
        var study = Read("weibull-n10", 20_000) with { Methods = [new(IntervalKind.Wald), new(IntervalKind.Wald, Link.Log), new(IntervalKind.Profile)] };
        var found = Run(study)[0];
        foreach (var (method, term, coverage) in new[]
            { ("wald", "shape", 0.950), ("wald:log", "shape", 0.903), ("profile", "shape", 0.927), ("wald", "scale", 0.891), ("profile", "scale", 0.932) })
            Near(coverage, found, method, term, "cover", 0.001);
        study = Read("weibull-n10", 600) with { Methods = [new(IntervalKind.Percentile), new(IntervalKind.Studentized), new(IntervalKind.Bca)] };
        found = Run(study)[0];
        foreach (var (method, term, coverage) in new[] { ("percentile", "shape", 0.772), ("bca", "shape", 0.851), ("studentized", "scale", 0.955) })
            Near(coverage, found, method, term, "cover", 0.005);
    }

    /// <summary>θ̂ = max x: its bias is −θ/(n + 1), the percentile interval never covers, and the law of its likelihood ratio is χ²₂.</summary>
    [Fact]
    public void The_end_of_a_uniform_has_laws_of_its_own()
    {
        var study = Read("uniform-end", 50_000) with { Methods = [new(IntervalKind.Profile)] };
        var found = Run(study);
        foreach (var (cell, n) in new[] { (0, 10), (1, 100) })
        {
            Near(-1.0 / (n + 1), found[cell], "mle", "b", "bias");
            Near(0.95, found[cell], "profile@0.95", "b", "cover");
            Near(1 - Math.Exp(-3.841458820694124 / 2), found[cell], "profile@0.853465", "b", "cover");
        }
        found = Run(Read("uniform-end", 400) with { Methods = [new(IntervalKind.Percentile), new(IntervalKind.Basic)], Levels = [0.95] });
        Assert.Equal(0, found[1].Single(m => m is { Method: "percentile", Stat: "cover" }).Estimate);
        Near(0.873, found[1], "basic", "b", "cover", 0.01);
    }

    /// <summary>An exponential for gamma data is about the nearest one; Wald's interval does not know its error, the sandwich does.</summary>
    [Fact]
    public void The_wrong_family_is_about_the_nearest_distribution()
    {
        var found = Run(Read("wrong-family", 20_000));
        foreach (var (cell, wald, sandwich, nats) in new[] { (0, 0.8355, 0.948, 0.2162), (1, 0.9943, 0.947, 0.1159) })
        {
            Near(wald, found[cell], "wald", "rate", "cover", 0.001);
            Near(sandwich, found[cell], "sandwich", "rate", "cover", 0.002);
            // One parameter takes half an observation's worth of nats off, times the sandwich's factor.
            Near(nats, found[cell], "mle", "", "kl", 0.006);
        }
        var laplace = Run(Read("laplace-for-normal", 20_000))[0];
        Near(0.639, laplace, "mle", "location", "efficiency", 0.002);
        Near(0.785, laplace, "wald", "location", "cover", 0.003);
    }

    /// <summary>Of an exponential rate λ: E λ̂ = nλ/(n − 1), var λ̂ = n²λ²/((n − 1)²(n − 2)), against the bound λ²/n.</summary>
    [Fact]
    public void Bias_goes_away_and_the_bound_is_reached_as_n_grows()
    {
        var study = Read("consistency", 4_000);
        var found = Run(study);
        double[] sizes = [5, 10, 50, 500, 5000];
        for (int cell = 0; cell < sizes.Length; cell++)
        {
            double n = sizes[cell];
            Near(2 / (n - 1), found[cell], "mle", "rate", "bias");
            // At n = 5 the fourth moment is infinite.
            if (n > 5)
                Near((n - 1) * (n - 1) * (n - 2) / (n * n * n), found[cell], "mle", "rate", "efficiency");
        }
        using var engine = new CpuEngine();
        double Largest(int cell)
        {
            var result = new CellResult(study, cell);
            for (int b = 0; b < study.Blocks; b++)
                result.Add(Block.Of(engine, study, cell, b, new()));
            double[] z = [-2, -1, 0, 1, 2], p = [.. z.Select(v => MathNet.Numerics.Distributions.Normal.CDF(0, 1, v))];
            return result.Standardized("rate", p).Zip(z, (a, b) => Math.Abs(a - b)).Max();
        }
        Assert.True(Largest(0) > 0.5);
        Assert.True(Largest(4) < 0.2);
    }

    /// <summary>Coverage of a binomial's p oscillates: exactly the sum of the chances of the counts whose interval covers.</summary>
    [Fact]
    public void The_coverage_of_a_binomial_oscillates()
    {
        var study = Read("binomial-oscillation", 20_000) with { Methods = [new(IntervalKind.Wald), new(IntervalKind.Score)] };
        var found = Run(study);
        for (int cell = 0; cell < found.Length; cell++)
        {
            double p = study.Cells[cell].Scenario.Parameters[0], z = 1.959963984540054;
            int n = (int)study.Cells[cell].Scenario.Trials;
            double wald = 0, wilson = 0;
            for (int k = 0; k <= n; k++)
            {
                double chance = MathNet.Numerics.Distributions.Binomial.PMF(p, n, k), q = k / (double)n;
                wald += Math.Abs(q - p) <= z * Math.Sqrt(q * (1 - q) / n) ? chance : 0;
                wilson += Math.Abs(q - p) <= z * Math.Sqrt(p * (1 - p) / n) ? chance : 0;
            }
            Near(wald, found[cell], "wald", "p", "cover", 1e-12);
            Near(wilson, found[cell], "score", "p", "cover", 1e-12);
        }
        Assert.True(found.Select(m => m.Single(x => x is { Method: "wald", Stat: "cover" }).Estimate).Min() < 0.3);
    }
}
