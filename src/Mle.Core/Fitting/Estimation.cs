using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What a fit ended with, in standardised units and the solver's coordinates.</summary>
public struct Outcome<R> where R : unmanaged, IReal<R>
{
    /// <summary>The estimate in θ.</summary>
    public Vec3<R> θ;

    /// <summary>ℓ(θ) without log h.</summary>
    public R Value;

    /// <summary>The score before bounds and known slots are taken out.</summary>
    public Vec3<R> Score;

    /// <summary>(−H)⁻¹ over the slots that move; the others have rows of I.</summary>
    public Symmetric3<R> Covariance;

    public R Iterations;

    /// <summary>0 for interior, the family's own code, or one of <see cref="Codes"/>.</summary>
    public R Code;

    public R LimitValue;
}

/// <summary>A whole fit: criteria of existence, starts, the solver, and what the result means.</summary>
public static class Estimation
{
    /// <param name="exact">Whether value, score and covariance are wanted at the estimate.</param>
    /// <param name="userStart">Slots to start from that the user gave, else NaN.</param>
    /// <param name="restricted">Whether anything is known: values, bounds, or a region that is not the whole space.</param>
    /// <param name="bounded">Whether the user gave bounds: then maxima on them count, and theory about the open space does not.</param>
    [MethodImpl(NoInlining)]
    public static void Fit<TFamily, TSample, T, R, TJet>(
        in TSample sample, in Summary<R> summary, in Prior<R> prior, Vec3<R> userStart, bool restricted, bool bounded, int limit, bool exact,
        ref Outcome<R> outcome)
        where TFamily : struct, IFamily<TFamily>
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
        where TJet : unmanaged, IJet<TJet, R>
    {
        R zero = 0.0, one = 1.0;
        R absent = bounded ? zero : TFamily.Absent(summary, prior.Known, prior.Free);
        Vec3<R> smooth = TFamily.Smooth<R>();
        var moving = new Vec3<R>(prior.Free.X * smooth.X, prior.Free.Y * smooth.Y, prior.Free.Z * smooth.Z);
        bool charted = TFamily.HasChart && !bounded && R.AnyLess(zero, TFamily.Charted(prior.Free));
        var (low, high) = charted ? TFamily.ChartRegion(summary) : (prior.Low, prior.High);
        var objective = new LogLikelihood<TFamily, TSample, T, R, TJet>(
            sample, summary, new(prior.Known, moving, low, high), charted ? Domain.Chart : restricted ? Domain.Box : Domain.Space);

        R best = double.NegativeInfinity, rank = -1.0, ending = zero, iterations = zero;
        Vec3<R> θ = prior.Known;
        TJet here = default;
        // The user's start is the first, and enough where the likelihood has one maximum and it led there. What is said of the whole
        // likelihood must not hang on where it leads.
        R users = !TFamily.StartIsMaximum || bounded ? Finite(userStart.X) + Finite(userStart.Y) + Finite(userStart.Z) : zero;
        bool asked = R.AnyLess(zero, users);
        for (int attempt = asked ? -1 : 0; attempt < TFamily.Starts; attempt++)
        {
            var from = TFamily.Start(summary, prior.Known, prior.Free, Math.Max(attempt, 0));
            R idle = Idle(absent, from);
            if (asked && TFamily.Starts == 1)
                idle = R.IfLess(zero, rank, one, idle);
            if (attempt > (asked ? -1 : 0) && !R.AnyLess(idle, one))
                break;
            if (attempt < 0)
            {
                idle = R.IfLess(zero, users, idle, one);
                from = new Vec3<R>(Begin(userStart.X, from.X), Begin(userStart.Y, from.Y), Begin(userStart.Z, from.Z)).If(smooth, from);
            }
            from = from.If(prior.Free, prior.Known);
            if (TFamily.Expands && !restricted && R.AnyLess(idle, one))
                from = TFamily.Approach(summary, from, sample.Expand<TFamily>(from));
            if (charted)
                from = TFamily.ToChart(from);
            from = objective.Retract(from, from, zero);
            // Of values that nobody asks for and no other start's is compared with, the last evaluation may be left out.
            bool valued = exact || asked || attempt > 0 || TFamily.Starts > 1 && R.AnyLess(Idle(absent, TFamily.Start(summary, prior.Known, prior.Free, 1)), one);
            TJet jet = default, there = default;
            Vec3<R> to = from;
            R ended = one, steps = zero;
            if (!TFamily.StartIsMaximum || bounded)
                ended = Newton.Maximize<LogLikelihood<TFamily, TSample, T, R, TJet>, Vec3<R>, TJet, R>(
                    ref objective, ref from, ref to, ref jet, ref there, idle, limit,
                    !valued ? double.PositiveInfinity : charted ? 0.0 : Newton.NoStep, out steps);
            else if (exact)
                objective.At(from, one, ref jet);
            iterations += steps;
            // The only start has nothing to be better than: two dozen selections less.
            if (TFamily.Starts == 1 && !asked)
            {
                ending = R.IfLess(zero, idle, zero, ended);
                best = R.IfLess(zero, idle, best, jet.Parts.F);
                θ = from.If(R.IfLess(zero, idle, zero, one), θ);
                here = jet;
                break;
            }
            // A maximum beats a point that is still moving, or on an edge that is none; among equals the value decides.
            R value = jet.Parts.F, converges = Converged(ended);
            converges = R.IfLess(R.Abs(TFamily.Judge(summary, charted ? TFamily.FromChart(from) : from, prior.Free) - (double)Codes.NoMaximum), 0.5, zero, converges);
            R better = R.IfLess(rank, converges, one, R.IfLess(converges, rank, zero, R.IfLess(best, value, one, zero)));
            better = R.IfLess(zero, idle, zero, better);
            θ = from.If(better, θ);
            here = jet.If(better, here);
            ending = R.IfLess(zero, better, ended, ending);
            rank = R.IfLess(zero, better, converges, rank);
            best = R.IfLess(zero, better, value, best);
        }

        if (exact)
        {
            outcome.Covariance = here.Covariance();
            if (charted)
                outcome.Covariance = Congruent(TFamily.FromChart(TJet.At(θ)), outcome.Covariance);
        }
        if (charted)
            θ = TFamily.FromChart(θ);
        outcome.θ = θ;
        outcome.Value = best;
        outcome.Iterations = iterations;
        Conclude<TFamily, R>(summary, prior, absent, ending, bounded, ref outcome);
        if (exact)
        {
            if (bounded)
                objective.Unrestricted(θ, one, ref here);
            outcome.Score = here.Parts.Score;
        }
        if (bounded)
        {
            R onBound = R.IfLess(zero,
                OnBound(moving.X, θ.X, low.X, high.X) + OnBound(moving.Y, θ.Y, low.Y, high.Y) + OnBound(moving.Z, θ.Z, low.Z, high.Z),
                Converged(ending), zero);
            outcome.Code = R.IfLess(zero, onBound, (double)Codes.UserBound, outcome.Code);
        }
    }

