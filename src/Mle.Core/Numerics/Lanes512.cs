using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Eight doubles side by side in a 512-bit vector register: AVX-512, emulated where the hardware lacks it.</summary>
public readonly struct Lanes512(Vector512<double> value) : IReal<Lanes512>
{
    public const int Count = 8;

    // The same bit arithmetic as Real: AVX2 has neither a signed 64-bit shift nor a conversion from 64-bit integers.
    const double ExponentBias = 4503599627371519, MantissaBias = 4503599627371520;
    const long Magic = 0x4330000000000000, LowBits = 0x000FFFFFFFFFFFFF, ThreeQuarters = 0x3FE8000000000000;

    // What GetMantissa knows as the interval [1, 2).
    const byte FromOne = 0;

    // What Reduce knows as rounding to the nearest integer.
    const byte ToNearest = 0;

    public readonly Vector512<double> Value = value;

    [MethodImpl(AggressiveInlining)] public static implicit operator Lanes512(double constant) => new(Vector512.Create(constant));

    [MethodImpl(AggressiveInlining)] public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.Value + b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.Value - b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.Value * b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.Value / b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes512 operator -(Lanes512 a) => new(-a.Value);

    [MethodImpl(AggressiveInlining)] public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.MinNative(a.Value, b.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(a.Value, b.Value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    [MethodImpl(AggressiveInlining)] public static Lanes512 Round(Lanes512 x) => new(Vector512.Round(x.Value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Fraction(Lanes512 x) => Avx512DQ.IsSupported ? new(Avx512DQ.Reduce(x.Value, ToNearest)) : x - Round(x);

    [MethodImpl(AggressiveInlining)] public static Lanes512 Either(Lanes512 a, Lanes512 b) => new(a.Value | b.Value);

    /// <summary>
    /// Two of Newton's steps from 14 bits: a division of eight lanes takes the processor 16 cycles, and fits of Student's t are little
    /// else. The bound is for ∞, which would make 0·∞.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Reciprocal(Lanes512 x)
    {
        if (!Avx512F.IsSupported)
            return 1.0 / x;
        var one = Vector512.Create(1.0);
        var a = Vector512.MinNative(Vector512.Create(1e300), x.Value);
        var r = Avx512F.Reciprocal14(a);
        r = Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(a, r, one), r);
        return new(Avx512F.FusedMultiplyAdd(r, Avx512F.FusedMultiplyAddNegated(a, r, one), r));
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 ScaleB(Lanes512 x, Lanes512 n) => Avx512F.IsSupported ? new(Avx512F.Scale(x.Value, n.Value))
        : new(x.Value * Vector512.ShiftLeft((n.Value + Vector512.Create(ExponentBias)).AsInt64(), 52).AsDouble());

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Scale(Lanes512 x, Lanes512 n) => Avx512F.IsSupported ? ScaleB(x, n) : Elementary.Scale(x, n);

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 Split(Lanes512 x, out Lanes512 exponent)
    {
        var shifted = x.Value.AsInt64() + Vector512.Create((1024L << 52) - ThreeQuarters);
        exponent = new((Vector512.ShiftRightLogical(shifted, 52) | Vector512.Create(Magic)).AsDouble() - Vector512.Create(MantissaBias));
        return new(((shifted & Vector512.Create(LowBits)) + Vector512.Create(ThreeQuarters)).AsDouble());
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 SplitAny(Lanes512 x, out Lanes512 exponent)
    {
        if (!Avx512F.IsSupported)
            return Split(x, out exponent);
        exponent = new(Avx512F.GetExponent(x.Value));
        return new(Avx512F.GetMantissa(x.Value, FromOne));
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes512 IfLess(Lanes512 a, Lanes512 b, Lanes512 then, Lanes512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(AggressiveInlining)] public static bool AnyLess(Lanes512 a, Lanes512 b) => Vector512.LessThanAny(a.Value, b.Value);

    [MethodImpl(AggressiveInlining)] public static Lanes512 Log(Lanes512 x) => Elementary.Log(x);
    [MethodImpl(AggressiveInlining)] public static Lanes512 Log1p(Lanes512 x) => Elementary.Log1p(x);
    [MethodImpl(AggressiveInlining)] public static Lanes512 Exp(Lanes512 x) => Elementary.Exp(x);
    [MethodImpl(AggressiveInlining)] public static Lanes512 Expm1(Lanes512 x) => Elementary.Expm1(x);
    [MethodImpl(AggressiveInlining)] public static Lanes512 LogNormalCdf(Lanes512 x) => Normal.LogCdf(x);
    [MethodImpl(AggressiveInlining)] public static Lanes512 Polygamma(int order, Lanes512 x) => Gamma.Polygamma(order, x);

    [MethodImpl(AggressiveInlining)] public static double Sum(Lanes512 x) => Lanes256.Sum(new(x.Value.GetLower() + x.Value.GetUpper()));

    [MethodImpl(AggressiveInlining)]
    public static double Least(Lanes512 x) => Lanes256.Least(new(Vector256.MinNative(x.Value.GetLower(), x.Value.GetUpper())));

    [MethodImpl(AggressiveInlining)] public static double Lead(Lanes512 x) => x.Value.ToScalar();

    public override string ToString() => Value.ToString();
}
