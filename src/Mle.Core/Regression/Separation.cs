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
/// Tolerances. A number is 0 where it is below 1e-11 of the terms that it is the sum of: that decides which rows vanish in
/// every direction that is left. Distances and weights are compared where rows are uncorrelated and have length 1; there
/// what is below <c>max(1e-11, 4pκ·2⁻⁵³)</c> is 0, κ² being the largest variance inflation: what some roundings of the
/// numbers given could change. Rank is judged as in <see cref="LeastSquares"/>. A direction is returned only if aᵢ·d is
/// positive beyond the rounding of d in every row that it is said to separate, and 0 to that tolerance, 1e-9 at most, of
/// Σⱼ|aᵢⱼdⱼ| in all others. From κ of about 1e9 on (uncentred cubics of years) a row or a direction can be missed.
/// </para>
/// </remarks>
public sealed class Separation
{
    const double Cancelled = 1e-11, LargestZero = 1e-9;

    /// <summary>Rows that compete to enter; a search goes on where the last one ended.</summary>
    const int Pricing = 4096;

    /// <summary>d, the largest |dⱼ| being 1; exactly 0 where it is 0.</summary>
    public double[] Direction { get; }

    /// <summary>Of every row, whether a·d &gt; 0.</summary>
    public bool[] Separated { get; }

    /// <summary>Whether a·d &gt; 0 in every row.</summary>
    public bool IsComplete => !Separated.Contains(false);

    Separation(double[] direction, bool[] separated) => (Direction, Separated) = (direction, separated);

    /// <summary>A direction with the largest possible set of strictly positive rows, or null where none has any (or, at the limits above, none holds when checked).</summary>
    /// <param name="p">The length of a row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="read">Called for every row several times, in any order, with the same answer every time.</param>
    /// <remarks>Directions in which every row is 0 (aliased columns) do not count. Memory: 10 bytes a row and some p × p matrices.</remarks>
    public static Separation? Find(int p, int rows, RowReader read) => p == 0 || rows == 0 ? null : new Search(p, rows, read).Run();

    /// <summary>
    /// The rows, and the directions d = ZMx that are still possible: Z spans the null space of the face, M makes the rows
    /// that are open uncorrelated.
    /// </summary>
    sealed class Search
    {
        readonly int p, rows;
        readonly RowReader read;
        readonly double[] scale, a;
        readonly bool[] equality;

        /// <summary>Of rows that are not 0 in every direction that is possible; and |aZM|.</summary>
        readonly bool[] open;
        readonly double[] length;

        /// <summary>
        /// Of rows in which every direction that is sought is 0. Every step takes its null space anew from rows as they were
        /// given and not from the null space of the step before: roundings do not add up.
        /// </summary>
        readonly Triangle face;

        /// <summary>p × n and n × k, row after row.</summary>
        double[] z = [], m = [];
        int n, k;

        /// <summary>κ·2⁻⁵² of the face and of the rows that are open: what roundings leave of a 0 in Z, and in ZM.</summary>
        double faceNoise, rowNoise;

        public Search(int p, int rows, RowReader read)
        {
            (this.p, this.rows, this.read) = (p, rows, read);
            a = new double[p];
            scale = new double[p];
            equality = new bool[rows];
            open = new bool[rows];
            length = new double[rows];
            face = new(p);
            for (int i = 0; i < rows; i++)
            {
                equality[i] = read(i, a);
                open[i] = !equality[i];
                for (int j = 0; j < p; j++)
                    scale[j] = Math.Max(scale[j], Math.Abs(a[j]));
            }
            for (int j = 0; j < p; j++)
                scale[j] = scale[j] == 0 ? 1 : Math.ScaleB(1, -Math.ILogB(scale[j]));
        }

        /// <summary>What is 0 where rows are uncorrelated and have length 1.</summary>
        double Tolerance => Math.Max(Cancelled, 2 * p * Math.Max(faceNoise, rowNoise));

