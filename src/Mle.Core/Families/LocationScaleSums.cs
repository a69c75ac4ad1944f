using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle.Distributions;

/// <summary>
/// For a kernel K(z) at z = (x − μ)τ: the sums ΣK, ΣK′, ΣzK′, ΣK″, ΣzK″, Σz²K″ that value, score and Hessian in μ and τ
/// are made of.
/// </summary>
readonly struct LocationScaleSums<T>(T k, T d, T zd, T dd, T zdd, T zzdd) where T : unmanaged, IReal<T>
{
    public readonly T K = k, D = d, ZD = zd, DD = dd, ZDD = zdd, ZZDD = zzdd;

    /// <summary>With one observation more: its z, and its K, K′ and K″ times its weight.</summary>
    [MethodImpl(AggressiveInlining)]
    public LocationScaleSums<T> Add(T z, T k, T d, T dd)
    {
        T zdd = z * dd;
        return new(K + k, D + d, T.MultiplyAdd(z, d, ZD), DD + dd, ZDD + zdd, T.MultiplyAdd(z, zdd, ZZDD));
    }

    /// <summary>Completed over the lanes and workers.</summary>
    public LocationScaleSums<R> Total<TSample, R>(TSample sample)
        where TSample : struct, ISample<T, R>, allows ref struct where R : unmanaged, IReal<R>
    {
        Row<R> first = sample.Total(new(K, D, ZD)), second = sample.Total(new(DD, ZDD, ZZDD));
        return new(first.A, first.B, first.C, second.A, second.B, second.C);
    }

    /// <summary>The derivatives in (μ, τ).</summary>
    public Derivatives<T> At(T τ) => new(K, -τ * D, ZD / τ, τ * τ * DD, -ZDD - D, ZZDD / (τ * τ));

    /// <summary>The derivatives in (μ, τ, ξ) of K(z, ξ), with the sums of K_ξ, K_zξ and zK_zξ, and of K_ξξ beside.</summary>
    public Derivatives<T> At(T τ, Row<T> ξ, T ξξ) =>
        new(K, -τ * D, ZD / τ, ξ.A, τ * τ * DD, -ZDD - D, ZZDD / (τ * τ), -τ * ξ.B, ξ.C / τ, ξξ);
}
