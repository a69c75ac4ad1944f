using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Generalised extreme values (of maxima): F(x) = exp(−(1 + ξz)^(−1/ξ)) at z = (x − m)/s, location m, scale s &gt; 0,
/// shape ξ (ξ &gt; 0: Fréchet, ξ = 0: Gumbel, ξ &lt; 0: reversed Weibull). θ = (m, log s, ξ), η = (m, 1/s, ξ),
/// log f = −log s − (1 + ξ)Λ − e^(−Λ) with Λ = log(1 + ξz)/ξ, which is regular at ξ = 0.
/// </summary>
/// <remarks>
/// The likelihood is unbounded for ξ &lt; −1 (the upper end of the support runs to max x) and, far out, as ξ → ∞ (the lower
/// end runs to min x), so the maximum is sought as a local one in −1 &lt; ξ &lt; min(5, max(1, n/20)): regular for ξ &gt; −½, and not for −1 &lt; ξ ≤ −½
/// (Smith, Maximum likelihood estimation in a class of nonregular cases, 1985). There is none when the search from every
/// start ends at either end, where the likelihood still rises.
/// </remarks>
public readonly struct Gev : IFamily<Gev>
{
    const int Constant = 1, Nonregular = 2;

    /// <summary>The region in ξ for any sample: nearer to −1 a maximum is a spike over the largest observation.</summary>
    const double Lowest = -0.99, Largest = 5;

    public static int Slots => 3;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), θ.Z);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -T.Log(η.Y);

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y, u = η.Z * z, Λ = z * Log1pRatio.Of(u);
        return T.IfLess(-1.0, u, -(1.0 + η.Z) * Λ - T.Exp(-Λ), double.NegativeInfinity);
    }

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Sums<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        return s.Z.Total<TSample, R>(sample).At(η.Y, sample.Total(new(s.Ξ, s.ZΞ, s.ZZΞ)), sample.Total(new(s.ΞΞ)).A);
    }

    /// <summary>The sums over z, and those of K_ξ, K_zξ, zK_zξ and K_ξξ.</summary>
    readonly struct Sums<T>(LocationScaleSums<T> z, T ξ, T zξ, T zzξ, T ξξ) where T : unmanaged, IReal<T>
    {
        public readonly LocationScaleSums<T> Z = z;
        public readonly T Ξ = ξ, ZΞ = zξ, ZZΞ = zzξ, ΞΞ = ξξ;
    }

    /// <summary>By the chain rule through Λ: Λ_z = v, Λ_zz = −ξv², Λ_zξ = −zv² at v = 1/(1 + ξz).</summary>
    readonly struct Term<T>(Vec3<T> η) : ITerm<Sums<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X, τ = η.Y, ξ = η.Z;

        [MethodImpl(AggressiveInlining)]
        public Sums<T> Add(Sums<T> s, Row<T> t, T weight)
        {
            T z = T.IfLess(0.0, weight, (t.A - m) * τ, 0.0), u = ξ * z, one = 1.0;
            T λ = Log1pRatio.Of(u, out var v, out var first, out var second);
            T Λ = z * λ, Λξ = z * z * first, Λξξ = z * z * z * second, vv = v * v;
            T we = weight * T.Exp(-Λ), a = one + ξ, slope = we - weight * a;
            T zξ = -weight * v - z * vv * slope - we * v * Λξ;
            return new(
                s.Z.Add(z, T.IfLess(-1.0, u, -weight * a * Λ - we, double.NegativeInfinity), slope * v, -vv * T.MultiplyAdd(slope, ξ, we)),
                s.Ξ - weight * Λ + slope * Λξ, s.ZΞ + zξ, T.MultiplyAdd(z, zξ, s.ZZΞ),
                s.ΞΞ - 2.0 * weight * Λξ + slope * Λξξ - we * Λξ * Λξ);
        }
    }

    /// <summary>Fewer observations than this are worth more starts.</summary>
    const double Small = 100;

    public static bool IsUnbounded(Vec3<Real> free) => free.Z > 0.0;

    public static int Starts => 5;

    /// <summary>Scale and location from the quartiles at several ξ (more for small samples), widened until all observations are possible.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        // log((q₇ − q₄)/(q₄ − q₁)) of the octiles is 0.4048 + 1.3728ξ near ξ = 0.
        R upper = s.Octile(7) - s.Octile(4), lower = s.Octile(4) - s.Octile(1);
        R byOctiles = R.IfLess(0.0, R.Min(upper, lower), (R.Log(upper / lower) - 0.4048) / 1.3728, 0.05);
        R shape = attempt switch { 0 => R.Max(-0.4, R.Min(byOctiles, 1.0)), 1 => -0.25, 2 => 0.4, 3 => 1.0, _ => -0.45 };
        shape = R.IfLess(0.0, free.Z, shape, known.Z);
        R quarter = Quantile(-0.32663425997828098, shape), half = Quantile(0.36651292058166433, shape), threeQuarters = Quantile(1.24589932370723788, shape);
        R spread = s.Octile(6) - s.Octile(2);
        spread = R.IfLess(0.0, spread, spread, R.Sqrt(s.Variance));
        R scale = R.IfLess(0.0, free.Y, spread / (threeQuarters - quarter), R.Exp(known.Y));
        R m = R.IfLess(0.0, free.X, s.Order.Median - half * scale, known.X);
        R reach = 1.05 * R.IfLess(shape, 0.0, -shape * (s.High - m), shape * (m - s.Low));
        R wide = R.Max(scale, reach);
        R by = reach - scale;
        // What is free gives way: the scale, else the location, else the shape.
        scale = R.IfLess(0.0, free.Y, wide, scale);
        R lack = R.IfLess(0.0, free.Y, 0.0, R.Max(by, 0.0));
        m = R.IfLess(0.0, free.X, m + R.IfLess(0.0, lack, R.IfLess(shape, 0.0, -lack / shape, -lack / shape), 0.0), m);
        R stuck = R.IfLess(0.0, free.X, 0.0, lack);
        shape = R.IfLess(0.0, free.Z, R.IfLess(0.0, stuck, shape * 0.9 * scale / wide, shape), shape);
        R again = attempt == 0 ? 0.0 : R.IfLess(0.0, free.Z, attempt == 1 ? 0.0 : R.IfLess(s.Size, Small, 0.0, double.NaN), double.NaN);
        return new(m + again, R.IfLess(0.0, free.Y, R.Log(scale), known.Y), shape);
    }

    /// <summary>z at which F is p, from the Gumbel's −log(−log p).</summary>
    static R Quantile<R>(double gumbel, R shape) where R : unmanaged, IReal<R> => gumbel * ExpRatio.First(gumbel * shape);

    public static (Vec3<R> Low, Vec3<R> High) Region<R>() where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, double.NegativeInfinity, Lowest),
        new(double.PositiveInfinity, double.PositiveInfinity, Largest));

    public static bool HasChart => true;

    public static R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => free.Z;

    /// <summary>θ itself, but with a region that depends on the sample.</summary>
    public static (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, double.NegativeInfinity, Lowest),
        new(double.PositiveInfinity, double.PositiveInfinity, Highest(s)));

    /// <summary>The upper end: in small samples the rise towards ξ → ∞ begins soon, in large ones far beyond any data.</summary>
    static R Highest<R>(in Summary<R> s) where R : unmanaged, IReal<R> => R.Min(Largest, R.Max(1.0, 0.05 * s.Size));

    /// <summary>Scale → 0 is unbounded where all observations are equal (to m, where m is known).</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R m = R.IfLess(0.0, free.X, s.Low, known.X), apart = R.Abs(s.High - s.Low) + R.Abs(m - s.Low);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.Z, R.IfLess(-0.5, θ.Z, R.IfLess(θ.Z, Highest(s), 0.0, (double)Codes.NoMaximum), R.IfLess(Lowest, θ.Z, Nonregular, (double)Codes.NoMaximum)), 0.0);

    public static R Stray<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(Lowest, θ.Z, R.IfLess(θ.Z, Highest(s), (double)Codes.IterationLimit, (double)Codes.NoMaximum), (double)Codes.NoMaximum);

    /// <summary>F = exp(−e^(−Λ)); for ξ &gt; 0 the support has a lower end, for ξ &lt; 0 an upper one.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y, u = η.Z * z, zero = 0.0, minus = double.NegativeInfinity;
        logS = LogComplement.OfHazard(-z * Log1pRatio.Of(u), out T H);
        logF = T.IfLess(-1.0, u, -H, T.IfLess(zero, η.Z, minus, zero));
        logS = T.IfLess(-1.0, u, logS, T.IfLess(zero, η.Z, zero, minus));
    }

    /// <summary>m + s(Γ(1 − ξ) − 1)/ξ for ξ &lt; 1, through ξ = 0.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T ξ = θ.Z, ratio = -Mle.Gamma.LogGamma1pRatio(-ξ);
        return T.IfLess(ξ, 1.0, θ.X + T.Exp(θ.Y) * ratio * ExpRatio.First(ξ * ratio), double.PositiveInfinity);
    }

    /// <summary>By inversion: Λ = −log E of a standard exponential E, z = (e^(ξΛ) − 1)/ξ.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T Λ = -Variates.LogExponential<T, TRandom>(ref random);
        return Variates.Finite(θ.X + T.Exp(θ.Y) * Λ * ExpRatio.First(θ.Z * Λ));
    }

    public static FamilyInfo Info { get; } = new(
        "gev", "F(x) = exp(-(1 + xi z)^(-1/xi)), z = (x - location)/scale", "1 + xi z > 0",
        [
            new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0"),
            new("xi", Link.Identity, Role.Shape, "real, sought above -1"),
        ],
        "all observations are equal, or the likelihood has no local maximum with -1 < xi < min(5, max(1, n/20)) (it is unbounded for xi < -1, and far out as xi -> infinity)",
        "Coles, An Introduction to Statistical Modeling of Extreme Values, 2001, ch. 3; Smith, 1985");

    public static Verdict Explain(int code, Findings data) => code switch
    {
        Constant => new(
            Status.NoFiniteMle, "constant sample: the likelihood is unbounded as scale -> 0", Cause.Unbounded,
            double.PositiveInfinity, Findings.At(("location", data.Map(Role.Location, data.Summary.Low)), ("scale", 0))),
        Nonregular => new(
            Status.Nonregular, "xi is -1/2 or less: a local maximum, but its standard errors are not those of the information", Supremum: double.PositiveInfinity),
        _ when data.θ.Z < 0.0 => new(
            Status.NoFiniteMle, "no local maximum with xi > -1: the likelihood rises as the upper end of the support runs to the largest observation, and is unbounded for xi < -1",
            Cause.Unbounded, double.PositiveInfinity, Findings.At(("xi", -1))),
        _ => new(
            Status.NoFiniteMle, "no local maximum with xi < min(5, max(1, n/20)): the likelihood rises as the lower end of the support runs to the smallest observation, in the end without bound",
            Cause.Unbounded, double.PositiveInfinity, Findings.At(("xi", double.PositiveInfinity))),
    };
}
