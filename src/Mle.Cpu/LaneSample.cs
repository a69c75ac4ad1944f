using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Columns of statistics in memory, read a vector at a time. Columns are padded to whole vectors with valid values
/// whose weight is 0.
/// </summary>
/// <param name="a">The first statistic; a table of tails has no column for it.</param>
/// <param name="tails">Whether the rows are a table of tails.</param>
/// <param name="weights">Weights, or null where all are 1.</param>
/// <param name="from">The first row, a multiple of the vector's length.</param>
/// <param name="count">The number of rows.</param>
/// <param name="threads">How many workers may share the chunks of a giant sample.</param>
readonly struct LaneSample<TFamily, T>(double[] a, bool tails, double[]? weights, int from, int count, int threads) : ISample<T, Real>
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
{
    readonly double[] a = a;
    readonly double[]? weights = weights;
    readonly int from = from, count = count, threads = threads;

    static int Lanes
    {
        [MethodImpl(AggressiveInlining)]
        get => Unsafe.SizeOf<T>() / sizeof(double);
    }

    public int Count => (count + Lanes - 1) / Lanes;

    public int Whole => weights is null ? count / Lanes : 0;

    public bool Tails { get; } = tails;

    public Row<T> this[int i]
    {
        [MethodImpl(AggressiveInlining)]
        get => TFamily.Keep == Keep.Table && Tails ? new(Lane.Places<T>() + (double)(from + i * Lanes), 1.0) : new(At(a, i));
    }

    [MethodImpl(AggressiveInlining)]
    public T Weight(int i) => weights is null ? Lane.First<T>(count - i * Lanes) : At(weights, i);

    [MethodImpl(AggressiveInlining)]
    T At(double[] column, int i) =>
        Mle.Lanes.ReadAhead<T>(ref MemoryMarshal.GetArrayDataReference(column), from + i * Lanes);

    [MethodImpl(AggressiveInlining)]
    public Row<Real> Total(Row<T> partial) => new(T.Sum(partial.A), T.Sum(partial.B), T.Sum(partial.C));

    public Derivatives<Real> KernelSum<TSame>(Vec3<Real> η, Real active) where TSame : struct, IFamily<TSame> =>
        IsGiant ? KernelSumOfChunks<TSame>(η) : TSame.KernelSum<LaneSample<TFamily, T>, T, Real>(this, η);

    public Powers<Real> Expand<TSame>(Vec3<Real> start) where TSame : struct, IFamily<TSame> =>
        IsGiant ? ExpandChunks<TSame>(start) : TSame.Expand<LaneSample<TFamily, T>, T, Real>(this, start);

    public bool IsGiant => count > Loading.Chunk;

    // Apart, because a method makes its closure before it knows that there is no giant.

    Derivatives<Real> KernelSumOfChunks<TSame>(Vec3<Real> η) where TSame : struct, IFamily<TSame> =>
        OfChunks(part => TSame.KernelSum<LaneSample<TFamily, T>, T, Real>(part, η)).Aggregate((sum, part) => sum + part);

    Powers<Real> ExpandChunks<TSame>(Vec3<Real> start) where TSame : struct, IFamily<TSame> =>
        OfChunks(part => TSame.Expand<LaneSample<TFamily, T>, T, Real>(part, start)).Aggregate((sum, part) => sum + part);

    /// <inheritdoc cref="Loading.OfChunks{TPart}(int, int, Func{int, int, TPart})"/>
    public TPart[] OfChunks<TPart>(Func<LaneSample<TFamily, T>, TPart> make)
    {
        var whole = this;
        return Loading.OfChunks(count, threads, (at, length) => make(whole.Part(at, length)));
    }

    LaneSample<TFamily, T> Part(int at, int length) => new(a, Tails, weights, from + at, length, 1);
}

/// <summary>
/// Data sets solved side by side, one in each lane: what belongs to the parameters is computed for all of them at once,
/// and only sums over rows are taken one data set after another.
/// </summary>
/// <param name="samples">The data sets; lanes beyond them repeat the first.</param>
/// <param name="derivatives">Room for what their sums come to.</param>
readonly struct SideSample<TFamily, T>(LaneSample<TFamily, T>[] samples, int occupied, Derivatives<T>[] derivatives) : ISample<T, T>
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
{
    public int Count => 0;

    public int Whole => 0;

    public bool Tails => samples[0].Tails;

    public Row<T> this[int i] => default;

    public T Weight(int i) => 0.0;

    public Row<T> Total(Row<T> partial) => partial;

    public Derivatives<T> KernelSum<TSame>(Vec3<T> η, T active) where TSame : struct, IFamily<TSame>
    {
        int side = Unsafe.SizeOf<T>() / sizeof(double);
        var points = MemoryMarshal.Cast<Vec3<T>, double>(MemoryMarshal.CreateSpan(ref η, 1));
        var busy = MemoryMarshal.Cast<T, double>(MemoryMarshal.CreateSpan(ref active, 1));
        var sums = MemoryMarshal.Cast<Derivatives<T>, double>(derivatives.AsSpan());
        for (int l = 0; l < occupied; l++)
        {
            if (busy[l] == 0)
                continue;
            var one = samples[l].KernelSum<TSame>(new(points[l], points[side + l], points[2 * side + l]), 1.0);
            Lane.Put(derivatives.AsSpan(), l, one);
        }
        Repeat(sums, side);
        return derivatives[0];
    }

    /// <summary>The first lane in those that hold no data set.</summary>
    void Repeat(Span<double> sums, int side)
    {
        for (int l = occupied; l < side; l++)
            for (int f = 0; f < sums.Length; f += side)
                sums[f + l] = sums[f];
    }

    public Powers<T> Expand<TSame>(Vec3<T> start) where TSame : struct, IFamily<TSame>
    {
        int side = Unsafe.SizeOf<T>() / sizeof(double);
        var points = MemoryMarshal.Cast<Vec3<T>, double>(MemoryMarshal.CreateSpan(ref start, 1));
        Powers<T> powers = default;
        var sums = MemoryMarshal.Cast<Powers<T>, double>(MemoryMarshal.CreateSpan(ref powers, 1));
        for (int l = 0; l < occupied; l++)
        {
            var one = samples[l].Expand<TSame>(new(points[l], points[side + l], points[2 * side + l]));
            Lane.Put(new Span<Powers<T>>(ref powers), l, one);
        }
        Repeat(sums, side);
        return powers;
    }
}

