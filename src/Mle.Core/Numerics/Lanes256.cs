using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Four doubles side by side in a 256-bit vector register.</summary>
public readonly struct Lanes256(Vector256<double> value) : IReal<Lanes256>
{
    public const int Count = 4;

    // The same bit arithmetic as Real: AVX2 has neither a signed 64-bit shift nor a conversion from 64-bit integers.
    const double ExponentBias = 4503599627371519, MantissaBias = 4503599627371520;
    const long Magic = 0x4330000000000000, LowBits = 0x000FFFFFFFFFFFFF, ThreeQuarters = 0x3FE8000000000000;

    public readonly Vector256<double> Value = value;

    [MethodImpl(AggressiveInlining)] public static implicit operator Lanes256(double constant) => new(Vector256.Create(constant));

    [MethodImpl(AggressiveInlining)] public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.Value + b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a.Value - b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a.Value * b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a.Value / b.Value);
    [MethodImpl(AggressiveInlining)] public static Lanes256 operator -(Lanes256 a) => new(-a.Value);

    [MethodImpl(AggressiveInlining)] public static Lanes256 Sqrt(Lanes256 x) => new(Vector256.Sqrt(x.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes256 Abs(Lanes256 x) => new(Vector256.Abs(x.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes256 Min(Lanes256 a, Lanes256 b) => new(Vector256.MinNative(a.Value, b.Value));
    [MethodImpl(AggressiveInlining)] public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.MaxNative(a.Value, b.Value));

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    [MethodImpl(AggressiveInlining)] public static Lanes256 Round(Lanes256 x) => new(Vector256.Round(x.Value));

    [MethodImpl(AggressiveInlining)] public static Lanes256 Either(Lanes256 a, Lanes256 b) => new(a.Value | b.Value);

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 ScaleB(Lanes256 x, Lanes256 n) =>
        new(x.Value * Vector256.ShiftLeft((n.Value + Vector256.Create(ExponentBias)).AsInt64(), 52).AsDouble());

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 Split(Lanes256 x, out Lanes256 exponent)
    {
        var shifted = x.Value.AsInt64() + Vector256.Create((1024L << 52) - ThreeQuarters);
        exponent = new((Vector256.ShiftRightLogical(shifted, 52) | Vector256.Create(Magic)).AsDouble() - Vector256.Create(MantissaBias));
        return new(((shifted & Vector256.Create(LowBits)) + Vector256.Create(ThreeQuarters)).AsDouble());
    }

    [MethodImpl(AggressiveInlining)]
    public static Lanes256 IfLess(Lanes256 a, Lanes256 b, Lanes256 then, Lanes256 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(AggressiveInlining)] public static bool AnyLess(Lanes256 a, Lanes256 b) => Vector256.LessThanAny(a.Value, b.Value);

    [MethodImpl(AggressiveInlining)] public static Lanes256 Log(Lanes256 x) => Elementary.Log(x);
    [MethodImpl(AggressiveInlining)] public static Lanes256 Log1p(Lanes256 x) => Elementary.Log1p(x);
    [MethodImpl(AggressiveInlining)] public static Lanes256 Exp(Lanes256 x) => Elementary.Exp(x);
    [MethodImpl(AggressiveInlining)] public static Lanes256 Expm1(Lanes256 x) => Elementary.Expm1(x);
    [MethodImpl(AggressiveInlining)] public static Lanes256 LogNormalCdf(Lanes256 x) => Normal.LogCdf(x);
    [MethodImpl(AggressiveInlining)] public static Lanes256 Polygamma(int order, Lanes256 x) => Gamma.Polygamma(order, x);

    [MethodImpl(AggressiveInlining)]
    public static double Sum(Lanes256 x)
    {
        var pairs = x.Value.GetLower() + x.Value.GetUpper();
        return pairs.ToScalar() + pairs.GetElement(1);
    }

    [MethodImpl(AggressiveInlining)]
    public static double Least(Lanes256 x)
    {
        var pairs = Vector128.MinNative(x.Value.GetLower(), x.Value.GetUpper());
        return Vector128.MinNative(pairs, Vector128.Create(pairs.GetElement(1))).ToScalar();
    }

    [MethodImpl(AggressiveInlining)] public static double Lead(Lanes256 x) => x.Value.ToScalar();

    public override string ToString() => Value.ToString();
}
