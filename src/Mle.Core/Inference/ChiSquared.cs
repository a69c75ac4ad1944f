namespace Mle;

/// <summary>The χ² distribution with ν degrees of freedom: P(X &gt; x) = Q(ν/2, x/2).</summary>
public static class ChiSquared
{
    /// <summary>log P(X &gt; x): as accurate as <see cref="IncompleteGamma"/> also where the chance itself is 0 to a double.</summary>
    public static double LogSurvival(double x, double df) => x <= 0 ? 0 : (double)IncompleteGamma.LogQ<Real>(0.5 * df, 0.5 * x);

    /// <summary>P(X &gt; x).</summary>
    public static double Survival(double x, double df) => Math.Exp(LogSurvival(x, df));
}
