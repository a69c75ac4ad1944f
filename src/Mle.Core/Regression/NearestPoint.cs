namespace Mle;

/// <summary>
/// The point x nearest to 0 of the convex hull of points of length 1 in k dimensions that are given one by one, as
/// Σ λᵢbᵢ with λ &gt; 0 over affinely independent points. Wolfe, Mathematical Programming 11, 1976.
/// </summary>
sealed class NearestPoint(int k)
{
    readonly List<int> names = [];
    readonly List<double[]> points = [];
    readonly List<double> weights = [];

    /// <summary>Column by column the factor of the points, each with a 1 above it, and the reflections that made it.</summary>
    readonly List<double[]> factor = [], reflections = [];

    /// <summary>x; 0 before the first point.</summary>
    public double[] X { get; } = new double[k];

    /// <summary>x·x.</summary>
    public double Square { get; private set; }

    /// <summary>Whether x is 0 to within the tolerance: Σ λᵢbᵢ = 0 over the support, with λ above the tolerance.</summary>
    public bool IsZero { get; private set; }

    /// <summary>The points that x is made of.</summary>
    public IReadOnlyList<int> Support => names;

    /// <summary>
    /// Moves x to the nearest point of the hull of its support and one more, with b·x &lt; x·x. False where that is 0, or
    /// no nearer because of rounding.
    /// </summary>
    public bool Add(int name, double[] b, double tolerance)
    {
        double before = names.Count == 0 ? double.PositiveInfinity : Square;
        names.Add(name);
        points.Add(b);
        weights.Add(names.Count == 1 ? 1 : 0);
        Factor(points.Count - 1);
        while (true)
        {
            double[] nearest = AffineMinimum();
            int blocking = -1;
            double step = 1;
            for (int i = 0; i < nearest.Length; i++)
            {
                if (nearest[i] > tolerance) continue;
                double until = weights[i] / (weights[i] - nearest[i]);
                // A new point has no weight to lose; it leaves only where rounding says so.
                if (!(until >= 0)) until = 0;
                if (blocking < 0 || until < step) (blocking, step) = (i, until);
            }
            if (blocking < 0)
            {
                for (int i = 0; i < nearest.Length; i++)
                    weights[i] = nearest[i];
                break;
            }
            for (int i = 0; i < nearest.Length; i++)
                weights[i] += step * (nearest[i] - weights[i]);
            Remove(blocking);
        }
        Array.Clear(X);
        for (int i = 0; i < points.Count; i++)
            for (int c = 0; c < k; c++)
                X[c] += weights[i] * points[i][c];
        Square = Triangle.Dot(X, X);
        // k + 1 affinely independent points have 0 in their affine hull.
        IsZero = Square <= tolerance * tolerance || points.Count > k;
        return !IsZero && Square < before;
    }

    void Remove(int i)
    {
        names.RemoveAt(i);
        points.RemoveAt(i);
        weights.RemoveAt(i);
        Factor(i);
    }

    /// <summary>The Householder factor of the columns (1, bᵢ) from one on; those before are as they were.</summary>
    void Factor(int from)
    {
        factor.RemoveRange(from, factor.Count - from);
        reflections.RemoveRange(from, reflections.Count - from);
        for (int j = from; j < points.Count; j++)
        {
            double[] column = [1, .. points[j]];
            for (int i = 0; i < j; i++)
                Reflect(reflections[i], i, column);
            var v = new double[k + 1];
            column.AsSpan(j).CopyTo(v.AsSpan(j));
            double norm = Math.Sqrt(Triangle.Dot(v, v));
            v[j] += Math.CopySign(norm, v[j]);
            // Affinely dependent but for rounding: large weights then move x to where a point leaves.
            column[j] = -Math.CopySign(Math.Max(norm, 1e-15), column[j]);
            double length = Math.Sqrt(Triangle.Dot(v, v));
            for (int i = j; i <= k && length > 0; i++)
                v[i] /= length;
            factor.Add(column);
            reflections.Add(v);
        }
    }

    static void Reflect(double[] v, int from, Span<double> x)
    {
        double twice = 2 * Triangle.Dot(v.AsSpan(from), x[from..]);
        for (int i = from; i < x.Length; i++)
            x[i] -= twice * v[i];
    }

    /// <summary>
    /// Weights of sum 1 of the point nearest to 0 of the affine hull: proportional to the u that minimises
    /// ‖(1, 0) − Σ uᵢ(1, bᵢ)‖, because (eeᵀ + BᵀB)u = e.
    /// </summary>
    double[] AffineMinimum()
    {
        int m = points.Count;
        var right = new double[k + 1];
        right[0] = 1;
        for (int i = 0; i < m; i++)
            Reflect(reflections[i], i, right);
        var u = new double[m];
        double sum = 0;
        for (int i = m - 1; i >= 0; i--)
        {
            double left = right[i];
            for (int j = i + 1; j < m; j++)
                left -= factor[j][i] * u[j];
            u[i] = left / factor[i][i];
            sum += u[i];
        }
        for (int i = 0; i < m; i++)
            u[i] /= sum;
        return u;
    }
}
