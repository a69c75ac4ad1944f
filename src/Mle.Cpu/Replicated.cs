using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// One worker's replicates, loaded without reading the observations again: of a family that collapses the statistics of the
/// rows that were drawn are added up, of one that keeps rows those with weight are gathered.
/// </summary>
sealed class Replicated<TFamily, T>(Replicates replicates, Detail detail, bool robust) : IDisposable
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
{
    readonly Replicator replicator = replicates.Worker();
    readonly Workspace space = new();
    Loaded data;
    int current = -1, values, width;
    double[] rows = [], weights = [], x = [];

    /// <summary>Where in a row x is, log h, and the products of the statistics about their means.</summary>
    int xAt, logBaseAt, productsAt;

    Row<Real> mean;

    static int Statistics => TFamily.Statistics;

    static bool KeepsRows => TFamily.Keep is Keep.Rows or Keep.RowsAndMedian;

    bool HasLogBase => TFamily.HasLogBase && detail == Detail.Complete;

    /// <summary>Replicate b of data set d.</summary>
    public void Load(int d, int b, bool ordered, Workspace to, ref Loaded one)
    {
        if (replicator is Redrawer redrawer)
        {
            int rows = (int)replicates.Length(d * replicates.Count + b);
            if (x.Length < rows)
                x = new double[rows];
            redrawer.Fill(d, b, x.AsSpan(0, rows));
            var trials = replicates.Data.Trials.IsEmpty ? default : replicates.Data.Trials.Span.Slice((int)replicates.Data.Bounds[d], rows);
            Loading.Load<TFamily, T>(new(x.AsSpan(0, rows), default, trials), detail, ordered, robust, 1, to, ref one);
            return;
        }
        if (replicator is not Resampler resampler)
        {
            Loading.Load<TFamily, T>(new(replicator.Make(d, b)), detail, ordered, robust, 1, to, ref one);
            return;
        }
        if (d != current)
            Begin(d);
        one = data;
        if (data.Invalid is not null)
            return;
        if (TFamily.Keep == Keep.Sums && resampler.DrawsRows)
        {
            Draw(resampler.Draw(d, b), ref one);
            return;
        }
        var w = weights.AsSpan(0, values);
        resampler.Weigh(d, b, w);
        if (!w.ContainsAnyExcept(0.0))
            one.Invalid = "the weights are all 0";
        else if (KeepsRows)
            Gather(w, ordered, to, ref one);
        else if (TFamily.Keep == Keep.Sums)
            Add(w, ref one);
        else
            Loading.Load<TFamily, T>(new(Given.X, w, Given.Trials), detail, ordered, robust, 1, to, ref one);
    }

    /// <summary>The current data set.</summary>
    Columns Given => new Columns(replicates.Data).Of(replicates.Data.Bounds, current);

    /// <summary>Reads a data set once for all its replicates.</summary>
    void Begin(int d)
    {
        current = d;
        values = (int)(replicates.Data.Bounds[d + 1] - replicates.Data.Bounds[d]);
        Loading.Load<TFamily, T>(Given, detail, false, robust, 1, space, ref data);
        if (data.Invalid is not null)
            return;
        if (weights.Length < values)
            weights = new double[values];
        if (TFamily.Keep == Keep.Sums)
            Tabulate();
    }

    /// <summary>Rows of statistics, with x where it is none of them, log h, and products: two numbers each, or a multiple of four.</summary>
    void Tabulate()
    {
        ReadOnlySpan<double> given = Given.X, trials = Given.Trials;
        var sums = data.Summary.Sums;
        Real n = data.Summary.Size;
        mean = new(sums.A / n, sums.B / n, sums.C / n);
        xAt = Statistics;
        logBaseAt = xAt + 1;
        productsAt = logBaseAt + (HasLogBase ? 1 : 0);
        int columns = productsAt + (robust ? Statistics * (Statistics + 1) / 2 : 0);
        width = columns <= 2 ? 2 : (columns + 3) / 4 * 4;
        if (rows.Length < values * width)
            rows = new double[values * width];
        Array.Clear(rows);
        for (int i = 0; i < values; i++)
        {
            var to = rows.AsSpan(i * width, width);
            var row = new Row<Real>((given[i] - data.Unit.Center) * data.Unit.PerScale, trials.IsEmpty ? 1 : trials[i]);
            var t = TFamily.Statistic(row);
            to[0] = t.A.Value;
            if (Statistics > 1)
                to[1] = t.B.Value;
            if (Statistics > 2)
                to[2] = t.C.Value;
            to[xAt] = row.A.Value;
            if (HasLogBase)
                to[logBaseAt] = TFamily.LogBase(row, t).Value;
            for (int j = 0, at = productsAt; robust && j < Statistics; j++)
                for (int k = 0; k <= j; k++)
                    to[at++] = (to[j] - Mean(j)) * (to[k] - Mean(k));
        }
    }

    double Mean(int statistic) => (statistic == 0 ? mean.A : statistic == 1 ? mean.B : mean.C).Value;

    /// <summary>The sums of rows that were drawn.</summary>
    void Draw(ReadOnlySpan<uint> drawn, ref Loaded one)
    {
        Span<double> sums = stackalloc double[16], low = stackalloc double[4], high = stackalloc double[4];
        if (width == 2)
            Pairs(drawn, sums, low, high);
        else
            for (int from = 0; from < width; from += 4)
                Fours(drawn, from, sums[from..], from == 0, low, high);
        Summarize(drawn.Length, sums, low[xAt], high[xAt], ref one);
    }

    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Pairs(ReadOnlySpan<uint> drawn, Span<double> sums, Span<double> low, Span<double> high)
    {
        ref double first = ref MemoryMarshal.GetArrayDataReference(rows);
        Vector256<double> a = default, b = default;
        Vector256<double> lowA = Vector256.Create(double.PositiveInfinity), highA = -lowA, lowB = lowA, highB = highA;
        int i = 0;
        for (; i + 3 < drawn.Length; i += 4)
        {
            var p = Vector256.Create(Vector128.LoadUnsafe(ref first, 2 * drawn[i]), Vector128.LoadUnsafe(ref first, 2 * drawn[i + 1]));
            var q = Vector256.Create(Vector128.LoadUnsafe(ref first, 2 * drawn[i + 2]), Vector128.LoadUnsafe(ref first, 2 * drawn[i + 3]));
            a += p;
            b += q;
            lowA = Vector256.MinNative(lowA, p);
            highA = Vector256.MaxNative(highA, p);
            lowB = Vector256.MinNative(lowB, q);
            highB = Vector256.MaxNative(highB, q);
        }
        a += b;
        (lowA, highA) = (Vector256.MinNative(lowA, lowB), Vector256.MaxNative(highA, highB));
        Vector128<double> sum = a.GetLower() + a.GetUpper();
        Vector128<double> least = Vector128.MinNative(lowA.GetLower(), lowA.GetUpper()), most = Vector128.MaxNative(highA.GetLower(), highA.GetUpper());
        for (; i < drawn.Length; i++)
        {
            var p = Vector128.LoadUnsafe(ref first, 2 * drawn[i]);
            (sum, least, most) = (sum + p, Vector128.MinNative(least, p), Vector128.MaxNative(most, p));
        }
        sum.CopyTo(sums);
        least.CopyTo(low);
        most.CopyTo(high);
    }

    /// <summary>Four columns of wider rows; their extremes too where these are wanted.</summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Fours(ReadOnlySpan<uint> drawn, int from, Span<double> sums, bool extremes, Span<double> low, Span<double> high)
    {
        ref double first = ref rows[from];
        uint wide = (uint)width;
        // Four sums and two extremes in turn, for each operation waits four cycles for the one before.
        Vector256<double> a = default, b = default, c = default, d = default;
        Vector256<double> least = Vector256.Create(double.PositiveInfinity), most = -least, lower = least, higher = most;
        int i = 0;
        for (; i + 3 < drawn.Length; i += 4)
        {
            Vector256<double> p = Vector256.LoadUnsafe(ref first, (nuint)wide * drawn[i]), q = Vector256.LoadUnsafe(ref first, (nuint)wide * drawn[i + 1]);
            Vector256<double> r = Vector256.LoadUnsafe(ref first, (nuint)wide * drawn[i + 2]), s = Vector256.LoadUnsafe(ref first, (nuint)wide * drawn[i + 3]);
            a += p;
            b += q;
            c += r;
            d += s;
            if (extremes)
            {
                least = Vector256.MinNative(least, Vector256.MinNative(p, q));
                most = Vector256.MaxNative(most, Vector256.MaxNative(p, q));
                lower = Vector256.MinNative(lower, Vector256.MinNative(r, s));
                higher = Vector256.MaxNative(higher, Vector256.MaxNative(r, s));
            }
        }
        (least, most) = (Vector256.MinNative(least, lower), Vector256.MaxNative(most, higher));
        for (; i < drawn.Length; i++)
        {
            var p = Vector256.LoadUnsafe(ref first, (nuint)wide * drawn[i]);
            (a, least, most) = (a + p, Vector256.MinNative(least, p), Vector256.MaxNative(most, p));
        }
        (a + b + (c + d)).CopyTo(sums);
        if (extremes)
        {
            least.CopyTo(low);
            most.CopyTo(high);
        }
    }

    /// <summary>The sums of weighted rows.</summary>
    void Add(ReadOnlySpan<double> w, ref Loaded one)
    {
        Span<double> sums = stackalloc double[16];
        sums.Clear();
        double size = 0, low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int i = 0; i < w.Length; i++)
        {
            // A row without weight may have statistics that are infinite.
            if (!(w[i] > 0))
                continue;
            var row = rows.AsSpan(i * width, width);
            size += w[i];
            for (int j = 0; j < row.Length; j++)
                sums[j] += w[i] * row[j];
            (low, high) = (Math.Min(low, row[xAt]), Math.Max(high, row[xAt]));
        }
        Summarize(size, sums, low, high, ref one);
    }

    void Summarize(double size, ReadOnlySpan<double> sums, double low, double high, ref Loaded one)
    {
        var total = new Row<Real>(sums[0], Statistics > 1 ? sums[1] : 0, Statistics > 2 ? sums[2] : 0);
        one.Summary = new(size, total, 0.0, low, high);
        one.LogBase = HasLogBase ? sums[logBaseAt] : 0;
        if (!robust)
            return;
        double a = total.A.Value / size - Mean(0), b = total.B.Value / size - Mean(1), c = total.C.Value / size - Mean(2);
        var m = sums[productsAt..];
        one.Spread = Statistics switch
        {
            1 => new(m[0] - size * a * a, 0.0, 0.0, 0.0, 0.0, 0.0),
            2 => new(m[0] - size * a * a, m[1] - size * a * b, m[2] - size * b * b, 0.0, 0.0, 0.0),
            _ => new(m[0] - size * a * a, m[1] - size * a * b, m[2] - size * b * b, m[3] - size * a * c, m[4] - size * b * c, m[5] - size * c * c),
        };
    }

    /// <summary>The rows that have weight.</summary>
    void Gather(ReadOnlySpan<double> w, bool ordered, Workspace to, ref Loaded one)
    {
        int lanes = Unsafe.SizeOf<T>() / sizeof(double), count = 0;
        double[] a = Workspace.Room(ref to.A, values + lanes), weights = Workspace.Room(ref to.Weights, values + lanes), t = space.A;
        if (x.Length < values + lanes)
            x = new double[values + lanes];
        var given = Given.X;
        for (int i = 0; i < w.Length; i++)
        {
            a[count] = t[i];
            weights[count] = w[i];
            x[count] = given[i];
            count += w[i] > 0 ? 1 : 0;
        }
        a.AsSpan(count, lanes).Fill(a[0]);
        weights.AsSpan(count, lanes).Clear();
        x.AsSpan(count, lanes).Fill(x[0]);
        double shift = data.Summary.Mean.Value;
        T sizes = 0.0, sums = 0.0, squares = 0.0, least = double.PositiveInfinity, most = double.NegativeInfinity;
        for (int i = 0; i < count; i += lanes)
        {
            T own = Read(weights, i), at = Read(x, i), value = Read(a, i), off = value - shift;
            sizes += own;
            sums += own * value;
            squares += own * off * off;
            least = T.Min(least, at);
            most = T.Max(most, at);
        }
        double size = T.Sum(sizes), sum = T.Sum(sums), low = T.Least(least), high = -T.Least(-most);
        to.Weighted = true;
        one.Rows = count;
        Order<Real> order = default;
        if (TFamily.Keep == Keep.RowsAndMedian && ordered)
            order = Medians.Of(x.AsSpan(0, count), weights.AsSpan(0, count), data.Unit);
        double variance = Loading.Squares<TFamily, T>(to, count, size, sum / size, T.Sum(squares), shift, 1) / size;
        one.Summary = new(size, new(sum), variance, (low - data.Unit.Center) * data.Unit.PerScale, (high - data.Unit.Center) * data.Unit.PerScale, order);
    }

    [MethodImpl(AggressiveInlining)]
    static T Read(double[] column, int i) =>
        Lanes.Read<T>(ref MemoryMarshal.GetArrayDataReference(column), i);

    public void Dispose() => space.Dispose();
}
