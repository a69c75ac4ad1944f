using ILGPU;

namespace Mle.Gpu;

/// <summary>Three sums and one smallest value: as much as most readings need.</summary>
readonly struct Sums(double a, double b, double c, double least) : ISums<Sums>
{
    public readonly double A = a, B = b, C = c, Least = least;

    public static Sums None => new(0, 0, 0, double.PositiveInfinity);

    public Sums Plus(Sums other) => new(A + other.A, B + other.B, C + other.C, other.Least < Least ? other.Least : Least);

    public Sums Over<TTeam>(TTeam team) where TTeam : struct, ITeam<TTeam>
    {
        var sums = team.Sum(new(A, B, C));
        return new(sums.A, sums.B, sums.C, team.Least(new(Least, Least, Least)).A);
    }
}

/// <summary>Three sums.</summary>
readonly struct Weights(double a, double b, double c) : ISums<Weights>
{
    public readonly double A = a, B = b, C = c;

    public static Weights None => default;

    public Weights Plus(Weights other) => new(A + other.A, B + other.B, C + other.C);

    public Weights Over<TTeam>(TTeam team) where TTeam : struct, ITeam<TTeam>
    {
        var sums = team.Sum(new(A, B, C));
        return new(sums.A, sums.B, sums.C);
    }
}

/// <summary>Σ (x − center), Σ |x − center|, and minus the largest finite |x|.</summary>
readonly struct Distances(Columns columns, double center) : IReading<Sums>
{
    readonly Columns columns = columns;
    readonly double center = center;

    public Sums Add(Sums sums, int i, int nth)
    {
        double x = columns.X[i], d = x - center, size = Math.Abs(x);
        return sums.Plus(new(d, Math.Abs(d), 0, size < double.PositiveInfinity ? -size : double.PositiveInfinity));
    }
}

/// <summary>The binades of the smallest and, negated, of the largest observation that is not 0.</summary>
readonly struct Binades(Columns columns, double sign) : IReading<Sums>
{
    readonly Columns columns = columns;
    readonly double sign = sign;

    public Sums Add(Sums sums, int i, int nth)
    {
        double x = columns.X[i];
        bool counts = x != 0 && Math.Abs(x) < double.PositiveInfinity;
        return sums.Plus(new(0, 0, 0, counts ? sign * Standardization.Binade(x) : double.PositiveInfinity));
    }
}

/// <summary>How many rows are no observations: outside the support, or with a weight or trials that cannot be.</summary>
readonly struct Faults<TFamily>(Columns columns) : IReading<Sums> where TFamily : struct, IFamily<TFamily>
{
    readonly Columns columns = columns;

    public Sums Add(Sums sums, int i, int nth)
    {
        double x = columns.X[i], w = columns.Weight(i), low = TFamily.Support.Low, high = TFamily.Support.High;
        bool closed = TFamily.Support.HighIncluded;
        bool valid = w >= 0 && w < double.PositiveInfinity && Math.Abs(x) < double.PositiveInfinity;
        if (columns.Trials.Length > 0)
        {
            high = columns.Trials[i];
            closed = true;
            valid &= high >= 0 && Real.Round(high) == high && high < double.PositiveInfinity;
        }
        valid &= TFamily.Support.LowIncluded ? x >= low : x > low;
        valid &= closed ? x <= high : x < high;
        valid &= !TFamily.Support.Integer || Real.Round(x) == x;
        return sums.Plus(new(valid ? 0.0 : 1.0, 0, 0, double.PositiveInfinity));
    }
}

/// <summary>The pass itself, and the products that logarithms are summed as.</summary>
struct PassSums : ISums<PassSums>
{
    public Pass Pass;
    public Real Product, Exponent, Second, SecondExponent;

    public static PassSums None => new()
    {
        Pass = Pass.None,
        Product = 1.0,
        Second = 1.0,
    };

    public readonly PassSums Plus(PassSums other) => new() { Pass = Pass.Merge(other.Pass), Product = 1.0, Second = 1.0 };

    public readonly PassSums Over<TTeam>(TTeam team) where TTeam : struct, ITeam<TTeam>
    {
        var statistics = team.Sum(new(Pass.A + LogSum.Total(Product, Exponent), Pass.B + LogSum.Total(Second, SecondExponent), Pass.C));
        var others = team.Sum(new(Pass.Base, Pass.Fraction, Pass.Size));
        var least = team.Least(new(Pass.Low, -Pass.High, Pass.LeastWeight));
        return new()
        {
            Pass = new()
            {
                A = statistics.A,
                B = statistics.B,
                C = statistics.C,
                Base = others.A,
                Fraction = others.B,
                Size = others.C,
                Low = least.A,
                High = -least.B,
                LeastWeight = least.C,
            },
            Product = 1.0,
            Second = 1.0,
        };
    }
}

