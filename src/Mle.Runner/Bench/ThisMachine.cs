using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Mle.Runner.Bench;

/// <summary>What a ledger says of the machine that it is made on.</summary>
static class ThisMachine
{
    public static string Commit =>
        typeof(ThisMachine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Now => DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static Machine Describe()
    {
        var versions = new SortedDictionary<string, string> { ["dotnet"] = Environment.Version.ToString() };
        if (Ilgpu() is { } ilgpu)
            versions["ilgpu"] = ilgpu;
        return new(
            Name, Processor, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Info("cpu MHz") is { } mega && double.TryParse(mega, CultureInfo.InvariantCulture, out double megahertz) ? 1e6 * megahertz : null,
            RuntimeInformation.OSDescription, versions);
    }

    /// <summary>Such as authenticamd-25-1: what results are filed under.</summary>
    static string Name => string.Join('-', new[] { Info("vendor_id"), Info("cpu family"), Info("model") }.OfType<string>().DefaultIfEmpty(RuntimeInformation.ProcessArchitecture.ToString())).ToLowerInvariant();

    public static string Processor => Info("model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    static string? Info(string label)
    {
        const string info = "/proc/cpuinfo";
        string? line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.Split(':')[0].Trim() == label) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim();
    }

    static string? Ilgpu()
    {
        try
        {
            return Assembly.Load("ILGPU").GetName().Version!.ToString(3);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
