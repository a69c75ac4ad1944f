using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Laplace: f(x) = exp(−|x − m|/b) / (2b) on the real line, location m, scale b &gt; 0; variance 2b².
/// θ = (m, log b), η = (m, 1/b, log 2b). m̂ is a median, an order statistic, and any point between two middle
/// observations attains the maximum; b̂ = mean |x − m̂|.
/// </summary>
/// <remarks>
/// Kotz, Kozubowski and Podgórski, The Laplace Distribution and Generalizations, 2001, section 2.6. The score in m jumps at
/// every observation, so there is no observed information; the expected information gives both m̂ and b̂ the standard
/// error b/√n.
/// </remarks>
public readonly struct Laplace : IFamily<Laplace>
{
    const double Log2 = Elementary.LogOfTwo;

    const int Constant = 1, Median = 2;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.LocationScale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.RowsAndMedian;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.X, T.Exp(-θ.Y), θ.Y + Log2);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.Z;

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => -η.Y * T.Abs(t.A - η.X);

    /// <summary>Two sums: Σ|x − m| and how many more observations are above m than below.</summary>
    public static Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<T>, Row<T>, TSample, T, R>(new(Kernel.Broadcast<T, R>(η)), sample, default);
        Row<R> total = sample.Total(s);
        R distance = total.A, balance = total.B;
        return new(-η.Y * distance, η.Y * balance, -distance, 0.0, balance, 0.0);
    }

    readonly struct Term<T>(Vec3<T> η) : ITerm<Row<T>, T> where T : unmanaged, IReal<T>
    {
        readonly T m = η.X;

        [MethodImpl(AggressiveInlining)]
        public Row<T> Add(Row<T> s, Row<T> t, T weight)
        {
            T d = t.A - m;
            return new(T.MultiplyAdd(weight, T.Abs(d), s.A), s.B + T.IfLess(d, 0.0, -weight, weight));
        }
    }

    public static Vec3<R> Smooth<R>() where R : unmanaged, IReal<R> => new(0.0, 1.0);

    /// <summary>The variance is 2b².</summary>
    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>
    {
        R m = R.IfLess(0.0, free.X, s.Order.Median, known.X), shift = s.Mean - m;
        return new(m, R.IfLess(0.0, free.Y, 0.5 * R.Log(0.5 * (s.Variance + shift * shift)), known.Y));
    }

    /// <summary>b → 0 is unbounded when and only when all observations are equal to m: min = max, and m free or equal to them.</summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R m = R.IfLess(0.0, free.X, s.Low, known.X), apart = R.Abs(s.High - s.Low) + R.Abs(m - s.Low);
        return R.IfLess(0.0, free.Y, R.IfLess(0.0, apart, 0.0, Constant), 0.0);
    }

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X, Median, 0.0);

    /// <summary>½e^(−|z|) beyond z = (x − m)/b on its side of 0.</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T z = (t.A - η.X) * η.Y, tail = -T.Abs(z) - Log2, rest = T.Log1p(-T.Exp(tail));
        logF = T.IfLess(z, 0.0, tail, rest);
        logS = T.IfLess(z, 0.0, rest, tail);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ.X;

    /// <summary>By inversion.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T zero = 0.0, half = 0.5, u = random.Uniform(), side = u - half, distance = -T.Log(2.0 * T.Min(u, 1.0 - u));
        return θ.X + T.Exp(θ.Y) * T.IfLess(side, zero, -distance, distance);
    }

    public static FamilyInfo Info { get; } = new(
        "laplace", "f(x) = exp(-|x - location| / scale) / (2 scale)", "all real x",
        [new("location", Link.Identity, Role.Location, "real"), new("scale", Link.Log, Role.Scale, "> 0")],
        "scale is free and all observations are equal (to location, where location is fixed)",
        "Kotz, Kozubowski and Podgorski, The Laplace Distribution and Generalizations, 2001, section 2.6");

    public static Verdict Explain(int code, Findings data)
    {
        if (code == Constant)
            return new(Status.NoFiniteMle, "constant sample: the likelihood is unbounded as scale -> 0", Cause.Unbounded,
                double.PositiveInfinity, Findings.At(("location", data.Map(Role.Location, data.Summary.Low)), ("scale", 0)));
        double low = data.Map(Role.Location, data.Summary.Order.MedianLow), high = data.Map(Role.Location, data.Summary.Order.MedianHigh);
        double b = data.Map(Role.Scale, Math.Exp(data.θ.Y));
        return new(Status.Nonregular,
            "location is the median, where the score jumps: its standard error is that of the expected information, scale/sqrt(n)",
            LocationInterval: low < high ? (low, high) : null,
            StandardErrors: Findings.At(("location", b / Math.Sqrt(data.N))));
    }
}
