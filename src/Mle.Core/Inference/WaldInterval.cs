namespace Mle;

/// <summary>Wald's interval θ̂ ± z·se, symmetric on a scale and mapped back to the parameter's own.</summary>
/// <param name="Z">The quantile Φ⁻¹((1 + level)/2).</param>
public readonly record struct WaldInterval(double Z)
{
    public static WaldInterval At(double level) => new((double)Normal.Quantile<Real>((1 + level) / 2));

    /// <param name="error">On the parameter's own scale.</param>
    public (double Low, double High) Of(Link on, double estimate, double error)
    {
        double reach = Z * error;
        switch (on)
        {
            case Link.Log:
                double factor = Math.Exp(reach / estimate);
                return (estimate / factor, estimate * factor);
            case Link.Logit:
                double odds = (1 - estimate) / estimate, by = Math.Exp(reach / (estimate * (1 - estimate)));
                return (1 / (1 + odds * by), 1 / (1 + odds / by));
            default:
                return (estimate - reach, estimate + reach);
        }
    }
}
