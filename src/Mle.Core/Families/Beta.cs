using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Beta: f(x) = x^(α−1) (1 − x)^(β−1) / B(α, β) for 0 &lt; x &lt; 1, α &gt; 0, β &gt; 0; mean α/(α + β).
/// θ = (log α, log β), η = (α, β). ψ(α̂) − ψ(α̂ + β̂) = mean log x, ψ(β̂) − ψ(α̂ + β̂) = mean log(1 − x).
/// </summary>
/// <remarks>
/// Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 25; the start, from ψ(a) ≈ log(a − ½),
/// is their (25.28).
/// </remarks>
public readonly struct Beta : IFamily<Beta>
{
    const int Constant = 1;

    const double Large = 100;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.None;

    public static Support Support => new(0, false, 1, false, false);

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 2;

    public static bool LogFirst => true;

    public static bool LogSecond => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A), T.Log1p(-x.A));

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), T.Exp(θ.Y));

    /// <summary>
    /// log B(α, β). With one of them large, log Γ of it and of the sum would cancel: their ratio is taken as one. With both, by
    /// Stirling's formula, whose large terms are no larger than those of the data.
    /// </summary>
    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T α = η.X, β = η.Y, large = Large, more = T.Max(α, β);
        T log = T.Polygamma(-1, α) + T.Polygamma(-1, β) - T.Polygamma(-1, α + β);
        if (!T.AnyLess(large, more))
            return log;
        T less = T.Min(α, β), ratio = RisingFactorial.LogLarge(less, 1.0 / more) + less * T.Log(more);
        log = T.IfLess(large, more, T.Polygamma(-1, less) - ratio, log);
        if (!T.AnyLess(large, less))
            return log;
        T both = 0.91893853320467274178 - 0.5 * T.Log(α / (α + β) * β) - α * T.Log1p(β / α) - β * T.Log1p(α / β);
        return T.IfLess(large, less, both + Mle.Gamma.StirlingError(α) + Mle.Gamma.StirlingError(β) - Mle.Gamma.StirlingError(α + β), log);
    }

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        (η.X - 1.0) * t.A + (η.Y - 1.0) * t.B;

    public static bool HasConstants => true;

    /// <summary>
    /// The score is Σ log x − n(ψ(α) − ψ(α + β)), and so on: differences of what belongs to log α, so that with α near 10¹² rounding still
    /// leaves an exact zero to be found.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static Derivatives<R> Constants<R>(Row<R> sums, R n, Vec3<R> η, int leading) where R : unmanaged, IReal<R>
    {
        R α = η.X, β = η.Y;
        Mle.Gamma.Derivatives(α, out R logΓα, out R ψα, out R ψ1α);
        Mle.Gamma.Derivatives(β, out R logΓβ, out R ψβ, out R ψ1β);
        Mle.Gamma.Derivatives(α + β, out R logΓ, out R ψ, out R ψ1);
        (ψα, ψ1α) = Mle.Gamma.Gaps(α, β, ψα, ψ1α, ψ, ψ1);
        (ψβ, ψ1β) = Mle.Gamma.Gaps(β, α, ψβ, ψ1β, ψ, ψ1);
        R normalizer = R.AnyLess(Large, R.Max(α, β)) ? LogNormalizer(η) : logΓα + logΓβ - logΓ;
        return new(LogKernel(sums, η) - n * normalizer, (α * sums.A - n * (α * ψα)) / α, (β * sums.B - n * (β * ψβ)) / β, -n * ψ1α, n * ψ1, -n * ψ1β);
    }

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R logP = s.Mean, logQ = s.Sums.B / s.Size, p = R.Exp(logP), q = R.Exp(logQ), rest = R.Max(1.0 - p - q, 1e-15);
        R α = R.Log(0.5 + 0.5 * p / rest), β = R.Log(0.5 + 0.5 * q / rest);
        if (!R.AnyLess(free.X + free.Y, 2.0))
            return new(α, β);
        // With one of them known, (α − ½)/(α + β − ½) = p alone; where ψ(α) comes out far below 0, it is near −1/α instead.
        R αAlone = R.Log(Near(R.Exp(known.Y), p, logP)), βAlone = R.Log(Near(R.Exp(known.X), q, logQ));
        return new(
            R.IfLess(0.0, free.X, R.IfLess(0.0, free.Y, α, αAlone), known.X),
            R.IfLess(0.0, free.Y, R.IfLess(0.0, free.X, β, βAlone), known.Y));
    }

    static R Near<R>(R other, R p, R logP) where R : unmanaged, IReal<R>
    {
        R ψ = logP + R.Log(other + 0.5);
        return R.IfLess(ψ, -2.0, -1.0 / ψ, 0.5 - other * p / R.Expm1(logP));
    }

    /// <summary>
    /// α, β → ∞ is unbounded when and only when all observations are equal, both parameters free. With one of them
    /// known the score in the other falls from ∞ to the mean of a negative logarithm: there is always one zero.
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X * free.Y, R.IfLess(s.Low, s.High, 0.0, Constant), 0.0);

    /// <summary>F = I(x; α, β), the incomplete beta function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        IncompleteBeta.LogTails(η.X, η.Y, T.Exp(t.A), T.Exp(t.B), out logF, out logS);

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 1.0 / (1.0 + T.Exp(θ.Y - θ.X));

    /// <summary>A/(A + B) of gamma variates, by their logarithms; between the smallest double and the largest below 1.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T logA = Variates.LogGamma(T.Exp(θ.X), ref random), logB = Variates.LogGamma(T.Exp(θ.Y), ref random);
        return T.Max(double.Epsilon, T.Min(1.0 - 1.0 / (1L << 53), 1.0 / (1.0 + T.Exp(logB - logA))));
    }

    public static FamilyInfo Info { get; } = new(
        "beta", "f(x) = x^(alpha-1) (1-x)^(beta-1) / B(alpha, beta)", "0 < x < 1",
        [new("alpha", Link.Log, Role.Shape, "> 0"), new("beta", Link.Log, Role.Shape, "> 0")],
        "both parameters are free and all observations are equal",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 25");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as alpha, beta -> infinity with mean at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("alpha", double.PositiveInfinity), ("beta", double.PositiveInfinity), ("mean", data.Summary.Low)));
}