/// <summary>The rows of a family that collapses: nothing that the garbage collector would have to know of in every copy.</summary>
readonly struct NoRows<T> : ISample<T, T> where T : unmanaged, IReal<T>
{
    public int Count => 0;

    public int Whole => 0;

    public bool Tails => false;

    public Row<T> this[int i] => default;

    public T Weight(int i) => 0.0;

    public Row<T> Total(Row<T> partial) => partial;

    public Derivatives<T> KernelSum<TSame>(Vec3<T> η, T active) where TSame : struct, IFamily<TSame> => default;

    public Powers<T> Expand<TSame>(Vec3<T> start) where TSame : struct, IFamily<TSame> => default;
}

/// <summary>Rows that were added up at one point as they were read.</summary>
readonly struct RowsReduced(Derivatives<Real> kernel) : ISample<Real, Real>
{
    public int Count => 0;

    public int Whole => 0;

    public bool Tails => false;

    public Row<Real> this[int i] => default;

    public Real Weight(int i) => 0.0;

    public Row<Real> Total(Row<Real> partial) => partial;

    public Derivatives<Real> KernelSum<TSame>(Vec3<Real> η, Real active) where TSame : struct, IFamily<TSame> => kernel;

    public Powers<Real> Expand<TSame>(Vec3<Real> start) where TSame : struct, IFamily<TSame> => default;
}

/// <summary>Single lanes of vectors.</summary>
static class Lane
{
    /// <summary>One lane.</summary>
    [MethodImpl(AggressiveInlining)]
    public static ref double At<T>(ref T vector, int lane) where T : unmanaged => ref Unsafe.Add(ref Unsafe.As<T, double>(ref vector), lane);

    /// <summary>The product over the lanes.</summary>
    [MethodImpl(AggressiveInlining)]
    public static double Product<T>(T x) where T : unmanaged
    {
        ref double lanes = ref Unsafe.As<T, double>(ref x);
        double even = lanes, odd = 1;
        for (int l = 1; l < Unsafe.SizeOf<T>() / sizeof(double); l++)
            (even, odd) = (odd, even * Unsafe.Add(ref lanes, l));
        return even * odd;
    }

    /// <summary>All lanes, the first first.</summary>
    public static Span<double> All<T>(ref T vector) where T : unmanaged => MemoryMarshal.Cast<T, double>(new Span<T>(ref vector));

    /// <summary>Puts a structure of doubles into one lane of the same structure of vectors.</summary>
    public static void Put<TVectors, TOne>(Span<TVectors> vectors, int lane, in TOne one) where TVectors : unmanaged where TOne : unmanaged =>
        Put(vectors, lane, one, Unsafe.SizeOf<TOne>() / sizeof(double));

    /// <summary>The same of its first fields.</summary>
    public static void Put<TVectors, TOne>(Span<TVectors> vectors, int lane, in TOne one, int fields) where TVectors : unmanaged where TOne : unmanaged
    {
        int side = Unsafe.SizeOf<TVectors>() / Unsafe.SizeOf<TOne>();
        var to = MemoryMarshal.Cast<TVectors, double>(vectors);
        var from = MemoryMarshal.Cast<TOne, double>(MemoryMarshal.CreateReadOnlySpan(in one, 1));
        for (int f = 0; f < fields; f++)
            to[f * side + lane] = from[f];
    }

    static ReadOnlySpan<double> FirstIntegers => [0, 1, 2, 3, 4, 5, 6, 7];

    /// <summary>0, 1, 2, …: which lane each is.</summary>
    public static T Places<T>() where T : unmanaged, IReal<T> =>
        Lanes.Read<T>(ref MemoryMarshal.GetReference(FirstIntegers), 0);

    static ReadOnlySpan<double> ZerosThenOnes => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

    /// <summary>1 in the last lanes, 0 in the others; 1 in all where the count is larger.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Last<T>(int count) where T : unmanaged, IReal<T>
    {
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        return Lanes.Read<T>(ref MemoryMarshal.GetReference(ZerosThenOnes), 8 - lanes + Math.Min(count, lanes));
    }

    static ReadOnlySpan<double> OnesThenZeros => [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>1 in the first lanes, 0 in the others: read from a table, for a call would push sums out of registers.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T First<T>(int count) where T : unmanaged, IReal<T> =>
        Lanes.Read<T>(ref MemoryMarshal.GetReference(OnesThenZeros), 8 - Math.Min(count, 8));
}
