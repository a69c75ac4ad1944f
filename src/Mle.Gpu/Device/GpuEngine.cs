using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Mle.Gpu;

/// <summary>
/// Fits batches on one accelerator: the same families and the same solver as on a CPU, compiled into kernels. Batches
/// that are larger than the device's memory go through in chunks; the bits of the answer do not depend on the cut.
/// </summary>
public sealed class GpuEngine : IEngine
{
    /// <summary>The share of the device's memory that is used: the driver and the compiled kernels need some.</summary>
    const double UsableShare = 0.9;

    readonly Context context;
    readonly long memory;
    readonly ConcurrentDictionary<Delegate, Delegate> compiled = new();
    readonly string name;
    long used;

    /// <param name="teams">Who works on data sets of which length.</param>
    /// <param name="memory">Bytes of device memory to use at most; the device's own limit where it is lower.</param>
    /// <exception cref="DeviceException">The driver refuses to open the device.</exception>
    public GpuEngine(AcceleratorDescription device, TeamPolicy? teams = null, long? memory = null)
    {
        Teams = teams ?? TeamPolicy.Default;
        name = device.Id;
        Description = $"{device.Id}, {device.Name}";
        context = Accelerators.CreateContext();
        try
        {
            var found = context.Devices.FirstOrDefault(d => Accelerators.Describe(context, d).Id == device.Id) ?? throw new InvalidOperationException("there is no such device");
            Accelerator = found.CreateAccelerator(context);
        }
        catch (Exception e)
        {
            context.Dispose();
            throw new DeviceException($"The device {device.Id} cannot be opened: {e.Message}", e);
        }
        this.memory = Math.Min(memory ?? long.MaxValue, (long)(UsableShare * Accelerator.MemorySize));
    }

    public string Description { get; }

    internal Accelerator Accelerator { get; }

    internal TeamPolicy Teams { get; }

    /// <summary>Bytes that can still be allocated.</summary>
    internal long Available => memory - Interlocked.Read(ref used);

    public void Prepare(Family family, Batch batch, FitOptions options) => Guard(() =>
    {
        if (!Regressing.Takes(family, batch, options))
            Run(family, batch, options)?.Prepare();
        return true;
    });

    public FitTable Fit(Family family, Batch batch, FitOptions options) =>
        Guard(() => Regressing.Takes(family, batch, options)
            ? family.Accept(new Regressing(this, Regressing.Widest, family, batch, options, new Climber(this)))
            : Run(family, batch, options)?.InChunks((chunk, from, to) => chunk.Send(batch, from, to)) ?? Categorical.Fit(family, batch, options));

    /// <inheritdoc/>
    /// <remarks>The data of a scenario that is nothing but its family's draws are drawn on the device; others are made by the host, chunk by chunk.</remarks>
    public FitTable Fit(Family family, Replicates replicates, FitOptions options)
    {
        if (replicates is not Generated source || !Drawing.Takes(source) || Regressing.Takes(family, source.Data, options) || source.Scenario.Family is Categorical)
            return replicates.Fit(this, family, options);
        return Guard(() =>
        {
            var draw = source.Scenario.Family.Accept(new Drawing(this, source));
            var shell = Drawing.Shell(source);
            var run = draw is null ? null : Run(family, shell, options);
            return run?.InChunks((chunk, from, to) => chunk.Draw(shell, from, to, draw!)) ?? replicates.Fit(this, family, options);
        });
    }

    /// <summary>The same with data that are on the device already.</summary>
    /// <exception cref="DeviceException">The device failed; no table was made.</exception>
    public FitTable Fit(Family family, DeviceBatch batch, FitOptions options) =>
        Guard(() => Run(family, batch.Batch, options)?.On(batch) ?? Categorical.Fit(family, batch.Batch, options));

    /// <summary>
    /// What a fit does on the device, without the copies and the table of its results: each call starts it once, on the
    /// batch's stream, so that it can be timed by itself.
    /// </summary>
    internal Action Kernels(Family family, DeviceBatch batch, FitOptions options)
    {
        var run = Run(family, batch.Batch, options);
        return () => run?.Start(batch);
    }

