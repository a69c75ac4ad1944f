namespace Mle;

/// <summary>
/// Intervals by the score test with the expected information: all θ with U(θ)²/I(θ) ≤ z². Where the variance is a quadratic
/// function of the mean, V(μ) = v₀ + v₁μ + v₂μ², these are the μ with n(μ̂ − μ)² ≤ z²V(μ), the ends of which solve a quadratic
/// equation; for the binomial that is Wilson's interval.
/// </summary>
/// <remarks>
/// Wilson, JASA 22, 1927; Rao, Proc. Cambridge Phil. Soc. 44, 1948; Morris, Natural exponential families with quadratic
/// variance functions, Annals of Statistics 10, 1982.
/// </remarks>
public static class ScoreInterval
{
    static readonly string[] Taken = ["bernoulli", "binomial", "poisson", "geometric", "negative_binomial", "exponential", "gamma", "normal", "lognormal"];

    /// <summary>Why there are none for what these options leave free, in one sentence; null where there are.</summary>
    public static string? Refusal(Family family, Batch batch, FitOptions options)
    {
        if (!Taken.Contains(family.Name))
            return $"There is no score interval for {family.Name}; there are for {string.Join(", ", Taken)}.";
        if (!batch.IsPlain)
            return "Score intervals are there for plain samples, not for rows with formulas, censoring, truncation or sampling weights.";
        if (!options.Penalty.IsNone || options.Bounds.Count > 0)
            return "Score intervals are there for estimates without a penalty or bounds.";
        string? known = family.Name switch { "negative_binomial" => "size", "gamma" => "shape", "normal" => "sigma", "lognormal" => "sdlog", _ => null };
        return known is null || options.Fixed.ContainsKey(known) ? null : $"There is a score interval for {family.Name} only where {known} is fixed.";
    }

    /// <summary>The interval of the free parameter of a fit that <see cref="Refusal"/> does not refuse; NaN where there is no estimate.</summary>
    public static (double Low, double High) Of(Family family, Batch batch, int d, Fit fit, double level)
    {
        double z = WaldInterval.At(level).Z, n = fit.Size;
        switch (family.Name)
        {
            case "bernoulli" or "binomial":
                return Solve(fit["p"], ExactInterval.Trials(batch, d), z, 0, 1, -1);
            case "poisson":
                return Solve(fit["lambda"], n, z, 0, 1, 0);
            case "negative_binomial":
                return Solve(fit["mu"], n, z, 0, 1, 1 / fit["size"]);
            case "geometric":
                var failures = Solve((1 - fit["p"]) / fit["p"], n, z, 0, 1, 1);
                return (1 / (1 + failures.High), 1 / (1 + failures.Low));
            case "exponential":
                var mean = Solve(1 / fit["rate"], n, z, 0, 0, 1);
                return (1 / mean.High, 1 / mean.Low);
            case "gamma":
                double shape = fit["shape"];
                var of = Solve(shape / fit["rate"], n, z, 0, 0, 1 / shape);
                return (shape / of.High, shape / of.Low);
            default:
                double σ = fit[1];
                return Solve(fit[0], n, z, σ * σ, 0, 0);
        }
    }

    /// <summary>The μ with n(μ̂ − μ)² ≤ z²V(μ); up to infinity where V grows faster.</summary>
    static (double Low, double High) Solve(double mean, double n, double z, double v0, double v1, double v2)
    {
        double a = n - z * z * v2, b = n * mean + z * z * v1 / 2, c = n * mean * mean - z * z * v0;
        double root = Math.Sqrt(Math.Max(0, b * b - a * c));
        // The end on the side of b without cancellation, the other by the product of both.
        double far = b >= 0 ? b + root : b - root;
        if (!(a > 0))
            return (c / far, double.PositiveInfinity);
        return b >= 0 ? (far == 0 ? 0 : c / far, far / a) : (far / a, c / far);
    }
}
