using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Four numbers side by side, each the unevaluated sum High + Low of two doubles with |Low| ≤ ½ ulp(High): about 106 bits.
/// </summary>
/// <remarks>
/// Dekker, Numerische Mathematik 18, 1971; Joldes, Muller and Popescu, ACM Transactions on Mathematical Software 44, 2017:
/// the sum is their algorithm 6 (error below 3·2⁻¹⁰⁶ whatever cancels), products with a double their algorithm 9.
/// A host's arithmetic, not a kernel's: it relies on the single rounding of the fused multiply-add, which
/// <see cref="IReal{T}.MultiplyAdd"/> does not promise.
/// </remarks>
public readonly struct DoubleDouble(Vector256<double> high, Vector256<double> low = default)
{
    public readonly Vector256<double> High = high, Low = low;

    /// <summary>a + b without error.</summary>
    [MethodImpl(AggressiveInlining)]
    public static DoubleDouble Sum(Vector256<double> a, Vector256<double> b)
    {
        var sum = a + b;
        var added = sum - a;
        return new(sum, a - (sum - added) + (b - added));
    }

    /// <summary>a + b without error, in one number.</summary>
    [MethodImpl(AggressiveInlining)]
    public static (double High, double Low) Sum(double a, double b)
    {
        double sum = a + b, added = sum - a;
        return (sum, a - (sum - added) + (b - added));
    }

    /// <summary>a·b without error, unless it underflows.</summary>
    [MethodImpl(AggressiveInlining)]
    public static DoubleDouble Product(Vector256<double> a, Vector256<double> b)
    {
        var product = a * b;
        return new(product, Vector256.FusedMultiplyAdd(a, b, -product));
    }

    [MethodImpl(AggressiveInlining)]
    public static DoubleDouble operator *(DoubleDouble a, Vector256<double> b)
    {
        var product = Product(a.High, b);
        return Ordered(product.High, Vector256.FusedMultiplyAdd(a.Low, b, product.Low));
    }

    [MethodImpl(AggressiveInlining)]
    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var high = Sum(a.High, b.High);
        var low = Sum(a.Low, b.Low);
        high = Ordered(high.High, high.Low + low.High);
        return Ordered(high.High, high.Low + low.Low);
    }

    [MethodImpl(AggressiveInlining)] public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + new DoubleDouble(-b.High, -b.Low);

    /// <summary>The sum over the four, in a fixed order.</summary>
    public (double High, double Low) Total()
    {
        double high = 0, low = 0;
        for (int i = 0; i < 4; i++)
        {
            (high, double lost) = Sum(high, High[i]);
            (high, low) = Sum(high, low + lost + Low[i]);
        }
        return (high, low);
    }

    /// <summary>a + b without error where |a| ≥ |b|.</summary>
    [MethodImpl(AggressiveInlining)]
    static DoubleDouble Ordered(Vector256<double> a, Vector256<double> b)
    {
        var sum = a + b;
        return new(sum, b - (sum - a));
    }
}
