namespace Mle;

/// <summary>Γ(r + x)/Γ(r) = r(r + 1)…(r + x − 1) for x = 0, 1, 2, …: what negative binomial and binomial coefficients are made of.</summary>
public static class RisingFactorial
{
    /// <summary>
    /// log[Γ(r + x)/(Γ(r) rˣ)] = Σ over j below x of log(1 + ja), a = 1/r: where r is large by Stirling's series in a, which
    /// is smooth down to a = 0, because there the difference of two log Γ cancels.
    /// </summary>
    public static T Log<T>(T x, T a) where T : unmanaged, IReal<T>
    {
        T r = 1.0 / a, u = x * a;
        T far = x * ((1.0 + u) * Log1pRatio.Of(u) - 1.0) - 0.5 * T.Log1p(u) + Remainder(a / (1.0 + u)) - Remainder(a);
        return T.IfLess(a, 1.0 / 32, far, T.Polygamma(-1, x + r) - T.Polygamma(-1, r) + x * T.Log(a));
    }

    /// <summary>log Γ(1/z) less the leading terms of Stirling's formula. Abramowitz and Stegun 6.1.41.</summary>
    static T Remainder<T>(T z) where T : unmanaged, IReal<T>
    {
        T zz = z * z;
        return z * (1.0 / 12 - zz * (1.0 / 360 - zz * (1.0 / 1260 - zz * (1.0 / 1680))));
    }
}
