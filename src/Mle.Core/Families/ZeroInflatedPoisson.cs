using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Zero-inflated Poisson: P(0) = π + (1 − π)e^(−λ), P(x) = (1 − π) λˣ e^(−λ) / x! for x = 1, 2, …, structural zeros with
/// probability 0 ≤ π &lt; 1, λ &gt; 0. θ = (logit π, log λ), η = (logit π, log λ, λ):
/// log P = x log λ − λ + log(1 − π) − log x!, and for a zero log(1 + e^(logit π + λ)) more.
/// λ̂ solves λ/(1 − e^(−λ)) = mean of the positive observations, and P(0) at the maximum is the share of zeros.
/// </summary>
/// <remarks>Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 4.10.3.</remarks>
public readonly struct ZeroInflatedPoisson : IFamily<ZeroInflatedPoisson>
{
    const int NoInflation = 1, AllZero = 2, AllStructural = 3, Ridge = 4;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => Support.Counts();

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A, T.IfLess(x.A, 0.5, 1.0, 0.0));

    public static bool HasLogBase => true;

    public static T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => -T.Polygamma(-1, x.A + 1.0);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, θ.Y, T.Exp(θ.Y));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => Softplus.Of(η.X) + η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        η.Y * t.A + Softplus.Of(η.X + η.Z) * t.B;

    /// <summary>With π known, one maximum may explain the zeros by a small λ and another by π.</summary>
    public static int Starts => 2;

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R n = s.Size, one = 1.0, zeros = s.Sums.B / n, positive = s.Sums.A / (n - s.Sums.B);
        // x̄ − 1/x̄ is near the solution of λ/(1 − e^(−λ)) = x̄; Newton's steps end at it.
        R λ = R.Max(positive - one / positive, s.Mean);
        for (int i = 0; i < 4; i++)
            λ -= (λ + positive * R.Expm1(-λ)) / (one - positive * R.Exp(-λ));
        R poisson = R.Exp(-R.IfLess(0.0, free.Y, λ, R.Exp(known.Y)));
        R logit = R.Log(R.Max((zeros - poisson) / (one - zeros), 1e-9));
        if (attempt > 0)
            (logit, λ) = (double.NaN, s.Mean);
        return new(R.IfLess(0.0, free.X, logit, known.X), R.IfLess(0.0, free.Y, R.Log(R.Max(λ, s.Mean)), known.Y));
    }

    /// <summary>
    /// Exact, because in (P(0), λ) the log-likelihood is a sum of two functions with one maximum each: π̂ = 0 when and
    /// only when there are no more zeros than Poisson predicts, n₀ ≤ n e^(−λ) at λ = x̄ or the known λ (the score in π
    /// at 0, n₀e^λ − n, is then not positive). When all observations are 0: λ̂ = 0 for a known π, π̂ = 1 for a known λ,
    /// either where both are free.
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R λ = R.IfLess(0.0, free.Y, s.Mean, R.Exp(known.Y));
        R inflated = R.IfLess(s.Size * R.Exp(-λ), s.Sums.B, 0.0, NoInflation);
        R allZero = R.IfLess(0.0, free.X, R.IfLess(0.0, free.Y, Ridge, AllStructural), R.IfLess(0.0, free.Y, AllZero, 0.0));
        return R.IfLess(0.0, s.High, R.IfLess(0.0, free.X, inflated, 0.0), allZero);
    }

    public static IReadOnlyList<Limit> Limits { get; } = [new("pi", 0, "poisson", true)];

    /// <summary>S = (1 − π)S₀(x) and F = π + (1 − π)F₀(x) with the Poisson law's F₀ and S₀.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        Poisson.Tails(t, new(η.Y, η.Z), out T logF0, out T logS0);
        T zero = 0.0, logCounts = -Softplus.Of(η.X);
        logS = T.IfLess(t.A, zero, zero, logS0 + logCounts);
        logF = T.IfLess(logS, -0.7, LogComplement.Of(logS), logF0 + Softplus.Of(η.X - logF0) + logCounts);
        logF = T.IfLess(t.A, zero, double.NegativeInfinity, logF);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.Y - Softplus.Of(θ.X));

    /// <summary>Poisson, or with probability π a structural zero.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T u = random.Uniform(), π = 1.0 / (1.0 + T.Exp(-θ.X)), count = Variates.Poisson(T.Exp(θ.Y), ref random);
        return T.IfLess(u, π, 0.0, count);
    }

    public static FamilyInfo Info { get; } = new(
        "zero_inflated_poisson", "P(0) = pi + (1-pi) exp(-lambda), P(x) = (1-pi) lambda^x exp(-lambda) / x!", "x = 0, 1, 2, ...",
        [new("pi", Link.Logit, Role.Shape, "in (0, 1)"), new("lambda", Link.Log, Role.Shape, "> 0")],
        "both parameters are free and all observations are 0; pi = 0, on the boundary, when there are no more zeros than Poisson predicts",
        "Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 4.10.3")
    { Primary = "lambda" };

    public static Verdict Explain(int code, Findings data)
    {
        double n = data.N, zeros = data.Summary.Sums.B, sum = data.Summary.Sums.A;
        double λ = data.IsFree(1) ? sum / n : Math.Exp(data.Known.Y), π = 1 / (1 + Math.Exp(-data.Known.X));
        return code switch
        {
            NoInflation => new(Status.Boundary, FormattableString.Invariant($"{zeros} zeros are no more than the {n * Math.Exp(-λ):G6} that Poisson predicts"),
                Supremum: data.Complete(sum * Math.Log(λ) - n * λ), Limit: Findings.At(("pi", 0), ("lambda", λ)),
                Bound: "pi = 0", BoundScore: zeros == 0 ? -n : zeros * Math.Exp(λ) - n),
            AllZero => new(Status.Boundary, "all observations are 0", Supremum: data.Complete(0),
                Limit: Findings.At(("pi", π), ("lambda", 0)), Bound: "lambda = 0", BoundScore: -n * (1 - π)),
            AllStructural => new(Status.Boundary, "all observations are 0", Supremum: data.Complete(0),
                Limit: Findings.At(("pi", 1), ("lambda", λ)), Bound: "pi = 1", BoundScore: n * (1 - Math.Exp(-λ))),
            _ => new(Status.NotIdentified, "all observations are 0: lambda = 0 with any pi, and pi = 1 with any lambda, say the same",
                Supremum: data.Complete(0)),
        };
    }
}