        public Separation? Run()
        {
            // Aliased columns are left out while they can still be told: within a face, what they leave is magnified.
            var all = new Triangle(p);
            Fold(all, [.. open.Select(_ => true)], (i, to) => Read(i, to));
            foreach (int aliased in Enumerable.Range(0, p).Except(all.Independent(LeastSquares.Dependent)))
            {
                var coordinate = new double[p];
                coordinate[aliased] = 1;
                face.Fold(coordinate, 1);
            }
            Fold(face, equality, (i, to) => Read(i, to));
            while (Restrict() && Whiten())
            {
                var point = new NearestPoint(k);
                double[] y = new double[n], v = new double[p], e = new double[n], b = new double[k];
                int cursor = 0, row;
                do
                {
                    Times(m, point.X, y);
                    Times(z, y, v);
                    row = Violated(v, point.Square, ref cursor);
                    if (row < 0) return Verify(v);
                    OnFace(row, e);
                    TransposedTimes(m, e, b, 0);
                }
                while (point.Add(row, [.. b.Select(x => x / length[row])], Tolerance));
                if (!point.IsZero) return null;
                foreach (int zero in point.Support)
                {
                    open[zero] = false;
                    Read(zero, a);
                    face.Fold((double[])a.Clone(), 1);
                }
            }
            return null;
        }

        /// <summary>A row in scaled columns.</summary>
        void Read(int i, Span<double> to)
        {
            read(i, to);
            for (int j = 0; j < p; j++)
                to[j] *= scale[j];
        }

        /// <summary>aZ.</summary>
        void OnFace(int i, Span<double> e)
        {
            Read(i, a);
            TransposedTimes(z, a, e, Cancelled);
        }

        /// <summary>Folds the rows that are wanted into their factor, as <paramref name="project"/> gives them.</summary>
        void Fold(Triangle r, bool[] wanted, Action<int, double[]> project)
        {
            int width = r.Size;
            double[] block = new double[width * r.BlockRows], row = new double[width];
            for (int i = 0; i < rows;)
            {
                int filled = 0;
                for (; i < rows && filled < r.BlockRows; i++)
                {
                    if (!wanted[i]) continue;
                    project(i, row);
                    for (int c = 0; c < width; c++)
                        block[c * r.BlockRows + filled] = row[c];
                    filled++;
                }
                for (int c = 1; c < width && filled < r.BlockRows; c++)
                    block.AsSpan(c * r.BlockRows, filled).CopyTo(block.AsSpan(c * filled));
                r.Fold(block, filled);
            }
        }

        /// <summary>Z: a column for each column of the rows that depends on others in the face. False where none does.</summary>
        bool Restrict()
        {
            var r = face.Copy();
            int[] kept = r.Independent(LeastSquares.Dependent);
            int[] free = [.. Enumerable.Range(0, p).Except(kept)];
            int rank = kept.Length;
            n = free.Length;
            z = new double[p * n];
            faceNoise = Noise(r, r.Inverse(rank), rank);
            var c = new double[rank];
            for (int f = 0; f < n; f++)
            {
                for (int i = 0; i < rank; i++)
                    c[i] = r[i, rank + f];
                r.Solve(c);
                z[free[f] * n + f] = 1;
                for (int i = 0; i < rank; i++)
                    z[kept[i] * n + f] = Math.Abs(c[i]) * r.Norm(i) <= Cancelled * r.Norm(rank + f) ? 0 : -c[i];
            }
            return n > 0;
        }

