using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Rows as they were given: observations, and weights and trials, which are empty where all are 1.</summary>
readonly ref struct Columns(ReadOnlySpan<double> x, ReadOnlySpan<double> weights, ReadOnlySpan<double> trials)
{
    public readonly ReadOnlySpan<double> X = x, Weights = weights, Trials = trials;

    public Columns(Batch batch) : this(batch.Values.Span, batch.Weights.Span, batch.Trials.Span) { }

    public int Length => X.Length;

    /// <summary>Data set d.</summary>
    public Columns Of(long[] bounds, int d) => Slice((int)bounds[d], (int)(bounds[d + 1] - bounds[d]));

    public Columns Slice(int from, int length) => new(
        X.Slice(from, length), Weights.IsEmpty ? Weights : Weights.Slice(from, length), Trials.IsEmpty ? Trials : Trials.Slice(from, length));
}

/// <summary>A data set after loading: its summary, and in the workspace its columns if the family keeps rows.</summary>
struct Loaded
{
    public Summary<Real> Summary;

    public Standardization Unit;

    public double LogBase;

    /// <summary>Σ w (t − t̄)(t − t̄)ᵀ of a family that collapses, where robust standard errors are made from it.</summary>
    public Symmetric3<Real> Spread;

    public int Rows;

    /// <summary>Why the data cannot be fitted, or null.</summary>
    public string? Invalid;
}

/// <summary>
/// A worker's own memory, reused from data set to data set, and through the shared pool from call to call: fresh pages
/// for the columns of a giant data set cost more than its sums.
/// </summary>
sealed class Workspace : IDisposable
{
    public double[] A = [], Weights = [], Histogram = [];

    public int[] Counts = [];

    public bool Weighted, Tails;

    /// <summary>The first rows of the columns.</summary>
    public LaneSample<TFamily, T> Sample<TFamily, T>(int rows, int threads)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        new(A, Tails, Weighted ? Weights : null, 0, rows, threads);

    /// <summary>Weights of rows, and 0 of as many more.</summary>
    public void Weigh(ReadOnlySpan<double> weights, int more)
    {
        Weighted = !weights.IsEmpty;
        if (!Weighted)
            return;
        weights.CopyTo(Room(ref Weights, weights.Length + more));
        Weights.AsSpan(weights.Length, more).Clear();
    }

    public static T[] Room<T>(ref T[] column, int length)
    {
        if (column.Length < length)
        {
            Return(column);
            column = ArrayPool<T>.Shared.Rent(length);
        }
        return column;
    }

    static void Return<T>(T[] column)
    {
        if (column.Length > 0)
            ArrayPool<T>.Shared.Return(column);
    }

    public void Dispose()
    {
        Return(A);
        Return(Weights);
        Return(Histogram);
        Return(Counts);
        A = Weights = Histogram = [];
        Counts = [];
    }
}

/// <summary>
/// Reads a data set once or twice: finds its origin and unit, checks it, takes the statistics and their sums. After this
/// nothing touches the observations again.
/// </summary>
static class Loading
{
    /// <summary>
    /// Rows of one partial sum. The cut is the same for any number of threads, so the sum's bits are too; a chunk is
    /// long enough (about 50 µs) to pay for handing it to a worker.
    /// </summary>
    public const int Chunk = 1 << 15;

    /// <summary>Widest count table, in multiples of the number of rows and at least: beyond it distinct values are sorted.</summary>
    const int TableWidth = 8, SmallTable = 1024;

    /// <summary>Whether the smallest observation is sought: by the family's criteria, or because its support has a lower end.</summary>
    [MethodImpl(AggressiveInlining)]
    static bool ReadsLeast<TFamily>() where TFamily : struct, IFamily<TFamily> => TFamily.ReadsExtremes || TFamily.Support.Low > double.NegativeInfinity;

    /// <summary>The same of the largest.</summary>
    [MethodImpl(AggressiveInlining)]
    static bool ReadsLargest<TFamily>() where TFamily : struct, IFamily<TFamily> => TFamily.ReadsExtremes || TFamily.Support.High < double.PositiveInfinity;

    /// <summary>0 where products of observations in this unit stand for sums of their logarithms, or nothing has to.</summary>
    [MethodImpl(AggressiveInlining)]
    public static R Overflow<TFamily, R>(R low, R high, R perScale) where TFamily : struct, IFamily<TFamily> where R : unmanaged, IReal<R>
    {
        R zero = 0.0, one = 1.0;
        return TFamily.LogFirst ? R.IfLess(low * perScale, LogSum.LeastFactor, one, R.IfLess(LogSum.LargestFactor, high * perScale, one, zero)) : zero;
    }

    /// <summary>1 − x is rounded to a unit of 1: where the sums of log x or log(1 − x) are smaller than this, over n, that is too coarse.</summary>
    public const double Coarse = 1.0 / 64;

