using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// λ(u) = log(1 + u)/u, through u = 0 without loss of digits: what families with a shape that passes through 0 are made of.
/// </summary>
/// <remarks>
/// With s = u/(2 + u), log(1 + u) = 2 artanh s. Everything follows from s and P = (artanh(s)/s − 1)/s², a power series
/// in s², without cancellation: λ = (1 − s)(1 + s²P), λ′ = −½(1 − s)²(1/(1 + s) + sP), λ″ = ½(1 − s)³(1/(1 + s)² + P).
/// </remarks>
public static class Log1pRatio
{
    [MethodImpl(AggressiveInlining)]
    public static T Of<T>(T u) where T : unmanaged, IReal<T>
    {
        // 2r, not 1 − s: for large u that would cancel.
        T one = 1.0, r = one / (2.0 + u), s = u * r;
        return (r + r) * T.MultiplyAdd(s * s, Tail(u, s), one);
    }

    /// <param name="inverse">1/(1 + u).</param>
    [MethodImpl(AggressiveInlining)]
    public static T Of<T>(T u, out T inverse, out T first, out T second) where T : unmanaged, IReal<T>
    {
        T one = 1.0, r = one / (2.0 + u), s = u * r, c = r + r, p = Tail(u, s);
        inverse = one / (1.0 + u);
        // 1/(1 + s), not by way of s: near u = −1 that would cancel.
        T q = inverse * T.MultiplyAdd(u, 0.5, one);
        first = -0.5 * c * c * T.MultiplyAdd(s, p, q);
        second = 0.5 * c * c * c * T.MultiplyAdd(q, q, p);
        return c * T.MultiplyAdd(s * s, p, one);
    }

    [MethodImpl(AggressiveInlining)]
    static T Tail<T>(T u, T s) where T : unmanaged, IReal<T>
    {
        T ss = s * s, p = 1.0 / 23;
        p = T.MultiplyAdd(p, ss, 1.0 / 21);
        p = T.MultiplyAdd(p, ss, 1.0 / 19);
        p = T.MultiplyAdd(p, ss, 1.0 / 17);
        p = T.MultiplyAdd(p, ss, 1.0 / 15);
        p = T.MultiplyAdd(p, ss, 1.0 / 13);
        p = T.MultiplyAdd(p, ss, 1.0 / 11);
        p = T.MultiplyAdd(p, ss, 1.0 / 9);
        p = T.MultiplyAdd(p, ss, 1.0 / 7);
        p = T.MultiplyAdd(p, ss, 1.0 / 5);
        p = T.MultiplyAdd(p, ss, 1.0 / 3);
        return T.IfLess(T.Abs(s), 0.17, p, (0.5 * T.Log(1.0 + u) / s - 1.0) / ss);
    }
}
