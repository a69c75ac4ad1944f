namespace Mle.Runner.Reporting;

/// <summary>Where a Wald interval is symmetric.</summary>
enum Scale { Natural, Log, Logit, Link }

/// <summary>Wald intervals, symmetric on a scale and mapped back to the parameter's own; or exact ones.</summary>
sealed class Intervals(double level, Scale scale)
{
    readonly WaldInterval wald = WaldInterval.At(level);

    public double Level => level;

    /// <summary>The interval on the scale asked for where the parameter lives on it, else on the natural one.</summary>
    public (double Low, double High) Of(Link link, double estimate, double error) => wald.Of(scale switch
    {
        Scale.Link => link,
        Scale.Log when link is not Link.Identity => Link.Log,
        Scale.Logit when link is Link.Logit => Link.Logit,
        _ => Link.Identity,
    }, estimate, error);

    /// <summary>Whether they are from the distribution of the estimate, in place of Wald's.</summary>
    public bool IsExact { get; init; }

    /// <summary>The interval of a free parameter of a data set.</summary>
    public (double Low, double High) Of(Fitted fitted, int d, int i) => IsExact
        ? ExactInterval.Of(fitted.Family, fitted.Data.Batch, d, fitted.Table[d], fitted.Options, fitted.Table.Parameters[i], Level)
        : Of(fitted.LinkOf(i), fitted.Table[d][i], fitted.Table[d].StandardError(i));

    /// <summary>The same of a quantity: on the scale asked for where its value lies there.</summary>
    public (double Low, double High) OfQuantity(double estimate, double error) => Of(scale switch
    {
        Scale.Log when estimate > 0 => Link.Log,
        Scale.Logit when estimate is > 0 and < 1 => Link.Logit,
        _ => Link.Identity,
    }, estimate, error);

    /// <summary>The same of a positive quantity that follows from the estimates; there are no exact ones.</summary>
    public (double Low, double High) OfDerived(double estimate, double error) => IsExact ? (double.NaN, double.NaN) : Of(Link.Log, estimate, error);

    /// <summary>Wald's test of 0, and the chance of more than that on either side.</summary>
    public static (double Z, double P) Test(double estimate, double error)
    {
        double z = estimate / error;
        return (z, double.IsNaN(z) ? double.NaN : 2 * Math.Exp((double)Real.LogNormalCdf(-Math.Abs(z))));
    }

    /// <summary>The x that is exceeded with this chance, given by its logarithm: also where the chance itself is 0.</summary>
    public static double Exceeded(double logTail) => (double)(logTail > Math.Log(0.075) ? -Normal.Quantile<Real>(Math.Exp(logTail)) : Normal.Exceeded<Real>(logTail));
}
