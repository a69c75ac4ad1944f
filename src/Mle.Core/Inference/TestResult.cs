namespace Mle;

/// <summary>What a p-value is taken from.</summary>
public enum Reference
{
    /// <summary>χ² with as many degrees of freedom as the null hypothesis takes away (Wilks, Annals of Mathematical Statistics 9, 1938).</summary>
    ChiSquared,

    /// <summary>½χ²₀ + ½χ²₁: one parameter on its boundary, the others inside (Self and Liang, JASA 82, 1987).</summary>
    Mixture,

    /// <summary>The statistic's own distribution at this n.</summary>
    Exact,

    /// <summary>Samples drawn from the null's fit, both models fitted to each.</summary>
    Bootstrap,

    /// <summary>There is none: the p-value is NaN.</summary>
    None,
}

/// <summary>One test of a null hypothesis.</summary>
/// <param name="Statistic">Large where the data speak against it; NaN where the test cannot be made.</param>
/// <param name="Df">Degrees of freedom: how many parameters it takes away.</param>
/// <param name="LogPValue">The logarithm of the chance of at least this statistic, which stays finite where the chance does not; NaN where it is not known.</param>
/// <param name="Remark">Why there is no statistic or no p-value, or what there is to know about it, in one sentence.</param>
public sealed record TestResult(double Statistic, int Df, double LogPValue, Reference Reference, string? Remark = null)
{
    public double PValue => Math.Exp(LogPValue);

    public static TestResult Refused(int df, string why) => new(double.NaN, df, double.NaN, Reference.None, why);

    internal static TestResult ChiSquared(double statistic, int df, string? remark = null) =>
        new(statistic, df, Mle.ChiSquared.LogSurvival(statistic, df), Reference.ChiSquared, remark);
}
