using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Gamma: f(x) = βᵏ xᵏ⁻¹ e^(−βx) / Γ(k) for x &gt; 0, shape k &gt; 0, rate β &gt; 0; mean k/β.
/// θ = (log k, log β), η = (k, β, log β). k̂ solves log k − ψ(k) = log x̄ − mean log x, β̂ = k̂/x̄.
/// </summary>
/// <remarks>
/// Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 17; the shape's
/// equation by <see cref="GammaShape"/>. Its gap cancels for nearly equal observations: the relative error of k̂ is about
/// 1e-16 over their squared coefficient of variation.
/// </remarks>
public readonly struct Gamma : IFamily<Gamma>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static bool LogFirst => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A), x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), T.Exp(θ.Y), θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => T.Polygamma(-1, η.X) - η.X * η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => (η.X - 1.0) * t.A - η.Y * t.B;

    public static bool StartIsMaximum => true;

    /// <summary>With the rate known, ψ(k) = log β + mean log x.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R logMean = R.Log(s.Sums.B / s.Size);
        R shape = known.X;
        if (R.AnyLess(0.0, free.X))
            shape = R.AnyLess(0.0, free.Y) ? GammaShape.FromGap(logMean - s.Mean) : GammaShape.FromDigamma(known.Y + s.Mean);
        return new(shape, R.IfLess(0.0, free.Y, shape - logMean, known.Y));
    }

    /// <summary>Shape → ∞ is unbounded when and only when all observations are equal, both parameters free.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X * free.Y, R.IfLess(s.Low, s.High, 0.0, Constant), 0.0);

    /// <summary>F = P(k, βx), the incomplete gamma function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        IncompleteGamma.Tails(η.X, η.Y * t.B, out logF, out logS);

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.X - θ.Y);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.Y);

    /// <summary>From the logarithm of a standard gamma variate.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(Variates.LogGamma(η.X, ref random) - η.Y));

    public static FamilyInfo Info { get; } = new(
        "gamma", "f(x) = rate^shape x^(shape-1) exp(-rate x) / Gamma(shape)", "x > 0",
        [new("shape", Link.Log, Role.Shape, "> 0"), new("rate", Link.Log, Role.Rate, "> 0")],
        "both parameters are free and all observations are equal",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 17");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as shape -> infinity with shape/rate at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("shape", double.PositiveInfinity), ("rate", double.PositiveInfinity), ("mean", data.Map(Role.Scale, data.Summary.Low))));
}
