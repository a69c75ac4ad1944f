using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Loglogistic: S(x) = 1/(1 + (x/λ)ᵏ) for x &gt; 0, shape k &gt; 0, scale λ &gt; 0 (the median).
/// With t = log x, logistic: θ = (log k, log λ), η = (k, log λ, log k), log f = log k + K(z) − t at z = k(t − log λ).
/// log t is log-concave, so the maximum is the only one.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, section 23.11.</remarks>
public readonly struct Loglogistic : IFamily<Loglogistic>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static bool LogFirst => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A));

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.Y, θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        Logistic.Kernel((t.A - η.Y) * η.X) - t.A;

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => -sums.A;

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        R k = η.X;
        var s = Logistic.Sums<TSample, T, R>(sample, η.Y, k);
        return new(s.K, s.ZD / k, -k * s.D, s.ZZDD / (k * k), -s.ZDD - s.D, k * k * s.DD);
    }

    /// <summary>By the moments of log x.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double logPiOverRoot3 = 0.59542374153129793;
        R y = R.IfLess(0.0, free.Y, s.Mean, known.Y), d = s.Mean - y;
        return new(R.IfLess(0.0, free.X, logPiOverRoot3 - 0.5 * R.Log(s.Variance + d * d), known.X), y);
    }

    /// <summary>Shape → ∞ is unbounded when and only when all observations are equal to λ: min = max, and λ free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R low = R.Log(s.Low), apart = R.Abs(s.High - s.Low) + R.IfLess(0.0, free.Y, 0.0, R.Abs(known.Y - low));
        return R.IfLess(0.0, free.X, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    /// <summary>F = 1/(1 + e^(−z)), S = 1/(1 + eᶻ).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.Y) * η.X, minus = double.NegativeInfinity;
        z = T.IfLess(minus, t.A, z, minus);
        logF = -Softplus.Of(-z);
        logS = -Softplus.Of(z);
    }

    /// <summary>λ (π/k)/sin(π/k) = λ Γ(1 + 1/k) Γ(1 − 1/k) for k &gt; 1.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T b = T.Exp(-θ.X);
        return T.IfLess(0.0, θ.X, T.Exp(θ.Y + T.Polygamma(-1, 1.0 + b) + T.Polygamma(-1, 1.0 - b)), double.PositiveInfinity);
    }

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-θ.X), θ.Y);

    /// <summary>By inversion.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(η.Y + η.X * Variates.Logistic<T, TRandom>(ref random)));

    public static FamilyInfo Info { get; } = new(
        "loglogistic", "f(x) = (shape/scale) (x/scale)^(shape-1) / (1 + (x/scale)^shape)^2", "x > 0",
        [new("shape", Link.Log, Role.Shape, "> 0"), new("scale", Link.Log, Role.Scale, "> 0")],
        "shape is free and all observations are equal (to scale, where scale is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, section 23.11");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as shape -> infinity with scale at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("shape", double.PositiveInfinity), ("scale", data.Map(Role.Scale, data.Summary.Low))));
}