    /// <summary>A data set.</summary>
    /// <param name="ordered">Whether order statistics are wanted, where the family has a use for them.</param>
    /// <param name="robust">Whether what robust standard errors need is wanted.</param>
    /// <param name="threads">How many workers may share the chunks of a giant data set.</param>
    public static void Load<TFamily, T>(in Columns given, Detail detail, bool ordered, bool robust, int threads, Workspace space, ref Loaded loaded)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        ReadOnlySpan<double> x = given.X, weights = given.Weights, trials = given.Trials;
        loaded.Invalid = null;
        loaded.Rows = x.Length;
        if (x.Length == 0)
        {
            loaded.Invalid = Pass.Offender(TFamily.Support, x, weights, trials);
            return;
        }
        var keep = TFamily.Keep;
        var support = TFamily.Support;
        bool rows = keep is Keep.Rows or Keep.RowsAndMedian;
        bool table = keep == Keep.Table, bases = TFamily.HasLogBase && detail == Detail.Complete, logBase = bases && !table;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        if (rows)
            Workspace.Room(ref space.A, x.Length + lanes);
        var kept = rows ? space.A : default;

        ref var unit = ref loaded.Unit;
        Unit<TFamily, T>(x, out unit);
        Read<TFamily, T>(given, unit, kept, logBase, true, threads, out var s, out double shift);
        if (TFamily.LogSecond && Math.Min(Math.Abs(s.A), Math.Abs(s.B)) < Coarse * s.Size)
            ReadAgain<TFamily, T>(given, unit, kept, logBase, threads, out s, out shift);
        bool plausible = s.Within(TFamily.Support) && Overflow<TFamily, Real>(s.Low, s.High, unit.PerScale).Value == 0;
        if ((!plausible || !trials.IsEmpty) && (loaded.Invalid = Pass.Offender(support, x, weights, trials)) is not null)
            return;
        if (!plausible)
        {
            // Valid data whose sums overflow in the unit of the first: the middle of their range is next.
            unit = Middle<TFamily>(x);
            ReadAgain<TFamily, T>(given, unit, kept, logBase, threads, out s, out shift);
        }
        ref var summary = ref loaded.Summary;
        double n = s.Size;
        summary.Variance = 0;
        if (rows)
        {
            space.Weigh(weights, lanes);
            summary.Variance = Squares<TFamily, T>(space, x.Length, n, s.A / n, s.C, shift, threads) / n;
            s.C = 0;
            if (keep == Keep.RowsAndMedian)
                summary.Order = ordered ? Medians.Of(x, weights, unit) : default;
        }
        if (table)
            s.Base = CountTable<TFamily, T>(
                x, weights, (int)Math.Min(s.High, int.MaxValue), Math.Round(s.A / n), bases, !robust, space, ref s.C, ref loaded.Rows);
        if (robust && keep == Keep.Sums)
            loaded.Spread = Spread<TFamily, T>(given, unit, new(s.A / n, s.B / n, s.C / n));
        Summarize(s, ref loaded);
    }

    /// <summary>What a pass found, field by field: a structure that is made elsewhere and copied waits for its own stores.</summary>
    [MethodImpl(AggressiveInlining)]
    static void Summarize(in Pass s, ref Loaded loaded)
    {
        ref var summary = ref loaded.Summary;
        summary.Size = s.Size;
        summary.Low = (s.Low - loaded.Unit.Center) * loaded.Unit.PerScale;
        summary.High = (s.High - loaded.Unit.Center) * loaded.Unit.PerScale;
        summary.Sums = new(s.A, s.B, s.C);
        loaded.LogBase = s.Base;
    }

    /// <summary>All chunks of a data set.</summary>
    /// <param name="products">Whether logarithms may be summed as products where the family says how.</param>
    /// <param name="shift">What squares are about, of a family that keeps rows.</param>
    [MethodImpl(AggressiveInlining)]
    static void Read<TFamily, T>(
        in Columns given, in Standardization unit, double[]? kept, bool logBase, bool products, int threads, out Pass pass, out double shift)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        pass = Pass.None;
        shift = kept is null ? 0 : Shift<TFamily, T>(given.X[0], unit);
        if (given.Length <= Chunk)
            ReadChunk<TFamily, T>(given, unit, kept.AsSpan(), shift, logBase, products, ref pass);
        else
            foreach (var part in ReadChunks<TFamily, T>(given, unit, kept, shift, logBase, products, threads))
                pass = pass.Merge(part);
    }

    /// <summary>The first of the rows, or 0 where these have an origin.</summary>
    [MethodImpl(AggressiveInlining)]
    static double Shift<TFamily, T>(double first, in Standardization unit) where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        TFamily.Equivariance == Equivariance.LocationScale ? 0 : T.Lead(TFamily.Statistic(new Row<T>((first - unit.Center) * unit.PerScale, 1.0)).A);

    /// <summary>The same a second time, with every logarithm taken: seldom, and so not inlined.</summary>
    [MethodImpl(NoInlining)]
    static void ReadAgain<TFamily, T>(in Columns given, in Standardization unit, double[]? kept, bool logBase, int threads, out Pass pass, out double shift)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        Read<TFamily, T>(given, unit, kept, logBase, false, threads, out pass, out shift);

    static Pass[] ReadChunks<TFamily, T>(
        in Columns given, Standardization unit, double[]? kept, double shift, bool logBase, bool products, int threads)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        OfChunks(given, threads, (chunk, at) =>
        {
            var pass = Pass.None;
            ReadChunk<TFamily, T>(chunk, unit, kept.AsSpan(kept is null ? 0 : at), shift, logBase, products, ref pass);
            return pass;
        });

    /// <summary>What comes of each chunk, given where it begins and its length, on as many threads as may share them.</summary>
    public static TPart[] OfChunks<TPart>(int count, int threads, Func<int, int, TPart> make)
    {
        var parts = new TPart[(count + Chunk - 1) / Chunk];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, c => parts[c] = make(c * Chunk, Math.Min(Chunk, count - c * Chunk)));
        return parts;
    }

    delegate TPart OfChunk<TPart>(Columns chunk, int at);

    /// <summary>What comes of each chunk of a data set, on as many threads as may share them.</summary>
    static TPart[] OfChunks<TPart>(in Columns given, int threads, OfChunk<TPart> make)
    {
        int count = given.Length;
        bool weighted = !given.Weights.IsEmpty, tried = !given.Trials.IsEmpty;
        // Spans cannot go to other threads; what they point to stays where it is until all have read it.
        unsafe
        {
            fixed (double* xs = given.X, ws = given.Weights, ms = given.Trials)
            {
                var (first, second, third) = ((nint)xs, (nint)ws, (nint)ms);
                return OfChunks(count, threads, (at, length) => make(
                    new(Rows(first, at, length), weighted ? Rows(second, at, length) : default, tried ? Rows(third, at, length) : default), at));
            }
        }

        static unsafe ReadOnlySpan<double> Rows(nint column, int at, int length) => new((double*)column + at, length);
    }

    /// <summary>A giant data set of a family that keeps rows, read for its sums at one point: no row outlives its chunk, which stays in cache.</summary>
    /// <param name="natural">η of the point in a unit.</param>
    /// <returns>Whether that was enough: not for small or invalid data, nor where sums overflow in the first unit.</returns>
    public static bool TryReduce<TFamily, T>(
        in Columns given, Func<Standardization, Vec3<Real>> natural, int threads, ref Loaded loaded, out Derivatives<Real> kernel)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        kernel = default;
        if (TFamily.Keep is not (Keep.Rows or Keep.RowsAndMedian) || given.Length <= Chunk)
            return false;
        Unit<TFamily, T>(given.X, out var unit);
        var η = natural(unit);
        var parts = OfChunks(given, threads, (chunk, _) =>
        {
            using var space = new Workspace();
            var pass = Pass.None;
            int lanes = Unsafe.SizeOf<T>() / sizeof(double);
            ReadChunk<TFamily, T>(chunk, unit, Workspace.Room(ref space.A, chunk.Length + lanes), 0, TFamily.HasLogBase, true, ref pass);
            space.Weigh(chunk.Weights, lanes);
            return (Pass: pass, Kernel: TFamily.KernelSum<LaneSample<TFamily, T>, T, Real>(space.Sample<TFamily, T>(chunk.Length, 1), η));
        });
        var all = Pass.None;
        foreach (var part in parts)
            (all, kernel) = (all.Merge(part.Pass), kernel + part.Kernel);
        if (!all.Within(TFamily.Support) || Overflow<TFamily, Real>(all.Low, all.High, unit.PerScale).Value != 0)
            return false;
        // Squares are for starts, and there are none.
        all.C = 0;
        loaded.Unit = unit;
        Summarize(all, ref loaded);
        return true;
    }

    [MethodImpl(AggressiveInlining)]
    static void ReadChunk<TFamily, T>(
        in Columns given, in Standardization unit, Span<double> kept, double shift, bool logBase, bool products, ref Pass pass)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        var x = given.X;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        if (x.Length < lanes || !given.Weights.IsEmpty || !given.Trials.IsEmpty || TFamily.LogFirst && !products)
        {
            Weighted<TFamily, T>(given, unit, kept, shift, logBase, ref pass);
            return;
        }
        Mantissas mantissas = default;
        Unweighted<TFamily, T>(x, unit, kept, shift, ref pass, ref mantissas);
        if (TFamily.LogFirst && TFamily.Keep == Keep.Sums)
            pass.A = T.Lead(LogSum.Total<T>(mantissas.First, pass.A));
        if (TFamily.LogSecond)
            pass.B = T.Lead(LogSum.Total<T>(mantissas.Second, pass.B));
        if (logBase)
            pass.Base += LogBase<TFamily, T>(x, unit);
    }

    /// <summary>Sums of at least a vector of observations of weight 1, where <see cref="LogSum"/> serves those that are logarithms.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Unweighted<TFamily, T>(
        ReadOnlySpan<double> x, in Standardization unit, Span<double> kept, double shift, ref Pass pass, ref Mantissas mantissas)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        if (TFamily.Keep is Keep.Rows or Keep.RowsAndMedian)
        {
            Kept<TFamily, T>(x, unit, kept, shift, ref pass);
            return;
        }
        if (TFamily.LogFirst)
        {
            Products<TFamily, T>(x, unit, ref pass, ref mantissas);
            return;
        }
        Pairs<TFamily, T>(x, unit, ref pass);
        if (!(ReadsLeast<TFamily>() && ReadsLargest<TFamily>()) && pass.Low == pass.High)
            Extremes<T>(x, ref pass);
    }

    /// <summary>Products of the mantissas of the first statistic's arguments, and of the second's.</summary>
    public struct Mantissas
    {
        public double First, Second;
    }

    /// <summary>The unit half way, in exponents, between the smallest and the largest.</summary>
    static Standardization Middle<TFamily>(ReadOnlySpan<double> x) where TFamily : struct, IFamily<TFamily>
    {
        if (TFamily.Equivariance == Equivariance.None)
            return new(0, 0);
        int least = int.MaxValue, most = int.MinValue;
        foreach (double v in x)
        {
            if (v != 0 && double.IsFinite(v))
                (least, most) = (Math.Min(least, Standardization.Binade(v)), Math.Max(most, Standardization.Binade(v)));
        }
        return Standardization.Between(least, most);
    }

    /// <summary>Origin and unit, made where they stay: see <see cref="Load"/>.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Unit<TFamily, T>(ReadOnlySpan<double> x, out Standardization unit)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        if (TFamily.Equivariance == Equivariance.None)
            unit = new(0, 0);
        else if (!Standardization.TryLeading<TFamily>(x[0], x.Length > 1 ? x[1] : x[0], x.Length, out unit))
            unit = OfHead<TFamily, T>(x);
    }

    /// <summary>Origin and unit from the leading rows.</summary>
    [MethodImpl(NoInlining)]
    static Standardization OfHead<TFamily, T>(ReadOnlySpan<double> x)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        var head = x[..Math.Min(x.Length, Standardization.Head)];
        double center = 0;
        if (TFamily.Equivariance == Equivariance.LocationScale && !double.IsFinite(center = Sum<T>(head, 0, false) / head.Length))
            center = 0;
        double size = Sum<T>(head, center, true) / head.Length;
        if (!double.IsFinite(size))
        {
            size = 0;
            foreach (double v in head)
                if (double.IsFinite(v))
                    size = Math.Max(size, Math.Abs(v));
        }
        return Standardization.About(center, size);
    }

    /// <summary>Σ (x − center), or of its absolute values; inlined, so that which of them is no question in the loop.</summary>
    [MethodImpl(AggressiveInlining)]
    static double Sum<T>(ReadOnlySpan<double> x, double center, bool absolute) where T : unmanaged, IReal<T>
    {
        var vectors = MemoryMarshal.Cast<double, T>(x);
        T first = 0.0, second = 0.0, c = center;
        for (int i = 0; i < vectors.Length - 1; i += 2)
        {
            first += absolute ? T.Abs(vectors[i] - c) : vectors[i] - c;
            second += absolute ? T.Abs(vectors[i + 1] - c) : vectors[i + 1] - c;
        }
        double sum = T.Sum(first + second);
        for (int i = vectors.Length / 2 * 2 * (Unsafe.SizeOf<T>() / sizeof(double)); i < x.Length; i++)
            sum += absolute ? Math.Abs(x[i] - center) : x[i] - center;
        return sum;
    }

    /// <summary>
    /// Observations of weight 1, of which there is at least a vector, in pairs of vectors where little is done with each and a sum would
    /// wait for the one before it. What does not fill the last vector is read again with weight 0. Apart from the other loops, because more
    /// than one of them the JIT does not inline in a method.
    /// </summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    static void Pairs<TFamily, T>(ReadOnlySpan<double> x, in Standardization unit, ref Pass pass)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T origin = -unit.Center * unit.PerScale, perUnit = unit.PerScale, zero = 0.0;
        T a = zero, b = zero, c = zero, fraction = zero, low = x[0], high = x[^1];
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        ref double at = ref MemoryMarshal.GetReference(x);
        for (int pairs = x.Length / (2 * lanes); pairs > 0; pairs--)
        {
            var (given, next) = (Lanes.ReadAhead<T>(ref at, 0), Lanes.ReadNext<T>(ref at));
            at = ref Unsafe.Add(ref at, 2 * lanes);
            T v = Standardized<TFamily, T>(given, origin, perUnit), w = Standardized<TFamily, T>(next, origin, perUnit);
            Row<T> t = TFamily.Statistic(new Row<T>(v)), u = TFamily.Statistic(new Row<T>(w));
            a += t.A + u.A;
            if (TFamily.Statistics > 1)
                b += t.B + u.B;
            if (TFamily.Statistics > 2)
                c += t.C + u.C;
            if (TFamily.Support.Integer)
                fraction = T.Either(T.Either(T.Fraction(v), T.Fraction(w)), fraction);
            if (ReadsLeast<TFamily>())
                low = T.Min(T.Min(given, next), low);
            if (ReadsLargest<TFamily>())
                high = T.Max(T.Max(given, next), high);
        }
        for (int left = x.Length % (2 * lanes); left > 0; left -= lanes)
        {
            T weight = Lane.Last<T>(left);
            T given = Lanes.Read<T>(ref MemoryMarshal.GetReference(x), x.Length - Math.Max(left, lanes)), v = Standardized<TFamily, T>(given, origin, perUnit);
            Row<T> t = TFamily.Statistic(new Row<T>(v));
            a = T.MultiplyAdd(weight, t.A, a);
            if (TFamily.Statistics > 1)
                b = T.MultiplyAdd(weight, t.B, b);
            if (TFamily.Statistics > 2)
                c = T.MultiplyAdd(weight, t.C, c);
            if (TFamily.Support.Integer)
                fraction = T.Either(T.Fraction(v), fraction);
            if (ReadsLeast<TFamily>())
                low = T.Min(given, low);
            if (ReadsLargest<TFamily>())
                high = T.Max(given, high);
        }
        pass.A = T.Sum(a);
        if (TFamily.Statistics > 1)
            pass.B = T.Sum(b);
        if (TFamily.Statistics > 2)
            pass.C = T.Sum(c);
        if (TFamily.Support.Integer)
            pass.Fraction = T.Sum(T.Abs(fraction));
        pass.Size = x.Length;
        pass.Low = ReadsLeast<TFamily>() ? T.Least(low) : double.MinNative(x[0], x[^1]);
        pass.High = ReadsLargest<TFamily>() ? -T.Least(-high) : double.MaxNative(x[0], x[^1]);
    }

    /// <summary>The same where products of the observations, of two at a time, stand for sums of their logarithms.</summary>
    /// <param name="mantissas">What they come to; A, and B where it is a logarithm too, is then the sum of their exponents.</param>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    static void Products<TFamily, T>(ReadOnlySpan<double> x, in Standardization unit, ref Pass pass, ref Mantissas mantissas)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T origin = -unit.Center * unit.PerScale, perUnit = unit.PerScale, zero = 0.0, one = 1.0;
        T a = zero, b = zero, product = one, second = one, numbers = zero, low = x[0], high = low;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double), factors = 0;
        ref double at = ref MemoryMarshal.GetReference(x);
        for (int pairs = x.Length / (2 * lanes); pairs > 0; pairs--)
        {
            var (given, next) = (Lanes.ReadAhead<T>(ref at, 0), Lanes.ReadNext<T>(ref at));
            at = ref Unsafe.Add(ref at, 2 * lanes);
            T v = Standardized<TFamily, T>(given, origin, perUnit), w = Standardized<TFamily, T>(next, origin, perUnit);
            product *= v * w;
            if (TFamily.LogSecond)
                second *= (one - v) * (one - w);
            else if (TFamily.Statistics > 1)
                b += TFamily.Statistic(new Row<T>(v)).B + TFamily.Statistic(new Row<T>(w)).B;
            // A product's exponent takes NaN for a number.
            if (TFamily.LogSecond || TFamily.Statistics == 1)
                numbers += v + w;
            low = T.Min(T.Min(given, next), low);
            high = T.Max(T.Max(given, next), high);
            factors += 2;
            if (factors % LogSum.WholeFactors == 0)
            {
                LogSum.Renormalize(ref product, ref a);
                if (TFamily.LogSecond)
                    LogSum.Renormalize(ref second, ref b);
            }
        }
        for (int left = x.Length % (2 * lanes); left > 0; left -= lanes)
        {
            T weight = Lane.Last<T>(left);
            T given = Lanes.Read<T>(ref MemoryMarshal.GetReference(x), x.Length - Math.Max(left, lanes)), v = Standardized<TFamily, T>(given, origin, perUnit);
            product *= T.IfLess(zero, weight, v, one);
            if (TFamily.LogSecond)
                second *= T.IfLess(zero, weight, one - v, one);
            else if (TFamily.Statistics > 1)
                b = T.MultiplyAdd(weight, TFamily.Statistic(new Row<T>(v)).B, b);
            if (TFamily.LogSecond || TFamily.Statistics == 1)
                numbers += v;
            low = T.Min(given, low);
            high = T.Max(given, high);
        }
        LogSum.Renormalize(ref product, ref a);
        if (TFamily.LogSecond)
            LogSum.Renormalize(ref second, ref b);
        pass.A = T.Sum(a);
        if (TFamily.Statistics > 1)
            pass.B = T.Sum(b);
        pass.Fraction = T.Sum(numbers - numbers);
        pass.Size = x.Length;
        pass.Low = T.Least(low);
        pass.High = -T.Least(-high);
        mantissas.First = Lane.Product(product);
        if (TFamily.LogSecond)
            mantissas.Second = Lane.Product(second);
    }

    /// <summary>The extremes of at least a vector of observations.</summary>
    [MethodImpl(NoInlining)]
    static void Extremes<T>(ReadOnlySpan<double> x, ref Pass pass) where T : unmanaged, IReal<T>
    {
        T low = double.PositiveInfinity, high = double.NegativeInfinity;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        for (int i = 0; i < x.Length; i += lanes)
        {
            T given = Lanes.Read<T>(ref MemoryMarshal.GetReference(x), Math.Min(i, x.Length - lanes));
            low = T.Min(given, low);
            high = T.Max(given, high);
        }
        pass.Low = T.Least(low);
        pass.High = -T.Least(-high);
    }

    /// <summary>(x − center)·perUnit, to the bit, from origin = −center·perUnit: the unit is a power of two.</summary>
    [MethodImpl(AggressiveInlining)]
    static T Standardized<TFamily, T>(T x, T origin, T perUnit) where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        TFamily.Equivariance switch
        {
            Equivariance.None => x,
            Equivariance.LocationScale => T.MultiplyAdd(x, perUnit, origin),
            _ => x * perUnit,
        };

    /// <summary>That of a family; of one that keeps logarithms in four fifths of the operations, for what is not normal is read again.</summary>
    [MethodImpl(AggressiveInlining)]
    static Row<T> Statistic<TFamily, T>(T x) where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        TFamily.LogFirst ? new(Elementary.LogOfNormal(x)) : TFamily.Statistic(new Row<T>(x));

    /// <summary>
    /// Observations of weight 1, of which there is at least a vector, whose statistics are kept; what does not fill the last vector is read
    /// again with weight 0. The sums are locals because the JIT keeps no large structure in registers.
    /// </summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    static void Kept<TFamily, T>(ReadOnlySpan<double> x, in Standardization unit, Span<double> kept, double shift, ref Pass pass)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T origin = -unit.Center * unit.PerScale, perUnit = unit.PerScale, about = shift, zero = 0.0;
        T a = zero, squares = zero, numbers = zero, low = double.PositiveInfinity, high = double.NegativeInfinity;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        ref double column = ref MemoryMarshal.GetReference(kept);
        nint at = 0;
        for (; at <= x.Length - lanes; at += lanes)
        {
            T given = Lanes.ReadAhead<T>(ref MemoryMarshal.GetReference(x), at), v = Standardized<TFamily, T>(given, origin, perUnit);
            var t = Statistic<TFamily, T>(v);
            a += t.A;
            T off = t.A - about;
            squares = T.MultiplyAdd(off, off, squares);
            // The logarithm takes NaN for a number.
            if (TFamily.LogFirst)
                numbers += v;
            low = T.Min(given, low);
            high = T.Max(given, high);
            Lanes.Write(ref column, at, t.A);
        }
        if (at < x.Length)
        {
            T weight = Lane.Last<T>(x.Length - (int)at);
            at = x.Length - lanes;
            T given = Lanes.Read<T>(ref MemoryMarshal.GetReference(x), at), v = Standardized<TFamily, T>(given, origin, perUnit);
            var t = Statistic<TFamily, T>(v);
            a = T.MultiplyAdd(weight, t.A, a);
            T off = t.A - about;
            squares = T.MultiplyAdd(weight * off, off, squares);
            if (TFamily.LogFirst)
                numbers += v;
            low = T.Min(given, low);
            high = T.Max(given, high);
            Lanes.Write(ref column, at, t.A);
            // Padding is as valid as the data.
            Lanes.Write(ref column, x.Length, t.A);
        }
        pass.A = T.Sum(a);
        pass.C = T.Sum(squares);
        pass.Fraction = T.Sum(numbers - numbers);
        pass.Size = x.Length;
        pass.Low = T.Least(low);
        pass.High = -T.Least(-high);
    }

    /// <summary>Σ log h of the same.</summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    static double LogBaseOfRows<TFamily, T>(ReadOnlySpan<double> x, Standardization unit)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T sum = 0.0;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        for (int i = 0; i < x.Length; i += lanes)
        {
            T v = Lanes.Read<T>(ref MemoryMarshal.GetReference(x), Math.Min(i, x.Length - lanes));
            var row = new Row<T>((v - unit.Center) * unit.PerScale);
            sum = T.MultiplyAdd(Lane.Last<T>(x.Length - i), TFamily.LogBase(row, TFamily.Statistic(row)), sum);
        }
        return T.Sum(sum);
    }

    /// <summary>log h of the counts that most samples are made of.</summary>
    static class Bases<TFamily> where TFamily : struct, IFamily<TFamily>
    {
        public static readonly double[] OfCounts = [.. Enumerable.Range(0, SmallTable + Lanes512.Count).Select(x => LogBase<TFamily, Real>((double)x).Value)];
    }

    /// <summary>
    /// Σ log h of the same, of counts from a table where it has them all: apart from the sums, which a call among them would push out of
    /// registers.
    /// </summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    public static double LogBase<TFamily, T>(ReadOnlySpan<double> x, in Standardization unit)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        if (!TFamily.Support.Integer)
            return LogBaseOfRows<TFamily, T>(x, unit);
        double[] bases = Bases<TFamily>.OfCounts;
        double even = 0, odd = 0;
        ref double at = ref MemoryMarshal.GetReference(x);
        for (int pairs = x.Length / 2; pairs > 0; pairs--)
        {
            ulong one = (ulong)double.ConvertToIntegerNative<long>(at), next = (ulong)double.ConvertToIntegerNative<long>(Unsafe.Add(ref at, 1));
            if ((one | next) >= (ulong)bases.Length)
                return LogBaseOfRows<TFamily, T>(x, unit);
            even += bases[one];
            odd += bases[next];
            at = ref Unsafe.Add(ref at, 2);
        }
        return even + odd + (x.Length % 2 == 0 ? 0 : LogBaseOfRows<TFamily, Real>(x[^1..], unit));
    }

    /// <summary>Σ w log h of counts from the table; NaN where it has not all of them.</summary>
    [MethodImpl(NoInlining)]
    static double LogBaseOfCounts<TFamily>(ReadOnlySpan<double> x, ReadOnlySpan<double> weights) where TFamily : struct, IFamily<TFamily>
    {
        double[] bases = Bases<TFamily>.OfCounts;
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double w = weights.IsEmpty ? 1 : weights[i];
            if (!(w > 0))
                continue;
            ulong one = (ulong)double.ConvertToIntegerNative<long>(x[i]);
            if (one >= (ulong)bases.Length)
                return double.NaN;
            sum += w * bases[one];
        }
        return sum;
    }

    /// <summary>The same with weights or trials.</summary>
    [MethodImpl(NoInlining)]
    static void Weighted<TFamily, T>(
        in Columns given, Standardization unit, Span<double> kept, double shift, bool logBase, ref Pass pass)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        ReadOnlySpan<double> x = given.X, weights = given.Weights, trials = given.Trials;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        T zero = 0.0, a = zero, b = zero, c = zero, h = zero, fraction = zero, size = zero;
        T low = double.PositiveInfinity, high = double.NegativeInfinity, least = double.PositiveInfinity;
        Span<double> xs = stackalloc double[lanes], ws = stackalloc double[lanes], ms = stackalloc double[lanes];
        bool integer = TFamily.Support.Integer;
        double ofCounts = logBase && integer && trials.IsEmpty ? LogBaseOfCounts<TFamily>(x, weights) : double.NaN;
        logBase &= double.IsNaN(ofCounts);
        ws.Fill(1);
        ms.Fill(1);
        // Rows of weight 0 are kept as a row that counts: a value that is impossible under some parameters would make 0·∞.
        int counts = 0;
        while (!weights.IsEmpty && counts < x.Length - 1 && !(weights[counts] > 0))
            counts++;
        T typical = TFamily.Statistic(new Row<T>((x[counts] - unit.Center) * unit.PerScale, 1.0)).A;
        for (int from = 0; from < x.Length; from += lanes)
        {
            int length = Math.Min(lanes, x.Length - from);
            Pad(x.Slice(from, length), xs);
            if (!weights.IsEmpty)
                Pad(weights.Slice(from, length), ws);
            if (!trials.IsEmpty)
                Pad(trials.Slice(from, length), ms);
            T raw = One<T>(xs), v = (raw - unit.Center) * unit.PerScale, w = One<T>(ws);
            least = T.Min(w, least);
            fraction += w - w;
            w *= Lane.First<T>(length);
            var row = new Row<T>(v, One<T>(ms));
            var t = TFamily.Statistic(row);
            size += w;
            a += w * t.A;
            b += w * t.B;
            c += TFamily.Keep is Keep.Rows or Keep.RowsAndMedian ? w * (t.A - shift) * (t.A - shift) : w * t.C;
            if (logBase)
                h += w * TFamily.LogBase(row, t);
            if (integer)
                fraction += T.Abs(T.Fraction(v));
            low = T.IfLess(zero, w, T.Min(raw, low), low);
            high = T.IfLess(zero, w, T.Max(raw, high), high);
            if (!kept.IsEmpty)
                MemoryMarshal.Cast<double, T>(kept.Slice(from, lanes))[0] = T.IfLess(zero, w, t.A, typical);
        }
        pass.A = T.Sum(a);
        pass.B = T.Sum(b);
        pass.C = T.Sum(c);
        pass.Base = double.IsNaN(ofCounts) ? T.Sum(h) : ofCounts;
        pass.Fraction = T.Sum(fraction);
        pass.Size = T.Sum(size);
        pass.Low = T.Least(low);
        pass.High = -T.Least(-high);
        pass.LeastWeight = T.Least(least);
    }

    static T One<T>(Span<double> lanes) where T : unmanaged, IReal<T> => MemoryMarshal.Cast<double, T>(lanes)[0];

    /// <summary>Fills up with the first value, so that padding is as valid as the data.</summary>
    static void Pad(ReadOnlySpan<double> from, Span<double> to)
    {
        from.CopyTo(to);
        to[from.Length..].Fill(from[0]);
    }

    /// <summary>Σ w (t − mean)² from Σ w (t − shift)². Where most of this is the shift's, its digits are too, and the rows are read again.</summary>
    public static double Squares<TFamily, T>(Workspace space, int count, double size, double mean, double squares, double shift, int threads)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        double shifted = size * (mean - shift) * (mean - shift);
        squares -= shifted;
        return shifted <= 64 * squares ? squares : Again(space.Sample<TFamily, T>(count, threads), mean);

        static double Again(LaneSample<TFamily, T> rows, double mean) => rows.IsGiant ? rows.OfChunks(part => About(part, mean)).Sum() : About(rows, mean);

        static double About(LaneSample<TFamily, T> rows, double mean) =>
            T.Sum(Loop.Over<Square<T>, Row<T>, LaneSample<TFamily, T>, T, Real>(new(mean), rows, default).A);
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

    /// <summary>Σ w (t − mean)(t − mean)ᵀ.</summary>
    [MethodImpl(NoInlining)]
    static Symmetric3<Real> Spread<TFamily, T>(in Columns given, Standardization unit, Row<Real> mean)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        ReadOnlySpan<double> x = given.X, weights = given.Weights, trials = given.Trials;
        int lanes = Unsafe.SizeOf<T>() / sizeof(double);
        T zero = 0.0, aa = zero, ab = zero, bb = zero, ac = zero, bc = zero, cc = zero;
        Span<double> xs = stackalloc double[lanes], ws = stackalloc double[lanes], ms = stackalloc double[lanes];
        ws.Fill(1);
        ms.Fill(1);
        for (int from = 0; from < x.Length; from += lanes)
        {
            int length = Math.Min(lanes, x.Length - from);
            Pad(x.Slice(from, length), xs);
            if (!weights.IsEmpty)
                Pad(weights.Slice(from, length), ws);
            if (!trials.IsEmpty)
                Pad(trials.Slice(from, length), ms);
            var t = TFamily.Statistic(new Row<T>((One<T>(xs) - unit.Center) * unit.PerScale, One<T>(ms)));
            T w = One<T>(ws) * Lane.First<T>(length), a = t.A - R(mean.A), b = t.B - R(mean.B), c = t.C - R(mean.C);
            // A row without weight may have statistics that are infinite.
            (a, b, c) = (T.IfLess(zero, w, a, zero), T.IfLess(zero, w, b, zero), T.IfLess(zero, w, c, zero));
            aa += w * a * a;
            ab += w * a * b;
            bb += w * b * b;
            ac += w * a * c;
            bc += w * b * c;
            cc += w * c * c;
        }
        return new(T.Sum(aa), T.Sum(ab), T.Sum(bb), T.Sum(ac), T.Sum(bc), T.Sum(cc));

        static T R(Real value) => value.Value;
    }

    /// <summary>
    /// Counts by value, as columns; log h is then taken once per value.
    /// </summary>
    static double CountTable<TFamily, T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weights, int high, double middle, bool logBase, bool tails, Workspace space,
        ref double squares, ref int rows)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        int lanes = Unsafe.SizeOf<T>() / sizeof(double), distinct = 0;
        bool dense = high <= Math.Max(SmallTable, TableWidth * x.Length);
        T bases = 0.0, sum = 0.0;
        if (dense)
        {
            var histogram = Workspace.Room(ref space.Histogram, high + 1 + Lanes512.Count);
            if (weights.IsEmpty)
                Count(x, high, space);
            else
            {
                Array.Clear(histogram, 0, high + lanes);
                for (int i = 0; i < x.Length; i++)
                    if (weights[i] > 0)
                        histogram[double.ConvertToIntegerNative<int>(x[i])] += weights[i];
            }
            T value = Lane.Places<T>();
            for (int v = 0; v <= high; v += lanes, value += lanes)
            {
                T times = One<T>(histogram.AsSpan(v, lanes)), off = value - middle;
                sum += times * off * off;
                if (logBase)
                    bases += times * (high < SmallTable ? One<T>(Bases<TFamily>.OfCounts.AsSpan(v, lanes)) : LogBase<TFamily, T>(value));
            }
            Workspace.Room(ref space.A, high + 1 + 2 * lanes);
            Workspace.Room(ref space.Weights, high + 1 + 2 * lanes);
            for (int v = 0; v <= high && !tails; v++)
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
        for (int i = 0; !dense && i < distinct; i += lanes)
        {
            T value = One<T>(space.A.AsSpan(i, lanes)), times = One<T>(space.Weights.AsSpan(i, lanes)), off = value - middle;
            sum += times * off * off;
            if (logBase)
                bases += times * LogBase<TFamily, T>(value);
        }
        squares = T.Sum(sum);
        space.Weighted = true;
        space.Tails = tails && dense;
        rows = space.Tails ? Tails(space, high, lanes) : distinct;
        return T.Sum(bases);
    }

    static T LogBase<TFamily, T>(T count) where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        TFamily.LogBase(new Row<T>(count), TFamily.Statistic(new Row<T>(count)));

    /// <summary>
    /// The histogram of observations that have been checked. Two are made in turn, so that equal neighbours do not wait for each other, and of
    /// integers, which wait half as long as numbers with an exponent.
    /// </summary>
    [MethodImpl(NoInlining)]
    static void Count(ReadOnlySpan<double> x, int high, Workspace space)
    {
        int side = Vector256<int>.Count, length = (high + side) / side * side;
        var counts = Workspace.Room(ref space.Counts, 2 * length);
        Array.Clear(counts, 0, 2 * length);
        Count(x, ref counts[0], ref counts[length]);
        var histogram = space.Histogram.AsSpan(0, length);
        for (int v = 0; v < length; v += side)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Create(counts, v) + Vector256.Create(counts, length + v));
            Vector256.ConvertToDouble(lower).CopyTo(histogram[v..]);
            Vector256.ConvertToDouble(upper).CopyTo(histogram[(v + side / 2)..]);
        }
    }

    [MethodImpl(NoInlining | AggressiveOptimization)]
    static void Count(ReadOnlySpan<double> x, ref int one, ref int other)
    {
        ref double at = ref MemoryMarshal.GetReference(x);
        for (int pairs = x.Length / 2; pairs > 0; pairs--)
        {
            Unsafe.Add(ref one, (nint)double.ConvertToIntegerNative<long>(at))++;
            Unsafe.Add(ref other, (nint)double.ConvertToIntegerNative<long>(Unsafe.Add(ref at, 1)))++;
            at = ref Unsafe.Add(ref at, 2);
        }
        if (x.Length % 2 != 0)
            Unsafe.Add(ref one, (nint)double.ConvertToIntegerNative<long>(at))++;
    }

    /// <summary>
    /// Rows (j, 1) weighted by the number of observations above j, for kernels that are a sum over j below the
    /// observation: log Γ(r + x) − log Γ(r) = Σ log(r + j).
    /// </summary>
    static int Tails(Workspace space, int high, int lanes)
    {
        double above = 0;
        double[] histogram = space.Histogram, weights = space.Weights;
        for (int j = high - 1; j >= 0; j--)
            weights[j] = above += histogram[j + 1];
        weights.AsSpan(high, lanes).Clear();
        return high;
    }
}
