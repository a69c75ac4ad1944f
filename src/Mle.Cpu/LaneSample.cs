using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Columns of statistics in memory, read a vector at a time. Columns are padded to whole vectors with valid values
/// whose weight is 0.
/// </summary>
/// <param name="a">The first statistic.</param>
/// <param name="b">The second, or null.</param>
/// <param name="weights">Weights, or null where all are 1.</param>
/// <param name="from">The first row, a multiple of the vector's length.</param>
/// <param name="count">The number of rows.</param>
/// <param name="threads">How many workers may share the chunks of a giant sample.</param>
readonly struct LaneSample<T>(double[] a, double[]? b, double[]? weights, int from, int count, int threads) : ISample<T, Real>
    where T : unmanaged, IReal<T>
{
    /// <summary>
    /// Rows of one partial sum. The cut is the same for any number of threads, so the sum's bits are too; a chunk is
    /// long enough (about 50 µs) to pay for handing it to a worker.
    /// </summary>
    public const int Chunk = 1 << 15;

    readonly double[] a = a;
    readonly double[]? b = b, weights = weights;
    readonly int from = from, count = count, threads = threads;

    static int Lanes
    {
        [MethodImpl(AggressiveInlining)]
        get => Unsafe.SizeOf<T>() / sizeof(double);
    }

    public int Count => (count + Lanes - 1) / Lanes;

    public int Whole => weights is null ? count / Lanes : 0;

    public Row<T> this[int i]
    {
        [MethodImpl(AggressiveInlining)]
        get => new(At(a, i), b is null ? 0.0 : At(b, i));
    }

    [MethodImpl(AggressiveInlining)]
    public T Weight(int i) => weights is null ? Tail(count - i * Lanes) : At(weights, i);

    [MethodImpl(AggressiveInlining)]
    T At(double[] column, int i) =>
        Unsafe.ReadUnaligned<T>(ref Unsafe.As<double, byte>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(column), from + i * Lanes)));

    /// <summary>1 in the first lanes, 0 in the others.</summary>
    public static T Tail(int lanes)
    {
        Span<T> mask = stackalloc T[1];
        var ones = MemoryMarshal.Cast<T, double>(mask);
        ones.Clear();
        ones[..Math.Min(lanes, ones.Length)].Fill(1);
        return mask[0];
    }

    [MethodImpl(AggressiveInlining)]
    public Real Total(T partial) => T.Sum(partial);

    public Derivatives<Real> KernelSum<TFamily>(Vec3<Real> η) where TFamily : struct, IFamily<TFamily>
    {
        if (count <= Chunk)
            return TFamily.KernelSum<LaneSample<T>, T, Real>(this, η);
        var parts = new Derivatives<Real>[(count + Chunk - 1) / Chunk];
        var whole = this;
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, c =>
            parts[c] = TFamily.KernelSum<LaneSample<T>, T, Real>(whole.Part(c), η));
        var sum = parts[0];
        for (int c = 1; c < parts.Length; c++)
            sum += parts[c];
        return sum;
    }

    LaneSample<T> Part(int chunk) =>
        new(a, b, weights, from + chunk * Chunk, Math.Min(Chunk, count - chunk * Chunk), 1);
}

/// <summary>In place of rows for families that are collapsed to sums: their objective never asks for one.</summary>
readonly struct NoSample<T> : ISample<T, T> where T : unmanaged, IReal<T>
{
    public int Count => 0;

    public int Whole => 0;

    public Row<T> this[int i] => default;

    public T Weight(int i) => 0.0;

    public T Total(T partial) => partial;

    public Derivatives<T> KernelSum<TFamily>(Vec3<T> η) where TFamily : struct, IFamily<TFamily> => default;
}
