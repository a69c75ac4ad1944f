using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>log(1 − p) without loss of digits, whichever of p and 1 − p is small.</summary>
/// <remarks>Mächler, Accurately computing log(1 − exp(−|a|)), 2012.</remarks>
public static class LogComplement
{
    const double LogHalf = -0.7;

    // e^Lost is 0: below it an argument and its derivatives may be infinite, and 0·∞ must not happen.
    const double Lost = -800;

    /// <summary>From log p ≤ 0; −∞ with derivatives of 0 at p = 1.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T Of<T>(T logp) where T : unmanaged, IReal<T> =>
        T.IfLess(logp, 0.0, T.IfLess(logp, LogHalf, T.Log1p(-T.Exp(T.Max(Lost, logp))), T.Log(-T.Expm1(logp))), double.NegativeInfinity);

    /// <summary>log(1 − e^(−H)) of a cumulative hazard H = e^logH, also where H itself underflows.</summary>
    [MethodImpl(AggressiveInlining)]
    public static T OfHazard<T>(T logH, out T H) where T : unmanaged, IReal<T>
    {
        // log((1 − e⁻ᴴ)/H) = −H/2 + H²/24 − H⁴/2880 + O(H⁶).
        const double near = 1e-2;
        H = T.Exp(logH);
        return T.IfLess(H, near, logH + H * (H * (1.0 / 24 - H * H * (1.0 / 2880)) - 0.5), Of(-H));
    }
}
