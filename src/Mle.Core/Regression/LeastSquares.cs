using System.Runtime.Intrinsics;

namespace Mle;

/// <summary>
/// Weighted linear least squares: the β that minimises Σ wᵢ(yᵢ − oᵢ − xᵢ·β)², as exact as the data allow.
/// </summary>
/// <remarks>
/// A Householder factorisation of W^½X, read in blocks of rows, gives R; then β ← β + (RᵀR)⁻¹XᵀWr with r = y − o − Xβ,
/// where β and both products have twice double precision, until corrections no longer shrink (corrected semi-normal
/// equations: Björck, Linear Algebra and its Applications 88/89, 1987). R has the small backward error of an orthogonal
/// factorisation, so that every step shrinks the error by about κ·2⁻⁵³ (normal equations: κ² times that), and r is
/// taken from the data, so that what the factorisation lost does not stay lost.
/// <para>
/// Columns, responses and weights are scaled by powers of two as they are read. Beyond the data, memory is one block of
/// 32,768 numbers (64 rows, where these are more) and a few p × p matrices; 2,048 rows where variances are inflated by
/// more than 10⁶, a number a row where the fit may be exact. All sums have a fixed order.
/// </para>
/// </remarks>
public sealed class LeastSquares
{
    /// <summary>
    /// See <see cref="Triangle.Independent"/>. Dependencies leave up to some 1e-13 in the factor of 10⁷ rows and in columns
    /// that were computed from others; powers of x up to x¹⁰, known to all digits, are as independent as 1e-10 (NIST's Filip).
    /// </summary>
    internal const double Dependent = 1e-12;

    /// <summary>
    /// Standard errors lose κ·2⁻⁵³, where κⱼ = ‖xⱼ‖√((XᵀWX)⁻¹ⱼⱼ) is the square root of the variance inflation: above
    /// this, three digits, the covariance is refined.
    /// </summary>
    const double WellConditioned = 1000;

    /// <summary>β; NaN for a column that depends on earlier ones.</summary>
    public double[] Coefficients { get; }

    /// <summary>Σ wᵢ(yᵢ − oᵢ − xᵢ·β)².</summary>
    public double ResidualSumOfSquares { get; }

    /// <summary>The number of columns that do not depend on earlier ones.</summary>
    public int Rank { get; }

    /// <summary>The columns that depend on earlier ones, in order.</summary>
    public int[] Aliased { get; }

    /// <summary>(XᵀWX)⁻¹ of the columns that are not aliased, p × p, row after row; NaN in the rows and columns that are.</summary>
    public double[] UnscaledCovariance { get; }

    /// <summary>
    /// Whether numbers that these are only roundings of lie on a plane, so that the data do not show that the variance
    /// is positive: some β has |rᵢ| ≤ 2⁻⁵²(|yᵢ| + |oᵢ| + Σⱼ|xᵢⱼβⱼ|), in root mean square over the rows that have a weight.
    /// </summary>
    /// <remarks>
    /// In every row it would be Oettli and Prager's condition, Numerische Mathematik 6, 1964; the root mean square of the
    /// ratios is what another least squares fit, with these sizes for standard deviations, makes smallest. A whole unit in
    /// the last place and not half of one, for columns that were rounded more than once, as powers are.
    /// </remarks>
    public bool ExactFit { get; }

    /// <summary>Fits the rows from <paramref name="from"/> to from + count − 1.</summary>
    /// <param name="columns">x, a number for every row; empty for a column of ones. Of dependent columns the first are kept.</param>
    /// <param name="y">The responses.</param>
    /// <param name="weights">w ≥ 0 of every row, or empty for 1.</param>
    /// <param name="offset">What is known of every response, or empty for 0.</param>
    /// <param name="from">The first row.</param>
    /// <param name="count">The number of rows; fewer than columns alias some.</param>
    /// <exception cref="ArgumentException">A number is infinite or not one, a weight is negative, or a column is too short.</exception>
    public static LeastSquares Solve(
        IReadOnlyList<ReadOnlyMemory<double>> columns, ReadOnlyMemory<double> y,
        ReadOnlyMemory<double> weights, ReadOnlyMemory<double> offset, int from, int count)
    {
        var rows = new ScaledRows(columns, y, weights, offset, from, count);
        return new(rows, rows.Fit());
    }


