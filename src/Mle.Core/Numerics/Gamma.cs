using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

public static class Gamma
{
    public static T Polygamma<T>(int order, T x) where T : unmanaged, IReal<T>
    {
        T s = 0.0, one = 1.0, product = 1.0;
        double factorial = 1; for (int i = 2; i <= order; i++) factorial *= i;
        for (int i = 0; i < 24; i++)
        {
            T r = 1.0 / x, t = r; for (int j = 0; j < order; j++) t *= r;
            s += T.IfLess(x, 24.0, t, 0.0);
            product *= T.IfLess(x, 24.0, x, 1.0);
            x += T.IfLess(x, 24.0, one, 0.0);
        }
        T z = 1.0 / x, w = z * z;
        if (order < 0) return (x - 0.5) * T.Log(x) - x + 0.91893853320467274178 - T.Log(product) + z * (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680))));
        if (order == 0) return T.Log(x) - s - 0.5 * z - w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240))));
        T p = 1.0; for (int j = 0; j < order; j++) p *= z;
        double f1 = factorial / order;
        T tail = f1 * p * (1.0 + 0.5 * order * z);
        T c = p * w * (factorial * (order + 1) / 2.0);
        tail += c * (1.0 / 6 - w * ((order + 2.0) * (order + 3) / 12 * (1.0 / 30) - w * ((order + 2.0) * (order + 3) / 12 * (order + 4) * (order + 5) / 30 / 42)));
        T result = factorial * s + tail;
        return (order & 1) == 1 ? result : -result;
    }

    public static void Derivatives<T>(T x, out T logGamma, out T digamma, out T trigamma) where T : unmanaged, IReal<T>
    {
        logGamma = Polygamma(-1, x); digamma = Polygamma(0, x); trigamma = Polygamma(1, x);
    }
}
