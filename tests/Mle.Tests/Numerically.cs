namespace Mle.Tests;

/// <summary>Slow and simple mathematics that the laws hold the engine against.</summary>
public static class Numerically
{
    /// <summary>Σ w log f, compensated, so that the oracle's own summation is no excuse.</summary>
    public static double LogLikelihood(Oracle oracle, double[] p, Sample sample)
    {
        double sum = 0, lost = 0;
        for (int i = 0; i < sample.Length; i++)
        {
            if (sample.W(i) == 0)
                continue;
            double term = sample.W(i) * oracle.Log(p, sample.X[i], sample.M(i)), next = sum + term;
            lost += Math.Abs(sum) >= Math.Abs(term) ? sum - next + term : term - next + sum;
            sum = next;
        }
        return double.IsFinite(sum) ? sum + lost : sum;
    }

    /// <summary>What rounding in a log-likelihood is measured by: Σ w |log f|, and at least n.</summary>
    public static double Magnitude(Oracle oracle, double[] p, Sample sample)
    {
        double sum = 0;
        for (int i = 0; i < sample.Length; i++)
            sum += sample.W(i) == 0 ? 0 : sample.W(i) * Math.Abs(oracle.Log(p, sample.X[i], sample.M(i)));
        return Math.Max(sum, sample.N);
    }

    /// <summary>Central differences, extrapolated to h → 0 by Ridders: the entry of the tableau with the smallest change.</summary>
    static double Extrapolate(Func<double, double> difference, double h)
    {
        const int levels = 9;
        const double shrink = 1.6;
        var table = new double[levels, levels];
        double best = double.NaN, smallest = double.PositiveInfinity;
        for (int i = 0; i < levels; i++, h /= shrink)
        {
            table[0, i] = difference(h);
            double power = 1;
            for (int j = 1; j <= i; j++)
            {
                power *= shrink * shrink;
                table[j, i] = (table[j - 1, i] * power - table[j - 1, i - 1]) / (power - 1);
                double error = Math.Max(Math.Abs(table[j, i] - table[j - 1, i]), Math.Abs(table[j, i] - table[j - 1, i - 1]));
                if (error < smallest)
                    (smallest, best) = (error, table[j, i]);
            }
        }
        return best;
    }

    static double[] Move(double[] at, int i, double h, int j, double k)
    {
        var to = (double[])at.Clone();
        to[i] += h;
        to[j] += k;
        return to;
    }

    /// <param name="steps">The first, widest step of each coordinate.</param>
    public static double[] Gradient(Func<double[], double> f, double[] at, double[] steps) =>
        [.. at.Select((_, i) => Extrapolate(h => (f(Move(at, i, h, i, 0)) - f(Move(at, i, -h, i, 0))) / (2 * h), steps[i]))];

