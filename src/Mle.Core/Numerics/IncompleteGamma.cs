namespace Mle;

/// <summary>The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x) for a &gt; 0 and x ≥ 0.</summary>
/// <remarks>
/// Written over <see cref="IReal{T}"/>, so that jets differentiate them in both arguments. Relative error below 1e-12 for
/// 1e-3 ≤ a ≤ 1e6 in both tails; the logarithms stay as accurate where the tails themselves underflow. The loops take
/// about 6√a turns. Outside the domain: NaN.
/// Sources: Gautschi, ACM TOMS 5 (1979); DLMF 8.7.1, 8.9.2; the front factor after Loader (2000).
/// </remarks>
public static class IncompleteGamma
{
    const int Turns = 200_000;

    public static T P<T>(T a, T x) where T : unmanaged, IReal<T> => T.Exp(LogP(a, x));

    public static T Q<T>(T a, T x) where T : unmanaged, IReal<T> => T.Exp(LogQ(a, x));

    public static T LogP<T>(T a, T x) where T : unmanaged, IReal<T>
    {
        Tails(a, x, out T logP, out _);
        return logP;
    }

    public static T LogQ<T>(T a, T x) where T : unmanaged, IReal<T>
    {
        Tails(a, x, out _, out T logQ);
        return logQ;
    }

    /// <summary>log P and log Q together.</summary>
    public static void Tails<T>(T a, T x, out T logP, out T logQ) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, edge = a + one, beyond = T.IfLess(x, edge, zero, one);
        T small = T.IfLess(a, one, one - beyond, zero);

        // x^a e^(−x)/Γ(a): written about its maximum at x = a, or the exponent would lose what log Γ(a) has in excess.
        T front = T.Log(a) * 0.5 - 0.9189385332046727 - Gamma.StirlingError(a) - a * Gamma.Deviance((x - a) / a, x / a);
        T lower = front - T.Log(a) + T.Log(Series(a, T.IfLess(zero, beyond + small, zero, x)));
        T upper = front + T.Log(Fraction(T.IfLess(zero, beyond, a, one), T.IfLess(zero, beyond, x, 2.0)));
        logP = T.IfLess(zero, beyond, T.Log1p(-T.Exp(upper)), lower);
        logQ = T.IfLess(zero, beyond, upper, T.Log1p(-T.Exp(lower)));

        if (T.AnyLess(zero, small))
        {
            // For a → 0 P tends to 1 and Q to a·E₁(x): both come from xᵃ/Γ(1 + a) − 1 and a sum of order a.
            T g = a * T.Log(x) - LogGamma1p(a);
            T w = a * Alternating(T.IfLess(zero, small, a, one), T.IfLess(zero, small, x, zero));
            T log = g + T.Log1p(-w), other = T.IfLess(log, -0.7, T.Log1p(-T.Exp(log)), T.Log(T.Exp(g) * w - T.Expm1(g)));
            logP = T.IfLess(zero, small, log, logP);
            logQ = T.IfLess(zero, small, other, logQ);
        }

