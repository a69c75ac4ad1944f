using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Value, gradient and Hessian in three variables.</summary>
public readonly struct Jet3<T>(T f, T x, T y, T z, T xx, T xy, T yy, T xz, T yz, T zz)
    : IJet<Jet3<T>, T>
    where T : unmanaged, IReal<T>
{
    public readonly T F = f, X = x, Y = y, Z = z, XX = xx, XY = xy, YY = yy, XZ = xz, YZ = yz, ZZ = zz;

    [MethodImpl(AggressiveInlining)]
    public static implicit operator Jet3<T>(double c) => Constant(c);

    public static int Leading => 3;

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Constant(T value) => new(value, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Vec3<Jet3<T>> At(Vec3<T> point) => new(
        new(point.X, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        new(point.Y, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        new(point.Z, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0));

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> From(Derivatives<T> parts) => new(
        parts.F, parts.Score.X, parts.Score.Y, parts.Score.Z, parts.Hessian.XX, parts.Hessian.XY, parts.Hessian.YY, parts.Hessian.XZ, parts.Hessian.YZ, parts.Hessian.ZZ);

    public Derivatives<T> Parts
    {
        [MethodImpl(AggressiveInlining)]
        get => new(F, X, Y, Z, XX, XY, YY, XZ, YZ, ZZ);
    }

    [MethodImpl(NoInlining)]
    public static Jet3<T> Compose(in Derivatives<T> outer, in Vec3<Jet3<T>> η)
    {
        Vec3<T> g = outer.Score;
        Symmetric3<T> h = outer.Hessian;
        Jet3<T> x = η.X, y = η.Y, z = η.Z;
        T xx = h.XX * x.X + h.XY * y.X + h.XZ * z.X, yx = h.XY * x.X + h.YY * y.X + h.YZ * z.X, zx = h.XZ * x.X + h.YZ * y.X + h.ZZ * z.X;
        T xy = h.XX * x.Y + h.XY * y.Y + h.XZ * z.Y, yy = h.XY * x.Y + h.YY * y.Y + h.YZ * z.Y, zy = h.XZ * x.Y + h.YZ * y.Y + h.ZZ * z.Y;
        T xz = h.XX * x.Z + h.XY * y.Z + h.XZ * z.Z, yz = h.XY * x.Z + h.YY * y.Z + h.YZ * z.Z, zz = h.XZ * x.Z + h.YZ * y.Z + h.ZZ * z.Z;
        return new(
            outer.F,
            g.X * x.X + g.Y * y.X + g.Z * z.X,
            g.X * x.Y + g.Y * y.Y + g.Z * z.Y,
            g.X * x.Z + g.Y * y.Z + g.Z * z.Z,
            xx * x.X + yx * y.X + zx * z.X + g.X * x.XX + g.Y * y.XX + g.Z * z.XX,
            xx * x.Y + yx * y.Y + zx * z.Y + g.X * x.XY + g.Y * y.XY + g.Z * z.XY,
            xy * x.Y + yy * y.Y + zy * z.Y + g.X * x.YY + g.Y * y.YY + g.Z * z.YY,
            xx * x.Z + yx * y.Z + zx * z.Z + g.X * x.XZ + g.Y * y.XZ + g.Z * z.XZ,
            xy * x.Z + yy * y.Z + zy * z.Z + g.X * x.YZ + g.Y * y.YZ + g.Z * z.YZ,
            xz * x.Z + yz * y.Z + zz * z.Z + g.X * x.ZZ + g.Y * y.ZZ + g.Z * z.ZZ);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet3<T> Times(T w) => new(w * F, w * X, w * Y, w * Z, w * XX, w * XY, w * YY, w * XZ, w * YZ, w * ZZ);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> operator +(Jet3<T> a, Jet3<T> b) =>
        new(a.F + b.F, a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.XX + b.XX, a.XY + b.XY, a.YY + b.YY, a.XZ + b.XZ, a.YZ + b.YZ, a.ZZ + b.ZZ);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> operator -(Jet3<T> a, Jet3<T> b) =>
        new(a.F - b.F, a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.XX - b.XX, a.XY - b.XY, a.YY - b.YY, a.XZ - b.XZ, a.YZ - b.YZ, a.ZZ - b.ZZ);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> operator -(Jet3<T> a) => new(-a.F, -a.X, -a.Y, -a.Z, -a.XX, -a.XY, -a.YY, -a.XZ, -a.YZ, -a.ZZ);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> operator *(Jet3<T> a, Jet3<T> b) => new(
        a.F * b.F,
        a.X * b.F + a.F * b.X,
        a.Y * b.F + a.F * b.Y,
        a.Z * b.F + a.F * b.Z,
        a.XX * b.F + (a.X + a.X) * b.X + a.F * b.XX,
        a.XY * b.F + a.X * b.Y + a.Y * b.X + a.F * b.XY,
        a.YY * b.F + (a.Y + a.Y) * b.Y + a.F * b.YY,
        a.XZ * b.F + a.X * b.Z + a.Z * b.X + a.F * b.XZ,
        a.YZ * b.F + a.Y * b.Z + a.Z * b.Y + a.F * b.YZ,
        a.ZZ * b.F + (a.Z + a.Z) * b.Z + a.F * b.ZZ);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> operator /(Jet3<T> a, Jet3<T> b)
    {
        // From the quotient itself: powers of r would over- or underflow.
        T one = 1.0, r = one / b.F, q = a.F * r, x = (a.X - q * b.X) * r, y = (a.Y - q * b.Y) * r, z = (a.Z - q * b.Z) * r;
        return new(
            q, x, y, z,
            (a.XX - (x + x) * b.X - q * b.XX) * r,
            (a.XY - x * b.Y - y * b.X - q * b.XY) * r,
            (a.YY - (y + y) * b.Y - q * b.YY) * r,
            (a.XZ - x * b.Z - z * b.X - q * b.XZ) * r,
            (a.YZ - y * b.Z - z * b.Y - q * b.YZ) * r,
            (a.ZZ - (z + z) * b.Z - q * b.ZZ) * r);
    }

    /// <summary>g(a) from g, g′ and g″ at the value of a.</summary>
    [MethodImpl(AggressiveInlining)]
    public Jet3<T> Chain(T g, T d, T dd) => new(
        g, d * X, d * Y, d * Z,
        d * XX + dd * X * X, d * XY + dd * X * Y, d * YY + dd * Y * Y, d * XZ + dd * X * Z, d * YZ + dd * Y * Z, d * ZZ + dd * Z * Z);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Sqrt(Jet3<T> a)
    {
        T root = T.Sqrt(a.F), d = 0.5, quarter = -0.25;
        return a.Chain(root, d / root, quarter / (root * a.F));
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Abs(Jet3<T> a) => IfLess(a, 0.0, -a, a);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Min(Jet3<T> a, Jet3<T> b) => IfLess(a, b, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Max(Jet3<T> a, Jet3<T> b) => IfLess(b, a, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> MultiplyAdd(Jet3<T> a, Jet3<T> b, Jet3<T> c) => a * b + c;

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Round(Jet3<T> a) => Constant(T.Round(a.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> ScaleB(Jet3<T> a, Jet3<T> n) => new(T.ScaleB(a.F, n.F), T.ScaleB(a.X, n.F), T.ScaleB(a.Y, n.F), T.ScaleB(a.Z, n.F), T.ScaleB(a.XX, n.F), T.ScaleB(a.XY, n.F), T.ScaleB(a.YY, n.F), T.ScaleB(a.XZ, n.F), T.ScaleB(a.YZ, n.F), T.ScaleB(a.ZZ, n.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Split(Jet3<T> a, out Jet3<T> exponent)
    {
        T.Split(a.F, out var e);
        exponent = Constant(e);
        return ScaleB(a, -exponent);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> IfLess(Jet3<T> a, Jet3<T> b, Jet3<T> then, Jet3<T> otherwise) => new(
        T.IfLess(a.F, b.F, then.F, otherwise.F),
        T.IfLess(a.F, b.F, then.X, otherwise.X),
        T.IfLess(a.F, b.F, then.Y, otherwise.Y),
        T.IfLess(a.F, b.F, then.Z, otherwise.Z),
        T.IfLess(a.F, b.F, then.XX, otherwise.XX),
        T.IfLess(a.F, b.F, then.XY, otherwise.XY),
        T.IfLess(a.F, b.F, then.YY, otherwise.YY),
        T.IfLess(a.F, b.F, then.XZ, otherwise.XZ),
        T.IfLess(a.F, b.F, then.YZ, otherwise.YZ),
        T.IfLess(a.F, b.F, then.ZZ, otherwise.ZZ));

    [MethodImpl(AggressiveInlining)]
    public static bool AnyLess(Jet3<T> a, Jet3<T> b) => T.AnyLess(a.F, b.F);

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Log(Jet3<T> a)
    {
        // By the parts of a/a.F: the square of 1/a.F would overflow where a.F is tiny.
        T one = 1.0;
        var q = a.Times(one / a.F);
        return new(T.Log(a.F), q.X, q.Y, q.Z, q.XX - q.X * q.X, q.XY - q.X * q.Y, q.YY - q.Y * q.Y, q.XZ - q.X * q.Z, q.YZ - q.Y * q.Z, q.ZZ - q.Z * q.Z);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Log1p(Jet3<T> a)
    {
        T one = 1.0;
        var r = one / (one + a.F);
        return a.Chain(T.Log1p(a.F), r, -r * r);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Exp(Jet3<T> a)
    {
        var e = T.Exp(a.F);
        return a.Chain(e, e, e);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet3<T> Expm1(Jet3<T> a)
    {
        T e = T.Exp(a.F);
        return a.Chain(T.Expm1(a.F), e, e);
    }

    public static Jet3<T> LogNormalCdf(Jet3<T> a)
    {
        Normal.Derivatives(a.F, out var logΦ, out var slope, out var bend);
        return a.Chain(logΦ, slope, bend);
    }

    public static Jet3<T> Polygamma(int n, Jet3<T> a)
    {
        if (n != -1)
            return a.Chain(T.Polygamma(n, a.F), T.Polygamma(n + 1, a.F), T.Polygamma(n + 2, a.F));
        Gamma.Derivatives(a.F, out var logΓ, out var ψ, out var ψ1);
        return a.Chain(logΓ, ψ, ψ1);
    }

    public static double Sum(Jet3<T> a) => T.Sum(a.F);

    public static double Least(Jet3<T> a) => T.Least(a.F);

    public static double Lead(Jet3<T> a) => T.Lead(a.F);

    public T Value => F;

    [MethodImpl(NoInlining)]
    public T Ascend(in Vec3<T> from, T damping, ref Vec3<T> to, out T decrement, out T length)
    {
        T zero = 0.0, one = 1.0;
        T xx = T.Abs(XX), yy = T.Abs(YY), zz = T.Abs(ZZ), xy = T.Abs(XY), xz = T.Abs(XZ), yz = T.Abs(YZ);
        T least = Damping.Least * (1.0 + xx + yy + zz);
        T a = T.MultiplyAdd(damping, xx + xy + xz + least, -XX), b = -XY, c = -XZ;
        T l2 = b / a, l3 = c / a, d2 = T.MultiplyAdd(damping, yy + xy + yz + least, -YY) - l2 * b, m = -YZ - l2 * c, l32 = m / d2;
        T d3 = T.MultiplyAdd(damping, zz + xz + yz + least, -ZZ) - l3 * c - l32 * m;
        T gy = Y - l2 * X, gz = Z - l3 * X - l32 * gy;
        T dz = gz / d3, dy = gy / d2 - l32 * dz, dx = X / a - l2 * dy - l3 * dz;
        decrement = dx * X + dy * Y + dz * Z;
        length = T.Abs(dx) + T.Abs(dy) + T.Abs(dz);
        to = new(from.X + dx, from.Y + dy, from.Z + dz);
        return T.IfLess(zero, a, T.IfLess(zero, d2, T.IfLess(zero, d3, one, zero), zero), zero);
    }

    [MethodImpl(NoInlining)]
    public Symmetric3<T> Covariance()
    {
        T one = 1.0, xx = YY * ZZ - YZ * YZ, xy = XZ * YZ - XY * ZZ, xz = XY * YZ - XZ * YY;
        var r = -one / (XX * xx + XY * xy + XZ * xz);
        return new(xx * r, xy * r, (XX * ZZ - XZ * XZ) * r, xz * r, (XY * XZ - XX * YZ) * r, (XX * YY - XY * XY) * r);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet3<T> Restrict(Vec3<T> free) => new(
        F,
        T.IfLess(0.0, free.X, X, 0.0),
        T.IfLess(0.0, free.Y, Y, 0.0),
        T.IfLess(0.0, free.Z, Z, 0.0),
        T.IfLess(0.0, free.X, XX, -1.0),
        T.IfLess(0.0, free.X, T.IfLess(0.0, free.Y, XY, 0.0), 0.0),
        T.IfLess(0.0, free.Y, YY, -1.0),
        T.IfLess(0.0, free.X, T.IfLess(0.0, free.Z, XZ, 0.0), 0.0),
        T.IfLess(0.0, free.Y, T.IfLess(0.0, free.Z, YZ, 0.0), 0.0),
        T.IfLess(0.0, free.Z, ZZ, -1.0));

    [MethodImpl(AggressiveInlining)]
    public Jet3<T> If(T where, Jet3<T> other) => IfLess(0.0, Constant(where), this, other);
}
