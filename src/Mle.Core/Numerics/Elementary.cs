using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Logarithms and exponentials over any lanes, branch-free, correct for every double.</summary>
/// <remarks>
/// Error terms come from sums and from products of short factors, never from a fused multiply-add, and stay right
/// where a compiler fuses on its own. The coefficients are derived in tests/Mle.Tests/data/numerics/coefficients.py.
/// Algorithms after Muller et al., Handbook of Floating-Point Arithmetic (2018), and FDLIBM.
/// </remarks>
public static class Elementary
{
    /// <summary>ln 2.</summary>
    internal const double LogOfTwo = 0.69314718055994530942;

    // The high part of ln 2 ends in 32 zero bits, so that its products with exponents are exact.
    const double Ln2Hi = 0.69314718036912381649, Ln2Lo = 1.90821492927058770002e-10;

    // 1.5·2⁵²: adding and subtracting it rounds to an integer.
    internal const double Integer = 6755399441055744;

    /// <summary>log x: −∞ at 0, NaN below. Error below 1 ulp.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Log<T>(T x) where T : unmanaged, IReal<T> => LogParts(x, out T low) + low;

    /// <summary>log x as an unevaluated sum, a few bits more than a double; the low part is always finite.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T LogParts<T>(T x, out T low) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, smallestNormal = 2.2250738585072014e-308;
        T m = T.Split(T.IfLess(x, smallestNormal, x * 18014398509481984.0, x), out T e);
        T high = LogSplit(m - 1.0, e + T.IfLess(x, smallestNormal, -54.0, zero), zero, out low);
        high = T.IfLess(zero, x, high, T.IfLess(x, zero, double.NaN, double.NegativeInfinity));
        return T.IfLess(x, double.PositiveInfinity, high, x);
    }

    /// <summary>log x of a positive normal number: the bits of <see cref="Log"/> in four fifths of its instructions.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T LogOfNormal<T>(T x) where T : unmanaged, IReal<T>
    {
        T m = T.Split(x, out T e);
        return LogSplit(m - 1.0, e, 0.0, out T low) + low;
    }

    /// <summary>log(1 + x): −∞ at −1, NaN below. Error below 1.5 ulp.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Log1p<T>(T x) where T : unmanaged, IReal<T>
    {
        T one = 1.0, u = one + x, rounded = u - one;
        T log = LogOfSum(u, (x - rounded) + (one - (u - rounded)));
        log = T.IfLess(0.0, u, log, T.IfLess(u, 0.0, double.NaN, double.NegativeInfinity));
        return T.IfLess(x, double.PositiveInfinity, log, x);
    }

    /// <summary>log(u + c) for positive normal u and |c| below an ulp of u.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T LogOfSum<T>(T u, T c) where T : unmanaged, IReal<T>
    {
        T f = T.Split(u, out T e) - 1.0;
        // c/m to first order. Beyond 2⁶⁰ c no longer matters, and ScaleB has its limits.
        c = T.ScaleB(c, T.IfLess(e, 60.0, -e, -60.0));
        return LogSplit(f, e, c - c * f, out T low) + low;
    }

    // log(1 + f) = f − f²/2 + s(f²/2 + z·P(z)), s = f/(2 + f), z = s². Adding e·ln 2 to f first, and keeping what that
    // rounds off, leaves one rounding of a large number: the last one.
    [MethodImpl(AggressiveInlining)]
    static T LogSplit<T>(T f, T e, T c, out T low) where T : unmanaged, IReal<T>
    {
        T s = f / (2.0 + f), z = s * s, u = z * z, half = 0.5 * f * f;
        T c6 = 0.1536818763337374, c4 = 0.1818635604984442, c2 = 0.28571429395286124, c0 = 0.6666666666667271;
        c4 = T.MultiplyAdd(u, c6, T.MultiplyAdd(z, 0.15250188999860065, c4));
        c2 = T.MultiplyAdd(z, 0.22222138501970384, c2);
        c0 = T.MultiplyAdd(z, 0.3999999999616169, c0);
        T p = T.MultiplyAdd(u * u, c4, T.MultiplyAdd(u, c2, c0));
        T ln2 = Ln2Hi, high = T.MultiplyAdd(e, ln2, f), lost = f - (high - e * ln2);
        low = T.MultiplyAdd(s, T.MultiplyAdd(p, z, half), c - half) + T.MultiplyAdd(e, Ln2Lo, lost);
        return high;
    }

    /// <summary>eˣ, subnormal results included. Error below 1 ulp.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Exp<T>(T x) where T : unmanaged, IReal<T>
    {
        // x second, for that is what comes back when it is not a number.
        x = T.Min(710.0, T.Max(-750.0, x));
        T one = 1.0, r = Reduce(x, out T k), sum = one + r;
        return T.Scale(sum + ((r - (sum - one)) + Tail(r)), k);
    }

    /// <summary>
    /// eˣ for hot loops: error below 1.5 ulp for |x| ≤ 708, and beyond that as at the nearer end. Two thirds of the
    /// instructions of <see cref="Exp"/>.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    public static T ExpSaturating<T>(T x) where T : unmanaged, IReal<T>
    {
        T one = 1.0, r = Reduce(T.Min(708.0, T.Max(-708.0, x)), out T k);
        return T.ScaleB(one + (r + Tail(r)), k);
    }

    /// <summary>eˣ − 1. Error below 2 ulp.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Expm1<T>(T x) where T : unmanaged, IReal<T>
    {
        T one = 1.0;
        x = T.Min(710.0, T.Max(-50.0, x));
        T r = Reduce(x, out T k);
        return T.Scale(r + Tail(r) + (one - T.ScaleB(one, T.IfLess(k, 60.0, -k, -60.0))), k);
    }

    /// <summary>r and k with x = r + k·ln 2, |r| &lt; 0.35, for |x| &lt; 2²⁰.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T Reduce<T>(T x, out T k) where T : unmanaged, IReal<T>
    {
        k = T.MultiplyAdd(x, 1.4426950408889634, Integer) - Integer;
        return Remainder(x, k);
    }

    /// <summary>x − k·ln 2.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T Remainder<T>(T x, T k) where T : unmanaged, IReal<T> => T.MultiplyAdd(k, -Ln2Lo, T.MultiplyAdd(k, -Ln2Hi, x));

    /// <summary>eʳ − 1 − r for |r| &lt; 0.35.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T Tail<T>(T r) where T : unmanaged, IReal<T>
    {
        T u = r * r, v = u * u;
        T c8 = 2.762636316091593e-07, c6 = 2.4801504358032462e-05, c4 = 0.0013888888932447906, c2 = 0.041666666666573426, c0 = 0.5000000000000006;
        c8 = T.MultiplyAdd(r, 2.51145005340246e-08, c8);
        c6 = T.MultiplyAdd(r, 2.7557227872970137e-06, c6);
        c4 = T.MultiplyAdd(r, 0.00019841269903114186, c4);
        c2 = T.MultiplyAdd(r, 0.008333333333314557, c2);
        c0 = T.MultiplyAdd(r, 0.16666666666666685, c0);
        c4 = T.MultiplyAdd(v, c8, T.MultiplyAdd(u, c6, c4));
        return T.MultiplyAdd(v, c4, T.MultiplyAdd(u, c2, c0)) * u;
    }

    /// <summary>x·2ⁿ in two steps.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static T Scale<T>(T x, T n) where T : unmanaged, IReal<T>
    {
        T half = T.MultiplyAdd(n, 0.5, Integer) - Integer;
        return T.ScaleB(T.ScaleB(x, half), n - half);
    }
}
