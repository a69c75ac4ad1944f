using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Gumbel (of maxima): F(x) = exp(−e^(−z)) at z = (x − m)/s, location m, scale s &gt; 0; mean m + γs, variance s²π²/6.
/// θ = (m, log s), η = (m, 1/s, log s), log f = −log s − z − e^(−z). f is log-concave in x, so the maximum is the only one.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 22.</remarks>
public readonly struct Gumbel : IFamily<Gumbel>
{
    const int Constant = 1;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.Rows;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z - η.X * η.Y;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> =>
        -η.Y * t.A - T.Exp((η.X - t.A) * η.Y);

    public static T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => -η.Y * sums.A;

    /// <summary>Three sums instead of six: Σe, Σed and Σed² at d = m − x, e = e^(d/s).</summary>
    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Row<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        Row<R> total = sample.Total(s);
        R τ = η.Y, e = total.A, ed = total.B, edd = total.C;
        return new(-e, -τ * e, -ed, -τ * τ * e, -e - τ * ed, -edd);
    }

    readonly struct Term<T>(Vec3<T> η) : ITerm<Row<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X, τ = η.Y;

        [MethodImpl(AggressiveInlining)]
        public Row<T> Add(Row<T> s, Row<T> t, T weight)
        {
            // 0 where the weight is: 0·∞ must not happen.
            T d = T.IfLess(0.0, weight, m - t.A, 0.0), e = weight * T.Exp(d * τ), ed = e * d;
            return new(s.A + e, s.B + ed, T.MultiplyAdd(ed, d, s.C));
        }
    }

    /// <summary>
    /// By moments, kept where Σe^(−z) is finite: with s known, m̂ = −s log mean e^(−x/s) is at most min + s log n.
    /// </summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        const double root6OverPi = 0.77969680123368, euler = 0.57721566490153286;
        R apart = s.Mean - R.IfLess(0.0, free.X, s.Mean, known.X);
        R deviation = root6OverPi * R.Sqrt(s.Variance + apart * apart);
        R far = 0.05 * (R.IfLess(0.0, free.X, s.Mean, known.X) - s.Low);
        R scale = R.IfLess(0.0, free.Y, R.Max(deviation, far), R.Exp(known.Y));
        R m = R.Min(s.Mean - euler * scale, s.Low + scale * (3.0 + R.Log(s.Size)));
        return new(R.IfLess(0.0, free.X, m, known.X), R.IfLess(0.0, free.Y, R.Log(scale), known.Y));
    }

    /// <summary>s → 0 is unbounded when and only when all observations are equal to m: min = max, and m free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R m = R.IfLess(0.0, free.X, s.Low, known.X), apart = R.Abs(s.High - s.Low) + R.Abs(m - s.Low);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    /// <summary>F = exp(−e^(−z)).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logS = LogComplement.OfHazard((η.X - t.A) * η.Y, out T H);
        logF = -H;
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ.X + 0.57721566490153286 * T.Exp(θ.Y);

    public static Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(θ.Y));

    /// <summary>By inversion: m − s log E of a standard exponential E.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        η.X - η.Y * Variates.LogExponential<T, TRandom>(ref random);

    public static FamilyInfo Info { get; } = new(
        "gumbel", "f(x) = exp(-z - exp(-z)) / scale, z = (x - location)/scale", "all real x",
        [new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0")],
        "scale is free and all observations are equal (to location, where location is fixed)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 22");

    public static Verdict Explain(int code, Findings data) => new(
        Status.NoFiniteMle, "constant sample: the likelihood is unbounded as scale -> 0", Cause.Unbounded,
        double.PositiveInfinity, Findings.At(("location", data.Map(Role.Location, data.Summary.Low)), ("scale", 0)));
}