        T infinity = double.PositiveInfinity, nan = double.NaN;
        logP = T.IfLess(zero, x, T.IfLess(x, infinity, logP, zero), -infinity);
        logQ = T.IfLess(zero, x, T.IfLess(x, infinity, logQ, -infinity), zero);
        T valid = T.IfLess(zero, a, T.IfLess(-infinity, x, T.IfLess(x, zero, nan, one), nan), nan);
        logP = T.IfLess(zero, valid, logP, nan);
        logQ = T.IfLess(zero, valid, logQ, nan);
    }

    /// <summary>
    /// log P and log Q at a = 1/q², x = a·e^(qw) for q ≤ 0.003, where w is nearly normal; q = 0 is nothing special. With
    /// v = qw and η²/2 = eᵛ − 1 − v: Q = Φ(−η/q) + φ(η/q)·q·(c₀ + c₁q²), c₀ = 1/(eᵛ − 1) − 1/η (Temme, Mathematics of
    /// Computation 29, 1975; DLMF 8.12).
    /// </summary>
    public static void TailsLarge<T>(T w, T q, out T logP, out T logQ) where T : unmanaged, IReal<T>
    {
        T v = q * w;
        ExpRatio.Of(v, out T φ1, out T φ2, out T φ3, out _);
        T root = T.Sqrt(φ2 + φ2), z = w * root, η = v * root;
        // 1/(vφ₁) − 1/(v√(2φ₂)), where 2φ₂ − φ₁² = v(2(φ₃ − φ₂) − vφ₂²).
        T c = (2.0 * (φ3 - φ2) - v * φ2 * φ2) / (φ1 * root * (root + φ1)) + q * q * (-1.0 / 540 + η * (-1.0 / 288 + η * (1.0 / 378 - η * (77.0 / 77760))));
        logP = Corrected(z, -q * c);
        logQ = Corrected(-z, q * c);

        // log(Φ(x) + φ(x)·c). Far out the correction takes nearly all of Φ away: nothing beside x², but it must stay defined.
        static T Corrected(T x, T c)
        {
            T log = T.LogNormalCdf(x);
            return log + T.Log1p(T.Max(-0.999999, c * T.Exp(-0.5 * x * x - 0.9189385332046727 - log)));
        }
    }

    /// <summary>eˣE₁(x) for x &gt; 0, the scaled exponential integral ∫ e^(−u)/(x + u) du over u &gt; 0. Error below 16 ulp.</summary>
    public static T ScaledE1<T>(T x) where T : unmanaged, IReal<T>
    {
        T one = 1.0, near = T.IfLess(x, one, x, one);
        return T.IfLess(x, one, T.Exp(near) * (Alternating(0.0, near) - 0.5772156649015329 - T.Log(near)), Fraction(0.0, T.Max(one, x)));
    }

    /// <summary>log Γ(1 + a) for 0 &lt; a ≤ 1 with an error of order a: what 1 + a rounds off is put back.</summary>
    internal static T LogGamma1p<T>(T a) where T : unmanaged, IReal<T>
    {
        T one = 1.0, sum = a + one;
        return T.Polygamma(-1, sum) - 0.5772156649015329 * (a - (sum - one));
    }

    // Σ xⁿ/((a + 1)…(a + n)).
    static T Series<T>(T a, T x) where T : unmanaged, IReal<T>
    {
        T sum = 1.0, term = sum;
        for (int n = 1; n < Turns && T.AnyLess(1e-20 * sum, term); n++)
        {
            term *= x / (a + (double)n);
            sum += term;
        }
        return sum;
    }

    // −Σ (−x)ⁿ/((a + n) n!), n ≥ 1.
    static T Alternating<T>(T a, T x) where T : unmanaged, IReal<T>
    {
        T sum = 0.0, power = -1.0;
        for (int n = 1; n < Turns && T.AnyLess(1e-20, T.Abs(power)); n++)
        {
            power *= x * (-1.0 / n);
            sum += power / (a + (double)n);
        }
        return sum;
    }

    // Legendre's 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − 2(2 − a)/(x + 5 − a − …))), by Steed's algorithm.
    static T Fraction<T>(T a, T x) where T : unmanaged, IReal<T>
    {
        T least = 1e-3, b = x - a + 1.0, d = 1.0 / b, step = d, sum = d, size = d;
        for (int n = 1; n < Turns && T.AnyLess(1e-18 * sum, size); n++)
        {
            b += 2.0;
            d = 1.0 / T.MultiplyAdd(n * (a - (double)n), d, b);
            T ratio = b * d - 1.0, decay = T.Abs(ratio);
            step *= ratio;
            sum += step;
            // For integer a the fraction ends, but not its derivatives.
            size *= T.IfLess(decay, least, least, decay);
        }
        return sum;
    }
}
