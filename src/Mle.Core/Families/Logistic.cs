using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Logistic: f(x) = e^(−z)/(s(1 + e^(−z))²) at z = (x − m)/s, location m, scale s &gt; 0; variance s²π²/3.
/// θ = (m, log s), η = (m, 1/s, log s), log f = −log s − |z| − 2 log(1 + e^(−|z|)). f is log-concave in x, so the maximum
/// is the only one.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 23.</remarks>
public readonly struct Logistic : IFamily<Logistic>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => Kernel((t.A - η.X) * η.Y);

    /// <summary>K(z) = −|z| − 2 log(1 + e^(−|z|)).</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T Kernel<T>(T z) where T : unmanaged, IReal<T>
    {
        T a = T.Abs(z);
        return -a - 2.0 * T.Log1p(T.Exp(-a));
    }

    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R> => Sums<TSample, T, R>(sample, η.X, η.Y).At(η.Y);

    /// <summary>The sums of K and its derivatives at z = (t − location)·slope: one e^(−|z|) an observation, and no logarithm.</summary>
    internal static LocationScaleSums<R> Sums<TSample, T, R>(TSample sample, R location, R slope)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        T m = R.Lead(location), τ = R.Lead(slope), one = 1.0;
        var s = Loop.Over<Whole<T>, Weighted<T>, Sum<T>, TSample, T, R>(new(m, τ), new(m, τ), sample, new(default, one, 0.0));
        return s.Finish().Total<TSample, R>(sample);
    }

    /// <summary>Σ log(1 + e^(−|z|)) as a product and its exponent.</summary>
    readonly struct Sum<T>(LocationScaleSums<T> sums, T product, T exponent) where T : unmanaged, IReal<T>
    {
        public readonly LocationScaleSums<T> Sums = sums;
        public readonly T Product = product, Exponent = exponent;

        public LocationScaleSums<T> Finish() =>
            Sums.Add(0.0, -2.0 * LogSum.Total(Product, Exponent), 0.0, 0.0);
    }

    readonly struct Whole<T>(T m, T τ) : ITerm<Sum<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = m, τ = τ;

        [MethodImpl(AggressiveInlining)]
        public Sum<T> Add(Sum<T> s, Row<T> t, T weight)
        {
            T z = (t.A - m) * τ, a = T.Abs(z), e = T.Exp(-a), one = 1.0, r = T.Reciprocal(one + e), h = (one - e) * r;
            return new(s.Sums.Add(z, -a, T.IfLess(z, 0.0, h, -h), -2.0 * e * r * r), T.MultiplyAdd(s.Product, e, s.Product), s.Exponent);
        }

        public static Sum<T> Settle(Sum<T> s)
        {
            T product = s.Product, exponent = s.Exponent;
            LogSum.Renormalize(ref product, ref exponent);
            return new(s.Sums, product, exponent);
        }
    }

    readonly struct Weighted<T>(T m, T τ) : ITerm<Sum<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = m, τ = τ;

        [MethodImpl(AggressiveInlining)]
        public Sum<T> Add(Sum<T> s, Row<T> t, T weight)
        {
            T z = (t.A - m) * τ, a = T.Abs(z), e = T.Exp(-a), one = 1.0, r = T.Reciprocal(one + e), h = (one - e) * r;
            return new(
                s.Sums.Add(z, -weight * (a + 2.0 * T.Log1p(e)), weight * T.IfLess(z, 0.0, h, -h), -2.0 * weight * e * r * r),
                s.Product, s.Exponent);
        }
    }

    /// <summary>By moments.</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double logRoot3OverPi = -0.59542374153129793;
        R m = R.IfLess(0.0, free.X, s.Mean, known.X), d = s.Mean - m;
        return new(m, R.IfLess(0.0, free.Y, logRoot3OverPi + 0.5 * R.Log(s.Variance + d * d), known.Y));
    }

    /// <summary>s → 0 is unbounded when and only when all observations are equal to m: min = max, and m free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R m = R.IfLess(0.0, free.X, s.Low, known.X), apart = R.Abs(s.High - s.Low) + R.Abs(m - s.Low);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    /// <summary>F = 1/(1 + e^(−z)), S = 1/(1 + eᶻ).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y;
        logF = -Softplus.Of(-z);
        logS = -Softplus.Of(z);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ.X;

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.Y));

    /// <summary>By inversion.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        η.X + η.Y * Variates.Logistic<T, TRandom>(ref random);

    public static FamilyInfo Info { get; } = new(
        "logistic", "f(x) = exp(-z) / (scale (1 + exp(-z))^2), z = (x - location)/scale", "all real x",
        [new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0")],
        "scale is free and all observations are equal (to location, where location is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 23");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as scale -> 0", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("location", data.Map(Role.Location, data.Summary.Low)), ("scale", 0)));
}
