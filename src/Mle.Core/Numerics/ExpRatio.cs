using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// φ_k(v) = (eᵛ − 1 − v − … − vᵏ⁻¹/(k − 1)!)/vᵏ, through v = 0 without loss of digits. φ₀ = eᵛ, φ_k = 1/k! + v φ_(k+1),
/// φ_k′ = φ_k − k φ_(k+1).
/// </summary>
/// <remarks>Higham, Functions of Matrices, 2008, section 10.7.4.</remarks>
public static class ExpRatio
{
    /// <summary>Up to here the series; beyond it φ₁ = (eᵛ − 1)/v and so on downwards, which loses no digits there.</summary>
    const double Near = 1.5;

    [MethodImpl(AggressiveInlining)]
    public static T First<T>(T v) where T : unmanaged, IReal<T> =>
        T.IfLess(T.Abs(v), Near, 1.0 + v * (0.5 + v * (1.0 / 6 + v * Series(v))), (T.Exp(v) - 1.0) / v);

    [MethodImpl(AggressiveInlining)]
    public static T Second<T>(T v) where T : unmanaged, IReal<T> =>
        T.IfLess(T.Abs(v), Near, 0.5 + v * (1.0 / 6 + v * Series(v)), ((T.Exp(v) - 1.0) / v - 1.0) / v);

    /// <summary>φ₀ to φ₄ at once.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Of<T>(T v, out T first, out T second, out T third, out T fourth) where T : unmanaged, IReal<T>
    {
        T one = 1.0, size = T.Abs(v), near = Near, e = T.Exp(v), r = one / v;
        T a1 = (e - 1.0) * r, a2 = (a1 - 1.0) * r, a3 = (a2 - 0.5) * r, a4 = (a3 - 1.0 / 6) * r;
        T b4 = Series(v), b3 = T.MultiplyAdd(v, b4, 1.0 / 6), b2 = T.MultiplyAdd(v, b3, 0.5), b1 = T.MultiplyAdd(v, b2, one);
        first = T.IfLess(size, near, b1, a1);
        second = T.IfLess(size, near, b2, a2);
        third = T.IfLess(size, near, b3, a3);
        fourth = T.IfLess(size, near, b4, a4);
        return e;
    }

    /// <summary>φ₄ by its power series.</summary>
    [MethodImpl(AggressiveInlining)]
    static T Series<T>(T v) where T : unmanaged, IReal<T>
    {
        T p = 1.0 / 51090942171709440000.0;
        p = T.MultiplyAdd(p, v, 1.0 / 2432902008176640000);
        p = T.MultiplyAdd(p, v, 1.0 / 121645100408832000);
        p = T.MultiplyAdd(p, v, 1.0 / 6402373705728000);
        p = T.MultiplyAdd(p, v, 1.0 / 355687428096000);
        p = T.MultiplyAdd(p, v, 1.0 / 20922789888000);
        p = T.MultiplyAdd(p, v, 1.0 / 1307674368000);
        p = T.MultiplyAdd(p, v, 1.0 / 87178291200);
        p = T.MultiplyAdd(p, v, 1.0 / 6227020800);
        p = T.MultiplyAdd(p, v, 1.0 / 479001600);
        p = T.MultiplyAdd(p, v, 1.0 / 39916800);
        p = T.MultiplyAdd(p, v, 1.0 / 3628800);
        p = T.MultiplyAdd(p, v, 1.0 / 362880);
        p = T.MultiplyAdd(p, v, 1.0 / 40320);
        p = T.MultiplyAdd(p, v, 1.0 / 5040);
        p = T.MultiplyAdd(p, v, 1.0 / 720);
        p = T.MultiplyAdd(p, v, 1.0 / 120);
        p = T.MultiplyAdd(p, v, 1.0 / 24);
        return p;
    }
}
