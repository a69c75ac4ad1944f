using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>A function to maximise. It carries data, known values and bounds.</summary>
public interface IObjective<TPoint, TJet, R> where TPoint : struct where R : unmanaged, IReal<R>
{
    /// <summary>Value and derivatives; lanes that are not active may be left as they were.</summary>
    void At(in TPoint θ, R active, ref TJet jet);

    /// <summary>The step from one point towards another, shortened in length and kept inside the bounds.</summary>
    TPoint Retract(in TPoint from, in TPoint to, R length);

    /// <summary>to where above 0, else from.</summary>
    TPoint If(R where, TPoint to, TPoint from);
}

/// <summary>How a maximisation ended.</summary>
public enum Ending
{
    /// <summary>Still uphill when the iterations were used up.</summary>
    Limit = 0,

    /// <summary>The undamped step became small in the metric of the information, and in itself.</summary>
    Converged = 1,

    /// <summary>Steps stay long while what they promise vanishes: the point is on its way to infinity.</summary>
    Runaway = 2,

    /// <summary>No step, however short, gains anything: the edge of the support, or rounding.</summary>
    Stuck = 3,
}

/// <summary>
/// Newton's method with Levenberg damping, the only solver. Over vectors it solves one problem in each lane, each
/// with its own path: a lane that has ended is left alone.
/// </summary>
/// <remarks>
/// A step is accepted when it does not lose likelihood; below 1e-12·(1 + |ℓ|) the value is rounding noise and the
/// decrement alone is trusted. The last step is taken after the criterion is met, which makes the error of the
/// estimate the square of the tolerance's. Nocedal and Wright, Numerical Optimization, 2006, ch. 3.
/// </remarks>
public static class Newton
{
    /// <summary>gᵀδ is the squared distance to the maximum in standard errors; one more step squares it again.</summary>
    const double SmallDecrement = 1e-12;

    /// <summary>
    /// Up to this decrement the next is told from the last two: a step from a distance e leaves Ce², with C near 1/√n for n rows, so
    /// that after distances e₀ and e₁ the next is e₁(e₁/e₀)². A million rows take a step less. Deuflhard, Newton Methods for
    /// Nonlinear Problems, 2004, ch. 2.
    /// </summary>
    const double ToldDecrement = 1e-8;

    /// <summary>In units of θ, where 1 is a factor e or about one standard deviation of the data.</summary>
    const double SmallStep = 1e-3;

    /// <summary>A last step after which value and information need not be had anew: they are the same to this, relatively, and the value to its square.</summary>
    public const double NoStep = 1e-10;

    const int RunawaySteps = 8;

    /// <summary>With this much of it steps no longer move the point.</summary>
    const double LargestDamping = 1e13;

    /// <summary>From θ to a maximum; on return <paramref name="here"/> is the jet at θ.</summary>
    /// <param name="to">Room for another point, as <paramref name="there"/> is for its jet.</param>
    /// <param name="idle">Above 0 in lanes that hold nothing to solve.</param>
    /// <param name="settled">
    /// Length of a last step up to which there is no evaluation after it: <see cref="NoStep"/>; 0 on a scale that has no unit, such
    /// as one that begins at 0; infinite where <paramref name="here"/> may be one step old.
    /// </param>
    /// <returns>An <see cref="Ending"/>.</returns>
    [MethodImpl(NoInlining)]
    public static R Maximize<TObjective, TPoint, TJet, R>(
        ref TObjective f, ref TPoint θ, ref TPoint to, ref TJet here, ref TJet there, R idle, int limit, R settled, out R iterations)
        where TObjective : struct, IObjective<TPoint, TJet, R>, allows ref struct
        where TPoint : struct
        where TJet : struct, IAscent<TJet, TPoint, R>
        where R : unmanaged, IReal<R>
    {
        R zero = 0.0, one = 1.0, ending = idle, damping = 0.0, vanishing = 0.0;
        R active = R.IfLess(idle, one, one, zero), definite = zero, tiny = zero, last = zero, decrement = zero;
        iterations = 0.0;
        to = f.If(one, θ, to);
        // One place calls for the sums: kernels hold all of its code once.
        for (int i = 0; ; i++)
        {
            f.At(to, active, ref there);
            if (i == 0)
            {
                here = there.If(one, here);
            }
            else
            {
                R noise = 1e-12 * (one + R.Abs(here.Value));
                R finite = R.IfLess(R.Abs(there.Value), double.PositiveInfinity, definite, zero);
                R better = R.IfLess(there.Value, here.Value, R.IfLess(decrement, noise, finite, zero), finite);
                R take = active * better;
                R raised = R.MultiplyAdd(damping, 4.0, R.IfLess(zero, definite, 1e-3, 0.1));
                R lowered = damping * R.IfLess(noise, decrement, R.IfLess(there.Value - here.Value, 0.1 * decrement, 0.5, 0.1), 0.1);
                lowered = R.IfLess(lowered, 1e-4, zero, lowered);
                damping = R.IfLess(zero, better, lowered, raised);
                R stuck = R.IfLess(LargestDamping, damping, 3.0, ending);
                vanishing = R.IfLess(zero, tiny, vanishing + one, zero);
                ending = R.IfLess(zero, active,
                    R.IfLess(zero, last, R.IfLess(zero, better, one, ending),
                        R.IfLess(RunawaySteps, vanishing, 2.0, stuck)), ending);
                θ = f.If(take, to, θ);
                here = there.If(take, here);
                if (!R.AnyLess(ending, one))
                    break;
            }
            if (i == limit)
                break;
            active = R.IfLess(ending, one, one, zero);
            R before = decrement;
            definite = here.Ascend(θ, damping, ref to, out decrement, out var length);
            R undamped = R.IfLess(zero, damping, zero, definite), ratio = decrement / before;
            tiny = R.IfLess(decrement, SmallDecrement, undamped, zero);
            R told = R.IfLess(decrement * ratio * ratio, SmallDecrement * SmallDecrement, R.IfLess(decrement, ToldDecrement, undamped, zero), zero);
            last = R.IfLess(length, SmallStep, tiny + told, zero);
            to = f.Retract(θ, to, length);
            iterations += active;
            R taken = active * R.IfLess(length, settled, last, zero);
            θ = f.If(taken, to, θ);
            ending = R.IfLess(zero, taken, one, ending);
            active = R.IfLess(zero, taken, zero, active);
            if (!R.AnyLess(ending, one))
                break;
        }
        return ending;
    }
}
