using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Poisson: P(x) = λˣ e^(−λ) / x! for x = 0, 1, 2, …, mean λ &gt; 0. θ = log λ, η = (log λ, λ). λ̂ = x̄.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 4.</remarks>
public readonly struct Poisson : IFamily<Poisson>, ICounts<Poisson>
{
    const int AllZero = 1;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts();

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => -T.Polygamma(-1, x.A + 1.0);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.X));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A;

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T λ = T.Exp(θ.X);
        return new(θ.X * t.A - λ, t.A - λ, -λ);
    }

    public static bool StartIsMaximum => true;

    public static bool ReadsExtremes => false;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, R.Log(s.Mean), known.X));

    /// <summary>λ̂ = 0 when and only when all observations are 0.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(0.0, s.High, 0.0, AllZero), 0.0);

    /// <summary>S = P(x + 1, λ), the incomplete gamma function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        IncompleteGamma.Tails(T.Max(1.0, t.A + 1.0), η.Y, out logS, out logF);
        logF = T.IfLess(t.A, 0.0, double.NegativeInfinity, logF);
        logS = T.IfLess(t.A, 0.0, 0.0, logS);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.X);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X));

    /// <summary>By inversion for λ below 10, by transformed rejection from there on.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Poisson(η.X, ref random);

    /// <inheritdoc/>
    [MethodImpl(NoInlining)]
    public static T DrawPositive<T, TRandom>(Vec3<T> θ, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.PositivePoisson(T.Exp(θ.X), ref random);

    public static FamilyInfo Info { get; } = new(
        "poisson", "P(x) = lambda^x exp(-lambda) / x!", "x = 0, 1, 2, ...",
        [new("lambda", Link.Log, Role.Shape, "> 0")],
        "always exists; lambda = 0, on the boundary, when all observations are 0",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 4");

    public static Verdict Explain(int code, Findings data) => new(
        Status.Boundary, "all observations are 0", Supremum: data.Complete(0), Limit: Findings.At(("lambda", 0)),
        Bound: "lambda = 0", BoundScore: -data.N);
}