        /// <summary>
        /// Closes the rows that vanish on the face, and takes for M the inverse of the others' factor, without directions
        /// in which all of them vanish. False where no row is left.
        /// </summary>
        bool Whiten()
        {
            var e = new double[n];
            for (int i = 0; i < rows; i++)
            {
                if (!open[i]) continue;
                OnFace(i, e);
                open[i] = e.AsSpan().ContainsAnyExcept(0.0);
            }
            var r = new Triangle(n);
            Fold(r, open, (i, to) => OnFace(i, to));
            int[] kept = r.Independent(Math.Max(LeastSquares.Dependent, faceNoise));
            k = kept.Length;
            double[] inverse = r.Inverse(k);
            rowNoise = Noise(r, inverse, k);
            m = new double[n * k];
            for (int c = 0; c < k; c++)
            {
                var row = inverse.AsSpan(c * k, k);
                row.CopyTo(m.AsSpan(kept[c] * k));
            }
            var b = new double[k];
            for (int i = 0; i < rows; i++)
            {
                if (!open[i]) continue;
                OnFace(i, e);
                TransposedTimes(m, e, b, 0);
                length[i] = Math.Sqrt(Triangle.Dot(b, b));
            }
            return k > 0;
        }

        static double Noise(Triangle r, double[] inverse, int rank)
        {
            double noise = 0;
            for (int c = 0; c < rank; c++)
            {
                var row = inverse.AsSpan(c * rank, rank);
                noise = Math.Max(noise, Math.ScaleB(Math.Sqrt(Triangle.Dot(row, row)) * r.Norm(c), -52));
            }
            return noise;
        }

        /// <summary>
        /// An open row with a·v ≤ ½x·x|aZM|, the least of the first stretch of rows that has one; −1 if there is none.
        /// </summary>
        int Violated(double[] v, double square, ref int cursor)
        {
            int found = -1;
            double least = double.PositiveInfinity;
            for (int seen = 1; seen <= rows; seen++)
            {
                int i = cursor;
                cursor = cursor + 1 == rows ? 0 : cursor + 1;
                if (open[i])
                {
                    Read(i, a);
                    double product = Triangle.Dot(a, v) / length[i];
                    if (product < least) (least, found) = (product, i);
                }
                if (seen % Pricing == 0 && least <= square / 2) break;
            }
            return least <= square / 2 ? found : -1;
        }

        Separation? Verify(double[] v)
        {
            var d = new double[p];
            double largest = 0, zero = Math.Min(Tolerance, LargestZero);
            for (int j = 0; j < p; j++)
                largest = Math.Max(largest, Math.Abs(d[j] = v[j] * scale[j]));
            for (int j = 0; j < p; j++)
                d[j] /= largest;
            for (int i = 0; i < rows; i++)
            {
                read(i, a);
                double product = 0, size = 0;
                for (int j = 0; j < p; j++)
                {
                    product += a[j] * d[j];
                    size += Math.Abs(a[j] * d[j]);
                }
                if (open[i] ? !(product > (p + 2) * Math.ScaleB(size, -53)) : !(Math.Abs(product) <= zero * size)) return null;
            }
            return new(d, open);
        }

        /// <summary>Ax of a matrix with x.Length columns, exactly 0 where nothing but rounding is left.</summary>
        static void Times(double[] matrix, double[] x, double[] product)
        {
            for (int j = 0; j < product.Length; j++)
            {
                double sum = 0, size = 0;
                for (int c = 0; c < x.Length; c++)
                {
                    double term = matrix[j * x.Length + c] * x[c];
                    sum += term;
                    size += Math.Abs(term);
                }
                product[j] = Math.Abs(sum) <= Cancelled * size ? 0 : sum;
            }
        }

        /// <summary>Aᵀx of a matrix with product.Length columns, exactly 0 below a part of the terms.</summary>
        static void TransposedTimes(double[] matrix, ReadOnlySpan<double> x, Span<double> product, double zero)
        {
            Span<double> size = stackalloc double[product.Length];
            size.Clear();
            product.Clear();
            for (int j = 0; j < x.Length; j++)
            {
                double factor = x[j];
                if (factor == 0) continue;
                var row = matrix.AsSpan(j * product.Length, product.Length);
                for (int c = 0; c < row.Length; c++)
                {
                    double term = factor * row[c];
                    product[c] += term;
                    size[c] += Math.Abs(term);
                }
            }
            for (int c = 0; c < product.Length; c++)
                if (Math.Abs(product[c]) <= zero * size[c]) product[c] = 0;
        }
    }
}
