using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// Uniform: f(x) = 1/(b − a) for a ≤ x ≤ b. θ = (a, b), η = (b − a, a, b). â = min x, b̂ = max x, order statistics: no slot is
/// for the solver. The data are divided by a power of two at most, so that the estimates are observations to the bit.
/// </summary>
/// <remarks>Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 26.</remarks>
public readonly struct Uniform : IFamily<Uniform>
{
    const int Constant = 1, Excluded = 2, Extremes = 3;

    public static int Slots => 2;

    public static Equivariance Equivariance => Equivariance.Scale;

    public static Support Support => Support.Line;

    public static Keep Keep => Keep.Sums;

    public static int Statistics => 1;

    public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A);

    public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => new(θ.Y - θ.X, θ.X, θ.Y);

    public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => T.Log(η.X);

    public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => 0.0;

    public static bool StartIsMaximum => true;

    public static Vec3<R> Smooth<R>() where R : unmanaged, IReal<R> => new(0.0, 0.0);

    public static Vec3<R> Ends<R>() where R : unmanaged, IReal<R> => new(-1.0, 1.0);

    public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> =>
        new(R.IfLess(0.0, free.X, s.Low, known.X), R.IfLess(0.0, free.Y, s.High, known.Y));

    /// <summary>
    /// The likelihood is 0 everywhere when and only when a known end leaves an observation outside; it is unbounded when
    /// and only when the shortest interval that is left has length 0.
    /// </summary>
    public static R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R>
    {
        R a = R.IfLess(0.0, free.X, s.Low, known.X), b = R.IfLess(0.0, free.Y, s.High, known.Y);
        return R.IfLess(s.Low, a, Excluded, R.IfLess(b, s.High, Excluded, R.IfLess(a, b, 0.0, Constant)));
    }

    public static R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, free.X + free.Y, Extremes, 0.0);

    /// <summary>F = (x − a)/(b − a), S = (b − x)/(b − a).</summary>
    public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T a = η.Y, b = η.Z, zero = 0.0, minus = double.NegativeInfinity;
        T below = (t.A - a) / η.X, above = (b - t.A) / η.X;
        logF = T.IfLess(a, t.A, T.IfLess(zero, above, T.IfLess(below, above, T.Log(below), T.Log1p(-above)), zero), minus);
        logS = T.IfLess(t.A, b, T.IfLess(zero, below, T.IfLess(above, below, T.Log(above), T.Log1p(-below)), zero), minus);
    }

    public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => 0.5 * (θ.X + θ.Y);

    /// <summary>By inversion.</summary>
    [MethodImpl(NoInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.Min(θ.Y, T.Max(θ.X, T.MultiplyAdd(θ.Y - θ.X, random.Uniform(), θ.X)));

    public static FamilyInfo Info { get; } = new(
        "uniform", "f(x) = 1 / (b - a)", "a <= x <= b",
        [new("a", Link.Identity, Role.Location, "real"), new("b", Link.Identity, Role.Location, "real")],
        "all observations are equal (to the end that is fixed, where one is)",
        "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 1995, ch. 26");

    public static Verdict Explain(int code, Findings data)
    {
        double low = data.Map(Role.Location, data.Summary.Low), high = data.Map(Role.Location, data.Summary.High);
        double a = data.Map(Role.Location, data.Known.X), b = data.Map(Role.Location, data.Known.Y);
        return code switch
        {
            Constant => new(Status.NoFiniteMle, "constant sample: the likelihood is unbounded as b - a -> 0", Cause.Unbounded,
                double.PositiveInfinity, Findings.At(("a", low), ("b", low))),
            Excluded => new(Status.InvalidData, !data.IsFree(0) && low < a
                ? FormattableString.Invariant($"the observation {low} lies below a = {a}")
                : FormattableString.Invariant($"the observation {high} lies above b = {b}")),
            _ => new(Status.Nonregular, "the ends are the extreme observations, where the likelihood jumps: no standard errors"),
        };
    }
}