    /// <summary>
    /// An unrestricted estimate in closed form of which nothing else is asked: a sixth of the time of a fit of 200 observations is
    /// not spent on points and jets.
    /// </summary>
    [MethodImpl(NoInlining)]
    public static void Closed<TFamily, R>(in Summary<R> summary, in Prior<R> prior, ref Outcome<R> outcome)
        where TFamily : struct, IFamily<TFamily> where R : unmanaged, IReal<R>
    {
        R zero = 0.0, one = 1.0, absent = TFamily.Absent(summary, prior.Known, prior.Free);
        var start = TFamily.Start(summary, prior.Known, prior.Free, 0);
        R idle = Idle(absent, start), solved = R.IfLess(zero, idle, zero, one);
        outcome.θ = start.If(solved, prior.Known);
        outcome.Value = R.IfLess(zero, idle, double.NegativeInfinity, zero);
        outcome.Iterations = zero;
        Conclude<TFamily, R>(summary, prior, absent, solved, false, ref outcome);
    }

    /// <summary>What it means that the searches ended so: a method of its own, for more than this the JIT does not inline in one.</summary>
    [MethodImpl(NoInlining)]
    static void Conclude<TFamily, R>(in Summary<R> summary, in Prior<R> prior, R absent, R ending, bool bounded, ref Outcome<R> outcome)
        where TFamily : struct, IFamily<TFamily> where R : unmanaged, IReal<R>
    {
        R zero = 0.0, one = 1.0, best = outcome.Value;
        Vec3<R> θ = outcome.θ;
        R supremum = bounded ? double.NegativeInfinity : TFamily.LimitValue(summary, prior.Known, prior.Free);
        R converged = Converged(ending);
        R below = R.IfLess(best, supremum, one, zero);
        // A runaway towards the limiting family ends level with its supremum, on either side by rounding.
        R level = R.IfLess(best - 1e-9 * (one + R.Abs(best)), supremum, one, zero);
        R runaway = 2.0;
        R astray = R.IfLess(R.Abs(ending - runaway), 0.5, (double)Codes.NoMaximum, TFamily.Stray(summary, θ, prior.Free));
        R code = R.IfLess(zero, converged,
            R.IfLess(zero, below, (double)Codes.AtLimit, TFamily.Judge(summary, θ, prior.Free)),
            R.IfLess(zero, level, (double)Codes.AtLimit, astray));
        outcome.Code = R.IfLess(zero, absent, absent, code);
        outcome.LimitValue = supremum;
    }

