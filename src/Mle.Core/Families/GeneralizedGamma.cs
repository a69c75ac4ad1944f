using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Generalised gamma (Stacy): f(x) = p xᵈ⁻¹ exp(−(x/a)ᵖ) / (aᵈ Γ(d/p)) for x &gt; 0, scale a, shapes d and p, all &gt; 0.
/// θ = (log a, log d, log p). With t = log x and Prentice's μ = log a + log(k)/p, σ = 1/√(dp), Q = 1/√k, k = d/p:
/// η = (μ, 1/σ, Q), log f = −t − log σ − ½ log 2π − r(k) − w²φ₂(Qw) at w = (t − μ)/σ, r Stirling's remainder.
/// </summary>
/// <remarks>
/// In Q the lognormal is an ordinary point, Q = 0: a fit with all parameters free runs in (μ, log σ, Q). f(t) is
/// log-concave, so the likelihood is bounded unless all observations are equal. Its limits are the lognormal (k → ∞) and
/// the power function x^(d−1) below the largest observation (p → ∞, d held), towards which it always rises in the end:
/// an interior maximum counts when it is below neither.
/// Prentice, A log gamma model and its maximum likelihood estimation, 1974; Stacy, 1962.
/// </remarks>
public readonly struct GeneralizedGamma : IFamily<GeneralizedGamma>
{
    const double HalfLog2π = 0.91893853320467274178;

    const int Constant = 1;

    public static int Slots => 3;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static bool LogFirst => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A));

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T logk = θ.Y - θ.Z;
        return new(θ.X + logk * T.Exp(-θ.Z), T.Exp(0.5 * (θ.Y + θ.Z)), T.Exp(-0.5 * logk));
    }

    public static bool HasChart => true;

    public static R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => free.X * free.Y * free.Z;

    public static Vec3<T> ChartNatural<T>(in Vec3<T> φ) where T : unmanaged, IReal<T> => new(φ.X, T.Exp(-φ.Y), φ.Z);

    public static Vec3<T> FromChart<T>(Vec3<T> φ) where T : unmanaged, IReal<T>
    {
        T logQ = T.Log(φ.Z);
        return new(φ.X + 2.0 * logQ * T.Exp(φ.Y) / φ.Z, -logQ - φ.Y, logQ - φ.Y);
    }

    public static Vec3<T> ToChart<T>(Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T logk = θ.Y - θ.Z;
        return new(θ.X + logk * T.Exp(-θ.Z), -0.5 * (θ.Y + θ.Z), T.Exp(-0.5 * logk));
    }

    public static (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, double.NegativeInfinity, 0.0),
        new(double.PositiveInfinity, double.PositiveInfinity, 50.0));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => HalfLog2π - T.Log(η.Y) + Remainder(η.Z * η.Z);

    /// <summary>r(k) = log Γ(k) − (k − ½) log k + k − ½ log 2π at k = 1/y: Stirling's series, or for small k the definition.</summary>
    static T Remainder<T>(T y) where T : unmanaged, IReal<T>
    {
        T yy = y * y, small = 0.1, k = 1.0 / T.IfLess(y, small, small, y);
        T series = y * (1.0 / 12 + yy * (-1.0 / 360 + yy * (1.0 / 1260 + yy * (-1.0 / 1680
            + yy * (1.0 / 1188 + yy * (-691.0 / 360360 + yy * (1.0 / 156)))))));
        return T.IfLess(y, small, series, T.Polygamma(-1, k) - (k - 0.5) * T.Log(k) + k - HalfLog2π);
    }

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>
    {
        T w = (t.A - η.X) * η.Y;
        return -t.A - w * w * ExpRatio.Second(η.Z * w);
    }

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => -sums.A;

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Sums<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        return s.W.Total<TSample, R>(sample).At(η.Y, sample.Total(new(s.Q, s.WQ, s.WWQ)), sample.Total(new(s.QQ)).A);
    }

    /// <summary>The sums over w, and those of K_Q, K_wQ, wK_wQ and K_QQ.</summary>
    readonly struct Sums<T>(LocationScaleSums<T> w, T q, T wq, T wwq, T qq) where T : unmanaged, IReal<T>
    {
        public readonly LocationScaleSums<T> W = w;
        public readonly T Q = q, WQ = wq, WWQ = wwq, QQ = qq;
    }

    /// <summary>K = −w²φ₂(Qw): K_w = −wφ₁, K_ww = −φ₀, K_Q = −w³φ₂′, K_wQ = −w²φ₁′, K_QQ = −w⁴φ₂″.</summary>
    readonly struct Term<T>(Vec3<T> η) : ITerm<Sums<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T μ = η.X, τ = η.Y, q = η.Z;

        [MethodImpl(AggressiveInlining)]
        public Sums<T> Add(Sums<T> s, Row<T> t, T weight)
        {
            // 0 where the weight is: 0·∞ must not happen.
            T w = T.IfLess(0.0, weight, (t.A - μ) * τ, 0.0), e = ExpRatio.Of(q * w, out var first, out var second, out var third, out var fourth);
            T h = -weight * w, hw = h * w, wq = hw * (first - second), third2 = third + third;
            return new(
                s.W.Add(w, hw * second, h * first, -weight * e),
                T.MultiplyAdd(hw * w, second - third2, s.Q), s.WQ + wq, T.MultiplyAdd(w, wq, s.WWQ),
                T.MultiplyAdd(hw * w * w, second - third2 - third2 + 6.0 * fourth, s.QQ));
        }
    }

    public static int Starts => 4;

    /// <summary>The mean and variance of log x, log a + ψ(k)/p and ψ′(k)/p², at several k.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R k = attempt switch { 0 => 2.0, 1 => 20.0, 2 => 0.5, _ => 0.1 };
        // With d and p known there is nothing to choose; with p alone, k from the variance: ψ′(k) is near 1/k + 1/(2k²).
        R target = R.Exp(2.0 * known.Z) * s.Variance, fromVariance = (1.0 + R.Sqrt(1.0 + 2.0 * target)) / (2.0 * target);
        R dFree = free.Y, pFree = free.Z;
        k = R.IfLess(0.0, pFree, k, R.IfLess(0.0, dFree, fromVariance, R.Exp(known.Y - known.Z)));
        R fromSpread = 0.5 * (R.Log(R.Polygamma(1, k)) - R.Log(s.Variance));
        R logp = R.IfLess(0.0, pFree, R.IfLess(0.0, dFree, fromSpread, known.Y - R.Log(k)), known.Z);
        R logd = R.IfLess(0.0, dFree, R.Log(k) + logp, known.Y);
        R again = attempt == 0 ? 0.0 : R.IfLess(0.0, pFree, 0.0, double.NaN);
        return new(
            again + R.IfLess(0.0, free.X, s.Mean - R.Polygamma(0, k) * R.Exp(-logp), known.X), logd, logp);
    }

    /// <summary>All observations are equal, to c: unbounded with d free and either a free, or p free and c ≥ a.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R reach = R.IfLess(R.Log(s.High), known.X, 0.0, free.Z), either = R.IfLess(0.0, free.X, 1.0, reach);
        return R.IfLess(0.0, free.Y * either, R.IfLess(s.Low, s.High, 0.0, Constant), 0.0);
    }

    public static R LimitValue<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.Max(Lognormal(s, free), Power(s, known, free));

    /// <summary>k → ∞ with all parameters free: the lognormal's supremum.</summary>
    static R Lognormal<R>(in Summary<R> s, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X * free.Y * free.Z,
            -s.Sums.A - s.Size * (HalfLog2π + 0.5 + 0.5 * R.Log(s.Variance)), double.NegativeInfinity);

    /// <summary>p → ∞: d xᵈ⁻¹/aᵈ on (0, a), a → max x from above where it is free.</summary>
    static R Power<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R top = R.Log(s.High), end = R.IfLess(0.0, free.X, top, known.X), gap = end - s.Mean;
        R logd = R.IfLess(0.0, free.Y, -R.Log(gap), known.Y);
        R value = s.Size * (logd - R.Exp(logd) * gap) - s.Sums.A;
        return R.IfLess(0.0, free.Z, R.IfLess(end, top, double.NegativeInfinity, value), double.NegativeInfinity);
    }

    /// <summary>On the edge Q = 0.</summary>
    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(θ.Y, double.PositiveInfinity, 0.0, (double)Codes.AtLimit);

    /// <summary>F = P(k, keᵛ) at v = Qw, the incomplete gamma function.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        const double small = 0.003;
        T w = (t.A - η.X) * η.Y, q = η.Z, zero = 0.0, minus = double.NegativeInfinity;
        logF = logS = zero;
        if (T.AnyLess(q, small))
            IncompleteGamma.TailsLarge(w, q, out logF, out logS);
        if (!T.AnyLess(q, small) || T.AnyLess(small, q))
        {
            T k = 1.0 / (q * q);
            IncompleteGamma.Tails(T.IfLess(q, small, 1.0, k), T.IfLess(q, small, 1.0, k * T.Exp(q * w)), out T logP, out T logQ);
            logF = T.IfLess(q, small, logF, logP);
            logS = T.IfLess(q, small, logS, logQ);
        }
        logF = T.IfLess(minus, t.A, logF, minus);
        logS = T.IfLess(minus, t.A, logS, zero);
    }

    /// <summary>a Γ((d + 1)/p)/Γ(d/p).</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T>
    {
        T perp = T.Exp(-θ.Z), logk = θ.Y - θ.Z;
        return T.Exp(θ.X + perp * logk + RisingFactorial.Log(perp, T.Exp(-logk)));
    }

    /// <summary>aG^(1/p) of a gamma variate of shape d/p, by its logarithm.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(θ.X + T.Exp(-θ.Z) * Variates.LogGamma(T.Exp(θ.Y - θ.Z), ref random)));

    public static IReadOnlyList<Limit> Limits { get; } = [new("p", 0, "lognormal", false)];

    public static FamilyInfo Info { get; } = new(
        "generalized_gamma", "f(x) = p x^(d-1) exp(-(x/a)^p) / (a^d Gamma(d/p))", "x > 0",
        [
            new("a", Link.Log, Role.Scale, "> 0"), new("d", Link.Log, Role.Shape, "> 0"), new("p", Link.Log, Role.Shape, "> 0"),
        ],
        "no interior maximum reaches the lognormal's (d/p -> infinity) or the power function's (p -> infinity) supremum, or all observations are equal",
        "Stacy, A generalization of the gamma distribution, 1962; Prentice, 1974");

    public static Verdict Explain(int code, Findings data)
    {
        var s = data.Summary;
        if (code == Constant)
        {
            return new(
                Status.NoFiniteMle, "constant sample: the likelihood is unbounded", Cause.Unbounded, double.PositiveInfinity,
                Findings.At(("d", double.PositiveInfinity)));
        }
        double infinity = double.PositiveInfinity;
        if ((double)Lognormal(s, data.Free) >= (double)Power(s, data.Known, data.Free))
        {
            return new(
                Status.NoFiniteMle, "no interior maximum reaches the lognormal's log-likelihood, which is approached as d/p -> infinity",
                Cause.Limit, data.Complete(data.Limit),
                Findings.At(("a", 0), ("d", infinity), ("p", 0),
                    ("meanlog", data.Map(Role.LogScale, s.Mean)), ("sdlog", Math.Sqrt(s.Variance))),
                "lognormal");
        }
        double end = data.IsFree(0) ? Math.Log(s.High) : (double)data.Known.X, gap = end - s.Mean;
        return new(
            Status.NoFiniteMle, "no interior maximum reaches the log-likelihood of the power function, which is approached as p -> infinity",
            Cause.Limit, data.Complete(data.Limit),
            Findings.At(("a", data.Map(Role.Scale, Math.Exp(end))), ("d", data.IsFree(1) ? 1 / gap : Math.Exp(data.Known.Y)), ("p", infinity)),
            "power");
    }
}
