using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

public static class Normal
{
    // First version: Mills' ratio by its continued fraction, to be replaced by a minimax form.
    static T Mills<T>(T x) where T : unmanaged, IReal<T>
    {
        T f = x;
        for (int k = 200; k > 0; k--) f = x + (double)k / f;
        return 1.0 / (f * 2.5066282746310002);
    }

    public static T LogCdf<T>(T x) where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x) + 1e-300;
        T q = T.Exp(-0.5 * a * a) * Mills(a);
        return T.IfLess(x, 0.0, T.Log(Mills(a)) - 0.5 * a * a, T.Log1p(-q));
    }

    public static T Erfc<T>(T x) where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x) + 1e-300, q = 2.0 * T.Exp(-a * a) * Mills(a * 1.4142135623730951);
        return T.IfLess(x, 0.0, 2.0 - q, q);
    }
}
