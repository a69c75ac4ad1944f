using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Inverse gamma: f(x) = βᵏ x^(−k−1) e^(−β/x) / Γ(k) for x &gt; 0, shape k &gt; 0, scale β &gt; 0: 1/x is gamma with rate β.
/// θ = (log k, log β), η = (k, β, log β). k̂ solves log k − ψ(k) = log mean 1/x + mean log x, β̂ = k̂/mean 1/x.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 17.</remarks>
public readonly struct InverseGamma : IFamily<InverseGamma>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static bool LogFirst => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A), 1.0 / x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), T.Exp(θ.Y), θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => T.Polygamma(-1, η.X) - η.X * η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -(η.X + 1.0) * t.A - η.Y * t.B;

    public static bool StartIsMaximum => true;

    /// <summary>With the scale known, ψ(k) = log β − mean log x.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R logMean = R.Log(s.Sums.B / s.Size);
        R shape = known.X;
        if (R.AnyLess(0.0, free.X))
            shape = R.AnyLess(0.0, free.Y) ? GammaShape.FromGap(logMean + s.Mean) : GammaShape.FromDigamma(known.Y - s.Mean);
        return new(shape, R.IfLess(0.0, free.Y, shape - logMean, known.Y));
    }

    /// <summary>Shape → ∞ is unbounded when and only when all observations are equal, both parameters free.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X * free.Y, R.IfLess(s.Low, s.High, 0.0, Constant), 0.0);

    /// <summary>S = P(k, β/x), the incomplete gamma function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        IncompleteGamma.Tails(η.X, η.Y * t.B, out logS, out logF);

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> =>
        T.IfLess(0.0, θ.X, T.Exp(θ.Y) / T.Expm1(θ.X), double.PositiveInfinity);

    /// <summary>β/G of a standard gamma variate, by its logarithm.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(θ.Y - Variates.LogGamma(T.Exp(θ.X), ref random)));

    public static FamilyInfo Info { get; } = new(
        "inverse_gamma", "f(x) = scale^shape x^(-shape-1) exp(-scale/x) / Gamma(shape)", "x > 0",
        [new("shape", Link.Log, Role.Shape, "> 0"), new("scale", Link.Log, Role.Scale, "> 0")],
        "both parameters are free and all observations are equal",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 17");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as shape -> infinity with scale/shape at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("shape", double.PositiveInfinity), ("scale", double.PositiveInfinity), ("mean", data.Map(Role.Scale, data.Summary.Low))));
}
