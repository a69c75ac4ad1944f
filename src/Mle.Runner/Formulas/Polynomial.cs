namespace Mle.Runner.Formulas;

/// <summary>
/// R's poly: polynomials that are orthonormal over the rows they were made from, by the three-term recurrence
/// pₖ₊₁ = (x − αₖ) pₖ − (‖pₖ‖²/‖pₖ₋₁‖²) pₖ₋₁, divided by their norms. With a fit's constants, new rows get the same columns.
/// </summary>
/// <param name="Alpha">α of each degree.</param>
/// <param name="Norm2">1, then ‖pₖ‖² of each degree from 0, as R keeps them.</param>
sealed record Polynomial(double[] Alpha, double[] Norm2)
{
    /// <returns>Null where the degree is not below the number of different x.</returns>
    public static Polynomial? Of(double[] x, int degree)
    {
        var (alpha, norm2) = (new double[degree], new double[degree + 2]);
        (norm2[0], norm2[1]) = (1, x.Length);
        double[] before = new double[x.Length], p = new double[x.Length];
        Array.Fill(p, 1.0);
        for (int k = 0; k < degree; k++)
        {
            // About the mean, which x may be far from 0 by.
            double about = k == 0 ? 0 : alpha[0], sum = 0;
            for (int i = 0; i < x.Length; i++)
                sum += (x[i] - about) * p[i] * p[i];
            alpha[k] = about + sum / norm2[k + 1];
            double ratio = k == 0 ? 0 : norm2[k + 1] / norm2[k], norm = 0, size = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double next = (x[i] - alpha[k]) * p[i] - ratio * before[i];
                (before[i], p[i]) = (p[i], next);
                norm += next * next;
                size += x[i] * x[i] * before[i] * before[i];
            }
            // What is left of a polynomial that vanishes on all rows is rounding.
            if (!(norm > 1e-26 * size))
                return null;
            norm2[k + 2] = norm;
        }
        return new(alpha, norm2);
    }

    /// <summary>The column of each degree from 1.</summary>
    public double[][] Columns(double[] x)
    {
        int degree = Alpha.Length;
        double[][] made = [.. Alpha.Select(_ => new double[x.Length])];
        for (int i = 0; i < x.Length; i++)
        {
            double before = 0, p = 1;
            for (int k = 0; k < degree; k++)
            {
                double next = (x[i] - Alpha[k]) * p - (k == 0 ? 0 : Norm2[k + 1] / Norm2[k]) * before;
                (before, p) = (p, next);
                made[k][i] = p / Math.Sqrt(Norm2[k + 2]);
            }
        }
        return made;
    }
}
