using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Mle.Gpu;

/// <summary>A growing array in device memory with a twin in pinned host memory, through which all copies go.</summary>
sealed class Column<T>(GpuEngine engine) : IDisposable where T : unmanaged
{
    /// <summary>Values that one core copies into pinned memory; more are shared among the cores, as one does not keep up with the bus.</summary>
    const int Share = 1 << 20;

    MemoryBuffer1D<T, Stride1D.Dense>? device;
    PageLockedArray1D<T>? host;

    public ArrayView<T> View(int length) => length == 0 ? ArrayView<T>.Empty : Device(length).View.BaseView.SubView(0, length);

    /// <summary>Starts to copy values to the device. They may change after the call, the twin must not before the stream is done.</summary>
    public ArrayView<T> Send(AcceleratorStream stream, ReadOnlyMemory<T> values)
    {
        var view = View(values.Length);
        if (values.IsEmpty)
            return view;
        var twin = Host(values.Length);
        Parallel.For(0, (values.Length + Share - 1) / Share, i =>
        {
            var part = values[(i * Share)..Math.Min(values.Length, (i + 1) * Share)];
            part.Span.CopyTo(twin.GetArray().AsSpan(i * Share));
        });
        view.CopyFromCPUUnsafeAsync(stream, ref twin.Span[0], values.Length);
        return view;
    }

    /// <summary>Starts to copy the first values from the device; they can be read when the stream is done.</summary>
    public void Fetch(AcceleratorStream stream, int length)
    {
        if (length > 0)
            View(length).CopyToCPUUnsafeAsync(stream, ref Host(length).Span[0], length);
    }

    /// <summary>What was fetched.</summary>
    public ReadOnlySpan<T> Fetched => host!.Span;

    MemoryBuffer1D<T, Stride1D.Dense> Device(int length)
    {
        if (device is not null && device.Length >= length)
            return device;
        engine.Release(ref device);
        return device = engine.Allocate<T>(length);
    }

    PageLockedArray1D<T> Host(int length)
    {
        if (host is not null && host.Length >= length)
            return host;
        host?.Dispose();
        return host = engine.Accelerator.AllocatePageLocked1D<T>(length, true);
    }

    public void Dispose()
    {
        engine.Release(ref device);
        host?.Dispose();
        host = null;
    }
}
