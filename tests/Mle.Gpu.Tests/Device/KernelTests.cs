using ILGPU;
using ILGPU.Runtime;

namespace Mle.Gpu.Tests;

public class KernelTests
{
    /// <summary>1 + ε is 1 in anything shorter than a double.</summary>
    const double Epsilon = 1.0 / (1L << 52);

    public static TheoryData<int> Usable()
    {
        using Context context = Accelerators.CreateContext();
        return [.. Enumerable.Range(0, context.Devices.Length).Where(i => Accelerators.Describe(context, context.Devices[i]).Unusable is null)];
    }

    [Theory]
    [MemberData(nameof(Usable))]
    public void Kernels_compute_in_double(int device)
    {
        using Context context = Accelerators.CreateContext();
        using Accelerator accelerator = context.Devices[device].CreateAccelerator(context);
        using MemoryBuffer1D<double, Stride1D.Dense> x = accelerator.Allocate1D([1.0, 2.0, 4.0]);

        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<double>>(Increment)((int)x.Length, x.View);

        Assert.Equal([Math.BitIncrement(1.0), Math.BitIncrement(2.0), Math.BitIncrement(4.0)], x.GetAsArray1D());
    }

    static void Increment(Index1D i, ArrayView<double> x) => x[i] *= 1 + Epsilon;
}
