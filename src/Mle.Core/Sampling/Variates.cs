using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// The variates that families' draws are made of, one in every lane. Kernel code: a rejection goes on until all lanes are done,
/// and a lane that is done keeps its value, so that no draw depends on those beside it.
/// </summary>
/// <remarks>Where a variate rejects, or only some lanes need it, the stream skips to the next variate's numbers behind it.</remarks>
public static class Variates
{
    const double HalfLog2π = 0.91893853320467274178;

    /// <summary>Means of counts below which their distribution function is searched from 0.</summary>
    const double Few = 10;

    /// <summary>No count with a mean below <see cref="Few"/> is larger with a chance above 1e-50.</summary>
    const int Most = 110;

    /// <summary>x, moved into (0, ∞) where it was rounded out of it.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Positive<T>(T x) where T : unmanaged, IReal<T> => T.Max(double.Epsilon, T.Min(double.MaxValue, x));

    /// <summary>x, moved into (−∞, ∞) likewise.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Finite<T>(T x) where T : unmanaged, IReal<T> => T.Max(-double.MaxValue, T.Min(double.MaxValue, x));

    /// <summary>⌊x⌋ of x ≥ 0.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Floor<T>(T x) where T : unmanaged, IReal<T>
    {
        T integer = 4503599627370496, nearest = T.IfLess(x, integer, (x + integer) - integer, x);
        return nearest - T.IfLess(x, nearest, 1.0, 0.0);
    }

    /// <summary>−log u: standard exponential.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Exponential<T, TRandom>(ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => random.Next<ExponentialVariate>();

    /// <summary>log E of a standard exponential.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T LogExponential<T, TRandom>(ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => random.Next<LogExponentialVariate>();

    /// <summary>log u − log(1 − u): standard logistic.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Logistic<T, TRandom>(ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => random.Next<LogisticVariate>();

    /// <summary>Φ⁻¹(u): standard normal.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Normal<T, TRandom>(ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => random.Next<NormalVariate>();

    /// <summary>
    /// log G of a gamma variate with rate 1. For a shape a below 1 it is that of shape a + 1 with log(u)/a added: a logarithm
    /// throughout, because G itself would underflow.
    /// </summary>
    /// <remarks>Marsaglia and Tsang, A simple method for generating gamma variables, 2000.</remarks>
    [MethodImpl(NoInlining)]
    public static T LogGamma<T, TRandom>(T shape, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T zero = 0.0, one = 1.0, a = T.IfLess(shape, one, shape + one, shape), d = a - 1.0 / 3, c = one / T.Sqrt(9.0 * d);
        T log = zero, pending = one;
        do
        {
            T z = Normal<T, TRandom>(ref random), u = random.Uniform(), square = z * z, w = T.MultiplyAdd(c, z, one), logv = 3.0 * T.Log(w);
            T squeeze = one - 0.0331 * square * square, rejected = zero;
            if (T.AnyLess(squeeze, u))
                rejected = T.IfLess(squeeze, u, T.IfLess(0.5 * square + d * (one - w * w * w + logv), T.Log(u), one, zero), zero);
            rejected = T.IfLess(w, zero, one, rejected);
            log = T.IfLess(rejected, pending, logv, log);
            pending = T.IfLess(rejected, pending, zero, pending);
        }
        while (T.AnyLess(zero, pending));
        random.Skip();
        log += T.Log(d);
        if (T.AnyLess(shape, one))
            log += T.IfLess(shape, one, T.Log(random.Uniform()) / shape, zero);
        random.Skip();
        return log;
    }

    /// <summary>Poisson with mean λ ≥ 0.</summary>
    public static T Poisson<T, TRandom>(T λ, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T few = Few, small = λ, large = λ;
        if (T.AnyLess(λ, few))
            small = Search(T.Exp(-T.Min(few, λ)), 0.0, T.Min(few, λ), random.Uniform());
        random.Skip();
        if (T.AnyLess(0.99 * Few, λ))
            large = ManyEvents(λ, ref random);
        random.Skip();
        return T.IfLess(λ, few, small, large);
    }

    /// <summary>A Poisson variate that is not 0: the first event, given that there is one in [0, λ], and those that follow it.</summary>
    public static T PositivePoisson<T, TRandom>(T λ, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T first = -T.Log1p(random.Uniform() * T.Expm1(-λ));
        return 1.0 + Poisson(T.Max(0.0, λ - first), ref random);
    }

