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
