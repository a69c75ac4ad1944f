using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>log Γ and its derivatives for x ≥ 0; NaN below 0.</summary>
/// <remarks>
/// Up to 2.5 the recurrence Γ(x) = Γ(y)/D(x) moves x to 1.5 ≤ y ≤ 2.5, where polynomials in y − 2 serve; above, Stirling's
/// form with polynomials in 1/x² (Abramowitz and Stegun 6.1.40, 6.3.18, 6.4.12, but minimax instead of asymptotic).
/// One logarithm and one reciprocal serve both and all three functions, and no long sum cancels against an asymptotic
/// part. A branch only skips the lower half where no lane needs it. The coefficients are derived in tests/Mle.Tests/data/numerics/coefficients.py.
/// </remarks>
public static class Gamma
{
    /// <summary>
    /// ψ⁽ⁿ⁾(x) of order n ≥ −1: log Γ, digamma, trigamma … Error below 4 ulp up to order 4, or 2.5e-16 absolute beside
    /// the zeros of log Γ (1, 2) and of digamma (1.4616…). At 0: ∞ for log Γ and odd orders, −∞ for even ones.
    /// </summary>
    public static T Polygamma<T>(int order, T x) where T : unmanaged, IReal<T>
    {
        if (order > 1) return HigherPolygamma(order, x);
        Derivatives(x, order, order, out T logGamma, out T digamma, out T trigamma);
        return order < 0 ? logGamma : order == 0 ? digamma : trigamma;
    }

    /// <summary>log Γ, ψ and ψ′ together for little more than the price of one. Errors as of <see cref="Polygamma"/>.</summary>
    public static void Derivatives<T>(T x, out T logGamma, out T digamma, out T trigamma) where T : unmanaged, IReal<T>
        => Derivatives(x, -1, 1, out logGamma, out digamma, out trigamma);

    // It needs the compiler's whole inlining budget for itself.
    [MethodImpl(NoInlining)]
    static void Derivatives<T>(T x, int first, int last, out T logGamma, out T digamma, out T trigamma) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, half = 0.5, one = 1.0, oneHalf = 1.5, near = 2.5, a = T.Abs(x);
        T divisor = T.IfLess(a, half, T.MultiplyAdd(a, a, a), a), z = one / divisor, w = z * z;
        T high = Elementary.LogParts(divisor, out T low);

