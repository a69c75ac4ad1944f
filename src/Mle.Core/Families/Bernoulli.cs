using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Bernoulli: P(x) = pˣ (1 − p)^(1−x) for x = 0, 1. θ = logit p, η = (logit p, −log(1 − p)). p̂ = x̄.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 3.</remarks>
public readonly struct Bernoulli : IFamily<Bernoulli>
{
    const int AllZero = 1, AllOne = 2;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts(0, 1);

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, Softplus.Of(θ.X));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A;

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, R.Log(s.Sums.A / (s.Size - s.Sums.A)), known.X));

    /// <summary>p̂ is 0 or 1 when and only when all observations are.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, R.IfLess(s.Low, 1.0, 0.0, AllOne), AllZero), 0.0);

    public static int Cone(Kind kind, double x, double trials, int slot) => x > 0 ? 1 : -1;

    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, minus = double.NegativeInfinity;
        logF = T.IfLess(t.A, zero, minus, T.IfLess(t.A, 1.0, -η.Y, zero));
        logS = T.IfLess(t.A, zero, zero, T.IfLess(t.A, 1.0, η.X - η.Y, minus));
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.0 / (1.0 + T.Exp(-θ.X));

    /// <summary>By inversion.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.IfLess(random.Uniform(), 1.0 / (1.0 + T.Exp(-θ.X)), 1.0, 0.0);

    public static FamilyInfo Info { get; } = new(
        "bernoulli", "P(x) = p^x (1-p)^(1-x)", "x = 0, 1",
        [new("p", Link.Logit, Role.Shape, "in (0, 1)")],
        "always exists; p = 0 or p = 1, on the boundary, when all observations are 0 or all are 1",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 3");

    public static Verdict Explain(int code, Findings data) => code == AllZero
        ? new(Status.Boundary, "all observations are 0", Supremum: data.Complete(0), Limit: Findings.At(("p", 0)),
            Bound: "p = 0", BoundScore: -data.N)
        : new(Status.Boundary, "all observations are 1", Supremum: data.Complete(0), Limit: Findings.At(("p", 1)),
            Bound: "p = 1", BoundScore: data.N);
}
