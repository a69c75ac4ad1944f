using System.Runtime.CompilerServices;

namespace Mle.Gpu;

/// <summary>A data set after loading, as the device keeps it.</summary>
struct Loaded
{
    public double Size, A, B, C, Variance, Low, High, LogBase, Center;

    public int Exponent;

    /// <summary>How many rows the kernel is summed over.</summary>
    public int Rows;

    /// <summary>1 where the rows are a table of tails: row j is (j, 1) with the weight of all observations above j.</summary>
    public int Tails;

    /// <summary>1 where some row is no observation.</summary>
    public int Invalid;

    public readonly Standardization Unit => new(Center, Exponent);

    /// <param name="order">Zeros where it was not asked for.</param>
    public readonly Summary<Real> Summary(Order<Real> order) => new(Size, new(A, B, C), Variance, Low, High, order);
}

/// <summary>What a caller wants of loading.</summary>
[Flags]
enum Wanted
{
    None = 0,

    /// <summary>Σ log h.</summary>
    Complete = 1,

    /// <summary>Order statistics, where the family has a use for them.</summary>
    Ordered = 2,
}

/// <summary>
/// Reads a data set once or twice: origin and unit, validity, statistics and their sums. The rules are those of the CPU
/// engine; what differs is who adds up.
/// </summary>
static class Loading
{
    /// <summary>Widest table of tails, and it must fit where the rows were; beyond, every observation is a row.</summary>
    const int WidestTable = 256;

    /// <summary>Octiles are those of at most this many observations, evenly spaced in the data set.</summary>
    const int Octiled = 1024;

    const double LeastNormal = 2.2250738585072014e-308;

    public static void Load<TFamily, TObservations>(
        TObservations data, Columns columns, Wanted wanted, ref Loaded loaded, ref Order<Real> order)
        where TFamily : struct, IFamily<TFamily> where TObservations : struct, IObservations
    {
        loaded = default;
        order = default;
        loaded.Invalid = 1;
        if (data.Length == 0)
            return;
        int complete = (wanted & Wanted.Complete) != 0 ? 1 : 0;
        var unit = Unit<TFamily, TObservations>(data, columns);
        var s = Read<TFamily, TObservations>(data, columns, unit, complete, 1);
        // 1 − x is rounded to a unit of 1: where the sums are small against n, that is too coarse.
        if (TFamily.LogSecond && (Math.Abs(s.A) * 64 < s.Size || Math.Abs(s.B) * 64 < s.Size))
            s = Read<TFamily, TObservations>(data, columns, unit, complete, 0);
        bool plausible = s.Within(TFamily.Support);
        // A product of mantissas takes no subnormal factors.
        if (TFamily.LogFirst)
            plausible &= !(s.Low * unit.PerScale < LeastNormal);
        if (!plausible || TFamily.TakesTrials)
        {
            var faults = data.Sum<Faults<TFamily>, Sums>(new(columns), data.Length);
            if (faults.A > 0 || !(s.Size > 0))
                return;
        }
        if (!plausible)
        {
            // Valid data whose sums overflow in the unit of the first: the middle of their range is next.
            unit = Middle<TFamily, TObservations>(data, columns);
            s = Read<TFamily, TObservations>(data, columns, unit, complete, 0);
        }
        loaded.Invalid = 0;
        loaded.Center = unit.Center;
        loaded.Exponent = unit.Exponent;
        loaded.Size = s.Size;
        loaded.A = s.A;
        loaded.B = s.B;
        loaded.C = s.C;
        loaded.LogBase = s.Base;
        loaded.Low = (s.Low - unit.Center) * unit.PerScale;
        loaded.High = (s.High - unit.Center) * unit.PerScale;
        loaded.Rows = data.Length;
        if (TFamily.Keep is Keep.Rows or Keep.RowsAndMedian)
        {
            double typical = TFamily.Statistic(new Row<Real>(loaded.Low, 1.0)).A;
            loaded.Variance = data.Sum<Squares, Sums>(new(columns, s.A / s.Size, typical), data.Length).A / s.Size;
            if (TFamily.Keep == Keep.RowsAndMedian && (wanted & Wanted.Ordered) != 0)
                order = OrderStatistics(data, columns, unit, loaded);
        }
        if (TFamily.Keep == Keep.Table)
            Tabulate(data, columns, ref loaded);
    }

    static Pass Read<TFamily, TObservations>(TObservations data, Columns columns, Standardization unit, int complete, int products)
        where TFamily : struct, IFamily<TFamily> where TObservations : struct, IObservations =>
        data.Sum<Statistics<TFamily>, PassSums>(new(columns, unit.Center, unit.PerScale, complete, products), data.Length).Pass;

    static Standardization Unit<TFamily, TObservations>(TObservations data, Columns columns)
        where TFamily : struct, IFamily<TFamily> where TObservations : struct, IObservations
    {
        if (TFamily.Equivariance == Equivariance.None)
            return new(0, 0);
        if (Standardization.TryLeading<TFamily>(data[0], data[data.Length > 1 ? 1 : 0], data.Length, out var unit))
            return unit;
        int head = data.Length < Standardization.Head ? data.Length : Standardization.Head;
        double center = 0;
        if (TFamily.Equivariance == Equivariance.LocationScale)
        {
            center = data.Sum<Distances, Sums>(new(columns, 0), head).A / head;
            center = Math.Abs(center) < double.PositiveInfinity ? center : 0;
        }
        var distances = data.Sum<Distances, Sums>(new(columns, center), head);
        double size = distances.B / head;
        return Standardization.About(center, size < double.PositiveInfinity ? size : -distances.Least);
    }

