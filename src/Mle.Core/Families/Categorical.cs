namespace Mle;

/// <summary>
/// Categorical: P(x = j) = p_j over K named categories, Σ p = 1. p̂_j is the share of category j, its covariance
/// (diag p − ppᵀ)/n. The log-likelihood is Σ n_j log p_j, without a multinomial coefficient. Observations are the
/// numbers 0 to K − 1 of the categories.
/// </summary>
/// <remarks>Agresti, Categorical Data Analysis, 2013, section 1.5.</remarks>
public sealed class Categorical(IReadOnlyList<string> labels) : Family
{
    public override FamilyInfo Info { get; } = new(
        "categorical", "P(x = j) = p_j, sum of all p = 1", "K named categories",
        [.. labels.Select(label => new Parameter("p_" + label, Link.Identity, Role.Shape, "in [0, 1], summing to 1"))],
        "always exists; a category that never occurs has p = 0, on the boundary",
        "Agresti, Categorical Data Analysis, 2013, section 1.5");

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) => visitor.VisitCategorical();

    public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) =>
        throw new ArgumentException("The categorical family takes no predictors, censored or truncated observations; multinomial_logit does.");

    /// <summary>The fits in closed form: counting is all that there is to do.</summary>
    public static FitTable Fit(Family family, Batch batch, FitOptions options)
    {
        var names = family.Info.Parameters;
        int categories = names.Length;
        var known = new double[categories];
        Array.Fill(known, double.NaN);
        foreach (var (name, value) in options.Fixed)
        {
            int j = Category(names, name);
            if (!(value >= 0 && value < 1))
                throw new ArgumentException(FormattableString.Invariant($"{name} = {value} is not allowed: a known probability must be in [0, 1)."));
            known[j] = value;
        }
        var each = new Dictionary<int, ReadOnlyMemory<double>>();
        foreach (var (name, values) in options.FixedEach)
            each.Add(Category(names, name), Given.Column(name, values, batch.Count));
        double Left() => 1 - known.Where(p => !double.IsNaN(p)).Sum();
        int open = known.Where((p, j) => double.IsNaN(p) && !each.ContainsKey(j)).Count();
        if (!(Left() > 0) || open == 0)
            throw new ArgumentException("The known probabilities must leave some for at least one other category.");
        if (options.Bounds.Count + options.Start.Count + options.StartEach.Count > 0)
            throw new ArgumentException("The categorical family has a closed form and takes no starts or bounds.");
        var table = new FitTable([.. names.Select(p => p.Name)], open - 1, batch.Count, options.Detail);
        for (int d = 0; d < batch.Count; d++)
        {
            foreach (var (j, values) in each)
                known[j] = values.Span[d];
            bool possible = each.Keys.All(j => known[j] is >= 0 and < 1) && Left() > 0;
            One(table, d, batch, known, Left(), options.Detail, possible ? null : "the known probabilities must be in [0, 1) and leave some for the other categories");
        }
        return table;
    }

    static int Category(Parameter[] names, string name) => Array.FindIndex(names, p => p.Name == name) is >= 0 and var j ? j
        : throw new ArgumentException($"The family categorical has no parameter '{name}' here; it has {string.Join(", ", names.Select(p => p.Name))}.");

    /// <param name="invalid">Why the data set cannot be fitted whatever its rows are, or null.</param>
    static void One(FitTable table, int d, Batch batch, double[] known, double left, Detail detail, string? invalid)
    {
        int categories = known.Length, from = (int)batch.Bounds[d], to = (int)batch.Bounds[d + 1];
        var counts = new double[categories];
        if (to == from)
            invalid ??= "no observations";
        double n = 0, openCount = 0;
        for (int i = from; i < to && invalid is null; i++)
        {
            double x = batch.Values.Span[i], w = batch.Weights.IsEmpty ? 1 : batch.Weights.Span[i];
            if (!(x >= 0 && x < categories && x == Math.Floor(x)))
                invalid = FormattableString.Invariant($"row {i - from + 1}: the category {x} must be an integer from 0 to {categories - 1}");
            else if (!(w >= 0 && double.IsFinite(w)))
                invalid = FormattableString.Invariant($"row {i - from + 1}: the weight {w} must be a finite number ≥ 0");
            else
                counts[(int)x] += w;
        }
        for (int j = 0; j < categories; j++)
        {
            n += counts[j];
            if (double.IsNaN(known[j]))
                openCount += counts[j];
        }
        if (invalid is null && !(n > 0))
            invalid = "the weights are all 0";
        table.Size[d] = n;
        double ℓ = 0;
        var p = new double[categories];
        var empty = new List<string>();
        for (int j = 0; j < categories; j++)
        {
            p[j] = !double.IsNaN(known[j]) ? known[j] : openCount > 0 ? left * counts[j] / openCount : double.NaN;
            ℓ += counts[j] == 0 ? 0 : counts[j] * Math.Log(p[j]);
            if (counts[j] == 0 && double.IsNaN(known[j]))
                empty.Add(table.Parameters[j]);
        }
        bool flat = invalid is null && openCount == 0;
        for (int j = 0; j < categories; j++)
        {
            table.Estimates(j)[d] = invalid is null ? p[j] : double.NaN;
            for (int i = 0; detail == Detail.Complete && i <= j; i++)
            {
                // Open categories share what is left: cov = (left·diag p − ppᵀ)·(their share)/count.
                double covariance = !double.IsNaN(known[i]) || !double.IsNaN(known[j]) ? 0
                    : ((i == j ? left * p[i] : 0) - p[i] * p[j]) / openCount;
                table.Covariances(i, j)[d] = invalid is null && !flat ? covariance : double.NaN;
            }
        }
        if (detail == Detail.Complete)
            table.LogLikelihood[d] = invalid is null ? ℓ : double.NaN;
        if (invalid is not null)
            Say(new(Status.InvalidData, invalid));
        else if (flat)
            Say(new(Status.NotIdentified, "no observation in any category whose probability is free"));
        else if (empty.Count > 0)
            Say(new(Status.Boundary, $"no observation in {string.Join(", ", empty)}", Bound: string.Join(", ", empty.Select(e => e + " = 0"))));

        void Say(Verdict verdict) => (table.Status[d], table.Verdicts[d]) = (verdict.Status, verdict);
    }
}
