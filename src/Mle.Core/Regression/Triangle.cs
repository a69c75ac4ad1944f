using System.Numerics;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>
/// The triangular factor R of a tall matrix A = QR that is read once, in blocks of rows: RᵀR = AᵀA without forming AᵀA.
/// </summary>
/// <remarks>
/// Householder reflections of each block stacked under the R of the blocks before it (Golub and Van Loan, Matrix
/// Computations, 2013, sections 5.2 and 6.5; Demmel et al., SIAM Journal on Scientific Computing 34, 2012): R is that of
/// A + E with column norms |Eⱼ| of a few rounding errors of |Aⱼ|, so that the condition of A is not squared.
/// </remarks>
sealed class Triangle(int p)
{
    double[] r = new double[p * p];

    public int Size => p;

    public Triangle Copy() => new(p) { r = (double[])r.Clone() };

    /// <summary>Enough rows to pay for reading R, few enough to stay in the cache.</summary>
    public int BlockRows { get; } = Math.Clamp(32768 / Math.Max(p, 1), 64, 1024);

    /// <summary>Stacks rows under those before.</summary>
    /// <param name="block">One column of <paramref name="rows"/> numbers after another, of size at most about 1; overwritten.</param>
    public void Fold(Span<double> block, int rows)
    {
        for (int j = 0; j < p; j++)
        {
            var v = block.Slice(j * rows, rows);
            var row = r.AsSpan(j * p, p);
            double below = Dot(v, v);
            // Squares that nearly underflow: what rounding leaves of a dependency, block after block.
            if (below < 1e-290) continue;
            double corner = row[j];
            double norm = Math.CopySign(Math.Sqrt(corner * corner + below), -corner);
            // H = I − (u uᵀ)/h with u = (corner − norm, v).
            double u = corner - norm, scale = -1 / (norm * u);
            row[j] = norm;
            for (int k = j + 1; k < p; k++)
            {
                var column = block.Slice(k * rows, rows);
                double s = scale * (u * row[k] + Dot(v, column));
                row[k] -= s * u;
                Subtract(column, s, v);
            }
        }
    }

    /// <summary>a·b.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var x = MemoryMarshal.Cast<double, Vector<double>>(a);
        var y = MemoryMarshal.Cast<double, Vector<double>>(b);
        Vector<double> first = default, second = default;
        int i = 0;
        for (; i + 1 < x.Length; i += 2)
        {
            first += x[i] * y[i];
            second += x[i + 1] * y[i + 1];
        }
        if (i < x.Length) first += x[i] * y[i];
        double sum = Vector.Sum(first + second);
        for (i = x.Length * Vector<double>.Count; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>a −= s·b.</summary>
    static void Subtract(Span<double> a, double s, ReadOnlySpan<double> b)
    {
        var x = MemoryMarshal.Cast<double, Vector<double>>(a);
        var y = MemoryMarshal.Cast<double, Vector<double>>(b);
        var factor = new Vector<double>(s);
        for (int i = 0; i < x.Length; i++)
            x[i] -= factor * y[i];
        for (int i = x.Length * Vector<double>.Count; i < a.Length; i++)
            a[i] -= s * b[i];
    }

    /// <summary>
    /// Leaves out every column that depends on those before it and returns the others; R is then theirs, packed into
    /// the leading rows and columns; behind them stand what the others have in their directions.
    /// </summary>
    /// <param name="tolerance">
    /// Column j depends on those before it where no more than this part of ‖Aⱼ‖ + Σ|cₖ|‖Aₖ‖ is left of Aⱼ − Σ cₖAₖ.
    /// The right-hand side is what an error of one unit in every entry can leave, whatever the columns' correlation: a
    /// fixed part of ‖Aⱼ‖ alone would take nearly collinear but perfectly known columns (powers of x) for dependent.
    /// </param>
    public int[] Independent(double tolerance)
    {
        var kept = new List<int>();
        var norms = new double[p];
        var c = new double[p];
        for (int j = 0; j < p; j++)
        {
            for (int i = 0; i <= j; i++)
                norms[j] = double.Hypot(norms[j], r[i * p + j]);
            int rank = kept.Count;
            double left = 0;
            for (int i = rank; i <= j; i++)
                left = double.Hypot(left, r[i * p + j]);
            double known = norms[j];
            for (int i = rank - 1; i >= 0; i--)
            {
                c[i] = r[i * p + j];
                for (int k = i + 1; k < rank; k++)
                    c[i] -= r[i * p + kept[k]] * c[k];
                c[i] /= r[i * p + kept[i]];
                known += Math.Abs(c[i]) * norms[kept[i]];
            }
            if (!(left > tolerance * known)) continue;
            Reflect(rank, j);
            kept.Add(j);
        }
        int[] order = [.. kept, .. Enumerable.Range(0, p).Except(kept)];
        for (int i = 0; i < kept.Count; i++)
        {
            double[] row = [.. order.Select(j => r[i * p + j])];
            row.CopyTo(r, i * p);
        }
        return [.. kept];
    }

    public double this[int i, int j] => r[i * p + j];

    /// <summary>The norm of column j of R, once packed.</summary>
    public double Norm(int j)
    {
        double norm = 0;
        for (int i = 0; i <= j; i++)
            norm = double.Hypot(norm, r[i * p + j]);
        return norm;
    }

    /// <summary>Zeros column j below a row, where an earlier column was left out.</summary>
    void Reflect(int top, int j)
    {
        for (int i = j; i > top; i--)
        {
            double a = r[(i - 1) * p + j], b = r[i * p + j], norm = double.Hypot(a, b);
            if (b == 0) continue;
            for (int k = j; k < p; k++)
            {
                double upper = r[(i - 1) * p + k], lower = r[i * p + k];
                r[(i - 1) * p + k] = (a * upper + b * lower) / norm;
                r[i * p + k] = (a * lower - b * upper) / norm;
            }
            r[i * p + j] = 0;
        }
    }

    /// <summary>x ← R⁻ᵀx for the leading x.Length columns.</summary>
    public void SolveTransposed(Span<double> x)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] /= r[i * p + i];
            Subtract(x[(i + 1)..], x[i], r.AsSpan(i * p + i + 1, x.Length - i - 1));
        }
    }

    /// <summary>x ← R⁻¹x.</summary>
    public void Solve(Span<double> x)
    {
        for (int i = x.Length - 1; i >= 0; i--)
            x[i] = (x[i] - Dot(r.AsSpan(i * p + i + 1, x.Length - i - 1), x[(i + 1)..])) / r[i * p + i];
    }

    /// <summary>R⁻¹ of the leading columns, row after row.</summary>
    public double[] Inverse(int rank)
    {
        var inverse = new double[rank * rank];
        for (int i = rank - 1; i >= 0; i--)
        {
            var row = inverse.AsSpan(i * rank, rank);
            row[i] = 1;
            for (int k = i + 1; k < rank; k++)
                Subtract(row, r[i * p + k], inverse.AsSpan(k * rank, rank));
            for (int k = i; k < rank; k++)
                row[k] /= r[i * p + i];
        }
        return inverse;
    }
}
