namespace Mle;

/// <summary>The two equations that the shape of a gamma law solves at its maximum.</summary>
/// <remarks>Starts from Minka, Estimating a Gamma distribution, 2002, and from its appendix for digamma's inverse.</remarks>
public static class GammaShape
{
    const double Euler = 0.57721566490153286;

    /// <summary>log k at the root of log k − ψ(k) = gap &gt; 0: Newton's method on the logarithms, which are nearly linear.</summary>
    public static T FromGap<T>(T gap) where T : unmanaged, IReal<T>
    {
        T one = 1.0, d = gap - 3.0, k = (T.Sqrt(d * d + 24.0 * gap) - d) / (12.0 * gap), logk = T.Log(k);
        for (int i = 0; i < 3; i++)
        {
            // From 16 on the asymptotic series, whose leading terms do not cancel; A and S 6.3.18 and 6.4.12.
            T z = one / k, w = z * z;
            T far = z * (0.5 + z * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * (691.0 / 32760)))))));
            T farSlope = z * (0.5 + z * (1.0 / 6 - w * (1.0 / 30 - w * (1.0 / 42 - w * (1.0 / 30)))));
            Gamma.Derivatives(k, out _, out T ψ, out T ψ1);
            T left = T.IfLess(16.0, k, far, logk - ψ), slope = T.IfLess(16.0, k, farSlope, k * ψ1 - one);
            logk += T.Log(left / gap) * left / slope;
            k = T.Exp(logk);
        }
        return logk;
    }

    /// <summary>log k at the root of ψ(k) = target.</summary>
    public static T FromDigamma<T>(T target) where T : unmanaged, IReal<T>
    {
        T k = T.IfLess(-2.22, target, T.Exp(target) + 0.5, -1.0 / (target + Euler));
        for (int i = 0; i < 5; i++)
        {
            Gamma.Derivatives(k, out _, out T ψ, out T ψ1);
            k -= (ψ - target) / ψ1;
        }
        return T.Log(k);
    }
}