    /// <summary>Binomial: successes in n trials with probability p.</summary>
    public static T Binomial<T, TRandom>(T n, T logit, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        // The rarer of successes and failures is counted.
        T few = Few, zero = 0.0, one = 1.0, odds = T.Exp(-T.Abs(logit)), q = one / (one + odds), p = odds * q, mean = n * p, small = mean, large = mean;
        if (T.AnyLess(mean, few))
            small = T.Min(n, Search(T.Exp(-n * T.Log1p(odds)), -odds, (n + one) * odds, random.Uniform()));
        random.Skip();
        if (T.AnyLess(0.99 * Few, mean))
            large = ManySuccesses(T.IfLess(mean, few, 4.0 * Few, n), T.IfLess(mean, few, 0.5, p), T.IfLess(mean, few, 0.5, q), T.IfLess(mean, few, zero, one), ref random);
        random.Skip();
        T rarer = T.IfLess(mean, few, small, large);
        return T.IfLess(logit, zero, rarer, n - rarer);
    }

    /// <summary>The least k with F(k) ≥ u, from P(0) and P(k)/P(k − 1) = a + b/k.</summary>
    [MethodImpl(NoInlining)]
    static T Search<T>(T mass, T a, T b, T u) where T : unmanaged, IReal<T>
    {
        T count = 0.0, sum = mass, zero = 0.0;
        for (int k = 1; k <= Most && T.AnyLess(sum, u); k++)
        {
            double inverse = 1.0 / k;
            count = T.IfLess(sum, u, (double)k, count);
            mass *= T.Max(zero, a + b * inverse);
            sum += mass;
        }
        return count;
    }

    /// <summary>Poisson with λ ≥ 10, by transformed rejection.</summary>
    /// <remarks>Hörmann, The transformed rejection method for generating Poisson random variables, 1993: algorithm PTRS.</remarks>
    [MethodImpl(NoInlining)]
    static T ManyEvents<T, TRandom>(T given, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T zero = 0.0, one = 1.0, pending = T.IfLess(given, Few, zero, one), λ = T.Max(Few, given);
        T b = 0.931 + 2.53 * T.Sqrt(λ), a = 0.02483 * b - 0.059, scale = 1.1239 + 1.1328 / (b - 3.4), certain = 0.9277 - 3.6224 / (b - 2.0), count = zero;
        do
        {
            T u = random.Uniform() - 0.5, v = random.Uniform(), edge = 0.5 - T.Abs(u);
            T y = (2.0 * a / edge + b) * u + λ + 0.43, k = Floor(T.Max(zero, y)), rejected = T.IfLess(edge, 0.07, one, T.IfLess(certain, v, one, zero));
            if (T.AnyLess(zero, rejected))
            {
                T height = T.Log(v * scale / (a / (edge * edge) + b));
                rejected = T.IfLess(y, zero, rejected, T.IfLess(LogMass(k, λ), height, rejected, zero));
            }
            count = T.IfLess(rejected, pending, k, count);
            pending = T.IfLess(rejected, pending, zero, pending);
        }
        while (T.AnyLess(zero, pending));
        return count;
    }

    /// <summary>log(λᵏe^(−λ)/k!) without terms that cancel.</summary>
    /// <remarks>Loader, Fast and accurate computation of binomial probabilities, 2000.</remarks>
    static T LogMass<T>(T k, T λ) where T : unmanaged, IReal<T>
    {
        T some = T.Max(1.0, k);
        return T.IfLess(k, 0.5, -λ, -Deviance(some, λ) - 0.5 * T.Log(some) - HalfLog2π - Gamma.StirlingError(some));
    }

    /// <summary>k log(k/mean) + mean − k.</summary>
    static T Deviance<T>(T k, T mean) where T : unmanaged, IReal<T> => k * Gamma.Deviance((mean - k) / k, mean / k);

    /// <summary>Binomial with p ≤ ½ and np ≥ 10, by transformed rejection, in the lanes that are pending.</summary>
    /// <remarks>Hörmann, The generation of binomial random variates, 1993: algorithm BTRS.</remarks>
    [MethodImpl(NoInlining)]
    static T ManySuccesses<T, TRandom>(T n, T p, T q, T pending, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T zero = 0.0, one = 1.0, spread = T.Sqrt(n * p * q), b = 1.15 + 2.53 * spread, a = 0.0248 * b + 0.01 * p - 0.0873;
        T scale = (2.83 + 5.1 / b) * spread, certain = 0.92 - 4.2 / b, top = LogMass(Floor((n + one) * p), n, p, q), count = zero;
        do
        {
            T u = random.Uniform() - 0.5, v = random.Uniform(), edge = 0.5 - T.Abs(u);
            T y = (2.0 * a / edge + b) * u + n * p + 0.5, k = Floor(T.Max(zero, y)), rejected = T.IfLess(edge, 0.07, one, T.IfLess(certain, v, one, zero));
            if (T.AnyLess(zero, rejected))
            {
                T height = T.Log(v * scale / (a / (edge * edge) + b));
                T above = T.IfLess(LogMass(T.Min(n, k), n, p, q) - top, height, rejected, zero);
                rejected = T.IfLess(y, zero, rejected, T.IfLess(n, k, rejected, above));
            }
            count = T.IfLess(rejected, pending, k, count);
            pending = T.IfLess(rejected, pending, zero, pending);
        }
        while (T.AnyLess(zero, pending));
        return count;
    }