    LeastSquares(ScaledRows rows, ScaledFit fit)
    {
        int p = rows.Columns, rank = fit.Kept.Length;
        double[] inverse = fit.R.Inverse(rank), covariance = TimesTransposed(inverse, rank);
        bool inflated = false;
        for (int j = 0; j < rank; j++)
            inflated |= fit.R.Norm(j) * Math.Sqrt(covariance[j * rank + j]) > WellConditioned;
        if (inflated)
            covariance = TimesTransposed(Refine(inverse, rows.Gram(fit.Kept), rank), rank);

        Rank = rank;
        Aliased = [.. Enumerable.Range(0, p).Except(fit.Kept)];
        Coefficients = new double[p];
        UnscaledCovariance = new double[p * p];
        Array.Fill(Coefficients, double.NaN);
        Array.Fill(UnscaledCovariance, double.NaN);
        for (int j = 0; j < rank; j++)
        {
            Coefficients[fit.Kept[j]] = rows.Coefficient(fit.Kept[j], fit.High[j]);
            for (int k = 0; k < rank; k++)
                UnscaledCovariance[fit.Kept[j] * p + fit.Kept[k]] = rows.Covariance(fit.Kept[j], fit.Kept[k], covariance[j * rank + k]);
        }
        ResidualSumOfSquares = rows.SumOfSquares(fit.Squares);
        ExactFit = rows.AreOnAPlane(fit);
    }

    /// <summary>TTᵀ.</summary>
    static double[] TimesTransposed(double[] t, int n)
    {
        var product = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                product[i * n + j] = product[j * n + i] = Triangle.Dot(t.AsSpan(i * n, n), t.AsSpan(j * n, n));
        return product;
    }

    /// <summary>
    /// From T ≈ R⁻¹ and G = XᵀWX a matrix S with SSᵀ = G⁻¹: TᵀGT = LLᵀ is nearly the identity and known as well as G, so that
    /// S = TL⁻ᵀ has the relative error of double precision in every row, whatever was lost in R.
    /// </summary>
    static double[] Refine(double[] t, DoubleDouble[] g, int n)
    {
        int groups = (n + 3) / 4;
        var padded = new Vector256<double>[n * groups];
        for (int i = 0; i < n; i++)
            for (int j = i; j < n; j++)
                padded[i * groups + j / 4] = padded[i * groups + j / 4].WithElement(j % 4, t[i * n + j]);
        var l = new double[n * n];
        var right = new DoubleDouble[n];
        for (int c = 0; c < groups; c++)
        {
            for (int i = 0; i < n; i++)
            {
                DoubleDouble sum = default;
                for (int k = 0; k < n; k++)
                    sum += g[i * n + k] * padded[k * groups + c];
                right[i] = sum;
            }
            for (int i = 0; i < n; i++)
            {
                DoubleDouble sum = default;
                for (int k = 0; k <= i; k++)
                    sum += right[k] * Vector256.Create(t[k * n + i]);
                for (int j = 4 * c; j < Math.Min(n, 4 * c + 4); j++)
                    l[i * n + j] = sum.High[j % 4] + sum.Low[j % 4];
            }
        }
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double left = l[i * n + j] - Triangle.Dot(l.AsSpan(i * n, j), l.AsSpan(j * n, j));
                l[i * n + j] = i == j ? Math.Sqrt(left) : left / l[j * n + j];
            }
        }
        // Each row s of S solves Ls = (row of T).
        var s = (double[])t.Clone();
        for (int i = 0; i < n; i++)
        {
            var row = s.AsSpan(i * n, n);
            for (int j = 0; j < n; j++)
                row[j] = (row[j] - Triangle.Dot(l.AsSpan(j * n, j), row[..j])) / l[j * n + j];
        }
        return s;
    }
}

