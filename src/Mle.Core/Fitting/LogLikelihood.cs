using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What is known of the parameters before the data are seen, in the solver's coordinates.</summary>
/// <param name="known">The value of every slot that is not free.</param>
/// <param name="free">1 for slots to estimate, 0 for known ones.</param>
/// <param name="low">Lower bounds.</param>
/// <param name="high">Upper bounds.</param>
public readonly struct Prior<R>(Vec3<R> known, Vec3<R> free, Vec3<R> low, Vec3<R> high) where R : unmanaged, IReal<R>
{
    public readonly Vec3<R> Known = known, Free = free, Low = low, High = high;
}

/// <summary>Where points may lie. (Not two flags: ILGPU emits pairs of neighbouring bools that ptxas refuses.)</summary>
public enum Domain
{
    /// <summary>Anywhere: no slot is known or has a bound.</summary>
    Space,

    /// <summary>Some slot is known or has a bound.</summary>
    Box,

    /// <summary>The same, with points in the family's chart.</summary>
    Chart,
}

/// <summary>
/// ℓ(θ) without log h, which no parameter changes: a sum over rows, or for a collapsed family one term at Σ t.
/// </summary>
public readonly ref struct LogLikelihood<TFamily, TSample, T, R, TJet>(
    in TSample sample, in Summary<R> summary, in Prior<R> prior, Domain domain)
    : IObjective<Vec3<R>, TJet, R>
    where TFamily : struct, IFamily<TFamily>
    where TSample : struct, ISample<T, R>, allows ref struct
    where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    where TJet : unmanaged, IJet<TJet, R>
{
    /// <summary>Longest step, in units of θ: a factor of e⁴ in a positive parameter.</summary>
    const double LongestStep = 4;

    readonly TSample sample = sample;
    // Of the summary no more than this: a kernel keeps 128 bytes less of each thread in memory than with its order statistics.
    readonly Row<R> sums = summary.Sums;
    readonly R size = summary.Size;
    readonly Prior<R> prior = prior;

    readonly Domain domain = domain;

    /// <summary>The jet with rows of known slots, and of slots held by a bound, taken out.</summary>
    public void At(in Vec3<R> θ, R active, ref TJet jet)
    {
        Unrestricted(θ, active, ref jet);
        if (domain == Domain.Space)
            return;
        Vec3<R> g = jet.Parts.Score, free = prior.Free;
        jet = jet.Restrict(new(
            Held(free.X, θ.X, g.X, prior.Low.X, prior.High.X),
            Held(free.Y, θ.Y, g.Y, prior.Low.Y, prior.High.Y),
            Held(free.Z, θ.Z, g.Z, prior.Low.Z, prior.High.Z)));
    }

    [MethodImpl(NoInlining)]
    public void Unrestricted(in Vec3<R> θ, R active, ref TJet jet)
    {
        var η = Natural(θ);
        if (TFamily.HasConstants)
        {
            jet = Composed(η, active);
            return;
        }
        TJet kernel = TFamily.Keep == Keep.Sums ? Collapsed(η) : Summed(η, active);
        jet = kernel - LogNormalizer(η).Times(size);
    }

    // Each a method of its own: inlined into one they exceed what the JIT will inline, and every operator becomes a call.

    [MethodImpl(NoInlining)]
    Vec3<TJet> Natural(in Vec3<R> θ) => TFamily.HasChart && domain == Domain.Chart ? TFamily.ChartNatural(TJet.At(θ)) : TFamily.Natural(TJet.At(θ));

    [MethodImpl(NoInlining)]
    static TJet LogNormalizer(in Vec3<TJet> η) => TFamily.LogNormalizer(η);

    [MethodImpl(NoInlining)]
    TJet Collapsed(in Vec3<TJet> η) => TFamily.LogKernel(sums.Lift<TJet>(), η);

    [MethodImpl(NoInlining)]
    TJet Linear(in Vec3<TJet> η) => TFamily.LogLinear(sums.Lift<TJet>(), η);

    [MethodImpl(AggressiveInlining)]
    static Vec3<R> Values(in Vec3<TJet> η) => new(η.X.Parts.F, η.Y.Parts.F, η.Z.Parts.F);

    TJet Summed(in Vec3<TJet> η, R active) => TJet.Compose(sample.KernelSum<TFamily>(Values(η), active), η) + Linear(η);

    [MethodImpl(NoInlining)]
    TJet Composed(in Vec3<TJet> η, R active)
    {
        var at = Values(η);
        var constants = TFamily.Constants(sums, size, at, TJet.Leading);
        return TJet.Compose(TFamily.Keep == Keep.Sums ? constants : sample.KernelSum<TFamily>(at, active) + constants, η);
    }

    /// <summary>0 where a slot is known, or rests on a bound with the score pointing outwards.</summary>
    [MethodImpl(AggressiveInlining)]
    static R Held(R free, R θ, R score, R low, R high) =>
        R.IfLess(low, θ, R.IfLess(θ, high, free, R.IfLess(0.0, score, 0.0, free)), R.IfLess(score, 0.0, 0.0, free));

    [MethodImpl(NoInlining)]
    public Vec3<R> Retract(in Vec3<R> from, in Vec3<R> to, R length)
    {
        R longest = LongestStep, scale = R.IfLess(longest, length, longest / length, 1.0);
        if (domain == Domain.Space)
        {
            return new(
                R.MultiplyAdd(scale, to.X - from.X, from.X), R.MultiplyAdd(scale, to.Y - from.Y, from.Y),
                R.MultiplyAdd(scale, to.Z - from.Z, from.Z));
        }
        // A step that would leave the box is cut where it meets the first bound, whole: a part of it need not be uphill.
        scale *= R.Min(
            Reach(from.X, scale * (to.X - from.X), prior.Low.X, prior.High.X),
            R.Min(Reach(from.Y, scale * (to.Y - from.Y), prior.Low.Y, prior.High.Y), Reach(from.Z, scale * (to.Z - from.Z), prior.Low.Z, prior.High.Z)));
        return new(
            Clamp(from.X, to.X, scale, prior.Low.X, prior.High.X),
            Clamp(from.Y, to.Y, scale, prior.Low.Y, prior.High.Y),
            Clamp(from.Z, to.Z, scale, prior.Low.Z, prior.High.Z));
    }

    /// <summary>The share of a step that stays between the bounds; 1 on a bound, where the step is clamped.</summary>
    [MethodImpl(AggressiveInlining)]
    static R Reach(R from, R step, R low, R high)
    {
        R room = R.IfLess(step, 0.0, from - low, high - from), size = R.Abs(step);
        return R.IfLess(0.0, room, R.IfLess(room, size, room / size, 1.0), 1.0);
    }

    [MethodImpl(AggressiveInlining)]
    static R Clamp(R from, R to, R scale, R low, R high)
    {
        // Rounding may leave the point just short of the bound that cut the step.
        const double near = 1e-9;
        R step = scale * (to - from), at = from + step, rest = near * R.Abs(step);
        at = R.IfLess(at - rest, low, low, at);
        return R.IfLess(high, at + rest, high, at);
    }

    public Vec3<R> If(R where, Vec3<R> to, Vec3<R> from) => to.If(where, from);
}
