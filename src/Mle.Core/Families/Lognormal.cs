using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Lognormal: f(x) = exp(−(log x − μ)²/(2σ²)) / (xσ√(2π)) for x &gt; 0: log x is normal with mean μ (meanlog) and standard
/// deviation σ &gt; 0 (sdlog). θ = (μ, log σ), η = (μ/σ², 1/σ², μ²/(2σ²) + log σ√(2π)).
/// μ̂ = mean log x, σ̂² = Σ(log x − μ̂)²/n.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 14.</remarks>
public readonly struct Lognormal : IFamily<Lognormal>
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

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T>
    {
        T log = T.Log(x.A);
        return new(log, log * log);
    }

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T precision = T.Exp(-2.0 * θ.Y);
        return new(θ.X * precision, precision, 0.5 * θ.X * θ.X * precision + θ.Y + HalfLog2π);
    }

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        (η.X - 1.0) * t.A - 0.5 * η.Y * t.B;

    public static bool StartIsMaximum => true;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R μ = R.IfLess(0.0, free.X, s.Mean, known.X);
        R variance = (s.Sums.B - 2.0 * μ * s.Sums.A) / s.Size + μ * μ;
        return new(μ, R.IfLess(0.0, free.Y, 0.5 * R.Log(variance), known.Y));
    }

    /// <summary>σ → 0 is unbounded when and only when all observations are equal to e^μ: min = max, and μ free or their logarithm.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R log = R.Log(s.Low), μ = R.IfLess(0.0, free.X, log, known.X);
        R apart = R.IfLess(s.Low, s.High, 1.0, R.Abs(μ - log));
        return R.IfLess(0.0, free.Y, R.IfLess(LogRounding, apart, 0.0, Constant), 0.0);
    }

    /// <summary>F = Φ(z), S = Φ(−z) at z = (log x − μ)/σ.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X / η.Y) * T.Sqrt(η.Y), minus = double.NegativeInfinity;
        z = T.IfLess(minus, t.A, z, minus);
        logF = T.LogNormalCdf(z);
        logS = T.LogNormalCdf(-z);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.X + 0.5 * T.Exp(2.0 * θ.Y));

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.Y));

    /// <summary>By inversion.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(η.X + η.Y * Variates.Normal<T, TRandom>(ref random)));

    public static FamilyInfo Info { get; } = new(
        "lognormal", "f(x) = exp(-(log x - meanlog)^2 / (2 sdlog^2)) / (x sdlog sqrt(2 pi))", "x > 0",
        [new("meanlog", Link.Identity, Role.LogScale, "real"), new("sdlog", Link.Log, Role.Shape, "> 0")],
        "sdlog is free and all observations are equal (to exp(meanlog), where meanlog is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 14");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as sdlog -> 0", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("meanlog", data.Map(Role.LogScale, Math.Log(data.Summary.Low))), ("sdlog", 0)));
}
