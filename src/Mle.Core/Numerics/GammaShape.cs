namespace Mle;

/// <summary>The two equations that the shape of a gamma law solves at its maximum.</summary>
/// <remarks>
/// Starts from Greenwood and Durand, Technometrics 2, 1960, p. 55, and from Minka, Estimating a Gamma distribution, 2002, and its
/// appendix for digamma's inverse.
/// </remarks>
public static class GammaShape
{
    const double Euler = 0.57721566490153286;

    /// <summary>
    /// log k at the root of log k − ψ(k) = gap &gt; 0: Newton's method on the logarithms, which are nearly linear. From a start that is
    /// right to 2e-4 two steps lead to 2e-20; where the gap is wide, from one that is right to 0.014, three to 1e-27.
    /// </summary>
    public static T FromGap<T>(T gap) where T : unmanaged, IReal<T>
    {
        T narrow = 0.5772, wide = 17.0, large = 16.0;
        T top = T.IfLess(gap, narrow, 0.5000876 + gap * (0.1648852 - 0.0544274 * gap), 8.898919 + gap * (9.059950 + 0.9775373 * gap));
        T bottom = gap * T.IfLess(gap, narrow, 1.0, 17.79728 + gap * (11.968477 + gap));
        bool anyWide = T.AnyLess(wide, gap);
        if (anyWide)
        {
            T d = gap - 3.0;
            (top, bottom) = (T.IfLess(wide, gap, T.Sqrt(d * d + 24.0 * gap) - d, top), T.IfLess(wide, gap, 12.0 * gap, bottom));
        }
        T k = top / bottom, logk = T.Log(k);
        for (int i = 0; i < 2 || i < 3 && anyWide; i++)
        {
            if (i > 0)
                k = T.Exp(logk);
            Gamma.Derivatives(k, out _, out T ψ, out T ψ1);
            T left = logk - ψ, slope = T.MultiplyAdd(k, ψ1, -1.0);
            if (T.AnyLess(large, k))
            {
                // The asymptotic series, whose leading terms do not cancel; A and S 6.3.18 and 6.4.12.
                T z = 1.0 / k, w = z * z;
                T far = z * (0.5 + z * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * (691.0 / 32760)))))));
                T farSlope = z * (0.5 + z * (1.0 / 6 - w * (1.0 / 30 - w * (1.0 / 42 - w * (1.0 / 30)))));
                (left, slope) = (T.IfLess(large, k, far, left), T.IfLess(large, k, farSlope, slope));
            }
            // log(left/gap) to the third order.
            T step = 2.0 * (left - gap) * left / ((left + gap) * slope);
            logk += i < 2 ? step : T.IfLess(wide, gap, step, 0.0);
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
