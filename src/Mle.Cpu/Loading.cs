using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>A data set after loading: its summary, and in the workspace its columns if the family keeps rows.</summary>
struct Loaded
{
    public Summary<Real> Summary;

    public Standardization Unit;

    public double LogBase;

    public int Rows;

    /// <summary>Why the data cannot be fitted, or null.</summary>
    public string? Invalid;
}

/// <summary>A worker's own memory, reused from data set to data set.</summary>
sealed class Workspace
{
    public double[] A = [], B = [], Weights = [], Histogram = [];

    public bool Weighted, Paired;

    public static double[] Room(ref double[] column, int length)
    {
        if (column.Length < length)
            column = GC.AllocateUninitializedArray<double>(Math.Max(length, 2 * column.Length));
        return column;
    }
}

/// <summary>
/// Reads a data set once or twice: finds its origin and unit, checks it, takes the statistics and their sums. After this
/// nothing touches the observations again.
/// </summary>
static class Loading
{
    /// <summary>Rows that origin and unit are taken from: enough that sums about it lose no digits, short enough to stay in cache.</summary>
    const int Leading = 4096;

    /// <summary>Widest count table, in multiples of the number of rows and at least: beyond it distinct values are sorted.</summary>
    const int TableWidth = 8, SmallTable = 1024;

    /// <summary>What one pass adds up; C is unused by today's statistics but costs nothing.</summary>
    struct Pass<T> where T : unmanaged, IReal<T>
    {
        public T A, B, C, Base, Low, High, Fraction, Size, LeastWeight;
    }

