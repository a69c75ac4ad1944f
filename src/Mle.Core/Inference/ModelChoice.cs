namespace Mle;

/// <summary>What a model costs and gives, for one data set.</summary>
/// <param name="Model">Its place among those that were compared.</param>
/// <param name="K">Estimated parameters, those on a bound included; of a limit family its own.</param>
/// <param name="LogLikelihood">ℓ̂, or the supremum that it approaches.</param>
/// <param name="Aic">−2ℓ̂ + 2k (Akaike, IEEE Transactions on Automatic Control 19, 1974).</param>
/// <param name="Aicc">AIC + 2k(k + 1)/(n − k − 1) (Hurvich and Tsai, Biometrika 76, 1989); NaN where n − k − 1 ≤ 0.</param>
/// <param name="Bic">−2ℓ̂ + k log n (Schwarz, Annals of Statistics 6, 1978).</param>
/// <param name="Delta">AIC above the least; NaN where the model is not ranked.</param>
/// <param name="Weight">Akaike's e^(−Δ/2)/Σ e^(−Δ/2) over the ranked models (Burnham and Anderson, 2002, section 2.9).</param>
/// <param name="Remark">Why it is not ranked, or what counts as its fit, in one sentence.</param>
public sealed record Candidate(int Model, Status Status, int K, double LogLikelihood, double Aic, double Aicc, double Bic, double Delta, double Weight, string? Remark)
{
    public bool IsRanked => !double.IsNaN(Delta);
}

/// <summary>Models of the same observations side by side, nested or not.</summary>
public sealed class ModelChoice
{
    readonly IReadOnlyList<Specification> models;
    readonly IReadOnlyList<FitTable> fits;

    /// <exception cref="ArgumentException">Log-likelihoods of these models do not compare.</exception>
    public ModelChoice(IReadOnlyList<Specification> models, IReadOnlyList<FitTable> fits)
    {
        Check(models);
        (this.models, this.fits) = (models, fits);
    }

    /// <summary>Refuses models whose log-likelihoods do not compare.</summary>
    /// <exception cref="ArgumentException">They are of other rows, a density stands against a probability, or weights are of sampling.</exception>
    public static void Check(IReadOnlyList<Specification> models)
    {
        foreach (var model in models)
        {
            if (model.Batch.Weighting == Weighting.Sampling)
                throw new ArgumentException("With sampling weights the log-likelihood is a pseudo-likelihood, and AIC and BIC mean nothing.");
            if (models[0].Family.IsDiscrete != model.Family.IsDiscrete)
            {
                var (mass, density) = model.Family.IsDiscrete ? (model, models[0]) : (models[0], model);
                throw new ArgumentException($"{mass.Family} gives probabilities and {density.Family} a density: their log-likelihoods do not compare, not even on whole numbers.");
            }
            if (models[0].DiffersFrom(model) is { } difference)
                throw new ArgumentException(difference);
        }
    }

    /// <summary>The models of one data set in the order of their AIC; behind them those that are not ranked.</summary>
    public IReadOnlyList<Candidate> Of(int d)
    {
        Candidate[] all = [.. Enumerable.Range(0, models.Count).Select(m => Of(m, d))];
        double least = all.Where(c => c.Delta == 0).Select(c => c.Aic).DefaultIfEmpty(double.NaN).Min();
        double sum = all.Where(c => c.Delta == 0).Sum(c => Math.Exp(-0.5 * (c.Aic - least)));
        return [.. all.Select(c => double.IsNaN(c.Delta) ? c : c with { Delta = c.Aic - least, Weight = Math.Exp(-0.5 * (c.Aic - least)) / sum }).OrderBy(c => double.IsNaN(c.Delta) ? double.PositiveInfinity : c.Delta)];
    }

    /// <summary>Vuong's test of two of the models on data set d.</summary>
    public Vuong Vuong(int first, int second, int d) => Mle.Vuong.Of((first, models[first], fits[first]), (second, models[second], fits[second]), d);

    /// <summary>With Δ 0 where it can be ranked, and NaN where not.</summary>
    Candidate Of(int m, int d)
    {
        var (fit, k) = (fits[m][d], fits[m].FreeParameters);
        double n = fit.Size;
        return fit.Status switch
        {
            Status.Interior => Ranked(fit.LogLikelihood, k, null),
            Status.Boundary => Ranked(fit.LogLikelihood, k, $"on the boundary ({fit.Verdict.Bound ?? fit.Verdict.Reason}); k counts the parameter there too"),
            Status.NoFiniteMle when fit.Verdict is { Cause: Cause.Limit, LimitFamily: { } limit } && double.IsFinite(fit.Verdict.Supremum) && Families.Find(limit) is { } family =>
                Ranked(fit.Verdict.Supremum, k - models[m].Family.Info.Parameters.Length + family.Info.Parameters.Length, $"no finite maximum: ranked as its limit, {limit}"),
            Status.NoFiniteMle when fit.Verdict.Cause == Cause.Unbounded || double.IsPositiveInfinity(fit.Verdict.Supremum) => Excluded(double.PositiveInfinity, $"the likelihood has no upper bound: {fit.Verdict.Reason}"),
            Status.NoFiniteMle => Excluded(fit.Verdict.Supremum, $"no finite maximum: {fit.Verdict.Reason}"),
            Status.Nonregular => Excluded(fit.LogLikelihood, "AIC does not hold where the usual theory does not"),
            _ => Excluded(fit.LogLikelihood, fit.Verdict.Reason),
        };

        Candidate Ranked(double ℓ, int k, string? remark)
        {
            double aic = -2 * ℓ + 2 * k;
            return new(m, fit.Status, k, ℓ, aic, n - k - 1 > 0 ? aic + 2.0 * k * (k + 1) / (n - k - 1) : double.NaN, -2 * ℓ + k * Math.Log(n), 0, double.NaN, remark);
        }

        Candidate Excluded(double ℓ, string why) => new(m, fit.Status, k, ℓ, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, why);
    }
}
