namespace Mle;

/// <summary>
/// Integrals ∫₀¹ g(v) dv that may be singular at 0, by the trapezoidal rule after v = 1/(1 + e^(−π sinh t)).
/// </summary>
/// <remarks>Takahasi and Mori, Double exponential formulas for numerical integration, Publications of the RIMS 9, 1974.</remarks>
static class DoubleExponential
{
    /// <summary>Beyond these the weights are below 1e-300 and 1e-37.</summary>
    const double Outermost = -6, Innermost = 4;

    /// <summary>Points from 1 to 0, with their logarithms, which hold digits where v does not.</summary>
    /// <param name="step">Of t.</param>
    public static IEnumerable<(double V, double LogV, double Weight)> Points(double step)
    {
        for (double t = Innermost; t >= Outermost; t -= step)
        {
            double e = Math.Exp(-Math.PI * Math.Sinh(t)), v = 1 / (1 + e);
            yield return (v, -(double)Real.Log1p(e), step * Math.PI * Math.Cosh(t) * v * (e / (1 + e)));
        }
    }
}
