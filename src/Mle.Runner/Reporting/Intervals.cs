namespace Mle.Runner.Reporting;

/// <summary>Where a Wald interval is symmetric.</summary>
enum Scale { Natural, Log, Logit, Link }

/// <summary>Wald intervals, symmetric on a scale and mapped back to the parameter's own; or exact ones.</summary>
sealed class Intervals(double level, Scale scale)
{
    readonly double z = NormalQuantile((1 + level) / 2);

    public double Level => level;

    /// <summary>The interval on the scale asked for where the parameter lives on it, else on the natural one.</summary>
    public (double Low, double High) Of(Link link, double estimate, double error)
    {
        var on = scale switch
        {
            Scale.Link => link,
            Scale.Log when link is not Link.Identity => Link.Log,
            Scale.Logit when link is Link.Logit => Link.Logit,
            _ => Link.Identity,
        };
        return on switch
        {
            Link.Log => (estimate * Math.Exp(-z * error / estimate), estimate * Math.Exp(z * error / estimate)),
            Link.Logit => (Expit(-1), Expit(1)),
            _ => (estimate - z * error, estimate + z * error),
        };

        double Expit(int side) =>
            1 / (1 + (1 - estimate) / estimate * Math.Exp(-side * z * error / (estimate * (1 - estimate))));
    }

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

    /// <summary>Φ⁻¹(p) to 1e-16 relative: Wichura, Algorithm AS 241, Applied Statistics 37, 1988.</summary>
    public static double NormalQuantile(double p)
    {
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            double r = 0.180625 - q * q;
            return q * Polynomial(r, [
                3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
                4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3])
                / Polynomial(r, [
                1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3]);
        }
        double x = OfTail(Math.Log(Math.Min(p, 1 - p)));
        return q < 0 ? -x : x;
    }

    /// <summary>The x that is exceeded with this chance, given by its logarithm: also where the chance itself is 0.</summary>
    public static double Exceeded(double logTail) => logTail > Math.Log(0.075) ? -NormalQuantile(Math.Exp(logTail)) : OfTail(logTail);

    /// <summary>The same for chances below 0.075.</summary>
    static double OfTail(double logTail)
    {
        double t = Math.Sqrt(-logTail);
        return t <= 5
            ? Polynomial(t - 1.6, [
                1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
                1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4])
                / Polynomial(t - 1.6, [
                1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
                1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9])
            : Polynomial(t - 5, [
                6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
                2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7])
                / Polynomial(t - 5, [
                1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15]);
    }

    static double Polynomial(double x, ReadOnlySpan<double> coefficients)
    {
        double sum = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
            sum = sum * x + coefficients[i];
        return sum;
    }
}
