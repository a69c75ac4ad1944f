namespace Mle;

/// <summary>
/// Which of two models that are not nested is closer to the truth, by the Kullback–Leibler divergence: mᵢ = ℓ¹ᵢ − ℓ²ᵢ of every row.
/// </summary>
/// <remarks>
/// Vuong, Econometrica 57, 1989. First the variance test: where the two are the same distribution the variance ω² of m is 0, and
/// nω̂² has the distribution of Σ λ²χ²₁ with the eigenvalues λ of W (his theorem 4.1). Only where that is rejected has
/// z = Σm/(√n ω̂) a standard normal distribution under the hypothesis that both are equally close.
/// </remarks>
/// <param name="First">The place of the first model among those that were compared.</param>
/// <param name="LogRatio">Σm: positive where the first is more likely.</param>
/// <param name="Variance">nω̂², which the variance test is of.</param>
/// <param name="VariancePValue">The chance of at least that where the models are the same.</param>
/// <param name="Z">Σm/(√n ω̂): positive for the first.</param>
/// <param name="ZAic">The same with k₁ − k₂ taken off Σm, as AIC does.</param>
/// <param name="ZBic">With ½(k₁ − k₂) log n taken off, as BIC does.</param>
/// <param name="Refusal">Why there is no test, in one sentence; else null.</param>
public sealed record Vuong(int First, int Second, double LogRatio, double Variance, double VariancePValue, double Z, double ZAic, double ZBic, string? Refusal = null)
{
    /// <summary>Two-sided.</summary>
    public static double PValue(double z) => double.IsNaN(z) ? double.NaN : 2 * Math.Exp((double)Real.LogNormalCdf(-Math.Abs(z)));

    /// <summary>Why models of these families are not compared so; null where they are.</summary>
    public static string? Refuses(Specification a, Specification b) =>
        a.Family.Name == b.Family.Name ? $"both are {a.Family}: models of one family share members, and mle test compares those that are nested"
        : NestedFamilies.Overlap(a.Family.Name, b.Family.Name) ? $"{a.Family} and {b.Family} are nested or overlap, where Σm has no normal distribution; mle test compares those that are nested"
        : null;

    /// <summary>The test of data set d at the estimates.</summary>
    public static Vuong Of((int Place, Specification Model, FitTable Fits) first, (int Place, Specification Model, FitTable Fits) second, int d)
    {
        Vuong Refused(string why) => new(first.Place, second.Place, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, why);
        if (Refuses(first.Model, second.Model) is { } reason)
            return Refused(reason);
        foreach (var (_, model, fits) in new[] { first, second })
            if (fits.Status[d] != Status.Interior)
                return Refused($"Vuong's test needs regular maxima, and that of {model.Family} is {Verdict.Word(fits.Status[d])}");

        var (a, b) = (Rows(first.Model, first.Fits), Rows(second.Model, second.Fits));
        double n = 0, sum = 0, squares = 0;
        var m = new double[a.LogLikelihood.Length];
        for (int i = 0; i < m.Length; i++)
        {
            m[i] = a.LogLikelihood[i] - b.LogLikelihood[i];
            (n, sum) = (n + a.Weight[i], sum + a.Weight[i] * m[i]);
        }
        for (int i = 0; i < m.Length; i++)
            squares += a.Weight[i] * (m[i] - sum / n) * (m[i] - sum / n);
        if (!(squares > 0))
            return Refused("the two fits are the same distribution of every row");
        double p = WeightedChiSquared.Survival(squares, [.. Eigenvalues(a, first.Fits, b, second.Fits, d).Select(λ => λ * λ)]);
        double deviation = Math.Sqrt(squares), k = first.Fits.FreeParameters - second.Fits.FreeParameters;
        return new(first.Place, second.Place, sum, squares, p, sum / deviation, (sum - k) / deviation, (sum - 0.5 * k * Math.Log(n)) / deviation);

        Contributions Rows(Specification model, FitTable fits) => Contributions.Of(model.Family, model.Batch, d, fits, model.Options);
    }

    /// <summary>
    /// Of W, which with A⁻¹ = −nV is similar to C½ D C½ for C = Σ ssᵀ of both models' scores together and D = diag(V₁, −V₂): symmetric,
    /// so that they are real. Scores are counted in standard errors.
    /// </summary>
    static double[] Eigenvalues(Contributions a, FitTable first, Contributions b, FitTable second, int d)
    {
        int p = a.Parameters.Count, k = p + b.Parameters.Count;
        var scores = new double[k][];
        var spread = new double[k, k];
        var errors = new double[k];
        for (int i = 0; i < k; i++)
        {
            var (table, name) = i < p ? (first, a.Parameters[i]) : (second, b.Parameters[i - p]);
            errors[i] = table[d].StandardError(name);
            scores[i] = i < p ? a.Score(i) : b.Score(i - p);
        }
        for (int i = 0; i < k; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int r = 0; r < a.Weight.Length; r++)
                    sum += a.Weight[r] * scores[i][r] * scores[j][r];
                spread[i, j] = spread[j, i] = sum * errors[i] * errors[j];
            }
        var (values, vectors) = SymmetricEigen.Of(spread);
        var root = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                for (int q = 0; q < k; q++)
                    root[i, j] += vectors[i, q] * Math.Sqrt(Math.Max(values[q], 0)) * vectors[j, q];
        var w = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                for (int q = 0; q < k; q++)
                    for (int r = 0; r < k; r++)
                        if (q < p == r < p)
                            w[i, j] += root[i, q] * Correlation(q, r) * root[r, j];
        return SymmetricEigen.Of(w).Values;

        double Correlation(int q, int r)
        {
            var (table, names, from, sign) = q < p ? (first, a.Parameters, 0, 1) : (second, b.Parameters, p, -1);
            return sign * table[d].Covariance(Place(table, names[q - from]), Place(table, names[r - from])) / (errors[q] * errors[r]);
        }
    }

    static int Place(FitTable table, string parameter)
    {
        for (int i = 0; i < table.Parameters.Count; i++)
            if (table.Parameters[i] == parameter)
                return i;
        return -1;
    }
}
