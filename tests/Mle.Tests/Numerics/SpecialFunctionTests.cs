using System.Runtime.Intrinsics.X86;
using Xunit.Abstractions;

namespace Mle.Tests.Numerics;

public class SpecialFunctionTests(ITestOutputHelper output)
{
    readonly struct Log : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Log(x); }
    readonly struct Sqrt : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Sqrt(x); }
    readonly struct Exp : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Exp(x); }
    readonly struct Log1p : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Log1p(x); }
    readonly struct Expm1 : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Expm1(x); }
    readonly struct Erfc : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => Normal.Erfc(x); }
    readonly struct Cdf : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => Normal.Cdf(x); }
    readonly struct LogCdf : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.LogNormalCdf(x); }
    readonly struct LogCdfSlope : IFunction
    {
        public static T Of<T>(T x) where T : unmanaged, IReal<T>
        {
            Normal.Derivatives(x, out _, out T slope, out _);
            return slope;
        }
    }

    readonly struct LogCdfBend : IFunction
    {
        public static T Of<T>(T x) where T : unmanaged, IReal<T>
        {
            Normal.Derivatives(x, out _, out _, out T bend);
            return bend;
        }
    }

    readonly struct ArcCot : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => ArcCotangent.Of(x); }
    readonly struct ScaledE1 : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => IncompleteGamma.ScaledE1(x); }
    readonly struct LogGamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(-1, x); }
    readonly struct Digamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(0, x); }
    readonly struct Trigamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(1, x); }
    readonly struct Tetragamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(2, x); }
    readonly struct Pentagamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(3, x); }
    readonly struct Hexagamma : IFunction { public static T Of<T>(T x) where T : unmanaged, IReal<T> => T.Polygamma(4, x); }

    /// <summary>Logarithms of the shape at gaps of every size, to 60 digits by mpmath.</summary>
    [Theory]
    [InlineData(162743.36862456205, -12.0)]
    [InlineData(143.97934553325575, -5.0)]
    [InlineData(51.145634389456774, -4.0)]
    [InlineData(16.650219212729663, -2.95)]
    [InlineData(14.12604893713723, -2.8)]
    [InlineData(1.8131219301211323, -1.0)]
    [InlineData(0.5772156649015329, -7.664217796071037e-18)]
    [InlineData(0.3329428830717661, 0.49999999999999994)]
    [InlineData(0.1424109034714859, 1.3)]
    [InlineData(0.04160361776787175, 2.5)]
    [InlineData(0.02510004572383106, 3.0)]
    [InlineData(0.0012398881057146963, 6.0)]
    [InlineData(3.0721093226095583e-06, 12.0)]
    [InlineData(6.943971932498083e-12, 25.0)]
    public void The_shape_of_a_gamma_law_solves_its_equation(double gap, double logShape)
    {
        // Of the gap's own rounding nothing is left; a shape's logarithm is good to some rounding of the terms that make the gap.
        double allowed = 1e-15 * Math.Max(4, Math.Abs(logShape));
        Assert.Equal(logShape, GammaShape.FromGap<Real>(gap), allowed);
        Assert.Equal(logShape, Lanes512.Lead(GammaShape.FromGap<Lanes512>(gap)), allowed);
        // Neighbours with wide gaps take a step more, which must not move the others.
        var mixed = new Lanes256(System.Runtime.Intrinsics.Vector256.Create(gap, 1000, 0.01, 0.3));
        Assert.Equal(Lanes256.Lead(GammaShape.FromGap<Lanes256>(gap)), Lanes256.Lead(GammaShape.FromGap(mixed)));
    }

    /// <summary>ψ(x) − ψ(x + y) and ψ′(x) − ψ′(x + y), to 60 digits by mpmath.</summary>
    [Theory]
    [InlineData(0.5, 2.5, -2.886294361119891, 4.539868133696453)]
    [InlineData(0.5, 1000000000000.0, -29.59453114194997, 4.934802200543679)]
    [InlineData(99, 2.5, -0.02506375870098682, 0.0002512878491218126)]
    [InlineData(101, 1e-07, -9.950166658383321e-10, 9.900499973483999e-12)]
    [InlineData(101, 2.5, -0.0245710629097208, 0.00024150505854509283)]
    [InlineData(101, 3000.0, -3.429156819386208, 0.009627638041714067)]
    [InlineData(10000.0, 1e-07, -1.0000500016616661e-11, 1.0001000049899984e-15)]
    [InlineData(1000000000.0, 3000.0, -2.9999955015089954e-06, 2.9999910030269866e-15)]
    [InlineData(1000000000.0, 1000000000000.0, -6.908754779814721, 9.990009995009984e-10)]
    [InlineData(1000000000000.0, 1e-07, -1.0000000000005e-19, 1.000000000001e-31)]
    [InlineData(1000000000000.0, 1000000000000.0, -0.6931471805601953, 5.00000000000375e-13)]
    public void Gaps_of_digamma_and_trigamma_do_not_cancel(double x, double y, double digamma, double trigamma)
    {
        Gamma.Derivatives<Real>(x, out _, out var ψ, out var ψ1);
        Gamma.Derivatives<Real>(x + y, out _, out var ψOfSum, out var ψ1OfSum);
        var (first, second) = Gamma.Gaps<Real>(x, y, ψ, ψ1, ψOfSum, ψ1OfSum);
        // Up to x = 100 they are differences as they are.
        double allowed = x > 100 ? 1e-15 : 1e-13;
        Assert.Equal(1, first.Value / digamma, allowed);
        Assert.Equal(1, second.Value / trigamma, Math.Max(allowed, 2e-13));
    }

    [Fact] public void log() => Check<Log>("log", 1);
    [Fact] public void sqrt() => Check<Sqrt>("sqrt", 0.5);
    [Fact] public void exp() => Check<Exp>("exp", 1);
    [Fact] public void log1p() => Check<Log1p>("log1p", 2);
    [Fact] public void expm1() => Check<Expm1>("expm1", 2);
    [Fact] public void erfc() => Check<Erfc>("erfc", 4);
    [Fact] public void normal_cdf() => Check<Cdf>("normal_cdf", 4);
    [Fact] public void log_normal_cdf() => Check<LogCdf>("log_normal_cdf", 4);
    [Fact] public void log_normal_cdf_slope() => Check<LogCdfSlope>("log_normal_cdf_slope", 4);
    [Fact] public void log_normal_cdf_bend() => Check<LogCdfBend>("log_normal_cdf_bend", 4000);
    [Fact] public void arccot() => Check<ArcCot>("arccot", 4);
    [Fact] public void scaled_e1() => Check<ScaledE1>("scaled_e1", 16);
    [Fact] public void log_gamma() => Check<LogGamma>("log_gamma", 4, 2e-16);
    [Fact] public void digamma() => Check<Digamma>("digamma", 4, 2.5e-16);
    [Fact] public void trigamma() => Check<Trigamma>("trigamma", 4);
    [Fact] public void tetragamma() => Check<Tetragamma>("tetragamma", 4);
    [Fact] public void pentagamma() => Check<Pentagamma>("pentagamma", 4);
    [Fact] public void hexagamma() => Check<Hexagamma>("hexagamma", 4);

    const double Inf = double.PositiveInfinity, NaN = double.NaN, Max = double.MaxValue, Min = double.Epsilon;

    [Fact] public void log_specials() => Specials<Log>((0, -Inf), (-0.0, -Inf), (-Min, NaN), (-1, NaN), (-Inf, NaN), (Inf, Inf), (NaN, NaN), (1, 0));
    [Fact] public void exp_specials() => Specials<Exp>((0, 1), (-0.0, 1), (Min, 1), (Inf, Inf), (-Inf, 0), (Max, Inf), (-Max, 0), (709.79, Inf), (-745.14, 0), (NaN, NaN));
    [Fact] public void log1p_specials() => Specials<Log1p>((0, 0), (Min, Min), (-Min, -Min), (-1, -Inf), (-1.5, NaN), (-Inf, NaN), (Inf, Inf), (NaN, NaN));
    [Fact] public void expm1_specials() => Specials<Expm1>((0, 0), (Min, Min), (-Min, -Min), (Inf, Inf), (-Inf, -1), (Max, Inf), (-Max, -1), (NaN, NaN));
    [Fact] public void erfc_specials() => Specials<Erfc>((0, 1), (Min, 1), (Inf, 0), (-Inf, 2), (Max, 0), (-Max, 2), (NaN, NaN));
    [Fact] public void normal_cdf_specials() => Specials<Cdf>((0, 0.5), (Inf, 1), (-Inf, 0), (Max, 1), (-Max, 0), (NaN, NaN));
    [Fact] public void log_normal_cdf_specials() => Specials<LogCdf>((Inf, 0), (-Inf, -Inf), (Max, 0), (-Max, -Inf), (NaN, NaN));
    [Fact] public void log_normal_cdf_slope_specials() => Specials<LogCdfSlope>((Inf, 0), (Max, 0), (NaN, NaN));
    [Fact] public void log_normal_cdf_bend_specials() => Specials<LogCdfBend>((Inf, 0), (Max, 0), (NaN, NaN));
    [Fact] public void arccot_specials() => Specials<ArcCot>((0, Math.PI / 2), (Inf, 0), (NaN, NaN));
    [Fact] public void log_gamma_specials() => Specials<LogGamma>((0, Inf), (1, 0), (2, 0), (Inf, Inf), (Max, Inf), (-1, NaN), (-1.5, NaN), (-Inf, NaN), (NaN, NaN));
    [Fact] public void digamma_specials() => Specials<Digamma>((0, -Inf), (-0.0, -Inf), (Min, -Inf), (Inf, Inf), (-1.5, NaN), (-Inf, NaN), (NaN, NaN));
    [Fact] public void trigamma_specials() => Specials<Trigamma>((0, Inf), (Min, Inf), (Inf, 0), (-1.5, NaN), (-Inf, NaN), (NaN, NaN));
    [Fact] public void tetragamma_specials() => Specials<Tetragamma>((0, -Inf), (Inf, 0), (-1.5, NaN), (-Inf, NaN), (NaN, NaN));

    static void Specials<TFunction>(params (double X, double Expected)[] cases) where TFunction : struct, IFunction
    {
        var x = new double[Lanes512.Count];
        foreach (var (at, expected) in cases)
        {
            // Beside an ordinary lane, which must not be disturbed.
            Array.Fill(x, 0.75);
            x[2] = at;
            foreach (var values in new[] { Reference.Real<TFunction>(x), Reference.Lanes256<TFunction>(x), Reference.Lanes512<TFunction>(x) })
            {
                Assert.True(values[2].Equals(expected) || values[2] == expected, $"{typeof(TFunction).Name}({at:R}) is {values[2]:R}, not {expected:R}");
                Assert.Equal(values[0], values[3]);
                Assert.Equal(values[0], values[^1]);
            }
        }
    }

    [Fact]
    public void Derivatives_are_the_three_polygammas()
    {
        foreach (double x in new[] { 1e-9, 0.2, 0.5, 1, 1.5, 2.2, 2.5, 7, 1e5 })
        {
            Gamma.Derivatives<Real>(x, out var logGamma, out var digamma, out var trigamma);
            Assert.Equal((Gamma.Polygamma<Real>(-1, x), Gamma.Polygamma<Real>(0, x), Gamma.Polygamma<Real>(1, x)), (logGamma, digamma, trigamma));
        }
    }

    void Check<TFunction>(string name, double ulps, double absolute = 0) where TFunction : struct, IFunction
    {
        var rows = Reference.Read(name);
        Assert.True(rows.Length >= 10_000);
        var x = Array.ConvertAll(rows, r => r[0]);
        var real = Worst("Real", Reference.Real<TFunction>(x));
        var lanes = Worst("Lanes256", Reference.Lanes256<TFunction>(x));
        Worst("Lanes512", Reference.Lanes512<TFunction>(x));

        // Without the instruction, MultiplyAdd rounds twice on lanes and once, in software, on a Real.
        if (Fma.IsSupported) Assert.Equal(real, lanes);

        double[] Worst(string kind, double[] values)
        {
            double worst = 0;
            int at = 0;
            for (int i = 0; i < values.Length; i++)
            {
                double error = Reference.Ulps(values[i], rows[i][1], rows[i][2]);
                if (error > worst && Math.Abs(values[i] - rows[i][1]) >= absolute) (worst, at) = (error, i);
                if (double.IsNaN(error)) (worst, at) = (double.PositiveInfinity, i);
            }
            string report = $"{name}, {kind}: {worst:F3} ulp at {x[at]:R}: {values[at]:R}, not {rows[at][1]:R}";
            output.WriteLine(report);
            Assert.True(worst <= ulps, report);
            return values;
        }
    }
}
