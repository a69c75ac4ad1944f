using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Inverse Gaussian: f(x) = √(λ/(2πx³)) exp(−λ(x − μ)²/(2μ²x)) for x &gt; 0, mean μ &gt; 0, λ &gt; 0; variance μ³/λ.
/// θ = (log μ, log λ), η = (λ/μ², λ, λ/μ + ½ log(λ/2π)). μ̂ = x̄ whatever λ is, 1/λ̂ = mean (x − μ̂)²/(μ̂²x).
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 15.</remarks>
public readonly struct InverseGaussian : IFamily<InverseGaussian>
{
    const double HalfLog2π = 0.91893853320467274178;

    /// <summary>How far two roundings of one logarithm may lie apart.</summary>
    const double LogRounding = 1e-15;

    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A, 1.0 / x.A);

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => -1.5 * T.Log(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T λ = T.Exp(θ.Y), perμ = T.Exp(-θ.X);
        return new(λ * perμ * perμ, λ, λ * perμ + 0.5 * θ.Y - HalfLog2π);
    }

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -0.5 * (η.X * t.A + η.Y * t.B);

    public static bool StartIsMaximum => true;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R μ = R.IfLess(0.0, free.X, s.Mean, R.Exp(known.X));
        R perλ = (s.Mean / μ - 2.0) / μ + s.Sums.B / s.Size;
        return new(R.IfLess(0.0, free.X, R.Log(s.Mean), known.X), R.IfLess(0.0, free.Y, -R.Log(perλ), known.Y));
    }

    /// <summary>λ → ∞ is unbounded when and only when all observations are equal to μ: min = max, and μ free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R log = R.Log(s.Low), μ = R.IfLess(0.0, free.X, log, known.X);
        R apart = R.IfLess(s.Low, s.High, 1.0, R.Abs(μ - log));
        return R.IfLess(0.0, free.Y, R.IfLess(LogRounding, apart, 0.0, Constant), 0.0);
    }

    /// <summary>
    /// F = Φ(q) + e^(2λ/μ)Φ(−p) at q, p = √(λ/x)(x/μ ∓ 1). As p² = q² + 4λ/μ the second term is e^(−q²/2)M(p) with the
    /// scaled normal tail M, which neither overflows nor cancels (Giner and Smyth, statmod, The R Journal 8, 2016). Where
    /// μ/λ is large, S is a difference of near ones far out: relative error 1e-16 x/μ.
    /// </summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T rise = T.Sqrt(η.X * t.A), fall = T.Sqrt(η.Y * t.B), q = rise - fall, p = rise + fall, zero = 0.0, minus = double.NegativeInfinity;
        T logGauss = -0.5 * q * q, near = T.Abs(q), logFar = T.Log(Mle.Normal.Mills(p)), logNear = T.Log(Mle.Normal.Mills(near));
        T lower = logGauss + logNear + T.Log1p(T.Exp(logFar - logNear)), upper = logGauss + logNear + LogComplement.Of(logFar - logNear);
        logF = T.IfLess(q, zero, lower, LogComplement.Of(upper));
        logS = T.IfLess(q, zero, LogComplement.Of(lower), upper);
        logF = T.IfLess(zero, t.A, logF, minus);
        logS = T.IfLess(zero, t.A, logS, zero);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.X);

    /// <summary>
    /// The smaller root x of λ(x − μ)²/(μ²x) = z² of a standard normal z, or with probability x/(μ + x) the larger one, μ²/x.
    /// With w = μz²/(2λ) they are μ/r and μr at r = 1 + w + √(w(2 + w)), which does not cancel.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T one = 1.0, z = Variates.Normal<T, TRandom>(ref random), w = 0.5 * z * z * T.Exp(θ.X - θ.Y), r = one + w + T.Sqrt(w * (2.0 + w));
        T ratio = T.IfLess(random.Uniform() * (one + r), r, one / r, r);
        return Variates.Positive(T.Exp(θ.X) * ratio);
    }

    public static FamilyInfo Info { get; } = new(
        "inverse_gaussian", "f(x) = sqrt(lambda / (2 pi x^3)) exp(-lambda (x - mu)^2 / (2 mu^2 x))", "x > 0",
        [new("mu", Link.Log, Role.Scale, "> 0"), new("lambda", Link.Log, Role.Scale, "> 0")],
        "lambda is free and all observations are equal (to mu, where mu is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 15");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as lambda -> infinity with mu at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("mu", data.Map(Role.Scale, data.Summary.Low)), ("lambda", double.PositiveInfinity)));
}
