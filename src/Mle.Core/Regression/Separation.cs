namespace Mle;

/// <summary>Reads row i of the constraints; returns whether a·d = 0 is asked for and not a·d ≥ 0.</summary>
public delegate bool RowReader(int i, Span<double> a);

/// <summary>
/// A direction in which a likelihood never falls: d ≠ 0 with aᵢ·d ≥ 0 in every row (= 0 where asked for), and &gt; 0 in as
/// many rows as any such direction has.
/// </summary>
/// <remarks>
/// For a logistic regression aᵢ = ±xᵢ, + for successes: d exists exactly where the maximum likelihood estimate does not,
/// complete separation if every row is strictly positive, quasi-complete if not (Albert and Anderson, Biometrika 71, 1984).
/// Counts have equality where y &gt; 0 and −xᵢ where y = 0.
/// <para>
/// Method. Either the point nearest to 0 of the convex hull of the rows, x, is not 0: then x·aᵢ ≥ x·x &gt; 0 in every
/// row, and d = x. Or 0 = Σ λᵢaᵢ with λ &gt; 0 over some rows: then every d that is sought is 0 in all of these (Gordan;
/// Stiemke), and the search goes on among the d that are, with the rows that do not vanish there. After at most p such
/// steps either no row is left, and the rows with their λ certify that there is no separation, or those that are
/// left are separated completely, so that no other d is positive in more. The nearest point is found by Wolfe's
/// algorithm, Mathematical Programming 11, 1976: finite, and free of the cycling that ties (dummy variables, repeated
/// rows) bring to the simplex method, because the distance falls in every step. Here it also ends when x·aᵢ ≥ ½x·x.
/// </para>
/// <para>
/// Tolerances. Columns are brought to size 1 and made uncorrelated by a triangular factor, rows to length 1. There a
/// distance, weight or remainder below <c>max(1e-11, 4pκ·2⁻⁵³)</c> is 0, κ² being the largest variance inflation: what
/// changing the given numbers by some roundings could do. What is found holds in every row of the numbers given, to
/// aᵢ·d ≥ −1e-9 Σⱼ|aᵢⱼdⱼ|; that is checked before it is returned.
/// </para>
/// </remarks>
public sealed class Separation
{
    const double LeastTolerance = 1e-11, Verified = 1e-9;

    /// <summary>Rows that compete to enter; a search goes on where the last one ended.</summary>
    const int Pricing = 4096;

    /// <summary>d, the largest |dⱼ| being 1; exactly 0 where it is 0.</summary>
    public double[] Direction { get; }

    /// <summary>Of every row, whether a·d &gt; 0.</summary>
    public bool[] Separated { get; }

    /// <summary>Whether a·d &gt; 0 in every row.</summary>
    public bool IsComplete => !Separated.Contains(false);

    Separation(double[] direction, bool[] separated) => (Direction, Separated) = (direction, separated);

    /// <summary>A direction with the largest possible set of strictly positive rows, or null where none has any.</summary>
    /// <param name="p">The length of a row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="read">Called for every row several times, in any order, with the same answer every time.</param>
    /// <remarks>Directions in which every row is 0 (aliased columns) do not count. Memory: 9 bytes a row and some p × p matrices.</remarks>
    public static Separation? Find(int p, int rows, RowReader read) => p == 0 || rows == 0 ? null : new Search(p, rows, read).Run();

    /// <summary>The rows, and the subspace d = Z·z of the directions that are still possible.</summary>
    sealed class Search
    {
        readonly int p, rows;
        readonly RowReader read;
        readonly double[] scale, a;

        /// <summary>Length of aᵢZ; 0 for rows in which every direction sought is 0.</summary>
        readonly double[] length;
        readonly bool[] equality;

        /// <summary>p × k, row after row.</summary>
        double[] z;
        int k;
        double tolerance = LeastTolerance;

