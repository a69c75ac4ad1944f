using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What robust standard errors are made from: s = ∂/∂θ [LogKernel(t, η(θ)) − LogNormalizer(η(θ))] of every row.</summary>
static class Scores<TFamily, T, TJet>
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, T>
{
    /// <summary>
    /// Σ w s sᵀ over the rows of one data set. Each row is a sample of its own, so that its slopes in η come from the closed
    /// form that the family has for sums; what is the same for all rows takes them to θ.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static Symmetric3<Real> Squares(LaneSample<TFamily, T> rows, Vec3<Real> θ)
    {
        T one = 1.0;
        var η = TFamily.Natural(TJet.At(Kernel.Broadcast<T, Real>(θ)));
        var at = new Vec3<T>(η.X.Parts.F, η.Y.Parts.F, η.Z.Parts.F);
        Vec3<T> byX = η.X.Parts.Score, byY = η.Y.Parts.Score, byZ = η.Z.Parts.Score;
        Vec3<T> normalizer = TFamily.LogNormalizer(η).Parts.Score, linear = TFamily.LogLinear(new Row<T>(one).Lift<TJet>(), η).Parts.Score;
        T xx = 0.0, xy = 0.0, yy = 0.0, xz = 0.0, yz = 0.0, zz = 0.0;
        for (int i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            T w = rows.Weight(i), a = row.A;
            Vec3<T> g = TFamily.KernelSum<Alone, T, T>(new(row), at).Score;
            T x = g.X * byX.X + g.Y * byY.X + g.Z * byZ.X + a * linear.X - normalizer.X;
            T y = g.X * byX.Y + g.Y * byY.Y + g.Z * byZ.Y + a * linear.Y - normalizer.Y;
            T z = g.X * byX.Z + g.Y * byY.Z + g.Z * byZ.Z + a * linear.Z - normalizer.Z;
            xx += w * x * x;
            xy += w * x * y;
            yy += w * y * y;
            xz += w * x * z;
            yz += w * y * z;
            zz += w * z * z;
        }
        return new(T.Sum(xx), T.Sum(xy), T.Sum(yy), T.Sum(xz), T.Sum(yz), T.Sum(zz));
    }

    /// <summary>One row in every lane, whose sums are the lanes themselves.</summary>
    readonly struct Alone(Row<T> row) : ISample<T, T>
    {
        readonly Row<T> row = row;

        public int Count => 1;

        public int Whole => 1;

        public bool Tails => false;

        public Row<T> this[int i] => row;

        public T Weight(int i) => 1.0;

        public Row<T> Total(Row<T> partial) => partial;

        public Derivatives<T> KernelSum<TSame>(Vec3<T> η, T active) where TSame : struct, IFamily<TSame> => TSame.KernelSum<Alone, T, T>(this, η);
    }

    /// <summary>
    /// The same of a collapsed family, in every lane: its scores are linear in t and add up to 0, so that they are those of
    /// the statistics about their means, GᵀMG.
    /// </summary>
    /// <param name="spread">M = Σ w (t − t̄)(t − t̄)ᵀ.</param>
    public static Symmetric3<T> Squares(Symmetric3<T> spread, Vec3<T> θ)
    {
        T one = 1.0, zero = 0.0;
        var η = TFamily.Natural(TJet.At(θ));
        Vec3<T> a = Slope(new(one), η), b = Slope(new(zero, one), η), c = Slope(new(zero, zero, one), η);
        var m = spread;
        return new(Form(a.X, b.X, c.X, m, a.X, b.X, c.X), Form(a.X, b.X, c.X, m, a.Y, b.Y, c.Y), Form(a.Y, b.Y, c.Y, m, a.Y, b.Y, c.Y),
            Form(a.X, b.X, c.X, m, a.Z, b.Z, c.Z), Form(a.Y, b.Y, c.Y, m, a.Z, b.Z, c.Z), Form(a.Z, b.Z, c.Z, m, a.Z, b.Z, c.Z));
    }

    [MethodImpl(NoInlining)]
    static Vec3<T> Slope(Row<T> t, Vec3<TJet> η) => TFamily.LogKernel(t.Lift<TJet>(), η).Parts.Score;

    /// <summary>CBC over the slots that move; 0 in the rows of the others.</summary>
    public static Symmetric3<T> Between(Symmetric3<T> c, Symmetric3<T> b, Vec3<T> moving)
    {
        c = new(c.XX * moving.X, c.XY * moving.X * moving.Y, c.YY * moving.Y, c.XZ * moving.X * moving.Z, c.YZ * moving.Y * moving.Z, c.ZZ * moving.Z);
        return new(Form(c.XX, c.XY, c.XZ, b, c.XX, c.XY, c.XZ), Form(c.XX, c.XY, c.XZ, b, c.XY, c.YY, c.YZ), Form(c.XY, c.YY, c.YZ, b, c.XY, c.YY, c.YZ),
            Form(c.XX, c.XY, c.XZ, b, c.XZ, c.YZ, c.ZZ), Form(c.XY, c.YY, c.YZ, b, c.XZ, c.YZ, c.ZZ), Form(c.XZ, c.YZ, c.ZZ, b, c.XZ, c.YZ, c.ZZ));
    }

    /// <summary>uᵀMv.</summary>
    static T Form(T ux, T uy, T uz, Symmetric3<T> m, T vx, T vy, T vz) =>
        ux * (m.XX * vx + m.XY * vy + m.XZ * vz) + uy * (m.XY * vx + m.YY * vy + m.YZ * vz) + uz * (m.XZ * vx + m.YZ * vy + m.ZZ * vz);
}
