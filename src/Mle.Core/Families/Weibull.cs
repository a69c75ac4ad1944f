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

    public static bool LogFirst => true;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(T.Log(x.A));

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(T.Exp(θ.X), θ.Y, θ.X);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.X * η.Y - η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        (η.X - 1.0) * t.A - T.Exp(η.X * (t.A - η.Y));

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => (η.X - 1.0) * sums.A;

    public static bool HasConstants => true;

    [MethodImpl(NoInlining)]
    public static Derivatives<R> Constants<R>(Row<R> sums, R n, Vec3<R> η, int leading) where R : unmanaged, IReal<R>
    {
        R zero = 0.0;
        return new(
            LogLinear(sums, η) - n * LogNormalizer(η), sums.A - n * η.Y, -n * η.X, n,
            zero, -n, zero, zero, zero, zero);
    }

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
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double logPiOverRoot6 = 0.24886928303146826, euler = 0.57721566490153286;
        R away = R.IfLess(0.0, free.Y, 0.0, s.Mean - known.Y);
        R logk = R.IfLess(0.0, free.X, logPiOverRoot6 - 0.5 * R.Log(s.Variance + away * away), known.X);
        return new(logk, R.IfLess(0.0, free.Y, s.Mean + euler * R.Exp(-logk), known.Y));
    }

    public static bool Expands => true;

    /// <summary>Of A(k) = Σ e^(kz) at z = t − log λ, about the start's k.</summary>
    public static Powers<R> Expand<TSample, T, R>(TSample sample, Vec3<R> start)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        T k = R.Lead(R.Exp(start.X)), y = R.Lead(start.Y);
        var s = Loop.Over<Power<T>, Powers<T>, TSample, T, R>(new(k, y), sample, default);
        Row<R> first = sample.Total(new(s.A, s.B, s.C)), second = sample.Total(new(s.D, s.E, s.F)), third = sample.Total(new(s.G, s.H));
        return new(first.A, first.B, first.C, second.A, second.B, second.C, third.A, third.B);
    }

    readonly struct Power<T>(T k, T y) : ITerm<Powers<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T k = k, y = y;

        [MethodImpl(AggressiveInlining)]
        public Powers<T> Add(Powers<T> sums, Row<T> t, T weight)
        {
            T z = t.A - y;
            return sums.Add(weight * Elementary.ExpSaturating(k * z), z);
        }
    }

    /// <summary>
    /// Whatever k is, log λ + log(A/n)/k maximises ℓ, and there ∂ℓ/∂log k is 0 where k(A′ − z̄A) = A. With n = 100 the series
    /// ends within 1e-11 of this root in most samples, where the fit by moments is 0.05 off.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static Vec3<R> Approach<R>(in Summary<R> s, Vec3<R> start, Powers<R> sums) where R : unmanaged, IReal<R>
    {
        R k = R.Exp(start.X), centre = s.Mean - start.Y, most = 0.5 * k, δ = 0.0;
        R value, slope, bend;
        for (int i = 0; i < 4; i++)
        {
            sums.At(δ, out value, out slope, out bend);
            R excess = (k + δ) * (slope - centre * value) - value;
            δ = R.Max(-most, R.Min(most, δ - excess / ((k + δ) * (bend - centre * slope) - centre * value)));
        }
        sums.At(δ, out value, out slope, out bend);
        k += δ;
        var to = new Vec3<R>(R.Log(k), start.Y + R.Log(value / s.Size) / k);
        return to.If(R.IfLess(0.0, value, R.IfLess(R.Abs(to.X + to.Y), double.PositiveInfinity, 1.0, 0.0), 0.0), start);
    }

    /// <summary>Shape → ∞ is unbounded when and only when all observations are equal, and to λ where that is known.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
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
    [MethodImpl(AggressiveInlining)]
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
