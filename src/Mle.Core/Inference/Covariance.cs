namespace Mle;

/// <summary>What the covariance of estimates is made from.</summary>
public enum CovarianceKind
{
    /// <summary>The inverse of −∇²ℓ at the estimate.</summary>
    Observed,

    /// <summary>The inverse of Fisher's information E[ssᵀ] under the model at the estimate, given the predictors.</summary>
    Expected,

    /// <summary>A⁻¹BA⁻¹ of the observed information A and the outer products B of the scores (HC0): right where the model is not.</summary>
    Sandwich,
}

/// <summary>Covariances of estimates, of any family and any kind of observation, from what the rows add.</summary>
/// <remarks>Huber, Proc. 5th Berkeley Symposium 1, 1967; White, Econometrica 50, 1982; Liang and Zeger, Biometrika 73, 1986 (clusters).</remarks>
public static class Covariance
{
    /// <summary>The covariance of the free parameters at the point of some contributions, which is to be a maximum.</summary>
    /// <param name="weighting">What the rows' weights say: with frequencies B is Σ w ssᵀ, with sampling weights Σ w² ssᵀ.</param>
    /// <param name="clusters">
    /// For a sandwich: a number for every row, the same for those that are not independent of each other. B is Σ SSᵀ then, over
    /// clusters, of S = Σ ws over the cluster's rows, without a small-sample factor. Empty where all rows are independent.
    /// </param>
    /// <returns>NaN throughout where −∇²ℓ is not positive definite.</returns>
    /// <exception cref="ArgumentException">The kind does not exist for this family.</exception>
    public static double[,] Of(Contributions rows, CovarianceKind kind, Weighting weighting = Weighting.Frequency, ReadOnlySpan<int> clusters = default)
    {
        // Where the score has jumps its variance is an information all the same.
        bool defined = kind == CovarianceKind.Expected ? !rows.HasEnd : rows.Undefined.Count == 0;
        if (!defined)
            throw new ArgumentException($"There is no {kind.ToString().ToLowerInvariant()} covariance here: {rows.Undefined.Values.First()}.");
        int count = rows.Count, k = rows.Free.Count;
        var inverse = new double[count * (count + 1) / 2];
        var made = new double[k, k];
        bool definite = kind == CovarianceKind.Expected ? rows.Bread(RowInformation.Of(rows), inverse, count) : rows.Bread(inverse);
        double[] c = kind != CovarianceKind.Sandwich ? inverse
            : Sandwich(inverse, clusters.IsEmpty ? rows.Meat(weighting) : rows.Meat(clusters), count);
        for (int a = 0; a < k; a++)
            for (int b = 0; b < k; b++)
                made[a, b] = definite ? Mapped(rows.Map, c, rows.Free[a], rows.Free[b]) : double.NaN;
        return made;
    }

    /// <summary>Puts the covariance of a kind in the place of the one that a table's fits have; fits without standard errors stay without.</summary>
    /// <param name="clusters">A number for every row of the batch, or empty: see <see cref="Of"/>.</param>
    /// <exception cref="ArgumentException">The kind does not exist for this family, or these rows.</exception>
    public static void Replace(FitTable table, Family family, Batch batch, FitOptions options, CovarianceKind kind, ReadOnlyMemory<int> clusters = default)
    {
        if (!clusters.IsEmpty && clusters.Length != batch.Values.Length)
            throw new ArgumentException($"A column of clusters has {clusters.Length} entries, and there are {batch.Values.Length} rows.");
        // One data set alone has all workers to itself.
        var alone = options with { Threads = table.Count > 1 ? 1 : options.Threads };
        Parallel.For(0, table.Count, new() { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancellation }, d =>
        {
            if (table.Status[d] is not (Status.Interior or Status.Nonregular))
                return;
            var rows = Contributions.Of(family, batch, d, table, alone);
            // Not regular for another reason: the theory says nothing of standard errors.
            if (table.Status[d] == Status.Nonregular && rows.Undefined.Count == 0)
                return;
            int from = (int)batch.Offsets[d], end = (int)batch.Offsets[d + 1];
            double[,] c = Of(rows, kind, batch.Weighting, clusters.IsEmpty ? default : clusters.Span[from..end]);
            for (int a = 0; a < rows.Free.Count; a++)
                for (int b = 0; b <= a; b++)
                    table.Covariances(rows.Free[a], rows.Free[b])[d] = c[a, b];
        });
    }

    /// <summary>A⁻¹BA⁻¹ of lower triangles.</summary>
    internal static double[] Sandwich(double[] inverse, double[] meat, int count)
    {
        double Of(double[] triangle, int i, int j) => triangle[i >= j ? DenseJet<HostStore>.Entry(i, j) : DenseJet<HostStore>.Entry(j, i)];
        var half = new double[count, count];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < count; j++)
                for (int k = 0; k < count; k++)
                    half[i, j] += Of(inverse, i, k) * Of(meat, k, j);
        var made = new double[inverse.Length];
        for (int i = 0; i < count; i++)
            for (int j = 0; j <= i; j++)
                for (int k = 0; k < count; k++)
                    made[DenseJet<HostStore>.Entry(i, j)] += half[i, k] * Of(inverse, k, j);
        return made;
    }

    /// <summary>Entry (i, j) of LCLᵀ for a map L and a lower triangle C.</summary>
    internal static double Mapped((int From, double Slope)[][] map, double[] c, int i, int j)
    {
        double sum = 0;
        foreach (var (p, a) in map[i])
            foreach (var (q, b) in map[j])
                sum += a * b * c[p >= q ? DenseJet<HostStore>.Entry(p, q) : DenseJet<HostStore>.Entry(q, p)];
        return sum;
    }
}
