using System.Runtime.Intrinsics;
using Xunit.Abstractions;

namespace Mle.Tests.Numerics;

public class IncompleteTests(ITestOutputHelper output)
{
    const double Tolerance = 1e-12;

    [Fact]
    public void Incomplete_gamma_matches_50_digits_in_both_tails()
    {
        var rows = Reference.Read("incomplete_gamma");
        Check(rows, 2, "P", "Q", i =>
        {
            IncompleteGamma.Tails<Real>(rows[i][0], rows[i][1], out var p, out var q);
            return (p, q);
        }, (int i, out Lanes256 p, out Lanes256 q) => IncompleteGamma.Tails(Lanes(rows, i, 0), Lanes(rows, i, 1), out p, out q));
    }

    [Fact]
    public void Incomplete_beta_matches_50_digits_in_both_tails()
    {
        var rows = Reference.Read("incomplete_beta");
        Check(rows, 3, "I", "1 − I", i =>
        {
            IncompleteBeta.LogTails<Real>(rows[i][0], rows[i][1], rows[i][2], out var p, out var q);
            return (p, q);
        }, (int i, out Lanes256 p, out Lanes256 q) => IncompleteBeta.LogTails(Lanes(rows, i, 0), Lanes(rows, i, 1), Lanes(rows, i, 2), out p, out q));
    }

    [Theory]
    [InlineData(0.01, 0.3)]
    [InlineData(0.7, 1.2)]
    [InlineData(3.5, 2)]
    [InlineData(3.5, 9)]
    [InlineData(4, 9)]
    [InlineData(2000, 1900)]
    [InlineData(2000, 2150)]
    public void Jets_differentiate_the_incomplete_gamma_in_both_arguments(double a, double x)
    {
        var at = Jet2<Real>.At(new Vec3<Real>(a, x, 0.0));
        var logQ = IncompleteGamma.LogQ(at.X, at.Y);
        Close(Slope(h => IncompleteGamma.LogQ<Real>(a + h, x), a), logQ.X, 1e-7);
        Close(Slope(h => IncompleteGamma.LogQ<Real>(a, x + h), x), logQ.Y, 1e-7);
        double density = Math.Exp((a - 1) * Math.Log(x) - x - Gamma.Polygamma<Real>(-1, a));
        Close(-density / IncompleteGamma.Q<Real>(a, x), logQ.Y, 1e-11);
        Close(density / IncompleteGamma.P<Real>(a, x), IncompleteGamma.LogP(at.X, at.Y).Y, 1e-11);
    }

    /// <summary>By mpmath, in 420 digits.</summary>
    [Theory]
    [InlineData(0.003, -37.0, -664.3365909548315, -3.0358787473570886e-289)]
    [InlineData(0.003, -10.0, -52.720047501719186, -1.2704988735317275e-23)]
    [InlineData(0.003, -2.5, -5.070021446017296, -0.006302102003600795)]
    [InlineData(0.003, -0.125, -0.7970404561116708, -0.5990390732522219)]
    [InlineData(0.003, 0.0, -0.6923496140999519, -0.6939453836399774)]
    [InlineData(0.003, 1.5, -0.06884897561377414, -2.710066920487978)]
    [InlineData(0.003, 8.0, -4.750984147398593e-16, -35.283009702392825)]
    [InlineData(0.001, -37.0, -680.6474916516909, -2.503515325869906e-296)]
    [InlineData(0.001, -10.0, -53.06003756629265, -9.043123779677762e-24)]
    [InlineData(0.001, -2.5, -5.077768892698672, -0.006253313063659429)]
    [InlineData(0.001, -0.125, -0.7976308451228888, -0.598554996704918)]
    [InlineData(0.001, 0.0, -0.692881254399696, -0.6934131774557283)]
    [InlineData(0.001, 1.5, -0.06904519602685379, -2.707317944873289)]
    [InlineData(0.001, 8.0, -5.68832411333276e-16, -35.102945815077)]
    [InlineData(0.0002, -37.0, -687.3415735057297, -3.0998982844654244e-299)]
    public void Incomplete_gamma_of_a_large_shape_is_nearly_normal(double q, double w, double logP, double logQ)
    {
        IncompleteGamma.TailsLarge<Real>(w, q, out var p, out var c);
        Assert.True(Math.Abs(p - logP) <= 1e-12 * Math.Abs(logP) && Math.Abs(c - logQ) <= 1e-12 * Math.Abs(logQ), $"{p} and {c}, expected {logP:R} and {logQ:R}");
    }

    [Fact]
    public void Incomplete_gamma_of_an_infinite_shape_is_normal()
    {
        foreach (double w in new[] { -30, -1, 0, 0.5, 12 })
        {
            IncompleteGamma.TailsLarge<Real>(w, 0.0, out var p, out var c);
            Assert.Equal((Normal.LogCdf<Real>(w), Normal.LogCdf<Real>(-w)), (p, c));
        }
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(-0.3)]
    [InlineData(2)]
    [InlineData(20)]
    public void Incomplete_gamma_of_a_large_shape_continues_the_other_with_its_derivatives(double w)
    {
        var at = Jet2<Real>.At(new Vec3<Real>(w, 0.003, 0.0));
        var a = 1.0 / (at.Y * at.Y);
        IncompleteGamma.Tails(a, a * Jet2<Real>.Exp(at.X * at.Y), out var p, out var q);
        IncompleteGamma.TailsLarge(at.X, at.Y, out var largeP, out var largeQ);
        foreach (var (far, near) in new[] { (p, largeP), (q, largeQ) })
        {
            Close(far.F, near.F, 1e-11);
            Close(far.X, near.X, 1e-9);
            Close(far.Y, near.Y, 1e-7);
            Close(far.XX, near.XX, 1e-7);
            Close(far.XY, near.XY, 1e-5);
        }
    }

