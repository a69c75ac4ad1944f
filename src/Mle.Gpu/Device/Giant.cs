using ILGPU;
using ILGPU.Runtime;

namespace Mle.Gpu;

/// <summary>One giant data set that the whole grid adds up, driven from the host.</summary>
readonly struct GridObservations<TFamily>(KernelSet<TFamily> kernels, DeviceBatch chunk, int d) : IObservations
    where TFamily : struct, IFamily<TFamily>
{
    public int First => chunk.First(d);

    public int Length => chunk.Length(d);

    public double this[int row] => chunk.Batch.Values.Span[(int)chunk.Batch.Bounds[chunk.From + d] + row];

    public void Keep(int row, double value)
    {
        var kept = chunk.Columns(TFamily.Keep).Kept;
        kept.SubView(First + row, 1).CopyFromCPU(chunk.Stream, ref value, 1);
    }

    public void Kept() { }

    public TSums Sum<TReading, TSums>(TReading reading, int rows)
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums> =>
        kernels.Sum<TReading, TSums>(chunk, reading, First, rows);
}

/// <summary>The rows of a loaded giant data set: each sum of the solver is two launches.</summary>
readonly struct GridSample<TFamily>(KernelSet<TFamily> kernels, DeviceBatch chunk, ArrayView<double> a, ArrayView<double> weights, int rows, int tails)
    : ISample<Real, Real> where TFamily : struct, IFamily<TFamily>
{
    readonly ArrayView<double> a = a, weights = weights;

    public int Count => 0;

    public int Whole => 0;

    public bool Tails => tails != 0;

    public Row<Real> this[int i] => default;

    public Real Weight(int i) => 0.0;

    public Row<Real> Total(Row<Real> partial) => partial;

    public Derivatives<Real> KernelSum<TSame>(Vec3<Real> η, Real active) where TSame : struct, IFamily<TSame> =>
        kernels.KernelSum(chunk, a, weights, rows, tails, η);

    public Powers<Real> Expand<TSame>(Vec3<Real> start) where TSame : struct, IFamily<TSame> => default;

    /// <summary>The rows that loading left.</summary>
    public static GridSample<TFamily> Of(KernelSet<TFamily> kernels, DeviceBatch chunk, int d, Loaded loaded)
    {
        if (TFamily.Keep == Keep.Sums)
            return default;
        var columns = chunk.Columns(TFamily.Keep);
        int first = chunk.First(d), rows = loaded.Rows;
        var weights = columns.Weights.Length > 0 ? columns.Weights.SubView(first, rows) : columns.Weights;
        return new(kernels, chunk, (TFamily.Keep == Keep.Table ? columns.X : columns.Kept).SubView(first, rows),
            loaded.Tails != 0 ? columns.Kept.SubView(first, rows) : weights, rows, loaded.Tails);
    }
}
