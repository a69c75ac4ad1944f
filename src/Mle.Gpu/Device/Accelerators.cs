using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Mle.Gpu;

public static partial class Accelerators
{
    static Accelerators()
    {
        // ILGPU asks for libcuda.so and libOpenCL.so, which many systems install with development packages only.
        AssemblyLoadContext.GetLoadContext(typeof(Context).Assembly)!.ResolvingUnmanagedDll += static (_, name) =>
            name is "cuda" or "OpenCL" && NativeLibrary.TryLoad($"lib{name}.so.1", out nint library) ? library : 0;
    }

    /// <summary>A context that knows every device. The default predicates would drop unsuitable ones without a word.</summary>
    internal static Context CreateContext() =>
        Context.Create(builder => builder.Cuda(_ => true).OpenCL(_ => true).CPU(CPUDeviceKind.Default));

    internal static AcceleratorDescription Describe(Device device) => device switch
    {
        CudaDevice cuda => new(cuda.Name, AcceleratorKind.Cuda, cuda.MemorySize, true, $"CUDA {cuda.DriverVersion.Major}.{cuda.DriverVersion.Minor}", Obstacle(cuda)),
        CLDevice cl => new(cl.Name, AcceleratorKind.OpenCL, cl.MemorySize, cl.Capabilities.Float64, Driver(cl), Obstacle(cl)),
        _ => new(device.Name, AcceleratorKind.Host, null, true, null, null),
    };

    static partial void Find(ref List<AcceleratorDescription>? found)
    {
        using Context context = CreateContext();
        found = [.. context.Devices.Select(Describe)];
    }

    static string? Obstacle(CudaDevice device) =>
        device.InstructionSet is null ? "no instruction set known to both ILGPU and the driver" : null;

    static string? Obstacle(CLDevice device) =>
        device.CLStdVersion < CLBackend.MinimumVersion ? $"{device.CVersion}, and ILGPU needs {CLBackend.MinimumVersion}"
        : !device.Capabilities.GenericAddressSpace ? "no generic address space"
        : !device.Capabilities.Float64 ? "no float64"
        : null;

    static string Driver(CLDevice device) =>
        $"{device.PlatformName} {CLAPI.CurrentAPI.GetDeviceInfo(device.DeviceId, CLDeviceInfoType.CL_DRIVER_VERSION)}";
}
