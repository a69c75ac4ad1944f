using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Data sets of a family that collapses, as many as a vector has lanes: their sums, origins and units become lanes as they are found.
/// To load one after another and lay the results side by side takes longer than to add up 200 observations.
/// </summary>
static class Collapsed
{
    /// <param name="complete">Whether Σ log h is wanted, which is left as it was where it is 0.</param>
    /// <returns>Whether nothing is special about any of them; otherwise each has to be loaded by <see cref="Loading.Load"/>.</returns>
    [MethodImpl(NoInlining)]
    public static bool TryLoad<TFamily, T>(ReadOnlySpan<double> values, ReadOnlySpan<long> bounds, bool complete, ref Summary<T> summary, ref Units<T> unit, ref T logBase)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T zero = 0.0, size = zero, a = zero, b = zero, c = zero, fraction = zero, first = zero, second = zero, low = zero, high = zero, center = zero, exponent = zero;
        for (int l = 0; l < bounds.Length - 1; l++)
        {
            long length = bounds[l + 1] - bounds[l];
            if (length < bounds.Length - 1 || length > Loading.Chunk)
                return false;
            var x = values.Slice((int)bounds[l], (int)length);
            Loading.Unit<TFamily, T>(x, out var own);
            Pass pass = default;
            Loading.Mantissas mantissas = default;
            Loading.Unweighted<TFamily, T>(x, own, default, 0, ref pass, ref mantissas);
            if (TFamily.HasLogBase && complete)
                Lane.At(ref logBase, l) = Loading.LogBase<TFamily, T>(x, own);
            Lane.At(ref size, l) = length;
            Lane.At(ref a, l) = pass.A;
            if (TFamily.Statistics > 1)
                Lane.At(ref b, l) = pass.B;
            if (TFamily.Statistics > 2)
                Lane.At(ref c, l) = pass.C;
            if (TFamily.Support.Integer || TFamily.LogFirst)
                Lane.At(ref fraction, l) = pass.Fraction;
            if (TFamily.LogFirst)
                Lane.At(ref first, l) = mantissas.First;
            if (TFamily.LogSecond)
                Lane.At(ref second, l) = mantissas.Second;
            Lane.At(ref low, l) = pass.Low;
            Lane.At(ref high, l) = pass.High;
            if (TFamily.Equivariance == Equivariance.LocationScale)
                Lane.At(ref center, l) = own.Center;
            if (TFamily.Equivariance != Equivariance.None)
                Lane.At(ref exponent, l) = own.Exponent;
        }
        unit = new(center, exponent);
        if (T.AnyLess(zero, Pass.Doubt(TFamily.Support, a, b, fraction, low, high) + Loading.Overflow<TFamily, T>(low, high, unit.PerScale)))
            return false;
        if (TFamily.LogFirst)
            a = LogSum.Total(first, a);
        if (TFamily.LogSecond)
            b = LogSum.Total(second, b);
        if (TFamily.LogSecond && T.AnyLess(T.Min(T.Abs(a), T.Abs(b)), Loading.Coarse * size))
            return false;
        summary.Size = size;
        summary.Sums = new(a, b, c);
        summary.Low = (low - center) * unit.PerScale;
        summary.High = (high - center) * unit.PerScale;
        return true;
    }
}
