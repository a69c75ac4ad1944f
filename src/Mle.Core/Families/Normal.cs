using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Normal: f(x) = exp(−(x − μ)²/(2σ²)) / (σ√(2π)) on the real line, μ the mean, σ &gt; 0 the standard deviation.
/// θ = (μ, log σ), η = (μ/σ², 1/σ², μ²/(2σ²) + log σ√(2π)). μ̂ = x̄, σ̂² = Σ(x − μ̂)²/n.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 13.</remarks>
public readonly struct Normal : IFamily<Normal>
{
    const double HalfLog2π = 0.91893853320467274178;

    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A, x.A * x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T precision = T.Exp(-2.0 * θ.Y), first = θ.X * precision;
        return new(first, precision, 0.5 * θ.X * first + (θ.Y + HalfLog2π));
    }

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A - 0.5 * η.Y * t.B;

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R μ = R.IfLess(0.0, free.X, s.Mean, known.X);
        R variance = (s.Sums.B - 2.0 * μ * s.Sums.A) / s.Size + μ * μ;
        return new(μ, R.IfLess(0.0, free.Y, 0.5 * R.Log(variance), known.Y));
    }

    /// <summary>σ → 0 is unbounded when and only when all observations are equal to μ: min = max, and μ free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R μ = R.IfLess(0.0, free.X, s.Low, known.X);
        R apart = R.Abs(s.High - s.Low) + R.Abs(μ - s.Low);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    /// <summary>F = Φ(z), S = Φ(−z) at z = (x − μ)/σ.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X / η.Y) * T.Sqrt(η.Y);
        logF = T.LogNormalCdf(z);
        logS = T.LogNormalCdf(-z);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ.X;

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.Y));

    /// <summary>By inversion.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        η.X + η.Y * Variates.Normal<T, TRandom>(ref random);

    public static FamilyInfo Info { get; } = new(
        "normal", "f(x) = exp(-(x - mu)^2 / (2 sigma^2)) / (sigma sqrt(2 pi))", "all real x",
        [new("mu", Link.Identity, Role.Location, "real"), new("sigma", Link.Log, Role.Scale, "> 0")],
        "sigma is free and all observations are equal (to mu, where mu is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 13");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as sigma -> 0", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("mu", data.Map(Role.Location, data.Summary.Low)), ("sigma", 0)));
}
