using System.Globalization;
using Mle.Gpu;

namespace Mle.Runner.Bench;

/// <summary>Joules that a processor has used, as its counters tell.</summary>
/// <param name="folder">Where the kernel shows Intel's and AMD's counters (RAPL): one folder for each package.</param>
sealed class Energy(string folder = "/sys/class/powercap")
{
    /// <summary>The packages' counters in microjoules and where they begin again; empty where there are none or only root may read them.</summary>
    readonly (string Counter, double Range)[] packages = [.. Find(folder)];

    static IEnumerable<(string, double)> Find(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        // intel-rapl:0 is a package, and intel-rapl:0:0 a part of it that it has counted already.
        foreach (string package in Directory.GetDirectories(folder, "*-rapl:*").Where(p => Path.GetFileName(p).Count(c => c == ':') == 1).Order())
            if (Read(Path.Combine(package, "energy_uj")) is not null && Read(Path.Combine(package, "max_energy_range_uj")) is { } range)
                yield return (Path.Combine(package, "energy_uj"), range);
    }

    static double? Read(string path)
    {
        try
        {
            return double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Joules used by the packages while something was done; null where nothing counts them.</summary>
    public double? During(Action work)
    {
        double?[] before = [.. packages.Select(p => Read(p.Counter))];
        work();
        if (packages.Length == 0)
            return null;
        double joules = 0;
        for (int i = 0; i < packages.Length; i++)
        {
            if (before[i] is not { } begun || Read(packages[i].Counter) is not { } ended)
                return null;
            joules += 1e-6 * (ended >= begun ? ended - begun : ended - begun + packages[i].Range);
        }
        return joules;
    }

    /// <summary>Watts of a CUDA device while it is kept busy; null where its driver does not tell.</summary>
    /// <param name="number">Of the device, in the order of the bus.</param>
    public static double? Watts(int number, Action busy)
    {
        string[]? lines = Nvidia.Ask("power.draw", busy)?.Split('\n');
        return lines is not null && number + 1 < lines.Length
            && double.TryParse(lines[number + 1].Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double watts) ? watts : null;
    }
}
