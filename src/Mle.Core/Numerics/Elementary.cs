using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

public static class Elementary
{
    const double Ln2Hi = 0.693147180369123816490, Ln2Lo = 1.90821492927058770002e-10;
    const double Integer = 6755399441055744;
    const double MinNormal = 2.2250738585072014e-308;

    [MethodImpl(AggressiveInlining)]
    public static T Log<T>(T x) where T : unmanaged, IReal<T>
    {
        T tiny = MinNormal, zero = 0.0;
        T m = T.Split(T.IfLess(x, tiny, x * 18014398509481984.0, x), out T e);
        e += T.IfLess(x, tiny, -54.0, zero);
        T r = LogSplit(m - 1.0, e, zero);
        r = T.IfLess(zero, x, r, T.IfLess(x, zero, double.NaN, double.NegativeInfinity));
        return T.IfLess(x, double.PositiveInfinity, r, x);
    }

    [MethodImpl(AggressiveInlining)]
    static T LogSplit<T>(T f, T e, T c) where T : unmanaged, IReal<T>
    {
        T s = f / (2.0 + f), z = s * s, h = 0.5 * f * f;
        T p = 2.0 / 23;
        p = T.MultiplyAdd(p, z, 2.0 / 21); p = T.MultiplyAdd(p, z, 2.0 / 19); p = T.MultiplyAdd(p, z, 2.0 / 17);
        p = T.MultiplyAdd(p, z, 2.0 / 15); p = T.MultiplyAdd(p, z, 2.0 / 13); p = T.MultiplyAdd(p, z, 2.0 / 11);
        p = T.MultiplyAdd(p, z, 2.0 / 9); p = T.MultiplyAdd(p, z, 2.0 / 7); p = T.MultiplyAdd(p, z, 2.0 / 5);
        p = T.MultiplyAdd(p, z, 2.0 / 3);
        T lo = T.MultiplyAdd(e, Ln2Lo, T.MultiplyAdd(s, T.MultiplyAdd(p, z, h), c - h));
        return e * Ln2Hi + (f + lo);
    }

    [MethodImpl(AggressiveInlining)]
    public static T Log1p<T>(T x) where T : unmanaged, IReal<T>
    {
        T u = 1.0 + x, b = u - 1.0, c = (x - b) + (1.0 - (u - b)), zero = 0.0;
        T m = T.Split(u, out T e);
        T f = m - 1.0;
        T r = LogSplit(f, e, T.ScaleB(c, T.IfLess(e, 60.0, -e, -60.0)) * (1.0 - f));
        r = T.IfLess(zero, u, r, T.IfLess(u, zero, double.NaN, double.NegativeInfinity));
        return T.IfLess(x, double.PositiveInfinity, r, x);
    }

    [MethodImpl(AggressiveInlining)]
    public static T Exp<T>(T x) where T : unmanaged, IReal<T>
    {
        x = T.IfLess(x, -750.0, -750.0, x); x = T.IfLess(710.0, x, 710.0, x);
        T p = ExpReduced(x, out T k);
        T half = (k * 0.5 + Integer) - Integer;
        return T.ScaleB(T.ScaleB(1.0 + p, half), k - half);
    }

    [MethodImpl(AggressiveInlining)]
    static T ExpReduced<T>(T x, out T k) where T : unmanaged, IReal<T>
    {
        k = T.MultiplyAdd(x, 1.4426950408889634, Integer) - Integer;
        T r = T.MultiplyAdd(k, -Ln2Lo, T.MultiplyAdd(k, -Ln2Hi, x));
        T p = 1.0 / 6227020800;
        p = T.MultiplyAdd(p, r, 1.0 / 479001600); p = T.MultiplyAdd(p, r, 1.0 / 39916800); p = T.MultiplyAdd(p, r, 1.0 / 3628800);
        p = T.MultiplyAdd(p, r, 1.0 / 362880); p = T.MultiplyAdd(p, r, 1.0 / 40320); p = T.MultiplyAdd(p, r, 1.0 / 5040);
        p = T.MultiplyAdd(p, r, 1.0 / 720); p = T.MultiplyAdd(p, r, 1.0 / 120); p = T.MultiplyAdd(p, r, 1.0 / 24);
        p = T.MultiplyAdd(p, r, 1.0 / 6); p = T.MultiplyAdd(p, r, 0.5);
        return T.MultiplyAdd(p, r * r, r);
    }

    [MethodImpl(AggressiveInlining)]
    public static T Expm1<T>(T x) where T : unmanaged, IReal<T>
    {
        x = T.IfLess(x, -50.0, -50.0, x); x = T.IfLess(710.0, x, 710.0, x);
        T p = ExpReduced(x, out T k), one = 1.0;
        T half = (k * 0.5 + Integer) - Integer;
        return T.ScaleB(T.ScaleB(p + (one - T.ScaleB(one, T.IfLess(k, 100.0, -k, -100.0))), half), k - half);
    }
}
