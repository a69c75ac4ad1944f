using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Geometric: P(x) = p (1 − p)ˣ for x = 0, 1, 2, …, the failures before the first success; mean (1 − p)/p.
/// θ = logit p, η = (−log(1 − p), −log p). p̂ = 1/(1 + x̄).
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 5.2.</remarks>
public readonly struct Geometric : IFamily<Geometric>
{
    const int AllZero = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts();

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(Softplus.Of(θ.X), Softplus.Of(-θ.X));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -η.X * t.A;

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, -R.Log(s.Mean), known.X));

    /// <summary>p̂ = 1 when and only when all observations are 0.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    public static int Cone(Kind kind, double x, double trials, int slot) => kind switch
    {
        Kind.Exact => x == 0 ? 1 : 0,
        Kind.Left => 1,
        Kind.Right => -1,
        _ => 0,
    };

    /// <summary>S = (1 − p)^(x + 1).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logS = -T.Max(0.0, t.A + 1.0) * η.X;
        logF = LogComplement.Of(logS);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(-θ.X);

    /// <summary>By inversion: ⌊log u/log(1 − p)⌋.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Floor(T.Min(double.MaxValue, Variates.Exponential<T, TRandom>(ref random) / Softplus.Of(θ.X)));

    public static FamilyInfo Info { get; } = new(
        "geometric", "P(x) = p (1-p)^x", "x = 0, 1, 2, ...",
        [new("p", Link.Logit, Role.Shape, "in (0, 1)")],
        "always exists; p = 1, on the boundary, when all observations are 0",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 5.2");

    public static Verdict Explain(int code, Findings data) => new(
        Status.Boundary, "all observations are 0", Supremum: data.Complete(0), Limit: Findings.At(("p", 1)),
        Bound: "p = 1", BoundScore: data.N);
}