    public static double[,] Hessian(Func<double[], double> f, double[] at, double[] steps)
    {
        int k = at.Length;
        var hessian = new double[k, k];
        double here = f(at);
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double ratio = steps[j] / steps[i];
                hessian[i, j] = hessian[j, i] = Extrapolate(h => i == j
                    ? (f(Move(at, i, h, i, 0)) - 2 * here + f(Move(at, i, -h, i, 0))) / (h * h)
                    : (f(Move(at, i, h, j, h * ratio)) - f(Move(at, i, h, j, -h * ratio)) - f(Move(at, i, -h, j, h * ratio)) + f(Move(at, i, -h, j, -h * ratio))) / (4 * h * h * ratio), steps[i]);
            }
        }
        return hessian;
    }

    /// <summary>Steps for differences: small against a standard error and against the distance to a parameter's edge.</summary>
    public static double[] Steps(IReadOnlyList<Parameter> parameters, double[] at, double[,] hessian) =>
        [.. parameters.Select((p, i) => Math.Min(
            hessian[i, i] == 0 ? double.PositiveInfinity : 0.3 / Math.Sqrt(Math.Abs(hessian[i, i])),
            p.Link switch
            {
                Link.Log => 0.25 * at[i],
                Link.Logit => 0.1 * Math.Min(at[i], 1 - at[i]),
                _ => double.MaxValue,
            }))];

    public static double[,] Inverse(double[,] matrix)
    {
        // Scaled to a unit diagonal first: parameters may differ by many powers of ten.
        int k = matrix.GetLength(0);
        var unit = Enumerable.Range(0, k).Select(i => 1 / Math.Sqrt(Math.Abs(matrix[i, i]))).ToArray();
        var scaled = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(k, k, (i, j) => matrix[i, j] * unit[i] * unit[j]);
        var inverse = scaled.Inverse();
        var result = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                result[i, j] = inverse[i, j] * unit[i] * unit[j];
        return result;
    }

    public static bool IsPositiveDefinite(double[,] matrix)
    {
        int k = matrix.GetLength(0);
        double d1 = matrix[0, 0];
        if (k == 1)
            return d1 > 0;
        double d2 = matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0];
        if (k == 2)
            return d1 > 0 && d2 > 0;
        return d1 > 0 && d2 > 0 && MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(matrix).Determinant() > 0;
    }

    /// <summary>Nelder and Mead's simplex search for a maximum, restarted once where it stopped.</summary>
    public static (double[] At, double Value) Climb(Func<double[], double> f, double[] start, double size, int evaluations)
    {
        var (at, _) = Simplex(f, start, size, evaluations / 2);
        return Simplex(f, at, size / 10, evaluations / 2);
    }

    static (double[] At, double Value) Simplex(Func<double[], double> f, double[] start, double size, int evaluations)
    {
        int k = start.Length, used = 0;
        double F(double[] x)
        {
            used++;
            double v = f(x);
            return double.IsNaN(v) ? double.NegativeInfinity : v;
        }

        var points = new List<(double[] X, double V)> { (start, F(start)) };
        for (int i = 0; i < k; i++)
        {
            var x = Move(start, i, size, i, 0);
            points.Add((x, F(x)));
        }
        while (used < evaluations)
        {
            points.Sort((a, b) => b.V.CompareTo(a.V));
            var worst = points[k];
            if (points[0].V - worst.V <= 1e-13 * (1 + Math.Abs(points[0].V)))
                break;
            double[] centre = [.. Enumerable.Range(0, k).Select(i => points.Take(k).Average(q => q.X[i]))];
            double[] Along(double t) => [.. centre.Select((c, i) => c + t * (c - worst.X[i]))];
            var reflected = (X: Along(1), V: 0.0);
            reflected.V = F(reflected.X);
            if (reflected.V > points[0].V)
            {
                var expanded = (X: Along(2), V: 0.0);
                expanded.V = F(expanded.X);
                points[k] = expanded.V > reflected.V ? expanded : reflected;
            }
            else if (reflected.V > points[k - 1].V)
            {
                points[k] = reflected;
            }
            else
            {
                var inside = (X: Along(reflected.V > worst.V ? 0.5 : -0.5), V: 0.0);
                inside.V = F(inside.X);
                if (inside.V > Math.Max(worst.V, reflected.V))
                {
                    points[k] = inside;
                }
                else
                {
                    for (int i = 1; i <= k; i++)
                    {
                        double[] x = [.. points[i].X.Select((v, j) => 0.5 * (v + points[0].X[j]))];
                        points[i] = (x, F(x));
                    }
                }
            }
        }
        var best = points.MaxBy(q => q.V);
        return (best.X, best.V);
    }

    /// <summary>
    /// Nodes and weights of double-exponential quadrature over an interval or a half-line: the trapezoidal rule after
    /// x(t) converges faster than any power for densities analytic inside.
    /// </summary>
    /// <param name="middle">A typical point of a half-line.</param>
    public static (double[] X, double[] W) Nodes(double low, double high, double middle, double step = 1 / 256.0)
    {
        const double edge = 5.2;
        var x = new List<double>();
        var w = new List<double>();
        for (int i = (int)(-edge / step); i <= edge / step; i++)
        {
            double t = i * step, u = Math.PI / 2 * Math.Sinh(t), du = Math.PI / 2 * Math.Cosh(t), at, slope;
            if (double.IsFinite(low) && double.IsFinite(high))
            {
                // (high − low)/(1 + e^(−2u)) from the nearer end, so that no digit of the distance to it is lost.
                double part = 1 / (1 + Math.Exp(2 * Math.Abs(u)));
                at = u < 0 ? low + (high - low) * part : high - (high - low) * part;
                slope = (high - low) * 2 * part * (1 - part) * du;
            }
            else
            {
                double edgeAt = double.IsFinite(low) ? low : high, distance = Math.Abs(middle - edgeAt) * Math.Exp(u);
                at = double.IsFinite(low) ? low + distance : high - distance;
                slope = distance * du;
            }
            if (at > low && at < high && double.IsFinite(at) && double.IsFinite(slope) && slope > 0)
            {
                x.Add(at);
                w.Add(slope * step);
            }
        }
        return ([.. x], [.. w]);
    }
}
