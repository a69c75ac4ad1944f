using System.Globalization;
using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;
using Xunit.Abstractions;

namespace Mle.Tests.Regression;

public class LeastSquaresTests(ITestOutputHelper output)
{
    static readonly ReadOnlyMemory<double> Ones = default;

    /// <summary>
    /// NIST's Statistical Reference Datasets for linear regression: degree of the polynomial in x or 0, intercept, digits
    /// asked for, certified coefficients and standard errors.
    /// </summary>
    public static TheoryData<string, int, bool, int, double[], double[]> Certified => new()
    {
        {
            "norris", 1, true, 9,
            [-0.262323073774029, 1.00211681802045],
            [0.232818234301152, 0.000429796848199937]
        },
        {
            "pontius", 2, true, 9,
            [0.000673565789473684, 7.32059160401003e-07, -3.16081871345029e-15],
            [0.000107938612033077, 1.57817399981659e-10, 4.86652849992036e-17]
        },
        {
            "noint1", 0, false, 9,
            [2.07438016528926],
            [0.0165289256198347]
        },
        {
            "noint2", 0, false, 9,
            [0.727272727272727],
            [0.0420827318078432]
        },
        {
            "filip", 10, true, 7,
            [-1467.4896142298, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757, -10.8753180355343, -1.06221498588947, -0.0670191154593408, -0.00246781078275479, -4.02962525080404e-05],
            [298.084530995537, 559.77986547495, 466.477572127796, 227.204274477751, 71.6478660875927, 15.28971787474, 2.23691159816033, 0.221624321934227, 0.0142363763154724, 0.000535617408889821, 8.96632837373868e-06]
        },
        {
            "longley", 0, true, 9,
            [-3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359, -0.0511041056535807, 1829.15146461355],
            [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.22607320006937, 455.478499142212]
        },
        {
            "wampler1", 5, true, 9,
            [1, 1, 1, 1, 1, 1],
            [0, 0, 0, 0, 0, 0]
        },
        {
            "wampler2", 5, true, 9,
            [1, 0.1, 0.01, 0.001, 0.0001, 1e-05],
            [0, 0, 0, 0, 0, 0]
        },
        {
            "wampler3", 5, true, 9,
            [1, 1, 1, 1, 1, 1],
            [2152.3262467817, 2363.55173469681, 779.343524331583, 101.47550755035, 5.64566512170752, 0.112324854679312]
        },
        {
            "wampler4", 5, true, 8,
            [1, 1, 1, 1, 1, 1],
            [215232.62467817, 236355.173469681, 77934.3524331583, 10147.550755035, 564.566512170752, 11.2324854679312]
        },
        {
            "wampler5", 5, true, 6,
            [1, 1, 1, 1, 1, 1],
            [21523262.467817, 23635517.3469681, 7793435.24331583, 1014755.0755035, 56456.6512170752, 1123.24854679312]
        },
    };

    // Filip's powers rounded to doubles have an exact solution of their own, 7.9 digits from the certified one: no method
    // that takes columns of doubles comes closer.
    [Theory, MemberData(nameof(Certified))]
    public void Reaches_the_certified_digits(string name, int degree, bool intercept, int digits, double[] estimate, double[] errors)
    {
        var rows = Read(name);
        double[] y = Column(rows, 0);
        List<ReadOnlyMemory<double>> columns = intercept ? [Ones] : [];
        double[] power = [.. y.Select(_ => 1.0)];
        for (int k = 1; k < Math.Max(rows[0].Length, degree + 1); k++)
        {
            power = degree == 0 ? Column(rows, k) : [.. power.Zip(Column(rows, 1), (a, b) => a * b)];
            columns.Add(power);
        }

        var fit = LeastSquares.Solve(columns, y, default, default, 0, y.Length);
        int p = columns.Count;
        double[] found = [.. Enumerable.Range(0, p).Select(j => Math.Sqrt(fit.UnscaledCovariance[j * p + j] * fit.ResidualSumOfSquares / (y.Length - p)))];
        double coefficients = Digits(fit.Coefficients, estimate), standardErrors = Digits(found, errors);
        output.WriteLine($"{name}: {coefficients:F1} digits of the coefficients, {standardErrors:F1} of the standard errors");

        Assert.Equal(p, fit.Rank);
        Assert.True(coefficients >= digits, $"{coefficients:F1} digits of the coefficients");
        Assert.True(standardErrors >= digits, $"{standardErrors:F1} digits of the standard errors");
        Assert.Equal(errors[0] == 0, fit.ExactFit);
    }

    /// <summary>Of the worst; absolute where the certified value is 0.</summary>
    static double Digits(double[] found, double[] certified) => found.Zip(certified,
        (a, b) => -Math.Log10(Math.Max(1e-15, b == 0 ? Math.Abs(a) : Math.Abs(a - b) / Math.Abs(b)))).Min();

