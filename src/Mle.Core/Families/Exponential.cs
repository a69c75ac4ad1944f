using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Exponential: f(x) = λ e^(−λx) for x ≥ 0, rate λ &gt; 0; mean 1/λ. θ = log λ, η = (λ, log λ). λ̂ = 1/x̄.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 19.</remarks>
public readonly struct Exponential : IFamily<Exponential>
{
    const int AllZero = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.NonNegative;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -η.X * t.A;

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, -R.Log(s.Mean), known.X));

    /// <summary>λ → ∞ is unbounded when and only when all observations are 0.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    /// <summary>S = e^(−λx).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logS = -η.X * t.A;
        logF = LogComplement.Of(logS);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(-θ.X);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-θ.X));

    /// <summary>By inversion.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        η.X * Variates.Exponential<T, TRandom>(ref random);

    public static FamilyInfo Info { get; } = new(
        "exponential", "f(x) = rate exp(-rate x)", "x >= 0",
        [new("rate", Link.Log, Role.Rate, "> 0")],
        "all observations are 0",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 19");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "all observations are 0: the likelihood is unbounded as rate -> infinity", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("rate", double.PositiveInfinity)));
}