        public Search(int p, int rows, RowReader read)
        {
            (this.p, this.rows, this.read) = (p, rows, read);
            a = new double[p];
            length = new double[rows];
            equality = new bool[rows];
            scale = new double[p];
            for (int i = 0; i < rows; i++)
            {
                equality[i] = read(i, a);
                for (int j = 0; j < p; j++)
                    scale[j] = Math.Max(scale[j], Math.Abs(a[j]));
            }
            for (int j = 0; j < p; j++)
                scale[j] = scale[j] == 0 ? 1 : Math.ScaleB(1, -Math.ILogB(scale[j]));
            z = new double[p * p];
            k = p;
            for (int j = 0; j < p; j++)
                z[j * p + j] = 1;
        }

        public Separation? Run()
        {
            var open = new bool[rows];
            bool equalities = false;
            for (int i = 0; i < rows; i++)
            {
                open[i] = !equality[i];
                equalities |= equality[i];
            }
            if (equalities) Confine(Factor(equality));
            while (k > 0 && Whiten(open))
            {
                var point = new NearestPoint(k);
                var v = new double[p];
                int cursor = 0;
                for (; ; )
                {
                    Times(z, point.X, v);
                    int row = Violated(open, v, point.Square, ref cursor);
                    if (row < 0) return Verify(v);
                    Read(row, a);
                    var b = new double[k];
                    TimesZ(a, b, tolerance);
                    double size = Math.Sqrt(Triangle.Dot(b, b));
                    for (int c = 0; c < k; c++)
                        b[c] /= size;
                    if (!point.Add(row, b, tolerance)) break;
                }
                var face = new Triangle(k);
                foreach (var (row, b) in point.Support)
                {
                    open[row] = false;
                    face.Fold((double[])b.Clone(), 1);
                }
                Confine(face);
            }
            return null;
        }

        void Read(int i, Span<double> to)
        {
            read(i, to);
            for (int j = 0; j < p; j++)
                to[j] *= scale[j];
        }

        /// <summary>b = aZ, exactly 0 where nothing but rounding is left.</summary>
        void TimesZ(ReadOnlySpan<double> row, Span<double> b, double tolerance)
        {
            Span<double> sizes = stackalloc double[k];
            sizes.Clear();
            b[..k].Clear();
            for (int j = 0; j < p; j++)
            {
                if (row[j] == 0) continue;
                double x = row[j];
                var from = z.AsSpan(j * k, k);
                for (int c = 0; c < from.Length; c++)
                {
                    double term = x * from[c];
                    b[c] += term;
                    sizes[c] += Math.Abs(term);
                }
            }
            for (int c = 0; c < k; c++)
                if (Math.Abs(b[c]) <= tolerance * sizes[c]) b[c] = 0;
        }

        /// <summary>The factor of the rows that are wanted, in the coordinates of Z.</summary>
        Triangle Factor(bool[] wanted)
        {
            var r = new Triangle(k);
            var block = new double[k * r.BlockRows];
            var b = new double[k];
            for (int i = 0; i < rows;)
            {
                int filled = 0;
                for (; i < rows && filled < r.BlockRows; i++)
                {
                    if (!wanted[i]) continue;
                    Read(i, a);
                    TimesZ(a, b, tolerance);
                    bool any = false;
                    for (int c = 0; c < k; c++)
                    {
                        block[c * r.BlockRows + filled] = b[c];
                        any |= b[c] != 0;
                    }
                    // Every direction that is still possible is 0 in this row.
                    if (any) filled++;
                    else wanted[i] = false;
                }
                for (int c = 1; c < k && filled < r.BlockRows; c++)
                    block.AsSpan(c * r.BlockRows, filled).CopyTo(block.AsSpan(c * filled));
                r.Fold(block, filled);
            }
            return r;
        }

        /// <summary>Z ← ZN with the null space N of what r is the factor of.</summary>
        void Confine(Triangle r)
        {
            int[] kept = r.Independent(tolerance);
            int[] free = [.. Enumerable.Range(0, k).Except(kept)];
            int rank = kept.Length;
            var n = new double[k * free.Length];
            var c = new double[rank];
            for (int f = 0; f < free.Length; f++)
            {
                for (int i = 0; i < rank; i++)
                    c[i] = -r[i, rank + f];
                r.Solve(c);
                n[free[f] * free.Length + f] = 1;
                for (int i = 0; i < rank; i++)
                    n[kept[i] * free.Length + f] = Math.Abs(c[i]) * r.Norm(i) <= tolerance * r.Norm(rank + f) ? 0 : c[i];
            }
            z = Times(n, free.Length);
            k = free.Length;
        }

