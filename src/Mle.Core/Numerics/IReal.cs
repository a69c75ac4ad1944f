using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Arithmetic that every formula of this library is written over: one double (<see cref="Real"/>), the lanes of a
/// vector register (<see cref="Lanes256"/>, <see cref="Lanes512"/>), or a jet over any of these.
/// </summary>
/// <remarks>
/// Everything is branch-free, so that the same text is vector code on a CPU and straight-line code in a GPU kernel.
/// Comparisons look at the value only: a jet selects whole jets by comparing values.
/// </remarks>
public interface IReal<T> :
    IAdditionOperators<T, T, T>, ISubtractionOperators<T, T, T>,
    IMultiplyOperators<T, T, T>, IDivisionOperators<T, T, T>, IUnaryNegationOperators<T, T>
    where T : unmanaged, IReal<T>
{
    static abstract implicit operator T(double constant);

    static abstract T Sqrt(T x);

    static abstract T Abs(T x);

    /// <summary>The smaller; b where either is not a number.</summary>
    static abstract T Min(T a, T b);

    /// <summary>The larger; b where either is not a number.</summary>
    static abstract T Max(T a, T b);

    /// <summary>a·b + c, fused where the hardware has it: nothing may rely on the single rounding.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    /// <summary>The nearest integer, ties to even. Its derivative is 0.</summary>
    static abstract T Round(T x);

    /// <summary>x less the nearest integer.</summary>
    [MethodImpl(AggressiveInlining)]
    static virtual T Fraction(T x) => x - T.Round(x);

    /// <summary>±0 where both are, elsewhere anything else: not a sum, in which they may cancel.</summary>
    [MethodImpl(AggressiveInlining)]
    static virtual T Either(T a, T b) => T.Abs(a) + T.Abs(b);

    /// <summary>x·2ⁿ for integer-valued −1022 ≤ n ≤ 1023.</summary>
    static abstract T ScaleB(T x, T n);

    /// <summary>x·2ⁿ for integer-valued |n| ≤ 2000, rounded once where the result is subnormal.</summary>
    [MethodImpl(AggressiveInlining)]
    static virtual T Scale(T x, T n) => Elementary.Scale(x, n);

    /// <summary>m in [0.75, 1.5) and the integer e with x = m·2ᵉ, for positive normal x.</summary>
    static abstract T Split(T x, out T exponent);

    /// <summary>The same with m in [0.75, 2), wherever that is cheapest; of 0 and ∞ the exponent may be infinite.</summary>
    [MethodImpl(AggressiveInlining)]
    static virtual T SplitAny(T x, out T exponent) => T.Split(x, out exponent);

    /// <summary><paramref name="then"/> where a &lt; b, elsewhere (unordered too) <paramref name="otherwise"/>.</summary>
    static abstract T IfLess(T a, T b, T then, T otherwise);

    /// <summary>Whether a &lt; b in any lane: the one reduction that loops of unknown length need.</summary>
    static abstract bool AnyLess(T a, T b);

    /// <summary>1/x for x ≥ 1, of ∞ nearly 0: to 1 ulp, wherever that takes less time than the division.</summary>
    [MethodImpl(AggressiveInlining)]
    static virtual T Reciprocal(T x) => 1.0 / x;

    static abstract T Log(T x);

    static abstract T Log1p(T x);

    static abstract T Exp(T x);

    static abstract T Expm1(T x);

    /// <summary>log Φ(x), the logarithm of the standard normal distribution function.</summary>
    static abstract T LogNormalCdf(T x);

    /// <summary>ψ⁽ⁿ⁾(x) for x &gt; 0: order −1 is log Γ, 0 is digamma, 1 is trigamma.</summary>
    static abstract T Polygamma(int order, T x);

    /// <summary>The sum over the lanes, in a fixed tree; of a jet, the sum of its value.</summary>
    static abstract double Sum(T x);

    /// <summary>The smallest of the lanes.</summary>
    static abstract double Least(T x);

    /// <summary>The first lane's value.</summary>
    static abstract double Lead(T x);
}