        // ½ log 2π − ½ is the constant left by writing log x − 1, which keeps every term positive.
        logGamma = digamma = trigamma = x;
        if (first < 0) logGamma = T.MultiplyAdd(a - half, (high - one) + low, 0.41893853320467274 + z * FarLogGamma(w));
        if (first <= 0 && last >= 0) digamma = high + (low - T.MultiplyAdd(w, FarDigamma(w), half * z));
        if (last > 0) trigamma = T.MultiplyAdd(w, T.MultiplyAdd(z, FarTrigamma(w), half), z);
        if (T.AnyLess(a, near))
        {
            // With one step, ψ(x) = ψ(y) − 1/x and ψ′(x) = ψ′(y) + 1/x²; with two, over the common denominator x(x + 1).
            T d = T.IfLess(a, half, a, T.IfLess(a, oneHalf, a - one, a - 2.0)), steps = T.IfLess(a, oneHalf, one, zero);
            T sum = T.IfLess(a, half, a + a + one, steps) * z, squares = T.IfLess(a, half, divisor + divisor + one, steps) * z;
            if (first < 0) logGamma = T.IfLess(a, near, T.MultiplyAdd(d, NearLogGamma(d), -(steps * (high + low))), logGamma);
            if (first <= 0 && last >= 0) digamma = T.IfLess(a, near, NearDigamma(d) - sum, digamma);
            if (last > 0) trigamma = T.IfLess(a, near, T.MultiplyAdd(squares, z, NearTrigamma(d)), trigamma);
        }
        logGamma = T.IfLess(x, zero, double.NaN, logGamma);
        digamma = T.IfLess(x, zero, double.NaN, digamma);
        trigamma = T.IfLess(x, zero, double.NaN, trigamma);
    }

    /// <summary>
    /// ψ(x) − ψ(x + y) and ψ′(x) − ψ′(x + y) for x, y &gt; 0, given the four: beyond x = 100, where they would cancel, by the asymptotic
    /// series (Abramowitz and Stegun 6.3.18, 6.4.12) with y taken out of every difference.
    /// </summary>
    public static (T Digamma, T Trigamma) Gaps<T>(T x, T y, T digamma, T trigamma, T digammaOfSum, T trigammaOfSum) where T : unmanaged, IReal<T>
    {
        T large = 100.0, first = digamma - digammaOfSum, second = trigamma - trigammaOfSum;
        if (!T.AnyLess(large, x)) return (first, second);
        T one = 1.0, z = one / x, u = one / (x + y), d = y * z * u, w = z * z, v = u * u, e = d * (z + u), wv = w + v, zu = z * u;
        T far = -T.Log1p(y * z) - 0.5 * d - e * (1.0 / 12 - wv / 120.0 + (wv * wv - w * v) / 252.0);
        T farther = d + 0.5 * e + d * ((wv + zu) / 6.0 - (wv * (wv + zu) - w * v) / 30.0);
        return (T.IfLess(large, x, far, first), T.IfLess(large, x, farther, second));
    }

    /// <summary>log Γ(a) − (a − ½) log a + a − ½ log 2π, which is 1/(12a) − …: what Stirling's formula leaves over.</summary>
    internal static T StirlingError<T>(T a) where T : unmanaged, IReal<T>
    {
        T near = 2.5, half = 0.5, z = 1.0 / a, far = z * FarLogGamma(z * z);
        if (!T.AnyLess(a, near)) return far;
        return T.IfLess(a, near, T.Polygamma(-1, a) - (a - half) * T.Log(a) + a - 0.9189385332046727, far);
    }

    /// <summary>log Γ(1 + x)/x for x &gt; −1, which is −γ at x = 0.</summary>
    public static T LogGamma1pRatio<T>(T x) where T : unmanaged, IReal<T>
    {
        T half = 0.5, size = T.Abs(x), near = T.IfLess(size, half, x, half), far = T.IfLess(size, half, 1.0, x);
        return T.IfLess(size, half, NearLogGamma(near) - Log1pRatio.Of(near), T.Polygamma(-1, 1.0 + far) / far);
    }

    /// <summary>μ − log(1 + μ) to full relative precision, given 1 + μ too.</summary>
    internal static T Deviance<T>(T μ, T onePlusμ) where T : unmanaged, IReal<T>
    {
        T s = μ / (μ + 2.0), z = s * s, u = z * z;
        T even = 0.1646759119531567, odd = 0.0699427429031744;
        even = T.MultiplyAdd(even, u, 0.1097255938386196);
        even = T.MultiplyAdd(even, u, 0.13336805708856253);
        even = T.MultiplyAdd(even, u, 0.1818182320266091);
        even = T.MultiplyAdd(even, u, 0.28571428572509944);
        even = T.MultiplyAdd(even, u, 0.6666666666666667);
        odd = T.MultiplyAdd(odd, u, 0.11715951816923623);
        odd = T.MultiplyAdd(odd, u, 0.15384451938885488);
        odd = T.MultiplyAdd(odd, u, 0.22222222125476707);
        odd = T.MultiplyAdd(odd, u, 0.3999999999999398);
        T near = s * (μ - z * T.MultiplyAdd(odd, z, even));
        return T.IfLess(z, 1.0 / 9, near, μ - T.Log(onePlusμ));
    }

    // The recurrence over 16 + n steps where x is below that, and Abramowitz and Stegun 6.4.11. Every term is positive
    // and they are added from the smallest to the largest.
    [MethodImpl(NoInlining)]
    static T HigherPolygamma<T>(int n, T x) where T : unmanaged, IReal<T>
    {
        double factorial = 1;
        for (int i = 2; i < n; i++) factorial *= i;
        T zero = 0.0, one = 1.0, steps = 16.0 + n, a = T.Abs(x), top = T.IfLess(a, steps, a + steps, a), z = one / top, w = z * z;
        // Ratios of successive Bernoulli numbers B₁₈/B₁₆ … B₄/B₂, each with the factorials it brings.
        T s = Term(n, 9, -43867.0 * 510 / (798.0 * 3617)) * w + one;
        s = T.MultiplyAdd(Term(n, 8, -3617.0 * 6 / (510.0 * 7)) * w, s, one);
        s = T.MultiplyAdd(Term(n, 7, -7.0 * 2730 / (6.0 * 691)) * w, s, one);
        s = T.MultiplyAdd(Term(n, 6, -691.0 * 66 / (2730.0 * 5)) * w, s, one);
        s = T.MultiplyAdd(Term(n, 5, -25.0 / 11) * w, s, one);
        s = T.MultiplyAdd(Term(n, 4, -7.0 / 5) * w, s, one);
        s = T.MultiplyAdd(Term(n, 3, -5.0 / 7) * w, s, one);
        s = T.MultiplyAdd(Term(n, 2, -1.0 / 5) * w, s, one);
        s = T.MultiplyAdd(T.MultiplyAdd(n * (n + 1.0) / 12 * z, s, 0.5 * n), z, one);
        T tail = factorial / Power(top, n - 1) * z * s;
        if (T.AnyLess(a, steps))
        {
            T sum = tail, scale = factorial * n;
            for (int i = 15 + n; i >= 0; i--) sum += scale / Power(a + (double)i, n + 1);
            tail = T.IfLess(a, steps, sum, tail);
        }
        return T.IfLess(x, zero, double.NaN, (n & 1) == 1 ? tail : -tail);
    }

    static double Term(int n, int k, double bernoulli) => bernoulli * (2 * k + n - 2) * (2 * k + n - 1) / ((2 * k - 1) * (2 * k));

    [MethodImpl(AggressiveInlining)]
    static T Power<T>(T x, int n) where T : unmanaged, IReal<T>
    {
        T power = x;
        for (int i = 1; i < n; i++) power *= x;
        return power;
    }

    // log Γ(2 + d)/d, ψ(2 + d) and ψ′(2 + d) for |d| ≤ ½.
    [MethodImpl(AggressiveInlining)]
    static T NearLogGamma<T>(T d) where T : unmanaged, IReal<T>
    {
        T u = d * d;
        T even = -5.812500871134155e-07, odd = 2.829079787949475e-07;
        even = T.MultiplyAdd(even, u, -1.974188393315132e-06);
        even = T.MultiplyAdd(even, u, -9.456338187318318e-06);
        even = T.MultiplyAdd(even, u, -4.4923717060099594e-05);
        even = T.MultiplyAdd(even, u, -0.00022315497869325817);
        even = T.MultiplyAdd(even, u, -0.0011927539009200798);
        even = T.MultiplyAdd(even, u, -0.0073855510289379854);
        even = T.MultiplyAdd(even, u, -0.0673523010531956);
        even = T.MultiplyAdd(even, u, 0.42278433509846713);
        odd = T.MultiplyAdd(odd, u, 9.156250152404357e-07);
        odd = T.MultiplyAdd(odd, u, 4.386641614652405e-06);
        odd = T.MultiplyAdd(odd, u, 2.05051410364044e-05);
        odd = T.MultiplyAdd(odd, u, 9.945773301668181e-05);
        odd = T.MultiplyAdd(odd, u, 0.0005096695109522621);
        odd = T.MultiplyAdd(odd, u, 0.00289051033121161);
        odd = T.MultiplyAdd(odd, u, 0.020580808427777215);
        odd = T.MultiplyAdd(odd, u, 0.32246703342411326);
        return T.MultiplyAdd(odd, d, even);
    }

    [MethodImpl(AggressiveInlining)]
    static T NearDigamma<T>(T d) where T : unmanaged, IReal<T>
    {
        T u = d * d;
        T even = -3.129907964119643e-06, odd = 5.134170592793901e-06;
        even = T.MultiplyAdd(even, u, -6.666567672796811e-06);
        even = T.MultiplyAdd(even, u, -3.0976079319073116e-05);
        even = T.MultiplyAdd(even, u, -0.0001226240951558128);
        even = T.MultiplyAdd(even, u, -0.0004942009607787088);
        even = T.MultiplyAdd(even, u, -0.002008391802888693);
        even = T.MultiplyAdd(even, u, -0.008349277430059273);
        even = T.MultiplyAdd(even, u, -0.03692775514222674);
        even = T.MultiplyAdd(even, u, -0.20205690315960478);
        even = T.MultiplyAdd(even, u, 0.42278433509846713);
        odd = T.MultiplyAdd(odd, u, 1.4606590998228594e-05);
        odd = T.MultiplyAdd(odd, u, 6.143152369067141e-05);
        odd = T.MultiplyAdd(odd, u, 0.0002460574925522985);
        odd = T.MultiplyAdd(odd, u, 0.000994577871693641);
        odd = T.MultiplyAdd(odd, u, 0.0040773560480308405);
        odd = T.MultiplyAdd(odd, u, 0.01734306198880346);
        odd = T.MultiplyAdd(odd, u, 0.08232323371108219);
        odd = T.MultiplyAdd(odd, u, 0.6449340668482266);
        return T.MultiplyAdd(odd, d, even);
    }

    [MethodImpl(AggressiveInlining)]
    static T NearTrigamma<T>(T d) where T : unmanaged, IReal<T>
    {
        T u = d * d;
        T even = 2.5816192662123774e-05, odd = -1.3468432456561721e-05;
        even = T.MultiplyAdd(even, u, 6.054098761658964e-05);
        even = T.MultiplyAdd(even, u, 0.00023055368188673473);
        even = T.MultiplyAdd(even, u, 0.0007959871154836383);
        even = T.MultiplyAdd(even, u, 0.0027069786114674297);
        even = T.MultiplyAdd(even, u, 0.008951174362898558);
        even = T.MultiplyAdd(even, u, 0.02854149345459848);
        even = T.MultiplyAdd(even, u, 0.08671530992089654);
        even = T.MultiplyAdd(even, u, 0.24696970113342478);
        even = T.MultiplyAdd(even, u, 0.6449340668482264);
        odd = T.MultiplyAdd(odd, u, -3.218323255939089e-05);
        odd = T.MultiplyAdd(odd, u, -0.00012282920378607154);
        odd = T.MultiplyAdd(odd, u, -0.0004281258747318773);
        odd = T.MultiplyAdd(odd, u, -0.001472571547096658);
        odd = T.MultiplyAdd(odd, u, -0.004941885351181378);
        odd = T.MultiplyAdd(odd, u, -0.016067142630641244);
        odd = T.MultiplyAdd(odd, u, -0.05009566429127082);
        odd = T.MultiplyAdd(odd, u, -0.14771102057347882);
        odd = T.MultiplyAdd(odd, u, -0.4041138063191886);
        return T.MultiplyAdd(odd, d, even);
    }

    // The remainders of Stirling's form over their leading powers of 1/x, in w = 1/x² ≤ 0.16.
    [MethodImpl(AggressiveInlining)]
    static T FarLogGamma<T>(T w) where T : unmanaged, IReal<T>
    {
        T u = w * w;
        T even = 0.9389852647254049, odd = -1.2402121402755064;
        even = T.MultiplyAdd(even, u, 0.7711624318410778);
        even = T.MultiplyAdd(even, u, 0.09136542848409944);
        even = T.MultiplyAdd(even, u, 0.006071680528981496);
        even = T.MultiplyAdd(even, u, 0.0008413346938389323);
        even = T.MultiplyAdd(even, u, 0.0007936506920554048);
        even = T.MultiplyAdd(even, u, 0.08333333333333175);
        odd = T.MultiplyAdd(odd, u, -0.3067708584969373);
        odd = T.MultiplyAdd(odd, u, -0.02341549780640711);
        odd = T.MultiplyAdd(odd, u, -0.0019034826391060944);
        odd = T.MultiplyAdd(odd, u, -0.0005952298063137004);
        odd = T.MultiplyAdd(odd, u, -0.002777777777120097);
        return T.MultiplyAdd(odd, w, even);
    }

    [MethodImpl(AggressiveInlining)]
    static T FarDigamma<T>(T w) where T : unmanaged, IReal<T>
    {
        T u = w * w;
        T even = 112.54488909529815, odd = -83.78281003738327;
        even = T.MultiplyAdd(even, u, 27.792701578633498);
        even = T.MultiplyAdd(even, u, 1.8046249719708969);
        even = T.MultiplyAdd(even, u, 0.0801407366114058);
        even = T.MultiplyAdd(even, u, 0.007573155388488852);
        even = T.MultiplyAdd(even, u, 0.003968253551964838);
        even = T.MultiplyAdd(even, u, 0.08333333333332926);
        odd = T.MultiplyAdd(odd, u, -70.56067762562625);
        odd = T.MultiplyAdd(odd, u, -7.902042591418535);
        odd = T.MultiplyAdd(odd, u, -0.3722619688788);
        odd = T.MultiplyAdd(odd, u, -0.020984923159444703);
        odd = T.MultiplyAdd(odd, u, -0.004166624582694799);
        odd = T.MultiplyAdd(odd, u, -0.00833333333118249);
        return T.MultiplyAdd(odd, w, even);
    }

    [MethodImpl(AggressiveInlining)]
    static T FarTrigamma<T>(T w) where T : unmanaged, IReal<T>
    {
        T u = w * w;
        T even = 9626.253597952458, odd = -13183.2186949847;
        even = T.MultiplyAdd(even, u, 8387.405851061818);
        even = T.MultiplyAdd(even, u, 929.0392353743334);
        even = T.MultiplyAdd(even, u, 36.552950448813284);
        even = T.MultiplyAdd(even, u, 1.1349667983617828);
        even = T.MultiplyAdd(even, u, 0.07574052149839224);
        even = T.MultiplyAdd(even, u, 0.023809522073955685);
        even = T.MultiplyAdd(even, u, 0.16666666666665692);
        odd = T.MultiplyAdd(odd, u, -3319.040225409116);
        odd = T.MultiplyAdd(odd, u, -200.84365623152803);
        odd = T.MultiplyAdd(odd, u, -6.230579939542385);
        odd = T.MultiplyAdd(odd, u, -0.2522409610826926);
        odd = T.MultiplyAdd(odd, u, -0.03333311180367327);
        odd = T.MultiplyAdd(odd, u, -0.033333333326392295);
        return T.MultiplyAdd(odd, w, even);
    }
}
