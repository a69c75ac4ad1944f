using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>The regularised incomplete beta function I(x; a, b) and its complement for a, b &gt; 0 and 0 ≤ x ≤ 1.</summary>
/// <remarks>
/// Written over <see cref="IReal{T}"/>, so that jets differentiate it in all three arguments. Relative error below 1e-12
/// for 1e-3 ≤ a, b ≤ 1e6 in both tails; the logarithms stay as accurate where the tails themselves underflow. Outside the
/// domain: NaN. Sources: DiDonato and Morris, ACM TOMS 18 (1992) algorithm 708; the front factor after Loader (2000).
/// </remarks>
public static class IncompleteBeta
{
    const int Turns = 200_000;

    public static T I<T>(T a, T b, T x) where T : unmanaged, IReal<T>
    {
        LogTails(a, b, x, out T log, out _);
        return T.Exp(log);
    }

    public static T Complement<T>(T a, T b, T x) where T : unmanaged, IReal<T>
    {
        LogTails(a, b, x, out _, out T log);
        return T.Exp(log);
    }

    /// <summary>log I and log(1 − I) together.</summary>
    public static void LogTails<T>(T a, T b, T x, out T log, out T logComplement) where T : unmanaged, IReal<T> =>
        LogTails(a, b, x, 1.0 - x, out log, out logComplement);

    /// <summary>The same from x and y = 1 − x, each to its own precision.</summary>
    public static void LogTails<T>(T a, T b, T x, T y, out T log, out T logComplement) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, n = a + b;
        // x(a + b) − a = b − y(a + b), from the smaller of x and y.
        T excess = Excess(T.IfLess(y, x, b, a), T.IfLess(y, x, a, b), T.IfLess(y, x, y, x));
        excess = T.IfLess(y, x, -excess, excess);

        // xᵃ(1 − x)ᵇ/B(a, b), written about its maximum at x = a/n.
        T front = 0.5 * T.Log(a / n * b) - 0.9189385332046727 + Gamma.StirlingError(n) - Gamma.StirlingError(a) - Gamma.StirlingError(b)
            - a * Gamma.Deviance(excess / a, x * n / a) - b * Gamma.Deviance(-excess / b, y * n / b);

        // The side of the mean that x is on is computed, the other is its complement.
        T swap = T.IfLess((a + one) / (n + 2.0), x, one, zero);
        T p = T.IfLess(zero, swap, b, a), q = T.IfLess(zero, swap, a, b), u = T.IfLess(zero, swap, y, x);
        T small = T.IfLess(p, one, one, zero);
        T near = front + T.Log(Fraction(
            T.IfLess(zero, small, one, p), T.IfLess(zero, small, one, q), T.IfLess(zero, small, 0.25, u),
            T.IfLess(zero, small, -0.5, T.IfLess(zero, swap, -excess, excess))));
        T other = T.Log1p(-T.Exp(near));

        if (T.AnyLess(zero, small))
        {
            // For p → 0 the near side tends to 1 and the other to 0: both come from uᵖ/(p·B) − 1 and a sum of order p.
            T safe = T.IfLess(zero, small, p, one);
            T g = safe * T.Log(u) - IncompleteGamma.LogGamma1p(safe) + GammaRatio(q, safe);
            T w = -(safe * Series(safe, q, T.IfLess(zero, small, u, zero)));
            near = T.IfLess(zero, small, g + T.Log1p(-w), near);
            T remainder = T.IfLess(near, -0.7, T.Log1p(-T.Exp(near)), T.Log(T.Exp(g) * w - T.Expm1(g)));
            other = T.IfLess(zero, small, remainder, other);
        }

