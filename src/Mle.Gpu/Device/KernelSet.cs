using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Mle.Gpu;

/// <summary>The kernels of one family, compiled where first needed, and how they are launched.</summary>
sealed class KernelSet<TFamily>(GpuEngine engine) where TFamily : struct, IFamily<TFamily>
{
    /// <summary>
    /// Threads of a group, and groups that should fit a multiprocessor: together they keep the compiler below 128
    /// registers a thread on CUDA devices, so that half of the threads that a multiprocessor can hold are there to hide
    /// latency.
    /// </summary>
    const int GroupSize = 256, GroupsPerMultiprocessor = 2;

    /// <summary>
    /// Threads of a group that stands for a warp. Single threads and warps are launched in groups as small as a warp: a
    /// group's registers are free only when its slowest member is done, and at 128 of them a multiprocessor holds 16 warps,
    /// fewer than the 32 groups that it can.
    /// </summary>
    const int SmallGroup = 32;

    /// <summary>Bytes of shared memory that rows may take of a group: 14 groups fit 228 KB, about as many as registers allow.</summary>
    const int RowBytes = 16 << 10;

    /// <summary>Rows of a chunk of a giant data set. The cut is the same on every device, so that only rounding differs.</summary>
    const int ChunkRows = 1 << 16;

    internal static KernelSpecialization OnCuda => new(GroupSize, GroupsPerMultiprocessor);

    KernelSpecialization Limits => Accelerator is CudaAccelerator ? OnCuda : KernelSpecialization.Empty;

    Accelerator Accelerator => engine.Accelerator;

    /// <summary>Compiles what fits by a team need.</summary>
    public void Prepare<TJet>(Team team) where TJet : unmanaged, IJet<TJet, Real>
    {
        switch (team)
        {
            case Team.Thread: Loader<OneThread>(); break;
            case Team.Warp when Shuffles: Loader<OneWarp>(); break;
            case Team.Warp or Team.Group: Loader<OneGroup>(); break;
            default:
                ChunkSum<Statistics<TFamily>, PassSums>();
                if (TFamily.Keep != Keep.Sums)
                    KernelChunkSum();
                return;
        }
        switch (Solving(team))
        {
            case Team.Thread: Fitter<OneThread, TJet>(); break;
            case Team.Warp when Shuffles: Fitter<OneWarp, TJet>(); break;
            default: Fitter<OneGroup, TJet>(); break;
        }
    }

    /// <summary>Collapsed, a fit has nothing left to share.</summary>
    static Team Solving(Team team) => TFamily.Keep == Keep.Sums ? Team.Thread : team;

    public void Load(DeviceBatch chunk, Launch launch, Wanted wanted)
    {
        var load = launch.Team switch
        {
            Team.Thread => Loader<OneThread>(),
            Team.Warp when Shuffles => Loader<OneWarp>(),
            _ => Loader<OneGroup>(),
        };
        load(chunk.Stream, Config(launch.Team, launch.Members.Count, 0), chunk.Columns(TFamily.Keep), launch.Which, (int)wanted,
            chunk.Loaded.View(chunk.Count), chunk.Orders.View(TFamily.Keep == Keep.RowsAndMedian ? chunk.Count : 0));
    }

    /// <param name="said">What the options say of each data set's slots, or one entry for all.</param>
    public void Fit<TJet>(DeviceBatch chunk, Launch launch, Terms terms, ArrayView<Slots> said) where TJet : unmanaged, IJet<TJet, Real>
    {
        var team = Solving(launch.Team);
        var fit = team switch
        {
            Team.Thread => Fitter<OneThread, TJet>(),
            Team.Warp when Shuffles => Fitter<OneWarp, TJet>(),
            _ => Fitter<OneGroup, TJet>(),
        };
        int columns = TFamily.Keep == Keep.Table || !chunk.Batch.Weights.IsEmpty ? 2 : 1;
        int room = team != Team.Thread && (long)launch.Longest * columns * sizeof(double) <= RowBytes ? launch.Longest : 0;
        // OpenCL refuses shared memory of no length where a kernel has a use for it.
        int shared = TFamily.Keep == Keep.Sums ? 0 : Math.Max(1, room * columns);
        fit(chunk.Stream, Config(team, launch.Members.Count, shared), chunk.Columns(TFamily.Keep), launch.Which,
            chunk.Loaded.View(chunk.Count), chunk.Orders.View(TFamily.Keep == Keep.RowsAndMedian ? chunk.Count : 0), terms, said, chunk.Results<TFamily>(), room);
    }

    public void Evaluate(DeviceBatch chunk, Launch launch, Terms terms)
    {
        var team = Solving(launch.Team);
        var evaluate = team switch
        {
            Team.Thread => Evaluator<OneThread>(),
            Team.Warp when Shuffles => Evaluator<OneWarp>(),
            _ => Evaluator<OneGroup>(),
        };
        evaluate(chunk.Stream, Config(team, launch.Members.Count, 0), chunk.Columns(TFamily.Keep), launch.Which,
            chunk.Loaded.View(chunk.Count), terms, chunk.Sums.View(chunk.Count));
    }

    /// <summary>Takes the memory that the sums over a giant data set need, while a lack of it still leads to smaller chunks.</summary>
    public void Reserve(DeviceBatch chunk, int rows)
    {
        chunk.Columns(TFamily.Keep);
        chunk.Parts<PassSums>((rows + ChunkRows - 1) / ChunkRows + 1);
    }

