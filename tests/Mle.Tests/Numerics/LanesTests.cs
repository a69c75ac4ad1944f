using System.Runtime.Intrinsics;

namespace Mle.Tests.Numerics;

public class LanesTests
{
    static readonly double[] Values = [1, -2.5, 0.75, 1.4999999999999998, 1.5, 3e300, 2.2250738585072014e-308, -0.0, 6.5, -7.5, 1e15, double.NaN, double.PositiveInfinity, 123456.789, 0.5, -1e-20];

    readonly struct Mantissa : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Split(x, out _); }
    readonly struct Exponent : IFunction
    {
        public static T Of<T>(T x) where T : unmanaged, IReal<T>
        {
            T.Split(x, out T exponent);
            return exponent;
        }
    }
    readonly struct Arithmetic : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => -(x * x - x) / (x + 3.0); }
    readonly struct Rounding : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Round(x) + T.Abs(x); }
    readonly struct Choice : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.IfLess(x, 1.0, 2.0, x); }

    [Fact] public void Arithmetic_gives_the_same_bits() => Same<Arithmetic>(Values);
    [Fact] public void Rounding_gives_the_same_bits() => Same<Rounding>(Values);
    [Fact] public void Choice_gives_the_same_bits() => Same<Choice>(Values);

    [Fact]
    public void Fractions_are_what_integers_lack()
    {
        foreach (double x in Values.Where(double.IsFinite).Concat([5e-324, -0.5, 1.5, 2.5, 4503599627370497, double.MaxValue]))
        {
            double exact = x - Math.Round(x);
            Assert.Equal(exact, Fraction<Real>(x).Value);
            Assert.Equal(exact, Fraction<Lanes256>(x).Value[3]);
            Assert.Equal(exact, Fraction<Lanes512>(x).Value[7]);
        }

        static T Fraction<T>(double x) where T : unmanaged, IReal<T> => T.Fraction(x);
    }

    [Fact]
    public void Either_of_two_numbers_does_not_cancel()
    {
        Holds<Real>();
        Holds<Lanes256>();
        Holds<Lanes512>();

        static void Holds<T>() where T : unmanaged, IReal<T>
        {
            Assert.Equal(0, T.Lead(T.Abs(T.Either(0.0, -0.0))));
            foreach (var (a, b) in new[] { (0.5, -0.5), (0, -5e-324), (1e300, 0), (double.NaN, 0) })
                Assert.True(T.Lead(T.Abs(T.Either(a, b))) is > 0 or double.NaN, $"{typeof(T).Name}: {a}, {b}");
        }
    }

    [Fact]
    public void Split_takes_a_number_apart()
    {
        var positive = Values.Where(x => x > 0 && double.IsNormal(x)).Append(Math.PI).Take(8).ToArray();
        var mantissa = Same<Mantissa>(positive);
        var exponent = Same<Exponent>(positive);
        for (int i = 0; i < positive.Length; i++)
        {
            Assert.InRange(mantissa[i], 0.75, Math.BitDecrement(1.5));
            Assert.Equal(positive[i], mantissa[i] * Math.Pow(2, exponent[i]));
        }
    }

    [Theory]
    [InlineData(-1022)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1023)]
    public void ScaleB_is_exact(double n)
    {
        Assert.Equal(Math.ScaleB(1.25, (int)n), Real.ScaleB(1.25, n).Value);
        Assert.Equal(Math.ScaleB(1.25, (int)n), Lanes256.ScaleB(1.25, n).Value[3]);
        Assert.Equal(Math.ScaleB(1.25, (int)n), Lanes512.ScaleB(1.25, n).Value[7]);
    }

    [Fact]
    public void Reciprocal_is_right_to_one_unit_in_the_last_place()
    {
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
        {
            double x = Math.Pow(2, i % 2 == 0 ? random.NextDouble() : 996 * random.NextDouble());
            double exact = 1 / x, eight = Lanes512.Reciprocal(x).Value[7];
            Assert.InRange(eight, Math.BitDecrement(exact), Math.BitIncrement(exact));
        }
        Assert.InRange(Lanes512.Reciprocal(double.PositiveInfinity).Value[0], 0, 1e-300);
        Assert.Equal(double.NaN, Lanes512.Reciprocal(double.NaN).Value[0]);
        Assert.Equal(1, Lanes512.Reciprocal(1).Value[0]);
    }

    [Fact]
    public void Sums_follow_a_fixed_tree()
    {
        double[] x = [1e16, 1, -1e16, 3, 5, 7, 11, 13];
        var four = new Lanes256(Vector256.Create(x));
        var eight = new Lanes512(Vector512.Create(x));
        Assert.Equal((x[0] + x[2]) + (x[1] + x[3]), Lanes256.Sum(four));
        Assert.Equal(((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7])), Lanes512.Sum(eight));
        Assert.Equal(x[0], Lanes512.Lead(eight));
    }

    [Fact]
    public void AnyLess_sees_one_lane_and_no_NaN()
    {
        Assert.True(Lanes256.AnyLess(new(Vector256.Create(1.0, 1, 1, -1)), 0.0));
        Assert.False(Lanes256.AnyLess(new(Vector256.Create(1.0, double.NaN, 0, 1)), 0.0));
        Assert.True(Lanes512.AnyLess(new(Vector512.Create(1.0, 1, 1, 1, 1, 1, 1, -1)), 0.0));
        Assert.False(Real.AnyLess(double.NaN, 0.0));
    }

    static double[] Same<TFunction>(double[] x) where TFunction : struct, IFunction
    {
        var real = Reference.Real<TFunction>(x);
        Assert.Equal(Bits(real), Bits(Reference.Lanes256<TFunction>(x)));
        Assert.Equal(Bits(real), Bits(Reference.Lanes512<TFunction>(x)));
        return real;
    }

    static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}
