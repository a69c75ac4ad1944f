using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Rayleigh: f(x) = x/σ² exp(−x²/(2σ²)) for x &gt; 0, σ &gt; 0; mean σ√(π/2). θ = log σ, η = (1/σ², log σ).
/// σ̂² = Σx²/(2n).
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 18.</remarks>
public readonly struct Rayleigh : IFamily<Rayleigh>
{
    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A * x.A);

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => T.Log(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-2.0 * θ.X), θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => 2.0 * η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -0.5 * η.X * t.A;

    public static bool StartIsMaximum => true;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, 0.5 * R.Log(0.5 * s.Mean), known.X));

    /// <summary>S = exp(−x²/(2σ²)).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logS = -0.5 * η.X * t.A;
        logF = LogComplement.Of(logS);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.2533141373155003 * T.Exp(θ.X);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X));

    /// <summary>By inversion: σ√(2E) of a standard exponential E.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(η.X * T.Sqrt(2.0 * Variates.Exponential<T, TRandom>(ref random)));

    public static FamilyInfo Info { get; } = new(
        "rayleigh", "f(x) = x / sigma^2 exp(-x^2 / (2 sigma^2))", "x > 0",
        [new("sigma", Link.Log, Role.Scale, "> 0")],
        "always exists",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 18");

    public static Verdict Explain(int code, Findings data) => new(Status.Interior, "");
}
