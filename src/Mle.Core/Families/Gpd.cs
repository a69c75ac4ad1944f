using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Generalised Pareto of excesses over 0: S(x) = (1 + ξx/σ)^(−1/ξ), scale σ &gt; 0, shape ξ (ξ &gt; 0: heavy tail, ξ = 0:
/// exponential, ξ &lt; 0: x ≤ −σ/ξ). θ = (log σ, ξ), η = (1/σ, ξ, log σ), log f = −log σ − (1 + ξ)Λ with
/// Λ = log(1 + ξz)/ξ at z = x/σ, which is regular at ξ = 0.
/// </summary>
/// <remarks>
/// For ξ &lt; −1 the likelihood is unbounded (σ → −ξ max x), so the maximum is sought as a local one in ξ &gt; −1: regular for
/// ξ &gt; −½, and not for −1 &lt; ξ ≤ −½ (Smith, Maximum likelihood estimation in a class of nonregular cases, 1985). There is
/// none when the search from every start ends at ξ = −1, where the likelihood still rises. With s of n observations 0 it
/// is unbounded for ξ &gt; (n − s)/s too (σ → 0).
/// </remarks>
public readonly struct Gpd : IFamily<Gpd>
{
    const int Nonregular = 1, AllZero = 2;

    /// <summary>The region in ξ: nearer to −1 a maximum is a spike over the largest observation.</summary>
    const double Lowest = -0.99, Highest = 10;

    /// <summary>A search that has come to this part of the mean, as a logarithm, is on the way to a scale of 0.</summary>
    internal const double Far = 50;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.NonNegative;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-θ.X), θ.Y, θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T z = t.A * η.X, u = η.Y * z;
        return T.IfLess(-1.0, u, -(1.0 + η.Y) * z * Log1pRatio.Of(u), double.NegativeInfinity);
    }

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Sums<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        Row<R> inZ = sample.Total(new(s.Λ, s.Slope, s.Bend)), inξ = sample.Total(new(s.First, s.Second));
        R Λ = inZ.A, slope = inZ.B / η.X, bend = inZ.C / η.X, Λξ = inξ.A, Λξξ = inξ.B, a = 1.0 + η.Y;
        return new(-a * Λ, -a * slope, -Λ - a * Λξ, a * η.Y * bend / η.X, a * bend - slope, -2.0 * Λξ - a * Λξξ);
    }

    /// <summary>With v = 1/(1 + ξz): Λ, zv = σΛ_(1/σ), z²v², Λ_ξ and Λ_ξξ.</summary>
    readonly struct Sums<T>(T Λ, T slope, T bend, T first, T second) where T : unmanaged, IReal<T>
    {
        public readonly T Λ = Λ, Slope = slope, Bend = bend, First = first, Second = second;
    }

    readonly struct Term<T>(Vec3<T> η) : ITerm<Sums<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T τ = η.X, ξ = η.Y;

        [MethodImpl(AggressiveInlining)]
        public Sums<T> Add(Sums<T> s, Row<T> t, T weight)
        {
            T z = T.IfLess(0.0, weight, t.A * τ, 0.0), u = ξ * z, λ = Log1pRatio.Of(u, out var v, out var first, out var second);
            T wz = weight * z, zv = z * v, wzz = wz * z;
            return new(
                T.IfLess(-1.0, u, T.MultiplyAdd(wz, λ, s.Λ), double.PositiveInfinity), T.MultiplyAdd(wz, v, s.Slope), T.MultiplyAdd(wz * v, zv, s.Bend),
                T.MultiplyAdd(wzz, first, s.First), T.MultiplyAdd(wzz * z, second, s.Second));
        }
    }

    /// <summary>Fewer observations than this are worth more starts.</summary>
    const double Small = 100;

    public static bool IsUnbounded(Vec3<Real> free) => free.Y > 0.0;

    public static int Starts => 4;

    /// <summary>From the quartiles, and σ from the median at other ξ: two, and more for small samples. Kept where the largest observation is possible.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double log2 = Elementary.LogOfTwo;
        // The median is σ(2^ξ − 1)/ξ and the upper quartile σ(4^ξ − 1)/ξ: their ratio is 2^ξ + 1.
        R byQuartile = R.Log(R.Max(s.Octile(6) / s.Order.Median - 1.0, 0.75)) / log2;
        R shape = attempt switch { 0 => R.IfLess(0.0, s.Order.Median, R.Min(byQuartile, 1.5), 0.1), 1 => -0.3, 2 => 0.7, _ => 2.0 };
        shape = R.IfLess(0.0, free.Y, shape, known.Y);
        // Where only σ is free it must be large enough for the data; where only ξ is, ξ.
        R scale = R.IfLess(0.0, s.Order.Median, s.Order.Median / (log2 * First(log2 * shape)), s.Mean);
        scale = R.IfLess(0.0, free.X, R.Max(scale, -1.05 * shape * s.High), R.Exp(known.X));
        shape = R.IfLess(0.0, free.Y, R.Max(shape, -0.95 * scale / s.High), shape);
        R again = attempt == 0 ? 0.0 : R.IfLess(0.0, free.Y, attempt == 1 ? 0.0 : R.IfLess(s.Size, Small, 0.0, double.NaN), double.NaN);
        return new(R.IfLess(0.0, free.X, R.Log(scale), known.X) + again, shape);
    }

    static R First<R>(R v) where R : unmanaged, IReal<R> => ExpRatio.First(v);

    public static (Vec3<R> Low, Vec3<R> High) Region<R>() where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, Lowest, double.NegativeInfinity),
        new(double.PositiveInfinity, Highest, double.PositiveInfinity));

    /// <summary>All observations 0: σ → 0 is unbounded.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.Y, R.IfLess(-0.5, θ.Y, R.IfLess(θ.Y, Highest, 0.0, (double)Codes.NoMaximum), R.IfLess(Lowest, θ.Y, Nonregular, (double)Codes.NoMaximum)), 0.0);

    public static R Stray<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(Lowest, θ.Y, R.IfLess(θ.Y, Highest, R.IfLess(θ.X, R.Log(s.Mean) - Far, (double)Codes.NoMaximum, (double)Codes.IterationLimit), (double)Codes.NoMaximum), (double)Codes.NoMaximum);

    /// <summary>S = e^(−Λ).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = t.A * η.X, u = η.Y * z, zero = 0.0;
        logS = T.IfLess(zero, z, T.IfLess(-1.0, u, -z * Log1pRatio.Of(u), double.NegativeInfinity), zero);
        logF = LogComplement.Of(logS);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> =>
        T.IfLess(θ.Y, 1.0, T.Exp(θ.X) / (1.0 - θ.Y), double.PositiveInfinity);

    /// <summary>By inversion: Λ is a standard exponential, z = (e^(ξΛ) − 1)/ξ.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T Λ = Variates.Exponential<T, TRandom>(ref random);
        return T.Min(double.MaxValue, T.Exp(θ.X) * Λ * ExpRatio.First(θ.Y * Λ));
    }

    public static FamilyInfo Info { get; } = new(
        "gpd", "f(x) = (1 + xi x/scale)^(-1/xi - 1) / scale", "x >= 0, and x <= -scale/xi for xi < 0",
        [new("scale", Link.Log, Role.Scale, "> 0"), new("xi", Link.Identity, Role.Shape, "real, sought above -1")],
        "the likelihood has no local maximum with -1 < xi < 10 (it is unbounded for xi < -1)",
        "Davison and Smith, Models for exceedances over high thresholds, 1990; Smith, 1985");

    public static Verdict Explain(int code, Findings data) => code switch
    {
        Nonregular => new(
            Status.Nonregular, "xi is -1/2 or less: a local maximum, but its standard errors are not those of the information", Supremum: double.PositiveInfinity),
        AllZero => new(
            Status.NoFiniteMle, "all observations are 0: the likelihood is unbounded as scale -> 0", Cause.Unbounded,
            double.PositiveInfinity, Findings.At(("scale", 0))),
        _ when data.θ.Y < 0.0 => new(
            Status.NoFiniteMle, "no local maximum with xi > -1: the likelihood rises towards scale = -xi max, where it is unbounded for xi < -1",
            Cause.Unbounded, double.PositiveInfinity, Findings.At(("xi", -1), ("scale", data.Map(Role.Scale, data.Summary.High)))),
        _ => new(
            Status.NoFiniteMle, "no local maximum with xi < 10: the likelihood rises as scale -> 0, without bound where observations are 0",
            Cause.Unbounded, double.PositiveInfinity, Findings.At(("xi", double.PositiveInfinity), ("scale", 0))),
    };
}