    [Theory]
    [InlineData(0.01, 3, 0.2)]
    [InlineData(2, 0.3, 0.9)]
    [InlineData(2.5, 30, 0.02)]
    [InlineData(400, 700, 0.4)]
    public void Jets_differentiate_the_incomplete_beta(double a, double b, double x)
    {
        var at = Jet3<Real>.At(new Vec3<Real>(a, b, x));
        IncompleteBeta.LogTails(at.X, at.Y, at.Z, out var log, out _);
        Close(Slope(h => Log(a + h, b, x), a), log.X, 1e-7);
        Close(Slope(h => Log(a, b + h, x), b), log.Y, 1e-7);
        Close(Slope(h => Log(a, b, x + h), x * (1 - x)), log.Z, 1e-7);

        static double Log(double a, double b, double x)
        {
            IncompleteBeta.LogTails<Real>(a, b, x, out var log, out _);
            return log;
        }
    }

    [Theory]
    [InlineData(2, 0, double.NegativeInfinity, 0)]
    [InlineData(0.5, 0, double.NegativeInfinity, 0)]
    [InlineData(2, double.PositiveInfinity, 0, double.NegativeInfinity)]
    [InlineData(0.5, double.PositiveInfinity, 0, double.NegativeInfinity)]
    [InlineData(0, 1, double.NaN, double.NaN)]
    [InlineData(1, -1, double.NaN, double.NaN)]
    [InlineData(double.NaN, 1, double.NaN, double.NaN)]
    [InlineData(1, double.NaN, double.NaN, double.NaN)]
    public void Incomplete_gamma_at_the_edges(double a, double x, double logP, double logQ)
    {
        IncompleteGamma.Tails<Real>(a, x, out var p, out var q);
        Assert.Equal((logP, logQ), (p.Value, q.Value));
    }

    [Theory]
    [InlineData(2, 3, 0, double.NegativeInfinity, 0)]
    [InlineData(0.5, 3, 0, double.NegativeInfinity, 0)]
    [InlineData(2, 3, 1, 0, double.NegativeInfinity)]
    [InlineData(2, 0.5, 1, 0, double.NegativeInfinity)]
    [InlineData(0, 1, 0.5, double.NaN, double.NaN)]
    [InlineData(1, -1, 0.5, double.NaN, double.NaN)]
    [InlineData(1, 1, 1.5, double.NaN, double.NaN)]
    [InlineData(1, 1, -0.5, double.NaN, double.NaN)]
    [InlineData(1, 1, double.NaN, double.NaN, double.NaN)]
    public void Incomplete_beta_at_the_edges(double a, double b, double x, double logI, double logComplement)
    {
        IncompleteBeta.LogTails<Real>(a, b, x, out var i, out var c);
        Assert.Equal((logI, logComplement), (i.Value, c.Value));
    }

    delegate void FourTails(int row, out Lanes256 lower, out Lanes256 upper);

    void Check(double[][] rows, int first, string lowerName, string upperName, Func<int, (Real Lower, Real Upper)> one, FourTails four)
    {
        Assert.True(rows.Length >= 10_000);
        var lower = new Worst(lowerName);
        var upper = new Worst(upperName);
        for (int i = 0; i < rows.Length; i += Lanes256.Count)
        {
            int from = Math.Min(i, rows.Length - Lanes256.Count);
            four(from, out var p, out var q);
            for (int lane = 0; lane < Lanes256.Count; lane++)
            {
                var row = rows[from + lane];
                var (realP, realQ) = one(from + lane);
                lower.Add(row, realP, row[first]);
                lower.Add(row, p.Value[lane], row[first]);
                upper.Add(row, realQ, row[first + 2]);
                upper.Add(row, q.Value[lane], row[first + 2]);
            }
        }
        foreach (var worst in new[] { lower, upper })
        {
            output.WriteLine(worst.ToString());
            Assert.True(worst.Tail <= Tolerance && worst.Log <= Tolerance, worst.ToString());
        }
    }

    sealed class Worst(string name)
    {
        string tailAt = "", logAt = "";

        public double Tail { get; private set; }

        public double Log { get; private set; }

        // The relative error of the tail is the absolute error of its logarithm; where the tail underflows only the
        // relative error of the logarithm means anything.
        public void Add(double[] row, double actual, double expected)
        {
            double tail = expected < -690 ? 0 : Math.Abs(actual - expected), log = Math.Abs(actual / expected - 1);
            if (!(tail <= Tail)) (Tail, tailAt) = (tail, string.Join(", ", row));
            if (!(log <= Log)) (Log, logAt) = (log, string.Join(", ", row));
        }

        public override string ToString() => $"{name}: relative error {Tail:E2} at {tailAt}; of its logarithm {Log:E2} at {logAt}";
    }

    static Lanes256 Lanes(double[][] rows, int i, int column)
        => new(Vector256.Create(rows[i][column], rows[i + 1][column], rows[i + 2][column], rows[i + 3][column]));

    // A central difference of fourth order.
    static double Slope(Func<double, double> f, double scale)
    {
        double h = 2e-4 * scale;
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
    }

    static void Close(double expected, double actual, double tolerance)
        => Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"{actual:R} is not {expected:R}");
}
