using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Weibull: f(x) = (k/λ)(x/λ)^(k−1) exp(−(x/λ)ᵏ) for x &gt; 0, shape k &gt; 0, scale λ &gt; 0.
/// With t = log x: θ = (log k, log λ), η = (k, log λ), log f = log k + u − eᵘ − t at u = k(t − log λ).
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 21.</remarks>
public readonly struct Weibull : IFamily<Weibull>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Positive;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A));

    public static Vec3<T> Natural<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.Y, θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.X * η.Y - η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        (η.X - 1.0) * t.A - T.Exp(η.X * (t.A - η.Y));

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => (η.X - 1.0) * sums.A;

    /// <summary>Three sums instead of six: Σe, Σez and Σez² at z = t − log λ, e = e^(kz).</summary>
    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Row<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        Row<R> total = sample.Total(s);
        R k = η.X, e = total.A, ez = total.B, ezz = total.C;
        return new(-e, -ez, k * e, -ezz, k * ez + e, -k * k * e);
    }

    readonly struct Term<T>(Vec3<T> η) : ITerm<Row<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T k = η.X, y = η.Y;

        [MethodImpl(AggressiveInlining)]
        public Row<T> Add(Row<T> s, Row<T> t, T weight)
        {
            T z = t.A - y, e = weight * Elementary.ExpSaturating(k * z), ez = e * z;
            return new(s.A + e, s.B + ez, T.MultiplyAdd(ez, z, s.C));
        }
    }

    /// <summary>log x is Gumbel: its standard deviation is π/(k√6).</summary>
    public static Vec3<R> Start<R>(Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double logPiOverRoot6 = 0.24886928303146826, euler = 0.57721566490153286;
        R away = R.IfLess(0.0, free.Y, 0.0, s.Mean - known.Y);
        R logk = R.IfLess(0.0, free.X, logPiOverRoot6 - 0.5 * R.Log(s.Variance + away * away), known.X);
        return new(logk, R.IfLess(0.0, free.Y, s.Mean + euler * R.Exp(-logk), known.Y));
    }

    /// <summary>Shape → ∞ is unbounded when and only when all observations are equal, and to λ where that is known.</summary>
    public static R Absent<R>(Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        // log λ comes from another logarithm than the data's: equal means within a rounding.
        R away = R.IfLess(0.0, free.Y, 0.0, R.Abs(R.Log(s.Low) - known.Y));
        R constant = R.IfLess(s.Low, s.High, 0.0, R.IfLess(away, 1e-15, Constant, 0.0));
        return R.IfLess(0.0, free.X, constant, 0.0);
    }

    /// <summary>S = exp(−eᵘ).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T u = η.X * (t.A - η.Y), minus = double.NegativeInfinity;
        logF = LogComplement.OfHazard(T.IfLess(minus, t.A, u, minus), out T H);
        logS = -H;
    }

    /// <summary>λ Γ(1 + 1/k).</summary>
    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => T.Exp(θ.Y + T.Polygamma(-1, 1.0 + T.Exp(-θ.X)));

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(-θ.X), θ.Y);

    /// <summary>By inversion: λE^(1/k) of a standard exponential E.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        Variates.Positive(T.Exp(η.Y + η.X * Variates.LogExponential<T, TRandom>(ref random)));

    public static FamilyInfo Info { get; } = new(
        "weibull", "f(x) = (shape/scale) (x/scale)^(shape-1) exp(-(x/scale)^shape)", "x > 0",
        [new("shape", Link.Log, Role.Shape, "> 0"), new("scale", Link.Log, Role.Scale, "> 0")],
        "shape is free and all observations are equal (to scale, where scale is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, 1994, ch. 21");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as shape -> infinity with scale at the common value",
        Cause.Unbounded, double.PositiveInfinity,
        Findings.At(("shape", double.PositiveInfinity), ("scale", data.Map(Role.Scale, data.Summary.Low))));
}
