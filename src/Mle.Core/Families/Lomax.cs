using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Lomax (Pareto II): S(x) = (1 + x/λ)^(−α) for x ≥ 0, shape α &gt; 0, scale λ &gt; 0. θ = (log α, log λ).
/// It is the generalised Pareto with ξ = 1/α and σ = λ/α, and borrows its kernel: η = (1/σ, ξ, log σ).
/// </summary>
/// <remarks>
/// As α → ∞ with σ held it becomes the exponential. A fit with both free runs in (ξ, log σ), where that is the edge ξ = 0:
/// an ordinary point, whose score n(m₂/(2x̄²) − 1) is negative when and only when the coefficient of variation is below 1.
/// Some such samples have an interior maximum all the same, so starts are on both sides.
/// </remarks>
public readonly struct Lomax : IFamily<Lomax>
{
    const int AllZero = 1;

    /// <summary>Below it the likelihood may rise without bound as scale → 0: with s of n observations 0, for α &lt; s/(n − s).</summary>
    const double LeastShape = 0.1, LeastLog = -2.302585092994;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.NonNegative;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T logScale = θ.Y - θ.X;
        return new(T.Exp(-logScale), T.Exp(-θ.X), logScale);
    }

    public static bool HasChart => true;

    public static R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => free.X * free.Y;

    public static Vec3<T> ChartNatural<T>(in Vec3<T> φ) where T : unmanaged, IReal<T> => new(T.Exp(-φ.Y), φ.X, φ.Y);

    public static Vec3<T> FromChart<T>(Vec3<T> φ) where T : unmanaged, IReal<T>
    {
        T logξ = T.Log(φ.X);
        return new(-logξ, φ.Y - logξ);
    }

    public static Vec3<T> ToChart<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-θ.X), θ.Y - θ.X);

    public static (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => (
        new(0.0, double.NegativeInfinity), new(1.0 / LeastShape, double.PositiveInfinity));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => Gpd.LogNormalizer(η);

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => Gpd.LogKernel(t, η);

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R> => Gpd.KernelSum<TSample, T, R>(sample, η);

    public static int Starts => 3;

    /// <summary>From the median at several shapes.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double log2 = Elementary.LogOfTwo;
        R logShape = R.IfLess(0.0, free.X, attempt switch { 0 => 1.2, 1 => 3.5, _ => -0.5 }, known.X);
        // The median is λ(2^(1/α) − 1).
        R ξ = R.Exp(-logShape), median = R.IfLess(0.0, s.Order.Median, s.Order.Median, log2 * s.Mean);
        R logScale = R.IfLess(0.0, free.Y, R.Log(median) - R.Log(R.Expm1(log2 * ξ)), known.Y);
        // With λ known, the exponential's rate for log(1 + x/λ), or where x is far below λ for x/λ.
        R typical = R.Log1p(median * R.Exp(-known.Y)) / log2;
        logShape = R.IfLess(0.0, free.X, R.IfLess(0.0, free.Y, logShape, -R.Log(typical)), logShape);
        R again = attempt == 0 ? 0.0 : R.IfLess(0.0, free.X * free.Y, 0.0, double.NaN);
        return new(logShape + again, logScale);
    }

    /// <summary>All observations 0: scale → 0, or shape → ∞, is unbounded.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X + free.Y, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    /// <summary>α → ∞: the exponential's supremum.</summary>
    public static R LimitValue<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X * free.Y, -s.Size * (1.0 + R.Log(s.Mean)), double.NegativeInfinity);

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R edge = R.IfLess(θ.X, LeastLog, R.IfLess(0.0, free.X * free.Y, (double)Codes.NoMaximum, 0.0), 0.0);
        return R.IfLess(θ.X, double.PositiveInfinity, edge, (double)Codes.AtLimit);
    }

    public static R Stray<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(θ.Y, R.Log(s.Mean) - Gpd.Far, (double)Codes.NoMaximum, R.IfLess(θ.X, LeastLog, (double)Codes.NoMaximum, (double)Codes.IterationLimit));

    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        Gpd.Tails(t, η, out logF, out logS);

    /// <summary>λ/(α − 1) for α &gt; 1.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> =>
        T.IfLess(0.0, θ.X, T.Exp(θ.Y) / T.Expm1(θ.X), double.PositiveInfinity);

    /// <summary>By inversion: λ(e^(E/α) − 1) of a standard exponential E.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.Min(double.MaxValue, T.Exp(θ.Y) * T.Expm1(T.Exp(-θ.X) * Variates.Exponential<T, TRandom>(ref random)));

    public static IReadOnlyList<Limit> Limits { get; } = [new("shape", double.PositiveInfinity, "exponential", false)];

    public static FamilyInfo Info { get; } = new(
        "lomax", "f(x) = (shape/scale) (1 + x/scale)^(-shape-1)", "x >= 0",
        [new("shape", Link.Log, Role.Shape, "> 0"), new("scale", Link.Log, Role.Scale, "> 0")],
        "both are free and the log-likelihood nowhere exceeds the exponential's, which it approaches as shape -> infinity (nearly always when the coefficient of variation is below 1)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 20");

    public static Verdict Explain(int code, Findings data) => code switch
    {
        AllZero => new(Status.NoFiniteMle, "all observations are 0: the likelihood is unbounded", Cause.Unbounded, double.PositiveInfinity),
        Codes.NoMaximum => new(
            Status.NoFiniteMle, "no local maximum with shape > 0.1: the likelihood rises as scale -> 0, without bound where observations are 0",
            Cause.Unbounded, double.PositiveInfinity, Findings.At(("shape", 0), ("scale", 0))),
        _ => new(
            Status.NoFiniteMle, "the log-likelihood nowhere exceeds the exponential's, which it approaches as shape -> infinity with scale/shape = mean",
            Cause.Limit, data.Complete(data.Limit),
            Findings.At(("shape", double.PositiveInfinity), ("scale", double.PositiveInfinity), ("rate", data.Map(Role.Rate, 1 / data.Summary.Mean))),
            "exponential"),
    };
}