    public static Loaded Load<TFamily, T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weights, ReadOnlySpan<double> trials, Detail detail, int threads, Workspace space)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        Loaded loaded = default;
        loaded.Rows = x.Length;
        if (x.Length == 0)
        {
            loaded.Invalid = "no observations";
            return loaded;
        }
        var unit = loaded.Unit = Unit<TFamily, T>(x);
        var keep = TFamily.Keep;
        bool rows = keep is Keep.Rows or Keep.RowsAndMedian;
        bool counts = TFamily.Support.Integer && trials.IsEmpty;
        bool logBase = detail == Detail.Complete && !counts;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        if (rows)
            Workspace.Room(ref space.A, x.Length + lanes);

        var s = Begin<Real>();
        for (int from = 0; from < x.Length; from += LaneSample<T>.Chunk)
        {
            int length = Math.Min(LaneSample<T>.Chunk, x.Length - from);
            s = Merge(s, Sums<TFamily, T>(
                x.Slice(from, length), Part(weights, from, length), Part(trials, from, length), unit,
                rows ? space.A.AsSpan(from) : default, logBase));
        }

        double n = weights.IsEmpty ? x.Length : s.Size, low = s.Low, high = s.High;
        var support = TFamily.Support;
        double supportLow = support.Low, supportHigh = support.High;
        bool plausible = double.IsFinite(s.A) && double.IsFinite(s.B) && double.IsFinite(n) && n > 0
            && (support.LowIncluded ? low >= supportLow : low > supportLow)
            && (support.HighIncluded ? high <= supportHigh : high < supportHigh)
            && s.Fraction == 0.0 && s.LeastWeight >= 0.0;
        if (!plausible && (loaded.Invalid = Offender(TFamily.Support, x, weights, trials)) is not null)
            return loaded;
        if (!trials.IsEmpty && (loaded.Invalid = Offender(TFamily.Support, x, weights, trials)) is not null)
            return loaded;

        double variance = 0, medianLow = 0, medianHigh = 0, spread = 0;
        space.Weighted = !weights.IsEmpty;
        space.Paired = false;
        if (rows)
        {
            if (space.Weighted)
                PadCopy(weights, Workspace.Room(ref space.Weights, x.Length + lanes), lanes, 0);
            variance = SquaresAbout<T>(space, x.Length, s.A / n, threads) / n;
            if (keep == Keep.RowsAndMedian)
                (medianLow, medianHigh, spread) = Medians.Of(x, weights, unit);
        }
        if (counts && (keep == Keep.Table || detail == Detail.Complete))
        {
            s.Base = CountTable<TFamily, T>(x, weights, (int)Math.Min(high, int.MaxValue), detail == Detail.Complete, space, ref loaded.Rows);
        }
        loaded.LogBase = s.Base;
        loaded.Summary = new(n, new Row<Real>(s.A, s.B, s.C), variance, low, high, medianLow, medianHigh, spread);
        return loaded;
    }

    static ReadOnlySpan<double> Part(ReadOnlySpan<double> column, int from, int length) =>
        column.IsEmpty ? column : column.Slice(from, length);

    /// <summary>Origin and unit from the leading rows.</summary>
    static Standardization Unit<TFamily, T>(ReadOnlySpan<double> x)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        if (TFamily.Equivariance == Equivariance.None)
            return new(0, 0);
        var head = x[..Math.Min(x.Length, Leading)];
        if (TFamily.Equivariance == Equivariance.Scale)
            return new(0, Exponent(AbsoluteSum<T>(head, 0) / head.Length, head));
        double center = Sum<T>(head) / head.Length;
        if (!double.IsFinite(center))
            center = 0;
        return new(center, Exponent(AbsoluteSum<T>(head, center) / head.Length, head));
    }

    static int Exponent(double unit, ReadOnlySpan<double> head)
    {
        if (!double.IsFinite(unit))
        {
            unit = 0;
            foreach (double v in head)
                if (double.IsFinite(v))
                    unit = Math.Max(unit, Math.Abs(v));
        }
        return unit == 0 ? 0 : Math.Clamp(Math.ILogB(unit), -1000, 1000);
    }

    [MethodImpl(NoInlining)]
    static double Sum<T>(ReadOnlySpan<double> x) where T : unmanaged, IReal<T>
    {
        var vectors = MemoryMarshal.Cast<double, T>(x);
        T s = 0.0, r = 0.0;
        int i = 0;
        for (; i + 1 < vectors.Length; i += 2)
        {
            s += vectors[i];
            r += vectors[i + 1];
        }
        if (i < vectors.Length)
            s += vectors[i];
        double sum = T.Sum(s + r);
        foreach (double v in x[(vectors.Length * (Unsafe.SizeOf<T>() / sizeof(double)))..])
            sum += v;
        return sum;
    }

    [MethodImpl(NoInlining)]
    static double AbsoluteSum<T>(ReadOnlySpan<double> x, double center) where T : unmanaged, IReal<T>
    {
        var vectors = MemoryMarshal.Cast<double, T>(x);
        T s = 0.0, r = 0.0, c = center;
        int i = 0;
        for (; i + 1 < vectors.Length; i += 2)
        {
            s += T.Abs(vectors[i] - c);
            r += T.Abs(vectors[i + 1] - c);
        }
        if (i < vectors.Length)
            s += T.Abs(vectors[i] - c);
        double sum = T.Sum(s + r);
        foreach (double v in x[(vectors.Length * (Unsafe.SizeOf<T>() / sizeof(double)))..])
            sum += Math.Abs(v - center);
        return sum;
    }

    static Pass<T> Begin<T>() where T : unmanaged, IReal<T> => new()
    {
        A = 0.0,
        B = 0.0,
        C = 0.0,
        Base = 0.0,
        Low = double.PositiveInfinity,
        High = double.NegativeInfinity,
        Fraction = 0.0,
        Size = 0.0,
        LeastWeight = double.PositiveInfinity,
    };

    static Pass<Real> Merge(Pass<Real> a, Pass<Real> b) => new()
    {
        A = a.A + b.A,
        B = a.B + b.B,
        C = a.C + b.C,
        Base = a.Base + b.Base,
        Low = Math.Min(a.Low, b.Low),
        High = Math.Max(a.High, b.High),
        Fraction = a.Fraction + b.Fraction,
        Size = a.Size + b.Size,
        LeastWeight = Math.Min(a.LeastWeight, b.LeastWeight),
    };

    /// <summary>One chunk: statistics (kept where a column is given) and their sums.</summary>
    [MethodImpl(NoInlining)]
    static Pass<Real> Sums<TFamily, T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weights, ReadOnlySpan<double> trials, Standardization unit,
        Span<double> kept, bool logBase)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        int lanes = Unsafe.SizeOf<T>() / sizeof(double), whole = x.Length / lanes;
        T c = unit.Center, perUnit = 1 / unit.Scale;
        var s = Begin<T>();
        if (weights.IsEmpty && trials.IsEmpty)
        {
            var vectors = MemoryMarshal.Cast<double, T>(x);
            var column = MemoryMarshal.Cast<double, T>(kept);
            for (int i = 0; i < vectors.Length; i++)
            {
                T v = (vectors[i] - c) * perUnit;
                var row = new Row<T>(v);
                var t = TFamily.Statistic(row);
                s.A += t.A;
                s.B += t.B;
                s.C += t.C;
                if (logBase)
                    s.Base += TFamily.LogBase(row, t);
                if (TFamily.Support.Integer)
                    s.Fraction += T.Abs(v - T.Round(v));
                s.Low = T.IfLess(v, s.Low, v, s.Low);
                s.High = T.IfLess(s.High, v, v, s.High);
                if (!kept.IsEmpty)
                    column[i] = t.A;
            }
            s.LeastWeight = 1.0;
        }
        else
        {
            whole = 0;
        }
        Span<double> xs = stackalloc double[lanes], ws = stackalloc double[lanes], ms = stackalloc double[lanes];
        for (int from = whole * lanes; from < x.Length; from += lanes)
        {
            int length = Math.Min(lanes, x.Length - from);
            ms.Fill(1);
            Pad(x.Slice(from, length), xs);
            if (weights.IsEmpty)
                ws.Fill(1);
            else
                Pad(weights.Slice(from, length), ws);
            ws[length..].Clear();
            if (!trials.IsEmpty)
                Pad(trials.Slice(from, length), ms);
            T v = (One<T>(xs) - c) * perUnit, w = One<T>(ws);
            var row = new Row<T>(v, One<T>(ms));
            var t = TFamily.Statistic(row);
            s.Size += w;
            s.A += w * t.A;
            s.B += w * t.B;
            s.C += w * t.C;
            if (logBase)
                s.Base += w * TFamily.LogBase(row, t);
            if (TFamily.Support.Integer)
                s.Fraction += T.Abs(v - T.Round(v));
            s.Low = T.IfLess(v, s.Low, T.IfLess(0.0, w, v, s.Low), s.Low);
            s.High = T.IfLess(s.High, v, T.IfLess(0.0, w, v, s.High), s.High);
            s.LeastWeight = T.IfLess(w, s.LeastWeight, w, s.LeastWeight);
            if (!kept.IsEmpty)
                MemoryMarshal.Cast<double, T>(kept.Slice(from, lanes))[0] = t.A;
        }
        return new()
        {
            A = T.Sum(s.A),
            B = T.Sum(s.B),
            C = T.Sum(s.C),
            Base = T.Sum(s.Base),
            Low = Least(s.Low),
            High = -Least(-s.High),
            Fraction = T.Sum(s.Fraction),
            Size = T.Sum(s.Size),
            LeastWeight = Least(s.LeastWeight),
        };
    }

    static T One<T>(Span<double> lanes) where T : unmanaged, IReal<T> => MemoryMarshal.Cast<double, T>(lanes)[0];

    static double Least<T>(T x) where T : unmanaged, IReal<T>
    {
        Span<T> one = [x];
        double least = double.PositiveInfinity;
        foreach (double v in MemoryMarshal.Cast<T, double>(one))
            least = Math.Min(least, v);
        return least;
    }

    /// <summary>Fills up with the first value, so that padding is as valid as the data.</summary>
    static void Pad(ReadOnlySpan<double> from, Span<double> to)
    {
        from.CopyTo(to);
        to[from.Length..].Fill(from[0]);
    }

    static void PadCopy(ReadOnlySpan<double> from, double[] to, int lanes, double padding)
    {
        from.CopyTo(to);
        to.AsSpan(from.Length, lanes).Fill(padding);
    }

    static double SquaresAbout<T>(Workspace space, int count, double mean, int threads) where T : unmanaged, IReal<T>
    {
        double sum = 0;
        for (int from = 0; from < count; from += LaneSample<T>.Chunk)
        {
            var part = new LaneSample<T>(
                space.A, null, space.Weighted ? space.Weights : null, from, Math.Min(LaneSample<T>.Chunk, count - from), threads);
            sum += T.Sum(Loop.Over<Square<T>, Row<T>, LaneSample<T>, T, Real>(new(mean), part, default).A);
        }
        return sum;
    }

    readonly struct Square<T>(T mean) : ITerm<Row<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T mean = mean;

        [MethodImpl(AggressiveInlining)]
        public Row<T> Add(Row<T> sums, Row<T> t, T weight)
        {
            T d = t.A - mean;
            return new(sums.A + weight * d * d);
        }
    }

    /// <summary>
    /// Counts by value: log h is then taken once per distinct value, and families that keep a table get it as columns.
    /// </summary>
    static double CountTable<TFamily, T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weights, int high, bool logBase, Workspace space, ref int rows)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        int lanes = Unsafe.SizeOf<T>() / sizeof(double), distinct = 0;
        bool dense = high <= Math.Max(SmallTable, TableWidth * x.Length);
        if (dense)
        {
            var histogram = Workspace.Room(ref space.Histogram, high + 2 + lanes);
            Array.Clear(histogram, 0, high + 2 + lanes);
            if (weights.IsEmpty)
            {
                foreach (double v in x)
                    histogram[(int)v]++;
            }
            else
            {
                for (int i = 0; i < x.Length; i++)
                    histogram[(int)x[i]] += weights[i];
            }
            Workspace.Room(ref space.A, high + 1 + 2 * lanes);
            Workspace.Room(ref space.Weights, high + 1 + 2 * lanes);
            for (int v = 0; v <= high; v++)
            {
                if (histogram[v] > 0)
                {
                    space.A[distinct] = v;
                    space.Weights[distinct++] = histogram[v];
                }
            }
        }
        else
        {
            Workspace.Room(ref space.A, x.Length + 2 * lanes);
            Workspace.Room(ref space.Weights, x.Length + 2 * lanes);
            x.CopyTo(space.A);
            if (weights.IsEmpty)
                space.Weights.AsSpan(0, x.Length).Fill(1);
            else
                weights.CopyTo(space.Weights);
            Array.Sort(space.A, space.Weights, 0, x.Length);
            for (int i = 0; i < x.Length; i++)
            {
                if (distinct > 0 && space.A[distinct - 1] == space.A[i])
                    space.Weights[distinct - 1] += space.Weights[i];
                else
                    (space.A[distinct], space.Weights[distinct++]) = (space.A[i], space.Weights[i]);
            }
        }
        space.A.AsSpan(distinct, lanes).Fill(space.A[0]);
        space.Weights.AsSpan(distinct, lanes).Clear();
        double sum = 0;
        if (logBase)
        {
            T s = 0.0;
            for (int i = 0; i < distinct; i += lanes)
            {
                var row = new Row<T>(One<T>(space.A.AsSpan(i, lanes)));
                s += One<T>(space.Weights.AsSpan(i, lanes)) * TFamily.LogBase(row, TFamily.Statistic(row));
            }
            sum = T.Sum(s);
        }
        if (TFamily.Keep == Keep.Table)
        {
            space.Weighted = true;
            space.Paired = true;
            rows = dense ? Tails(space, high, lanes) : distinct;
            Workspace.Room(ref space.B, rows + lanes).AsSpan(0, rows + lanes).Fill(dense ? 1 : 0);
        }
        return sum;
    }

    /// <summary>
    /// Rows (j, 1) weighted by the number of observations above j, for kernels that are a sum over j below the
    /// observation: log Γ(r + x) − log Γ(r) = Σ log(r + j).
    /// </summary>
    static int Tails(Workspace space, int high, int lanes)
    {
        double above = 0;
        for (int j = high - 1; j >= 0; j--)
        {
            above += space.Histogram[j + 1];
            space.A[j] = j;
            space.Weights[j] = above;
        }
        space.A.AsSpan(high, lanes).Clear();
        space.Weights.AsSpan(high, lanes).Clear();
        return high;
    }

    /// <summary>The first row that cannot be an observation, in words.</summary>
    static string? Offender(Support support, ReadOnlySpan<double> x, ReadOnlySpan<double> weights, ReadOnlySpan<double> trials)
    {
        double total = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double w = weights.IsEmpty ? 1 : weights[i];
            if (!(w >= 0 && double.IsFinite(w)))
                return FormattableString.Invariant($"row {i + 1}: the weight {w} must be a finite number ≥ 0");
            total += w;
            if (!trials.IsEmpty && !(trials[i] >= 0 && trials[i] == Math.Floor(trials[i]) && double.IsFinite(trials[i])))
                return FormattableString.Invariant($"row {i + 1}: {trials[i]} trials must be an integer ≥ 0");
            double high = trials.IsEmpty ? support.High : trials[i];
            if (!double.IsFinite(x[i]) || !(support with { High = high, HighIncluded = support.HighIncluded || !trials.IsEmpty }).Contains(x[i]))
                return FormattableString.Invariant($"row {i + 1}: the value {x[i]} must be {support.InWords(high)}");
        }
        return total > 0 ? null : "the weights are all 0";
    }
}
