namespace Mle;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.</summary>
/// <remarks>Golub and Van Loan, Matrix Computations, 2013, section 8.5: for the few dozen rows that models have.</remarks>
static class SymmetricEigen
{
    /// <returns>Values in no order, and the vector of each as a column.</returns>
    public static (double[] Values, double[,] Vectors) Of(double[,] matrix)
    {
        const int sweeps = 60;
        int n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var v = new double[n, n];
        for (int i = 0; i < n; i++)
            v[i, i] = 1;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            bool turned = false;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++)
                    turned |= Turn(a, v, n, p, q);
            if (!turned)
                break;
        }
        return ([.. Enumerable.Range(0, n).Select(i => a[i, i])], v);
    }

    /// <summary>The rotation that makes an entry 0; none where it is rounding beside the diagonal.</summary>
    static bool Turn(double[,] a, double[,] v, int n, int p, int q)
    {
        if (Math.Abs(a[p, q]) <= 1e-17 * (Math.Abs(a[p, p]) + Math.Abs(a[q, q])))
            return false;
        double θ = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (θ < 0 ? -1 : 1) / (Math.Abs(θ) + Math.Sqrt(θ * θ + 1));
        double c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        for (int k = 0; k < n; k++)
            (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
        for (int k = 0; k < n; k++)
            (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
        for (int k = 0; k < n; k++)
            (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
        return true;
    }
}