    /// <summary>log[C(n, k) pᵏ qⁿ⁻ᵏ] likewise, less ½ log n − ½ log 2π and Stirling's error of n, which no k changes.</summary>
    static T LogMass<T>(T k, T n, T p, T q) where T : unmanaged, IReal<T>
    {
        T one = 1.0, half = 0.5, rest = n - k, some = T.Max(one, T.Min(n - one, k)), others = n - some;
        T inside = -Deviance(some, n * p) - Deviance(others, n * q) - half * T.Log(some * others) - Gamma.StirlingError(some) - Gamma.StirlingError(others);
        T end = HalfLog2π - half * T.Log(n) - Gamma.StirlingError(n);
        return T.IfLess(k, half, n * T.Log1p(-p) + end, T.IfLess(rest, half, n * T.Log(p) + end, inside));
    }
}

/// <summary>What is made from one uniform number. Kernel code, but for whole columns.</summary>
public interface IVariate<TSelf> where TSelf : struct, IVariate<TSelf>
{
    static abstract T From<T>(T u) where T : unmanaged, IReal<T>;

    /// <summary>
    /// All numbers of a column in place, in loops of few operations each: a processor sees some two hundred ahead, and finds
    /// work there only where one number's chain of them is shorter.
    /// </summary>
    static virtual void Transform<T>(Span<T> u) where T : unmanaged, IReal<T> => Column.Transform<TSelf, T>(u);
}

/// <summary>The loop over a column, which stands alone so that the JIT's budget is its formula's.</summary>
static class Column
{
    [MethodImpl(NoInlining | AggressiveOptimization)]
    public static void Transform<TVariate, T>(Span<T> u) where TVariate : struct, IVariate<TVariate> where T : unmanaged, IReal<T>
    {
        foreach (ref T one in u)
            one = TVariate.From(one);
    }
}

/// <summary>u itself.</summary>
public readonly struct UniformVariate : IVariate<UniformVariate>
{
    [MethodImpl(AggressiveInlining)]
    public static T From<T>(T u) where T : unmanaged, IReal<T> => u;

    public static void Transform<T>(Span<T> u) where T : unmanaged, IReal<T> { }
}

/// <summary>−log u.</summary>
public readonly struct ExponentialVariate : IVariate<ExponentialVariate>
{
    [MethodImpl(AggressiveInlining)]
    public static T From<T>(T u) where T : unmanaged, IReal<T> => -Elementary.LogOfNormal(u);
}

/// <summary>log(−log u), whose negative is standard Gumbel.</summary>
public readonly struct LogExponentialVariate : IVariate<LogExponentialVariate>
{
    [MethodImpl(AggressiveInlining)]
    public static T From<T>(T u) where T : unmanaged, IReal<T> => Elementary.LogOfNormal(-Elementary.LogOfNormal(u));

    public static void Transform<T>(Span<T> u) where T : unmanaged, IReal<T>
    {
        Column.Transform<ExponentialVariate, T>(u);
        Column.Transform<Log, T>(u);
    }

    readonly struct Log : IVariate<Log>
    {
        [MethodImpl(AggressiveInlining)]
        public static T From<T>(T e) where T : unmanaged, IReal<T> => Elementary.LogOfNormal(e);
    }
}

/// <summary>log u − log(1 − u).</summary>
public readonly struct LogisticVariate : IVariate<LogisticVariate>
{
    [MethodImpl(AggressiveInlining)]
    public static T From<T>(T u) where T : unmanaged, IReal<T> => T.Log(u / (1.0 - u));
}

/// <summary>Φ⁻¹(u).</summary>
public readonly struct NormalVariate : IVariate<NormalVariate>
{
    [MethodImpl(AggressiveInlining)]
    public static T From<T>(T u) where T : unmanaged, IReal<T> => Normal.Quantile(u);
}
