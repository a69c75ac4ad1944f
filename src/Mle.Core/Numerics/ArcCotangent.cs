namespace Mle;

/// <summary>arccot x = π/2 − arctan x for x ≥ 0 to full relative precision. Error below 4 ulp.</summary>
public static class ArcCotangent
{
    public static T Of<T>(T x) where T : unmanaged, IReal<T>
    {
        // arctan y of y = x or 1/x ≤ 1: arctan y = 2 arctan(y/(1 + √(1 + y²))), twice, brings y below 0.2 and into the series.
        T one = 1.0, y = T.IfLess(x, one, x, one / x);
        y /= one + T.Sqrt(one + y * y);
        y /= one + T.Sqrt(one + y * y);
        T yy = -(y * y), p = 1.0 / 25;
        p = T.MultiplyAdd(p, yy, 1.0 / 23);
        p = T.MultiplyAdd(p, yy, 1.0 / 21);
        p = T.MultiplyAdd(p, yy, 1.0 / 19);
        p = T.MultiplyAdd(p, yy, 1.0 / 17);
        p = T.MultiplyAdd(p, yy, 1.0 / 15);
        p = T.MultiplyAdd(p, yy, 1.0 / 13);
        p = T.MultiplyAdd(p, yy, 1.0 / 11);
        p = T.MultiplyAdd(p, yy, 1.0 / 9);
        p = T.MultiplyAdd(p, yy, 1.0 / 7);
        p = T.MultiplyAdd(p, yy, 1.0 / 5);
        p = T.MultiplyAdd(p, yy, 1.0 / 3);
        T arctan = 4.0 * T.MultiplyAdd(y * yy, p, y);
        return T.IfLess(x, one, 1.5707963267948966 - arctan, arctan);
    }
}
