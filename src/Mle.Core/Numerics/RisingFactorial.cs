namespace Mle;

/// <summary>
/// R(x, a) = log[Γ(r + x)/(Γ(r) rˣ)] at a = 1/r, for x ≥ 0: what negative binomial, binomial and beta coefficients are
/// made of. For a whole x it is Σ over j below x of log(1 + ja), smooth down to a = 0.
/// </summary>
public static class RisingFactorial
{
    /// <summary>Stirling's series serves for r from here on.</summary>
    const double Large = 32;

    public static T Log<T>(T x, T a) where T : unmanaged, IReal<T>
    {
        T r = 1.0 / a;
        return T.IfLess(Large, r, LogLarge(x, a), T.Polygamma(-1, x + r) - T.Polygamma(-1, r) + x * T.Log(a));
    }

    /// <summary>For r ≥ 32, where the difference of two log Γ would cancel.</summary>
    public static T LogLarge<T>(T x, T a) where T : unmanaged, IReal<T>
    {
        T u = x * a;
        return x * ((1.0 + u) * Log1pRatio.Of(u) - 1.0) - 0.5 * T.Log1p(u) + Remainder(a / (1.0 + u)) - Remainder(a);
    }

    /// <summary>log Γ(1/z) less the leading terms of Stirling's formula. Abramowitz and Stegun 6.1.41.</summary>
    static T Remainder<T>(T z) where T : unmanaged, IReal<T>
    {
        T zz = z * z;
        return z * (1.0 / 12 - zz * (1.0 / 360 - zz * (1.0 / 1260 - zz * (1.0 / 1680))));
    }
}
