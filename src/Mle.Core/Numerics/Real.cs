using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>One double: the arithmetic of a GPU thread and of everything that is done once per fit.</summary>
public readonly struct Real(double value) : IReal<Real>
{
    // 2⁵² + 1023 and 2⁵² + 1024: adding them leaves an integer in the low bits of the sum, which needs no
    // conversion between integers and doubles (slow on GPUs, absent from AVX2).
    const double ExponentBias = 4503599627371519, MantissaBias = 4503599627371520, Integer = 6755399441055744;
    const long Magic = 0x4330000000000000, LowBits = 0x000FFFFFFFFFFFFF, ThreeQuarters = 0x3FE8000000000000;

    public readonly double Value = value;

    [MethodImpl(AggressiveInlining)] public static implicit operator Real(double constant) => new(constant);
    [MethodImpl(AggressiveInlining)] public static implicit operator double(Real x) => x.Value;

    [MethodImpl(AggressiveInlining)] public static Real operator +(Real a, Real b) => new(a.Value + b.Value);
    [MethodImpl(AggressiveInlining)] public static Real operator -(Real a, Real b) => new(a.Value - b.Value);
    [MethodImpl(AggressiveInlining)] public static Real operator *(Real a, Real b) => new(a.Value * b.Value);
    [MethodImpl(AggressiveInlining)] public static Real operator /(Real a, Real b) => new(a.Value / b.Value);
    [MethodImpl(AggressiveInlining)] public static Real operator -(Real a) => new(-a.Value);

    [MethodImpl(AggressiveInlining)] public static Real Sqrt(Real x) => new(Math.Sqrt(x.Value));
    [MethodImpl(AggressiveInlining)] public static Real Abs(Real x) => new(Math.Abs(x.Value));
    [MethodImpl(AggressiveInlining)] public static Real Min(Real a, Real b) => new(Less(a.Value, b.Value) ? a.Value : b.Value);
    [MethodImpl(AggressiveInlining)] public static Real Max(Real a, Real b) => new(Less(b.Value, a.Value) ? a.Value : b.Value);

    [MethodImpl(AggressiveInlining)]
    public static Real MultiplyAdd(Real a, Real b, Real c) => new(Math.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    // Adding 1.5·2⁵² rounds to an integer up to 2⁵¹: kernels have no Math.Round to even. Beyond, halves stay halves.
    [MethodImpl(AggressiveInlining)]
    public static Real Round(Real x) => new(Math.Abs(x.Value) < 2251799813685248 ? x.Value + Integer - Integer : x.Value);

    [MethodImpl(AggressiveInlining)]
    public static Real ScaleB(Real x, Real n) =>
        new(x.Value * BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(n.Value + ExponentBias) << 52));

    [MethodImpl(AggressiveInlining)]
    public static Real Split(Real x, out Real exponent)
    {
        // Biased by 1024 so that the shift need not carry a sign.
        long shifted = BitConverter.DoubleToInt64Bits(x.Value) - ThreeQuarters + (1024L << 52);
        exponent = new(BitConverter.Int64BitsToDouble(shifted >>> 52 | Magic) - MantissaBias);
        return new(BitConverter.Int64BitsToDouble((shifted & LowBits) + ThreeQuarters));
    }

    [MethodImpl(AggressiveInlining)]
    public static Real IfLess(Real a, Real b, Real then, Real otherwise) => new(Less(a.Value, b.Value) ? then.Value : otherwise.Value);

    [MethodImpl(AggressiveInlining)] public static bool AnyLess(Real a, Real b) => Less(a.Value, b.Value);

    /// <summary>a &lt; b, false where either is not a number: apart, because compilers for GPUs need help with the latter.</summary>
    [MethodImpl(AggressiveInlining)] public static bool Less(double a, double b) => a < b;

    [MethodImpl(AggressiveInlining)] public static Real Log(Real x) => Elementary.Log(x);
    [MethodImpl(AggressiveInlining)] public static Real Log1p(Real x) => Elementary.Log1p(x);
    [MethodImpl(AggressiveInlining)] public static Real Exp(Real x) => Elementary.Exp(x);
    [MethodImpl(AggressiveInlining)] public static Real Expm1(Real x) => Elementary.Expm1(x);
    [MethodImpl(AggressiveInlining)] public static Real LogNormalCdf(Real x) => Normal.LogCdf(x);
    [MethodImpl(AggressiveInlining)] public static Real Polygamma(int order, Real x) => Gamma.Polygamma(order, x);

    [MethodImpl(AggressiveInlining)] public static double Sum(Real x) => x.Value;
    [MethodImpl(AggressiveInlining)] public static double Least(Real x) => x.Value;
    [MethodImpl(AggressiveInlining)] public static double Lead(Real x) => x.Value;

    public override string ToString() => Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
