using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Logarithmic (log-series): P(x) = −pˣ / (x log(1 − p)) for x = 1, 2, …, 0 &lt; p &lt; 1.
/// θ = logit p, η = (log p, logit p, p), t = x − 1: log P = (x − 1) log p − log(−log(1 − p)/p) − log x.
/// The odds o = p/(1 − p) at the maximum solve o/log(1 + o) = x̄.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 7.</remarks>
public readonly struct Logarithmic : IFamily<Logarithmic>
{
    const int AllOne = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts(1);

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A - 1.0);

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => -T.Log(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> =>
        new(-Softplus.Of(-θ.X), θ.X, 1.0 / (1.0 + T.Exp(-θ.X)));

    /// <summary>As a ratio in p where p is small, and with log(1 − p) from the odds where 1 − p is.</summary>
    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => T.IfLess(η.Y, 0.0,
        T.Log(Log1pRatio.Of(-η.Z)), T.Log(Softplus.Of(η.Y)) - η.X);

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A;

    /// <summary>o = (x̄ − 1)(2 + log x̄), right to first order at x̄ = 1 and within a tenth far beyond.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R excess = s.Mean;
        return new(R.IfLess(0.0, free.X, R.Log(excess * (2.0 + R.Log1p(excess))), known.X));
    }

    /// <summary>p̂ = 0 when and only when all observations are 1.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(1.0, s.High, 0.0, AllOne), 0.0);

    /// <summary>S = B(p; x + 1, 0)/(−log(1 − p)), the incomplete beta function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T zero = 0.0;
        IncompleteBeta.LogTailsAtZero(T.Max(2.0, t.A + 2.0), η.Z, T.Exp(η.X - η.Y), out logS, out logF);
        logF = T.IfLess(t.A, zero, double.NegativeInfinity, logF);
        logS = T.IfLess(t.A, zero, zero, logS);
    }

    /// <summary>o/log(1 + o).</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.0 / Log1pRatio.Of(T.Exp(θ.X));

    /// <summary>⌊1 + log v/log q⌋ with q = 1 − (1 − p)ᵘ (Kemp, Applied Statistics 30, 1981: algorithm LK).</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T u = random.Uniform(), logq = LogComplement.Of(-u * Softplus.Of(θ.X));
        return 1.0 + Variates.Floor(T.Min(double.MaxValue, T.Log(random.Uniform()) / logq));
    }

    public static FamilyInfo Info { get; } = new(
        "logarithmic", "P(x) = -p^x / (x log(1-p))", "x = 1, 2, ...",
        [new("p", Link.Logit, Role.Shape, "in (0, 1)")],
        "always exists; p = 0, on the boundary, when all observations are 1",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 7");

    public static Verdict Explain(int code, Findings data) => new(
        Status.Boundary, "all observations are 1", Supremum: data.Complete(0), Limit: Findings.At(("p", 0)),
        Bound: "p = 0", BoundScore: -0.5 * data.N);
}
