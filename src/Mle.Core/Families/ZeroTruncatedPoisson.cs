using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Zero-truncated Poisson: P(x) = λˣ / (x! (e^λ − 1)) for x = 1, 2, …, λ &gt; 0 the mean of the untruncated law.
/// θ = log λ, η = (log λ, λ), t = x − 1: log P = (x − 1) log λ − log((e^λ − 1)/λ) − log x!. λ̂ solves λ/(1 − e^(−λ)) = x̄.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 4.10.</remarks>
public readonly struct ZeroTruncatedPoisson : IFamily<ZeroTruncatedPoisson>
{
    const int AllOne = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts(1);

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A - 1.0);

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => -T.Polygamma(-1, x.A + 1.0);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.X));

    /// <summary>log((e^λ − 1)/λ) = λ + log((1 − e^(−λ))/λ), which neither overflows nor cancels.</summary>
    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Y + T.Log(ExpRatio.First(-η.Y));

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A;

    /// <summary>λ = x̄ − 1/x̄ agrees with the solution to first order at both ends.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R excess = s.Mean;
        return new(R.IfLess(0.0, free.X, R.Log(excess * (2.0 + excess) / (1.0 + excess)), known.X));
    }

    /// <summary>λ̂ = 0 when and only when all observations are 1.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(1.0, s.High, 0.0, AllOne), 0.0);

    /// <summary>S = S₀(x)/(1 − e^(−λ)) and F = (F₀(x) − e^(−λ))/(1 − e^(−λ)) with the Poisson law's F₀ and S₀.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        Poisson.Tails(new(t.A + 1.0), η, out T logF0, out T logS0);
        T zero = 0.0, log0 = -η.Y, positive = LogComplement.Of(log0);
        logS = T.IfLess(t.A, zero, zero, logS0 - positive);
        logF = T.IfLess(logS, -0.7, LogComplement.Of(logS), logF0 + LogComplement.Of(log0 - logF0) - positive);
        logF = T.IfLess(t.A, zero, double.NegativeInfinity, logF);
    }

    /// <summary>λ/(1 − e^(−λ)).</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.0 / ExpRatio.First(-T.Exp(θ.X));

    /// <summary>The first event and those after it.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.PositivePoisson(T.Exp(θ.X), ref random);

    public static FamilyInfo Info { get; } = new(
        "ztpoisson", "P(x) = lambda^x / (x! (exp(lambda) - 1))", "x = 1, 2, ...",
        [new("lambda", Link.Log, Role.Shape, "> 0")],
        "always exists; lambda = 0, on the boundary, when all observations are 1",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 4.10");

    public static Verdict Explain(int code, Findings data) => new(
        Status.Boundary, "all observations are 1", Supremum: data.Complete(0), Limit: Findings.At(("lambda", 0)),
        Bound: "lambda = 0", BoundScore: -0.5 * data.N);
}
