using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Value, gradient and Hessian in one variable.</summary>
public readonly struct Jet1<T>(T f, T x, T xx)
    : IJet<Jet1<T>, T>
    where T : unmanaged, IReal<T>
{
    public readonly T F = f, X = x, XX = xx;

    [MethodImpl(AggressiveInlining)]
    public static implicit operator Jet1<T>(double c) => Constant(c);

    public static int Leading => 1;

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Constant(T value) => new(value, 0.0, 0.0);

    [MethodImpl(AggressiveInlining)]
    public static Vec3<Jet1<T>> At(Vec3<T> point) => new(
        new(point.X, 1.0, 0.0),
        Constant(point.Y),
        Constant(point.Z));

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> From(Derivatives<T> parts) => new(
        parts.F, parts.Score.X, parts.Hessian.XX);

    public Derivatives<T> Parts
    {
        [MethodImpl(AggressiveInlining)]
        get => new(F, X, XX);
    }

    [MethodImpl(NoInlining)]
    public static Jet1<T> Compose(in Derivatives<T> outer, in Vec3<Jet1<T>> η)
    {
        Vec3<T> g = outer.Score;
        Symmetric3<T> h = outer.Hessian;
        Jet1<T> x = η.X, y = η.Y, z = η.Z;
        T xx = h.XX * x.X + h.XY * y.X + h.XZ * z.X, yx = h.XY * x.X + h.YY * y.X + h.YZ * z.X, zx = h.XZ * x.X + h.YZ * y.X + h.ZZ * z.X;
        return new(
            outer.F,
            g.X * x.X + g.Y * y.X + g.Z * z.X,
            xx * x.X + yx * y.X + zx * z.X + g.X * x.XX + g.Y * y.XX + g.Z * z.XX);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet1<T> Times(T w) => new(w * F, w * X, w * XX);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> operator +(Jet1<T> a, Jet1<T> b) =>
        new(a.F + b.F, a.X + b.X, a.XX + b.XX);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> operator -(Jet1<T> a, Jet1<T> b) =>
        new(a.F - b.F, a.X - b.X, a.XX - b.XX);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> operator -(Jet1<T> a) => new(-a.F, -a.X, -a.XX);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> operator *(Jet1<T> a, Jet1<T> b) => new(
        a.F * b.F,
        a.X * b.F + a.F * b.X,
        a.XX * b.F + (a.X + a.X) * b.X + a.F * b.XX);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> operator /(Jet1<T> a, Jet1<T> b)
    {
        // From the quotient itself: powers of r would over- or underflow.
        T one = 1.0, r = one / b.F, q = a.F * r, x = (a.X - q * b.X) * r;
        return new(
            q, x,
            (a.XX - (x + x) * b.X - q * b.XX) * r);
    }

    /// <summary>g(a) from g, g′ and g″ at the value of a.</summary>
    [MethodImpl(AggressiveInlining)]
    public Jet1<T> Chain(T g, T d, T dd) => new(
        g, d * X,
        d * XX + dd * X * X);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Sqrt(Jet1<T> a)
    {
        T root = T.Sqrt(a.F), d = 0.5, quarter = -0.25;
        return a.Chain(root, d / root, quarter / (root * a.F));
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Abs(Jet1<T> a) => IfLess(a, 0.0, -a, a);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Min(Jet1<T> a, Jet1<T> b) => IfLess(a, b, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Max(Jet1<T> a, Jet1<T> b) => IfLess(b, a, a, b);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> MultiplyAdd(Jet1<T> a, Jet1<T> b, Jet1<T> c) => a * b + c;

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Round(Jet1<T> a) => Constant(T.Round(a.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> ScaleB(Jet1<T> a, Jet1<T> n) => new(T.ScaleB(a.F, n.F), T.ScaleB(a.X, n.F), T.ScaleB(a.XX, n.F));

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Split(Jet1<T> a, out Jet1<T> exponent)
    {
        T.Split(a.F, out var e);
        exponent = Constant(e);
        return ScaleB(a, -exponent);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> IfLess(Jet1<T> a, Jet1<T> b, Jet1<T> then, Jet1<T> otherwise) => new(
        T.IfLess(a.F, b.F, then.F, otherwise.F),
        T.IfLess(a.F, b.F, then.X, otherwise.X),
        T.IfLess(a.F, b.F, then.XX, otherwise.XX));

    [MethodImpl(AggressiveInlining)]
    public static bool AnyLess(Jet1<T> a, Jet1<T> b) => T.AnyLess(a.F, b.F);

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Log(Jet1<T> a)
    {
        // By the parts of a/a.F: the square of 1/a.F would overflow where a.F is tiny.
        T one = 1.0;
        var q = a.Times(one / a.F);
        return new(T.Log(a.F), q.X, q.XX - q.X * q.X);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Log1p(Jet1<T> a)
    {
        T one = 1.0;
        var r = one / (one + a.F);
        return a.Chain(T.Log1p(a.F), r, -r * r);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Exp(Jet1<T> a)
    {
        var e = T.Exp(a.F);
        return a.Chain(e, e, e);
    }

    [MethodImpl(AggressiveInlining)]
    public static Jet1<T> Expm1(Jet1<T> a)
    {
        T e = T.Exp(a.F);
        return a.Chain(T.Expm1(a.F), e, e);
    }

    public static Jet1<T> LogNormalCdf(Jet1<T> a)
    {
        Normal.Derivatives(a.F, out var logΦ, out var slope, out var bend);
        return a.Chain(logΦ, slope, bend);
    }

    public static Jet1<T> Polygamma(int n, Jet1<T> a)
    {
        if (n != -1)
            return a.Chain(T.Polygamma(n, a.F), T.Polygamma(n + 1, a.F), T.Polygamma(n + 2, a.F));
        Gamma.Derivatives(a.F, out var logΓ, out var ψ, out var ψ1);
        return a.Chain(logΓ, ψ, ψ1);
    }

    public static double Sum(Jet1<T> a) => T.Sum(a.F);

    public static double Least(Jet1<T> a) => T.Least(a.F);

    public static double Lead(Jet1<T> a) => T.Lead(a.F);

    public T Value => F;

    [MethodImpl(NoInlining)]
    public T Ascend(in Vec3<T> from, T damping, ref Vec3<T> to, out T decrement, out T length)
    {
        T zero = 0.0, a = T.MultiplyAdd(damping, T.Abs(XX) + Damping.Least, -XX);
        var d = X / a;
        decrement = d * X;
        length = T.Abs(d);
        to = new(from.X + d, from.Y, from.Z);
        return T.IfLess(zero, a, 1.0, zero);
    }

    [MethodImpl(NoInlining)]
    public Symmetric3<T> Covariance()
    {
        T one = 1.0;
        return new(-one / XX, 0.0, 0.0, 0.0, 0.0, 0.0);
    }

    [MethodImpl(AggressiveInlining)]
    public Jet1<T> Restrict(Vec3<T> free) => new(
        F,
        T.IfLess(0.0, free.X, X, 0.0),
        T.IfLess(0.0, free.X, XX, -1.0));

    [MethodImpl(AggressiveInlining)]
    public Jet1<T> If(T where, Jet1<T> other) => IfLess(0.0, Constant(where), this, other);
}
