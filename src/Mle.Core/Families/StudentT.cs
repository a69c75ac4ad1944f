using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Student's t with location m, scale s &gt; 0 and ν &gt; 0 degrees of freedom:
/// f(x) = Γ((ν+1)/2) / (Γ(ν/2) s√(νπ)) (1 + z²/ν)^(−(ν+1)/2) at z = (x − m)/s.
/// θ = (m, log s, log ν), η = (m, 1/s, κ) with κ = 1/ν: log f = −log s − ½ log 2π + D(κ) − ½(1 + 1/κ) log(1 + κz²).
/// </summary>
/// <remarks>
/// In κ the normal is an ordinary point, κ = 0: a fit with ν free runs in (m, log s, κ), and whether ν̂ is finite is the
/// sign of the score there. For fixed ν ≥ 1 the likelihood in (m, s) has one maximum, which exists when and only when
/// every s of n equal observations have s &lt; nν/(1 + ν) (Kent and Tyler, Redescending M-estimates of multivariate
/// location and scatter, 1991). For ν &lt; s/(n − s) it is unbounded as the scale shrinks about s equal observations, and
/// s near ones make a spike: with ν free the maximum is sought where ten near ones make none.
/// </remarks>
public readonly struct StudentT : IFamily<StudentT>
{
    const double HalfLog2π = 0.91893853320467274178;

    const int Concentrated = 1, LeastDf = 2, Even = 3;

    public static int Slots => 3;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), T.Exp(-θ.Z));

    public static bool HasChart => true;

    public static R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => free.Z;

    public static Vec3<T> ChartNatural<T>(in Vec3<T> φ) where T : unmanaged, IReal<T> => new(φ.X, T.Exp(-φ.Y), φ.Z);

    public static Vec3<T> FromChart<T>(Vec3<T> φ) where T : unmanaged, IReal<T> => new(φ.X, φ.Y, -T.Log(φ.Z));

    public static Vec3<T> ToChart<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, θ.Y, T.Exp(-θ.Z));

    public static (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, double.NegativeInfinity, 0.0),
        new(double.PositiveInfinity, double.PositiveInfinity, LargestInverse(s)));

    /// <summary>The largest κ: ν ≥ min(1, 10/(n − 10)), at least 0.1, and 1.05 s/(n − s) with s ≥ n/2 equal observations.</summary>
    static R LargestInverse<R>(in Summary<R> s) where R : unmanaged, IReal<R>
    {
        R n = s.Size, ties = Ties(s), many = (n - ties) / (1.05 * ties);
        return R.IfLess(ties + ties, n, R.Min(10.0, R.Max(1.0, 0.1 * n - 1.0)), many);
    }

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => HalfLog2π - T.Log(η.Y) - Gap(η.Z);

    public static bool HasConstants => true;

    /// <summary>n(log τ + D(κ) − ½ log 2π).</summary>
    [MethodImpl(NoInlining)]
    public static Derivatives<R> Constants<R>(Row<R> sums, R n, Vec3<R> η, int leading) where R : unmanaged, IReal<R>
    {
        R zero = 0.0, slope = n / η.Y;
        var gap = leading < 3 ? Jet1<R>.Constant(Gap(η.Z)) : Gap(new Jet1<R>(η.Z, 1.0, 0.0));
        return new(
            n * (R.Log(η.Y) + gap.F - HalfLog2π), zero, slope, n * gap.X,
            zero, zero, -slope / η.Y, zero, zero, n * gap.XX);
    }

    /// <summary>
    /// D = log Γ(y + ½) − log Γ(y) − ½ log y at y = 1/(2κ), by D(y) = D(y + 1) + ½ log(y(y + 1)/(y + ½)²) and the
    /// asymptotic series, both written in κ so that κ = 0 is nothing special.
    /// </summary>
    static T Gap<T>(T κ) where T : unmanaged, IReal<T>
    {
        const double small = 0.125;
        if (!T.AnyLess(κ, small))
            return FarGap(κ);
        return T.AnyLess(small, κ) ? T.IfLess(κ, small, NearGap(κ), FarGap(κ)) : NearGap(κ);
    }

    /// <summary>Where y ≤ 4 nothing cancels that matters.</summary>
    [MethodImpl(NoInlining)]
    static T FarGap<T>(T κ) where T : unmanaged, IReal<T>
    {
        T half = 0.5, y = half / κ;
        return T.Polygamma(-1, y + half) - T.Polygamma(-1, y) - half * T.Log(y);
    }

    [MethodImpl(NoInlining)]
    static T NearGap<T>(T κ) where T : unmanaged, IReal<T>
    {
        const int shift = 12;
        T one = 1.0, product = one, c = κ + κ;
        for (int i = 0; i < shift; i++)
        {
            T middle = 1.0 + (i + 0.5) * c;
            product *= (1.0 + (double)i * c) * (1.0 + (i + 1.0) * c) / (middle * middle);
        }
        T r = c / (1.0 + (double)shift * c), rr = r * r;
        T series = r * (-1.0 / 8 + rr * (1.0 / 192 + rr * (-1.0 / 640 + rr * (17.0 / 14336
            + rr * (-31.0 / 18432 + rr * (691.0 / 180224 - rr * (5461.0 / 425984)))))));
        return 0.5 * T.Log(product) + series;
    }

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y, zz = z * z;
        return -0.5 * (1.0 + η.Z) * zz * Log1pRatio.Of(η.Z * zz);
    }

    /// <summary>With q = 1/(1 + κz²), K′ = −(1 + κ)zq; the derivatives in κ follow from the same sums unless κ is small.</summary>
    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        const double small = 0.0625;
        R κ = η.Z, a = 1.0 + κ;
        if (R.AnyLess(κ, small))
            return NearKernelSum<TSample, T, R>(sample, η);
        var s = Sums<TSample, T, R>(sample, Kernel.Broadcast<T, R>(η), κ);
        // K = −cL with c = ½(1 + 1/κ) and L = Σ log(1 + κz²); Σz⁴q² and Σz³q² by z²q = (1 − q)/κ.
        R r = 1.0 / κ, c = 0.5 * (1.0 + r), dc = -0.5 * r * r, ddc = r * r * r;
        R zzzq = 0.5 * r * (s.D - s.ZDD), zzzzq = 0.5 * r * (s.ZD - s.ZZDD);
        return new LocationScaleSums<R>(-c * s.K, -a * s.D, -a * s.ZD, -a * s.DD, -a * s.ZDD, -a * s.ZZDD).At(
            η.Y, new(-dc * s.K - c * s.ZD, a * zzzq - s.D, a * zzzzq - s.ZD), c * zzzzq - 2.0 * dc * s.ZD - ddc * s.K);
    }

    [MethodImpl(NoInlining)]
    static Derivatives<R> NearKernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        R a = 1.0 + η.Z;
        var n = Loop.Over<NearNormal<T>, NearSum<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        var near = n.Sums.Total<TSample, R>(sample);
        Row<R> ratio = sample.Total(n.Ratio);
        R Λ = near.K, d = ratio.A, dd = ratio.B, zds = ratio.C, ds = sample.Total(new(n.Odd)).A;
        return new LocationScaleSums<R>(-0.5 * a * Λ, -a * near.D, -a * near.ZD, -a * near.DD, -a * near.ZDD, -a * near.ZZDD).At(
            η.Y, new(-0.5 * (Λ + a * d), a * ds - near.D, a * zds - near.ZD), -d - 0.5 * a * dd);
    }

    /// <summary>
    /// The sums of K = log(1 + κz²) and of K′ = zq and K″ = q(2q − 1), which are those but for constants. Four sums of q and zq
    /// give the five of them, by κz²q = 1 − q.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    internal static LocationScaleSums<R> Sums<TSample, T, R>(in TSample sample, Vec3<T> η, R κ)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        T zero = 0.0, one = 1.0;
        var s = Loop.Over<Whole<T>, Weighted<T>, LogSums<T>, TSample, T, R>(
            new(η), new(η), sample, new(zero, (double)sample.Whole, zero, zero, zero, zero, one, zero));
        Row<R> first = sample.Total(new(s.K + LogSum.Total(s.Product, s.Exponent), s.N, s.Q)), second = sample.Total(new(s.QQ, s.ZQ, s.ZQQ));
        R r = 1.0 / κ, rest = r * (first.B - first.C), q = first.C, qq = second.A, zq = second.B, zqq = second.C;
        return new(first.A, zq, rest, qq + qq - q, zqq + zqq - zq, 2.0 * r * (q - qq) - rest);
    }

    /// <summary>Sums over rows: of weighted logarithms, 1, q, q², zq and zq², and of log(1 + κz²) as a product and its exponent.</summary>
    readonly struct LogSums<T>(T k, T n, T q, T qq, T zq, T zqq, T product, T exponent) where T : unmanaged, IReal<T>
    {
        public readonly T K = k, N = n, Q = q, QQ = qq, ZQ = zq, ZQQ = zqq, Product = product, Exponent = exponent;
    }

    readonly struct Whole<T>(Vec3<T> η) : ITerm<LogSums<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X, τ = η.Y, κ = η.Z;

        [MethodImpl(AggressiveInlining)]
        public LogSums<T> Add(LogSums<T> s, Row<T> t, T weight)
        {
            T one = 1.0, z = (t.A - m) * τ, w = T.MultiplyAdd(κ * z, z, one), q = T.Reciprocal(w), zq = z * q;
            T product = s.Product, exponent = s.Exponent;
            LogSum.Add(w, ref product, ref exponent);
            return new(s.K, s.N, s.Q + q, T.MultiplyAdd(q, q, s.QQ), s.ZQ + zq, T.MultiplyAdd(q, zq, s.ZQQ), product, exponent);
        }

        public static LogSums<T> Settle(LogSums<T> s)
        {
            T product = s.Product, exponent = s.Exponent;
            LogSum.Renormalize(ref product, ref exponent);
            return new(s.K, s.N, s.Q, s.QQ, s.ZQ, s.ZQQ, product, exponent);
        }
    }

    readonly struct Weighted<T>(Vec3<T> η) : ITerm<LogSums<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X, τ = η.Y, κ = η.Z;

        [MethodImpl(AggressiveInlining)]
        public LogSums<T> Add(LogSums<T> s, Row<T> t, T weight)
        {
            T one = 1.0, z = (t.A - m) * τ, w = T.MultiplyAdd(κ * z, z, one), q = T.Reciprocal(w), zq = z * q, wq = weight * q;
            return new(
                s.K + weight * T.Log(w), s.N + weight, s.Q + wq, T.MultiplyAdd(wq, q, s.QQ), T.MultiplyAdd(weight, zq, s.ZQ), T.MultiplyAdd(wq, zq, s.ZQQ),
                s.Product, s.Exponent);
        }
    }

    /// <summary>Where division by κ would lose digits: Σ z²λ, z⁴λ′ and z⁶λ″ at λ(κz²), Σ z⁴q² and z³q².</summary>
    readonly struct NearSum<T>(LocationScaleSums<T> sums, Row<T> ratio, T odd) where T : unmanaged, IReal<T>
    {
        public readonly LocationScaleSums<T> Sums = sums;
        public readonly Row<T> Ratio = ratio;
        public readonly T Odd = odd;
    }

    readonly struct NearNormal<T>(Vec3<T> η) : ITerm<NearSum<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X, τ = η.Y, κ = η.Z;

        [MethodImpl(AggressiveInlining)]
        public NearSum<T> Add(NearSum<T> s, Row<T> t, T weight)
        {
            T one = 1.0, z = (t.A - m) * τ, zz = z * z;
            T λ = Log1pRatio.Of(κ * zz, out var q, out var first, out var second);
            T zzzqq = zz * z * q * q, wq = weight * q;
            return new(
                s.Sums.Add(z, weight * zz * λ, z * wq, wq * (q + q - one)),
                new(s.Ratio.A + weight * zz * zz * first, s.Ratio.B + weight * zz * zz * zz * second, s.Ratio.C + weight * z * zzzqq),
                s.Odd + weight * zzzqq);
        }
    }

    /// <summary>log ν from which the mean and the variance of the sample are good enough to start from.</summary>
    const double Moments = 0.9;

    /// <summary>With ν ≥ 1 known and the scale free there is one maximum, and for larger ν moments lead to it.</summary>
    public static bool OrderFirst(Vec3<Real> known, Vec3<Real> free) => !(free.Y > 0.0 && free.Z == 0.0 && known.Z >= Moments);

    public static bool IsUnbounded(Vec3<Real> free) => free.Y > 0.0 && free.Z > 0.0;

    public static int Starts => 9;

    /// <summary>
    /// ν known and at least 1: one maximum, any start will do. Location or ν free otherwise: from moments near the normal,
    /// from the median and its spread near the Cauchy, and where the likelihood in the location has several maxima from
    /// order statistics too.
    /// </summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double spreadOfCauchy = 1, spreadOfNormal = 0.6744897501960817;
        R dfFree = free.Z, scaleFree = free.Y, none = double.NaN;
        R simple = R.IfLess(0.0, dfFree, 0.0, R.IfLess(known.Z, 0.0, 0.0, scaleFree));
        R used = R.IfLess(0.0, simple, 1.0, R.IfLess(0.0, scaleFree, R.IfLess(0.0, dfFree, 3.0, 9.0), 9.0));
        R ended = R.IfLess((double)attempt, used, 0.0, none);
        R heavy = R.IfLess(0.0, dfFree, attempt == 0 ? 0.0 : 1.0, R.IfLess(known.Z, Moments, 1.0, 0.0));
        R center = R.IfLess(0.0, heavy, s.Order.Median, s.Mean);
        R m = R.IfLess(0.0, free.X, R.IfLess(0.0, simple, center, attempt < 3 ? center : s.Octile(attempt)), known.X);
        R away = s.Mean - m, deviation = R.Sqrt(s.Variance + away * away);
        R spread = R.Max(s.Order.Spread, R.Abs(s.Order.Median - m)) / R.IfLess(0.0, heavy, spreadOfCauchy, spreadOfNormal);
        R scale = R.IfLess(0.0, R.Min(heavy, spread), spread, R.IfLess(0.0, simple, 0.75 * deviation, deviation));
        R inverse = attempt == 0 ? 0.05 : attempt == 1 ? 0.5 : 0.95;
        return new(m + ended, R.IfLess(0.0, scaleFree, R.Log(scale), known.Y), R.IfLess(0.0, dfFree, -R.Log(inverse), known.Z));
    }

    /// <summary>
    /// ν known: scale → 0 about s equal observations is unbounded when and only when s &gt; nν/(1 + ν); exactly there the
    /// supremum is finite but not attained. ν free: when and only when all observations are equal.
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R enough = s.Size / (1.0 + R.Exp(-known.Z));
        R ties = R.IfLess(0.0, free.X, Ties(s),
            R.IfLess(R.Abs(s.Order.MedianLow - known.X), double.Epsilon, s.Order.TiesLow,
                R.IfLess(R.Abs(s.Order.MedianHigh - known.X), double.Epsilon, s.Order.TiesHigh, 0.0)));
        R withDf = R.IfLess(enough, ties, Concentrated, R.IfLess(ties, enough, 0.0, Even));
        R dfFree = R.IfLess(ties, s.Size, 0.0, Concentrated);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, free.Z, dfFree, withDf), 0.0);
    }

    /// <summary>ν → ∞: the normal's supremum.</summary>
    public static R LimitValue<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R away = R.IfLess(0.0, free.X, 0.0, s.Mean - known.X), squares = s.Variance + away * away;
        R logScale = R.IfLess(0.0, free.Y, 0.5 * R.Log(squares), known.Y);
        R value = -s.Size * (HalfLog2π + logScale + 0.5 * squares * R.Exp(-2.0 * logScale));
        return R.IfLess(0.0, free.Z, value, double.NegativeInfinity);
    }

    /// <summary>On the edges of the region in ν: κ = 0 is the normal, the other is declared.</summary>
    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R least = -R.Log(LargestInverse(s)) + 1e-12;
        R edge = R.IfLess(θ.Z, least, R.IfLess(Ties(s), 0.5 * s.Size, LeastDf, Concentrated), R.IfLess(θ.Z, double.PositiveInfinity, 0.0, (double)Codes.AtLimit));
        return R.IfLess(0.0, free.Z, edge, 0.0);
    }

    /// <summary>A search that does not converge is on the way to scale 0.</summary>
    public static R Stray<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(Ties(s), 0.5 * s.Size, (double)Codes.IterationLimit, Concentrated);

    static R Ties<R>(in Summary<R> s) where R : unmanaged, IReal<R> => R.Max(s.Order.TiesLow, s.Order.TiesHigh);

    public static IReadOnlyList<Limit> Limits { get; } = [new("df", double.PositiveInfinity, "normal", false)];

    /// <summary>
    /// ½I(1/(1 + κz²); ν/2, ½), the incomplete beta function, beyond z on its side of 0; until z² overflows, |z| &lt; 1e154.
    /// Near the normal its fraction is of many terms, and the normal's own tail is taken instead.
    /// </summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        const double small = 2e-3, far = 0.05;
        T z = (t.A - η.X) * η.Y, zero = 0.0, one = 1.0;
        T near = T.IfLess(η.Z, small, T.IfLess(η.Z * z * z, far, one, zero), zero);
        logF = logS = zero;
        if (T.AnyLess(near, one))
            OwnTails(z, T.IfLess(zero, near, one, η.Z), out logF, out logS);
        if (!T.AnyLess(zero, near))
            return;
        T w = Deviate(T.IfLess(zero, near, z, zero), T.IfLess(zero, near, η.Z, zero));
        logF = T.IfLess(zero, near, T.LogNormalCdf(w), logF);
        logS = T.IfLess(zero, near, T.LogNormalCdf(-w), logS);
    }

    static void OwnTails<T>(T z, T κ, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        const double least = 1e-17, centre = 1e-5;
        κ = T.Max(least, κ);
        T zz = κ * z * z, zero = 0.0, one = 1.0, half = 0.5;
        T inside = T.IfLess(T.Abs(z), centre, one, zz), y = inside / (one + inside), x = one / (one + inside);
        IncompleteBeta.LogTails(half / κ, half, x, y, out T both, out _);
        T tail = both - Elementary.LogOfTwo, rest = T.Log1p(-T.Exp(tail));
        // I has a root of z² in it, which no jet follows through 0.
        T linear = z * T.Exp(Gap(κ) - HalfLog2π) * (one - (one + κ) * z * z * (1.0 / 6));
        logF = T.IfLess(T.Abs(z), centre, T.Log(half + linear), T.IfLess(z, zero, tail, rest));
        logS = T.IfLess(T.Abs(z), centre, T.Log(half - linear), T.IfLess(z, zero, rest, tail));
    }

    /// <summary>
    /// The normal deviate with the same tail as z, for small κ: Hill, CACM 13 (1970), algorithm 395; the next term of his series
    /// is of order κ⁶w¹⁰, below 1e-16 where it is used.
    /// </summary>
    static T Deviate<T>(T z, T κ) where T : unmanaged, IReal<T>
    {
        T one = 1.0, c = one - 0.5 * κ, root = c * Log1pRatio.Of(κ * z * z), y = z * z * root, b = κ * κ / (48.0 * c * c);
        T polynomial = 85.5 + y * (24.0 + y * (3.3 + 0.4 * y));
        return z * T.Sqrt(root) * (one + b * (y + 3.0 - b * polynomial / (one + b * (100.0 + 0.8 * y * y))));
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.IfLess(0.0, θ.Z, θ.X, double.NaN);

    /// <summary>z√(ν/(2G)) of a standard normal z and a gamma variate G of shape ν/2, by its logarithm.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T z = Variates.Normal<T, TRandom>(ref random), halfν = 0.5 * T.Exp(θ.Z), stretch = T.Exp(0.5 * (T.Log(halfν) - Variates.LogGamma(halfν, ref random)));
        return Variates.Finite(θ.X + T.Exp(θ.Y) * stretch * z);
    }

    public static FamilyInfo Info { get; } = new(
        "student_t", "f(x) = Gamma((df+1)/2) / (Gamma(df/2) scale sqrt(df pi)) (1 + z^2/df)^(-(df+1)/2), z = (x - location)/scale",
        "all real x",
        [
            new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0"),
            new("df", Link.Log, Role.Shape, "> 0"),
        ],
        "df is free and the tails are no heavier than the normal's (df -> infinity), or n df/(1 + df) or more observations are equal; a free df is sought at or above min(1, 10/(n - 10)), at least 0.1",
        "Lange, Little and Taylor, Robust statistical modeling using the t distribution, 1989; Kent and Tyler, 1991");

    public static Verdict Explain(int code, Findings data)
    {
        var s = data.Summary;
        switch (code)
        {
            case Codes.AtLimit:
                double m = data.IsFree(0) ? s.Mean : data.Known.X;
                double σ = data.IsFree(1) ? Math.Sqrt(s.Variance + (s.Mean - m) * (s.Mean - m)) : Math.Exp(data.Known.Y);
                return new(
                    Status.NoFiniteMle, "the log-likelihood nowhere exceeds the normal's, which it approaches as df -> infinity",
                    Cause.Limit, data.Complete(data.Limit),
                    Findings.At(("df", double.PositiveInfinity), ("location", data.Map(Role.Location, m)), ("scale", data.Map(Role.Scale, σ))),
                    "normal");
            case LeastDf:
                return new(
                    Status.Boundary, "the likelihood still rises at the smallest df of the region: below it a few near observations make it unbounded",
                    Bound: FormattableString.Invariant($"df = {Math.Exp(data.θ.Z):R}"));
            case Concentrated:
                return new(
                    Status.NoFiniteMle, "so many observations are equal that the likelihood is unbounded as scale -> 0", Cause.Unbounded,
                    double.PositiveInfinity, Findings.At(("location", data.Map(Role.Location, Tied(data))), ("scale", 0)));
            case Even:
                return new(
                    Status.NoFiniteMle, "exactly n df/(1 + df) observations are equal: the likelihood approaches its supremum as scale -> 0",
                    Cause.Limit, Limit: Findings.At(("location", data.Map(Role.Location, Tied(data))), ("scale", 0)));
            default:
                return new(Status.NoFiniteMle, "no local maximum was found", Cause.Unbounded);
        }
    }

    static double Tied(Findings data) => !data.IsFree(0) ? data.Known.X
        : data.Summary.Order.TiesLow >= data.Summary.Order.TiesHigh ? data.Summary.Order.MedianLow : data.Summary.Order.MedianHigh;
}
