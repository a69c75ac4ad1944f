using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>The normal distribution function and its kin, accurate in both tails.</summary>
/// <remarks>
/// All rest on the scaled tail M(x) = exp(x²/2)·Φ(−x), x ≥ 0: (1 + x)·M(x) is nearly flat, a polynomial in
/// t = (x − 4)/(x + 4) (Shepherd and Laframboise, Mathematics of Computation 36, 1981). The tails need x² to more
/// than double precision. Not inlined: a caller's loop would run out of the compiler's inlining budget inside them.
/// </remarks>
public static class Normal
{
    /// <summary>Φ(x). Error below 4 ulp.</summary>
    [MethodImpl(NoInlining)]
    public static T Cdf<T>(T x) where T : unmanaged, IReal<T>
    {
        T a = T.Min(40.0, T.Abs(x));
        T tail = Gaussian(a, -0.5, Mills(a));
        return T.IfLess(x, 0.0, tail, 1.0 - tail);
    }

    /// <summary>log Φ(x). Error below 4 ulp.</summary>
    [MethodImpl(NoInlining)]
    public static T LogCdf<T>(T x) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, a = T.Min(1e300, T.Abs(x));
        T mills = Mills(a), tail = Gaussian(T.Min(40.0, a), -0.5, mills), upper = one - tail;
        T log = Elementary.LogOfSum(T.IfLess(x, zero, mills, upper), T.IfLess(x, zero, zero, (one - upper) - tail));
        return T.IfLess(x, zero, T.MultiplyAdd(-0.5 * x, x, log), T.IfLess(zero, T.Abs(x) + one, log, x));
    }

    /// <summary>
    /// log Φ(x) with its derivatives r = φ/Φ, error below 4 ulp, and −r(x + r), relative error below 1e-12. For x &lt; 0 r is
    /// 1/(M√(2π)), and far out, where x + r would cancel, that is taken from its asymptotic series.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static void Derivatives<T>(T x, out T logΦ, out T slope, out T bend) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, a = T.Min(1e300, T.Abs(x)), mills = Mills(a), root2π = 2.5066282746310002;
        T density = Gaussian(T.Min(40.0, a), -0.5, one / root2π), z = one / a, w = z * z;
        logΦ = T.LogNormalCdf(x);
        slope = T.IfLess(x, zero, one / (root2π * mills), density / (one - density * root2π * mills));
        T far = z * (one - w * (2.0 - w * (10.0 - w * (74.0 - w * (706.0 - w * 8162.0)))));
        bend = -slope * T.IfLess(x, -30.0, far, T.IfLess(x, zero, -a, a) + slope);
    }

    /// <summary>erfc(x) = 2Φ(−x√2). Error below 4 ulp.</summary>
    [MethodImpl(NoInlining)]
    public static T Erfc<T>(T x) where T : unmanaged, IReal<T>
    {
        T a = T.Min(28.0, T.Abs(x));
        T tail = Gaussian(a, -1.0, 2.0 * Mills(a * 1.4142135623730951));
        return T.IfLess(x, 0.0, 2.0 - tail, tail);
    }

    /// <summary>Φ⁻¹(u) for 0 &lt; u &lt; 1. Relative error below 1e-15.</summary>
    /// <remarks>Wichura, Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37, 1988: PPND16.</remarks>
    [MethodImpl(NoInlining)]
    public static T Quantile<T>(T u) where T : unmanaged, IReal<T>
    {
        T centre = 0.425, q = u - 0.5, size = T.Abs(q), z = q * Central(0.180625 - q * q);
        if (!T.AnyLess(centre, size))
            return z;
        T tail = Exceeded(T.Log(T.Min(u, 1.0 - u)));
        return T.IfLess(centre, size, T.IfLess(q, 0.0, -tail, tail), z);
    }

    /// <summary>The x that is exceeded with a chance below 0.075, given by its logarithm: also where the chance itself is 0.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Exceeded<T>(T logTail) where T : unmanaged, IReal<T>
    {
        T far = 5.0, r = T.Sqrt(-logTail), tail = Near(r - 1.6);
        if (T.AnyLess(far, r))
            tail = T.IfLess(far, r, Far(r - far), tail);
        return tail;
    }

    [MethodImpl(AggressiveInlining)]
    static T Central<T>(T r) where T : unmanaged, IReal<T>
    {
        T above = 2509.0809287301227, below = 5226.495278852854;
        above = T.MultiplyAdd(above, r, 33430.57558358813);
        above = T.MultiplyAdd(above, r, 67265.7709270087);
        above = T.MultiplyAdd(above, r, 45921.95393154987);
        above = T.MultiplyAdd(above, r, 13731.69376550946);
        above = T.MultiplyAdd(above, r, 1971.5909503065513);
        above = T.MultiplyAdd(above, r, 133.14166789178438);
        above = T.MultiplyAdd(above, r, 3.3871328727963665);
        below = T.MultiplyAdd(below, r, 28729.085735721943);
        below = T.MultiplyAdd(below, r, 39307.89580009271);
        below = T.MultiplyAdd(below, r, 21213.794301586597);
        below = T.MultiplyAdd(below, r, 5394.196021424751);
        below = T.MultiplyAdd(below, r, 687.1870074920579);
        below = T.MultiplyAdd(below, r, 42.31333070160091);
        below = T.MultiplyAdd(below, r, 1.0);
        return above / below;
    }

    [MethodImpl(AggressiveInlining)]
    static T Near<T>(T r) where T : unmanaged, IReal<T>
    {
        T above = 0.0007745450142783414, below = 1.0507500716444169e-09;
        above = T.MultiplyAdd(above, r, 0.022723844989269184);
        above = T.MultiplyAdd(above, r, 0.2417807251774506);
        above = T.MultiplyAdd(above, r, 1.2704582524523684);
        above = T.MultiplyAdd(above, r, 3.6478483247632045);
        above = T.MultiplyAdd(above, r, 5.769497221460691);
        above = T.MultiplyAdd(above, r, 4.630337846156546);
        above = T.MultiplyAdd(above, r, 1.4234371107496835);
        below = T.MultiplyAdd(below, r, 0.0005475938084995345);
        below = T.MultiplyAdd(below, r, 0.015198666563616457);
        below = T.MultiplyAdd(below, r, 0.14810397642748008);
        below = T.MultiplyAdd(below, r, 0.6897673349851);
        below = T.MultiplyAdd(below, r, 1.6763848301838038);
        below = T.MultiplyAdd(below, r, 2.053191626637759);
        below = T.MultiplyAdd(below, r, 1.0);
        return above / below;
    }

    [MethodImpl(AggressiveInlining)]
    static T Far<T>(T r) where T : unmanaged, IReal<T>
    {
        T above = 2.0103343992922881e-07, below = 2.0442631033899397e-15;
        above = T.MultiplyAdd(above, r, 2.7115555687434876e-05);
        above = T.MultiplyAdd(above, r, 0.0012426609473880784);
        above = T.MultiplyAdd(above, r, 0.026532189526576124);
        above = T.MultiplyAdd(above, r, 0.29656057182850487);
        above = T.MultiplyAdd(above, r, 1.7848265399172913);
        above = T.MultiplyAdd(above, r, 5.463784911164114);
        above = T.MultiplyAdd(above, r, 6.657904643501103);
        below = T.MultiplyAdd(below, r, 1.421511758316446e-07);
        below = T.MultiplyAdd(below, r, 1.8463183175100548e-05);
        below = T.MultiplyAdd(below, r, 0.0007868691311456133);
        below = T.MultiplyAdd(below, r, 0.014875361290850615);
        below = T.MultiplyAdd(below, r, 0.1369298809227358);
        below = T.MultiplyAdd(below, r, 0.599832206555888);
        below = T.MultiplyAdd(below, r, 1.0);
        return above / below;
    }

    // exp(c·x²)·scale for 0 ≤ x ≤ 40. The square of x, rounded to 20 bits after the point, is exact.
    [MethodImpl(AggressiveInlining)]
    static T Gaussian<T>(T x, double c, T scale) where T : unmanaged, IReal<T>
    {
        T twenty = 6442450944, high = (x + twenty) - twenty;
        // Round, for the derivatives of what an addition and a subtraction round would not be 0, and r would have none.
        T square = c * (high * high), k = T.Round(square * 1.4426950408889634);
        T r = Elementary.Remainder(square, k) + c * ((x - high) * (x + high));
        return T.Scale(T.MultiplyAdd(r + Elementary.Tail(r), scale, scale), k);
    }

    /// <summary>M(x) = exp(x²/2)·Φ(−x) for x ≥ 0.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Mills<T>(T x) where T : unmanaged, IReal<T>
    {
        T t = (x - 4.0) / (x + 4.0), u = t * t;
        T even = -1.5576400143031382e-09, odd = -6.211760188094265e-10;
        even = T.MultiplyAdd(even, u, 1.7508706560672516e-08);
        even = T.MultiplyAdd(even, u, -1.1038063499651e-07);
        even = T.MultiplyAdd(even, u, 5.509856948725821e-07);
        even = T.MultiplyAdd(even, u, -2.6120222192944875e-06);
        even = T.MultiplyAdd(even, u, 1.3626409298132153e-05);
        even = T.MultiplyAdd(even, u, -8.785303677269395e-05);
        even = T.MultiplyAdd(even, u, 0.0006948970761860876);
        even = T.MultiplyAdd(even, u, -0.005002378587916981);
        even = T.MultiplyAdd(even, u, -0.032197837428259116);
        even = T.MultiplyAdd(even, u, 0.013999634724429087);
        even = T.MultiplyAdd(even, u, 0.47205320650984467);
        odd = T.MultiplyAdd(odd, u, 5.158864514004692e-09);
        odd = T.MultiplyAdd(odd, u, -1.7146055249588258e-08);
        odd = T.MultiplyAdd(odd, u, -2.351641221414773e-09);
        odd = T.MultiplyAdd(odd, u, 4.077087685533321e-07);
        odd = T.MultiplyAdd(odd, u, -3.433946794509098e-06);
        odd = T.MultiplyAdd(odd, u, 2.1250664895172067e-05);
        odd = T.MultiplyAdd(odd, u, -9.443039250972938e-05);
        odd = T.MultiplyAdd(odd, u, -0.00028562307893097253);
        odd = T.MultiplyAdd(odd, u, 0.01793609747822008);
        odd = T.MultiplyAdd(odd, u, 0.028600364053602067);
        odd = T.MultiplyAdd(odd, u, -0.09670347732652634);
        return T.MultiplyAdd(odd, t, even) / (x + 1.0);
    }
}
