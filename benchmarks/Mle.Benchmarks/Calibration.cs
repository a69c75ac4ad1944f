using System.Diagnostics;
using System.Globalization;

namespace Mle.Benchmarks;

/// <summary>
/// How often intervals of 95 % cover, and p-values of right families fall below their level, with fixed seeds: simulation
/// against values that were computed independently with 10⁵ data sets.
/// </summary>
static class Calibration
{
    const int Length = 200, Resamples = 999;

    const double Level = 0.95;

    static readonly string[] methods = ["Wald", "basic", "percentile", "studentized", "BCa", "profile"];

    /// <summary>Coverages of <see cref="methods"/> in their order, by other software.</summary>
    static readonly (string Family, double[] Truth, (string Parameter, double[] Coverage)[] Expected)[] intervals =
    [
        ("weibull", [1.5, 2], [
            ("shape", [.951, .946, .939, .946, .945, .949]),
            ("scale", [.948, .947, .949, .951, .948, .950])]),
        ("exponential", [1], [("rate", [.950, .943, .945, .946, .946, .950])]),
        ("normal", [0, 1], [("mu", [.948, .948, .948, .949, .947, .949])]),
    ];

    /// <summary>Right families to test the fit of: the continuous ones are exact, counts conservative.</summary>
    static readonly (string Family, double[] Truth)[] fits =
    [
        ("exponential", [1]), ("weibull", [1.5, 2]), ("gamma", [2, 1]), ("normal", [0, 1]),
        ("poisson", [3]), ("geometric", [0.3]), ("negative_binomial", [2, 4]),
    ];

    public static void Run(int sets, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sets} data sets of {Length}, {Resamples} resamples each, level {Level}; ± four Monte-Carlo errors is {4 * Math.Sqrt(Level * (1 - Level) / sets):F4}\n"));
        output.WriteLine("| parameter | method | covers | independently | difference |\n|---|---|---:|---:|---:|");
        using var engine = new CpuEngine();
        foreach (var (name, truth, expected) in intervals)
        {
            long begin = Stopwatch.GetTimestamp();
            var (family, batch) = Drawn(name, truth, sets, Length);
            var options = new FitOptions();
            var fit = engine.Fit(family, batch, options);
            var profiles = Profile.Intervals(engine, family, batch, options, Level, [.. expected.Select(e => e.Parameter)]);
            var resampled = Bootstrap.Of(engine, family, batch, new BootstrapPlan(Resamples, Level: Level), options);
            for (int p = 0; p < expected.Length; p++)
            {
                int at = Array.FindIndex(family.Info.Parameters, q => q.Name == expected[p].Parameter);
                double value = truth[at];
                BootstrapBounds Of(int d, BootstrapInterval kind) => resampled[d].Estimates[at].Intervals[kind];
                Func<int, (double Low, double High)>[] bounds =
                [
                    d => (fit[d][at] - 1.959963984540054 * fit[d].StandardError(at), fit[d][at] + 1.959963984540054 * fit[d].StandardError(at)),
                    d => (Of(d, BootstrapInterval.Basic).Low, Of(d, BootstrapInterval.Basic).High),
                    d => (Of(d, BootstrapInterval.Percentile).Low, Of(d, BootstrapInterval.Percentile).High),
                    d => (Of(d, BootstrapInterval.Studentized).Low, Of(d, BootstrapInterval.Studentized).High),
                    d => (Of(d, BootstrapInterval.Bca).Low, Of(d, BootstrapInterval.Bca).High),
                    d => (profiles.Lower(p)[d], profiles.Upper(p)[d]),
                ];
                for (int m = 0; m < methods.Length; m++)
                {
                    double covers = Enumerable.Range(0, sets).Count(d => bounds[m](d) is var (low, high) && low <= value && value <= high) / (double)sets;
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {name} {expected[p].Parameter} | {methods[m]} | {covers:F4} | {expected[p].Coverage[m]:F3} | {covers - expected[p].Coverage[m]:+0.0000;−0.0000} |"));
                }
            }
            output.Flush();
            Console.Error.WriteLine($"{name}: {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s");
        }
        Fits(sets, output, engine);
    }

    /// <summary>Shares of p-values up to 1, 5 and 10 %, and the largest gap to uniform ones.</summary>
    static void Fits(int sets, TextWriter output, CpuEngine engine)
    {
        const int length = 100, samples = 99;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nGoodness of fit, {sets} data sets of {length} from the family itself, {samples} samples each; the gap to uniform p-values is below {1.63 / Math.Sqrt(sets):F4} in 99 of 100 such tables\n"));
        output.WriteLine("| family | statistic | p ≤ 0.01 | p ≤ 0.05 | p ≤ 0.10 | gap |\n|---|---|---:|---:|---:|---:|");
        foreach (var (name, truth) in fits)
        {
            long begin = Stopwatch.GetTimestamp();
            var (family, batch) = Drawn(name, truth, sets, length);
            var test = GoodnessOfFit.Test(engine, family, batch, new(), samples, 1);
            foreach (var statistic in Enum.GetValues<Statistic>())
            {
                double[] p = [.. Enumerable.Range(0, sets).Select(d => test.PValue(d, statistic)).Order()];
                if (double.IsNaN(p[0]))
                    continue;
                double Share(double level) => p.Count(v => v <= level + 1e-12) / (double)sets;
                double gap = Enumerable.Range(0, sets).Max(i => Math.Max(p[i] - 1.0 / (samples + 1) - (double)i / sets, (i + 1.0) / sets - p[i]));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {statistic} | {Share(0.01):F4} | {Share(0.05):F4} | {Share(0.1):F4} | {gap:F4} |"));
            }
            output.Flush();
            Console.Error.WriteLine($"{name}: {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s");
        }
    }

    static (Family, Batch) Drawn(string name, double[] parameters, int sets, int length)
    {
        var family = Families.Find(name)!;
        var sampler = Sampler.Of(family);
        var values = new double[sets * length];
        for (int d = 0; d < sets; d++)
            sampler.Fill(parameters, [], new(20261121, Purpose.Data, (uint)d, uint.MaxValue), values.AsSpan(d * length, length));
        return (family, Batch.Equal(values, length));
    }
}
