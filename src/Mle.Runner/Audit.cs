using System.Diagnostics;
using System.Globalization;
using Mle.Runner.Reading;

namespace Mle.Runner;

/// <summary>
/// Some fits of a table, done again on the CPU engine and compared: what engines owe each other, checked on the data at hand.
/// </summary>
/// <param name="count">How many fits.</param>
sealed class Audit(int count)
{
    /// <summary>The share of the data sets that is checked where an accelerator fitted them and nobody said how many.</summary>
    public const double Share = 0.01;

    /// <summary>A single data set of more observations is not fitted again unless that was asked for.</summary>
    const long LongestUnasked = 100_000_000;

    readonly Disagreement disagreement = new();
    TimeSpan cost;

    /// <summary>Evenly spread, the same for the same batch and share, and at least one.</summary>
    public static int[] Choose(int count, double share)
    {
        int chosen = Math.Clamp((int)Math.Round(share * count), 1, count);
        return [.. Enumerable.Range(0, chosen).Select(i => (int)((i + 0.5) * count / chosen))];
    }

    /// <summary>The length of a data set among these that takes too long to be fitted again unasked, or null.</summary>
    public static long? TooLong(Batch batch, int[] chosen)
    {
        long longest = chosen.Max(d => batch.Offsets[d + 1] - batch.Offsets[d]);
        return longest > LongestUnasked ? longest : null;
    }

    public static Audit Of(FitTable fits, Family family, Batch batch, FitOptions options, int[] chosen)
    {
        long started = Stopwatch.GetTimestamp();
        using var cpu = new CpuEngine();
        var reference = cpu.Fit(family, batch.Select(chosen), options);
        var audit = new Audit(chosen.Length);
        for (int i = 0; i < chosen.Length; i++)
            audit.disagreement.Add(chosen[i], fits[chosen[i]], reference[i]);
        audit.cost = Stopwatch.GetElapsedTime(started);
        return audit;
    }

    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"audit: {count:N0} fits checked on the CPU in {cost.TotalSeconds:F3} s, which differ by up to {disagreement.LogLikelihood:G2} max(|log-likelihood|, n), {disagreement.Estimate:G2} standard errors and {disagreement.Verdicts:N0} verdicts");

    /// <summary>The worst disagreement beyond its limit, in one sentence; null where there is none.</summary>
    /// <param name="engine">What made the fits.</param>
    public string? Breach(Dataset data, IEngine engine) => disagreement.Worst is not { } worst ? null
        : $"The audit failed: {worst.Quantity} of {(data.Groups is { } groups ? $"{data.By} {groups[worst.DataSet]}" : "data set 1")} "
            + $"is {worst.Found} on {engine.Description}, and {worst.Expected} on the CPU; {worst.Allowed}.";
}
