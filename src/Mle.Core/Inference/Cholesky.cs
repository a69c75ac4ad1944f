namespace Mle;

/// <summary>The factor L of a positive definite matrix LLᵀ.</summary>
sealed class Cholesky
{
    readonly double[,] l;

    Cholesky(double[,] l) => this.l = l;

    /// <summary>Null where the matrix is not positive definite beyond rounding.</summary>
    public static Cholesky? Of(double[,] matrix)
    {
        const double singular = 1e-14;
        int n = matrix.GetLength(0);
        var l = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double rest = matrix[i, j];
                for (int k = 0; k < j; k++)
                    rest -= l[i, k] * l[j, k];
                if (i == j && !(rest > singular * matrix[i, i]))
                    return null;
                l[i, j] = i == j ? Math.Sqrt(rest) : rest / l[j, j];
            }
        return new(l);
    }

    /// <summary>L⁻¹v.</summary>
    public double[] Solve(double[] v)
    {
        var made = new double[v.Length];
        for (int i = 0; i < v.Length; i++)
        {
            made[i] = v[i];
            for (int k = 0; k < i; k++)
                made[i] -= l[i, k] * made[k];
            made[i] /= l[i, i];
        }
        return made;
    }
}
