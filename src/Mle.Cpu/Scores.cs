using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What robust standard errors are made from: s = ∂/∂θ [LogKernel(t, η(θ)) − LogNormalizer(η(θ))] of every row.</summary>
static class Scores<TFamily, T, TJet>
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, T>
{
    /// <summary>Σ w s sᵀ over the rows of one data set.</summary>
    public static Symmetric3<Real> Squares(LaneSample<TFamily, T> rows, Vec3<Real> θ)
    {
        var η = TFamily.Natural(TJet.At(Kernel.Broadcast<T, Real>(θ)));
        Symmetric3<T> sum = default;
        sum = Loop.Over<Term, Symmetric3<T>, LaneSample<TFamily, T>, T, Real>(new(η, TFamily.LogNormalizer(η)), rows, sum);
        return new(T.Sum(sum.XX), T.Sum(sum.XY), T.Sum(sum.YY), T.Sum(sum.XZ), T.Sum(sum.YZ), T.Sum(sum.ZZ));
    }

    readonly struct Term(Vec3<TJet> η, TJet normalizer) : ITerm<Symmetric3<T>, T>
    {
        readonly Vec3<TJet> η = η;
        readonly TJet normalizer = normalizer;

        [MethodImpl(AggressiveInlining)]
        public Symmetric3<T> Add(Symmetric3<T> sums, Row<T> row, T weight)
        {
            var s = (TFamily.LogKernel(row.Lift<TJet>(), η) - normalizer).Parts.Score;
            T x = weight * s.X, y = weight * s.Y, z = weight * s.Z;
            return new(sums.XX + x * s.X, sums.XY + x * s.Y, sums.YY + y * s.Y, sums.XZ + x * s.Z, sums.YZ + y * s.Z, sums.ZZ + z * s.Z);
        }
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
