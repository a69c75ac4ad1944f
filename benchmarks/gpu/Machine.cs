using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Mle.Gpu.Benchmarks;

/// <summary>What was measured on.</summary>
/// <param name="Memory">Bytes of device memory; null where it is the host's.</param>
/// <param name="UnderLoad">What nvidia-smi says while the device works; null where there is none.</param>
sealed record Machine(
    string Device, string Id, long? Memory, string? Driver, string Cpu, int Cores, string System, string Dotnet, string Ilgpu, string Commit, string Date)
{
    public string? UnderLoad { get; set; }

    public static Machine Of(AcceleratorDescription device) => new(
        device.Name, device.Id, device.Memory, device.Driver, Processor(), Environment.ProcessorCount,
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
        Assembly.Load("ILGPU").GetName().Version!.ToString(3),
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));

    static string Processor()
    {
        const string info = "/proc/cpuinfo", label = "model name";
        string? line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith(label)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Clocks, power and temperature, asked for while something keeps the device busy.</summary>
    public static string? Clocks(Action busy) =>
        Nvidia.Ask("driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.draw,power.limit,temperature.gpu,persistence_mode", busy);
}
