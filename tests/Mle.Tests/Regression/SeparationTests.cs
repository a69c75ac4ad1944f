using System.Runtime.CompilerServices;

namespace Mle.Tests.Regression;

public class SeparationTests
{
    static Separation? Find(double[][] rows, bool[]? equal = null) => Separation.Find(rows[0].Length, rows.Length, (i, a) =>
    {
        rows[i].CopyTo(a);
        return equal?[i] ?? false;
    });

    /// <summary>±x with the sign of the outcome.</summary>
    static double[][] Logistic(double[][] x, int[] y) => [.. x.Zip(y, (row, outcome) => outcome == 1 ? row : Array.ConvertAll(row, v => -v))];

    static void Holds(Separation found, double[][] rows, bool[]? equal = null)
    {
        Assert.Equal(1, found.Direction.Max(Math.Abs));
        for (int i = 0; i < rows.Length; i++)
        {
            double product = 0, size = 0;
            for (int j = 0; j < rows[i].Length; j++)
            {
                product += rows[i][j] * found.Direction[j];
                size += Math.Abs(rows[i][j] * found.Direction[j]);
            }
            if (found.Separated[i]) Assert.True(product > 0 && equal?[i] != true, $"row {i}: {product}");
            else Assert.Equal(0, product, 1e-12 * size);
        }
    }

    [Fact]
    public void A_threshold_separates_completely()
    {
        double[][] rows = Logistic([[1, 1], [1, 2], [1, 3], [1, 4.5], [1, 5]], [0, 0, 0, 1, 1]);
        var found = Find(rows)!;
        Holds(found, rows);
        Assert.True(found.IsComplete);
    }

    [Fact]
    public void A_tie_at_the_threshold_separates_quasi_completely()
    {
        double[][] rows = Logistic([[1, 1], [1, 2], [1, 3], [1, 3], [1, 4]], [0, 0, 0, 1, 1]);
        var found = Find(rows)!;
        Holds(found, rows);
        Assert.Equal([true, true, false, false, true], found.Separated);
    }

    [Fact]
    public void Overlap_is_not_separation()
    {
        Assert.Null(Find(Logistic([[1, 1], [1, 2], [1, 3], [1, 4]], [0, 1, 0, 1])));
        Assert.Null(Find(Logistic([[1, 3], [1, 3]], [0, 1])));
        Assert.Null(Find([[0, 0], [0, 0]]));
    }

    [Fact]
    public void Outcomes_that_are_all_the_same_separate()
    {
        var found = Find([[1], [1], [1]])!;
        Assert.Equal([1.0], found.Direction);
        Assert.True(found.IsComplete);
        Assert.Equal([-1.0], Find([[-1.0]])!.Direction);
    }

    /// <summary>One level of a factor with successes only, beside overlap: its coefficient and no other runs away.</summary>
    [Fact]
    public void An_empty_cell_moves_its_own_coefficient_only()
    {
        var random = new Random(1);
        var rows = new double[600][];
        for (int i = 0; i < rows.Length; i++)
        {
            int level = i % 5;
            double[] x = [1, random.NextDouble(), level == 1 ? 1 : 0, level == 2 ? 1 : 0, level == 3 ? 1 : 0, level == 4 ? 1 : 0];
            rows[i] = level == 3 || random.Next(2) == 0 ? x : Array.ConvertAll(x, v => -v);
        }
        var found = Find(rows)!;
        Assert.Equal([0, 0, 0, 0, 1, 0], found.Direction);
        Assert.Equal(Enumerable.Range(0, rows.Length).Select(i => i % 5 == 3), found.Separated);
    }

    [Fact]
    public void Repeated_rows_change_nothing()
    {
        double[][] rows = Logistic([[1, 0, 1], [1, 0, 0], [1, 0, 0], [1, 1, 1], [1, 1, 0]], [1, 0, 1, 1, 1]);
        double[][] repeated = [.. Enumerable.Range(0, 50).SelectMany(_ => rows)];
        var found = Find(repeated)!;
        Holds(found, repeated);
        Assert.Equal([true, false, false, true, true], found.Separated[..5]);
    }

    /// <summary>Of aliased columns nothing is claimed: their null direction is 0 in every row.</summary>
    [Fact]
    public void Aliased_columns_do_not_separate()
    {
        double[][] x = [[1, 1, 0, 2001], [1, 0, 1, 2002], [1, 1, 0, 2003], [1, 0, 1, 2004], [1, 1, 0, 2005], [1, 0, 1, 2006]];
        Assert.Null(Find(Logistic(x, [0, 1, 1, 0, 0, 1])));
        var found = Find(Logistic(x, [0, 1, 0, 1, 0, 1]))!;
        Holds(found, Logistic(x, [0, 1, 0, 1, 0, 1]));
        Assert.True(found.IsComplete);
    }

