using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Value, gradient and Hessian in two variables.</summary>
public readonly struct Jet2<T>(T f, T x, T y, T xx, T xy, T yy)
    : IJet<Jet2<T>, T>
    where T : unmanaged, IReal<T>
{
    public readonly T F = f, X = x, Y = y, XX = xx, XY = xy, YY = yy;

    [MethodImpl(AggressiveInlining)]
    public static implicit operator Jet2<T>(double c) => Constant(c);

    public static int Leading => 2;

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Constant(T value) => new(value, 0.0, 0.0, 0.0, 0.0, 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Vec3<Jet2<T>> At(Vec3<T> point) => new(
        new(point.X, 1.0, 0.0, 0.0, 0.0, 0.0),
        new(point.Y, 0.0, 1.0, 0.0, 0.0, 0.0),
        Constant(point.Z));

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> From(Derivatives<T> parts) => new(
        parts.F, parts.Score.X, parts.Score.Y, parts.Hessian.XX, parts.Hessian.XY, parts.Hessian.YY);

    public Derivatives<T> Parts
    {
        [MethodImpl(AggressiveInlining)]
        get => new(F, X, Y, XX, XY, YY);
    }

    [MethodImpl(NoInlining)]
    public static Jet2<T> Compose(in Derivatives<T> outer, in Vec3<Jet2<T>> η)
    {
        Vec3<T> g = outer.Score;
        Symmetric3<T> h = outer.Hessian;
        Jet2<T> x = η.X, y = η.Y, z = η.Z;
        T xx = h.XX * x.X + h.XY * y.X + h.XZ * z.X, yx = h.XY * x.X + h.YY * y.X + h.YZ * z.X, zx = h.XZ * x.X + h.YZ * y.X + h.ZZ * z.X;
        T xy = h.XX * x.Y + h.XY * y.Y + h.XZ * z.Y, yy = h.XY * x.Y + h.YY * y.Y + h.YZ * z.Y, zy = h.XZ * x.Y + h.YZ * y.Y + h.ZZ * z.Y;
        return new(
            outer.F,
            g.X * x.X + g.Y * y.X + g.Z * z.X,
            g.X * x.Y + g.Y * y.Y + g.Z * z.Y,
            xx * x.X + yx * y.X + zx * z.X + g.X * x.XX + g.Y * y.XX + g.Z * z.XX,
            xx * x.Y + yx * y.Y + zx * z.Y + g.X * x.XY + g.Y * y.XY + g.Z * z.XY,
            xy * x.Y + yy * y.Y + zy * z.Y + g.X * x.YY + g.Y * y.YY + g.Z * z.YY);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet2<T> Times(T w) => new(w * F, w * X, w * Y, w * XX, w * XY, w * YY);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> operator +(Jet2<T> a, Jet2<T> b) =>
        new(a.F + b.F, a.X + b.X, a.Y + b.Y, a.XX + b.XX, a.XY + b.XY, a.YY + b.YY);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> operator -(Jet2<T> a, Jet2<T> b) =>
        new(a.F - b.F, a.X - b.X, a.Y - b.Y, a.XX - b.XX, a.XY - b.XY, a.YY - b.YY);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> operator -(Jet2<T> a) => new(-a.F, -a.X, -a.Y, -a.XX, -a.XY, -a.YY);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> operator *(Jet2<T> a, Jet2<T> b) => new(
        a.F * b.F,
        a.X * b.F + a.F * b.X,
        a.Y * b.F + a.F * b.Y,
        a.XX * b.F + (a.X + a.X) * b.X + a.F * b.XX,
        a.XY * b.F + a.X * b.Y + a.Y * b.X + a.F * b.XY,
        a.YY * b.F + (a.Y + a.Y) * b.Y + a.F * b.YY);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> operator /(Jet2<T> a, Jet2<T> b)
    {
        // From the quotient itself: powers of r would over- or underflow.
        T one = 1.0, r = one / b.F, q = a.F * r, x = (a.X - q * b.X) * r, y = (a.Y - q * b.Y) * r;
        return new(
            q, x, y,
            (a.XX - (x + x) * b.X - q * b.XX) * r,
            (a.XY - x * b.Y - y * b.X - q * b.XY) * r,
            (a.YY - (y + y) * b.Y - q * b.YY) * r);
    }

    /// <summary>g(a) from g, g′ and g″ at the value of a.</summary>
    [MethodImpl(AggressiveInlining)]
    public Jet2<T> Chain(T g, T d, T dd) => new(
        g, d * X, d * Y,
        d * XX + dd * X * X, d * XY + dd * X * Y, d * YY + dd * Y * Y);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Sqrt(Jet2<T> a)
    {
        T root = T.Sqrt(a.F), d = 0.5, quarter = -0.25;
        return a.Chain(root, d / root, quarter / (root * a.F));
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Abs(Jet2<T> a) => IfLess(a, 0.0, -a, a);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Min(Jet2<T> a, Jet2<T> b) => IfLess(a, b, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Max(Jet2<T> a, Jet2<T> b) => IfLess(b, a, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> MultiplyAdd(Jet2<T> a, Jet2<T> b, Jet2<T> c) => a * b + c;

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Round(Jet2<T> a) => Constant(T.Round(a.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> ScaleB(Jet2<T> a, Jet2<T> n) => new(T.ScaleB(a.F, n.F), T.ScaleB(a.X, n.F), T.ScaleB(a.Y, n.F), T.ScaleB(a.XX, n.F), T.ScaleB(a.XY, n.F), T.ScaleB(a.YY, n.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Split(Jet2<T> a, out Jet2<T> exponent)
    {
        T.Split(a.F, out var e);
        exponent = Constant(e);
        return ScaleB(a, -exponent);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> IfLess(Jet2<T> a, Jet2<T> b, Jet2<T> then, Jet2<T> otherwise) => new(
        T.IfLess(a.F, b.F, then.F, otherwise.F),
        T.IfLess(a.F, b.F, then.X, otherwise.X),
        T.IfLess(a.F, b.F, then.Y, otherwise.Y),
        T.IfLess(a.F, b.F, then.XX, otherwise.XX),
        T.IfLess(a.F, b.F, then.XY, otherwise.XY),
        T.IfLess(a.F, b.F, then.YY, otherwise.YY));

    [MethodImpl(AggressiveInlining)]
    public static bool AnyLess(Jet2<T> a, Jet2<T> b) => T.AnyLess(a.F, b.F);

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Log(Jet2<T> a)
    {
        // By the parts of a/a.F: the square of 1/a.F would overflow where a.F is tiny.
        T one = 1.0;
        var q = a.Times(one / a.F);
        return new(T.Log(a.F), q.X, q.Y, q.XX - q.X * q.X, q.XY - q.X * q.Y, q.YY - q.Y * q.Y);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Log1p(Jet2<T> a)
    {
        T one = 1.0;
        var r = one / (one + a.F);
        return a.Chain(T.Log1p(a.F), r, -r * r);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Exp(Jet2<T> a)
    {
        var e = T.Exp(a.F);
        return a.Chain(e, e, e);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet2<T> Expm1(Jet2<T> a)
    {
        T e = T.Exp(a.F);
        return a.Chain(T.Expm1(a.F), e, e);
    }

    public static Jet2<T> LogNormalCdf(Jet2<T> a)
    {
        Normal.Derivatives(a.F, out var logΦ, out var slope, out var bend);
        return a.Chain(logΦ, slope, bend);
    }

    public static Jet2<T> Polygamma(int n, Jet2<T> a)
    {
        if (n != -1)
            return a.Chain(T.Polygamma(n, a.F), T.Polygamma(n + 1, a.F), T.Polygamma(n + 2, a.F));
        Gamma.Derivatives(a.F, out var logΓ, out var ψ, out var ψ1);
        return a.Chain(logΓ, ψ, ψ1);
    }

    public static double Sum(Jet2<T> a) => T.Sum(a.F);

    public static double Least(Jet2<T> a) => T.Least(a.F);

    public static double Lead(Jet2<T> a) => T.Lead(a.F);

    public T Value => F;

    [MethodImpl(NoInlining)]
    public T Ascend(in Vec3<T> from, T damping, ref Vec3<T> to, out T decrement, out T length)
    {
        T zero = 0.0, one = 1.0, b = -XY, across = T.Abs(b) + Damping.Least * (1.0 + T.Abs(XX) + T.Abs(YY));
        T a = T.MultiplyAdd(damping, T.Abs(XX) + across, -XX), c = T.MultiplyAdd(damping, T.Abs(YY) + across, -YY), det = a * c - b * b;
        var r = one / det;
        T dx = (c * X - b * Y) * r, dy = (a * Y - b * X) * r;
        decrement = dx * X + dy * Y;
        length = T.Abs(dx) + T.Abs(dy);
        to = new(from.X + dx, from.Y + dy, from.Z);
        return T.IfLess(zero, a, T.IfLess(zero, det, 1.0, zero), zero);
    }

    [MethodImpl(NoInlining)]
    public Symmetric3<T> Covariance()
    {
        T one = 1.0, det = XX * YY - XY * XY, r = one / det;
        return new(-YY * r, XY * r, -XX * r, 0.0, 0.0, 0.0);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet2<T> Restrict(Vec3<T> free) => new(
        F,
        T.IfLess(0.0, free.X, X, 0.0),
        T.IfLess(0.0, free.Y, Y, 0.0),
        T.IfLess(0.0, free.X, XX, -1.0),
        T.IfLess(0.0, free.X, T.IfLess(0.0, free.Y, XY, 0.0), 0.0),
        T.IfLess(0.0, free.Y, YY, -1.0));

    [MethodImpl(AggressiveInlining)]
    public Jet2<T> If(T where, Jet2<T> other) => IfLess(0.0, Constant(where), this, other);
}