    /// <summary>The unit half way, in exponents, between the smallest and the largest.</summary>
    static Standardization Middle<TFamily, TObservations>(TObservations data, Columns columns)
        where TFamily : struct, IFamily<TFamily> where TObservations : struct, IObservations
    {
        if (TFamily.Equivariance == Equivariance.None)
            return new(0, 0);
        double least = data.Sum<Binades, Sums>(new(columns, 1), data.Length).Least;
        double most = -data.Sum<Binades, Sums>(new(columns, -1), data.Length).Least;
        return least > most ? new(0, 0) : Standardization.Between((int)least, (int)most);
    }

    /// <summary>Squares about the integer nearest the mean, and the table of tails where it is narrow.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Tabulate<TObservations>(TObservations data, Columns columns, ref Loaded loaded) where TObservations : struct, IObservations
    {
        loaded.C = data.Sum<CountSquares, Sums>(new(columns, Real.Round(loaded.A / loaded.Size)), data.Length).A;
        if (loaded.High > WidestTable || loaded.High > data.Length)
            return;
        loaded.Tails = 1;
        loaded.Rows = (int)loaded.High;
        for (int j = 0; j < loaded.Rows; j += 3)
        {
            var above = data.Sum<Above, Sums>(new(columns, j), data.Length);
            data.Keep(j, above.A);
            if (j + 1 < loaded.Rows)
                data.Keep(j + 1, above.B);
            if (j + 2 < loaded.Rows)
                data.Keep(j + 2, above.C);
        }
        data.Kept();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Order<Real> OrderStatistics<TObservations>(TObservations data, Columns columns, Standardization unit, Loaded loaded)
        where TObservations : struct, IObservations
    {
        double half = loaded.Size / 2;
        var values = new Ranked(columns, data.First, 1, unit, 0, 0);
        double low = Select(data, values, loaded.Low, loaded.High, half);
        var at = data.Sum<About, Sums>(new(values, low), data.Length);
        double tiesLow = at.A, high = at.B == half ? at.Least : low, middle = 0.5 * (low + high);
        double tiesHigh = high == low ? tiesLow : data.Sum<About, Sums>(new(values, high), data.Length).A;

        double above = loaded.High - middle, below = middle - loaded.Low;
        var distances = new Ranked(columns, data.First, 1, unit, middle, 1);
        double near = Select(data, distances, 0, above > below ? above : below, half);
        at = data.Sum<About, Sums>(new(distances, near), data.Length);
        double far = at.B == half ? at.Least : near;

        int step = (data.Length + Octiled - 1) / Octiled;
        var some = new Ranked(columns, data.First, step == 1 ? 0 : step, unit, 0, 0);
        return new(low, high, 0.5 * (near + far), tiesLow, tiesHigh,
            Octile(data, some, loaded, 1), Octile(data, some, loaded, 2), Octile(data, some, loaded, 3), Octile(data, some, loaded, 4),
            Octile(data, some, loaded, 5), Octile(data, some, loaded, 6), Octile(data, some, loaded, 7));
    }

    /// <summary>The kth smallest is the first up to which there are k − ½ others or more.</summary>
    static double Octile<TObservations>(TObservations data, Ranked values, Loaded loaded, int j) where TObservations : struct, IObservations =>
        Select(data, values, loaded.Low, loaded.High, Real.Round((Rows(data, values) - 1) * (j / 8.0)) + 0.5);

    static int Rows<TObservations>(TObservations data, Ranked values) where TObservations : struct, IObservations =>
        values.Step > 1 ? (data.Length + values.Step - 1) / values.Step : data.Length;

    /// <summary>
    /// The smallest value up to which the weights reach a target, by a search over the doubles between low and high in
    /// quarters: a pass adds up three sums as fast as one.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Select<TObservations>(TObservations data, Ranked values, double low, double high, double target)
        where TObservations : struct, IObservations
    {
        long least = Key(low), most = Key(high);
        while (least < most)
        {
            long half = Halfway(least, most), quarter = Halfway(least, half), rest = Halfway(half, most);
            var upTo = data.Sum<UpTo, Weights>(new(values, Value(quarter), Value(half), Value(rest)), Rows(data, values));
            if (upTo.B >= target)
            {
                most = upTo.A >= target ? quarter : half;
                least = upTo.A >= target ? least : quarter + 1;
            }
            else
            {
                most = upTo.C >= target ? rest : most;
                least = upTo.C >= target ? half + 1 : rest + 1;
            }
        }
        return Value(least);
    }

    /// <summary>Half way, rounded down; the difference of the two may overflow.</summary>
    static long Halfway(long a, long b) => (a & b) + ((a ^ b) >> 1);

    /// <summary>An integer in the order of the doubles.</summary>
    static long Key(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }

    static double Value(long key) => BitConverter.Int64BitsToDouble(key < 0 ? key ^ long.MaxValue : key);
}
