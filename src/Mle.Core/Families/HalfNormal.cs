using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Half-normal: f(x) = √(2/π)/σ exp(−x²/(2σ²)) for x ≥ 0, σ &gt; 0: |z|σ of a standard normal z; mean σ√(2/π).
/// θ = log σ, η = (1/σ², log σ√(π/2)). σ̂² = Σx²/n.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 13.</remarks>
public readonly struct HalfNormal : IFamily<HalfNormal>
{
    const double HalfLogπOver2 = 0.22579135264472743236;

    const int AllZero = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.NonNegative;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A * x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-2.0 * θ.X), θ.X + HalfLogπOver2);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -0.5 * η.X * t.A;

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, 0.5 * R.Log(s.Mean), known.X));

    /// <summary>σ → 0 is unbounded when and only when all observations are 0.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    /// <summary>F = 2Φ(x/σ) − 1 = P(½, x²/(2σ²)), the incomplete gamma function; until x² underflows, F &gt; 1e-154.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        IncompleteGamma.Tails(0.5, 0.5 * η.X * t.A, out logF, out logS);

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 0.7978845608028654 * T.Exp(θ.X);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X));

    /// <summary>|z|σ of a standard normal z.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        η.X * T.Abs(Variates.Normal<T, TRandom>(ref random));

    public static FamilyInfo Info { get; } = new(
        "half_normal", "f(x) = sqrt(2/pi) / sigma exp(-x^2 / (2 sigma^2))", "x >= 0",
        [new("sigma", Link.Log, Role.Scale, "> 0")],
        "all observations are 0",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 13");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "all observations are 0: the likelihood is unbounded as sigma -> 0", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("sigma", 0)));
}
