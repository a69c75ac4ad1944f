using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Binomial: P(x) = C(m, x) pˣ (1 − p)^(m−x) for x = 0, …, m, with a known number m of trials in every row.
/// θ = logit p, η = (log p, log(1 − p)), t = (x, m − x). p̂ = Σx/Σm. n is the number of rows, not of trials.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 3.</remarks>
public readonly struct Binomial : IFamily<Binomial>
{
    const int NoSuccess = 1, NoFailure = 2, NoTrial = 3;

    public static int Slots => 1;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts();

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static bool TakesTrials => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A, x.B - x.A);

    public static bool HasLogBase => true;

    /// <summary>log C(m, x) = log[(r(r + 1)…m)/k!] with k the rarer of successes and failures, r = m − k + 1.</summary>
    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T>
    {
        T k = T.Min(x.A, x.B - x.A), r = x.B - k + 1.0;
        return RisingFactorial.Log(k, 1.0 / r) + k * T.Log(r) - T.Polygamma(-1, k + 1.0);
    }

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(-Softplus.Of(-θ.X), -Softplus.Of(θ.X));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => 0.0;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * t.A + η.Y * t.B;

    public static bool StartIsMaximum => true;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, R.Log(s.Sums.A / s.Sums.B), known.X));

    /// <summary>p̂ is 0 or 1 when and only when no trial was a success or none a failure; with no trials at all, p is anything.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> => R.IfLess(0.0, free.X,
        R.IfLess(0.0, s.Sums.A, R.IfLess(0.0, s.Sums.B, 0.0, NoFailure), R.IfLess(0.0, s.Sums.B, NoSuccess, NoTrial)), 0.0);

    public static int Cone(Kind kind, double x, double trials, int slot) => x == trials ? 1 : x == 0 ? -1 : 0;

    /// <summary>S = I(p; x + 1, m − x), the incomplete beta function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, minus = double.NegativeInfinity;
        IncompleteBeta.LogTails(T.Max(one, t.A + one), T.Max(one, t.B), T.Exp(η.X), T.Exp(η.Y), out logS, out logF);
        logF = T.IfLess(t.A, zero, minus, T.IfLess(zero, t.B, logF, zero));
        logS = T.IfLess(t.A, zero, zero, T.IfLess(zero, t.B, logS, minus));
    }

    /// <summary>Of one trial.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.0 / (1.0 + T.Exp(-θ.X));

    /// <summary>By inversion where the rarer outcome has a mean below 10, by transformed rejection elsewhere.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Binomial(trials, θ.X, ref random);

    public static FamilyInfo Info { get; } = new(
        "binomial", "P(x) = C(m, x) p^x (1-p)^(m-x), m trials in every row", "x = 0, 1, ..., m",
        [new("p", Link.Logit, Role.Shape, "in (0, 1)")],
        "no row has a trial; p = 0 or p = 1, on the boundary, when no trial was a success or none a failure",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, ch. 3");

    public static Verdict Explain(int code, Findings data) => code switch
    {
        NoSuccess => new(Status.Boundary, "no trial was a success", Supremum: data.Complete(0), Limit: Findings.At(("p", 0)),
            Bound: "p = 0", BoundScore: -data.Summary.Sums.B),
        NoFailure => new(Status.Boundary, "every trial was a success", Supremum: data.Complete(0), Limit: Findings.At(("p", 1)),
            Bound: "p = 1", BoundScore: data.Summary.Sums.A),
        _ => new(Status.NotIdentified, "no row has a trial: every p is as likely", Supremum: data.Complete(0)),
    };
}
