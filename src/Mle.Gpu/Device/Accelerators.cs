using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Frontend;
using ILGPU.Frontend.Intrinsic;
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
        Replace(typeof(Math).GetMethod(nameof(Math.FusedMultiplyAdd))!, nameof(MultiplyAdd));
        Replace(typeof(Real).GetMethod(nameof(Real.Less))!, nameof(Less));
    }

    /// <summary>In kernels, one of the methods below stands for the original.</summary>
    static void Replace(MethodInfo original, string replacement)
    {
        var method = typeof(Accelerators).GetMethod(replacement, BindingFlags.NonPublic | BindingFlags.Static)!;
        RemappedIntrinsics.AddRemapping(original, (ref InvocationContext call) => call.Method = method);
    }

    /// <summary>ILGPU knows no fused multiply-add; ptxas makes one of a product and a sum by itself.</summary>
    static double MultiplyAdd(double a, double b, double c) => a * b + c;

    /// <summary>
    /// ILGPU 1.5.3 takes c &lt; x with a constant c for true where x is not a number: it swaps the sides and forgets that.
    /// With the constant on the right it has no reason to.
    /// </summary>
    static bool Less(double a, double b) => a - b < 0.0;

    /// <summary>A context that knows every device. The default predicates would drop unsuitable ones without a word.</summary>
    internal static Context CreateContext() =>
        Context.Create(builder => builder.Cuda(_ => true).OpenCL(_ => true).CPU(CPUDeviceKind.Default));

    internal static AcceleratorDescription Describe(Context context, Device device) => device switch
    {
        CudaDevice cuda => new($"cuda:{Number<CudaDevice>(context, device)}", cuda.Name, AcceleratorKind.Cuda, true, cuda.MemorySize, true,
            $"CUDA {cuda.DriverVersion.Major}.{cuda.DriverVersion.Minor}", Obstacle(cuda)),
        CLDevice cl => new($"opencl:{Number<CLDevice>(context, device)}", cl.Name, AcceleratorKind.OpenCL, cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU),
            cl.MemorySize, cl.Capabilities.Float64, Driver(cl), Obstacle(cl)),
        _ => new("ilgpu-cpu", device.Name, AcceleratorKind.Host, false, null, true, null, null),
    };

    /// <summary>The device's place among those of its kind.</summary>
    static int Number<TDevice>(Context context, Device device) where TDevice : Device =>
        context.Devices.OfType<TDevice>().ToList().FindIndex(d => ReferenceEquals(d, device));

    static partial void Find(ref List<AcceleratorDescription>? found)
    {
        using Context context = CreateContext();
        found = [.. context.Devices.Select(d => Describe(context, d))];
    }

    static partial void Open(AcceleratorDescription device, ref IEngine? engine) => engine = new GpuEngine(device);

    static partial void Measure(AcceleratorDescription device, ref Limits? limits)
    {
        using var engine = new GpuEngine(device);
        limits = new Probes(engine.Accelerator).Measure();
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
