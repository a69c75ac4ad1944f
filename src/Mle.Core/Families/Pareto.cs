using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Pareto: f(x) = α xmᵅ / x^(α+1) for x ≥ xm, minimum xm &gt; 0, shape α &gt; 0. θ = (xm, log α), η = (log xm, α, xm).
/// x̂m = min x, an order statistic; α̂ = 1/mean log(x/xm). xm is its own coordinate, not its logarithm, so that it is
/// compared with the data exactly.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 20.</remarks>
public readonly struct Pareto : IFamily<Pareto>
{
    const int Constant = 1, Excluded = 2, Minimum = 3;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static bool LogFirst => true;

    /// <summary>The kernel needs log x only; x itself is for the tails, and by its sum loading notices what is not a number.</summary>
    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A), x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Log(θ.X), T.Exp(θ.Y), θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -T.Log(η.Y) - η.Y * η.X;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -(η.Y + 1.0) * t.A;

    public static bool StartIsMaximum => true;

    public static Vec3<R> Smooth<R>() where R : unmanaged, IReal<R> => new(0.0, 1.0);

    public static Vec3<R> Ends<R>() where R : unmanaged, IReal<R> => new(-1.0, 0.0);

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R xm = R.IfLess(0.0, free.X, s.Low, known.X);
        return new(xm, R.IfLess(0.0, free.Y, -R.Log(s.Mean - R.Log(xm)), known.Y));
    }

    /// <summary>
    /// The likelihood is 0 everywhere when and only when a known xm is above an observation; α → ∞ is unbounded when and
    /// only when all observations are equal to xm, or xm is free and they are equal.
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R xm = R.IfLess(0.0, free.X, s.Low, known.X), α = R.IfLess(0.0, free.Y, Constant, 0.0);
        return R.IfLess(0.0, xm, R.IfLess(s.Low, xm, Excluded, R.IfLess(xm, s.High, 0.0, α)), Excluded);
    }

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, Minimum, 0.0);

    /// <summary>S = (xm/x)^α; log(x/xm) from x − xm where that is small.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T excess = (t.B - η.Z) / η.Z, u = T.IfLess(excess, 0.5, T.Log1p(excess), t.A - η.X);
        logS = T.IfLess(0.0, excess, -η.Y * u, 0.0);
        logF = LogComplement.Of(logS);
    }

    /// <summary>xm α/(α − 1) for α &gt; 1.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> =>
        T.IfLess(0.0, θ.Y, θ.X * T.Exp(θ.Y) / T.Expm1(θ.Y), double.PositiveInfinity);

    /// <summary>By inversion: xm e^(E/α) of a standard exponential E.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.Min(double.MaxValue, θ.X * T.Exp(T.Exp(-θ.Y) * Variates.Exponential<T, TRandom>(ref random)));

    public static FamilyInfo Info { get; } = new(
        "pareto", "f(x) = alpha xm^alpha / x^(alpha+1)", "x >= xm",
        [new("xm", Link.Identity, Role.Scale, "> 0"), new("alpha", Link.Log, Role.Shape, "> 0")],
        "alpha is free and all observations are equal (to xm, where xm is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 20");

    public static Verdict Explain(int code, Findings data)
    {
        double low = data.Map(Role.Scale, data.Summary.Low), xm = data.Map(Role.Scale, data.Known.X);
        return code switch
        {
            Constant => new(Status.NoFiniteMle, "constant sample: the likelihood is unbounded as alpha -> infinity with xm at the common value",
                Cause.Unbounded, double.PositiveInfinity, Findings.At(("xm", low), ("alpha", double.PositiveInfinity))),
            Excluded => new(Status.InvalidData, FormattableString.Invariant(
                $"xm = {xm} is not allowed here: it must be > 0 and not above the smallest observation, {low}")),
            _ => new(Status.Nonregular, "xm is the smallest observation, where the likelihood jumps: no standard error"),
        };
    }
}