/// <summary>The statistics of a row and their sums: what every data set is read by at least once.</summary>
/// <param name="complete">1 where Σ log h is wanted.</param>
/// <param name="products">1 where logarithms may be summed as products.</param>
readonly struct Statistics<TFamily>(Columns columns, double center, double perUnit, int complete, int products) : IReading<PassSums>
    where TFamily : struct, IFamily<TFamily>
{
    readonly Columns columns = columns;
    readonly double center = center, perUnit = perUnit;
    readonly int complete = complete, products = products;

    public PassSums Add(PassSums s, int i, int nth)
    {
        Real given = columns.X[i], v = given, w = 1.0, trials = 1.0;
        if (TFamily.Equivariance == Equivariance.LocationScale)
            v -= center;
        if (TFamily.Equivariance != Equivariance.None)
            v *= perUnit;
        if (TFamily.TakesTrials)
            trials = columns.Trials[i];
        bool weighted = columns.Weights.Length > 0;
        if (weighted)
        {
            w = columns.Weights[i];
            s.Pass.LeastWeight = Real.Min(w, s.Pass.LeastWeight);
        }
        else
        {
            s.Pass.LeastWeight = 1;
        }
        var row = new Row<Real>(v, trials);
        var t = TFamily.Statistic(row);
        if (TFamily.LogFirst && products != 0 && !weighted)
        {
            LogSum.Add(v, ref s.Product, ref s.Exponent);
            if (TFamily.LogSecond)
                LogSum.Add(1.0 - v, ref s.Second, ref s.SecondExponent);
            if (nth % LogSum.Factors == LogSum.Factors - 1)
            {
                LogSum.Renormalize(ref s.Product, ref s.Exponent);
                if (TFamily.LogSecond)
                    LogSum.Renormalize(ref s.Second, ref s.SecondExponent);
            }
        }
        else
        {
            // The logarithms of t, where products may stand for them, are read by nobody, so that no code is made for them.
            var logs = TFamily.LogFirst ? TFamily.Statistic(row) : t;
            s.Pass.A += w * logs.A;
            if (TFamily.LogSecond)
                s.Pass.B += w * logs.B;
        }
        if (TFamily.Statistics > 1 && !TFamily.LogSecond)
            s.Pass.B += w * t.B;
        if (TFamily.Statistics > 2)
            s.Pass.C += w * t.C;
        if (TFamily.HasLogBase && complete != 0)
            s.Pass.Base += w * TFamily.LogBase(row, t);
        if (TFamily.Support.Integer)
            s.Pass.Fraction += Real.Abs(v - Real.Round(v));
        // A product of mantissas would take NaN for a number.
        s.Pass.Fraction += v - v + (w - w);
        s.Pass.Size += w;
        if (w > 0.0)
        {
            s.Pass.Low = Real.Min(given, s.Pass.Low);
            s.Pass.High = Real.Max(given, s.Pass.High);
        }
        if (TFamily.Keep is Keep.Rows or Keep.RowsAndMedian)
            columns.Kept[i] = t.A;
        return s;
    }
}

/// <summary>
/// Σ w (t − mean)² of kept rows. Rows of weight 0 become one that counts: a value that is impossible under some parameters
/// would make 0·∞.
/// </summary>
readonly struct Squares(Columns columns, double mean, double typical) : IReading<Sums>
{
    readonly Columns columns = columns;
    readonly double mean = mean, typical = typical;

    public Sums Add(Sums sums, int i, int nth)
    {
        double w = columns.Weight(i), t = w > 0 ? columns.Kept[i] : typical, d = t - mean;
        if (!(w > 0))
            columns.Kept[i] = t;
        return sums.Plus(new(w * d * d, 0, 0, double.PositiveInfinity));
    }
}

/// <summary>Σ w (x − m)² of counts.</summary>
readonly struct CountSquares(Columns columns, double middle) : IReading<Sums>
{
    readonly Columns columns = columns;
    readonly double middle = middle;

    public Sums Add(Sums sums, int i, int nth)
    {
        double d = columns.X[i] - middle;
        return sums.Plus(new(columns.Weight(i) * d * d, 0, 0, double.PositiveInfinity));
    }
}

/// <summary>The weight of the observations above from, from + 1 and from + 2.</summary>
readonly struct Above(Columns columns, double from) : IReading<Sums>
{
    readonly Columns columns = columns;
    readonly double from = from;

    public Sums Add(Sums sums, int i, int nth)
    {
        double x = columns.X[i], w = columns.Weight(i);
        return sums.Plus(new(x > from ? w : 0, x > from + 1 ? w : 0, x > from + 2 ? w : 0, double.PositiveInfinity));
    }
}

/// <summary>The values of a data set that are ranked: v = (x − center)·perUnit, or its distance from a point.</summary>
/// <param name="step">Which rows, counted from the first: 1 for all with their weights, above 1 every step-th with weight 1, 0 all with weight 1.</param>
/// <param name="distance">1 for distances from a point.</param>
readonly struct Ranked(Columns columns, int first, int step, Standardization unit, double from, int distance)
{
    readonly Columns columns = columns;
    readonly int first = first, step = step, distance = distance;
    readonly double center = unit.Center, perUnit = unit.PerScale, from = from;

    public int Step => step;

    public double Value(int i, out double weight)
    {
        int at = step > 1 ? first + (i - first) * step : i;
        weight = step == 1 ? columns.Weight(at) : 1;
        double v = (columns.X[at] - center) * perUnit;
        return distance != 0 ? Math.Abs(v - from) : v;
    }
}

/// <summary>The weight of the values up to each of three thresholds.</summary>
readonly struct UpTo(Ranked values, double first, double second, double third) : IReading<Weights>
{
    readonly Ranked values = values;
    readonly double first = first, second = second, third = third;

    public Weights Add(Weights sums, int i, int nth)
    {
        double v = values.Value(i, out double w);
        return sums.Plus(new(v <= first ? w : 0, v <= second ? w : 0, v <= third ? w : 0));
    }
}

/// <summary>The weight of the values at a threshold, of those up to it, and the smallest beyond it.</summary>
readonly struct About(Ranked values, double threshold) : IReading<Sums>
{
    readonly Ranked values = values;
    readonly double threshold = threshold;

    public Sums Add(Sums sums, int i, int nth)
    {
        double v = values.Value(i, out double w);
        return sums.Plus(new(v == threshold ? w : 0, v <= threshold ? w : 0, 0, v > threshold && w > 0 ? v : double.PositiveInfinity));
    }
}