/// <summary>What is found in scaled units: β = High + Low of the columns kept, rᵀWr, and the factor R of these columns.</summary>
sealed record ScaledFit(Triangle R, int[] Kept, double[] High, double[] Low, double Squares);

/// <summary>The rows of a least squares problem, every column scaled by a power of two to a largest entry between 1 and 2.</summary>
sealed class ScaledRows
{
    /// <summary>Of one pass over the residuals: 32 KB of them.</summary>
    const int Block = 2048;

    const double UnitInTheLastPlace = 1.0 / (1L << 52);

    const int MostSteps = 50;

    readonly ReadOnlyMemory<double>[] columns;
    readonly ReadOnlyMemory<double> y, weights, offset;
    readonly double[] scale;
    readonly double responseScale, weightScale;
    readonly int count;

    public ScaledRows(
        IReadOnlyList<ReadOnlyMemory<double>> columns, ReadOnlyMemory<double> y,
        ReadOnlyMemory<double> weights, ReadOnlyMemory<double> offset, int from, int count)
    {
        this.count = count;
        this.y = Slice(y, "y");
        this.weights = weights.IsEmpty ? default : Slice(weights, nameof(weights));
        this.offset = offset.IsEmpty ? default : Slice(offset, nameof(offset));
        this.columns = [.. columns.Select((c, j) => c.IsEmpty ? default : Slice(c, $"column {j}"))];

        double heaviest = Largest(this.weights.Span, default);
        foreach (double w in this.weights.Span)
            if (w < 0) throw new ArgumentException("A weight is negative.", nameof(weights));
        // A power of four, so that its root is one of two.
        weightScale = Math.ScaleB(1, this.weights.IsEmpty || heaviest == 0 ? 0 : -2 * (Math.ILogB(heaviest) / 2));
        responseScale = Scale(Math.Max(Largest(this.y.Span, default), Largest(this.offset.Span, default)));
        scale = [.. this.columns.Select(c => c.IsEmpty ? 1 : Scale(Largest(c.Span, this.weights.Span)))];

        ReadOnlyMemory<double> Slice(ReadOnlyMemory<double> column, string name) =>
            column.Length >= (long)from + count ? column.Slice(from, count)
                : throw new ArgumentException($"{name} has {column.Length} rows, fewer than {(long)from + count}.", name);
    }

    /// <summary>Exponents stay in the range of doubles: numbers below 2⁻¹⁰⁰⁰ are scaled short of 1.</summary>
    static double Scale(double largest) => largest == 0 ? 1 : Math.ScaleB(1, -Math.Max(Math.ILogB(largest), -1000));

    static double Largest(ReadOnlySpan<double> column, ReadOnlySpan<double> weights)
    {
        double largest = 0;
        for (int i = 0; i < column.Length; i++)
        {
            double x = Math.Abs(column[i]);
            if (!(x <= double.MaxValue)) throw new ArgumentException($"Row {i} of a column is not a finite number.", nameof(column));
            if (x > largest && (weights.IsEmpty || weights[i] > 0)) largest = x;
        }
        return largest;
    }

    public double Coefficient(int column, double scaled) => scaled * scale[column] / responseScale;

    public double Covariance(int column, int other, double scaled) => scaled * scale[column] * scale[other] * weightScale;

    public double SumOfSquares(double scaled) => scaled / weightScale / responseScale / responseScale;

    public int Columns => columns.Length;

    public ScaledFit Fit()
    {
        var r = Factor();
        int[] kept = r.Independent(LeastSquares.Dependent);
        int rank = kept.Length;
        double[] high = new double[rank], low = new double[rank], step = new double[rank];
        double squares, last = double.PositiveInfinity;
        for (int i = 0; ; i++)
        {
            squares = Residuals(kept, high, low, step);
            r.SolveTransposed(step);
            // ‖Xδ‖, the length of the correction δ among the fitted values.
            double length = Norm(step);
            if (!(length < last / 2) || i == MostSteps) break;
            r.Solve(step);
            double next = length / last;
            bool done = i > 0 && length * length < squares / 1000;
            for (int j = 0; j < rank; j++)
            {
                var (sum, lost) = DoubleDouble.Sum(high[j], step[j]);
                (high[j], low[j]) = DoubleDouble.Sum(sum, lost + low[j]);
                done &= next * Math.Abs(step[j]) <= 1e-20 * Math.Abs(high[j]);
            }
            last = length;
            if (!done) continue;
            // What remains to be corrected is next·δ; and ‖r − Xδ‖² = ‖r‖² − ‖Xδ‖² where δ is a least squares solution.
            squares -= length * length;
            break;
        }
        return new(r, kept, high, low, squares);
    }

