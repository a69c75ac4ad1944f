namespace Mle;

/// <summary>
/// Confidence intervals from the distribution of the estimate itself, with equal tails, for single parameters of plain
/// samples:
/// <list type="bullet">
/// <item>bernoulli, binomial: Clopper and Pearson's, from the beta distribution (Biometrika 26, 1934);</item>
/// <item>poisson: Garwood's, from the gamma distribution (Biometrika 28, 1936);</item>
/// <item>geometric, and negative_binomial of known size: likewise from the beta distribution, by P(X ≤ x) = I_p(r, x + 1);</item>
/// <item>exponential: rate times sum is gamma;</item>
/// <item>normal, lognormal: the location by Student's t, or by the normal where the scale is known; the scale by χ²;</item>
/// <item>uniform with one end known: from the estimate outward to α^(−1/n) times the range, the shortest interval.</item>
/// </list>
/// Those of counts cover at least at their level, the others at it exactly.
/// </summary>
public static class ExactInterval
{
    static readonly string[] Taken = ["bernoulli", "binomial", "poisson", "geometric", "negative_binomial", "exponential", "normal", "lognormal", "uniform"];

    /// <summary>Why there are none for what these options leave free, in one sentence; null where there are.</summary>
    public static string? Refusal(Family family, Batch batch, FitOptions options)
    {
        if (!Taken.Contains(family.Name))
            return $"There is no exact interval for {family.Name}; there are for {string.Join(", ", Taken)}.";
        if (!batch.IsPlain)
            return "Exact intervals are there for plain samples, not for rows with formulas, censoring, truncation or sampling weights.";
        if (!options.Penalty.IsNone || options.Bounds.Count > 0)
            return "Exact intervals are there for estimates without a penalty or bounds.";
        foreach (double w in batch.Weights.Span)
            if (w != Math.Floor(w))
                return FormattableString.Invariant($"Exact intervals count observations, and {w} as a weight is no whole number.");
        return family.Name switch
        {
            "negative_binomial" when !options.Fixed.ContainsKey("size") => "There is an exact interval for negative_binomial only where size is fixed.",
            "uniform" when options.Fixed.Count == 0 => "There is an exact interval for uniform only where one end is fixed.",
            _ => null,
        };
    }

    /// <summary>The interval of one free parameter of a fit that <see cref="Refusal"/> does not refuse; NaN where there is no estimate, or but one observation.</summary>
    public static (double Low, double High) Of(Family family, Batch batch, int d, Fit fit, FitOptions options, string parameter, double level)
    {
        double n = fit.Size, α = 1 - level, estimate = fit[parameter];
        if (double.IsNaN(estimate))
            return (double.NaN, double.NaN);
        switch (family.Name)
        {
            case "bernoulli" or "binomial":
                double trials = Trials(batch, d), successes = Math.Round(estimate * trials);
                return (Beta(successes, trials - successes + 1, α / 2, false), Beta(successes + 1, trials - successes, α / 2, true));
            case "poisson":
                double events = Math.Round(estimate * n);
                return (Gamma(events, α / 2, false) / n, Gamma(events + 1, α / 2, true) / n);
            case "geometric":
                return OfCounts(n, Math.Round(n * (1 - estimate) / estimate), α);
            case "negative_binomial":
                double size = fit["size"];
                var (low, high) = OfCounts(n * size, Math.Round(n * estimate), α);
                return (size * (1 - high) / high, size * (1 - low) / low);
            case "exponential":
                return (estimate / n * Gamma(n, α / 2, false), estimate / n * Gamma(n, α / 2, true));
            case "uniform":
                double other = fit[parameter == "b" ? "a" : "b"], far = other + (estimate - other) * Math.Pow(α, -1 / n);
                return parameter == "b" ? (estimate, far) : (far, estimate);
            default:
                return OfNormal(family.Info.Parameters, fit, options, parameter, α);
        }
    }

    static (double, double) OfNormal(Parameter[] parameters, Fit fit, FitOptions options, string parameter, double α)
    {
        string location = parameters[0].Name, scale = parameters[1].Name;
        double n = fit.Size, σ = fit[scale];
        if (parameter == location)
        {
            // σ̂ has divisor n.
            double half = options.Fixed.ContainsKey(scale) ? σ / Math.Sqrt(n) * Quantile("normal", α / 2, true, 0, 0)
                : n > 1 ? σ / Math.Sqrt(n - 1) * Quantile("student_t", α / 2, true, 0, 0, Math.Log(n - 1)) : double.NaN;
            return (fit[location] - half, fit[location] + half);
        }
        // Half of nσ̂²/σ² is gamma with half as many degrees of freedom.
        double freedom = options.Fixed.ContainsKey(location) ? n : n - 1;
        return freedom > 0 ? (σ * Math.Sqrt(n / 2 / Gamma(freedom / 2, α / 2, true)), σ * Math.Sqrt(n / 2 / Gamma(freedom / 2, α / 2, false))) : (double.NaN, double.NaN);
    }

    /// <summary>p of failures x before r successes.</summary>
    static (double Low, double High) OfCounts(double r, double x, double α) => (Beta(r, x + 1, α / 2, false), Beta(r, x, α / 2, true));

    /// <summary>Σ wᵢmᵢ.</summary>
    internal static double Trials(Batch batch, int d)
    {
        double sum = 0;
        for (int i = (int)batch.Offsets[d]; i < batch.Offsets[d + 1]; i++)
            sum += (batch.Weights.IsEmpty ? 1 : batch.Weights.Span[i]) * (batch.Trials.IsEmpty ? 1 : batch.Trials.Span[i]);
        return sum;
    }

    /// <summary>The value with this probability below, or above; at the ends where a parameter is 0.</summary>
    static double Beta(double a, double b, double tail, bool upper) => a == 0 ? 0 : b == 0 ? 1 : Quantile("beta", tail, upper, Math.Log(a), Math.Log(b));

    static double Gamma(double shape, double tail, bool upper) => shape == 0 ? 0 : Quantile("gamma", tail, upper, Math.Log(shape), 0);

    static double Quantile(string family, double tail, bool upper, params ReadOnlySpan<double> u)
    {
        // Many fits ask for the same few: counts, or n alone.
        const int many = 1 << 14;
        known ??= [];
        var key = (family, tail, upper, u[0], u[1], u.Length > 2 ? u[2] : 0);
        if (known.TryGetValue(key, out double found))
            return found;
        if (known.Count >= many)
            known.Clear();
        return known[key] = Prediction.Of(Families.Find(family)!).QuantileOfTail(Math.Log(tail), upper, u);
    }

    [ThreadStatic]
    static Dictionary<(string, double, bool, double, double, double), double>? known;
}