    /// <summary>JCJᵀ for the Jacobian J of a map.</summary>
    static Symmetric3<R> Congruent<TJet, R>(Vec3<TJet> map, Symmetric3<R> c)
        where TJet : unmanaged, IJet<TJet, R> where R : unmanaged, IReal<R>
    {
        Vec3<R> x = map.X.Parts.Score, y = map.Y.Parts.Score, z = map.Z.Parts.Score;
        return new(Form(x, c, x), Form(x, c, y), Form(y, c, y), Form(x, c, z), Form(y, c, z), Form(z, c, z));
    }

    static R Form<R>(Vec3<R> a, Symmetric3<R> c, Vec3<R> b) where R : unmanaged, IReal<R> =>
        a.X * (c.XX * b.X + c.XY * b.Y + c.XZ * b.Z)
        + a.Y * (c.XY * b.X + c.YY * b.Y + c.YZ * b.Z)
        + a.Z * (c.XZ * b.X + c.YZ * b.Y + c.ZZ * b.Z);

    /// <summary>Above 0 where there is no maximum to look for, or no such start.</summary>
    [MethodImpl(AggressiveInlining)]
    static R Idle<R>(R absent, in Vec3<R> from) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, absent, absent, R.IfLess(R.Abs(from.X + from.Y + from.Z), double.PositiveInfinity, 0.0, 1.0));

    static R Finite<R>(R x) where R : unmanaged, IReal<R> => R.IfLess(R.Abs(x), double.PositiveInfinity, 1.0, 0.0);

    static R Begin<R>(R user, R family) where R : unmanaged, IReal<R> =>
        R.IfLess(R.Abs(user), double.PositiveInfinity, user, family);

    [MethodImpl(AggressiveInlining)]
    static R Converged<R>(R ending) where R : unmanaged, IReal<R> =>
        R.IfLess(0.0, ending, R.IfLess(ending, 2.0, 1.0, 0.0), 0.0);

    static R OnBound<R>(R moves, R θ, R low, R high) where R : unmanaged, IReal<R> =>
        moves * R.IfLess(low, θ, R.IfLess(θ, high, 0.0, 1.0), 1.0);
}
