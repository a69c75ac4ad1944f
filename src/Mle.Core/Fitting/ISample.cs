using System.Runtime.CompilerServices;

namespace Mle;

/// <summary>
/// One data set as a worker sees it: rows of statistics with weights, and how a sum is completed over all workers.
/// T is what a row holds (a vector of observations on a CPU, one observation in a kernel), R what a total is (one
/// number, or one number for each of several data sets that are solved side by side).
/// </summary>
public interface ISample<T, R> where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
{
    /// <summary>The terms that this worker adds.</summary>
    int Count { get; }

    /// <summary>How many of them, from the first, have weight 1 throughout.</summary>
    int Whole { get; }

    /// <summary>
    /// Of a table, whether row j is (j, 1) with the weight of all observations above j, or else row i is a value (x, 0).
    /// </summary>
    bool Tails { get; }

    Row<T> this[int i] { get; }

    T Weight(int i);

    /// <summary>
    /// Completes a worker's partial sums over its lanes and over all workers, by a fixed tree: three at a time, because
    /// workers who wait for each other do it once for all.
    /// </summary>
    Row<R> Total(Row<T> partial);

    /// <summary>
    /// Σ w LogKernel over the whole data set: where chunks of a giant one are summed in parallel, or several data sets
    /// one after another, that happens here. What is not active may be left as it was.
    /// </summary>
    Derivatives<R> KernelSum<TFamily>(Vec3<R> η, R active) where TFamily : struct, IFamily<TFamily>;

    /// <summary>The sums of <see cref="IFamily{TSelf}.Expand"/>; zeros where the sample does not make them.</summary>
    Powers<R> Expand<TFamily>(Vec3<R> start) where TFamily : struct, IFamily<TFamily>;
}

/// <summary>What one row adds to the sums.</summary>
public interface ITerm<TSums, T> where T : unmanaged, IReal<T>
{
    TSums Add(TSums sums, Row<T> row, T weight);

    /// <summary>What sums need after at most <see cref="LogSum.Factors"/> whole rows: products among them are brought back into range.</summary>
    static virtual TSums Settle(TSums sums) => sums;
}

/// <summary>
/// The one hot loop, compiled at full strength from its first call. It stands alone so that the JIT's inlining budget is
/// spent on its body, and rows with weights go through a loop of their own so that whatever a weight costs does not push
/// the sums of the first out of registers.
/// </summary>
public static class Loop
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSums Over<TTerm, TSums, TSample, T, R>(in TTerm term, in TSample sample, in TSums sums)
        where TTerm : struct, ITerm<TSums, T>
        where TSums : struct
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R> =>
        Over<TTerm, TTerm, TSums, TSample, T, R>(term, term, sample, sums);

    /// <summary>The same with another term for rows whose weight is 1, where that saves a logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSums Over<TWhole, TTerm, TSums, TSample, T, R>(TWhole whole, in TTerm term, in TSample sample, in TSums sums)
        where TWhole : struct, ITerm<TSums, T>
        where TTerm : struct, ITerm<TSums, T>
        where TSums : struct
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var summed = Whole<TWhole, TSums, TSample, T, R>(whole, sample, sums);
        return sample.Whole == sample.Count ? summed : Weighted<TTerm, TSums, TSample, T, R>(term, sample, summed);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static TSums Whole<TTerm, TSums, TSample, T, R>(in TTerm term, in TSample sample, in TSums sums)
        where TTerm : struct, ITerm<TSums, T>
        where TSums : struct
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        // Locals, because compilers keep in memory what arrives there.
        var added = term;
        var rows = sample;
        var total = sums;
        int whole = rows.Whole;
        for (int i = 0; i < whole;)
        {
            for (int end = whole < i + LogSum.Factors ? whole : i + LogSum.Factors; i < end; i++)
                total = added.Add(total, rows[i], 1.0);
            total = TTerm.Settle(total);
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static TSums Weighted<TTerm, TSums, TSample, T, R>(in TTerm term, in TSample sample, in TSums sums)
        where TTerm : struct, ITerm<TSums, T>
        where TSums : struct
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var added = term;
        var rows = sample;
        var total = sums;
        int count = rows.Count;
        for (int i = rows.Whole; i < count; i++)
            total = added.Add(total, rows[i], rows.Weight(i));
        return total;
    }
}
