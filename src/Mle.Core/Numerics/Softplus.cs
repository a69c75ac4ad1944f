using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>log(1 + eˣ): with x = logit p, −log(1 − p) at x and −log p at −x, both without loss of digits at any p.</summary>
public static class Softplus
{
    // Not by Max and Abs: at x = 0 their jets would each pick a side of the kink, and not the same one.
    [MethodImpl(AggressiveInlining)]
    public static T Of<T>(T x) where T : unmanaged, IReal<T> =>
        T.IfLess(x, 0.0, 0.0, x) + T.Log1p(T.Exp(T.IfLess(x, 0.0, x, -x)));
}
