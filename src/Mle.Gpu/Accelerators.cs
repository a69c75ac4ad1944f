namespace Mle.Gpu;

public enum AcceleratorKind
{
    Cuda,
    OpenCL,

    /// <summary>ILGPU's own interpreter on the host: slow, but there on every machine.</summary>
    Host,
}

/// <summary>A device as its driver describes it.</summary>
/// <param name="Memory">In bytes; null where the device shares the host's.</param>
/// <param name="Driver">Null where the device does not say.</param>
/// <param name="Unusable">Why nothing can be fitted on it, in words; null when it can.</param>
public sealed record AcceleratorDescription(string Name, AcceleratorKind Kind, long? Memory, bool Float64, string? Driver, string? Unusable);

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

    // Without ILGPU the half in Device/ is not compiled, and the compiler drops the call.
    static partial void Find(ref List<AcceleratorDescription>? found);
}