    /// <summary>A sum over the rows of a giant data set by the whole grid.</summary>
    public TSums Sum<TReading, TSums>(DeviceBatch chunk, TReading reading, int first, int rows)
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums>
    {
        int parts = (rows + ChunkRows - 1) / ChunkRows;
        var view = chunk.Parts<TSums>(parts + 1);
        ChunkSum<TReading, TSums>()(chunk.Stream, new(parts, Threads(Team.Group)), reading, first, rows, ChunkRows, view);
        return Fold(chunk, view, parts);
    }

    /// <summary>The sum of the family's kernel over a giant data set.</summary>
    public Derivatives<Real> KernelSum(DeviceBatch chunk, ArrayView<double> a, ArrayView<double> weights, int rows, int tails, Vec3<Real> η)
    {
        int parts = Math.Max(1, (rows + ChunkRows - 1) / ChunkRows);
        var view = chunk.Parts<KernelSums>(parts + 1);
        KernelChunkSum()(chunk.Stream, new(parts, Threads(Team.Group)), a, weights, rows, tails, η, ChunkRows, view);
        return Fold(chunk, view, parts).Sums;
    }

    TSums Fold<TSums>(DeviceBatch chunk, ArrayView<TSums> parts, int count) where TSums : unmanaged, ISums<TSums>
    {
        var total = parts.SubView(count, 1);
        Folder<TSums>()(chunk.Stream, new(1, Threads(Team.Group)), parts, count, total);
        TSums sums = default;
        total.CopyToCPU(chunk.Stream, ref sums, 1);
        return sums;
    }

    // What ILGPU calls a launcher: the first call compiles.

    Action<AcceleratorStream, KernelConfig, Columns, ArrayView<int>, int, ArrayView<Loaded>, ArrayView<Order<Real>>> Loader<TTeam>()
        where TTeam : struct, ITeam<TTeam> =>
        engine.Compiled(Kernels.Load<TFamily, TTeam>, () => Accelerator.LoadKernel<
            Columns, ArrayView<int>, int, ArrayView<Loaded>, ArrayView<Order<Real>>>(Kernels.Load<TFamily, TTeam>, Limits));

    Action<AcceleratorStream, KernelConfig, Columns, ArrayView<int>, ArrayView<Loaded>, ArrayView<Order<Real>>, Terms, ArrayView<Slots>, Results, int> Fitter<TTeam, TJet>()
        where TTeam : struct, ITeam<TTeam> where TJet : unmanaged, IJet<TJet, Real> =>
        engine.Compiled(Kernels.Fit<TFamily, TTeam, TJet>, () => Accelerator.LoadKernel<
            Columns, ArrayView<int>, ArrayView<Loaded>, ArrayView<Order<Real>>, Terms, ArrayView<Slots>, Results, int>(Kernels.Fit<TFamily, TTeam, TJet>, Limits));

    Action<AcceleratorStream, KernelConfig, Columns, ArrayView<int>, ArrayView<Loaded>, Terms, ArrayView<Derivatives<Real>>> Evaluator<TTeam>()
        where TTeam : struct, ITeam<TTeam> =>
        engine.Compiled(Kernels.Evaluate<TFamily, TTeam>, () => Accelerator.LoadKernel<
            Columns, ArrayView<int>, ArrayView<Loaded>, Terms, ArrayView<Derivatives<Real>>>(Kernels.Evaluate<TFamily, TTeam>, Limits));

    Action<AcceleratorStream, KernelConfig, TReading, int, int, int, ArrayView<TSums>> ChunkSum<TReading, TSums>()
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums> =>
        engine.Compiled(Kernels.Chunk<TReading, TSums>, () => Accelerator.LoadKernel<
            TReading, int, int, int, ArrayView<TSums>>(Kernels.Chunk<TReading, TSums>, Limits));

    Action<AcceleratorStream, KernelConfig, ArrayView<double>, ArrayView<double>, int, int, Vec3<Real>, int, ArrayView<KernelSums>> KernelChunkSum() =>
        engine.Compiled(Kernels.KernelChunk<TFamily>, () => Accelerator.LoadKernel<
            ArrayView<double>, ArrayView<double>, int, int, Vec3<Real>, int, ArrayView<KernelSums>>(Kernels.KernelChunk<TFamily>, Limits));

    Action<AcceleratorStream, KernelConfig, ArrayView<TSums>, int, ArrayView<TSums>> Folder<TSums>() where TSums : unmanaged, ISums<TSums> =>
        engine.Compiled(Kernels.Fold<TSums>, () => Accelerator.LoadKernel<ArrayView<TSums>, int, ArrayView<TSums>>(Kernels.Fold<TSums>, Limits));

    /// <summary>ILGPU has warp shuffles for OpenCL on Intel's devices only; elsewhere a small group does what a warp would.</summary>
    bool Shuffles => Accelerator.AcceleratorType != AcceleratorType.OpenCL;

    int Threads(Team team)
    {
        int most = Math.Min(GroupSize, Accelerator.MaxNumThreadsPerGroup);
        return team == Team.Group ? most : Shuffles ? Accelerator.WarpSize : Math.Min(SmallGroup, most);
    }

    KernelConfig Config(Team team, int sets, int shared)
    {
        int threads = Threads(team), groups = team == Team.Thread ? (sets + threads - 1) / threads : sets;
        return shared == 0 ? new(groups, threads) : new(groups, threads, SharedMemoryConfig.RequestDynamic<double>(shared));
    }
}
