using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Data sets of a family that collapses, as many as a vector has lanes: their sums, origins and units become lanes as they are found.
/// To load one after another and lay the results side by side takes longer than to add up 200 observations.
/// </summary>
static class Collapsed
{
    /// <returns>Whether nothing is special about any of them; otherwise each has to be loaded by <see cref="Loading.Load"/>.</returns>
    [MethodImpl(NoInlining)]
    public static bool TryLoad<TFamily, T>(ReadOnlySpan<double> values, ReadOnlySpan<long> bounds, ref Summary<T> summary, ref Units<T> unit)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        T size = 0.0, a = size, b = size, c = size, first = size, second = size, low = size, high = size;
        T center = size, scale = size, perScale = size, logScale = size;
        for (int l = 0; l < bounds.Length - 1; l++)
        {
            long length = bounds[l + 1] - bounds[l];
            if (length < bounds.Length - 1 || length > Loading.Chunk)
                return false;
            var x = values.Slice((int)bounds[l], (int)length);
            Loading.Unit<TFamily, T>(x, out var own);
            var pass = Pass.None;
            Loading.Mantissas mantissas = default;
            Loading.Unweighted<TFamily, T>(x, own, default, 0, Loading.SoughtBy<TFamily>(), ref pass, ref mantissas);
            if (!Loading.IsPlausible<TFamily>(pass, own))
                return false;
            Lane.At(ref size, l) = length;
            Lane.At(ref a, l) = pass.A;
            Lane.At(ref b, l) = pass.B;
            Lane.At(ref c, l) = pass.C;
            Lane.At(ref first, l) = mantissas.First;
            Lane.At(ref second, l) = mantissas.Second;
            Lane.At(ref low, l) = pass.Low;
            Lane.At(ref high, l) = pass.High;
            Lane.At(ref center, l) = own.Center;
            Lane.At(ref scale, l) = own.Scale;
            Lane.At(ref perScale, l) = own.PerScale;
            Lane.At(ref logScale, l) = own.LogScale;
        }
        if (TFamily.LogFirst)
            a = LogSum.Total(first, a);
        if (TFamily.LogSecond)
            b = LogSum.Total(second, b);
        if (TFamily.LogSecond && T.AnyLess(T.Min(T.Abs(a), T.Abs(b)), Loading.Coarse * size))
            return false;
        unit = new(center, scale, perScale, logScale);
        summary.Size = size;
        summary.Sums = new(a, b, c);
        summary.Low = (low - center) * perScale;
        summary.High = (high - center) * perScale;
        return true;
    }
}