    /// <summary>Counts: x·d = 0 where y &gt; 0 and ≤ 0 where y = 0.</summary>
    [Fact]
    public void Counts_are_separated_where_a_combination_lives_on_zeros_only()
    {
        double[][] rows = [[1, 0, 3], [1, 0, 1], [1, 0, 4], [-1, -1, -1], [-1, -1, -5], [-1, 0, -2]];
        bool[] equal = [true, true, true, false, false, false];
        var found = Find(rows, equal)!;
        Holds(found, rows, equal);
        Assert.Equal([0, -1, 0], found.Direction);
        Assert.Equal([false, false, false, true, true, false], found.Separated);
        Assert.Null(Find(rows, [true, true, true, true, false, false]));
        Assert.Null(Find(rows, [true, true, true, true, true, true]));
    }

    /// <summary>All zeros: nothing holds the intercept.</summary>
    [Fact]
    public void Only_zero_counts_separate() => Assert.Equal([-1.0], Find([[-1.0], [-1.0]])!.Direction);

    [Fact]
    public void Units_do_not_matter()
    {
        double[][] rows = Logistic([[1, 1e-200], [1, 2e-200], [1, 3e-200], [1, 3e-200], [1, 4e-200]], [0, 0, 0, 1, 1]);
        Assert.Equal([true, true, false, false, true], Find(rows)!.Separated);
        double[][] years = [.. Enumerable.Range(0, 40).Select(i => (double[])[1, 1980 + i, (1980 + i) * (1980 + i)])];
        Assert.Equal(40, Find(Logistic(years, [.. Enumerable.Range(0, 40).Select(i => i is > 10 and < 30 ? 1 : 0)]))!.Separated.Count(s => s));
        Assert.Null(Find(Logistic(years, [.. Enumerable.Range(0, 40).Select(i => i is > 10 and < 30 and not 20 ? 1 : 0)])));
    }

    /// <summary>
    /// 1,000 random logistic data sets, half of them separated, completely or not, with dummies, small integers and
    /// numbers without ties: as many separated rows as data/separation/oracle.py finds in exact integers.
    /// </summary>
    [Fact]
    public void Every_verdict_is_that_of_exact_arithmetic()
    {
        int[] expected = [.. File.ReadLines(Counts()).Select(line => int.Parse(line.Split(' ')[0]))];
        Assert.InRange(expected.Count(c => c > 0), 450, 550);
        for (int index = 0; index < expected.Length; index++)
        {
            double[][] rows = DataSet(index);
            var found = Find(rows);
            Assert.True((found?.Separated.Count(s => s) ?? 0) == expected[index], $"data set {index}");
            if (found is not null) Holds(found, rows);
        }
    }

    static string Counts([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../data/separation/counts.txt");

    /// <summary>The same as in oracle.py, draw by draw.</summary>
    static double[][] DataSet(int index)
    {
        ulong state = (ulong)index;
        for (int i = 0; i < 4; i++)
            Below(2);
        int n = 30 + Below(171), p = 2 + Below(5);
        int[] kinds = [.. Enumerable.Range(0, p).Select(_ => Below(3))], β = [.. Enumerable.Range(0, p).Select(_ => Below(7) - 3)];
        int design = Below(6), cell = 1 + Below(p - 1);
        var rows = new double[n][];
        for (int i = 0; i < n; i++)
        {
            double[] x = [1, .. Enumerable.Range(1, p - 1).Select(j => kinds[j] switch { 0 => Below(2), 1 => Below(5) - 2, _ => (double)Below(2_000_001) - 1_000_000 })];
            double score = x.Zip(β, (a, b) => a * b).Sum();
            bool coin = Below(2) == 1;
            bool success = design switch
            {
                < 2 => coin,
                2 => Below(20) != 0 ? score > 0 : coin,
                3 => score != 0 ? score > 0 : coin,
                4 => score > 0,
                _ => x[cell] > 0 || coin,
            };
            if (design == 5 && kinds[cell] == 2) x[cell] = Math.Max(x[cell], 0);
            rows[i] = success ? x : Array.ConvertAll(x, v => -v);
        }
        return rows;

        int Below(int limit)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            return (int)((state >> 33) % (ulong)limit);
        }
    }

    /// <summary>Many rows and columns: separated by a hair, and not after one row changes sides.</summary>
    [Theory]
    [InlineData(20_000, 5)]
    [InlineData(2_000, 60)]
    public void Large_problems_are_decided(int n, int p)
    {
        var random = new Random(p);
        double[][] x = [.. Enumerable.Range(0, n).Select(_ => (double[])[1, .. Enumerable.Range(1, p - 1).Select(_ => random.NextDouble() - 0.5)])];
        double[][] rows = Logistic(x, [.. x.Select(r => r.Select((v, j) => v * (j % 3 - 1)).Sum() > -0.9 ? 1 : 0)]);
        var found = Find(rows)!;
        Holds(found, rows);
        Assert.True(found.IsComplete);
        double[] inside = [.. Enumerable.Range(0, p).Select(j => rows.Average(r => r[j]))];
        Assert.Null(Find([.. rows, Array.ConvertAll(inside, v => -v)]));
    }
}
