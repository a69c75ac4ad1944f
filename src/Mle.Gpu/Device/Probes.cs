using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Mle.Gpu;

/// <summary>Measures what the device can do: the limits that fits are held against.</summary>
sealed class Probes(Accelerator accelerator)
{
    const int GroupSize = 256;

    /// <summary>1 GiB, many times any cache; on the host's interpreter only enough to show that it runs.</summary>
    int Length => accelerator is CPUAccelerator ? 1 << 18 : 1 << 27;

    /// <summary>Threads that fill the device.</summary>
    KernelConfig Full
    {
        get
        {
            int size = Math.Min(GroupSize, accelerator.MaxNumThreadsPerGroup);
            return new(Math.Max(1, accelerator.MaxNumThreadsPerMultiprocessor / size) * accelerator.NumMultiprocessors, size);
        }
    }

    int Threads => Full.GridDim.X * Full.GroupDim.X;

    /// <param name="busy">Told how to keep the device busy, once it is known that it adds well.</param>
    public Limits Measure(Action<Action>? busy = null)
    {
        using var stream = accelerator.CreateStream();
        using var from = accelerator.Allocate1D<double>(Length);
        using var to = accelerator.Allocate1D<double>(Length);
        using var sums = accelerator.Allocate1D<double>(Threads);
        double bus = Bus(stream, from), bytes = (double)Length * sizeof(double);

        var copy = accelerator.LoadKernel<ArrayView<double>, ArrayView<double>>(Copy);
        double copied = Best(stream, () => copy(stream, Full, from.View, to.View));
        Expect(Length, to.GetAsArray1D(stream).Sum(), "the copy");

        var read = accelerator.LoadKernel<ArrayView<double>, ArrayView<double>>(Read);
        double reading = Best(stream, () => read(stream, Full, from.View, sums.View));
        Expect(Length, sums.GetAsArray1D(stream).Sum(), "the sum");

        const double a = -0.999999, b = 0.3;
        int rounds = accelerator is CPUAccelerator ? 64 : 1 << 14;
        var chains = accelerator.LoadKernel<double, double, int, ArrayView<double>>(MultiplyAdds);
        double adding = Best(stream, () => chains(stream, Full, a, b, rounds, sums.View));
        Expect(Chains(0, a, b, rounds), sums.GetAsArray1D(stream)[0], "the multiply-adds");
        busy?.Invoke(() =>
        {
            chains(stream, Full, a, b, rounds, sums.View);
            stream.Synchronize();
        });
        return new(2 * bytes / copied, bytes / reading, bytes / bus, 8.0 * rounds * Threads / adding);
    }

    double Bus(AcceleratorStream stream, MemoryBuffer1D<double, Stride1D.Dense> to)
    {
        using var pinned = accelerator.AllocatePageLocked1D<double>(Length, true);
        pinned.Span.Fill(1);
        return Best(stream, () => to.View.BaseView.CopyFromCPUUnsafeAsync(stream, ref pinned.Span[0], Length));
    }

    static double Best(AcceleratorStream stream, Action start) => Timing.Of(0.5, start, stream.Synchronize).Min;

    static void Expect(double expected, double found, string what)
    {
        if (!(Math.Abs(found - expected) <= 1e-9 * Math.Abs(expected)))
            throw new InvalidOperationException($"{what} gave {found} for {expected}");
    }

    static void Copy(ArrayView<double> from, ArrayView<double> to)
    {
        int threads = Grid.DimX * Group.DimX, count = (int)from.Length, i = Grid.GlobalIndex.X;
        for (; i + 3 * threads < count; i += 4 * threads)
        {
            double a = from[i], b = from[i + threads], c = from[i + 2 * threads], d = from[i + 3 * threads];
            to[i] = a;
            to[i + threads] = b;
            to[i + 2 * threads] = c;
            to[i + 3 * threads] = d;
        }
        for (; i < count; i += threads)
            to[i] = from[i];
    }

    static void Read(ArrayView<double> from, ArrayView<double> sums)
    {
        int threads = Grid.DimX * Group.DimX, count = (int)from.Length, i = Grid.GlobalIndex.X;
        double a = 0, b = 0, c = 0, d = 0;
        for (; i + 3 * threads < count; i += 4 * threads)
        {
            a += from[i];
            b += from[i + threads];
            c += from[i + 2 * threads];
            d += from[i + 3 * threads];
        }
        for (; i < count; i += threads)
            a += from[i];
        sums[Grid.GlobalIndex.X] = a + b + (c + d);
    }

    static void MultiplyAdds(double a, double b, int rounds, ArrayView<double> sums) =>
        sums[Grid.GlobalIndex.X] = Chains(Grid.GlobalIndex.X, a, b, rounds);

    /// <summary>Eight chains that do not wait for each other, and forget the rounding of their beginnings.</summary>
    static double Chains(int seed, double a, double b, int rounds)
    {
        double s = seed, t = s + 1, u = s + 2, v = s + 3, w = s + 4, x = s + 5, y = s + 6, z = s + 7;
        for (int i = 0; i < rounds; i++)
        {
            s = s * a + b;
            t = t * a + b;
            u = u * a + b;
            v = v * a + b;
            w = w * a + b;
            x = x * a + b;
            y = y * a + b;
            z = z * a + b;
        }
        return s + t + (u + v) + (w + x + (y + z));
    }
}