    IRun? Run(Family family, Batch batch, FitOptions options) => family.Accept(new Opening(this, family.Info, batch, options));

    /// <summary>Copies a batch to the device, to be fitted there more than once.</summary>
    /// <exception cref="DeviceException">The device failed, or has too little memory.</exception>
    public DeviceBatch Upload(Batch batch) => Guard(() =>
    {
        var resident = new DeviceBatch(this);
        try
        {
            resident.Send(batch, 0, batch.Count);
            resident.Stream.Synchronize();
            return resident;
        }
        catch
        {
            resident.Dispose();
            throw;
        }
    });

    public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) =>
        Guard(() => family.Accept(new Evaluating(this, family, batch, at, options)));

    internal MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(int length) where T : unmanaged
    {
        long bytes = (long)length * Interop.SizeOf<T>();
        if (Interlocked.Add(ref used, bytes) > memory)
        {
            Interlocked.Add(ref used, -bytes);
            throw new OutOfMemoryException();
        }
        try
        {
            return Accelerator.Allocate1D<T>(length);
        }
        catch
        {
            Interlocked.Add(ref used, -bytes);
            throw;
        }
    }

    internal void Release<T>(ref MemoryBuffer1D<T, Stride1D.Dense>? buffer) where T : unmanaged
    {
        if (buffer is null)
            return;
        Interlocked.Add(ref used, -buffer.LengthInBytes);
        buffer.Dispose();
        buffer = null;
    }

    /// <summary>The launcher of a kernel, compiled at its first use.</summary>
    internal TLauncher Compiled<TLauncher>(Delegate kernel, Func<TLauncher> compile) where TLauncher : Delegate =>
        (TLauncher)compiled.GetOrAdd(kernel, _ => compile());

    internal static bool IsOutOfMemory(Exception e) => e is OutOfMemoryException
        or CudaException { Error: "CUDA_ERROR_OUT_OF_MEMORY" }
        or CLException { Error: CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY };

    /// <summary>Whatever ILGPU or a driver throws, callers see one kind of exception, which names the device.</summary>
    T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsOutOfMemory(e))
        {
            throw new DeviceException($"The device {name} has too little memory: {Available >> 20} MiB are free.", e);
        }
        catch (Exception e) when (e is AcceleratorException or InternalCompilerException or NotSupportedException or DllNotFoundException)
        {
            throw new DeviceException($"The device {name} failed: {(e is CLException cl ? cl.Error.ToString() : e.GetBaseException().Message)}", e);
        }
    }

    /// <summary>A lost device refuses even this; its memory is gone with it.</summary>
    public void Dispose()
    {
        try
        {
            Accelerator.Dispose();
            context.Dispose();
        }
        catch (AcceleratorException)
        {
        }
    }

    sealed class Opening(GpuEngine engine, FamilyInfo info, Batch batch, FitOptions options) : IFamilyVisitor<IRun?>
    {
        public IRun? Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            var given = new Given(info, options, batch.Count);
            return given.Leading switch
            {
                <= 1 => new Run<TFamily, Jet1<Real>>(engine, info, batch, options, given),
                2 => new Run<TFamily, Jet2<Real>>(engine, info, batch, options, given),
                _ => new Run<TFamily, Jet3<Real>>(engine, info, batch, options, given),
            };
        }

        /// <summary>Counting is all that there is to do, and the host does it.</summary>
        public IRun? VisitCategorical() => null;
    }

    sealed class Evaluating(
        GpuEngine engine, Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) : IFamilyVisitor<Evaluation[]>
    {
        public Evaluation[] Visit<TFamily>() where TFamily : struct, IFamily<TFamily> =>
            new Reduction<TFamily>(engine, family.Info, batch, at, options).Evaluate();

        public Evaluation[] VisitCategorical() => throw new ArgumentException(
            "The categorical family has no score and Hessian in free parameters; evaluate a binomial instead.");
    }
}