    static double Norm(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double v in x)
            sum += v * v;
        return Math.Sqrt(sum);
    }

    /// <summary>The factor R of W^½X.</summary>
    public Triangle Factor()
    {
        int p = columns.Length;
        var r = new Triangle(p);
        var block = new double[p * r.BlockRows];
        var roots = new double[r.BlockRows];
        for (int start = 0; start < count; start += r.BlockRows)
        {
            int rows = Math.Min(r.BlockRows, count - start);
            for (int i = 0; i < rows; i++)
                roots[i] = weights.IsEmpty ? 1 : Math.Sqrt(weights.Span[start + i] * weightScale);
            for (int j = 0; j < p; j++)
            {
                var to = block.AsSpan(j * rows, rows);
                roots.AsSpan(0, rows).CopyTo(to);
                if (columns[j].IsEmpty) continue;
                var x = columns[j].Span.Slice(start, rows);
                for (int i = 0; i < rows; i++)
                    to[i] *= x[i] * scale[j];
            }
            r.Fold(block, rows);
        }
        return r;
    }

    /// <summary>Four rows of a column from row i, 0 beyond the last.</summary>
    static Vector256<double> Load(ReadOnlySpan<double> column, int i, double scale)
    {
        if (i + 4 <= column.Length) return Vector256.Create(column.Slice(i, 4)) * scale;
        Span<double> rest = stackalloc double[4];
        rest.Clear();
        column[i..].CopyTo(rest);
        return Vector256.Create<double>(rest) * scale;
    }

    /// <summary>A column of the block from <paramref name="start"/>, four rows in one.</summary>
    void Read(int column, int start, Span<Vector256<double>> block)
    {
        if (columns[column].IsEmpty)
        {
            block.Fill(Vector256<double>.One);
            int rest = (count - start) % 4;
            if (start + 4 * block.Length > count)
                for (int i = rest; i < 4; i++)
                    block[^1] = block[^1].WithElement(i, 0);
            return;
        }
        var x = columns[column].Span;
        for (int v = 0; v < block.Length; v++)
            block[v] = Load(x, start + 4 * v, scale[column]);
    }

    int Vectors(int start) => (Math.Min(Block, count - start) + 3) / 4;

    /// <summary>r = y − o − Xβ of the block from <paramref name="start"/>.</summary>
    void Residuals(ReadOnlySpan<int> kept, ReadOnlySpan<double> high, ReadOnlySpan<double> low, int start, Span<DoubleDouble> r, Span<Vector256<double>> x)
    {
        for (int v = 0; v < r.Length; v++)
        {
            var known = offset.IsEmpty ? default : Load(offset.Span, start + 4 * v, responseScale);
            r[v] = DoubleDouble.Sum(Load(y.Span, start + 4 * v, responseScale), -known);
        }
        for (int k = 0; k < kept.Length; k++)
        {
            if (high[k] == 0) continue;
            Read(kept[k], start, x);
            var minus = new DoubleDouble(Vector256.Create(-high[k]), Vector256.Create(-low[k]));
            for (int v = 0; v < r.Length; v++)
                r[v] += minus * x[v];
        }
    }

    /// <summary>XᵀWr, and rᵀWr as result.</summary>
    public double Residuals(ReadOnlySpan<int> kept, ReadOnlySpan<double> high, ReadOnlySpan<double> low, Span<double> gradient)
    {
        var sums = new DoubleDouble[kept.Length];
        DoubleDouble squares = default;
        var x = new Vector256<double>[Block / 4];
        var r = new DoubleDouble[Block / 4];
        for (int start = 0; start < count; start += Block)
        {
            var rows = r.AsSpan(0, Vectors(start));
            var column = x.AsSpan(0, rows.Length);
            Residuals(kept, high, low, start, rows, column);
            for (int v = 0; v < rows.Length; v++)
            {
                var weighted = weights.IsEmpty ? rows[v] : rows[v] * Load(weights.Span, start + 4 * v, weightScale);
                squares += DoubleDouble.Product(weighted.High, rows[v].High);
                rows[v] = weighted;
            }
            for (int k = 0; k < kept.Length; k++)
            {
                Read(kept[k], start, column);
                var sum = sums[k];
                for (int v = 0; v < rows.Length; v++)
                    sum += rows[v] * column[v];
                sums[k] = sum;
            }
        }
        for (int k = 0; k < kept.Length; k++)
            gradient[k] = sums[k].Total().High;
        return squares.Total().High;
    }

    /// <summary>XᵀWX, every entry in all four places.</summary>
    public DoubleDouble[] Gram(ReadOnlySpan<int> kept)
    {
        int n = kept.Length;
        var gram = new DoubleDouble[n * n];
        var x = new Vector256<double>[n * (Block / 4)];
        for (int start = 0; start < count; start += Block)
        {
            int vectors = Vectors(start);
            for (int k = 0; k < n; k++)
                Read(kept[k], start, x.AsSpan(k * vectors, vectors));
            for (int k = 0; k < n; k++)
            {
                for (int j = 0; j <= k; j++)
                {
                    var sum = gram[k * n + j];
                    for (int v = 0; v < vectors; v++)
                    {
                        var product = DoubleDouble.Product(x[k * vectors + v], x[j * vectors + v]);
                        sum += weights.IsEmpty ? product : product * Load(weights.Span, start + 4 * v, weightScale);
                    }
                    gram[k * n + j] = sum;
                }
            }
        }
        for (int k = 0; k < n; k++)
        {
            for (int j = 0; j <= k; j++)
            {
                var (high, low) = gram[k * n + j].Total();
                gram[k * n + j] = gram[j * n + k] = new(Vector256.Create(high), Vector256.Create(low));
            }
        }
        return gram;
    }

    /// <summary><see cref="LeastSquares.ExactFit"/>.</summary>
    public bool AreOnAPlane(ScaledFit fit)
    {
        // Scaled entries are below 2, weights below 4.
        double largest = 4;
        foreach (double β in fit.High)
            largest += 2 * Math.Abs(β);
        if (fit.Squares > 4.0 * count * Math.Pow(UnitInTheLastPlace * largest, 2)) return false;

        var relative = Sizes(fit);
        int seen = 0;
        for (int i = 0; i < count; i++)
        {
            bool counts = relative[i] > 0 && (weights.IsEmpty || weights.Span[i] > 0);
            relative[i] = counts ? Math.Pow(Math.Max(relative[i], 1e-100), -2) : 0;
            if (counts) seen++;
        }
        var rows = new ScaledRows(columns, y, relative, offset, 0, count);
        return rows.Fit().Squares / rows.weightScale <= Math.Pow(UnitInTheLastPlace, 2) * seen;
    }

    /// <summary>|yᵢ| + |oᵢ| + Σⱼ|xᵢⱼβⱼ| of every row.</summary>
    double[] Sizes(ScaledFit fit)
    {
        var sizes = new double[count];
        Add(y, responseScale);
        Add(offset, responseScale);
        for (int k = 0; k < fit.Kept.Length; k++)
        {
            if (columns[fit.Kept[k]].IsEmpty)
                for (int i = 0; i < count; i++)
                    sizes[i] += Math.Abs(fit.High[k]);
            else
                Add(columns[fit.Kept[k]], scale[fit.Kept[k]] * fit.High[k]);
        }
        return sizes;

        void Add(ReadOnlyMemory<double> column, double factor)
        {
            var x = column.Span;
            for (int i = 0; i < x.Length; i++)
                sizes[i] += Math.Abs(x[i] * factor);
        }
    }
}