    static double[][] Read(string name, [CallerFilePath] string here = "") =>
        [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, $"../data/reference/data/nist_{name}.csv")).Skip(1)
            .Select(line => Array.ConvertAll(line.Split(','), s => double.Parse(s, CultureInfo.InvariantCulture)))];

    static double[] Column(double[][] rows, int j) => [.. rows.Select(r => r[j])];

    static double[] Random(Random random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.4)];

    /// <summary>Rows beyond a block, not a multiple of the lanes, a slice of longer columns, weights and an offset.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(7, 3)]
    [InlineData(2049, 4)]
    [InlineData(5001, 17)]
    [InlineData(400, 150)]
    public void Agrees_with_MathNet(int n, int p)
    {
        const int Before = 5;
        var random = new Random(n);
        double[][] columns = [.. Enumerable.Range(0, p).Select(_ => Random(random, n + 2 * Before))];
        double[] y = Random(random, n + 2 * Before), weights = Array.ConvertAll(Random(random, n + 2 * Before), Math.Abs), offset = Random(random, n + 2 * Before);
        var fit = LeastSquares.Solve([Ones, .. columns[1..].Select(c => new ReadOnlyMemory<double>(c))], y, weights, offset, Before, n);

        Array.Fill(columns[0], 1.0);
        var roots = Vector<double>.Build.Dense(n, i => Math.Sqrt(weights[Before + i]));
        var x = Matrix<double>.Build.Dense(n, p, (i, j) => roots[i] * columns[j][Before + i]);
        var z = Vector<double>.Build.Dense(n, i => roots[i] * (y[Before + i] - offset[Before + i]));
        var β = x.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Solve(z);
        var covariance = (x.Transpose() * x).Inverse();

        Assert.Equal(p, fit.Rank);
        Assert.Empty(fit.Aliased);
        double size = β.L2Norm();
        for (int j = 0; j < p; j++)
        {
            Assert.Equal(β[j], fit.Coefficients[j], 1e-10 * size);
            for (int k = 0; k < p; k++)
                Assert.Equal(covariance[j, k], fit.UnscaledCovariance[j * p + k], 1e-9 * Math.Sqrt(covariance[j, j] * covariance[k, k]));
        }
        double rss = (z - x * β).DotProduct(z - x * β);
        Assert.Equal(rss, fit.ResidualSumOfSquares, 1e-11 * rss);
        Assert.False(fit.ExactFit);
    }

    [Fact]
    public void Later_columns_that_depend_on_earlier_ones_are_aliased()
    {
        var random = new Random(1);
        int n = 1000;
        double[] a = Random(random, n), b = Random(random, n), y = Random(random, n);
        double[] group = [.. Enumerable.Range(0, n).Select(i => (double)(i % 3))];
        double[] Dummy(int level) => [.. group.Select(g => g == level ? 1.0 : 0.0)];
        double[] combination = [.. a.Zip(b, (u, v) => 0.1 * u - 3e5 * v + 7)];
        ReadOnlyMemory<double>[] columns =
            [Ones, Dummy(0), Dummy(1), Dummy(2), new double[n], a, b, combination, Array.ConvertAll(a, v => 1e-200 * v), Array.ConvertAll(a, v => v * v)];

        var fit = LeastSquares.Solve(columns, y, default, default, 0, n);
        var without = LeastSquares.Solve([columns[0], columns[1], columns[2], columns[5], columns[6], columns[9]], y, default, default, 0, n);

        Assert.Equal([3, 4, 7, 8], fit.Aliased);
        Assert.Equal(6, fit.Rank);
        Assert.All(fit.Aliased, j => Assert.Equal(double.NaN, fit.Coefficients[j]));
        int[] kept = [0, 1, 2, 5, 6, 9];
        for (int j = 0; j < 6; j++)
        {
            Assert.Equal(without.Coefficients[j], fit.Coefficients[kept[j]], 1e-14 * Math.Abs(without.Coefficients[j]));
            Assert.Equal(without.UnscaledCovariance[j * 6 + j], fit.UnscaledCovariance[kept[j] * 11], 1e-12 * without.UnscaledCovariance[j * 6 + j]);
        }
        Assert.Equal(double.NaN, fit.UnscaledCovariance[3]);
        Assert.Equal(without.ResidualSumOfSquares, fit.ResidualSumOfSquares, 1e-13 * fit.ResidualSumOfSquares);
    }

    [Fact]
    public void Fewer_rows_than_columns_are_fitted_exactly_by_the_first()
    {
        var random = new Random(2);
        var fit = LeastSquares.Solve([Ones, Random(random, 3), Random(random, 3), Random(random, 3), Random(random, 3)], Random(random, 3), default, default, 0, 3);
        Assert.Equal([3, 4], fit.Aliased);
        Assert.True(fit.ExactFit);
    }

    [Fact]
    public void A_rounded_plane_is_an_exact_fit_and_one_row_off_it_is_not()
    {
        double[] x = [.. Enumerable.Range(0, 3000).Select(i => i / 7.0)], y = Array.ConvertAll(x, v => 0.3 - 0.1 * v);
        Assert.True(LeastSquares.Solve([Ones, x], y, default, default, 0, y.Length).ExactFit);
        Assert.True(LeastSquares.Solve([Ones], new double[] { 3.7, 3.7, 3.7 }, default, default, 0, 3).ExactFit);
        Assert.True(LeastSquares.Solve([Ones], new double[3], default, default, 0, 3).ExactFit);
        y[2999] *= 1 + 1e-12;
        Assert.False(LeastSquares.Solve([Ones, x], y, default, default, 0, y.Length).ExactFit);
        double[] weights = [.. Enumerable.Range(0, 3000).Select(i => i == 2999 ? 0.0 : 2.0)];
        Assert.True(LeastSquares.Solve([Ones, x], y, weights, default, 0, y.Length).ExactFit);

        // Seen beside the huge row the others' noise is below its rounding, and noise all the same.
        double[] huge = [1, 2, 3, 4, 1e20], line = [1.3, 1.9, 3.2, 3.9, 1e20];
        Assert.False(LeastSquares.Solve([huge], line, default, default, 0, 5).ExactFit);
    }

    /// <summary>Powers of two change no bit, and magnitudes at the edges of the doubles' range no digit.</summary>
    [Theory]
    [InlineData(1.0, 1.0, 1.0)]
    [InlineData(1099511627776.0, 0.0009765625, 0.25)]
    [InlineData(1e150, 1e-150, 1e90)]
    [InlineData(1e-280, 1e-20, 1e300)]
    public void Coefficients_follow_the_units(double unitX, double unitY, double unitW)
    {
        var random = new Random(3);
        int n = 500;
        double[] x = Random(random, n), y = Random(random, n), w = Array.ConvertAll(Random(random, n), Math.Abs);
        var plain = LeastSquares.Solve([Ones, x], y, w, default, 0, n);
        var scaled = LeastSquares.Solve([Ones, Array.ConvertAll(x, v => v * unitX)], Array.ConvertAll(y, v => v * unitY), Array.ConvertAll(w, v => v * unitW), default, 0, n);
        double tolerance = unitX == Math.ScaleB(1, Math.ILogB(unitX)) ? 0 : 1e-13;
        Assert.Equal(plain.Coefficients[0], scaled.Coefficients[0] / unitY, tolerance * Math.Abs(plain.Coefficients[0]));
        Assert.Equal(plain.Coefficients[1], scaled.Coefficients[1] / unitY * unitX, tolerance * Math.Abs(plain.Coefficients[1]));
        Assert.Equal(plain.ResidualSumOfSquares, scaled.ResidualSumOfSquares / unitW / unitY / unitY, tolerance * plain.ResidualSumOfSquares);
    }

    [Fact]
    public void Weights_count_rows()
    {
        double[] x = [1, 2, 3, 5, 8], y = [1, 3, 2, 5, 4], weights = [2, 1, 0, 3, 1];
        double[] longX = [1, 1, 2, 5, 5, 5, 8], longY = [1, 1, 3, 5, 5, 5, 4];
        var weighted = LeastSquares.Solve([Ones, x], y, weights, default, 0, 5);
        var counted = LeastSquares.Solve([Ones, longX], longY, default, default, 0, 7);
        for (int j = 0; j < 2; j++)
            Assert.Equal(counted.Coefficients[j], weighted.Coefficients[j], 1e-15);
        Assert.Equal(counted.ResidualSumOfSquares, weighted.ResidualSumOfSquares, 1e-15);
        for (int j = 0; j < 4; j++)
            Assert.Equal(counted.UnscaledCovariance[j], weighted.UnscaledCovariance[j], 1e-15);
    }

    [Fact]
    public void Rows_that_cannot_be_fitted_are_refused()
    {
        double[] x = [1, 2, 3], y = [1, 2, 4];
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve([x], new double[] { 1, double.NaN, 2 }, default, default, 0, 3));
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve([new double[] { 1, double.PositiveInfinity, 2 }], y, default, default, 0, 3));
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve([x], y, new double[] { 1, -1, 1 }, default, 0, 3));
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve([x], y, default, default, 1, 3));
    }
}
