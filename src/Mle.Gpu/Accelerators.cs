namespace Mle.Gpu;

public enum AcceleratorKind
{
    Cuda,
    OpenCL,

    /// <summary>ILGPU's own interpreter on the host: slow, but there on every machine.</summary>
    Host,
}

/// <summary>A device as its driver describes it.</summary>
/// <param name="Id">As users name it: cuda:0, opencl:1, ilgpu-cpu.</param>
/// <param name="IsGpu">Whether it is worth choosing by itself: not ILGPU's CPU accelerator, nor OpenCL on a CPU.</param>
/// <param name="Memory">In bytes; null where the device shares the host's.</param>
/// <param name="Driver">Null where the device does not say.</param>
/// <param name="Unusable">Why nothing can be fitted on it, in words; null when it can.</param>
public sealed record AcceleratorDescription(
    string Id, string Name, AcceleratorKind Kind, bool IsGpu, long? Memory, bool Float64, string? Driver, string? Unusable);

public static partial class Accelerators
{
    /// <summary>Every device found, usable or not, in the order of the drivers.</summary>
    /// <param name="missing">Why no device could be looked for, in words; null when they were.</param>
    public static IReadOnlyList<AcceleratorDescription> All(out string? missing)
    {
        List<AcceleratorDescription>? found = null;
        Find(ref found);
        missing = found is null ? "ILGPU not built: the package source does not serve it" : null;
        return found ?? [];
    }

    /// <summary>An engine on a device.</summary>
    /// <exception cref="DeviceException">The driver refuses to open it.</exception>
    public static IEngine Open(AcceleratorDescription device)
    {
        IEngine? engine = null;
        Open(device, ref engine);
        return engine!;
    }

    /// <summary>Measures what a device can do.</summary>
    /// <exception cref="DeviceException">The driver refuses to open it.</exception>
    internal static Limits Measure(AcceleratorDescription device)
    {
        Limits? limits = null;
        Measure(device, ref limits);
        return limits!;
    }

    // Without ILGPU the half in Device/ is not compiled, and the compiler drops the calls.
    static partial void Find(ref List<AcceleratorDescription>? found);

    static partial void Open(AcceleratorDescription device, ref IEngine? engine);

    static partial void Measure(AcceleratorDescription device, ref Limits? limits);
}
