namespace Mle;

/// <summary>The distribution that a fit ended with: its family at the estimates, or the limit family that the likelihood approaches.</summary>
/// <param name="Parameters">
/// On the reported scale; one on an edge of its domain just inside, where the distribution is the same to the last digit.
/// </param>
public sealed record Law(Family Family, double[] Parameters)
{
    /// <summary>Null where the fit has no distribution.</summary>
    public static Law? Of(Family family, Fit fit)
    {
        if (fit.Status == Status.NoFiniteMle)
            return fit.Verdict is { LimitFamily: { } name, Limit: { } limit } && Families.Find(name) is { } approached
                ? Approached(approached, limit) : null;
        var estimates = new double[family.Info.Parameters.Length];
        for (int i = 0; i < estimates.Length; i++)
            estimates[i] = fit[i];
        return Inside(family, estimates);
    }

    /// <summary>Limits go by the limit family's names, or else are the finite ones in their order.</summary>
    static Law? Approached(Family family, IReadOnlyDictionary<string, double> limit)
    {
        var names = family.Info.Parameters.Select(p => p.Name).ToArray();
        double[] values = names.All(limit.ContainsKey)
            ? [.. names.Select(name => limit[name])] : [.. limit.Values.Where(double.IsFinite)];
        return values.Length == names.Length ? Inside(family, values) : null;
    }

    static Law? Inside(Family family, double[] values)
    {
        const double least = 1e-300, most = 1e300, rounding = 1.2e-16;
        for (int i = 0; i < values.Length; i++)
            values[i] = family.Info.Parameters[i].Link switch
            {
                Link.Log => Math.Clamp(values[i], least, most),
                Link.Logit => Math.Clamp(values[i], least, 1 - rounding),
                _ => values[i],
            };
        return values.All(double.IsFinite) ? new(family, values) : null;
    }
}
