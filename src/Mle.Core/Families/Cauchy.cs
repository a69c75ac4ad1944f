using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Cauchy: f(x) = 1/(πs(1 + z²)) at z = (x − m)/s, location m, scale s &gt; 0 (half the width at half the height).
/// θ = (m, log s), η = (m, 1/s, log s). It is Student's t with one degree of freedom, and borrows its sums.
/// </summary>
/// <remarks>
/// With both parameters free there is one maximum (Copas, On the unimodality of the likelihood for the Cauchy
/// distribution, 1975); with the scale known there may be one near every observation.
/// </remarks>
public readonly struct Cauchy : IFamily<Cauchy>
{
    const double Logπ = 1.1447298858494001741;

    const int Concentrated = 1, Even = 2, Pairs = 3;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z + Logπ;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y;
        return -T.Log1p(z * z);
    }

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        R τ = η.Y;
        var s = StudentT.Sums<TSample, T, R>(sample, Kernel.Broadcast<T, R>(new(η.X, τ, 1.0)), 1.0);
        return new LocationScaleSums<R>(-s.K, -2.0 * s.D, -2.0 * s.ZD, -2.0 * s.DD, -2.0 * s.ZDD, -2.0 * s.ZZDD).At(τ);
    }

    public static int Starts => 9;

    /// <summary>The median and its spread; with the scale known from the octiles too.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R place = attempt switch { 0 => s.Order.Median, < 5 => s.Octile(attempt - 1), _ => s.Octile(attempt) };
        R m = R.IfLess(0.0, free.X, place, known.X);
        R off = s.Mean - m, deviation = R.Sqrt(s.Variance + off * off), spread = R.Max(s.Order.Spread, R.Abs(s.Order.Median - m));
        R scale = R.IfLess(0.0, free.Y, R.Log(R.IfLess(0.0, spread, spread, deviation)), known.Y);
        R several = R.IfLess(0.0, free.X, R.IfLess(0.0, free.Y, 0.0, 1.0), 0.0);
        return new(attempt == 0 ? m : R.IfLess(0.0, several, m, double.NaN), scale);
    }

    /// <summary>
    /// Scale → 0 about s equal observations is unbounded when and only when s &gt; n/2. With s = n/2 the supremum is
    /// finite and not attained, or where the other half is equal too attained on a half circle in (m, s).
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R half = 0.5 * s.Size;
        R pairs = R.IfLess(0.0, free.X, R.IfLess(s.Order.TiesLow, half, 0.0, R.IfLess(s.Order.TiesHigh, half, 0.0, R.IfLess(s.Order.MedianLow, s.Order.MedianHigh, 1.0, 0.0))), 0.0);
        R ties = R.IfLess(0.0, free.X, R.Max(s.Order.TiesLow, s.Order.TiesHigh),
            R.IfLess(R.Abs(s.Order.MedianLow - known.X), double.Epsilon, s.Order.TiesLow,
                R.IfLess(R.Abs(s.Order.MedianHigh - known.X), double.Epsilon, s.Order.TiesHigh, 0.0)));
        R code = R.IfLess(half, ties, Concentrated, R.IfLess(ties, half, 0.0, R.IfLess(0.0, pairs, Pairs, Even)));
        return R.IfLess(0.0, free.Y, code, 0.0);
    }

    /// <summary>arccot(|z|)/π beyond z on its side of 0.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y, tail = T.Log(ArcCotangent.Of(T.Abs(z))) - Logπ, rest = T.Log1p(-T.Exp(tail));
        logF = T.IfLess(z, 0.0, tail, rest);
        logS = T.IfLess(z, 0.0, rest, tail);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => double.NaN;

    /// <summary>By inversion: tan π(u − ½), from the nearer of u = ½ and the end, by the continued fraction of the tangent.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T zero = 0.0, half = 0.5, quarter = 0.25, v = random.Uniform() - half, size = T.Abs(v);
        T w = 3.141592653589793 * T.IfLess(size, quarter, size, half - size), s = w * w;
        T above = w * (2027025.0 - s * (270270.0 - s * (6930.0 - s * 36.0)));
        T below = 2027025.0 - s * (945945.0 - s * (51975.0 - s * (630.0 - s)));
        T tangent = T.IfLess(size, quarter, above, below) / T.IfLess(size, quarter, below, above);
        return Variates.Finite(θ.X + T.Exp(θ.Y) * T.IfLess(v, zero, -tangent, tangent));
    }

    public static FamilyInfo Info { get; } = new(
        "cauchy", "f(x) = 1 / (pi scale (1 + z^2)), z = (x - location)/scale", "all real x",
        [new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0")],
        "scale is free and half or more of the observations are equal (to location, where location is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 16; Copas, 1975");

    public static Verdict Explain(int code, Findings data)
    {
        var s = data.Summary;
        double tied = !data.IsFree(0) ? data.Known.X : s.Order.TiesLow >= s.Order.TiesHigh ? s.Order.MedianLow : s.Order.MedianHigh;
        var limit = Findings.At(("location", data.Map(Role.Location, tied)), ("scale", 0));
        return code switch
        {
            Pairs => new(
                Status.NotIdentified,
                "half of the observations have one value and half another: every point of a half circle over them has the same likelihood",
                Supremum: data.Complete(-data.N * (Logπ + Math.Log(s.Order.MedianHigh - s.Order.MedianLow))),
                LocationInterval: (data.Map(Role.Location, s.Order.MedianLow), data.Map(Role.Location, s.Order.MedianHigh))),
            Even => new(
                Status.NoFiniteMle, "half of the observations are equal: the likelihood approaches its supremum as scale -> 0", Cause.Limit, Limit: limit),
            _ => new(
                Status.NoFiniteMle, "more than half of the observations are equal: the likelihood is unbounded as scale -> 0",
                Cause.Unbounded, double.PositiveInfinity, limit),
        };
    }
}
