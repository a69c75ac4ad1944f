using System.Runtime.CompilerServices;

namespace Mle;

/// <summary>Up to three slots: parameters, gradients. A family with fewer leaves the last ones 0.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct Vec3<T>(T x, T y, T z) where T : unmanaged, IReal<T>
{
    public readonly T X = x, Y = y, Z = z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec3(T x) : this(x, 0.0, 0.0) { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec3(T x, T y) : this(x, y, 0.0) { }

    /// <summary>This where <paramref name="where"/> is above 0, else <paramref name="other"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec3<T> If(T where, Vec3<T> other) => new(
        T.IfLess(0.0, where, X, other.X), T.IfLess(0.0, where, Y, other.Y), T.IfLess(0.0, where, Z, other.Z));

    /// <summary>The same, slot by slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec3<T> If(Vec3<T> where, Vec3<T> other) => new(
        T.IfLess(0.0, where.X, X, other.X), T.IfLess(0.0, where.Y, Y, other.Y), T.IfLess(0.0, where.Z, Z, other.Z));
}

/// <summary>The symmetric matrix of three slots: Hessians and covariances.</summary>
public readonly struct Symmetric3<T>(T xx, T xy, T yy, T xz, T yz, T zz) where T : unmanaged, IReal<T>
{
    public readonly T XX = xx, XY = xy, YY = yy, XZ = xz, YZ = yz, ZZ = zz;
}

/// <summary>The statistics of one observation, or their sums: as many as the widest family needs.</summary>
public readonly struct Row<T>(T a, T b, T c) where T : unmanaged, IReal<T>
{
    public readonly T A = a, B = b, C = c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Row(T a) : this(a, 0.0, 0.0) { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Row(T a, T b) : this(a, b, 0.0) { }

    /// <summary>The same row as constants of a jet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Row<TJet> Lift<TJet>() where TJet : unmanaged, IJet<TJet, T> =>
        new(TJet.Constant(A), TJet.Constant(B), TJet.Constant(C));
}

/// <summary>Value, score and Hessian in up to three slots, whatever number of them was differentiated.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct Derivatives<T>(T f, Vec3<T> score, Symmetric3<T> hessian) where T : unmanaged, IReal<T>
{
    public readonly T F = f;
    public readonly Vec3<T> Score = score;
    public readonly Symmetric3<T> Hessian = hessian;

    /// <summary>One slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Derivatives(T f, T x, T xx)
        : this(f, new Vec3<T>(x), new Symmetric3<T>(xx, 0.0, 0.0, 0.0, 0.0, 0.0)) { }

    /// <summary>Two slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Derivatives(T f, T x, T y, T xx, T xy, T yy)
        : this(f, new Vec3<T>(x, y), new Symmetric3<T>(xx, xy, yy, 0.0, 0.0, 0.0)) { }

    /// <summary>Three slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Derivatives(T f, T x, T y, T z, T xx, T xy, T yy, T xz, T yz, T zz)
        : this(f, new Vec3<T>(x, y, z), new Symmetric3<T>(xx, xy, yy, xz, yz, zz)) { }

    public static Derivatives<T> operator +(Derivatives<T> a, Derivatives<T> b)
    {
        Symmetric3<T> h = a.Hessian, i = b.Hessian;
        return new(a.F + b.F, a.Score.X + b.Score.X, a.Score.Y + b.Score.Y, a.Score.Z + b.Score.Z,
            h.XX + i.XX, h.XY + i.XY, h.YY + i.YY, h.XZ + i.XZ, h.YZ + i.YZ, h.ZZ + i.ZZ);
    }
}

/// <summary>Σ e zʲ for j from 0 to 7, or one row's part of it: what Σ exp((k + δ)z) with e = exp(kz) is made of as a power series in δ.</summary>
public readonly struct Powers<T>(T a, T b, T c, T d, T e, T f, T g, T h) where T : unmanaged, IReal<T>
{
    public readonly T A = a, B = b, C = c, D = d, E = e, F = f, G = g, H = h;

    /// <summary>With e zʲ of another row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Powers<T> Add(T e, T z)
    {
        T zz = z * z, c = e * zz, f = c * zz, g = f * zz;
        return new(
            A + e, T.MultiplyAdd(e, z, B), C + c, T.MultiplyAdd(c, z, D), E + f, T.MultiplyAdd(f, z, F), G + g, T.MultiplyAdd(g, z, H));
    }

    public static Powers<T> operator +(Powers<T> p, Powers<T> q) =>
        new(p.A + q.A, p.B + q.B, p.C + q.C, p.D + q.D, p.E + q.E, p.F + q.F, p.G + q.G, p.H + q.H);

    /// <summary>The series at δ with its first two derivatives.</summary>
    public void At(T δ, out T value, out T slope, out T bend)
    {
        bend = T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, (1.0 / 120) * H, (1.0 / 24) * G), (1.0 / 6) * F), 0.5 * E), D), C);
        slope = T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, (1.0 / 720) * H, (1.0 / 120) * G), (1.0 / 24) * F), (1.0 / 6) * E), 0.5 * D), C), B);
        value = T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, T.MultiplyAdd(δ, (1.0 / 5040) * H, (1.0 / 720) * G), (1.0 / 120) * F), (1.0 / 24) * E), (1.0 / 6) * D), 0.5 * C), B), A);
    }
}
