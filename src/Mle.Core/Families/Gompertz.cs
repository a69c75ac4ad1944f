using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Gompertz: hazard a e^(bx) for x ≥ 0, shape b &gt; 0, rate a &gt; 0: log f = log a + bx − ax φ₁(bx), φ₁(v) = (eᵛ − 1)/v.
/// θ = (log b, log a), η = (b, a, log a).
/// </summary>
/// <remarks>
/// φ₁(bx) = ∫₀¹ e^(bxs) ds is log-convex in b, so the log-likelihood, and that with a maximised out, is concave in b: an
/// interior maximum exists when and only when the score at the exponential, b = 0, is positive. With a free that is
/// x̄ &gt; s (s² the variance, divisor n), with a known Σx &gt; aΣx²/2. A fit runs in (b, log a), b ≥ 0.
/// Lenart, The moments of the Gompertz distribution and maximum likelihood estimation of its parameters, 2014.
/// </remarks>
public readonly struct Gompertz : IFamily<Gompertz>
{
    const int Constant = 1, Exponential = 2, AllZero = 3;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.NonNegative;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), T.Exp(θ.Y), θ.Y);

    public static bool HasChart => true;

    public static R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => free.X;

    public static Vec3<T> ChartNatural<T>(in Vec3<T> φ) where T : unmanaged, IReal<T> => new(φ.X, T.Exp(φ.Y), φ.Y);

    public static Vec3<T> FromChart<T>(Vec3<T> φ) where T : unmanaged, IReal<T> => new(T.Log(φ.X), φ.Y);

    public static Vec3<T> ToChart<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.Y);

    public static (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => (
        new(0.0, double.NegativeInfinity), new(double.PositiveInfinity, double.PositiveInfinity));

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => -η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        t.A * (η.X - η.Y * ExpRatio.First(η.X * t.A));

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => η.X * sums.A;

    /// <summary>Σxφ₁, Σx²φ₁′ and Σx³φ₁″.</summary>
    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Row<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        Row<R> total = sample.Total(s);
        R a = η.Y, h = total.A, d = total.B, dd = total.C;
        return new(-a * h, -a * d, -h, -a * dd, -d, 0.0);
    }

    readonly struct Term<T>(Vec3<T> η) : ITerm<Row<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T b = η.X;

        [MethodImpl(AggressiveInlining)]
        public Row<T> Add(Row<T> s, Row<T> t, T weight)
        {
            // 0 where the weight is: 0·∞ must not happen.
            T x = T.IfLess(0.0, weight, t.A, 0.0), wx = weight * x;
            ExpRatio.Of(b * x, out var first, out var second, out var third, out _);
            return new(
                T.MultiplyAdd(wx, first, s.A), T.MultiplyAdd(wx * x, first - second, s.B),
                T.MultiplyAdd(wx * x * x, first - 2.0 * (second - third), s.C));
        }
    }

    /// <summary>Between the exponential and, for coefficients of variation towards 0, a Gumbel of minima with spread 1/b.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R deviation = R.Sqrt(s.Variance), cv = R.Min(deviation / s.Mean, 0.99);
        R b = R.IfLess(0.0, free.X, 1.28 * (1.0 - cv) / deviation, R.Exp(known.X));
        // a = n/Σxφ₁(bx), near enough at the mean with a correction for the spread that grows with b.
        R a = 1.0 / (s.Mean * ExpRatio.First(b * s.Mean + R.Min(0.5 * b * b * s.Variance, 2.0)));
        R logRate = R.IfLess(0.0, free.Y, R.Log(a), known.Y);
        // With a known, H(mean) ≈ 1: bx̄ = log(1 + b/a) has a root near this.
        R ratio = R.Exp(-known.Y) / s.Mean, alone = R.Log1p(R.Max(2.0 * (ratio - 1.0), 0.1)) / s.Mean;
        R shape = R.IfLess(0.0, free.X, R.IfLess(0.0, free.Y, b, alone), b);
        return new(R.IfLess(0.0, free.X, R.Log(shape), known.X), logRate);
    }

    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R squares = s.Variance + s.Mean * s.Mean;
        R score = R.IfLess(0.0, free.Y, s.Mean * s.Mean - s.Variance, s.Mean - 0.5 * R.Exp(known.Y) * squares);
        R shapeFree = R.IfLess(0.0, score, R.IfLess(s.Low, s.High, 0.0, R.IfLess(0.0, free.Y, Constant, 0.0)), Exponential);
        R zero = R.IfLess(0.0, s.High, 0.0, R.IfLess(0.0, free.Y, AllZero, 0.0));
        return R.IfLess(0.0, zero, zero, R.IfLess(0.0, free.X, shapeFree, 0.0));
    }

    /// <summary>b → 0: the exponential's value.</summary>
    public static R LimitValue<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R logRate = R.IfLess(0.0, free.Y, -R.Log(s.Mean), known.Y);
        return R.IfLess(0.0, free.X, s.Size * (logRate - R.Exp(logRate) * s.Mean), double.NegativeInfinity);
    }

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, R.IfLess(double.NegativeInfinity, θ.X, 0.0, Exponential), 0.0);

    /// <summary>S = exp(−ax φ₁(bx)).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logS = -η.Y * t.A * ExpRatio.First(η.X * t.A);
        logF = LogComplement.Of(logS);
    }

    /// <summary>e^(a/b)E₁(a/b)/b.</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => IncompleteGamma.ScaledE1(T.Exp(θ.Y - θ.X)) * T.Exp(-θ.X);

    /// <summary>By inversion: log(1 + bE/a)/b of a standard exponential E.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.Exp(-θ.X) * T.Log1p(T.Exp(θ.X - θ.Y) * Variates.Exponential<T, TRandom>(ref random));

    public static IReadOnlyList<Limit> Limits { get; } = [new("shape", 0, "exponential", false)];

    public static FamilyInfo Info { get; } = new(
        "gompertz", "f(x) = rate exp(shape x - (rate/shape) (exp(shape x) - 1))", "x >= 0",
        [new("shape", Link.Log, Role.Rate, "> 0"), new("rate", Link.Log, Role.Rate, "> 0")],
        "shape is free and the standard deviation (divisor n) is not below the mean (the likelihood approaches the exponential's as shape -> 0), or all observations are equal",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, section 22.8; Lenart, 2014");

    public static Verdict Explain(int code, Findings data)
    {
        double rate = data.IsFree(1) ? 1 / data.Summary.Mean : Math.Exp(data.Known.Y);
        return code switch
        {
            Constant => new(
                Status.NoFiniteMle, "constant sample: the likelihood is unbounded as shape -> infinity with the mode at the common value",
                Cause.Unbounded, double.PositiveInfinity, Findings.At(("shape", double.PositiveInfinity), ("rate", 0))),
            AllZero => new(
                Status.NoFiniteMle, "all observations are 0: the likelihood is unbounded as rate -> infinity", Cause.Unbounded,
                double.PositiveInfinity, Findings.At(("rate", double.PositiveInfinity))),
            _ => new(
                Status.NoFiniteMle, data.IsFree(1)
                    ? "the standard deviation is not below the mean: the likelihood approaches the exponential's as shape -> 0"
                    : "the score of shape at 0 is not positive: the likelihood approaches the exponential's as shape -> 0",
                Cause.Limit, data.Complete(data.Limit), Findings.At(("shape", 0), ("rate", data.Map(Role.Rate, rate))), "exponential"),
        };
    }
}