        T nan = double.NaN, inside = T.IfLess(x, zero, nan, T.IfLess(one, x, nan, x - x + one));
        T valid = T.IfLess(zero, a, T.IfLess(zero, b, inside, nan), nan);
        near = T.IfLess(zero, valid, T.IfLess(zero, u, near, double.NegativeInfinity), nan);
        other = T.IfLess(zero, valid, T.IfLess(zero, u, other, zero), nan);
        log = T.IfLess(zero, swap, other, near);
        logComplement = T.IfLess(zero, swap, near, other);
    }

    /// <summary>
    /// The limit b → 0 of the logarithmic series: logs of B(x; a, 0) = ∫₀ˣ uᵃ⁻¹/(1 − u) du, a ≥ 1, and of what it lacks
    /// to a = 1, both as parts of that whole, −log y; from x and y = 1 − x.
    /// </summary>
    public static void LogTailsAtZero<T>(T a, T x, T y, out T log, out T logComplement) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, half = 0.5, near = T.IfLess(a * y, one, one, zero);
        T logx = T.IfLess(x, half, T.Log(x), T.Log1p(-y)), whole = T.IfLess(x, half, -T.Log1p(-x), -T.Log(y));
        log = a * logx + T.Log(Fraction(a, zero, T.IfLess(zero, near, 0.25, x), T.IfLess(zero, near, -0.75 * a, -a * y)) / whole);
        logComplement = LogComplement.Of(log);
        if (!T.AnyLess(zero, near))
            return;
        T lack = Lack(T.IfLess(zero, near, a, one), T.IfLess(zero, near, y, zero)), rest = whole - lack;
        log = T.IfLess(zero, near, T.Log(rest / whole), log);
        logComplement = T.IfLess(zero, near, T.IfLess(rest, lack, T.Log1p(-(rest / whole)), T.Log(lack / whole)), logComplement);
    }

    // ∫₀ˣ (1 − uᵃ⁻¹)/(1 − u) du = ψ(a) + γ + Σ (1 − a)…(n − a) yⁿ/(n n!) for ay < 1.
    static T Lack<T>(T a, T y) where T : unmanaged, IReal<T>
    {
        T sum = T.Polygamma(0, a) + 0.5772156649015329, power = 1.0;
        for (int i = 1; i < Turns && T.AnyLess(1e-20, T.Abs(power)); i++)
        {
            power *= ((double)i - a) * y * (1.0 / i);
            sum += power * (1.0 / i);
        }
        return sum;
    }

    // x(a + b) − a without the rounding of the products, which cancel near the mean.
    static T Excess<T>(T a, T b, T x) where T : unmanaged, IReal<T>
    {
        T xHigh = High(x), aHigh = High(a), bHigh = High(b), xLow = x - xHigh;
        T first = xHigh * aHigh, second = xHigh * bHigh, sum = first + second, rounded = sum - first;
        T lost = (first - (sum - rounded)) + (second - rounded);
        return (sum - a) + (lost + (xHigh * ((a - aHigh) + (b - bHigh)) + xLow * (a + b)));
    }

    // The upper 26 bits. Scaling by a power of two, so that it stays right where the compiler fuses.
    [MethodImpl(AggressiveInlining)]
    static T High<T>(T x) where T : unmanaged, IReal<T>
    {
        T scaled = 134217728.0 * x;
        return (x + scaled) - scaled;
    }

    // log Γ(q + p) − log Γ(q) for 0 < p ≤ 1 with an error of order p, moved to q ≥ 3 first.
    static T GammaRatio<T>(T q, T p) where T : unmanaged, IReal<T>
    {
        T one = 1.0, three = 3.0, shifted = T.IfLess(q, three, q + three, q), sum = shifted + p;
        T moved = T.Log1p(p / q) + T.Log1p(p / (q + one)) + T.Log1p(p / (q + 2.0));
        return (shifted - 0.5) * T.Log1p(p / shifted) + p * (T.Log(sum) - one)
            + (Gamma.StirlingError(sum) - Gamma.StirlingError(shifted)) - T.IfLess(q, three, moved, 0.0);
    }

    // Σ (1 − q)…(n − q) uⁿ/((p + n) n!), n ≥ 1.
    static T Series<T>(T p, T q, T u) where T : unmanaged, IReal<T>
    {
        T one = 1.0, sum = 0.0, power = one, size = one;
        for (int i = 1; i < Turns && T.AnyLess(1e-20, size); i++)
        {
            T n = (double)i, factor = n - q, share = u * (1.0 / i);
            power *= factor * share;
            sum += power / (p + n);
            // For integer q the series ends, but not its derivatives.
            size *= (T.Abs(factor) + one) * share;
        }
        return sum;
    }

    // The continued fraction of DiDonato and Morris (their section 4) by Steed's algorithm; excess = x(a + b) − a.
    static T Fraction<T>(T a, T b, T x, T excess) where T : unmanaged, IReal<T>
    {
        T one = 1.0, least = 1e-3, fall = one - excess, d = (a + one) / (a * fall), step = d, sum = d, size = d;
        for (int i = 1; i < Turns && T.AnyLess(1e-18 * sum, size); i++)
        {
            T n = (double)i, c = a + (n + n), below = 1.0 / (c - one), t = n * (b - n) * x * below;
            T numerator = (a + n - one) * (a + b + n - one) * x * below * t;
            T denominator = n + t + (a + n) * (fall + n * (2.0 - x)) / (c + one);
            d = one / T.MultiplyAdd(numerator, d, denominator);
            T ratio = denominator * d - one, decay = T.Abs(ratio);
            step *= ratio;
            sum += step;
            size *= T.IfLess(decay, least, least, decay);
        }
        return sum;
    }
}