        /// <summary>Z·m for a matrix of some columns, exactly 0 where nothing but rounding is left.</summary>
        double[] Times(double[] m, int columns)
        {
            var product = new double[p * columns];
            for (int j = 0; j < p; j++)
            {
                for (int f = 0; f < columns; f++)
                {
                    double sum = 0, size = 0;
                    for (int c = 0; c < k; c++)
                    {
                        double term = z[j * k + c] * m[c * columns + f];
                        sum += term;
                        size += Math.Abs(term);
                    }
                    product[j * columns + f] = Math.Abs(sum) <= tolerance * size ? 0 : sum;
                }
            }
            return product;
        }

        void Times(double[] matrix, double[] x, double[] product)
        {
            for (int j = 0; j < p; j++)
            {
                double sum = 0, size = 0;
                for (int c = 0; c < k; c++)
                {
                    double term = matrix[j * k + c] * x[c];
                    sum += term;
                    size += Math.Abs(term);
                }
                product[j] = Math.Abs(sum) <= tolerance * size ? 0 : sum;
            }
        }

        /// <summary>
        /// Z ← ZR⁻¹ with the factor R of the open rows, without directions that are 0 in all of them; closes rows that are
        /// 0 in every direction. False where none is left.
        /// </summary>
        bool Whiten(bool[] open)
        {
            var r = Factor(open);
            int[] kept = r.Independent(tolerance);
            int rank = kept.Length;
            if (rank == 0) return false;
            double[] inverse = r.Inverse(rank);
            var m = new double[k * rank];
            for (int c = 0; c < rank; c++)
            {
                double norm = Math.Sqrt(Triangle.Dot(inverse.AsSpan(c * rank, rank), inverse.AsSpan(c * rank, rank)));
                tolerance = Math.Max(tolerance, 4 * p * Math.ScaleB(norm * r.Norm(c), -53));
                inverse.AsSpan(c * rank, rank).CopyTo(m.AsSpan(kept[c] * rank));
            }
            z = Times(m, rank);
            k = rank;
            var b = new double[k];
            for (int i = 0; i < rows; i++)
            {
                if (!open[i]) continue;
                Read(i, a);
                TimesZ(a, b, tolerance);
                length[i] = Math.Sqrt(Triangle.Dot(b, b));
                open[i] = length[i] > 0;
            }
            return true;
        }

        /// <summary>An open row with a·v/|aZ| ≤ ½x·x, the least of the first stretch that has one; −1 if there is none.</summary>
        int Violated(bool[] open, double[] v, double square, ref int cursor)
        {
            int found = -1;
            double least = square / 2;
            for (int seen = 0; seen < rows; seen++)
            {
                int i = cursor;
                cursor = cursor + 1 == rows ? 0 : cursor + 1;
                if (open[i])
                {
                    Read(i, a);
                    double product = Triangle.Dot(a, v) / length[i];
                    if (product < least || (square == 0 && found < 0)) (least, found) = (product, i);
                }
                if (found >= 0 && (seen + 1) % Pricing == 0) break;
            }
            return found;
        }

        Separation? Verify(double[] v)
        {
            double largest = 0;
            var d = new double[p];
            for (int j = 0; j < p; j++)
                largest = Math.Max(largest, Math.Abs(d[j] = v[j] * scale[j]));
            for (int j = 0; j < p; j++)
                d[j] /= largest;
            var separated = new bool[rows];
            bool any = false;
            for (int i = 0; i < rows; i++)
            {
                read(i, a);
                double product = 0, size = 0;
                for (int j = 0; j < p; j++)
                {
                    product += a[j] * d[j];
                    size += Math.Abs(a[j] * d[j]);
                }
                if (product < -Verified * size || (equality[i] && product > Verified * size)) return null;
                any |= separated[i] = !equality[i] && product > Verified * size;
            }
            return any ? new(d, separated) : null;
        }
    }
}
