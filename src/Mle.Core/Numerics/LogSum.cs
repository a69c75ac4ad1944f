using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Σ log x of positive normal numbers without a logarithm each: a product of mantissas, from 1, and a sum of exponents,
/// from 0. The error is that of n multiplications, as small as that of adding n rounded logarithms.
/// </summary>
public static class LogSum
{
    /// <summary>How many factors in [0.75, 2] a product takes before it must be renormalised: 2⁵¹² is 10¹⁵⁴.</summary>
    public const int Factors = 512;

    /// <summary>How many factors it takes as they are, where they lie between the least and the largest: 2¹⁰¹⁶ is the most.</summary>
    public const int WholeFactors = 8;

    /// <summary>2⁻¹²⁷ and 2¹²⁷.</summary>
    public const double LeastFactor = 1.0 / LargestFactor, LargestFactor = 1.7014118346046923e38;

    [MethodImpl(AggressiveInlining)]
    public static void Add<T>(T x, ref T product, ref T exponents) where T : unmanaged, IReal<T>
    {
        product *= T.SplitAny(x, out var exponent);
        exponents += exponent;
    }

    /// <summary>To be called after at most <see cref="Factors"/> additions.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Renormalize<T>(ref T product, ref T exponents) where T : unmanaged, IReal<T>
    {
        product = T.Split(product, out var exponent);
        exponents += exponent;
    }

    /// <summary>The sum in each lane. A call in its place would push sums out of registers.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Total<T>(T product, T exponents) where T : unmanaged, IReal<T> =>
        T.MultiplyAdd(exponents, Elementary.LogOfTwo, T.Log(product));
}
