using System.Runtime.CompilerServices;
using ILGPU;

namespace Mle.Gpu;

/// <summary>What the options say, as plain data for a kernel.</summary>
readonly struct Terms(Slots slots, Vec3<Real> low, Vec3<Real> high, int restricted, int bounded, int limit, int exact)
{
    public readonly Slots Slots = slots;

    /// <summary>The family's region.</summary>
    public readonly Vec3<Real> Low = low, High = high;

    public readonly int Restricted = restricted, Bounded = bounded, Limit = limit, Exact = exact;
}

/// <summary>Where the fits of a chunk go: columns as long as the chunk has data sets.</summary>
/// <param name="numbers">Estimates, covariances packed by rows, log-likelihood and size, one column after another.</param>
/// <param name="iterations">Iterations taken.</param>
/// <param name="codes">The outcome's code; −1 where the data are invalid.</param>
/// <param name="outcomes">Written only where the code is not 0.</param>
readonly struct Results(ArrayView<double> numbers, ArrayView<int> iterations, ArrayView<int> codes, ArrayView<Outcome<Real>> outcomes)
{
    public const int Invalid = -1;

    public readonly ArrayView<double> Numbers = numbers;
    public readonly ArrayView<int> Iterations = iterations, Codes = codes;
    public readonly ArrayView<Outcome<Real>> Outcomes = outcomes;
}

/// <summary>The entry points. A launch lists the data sets that it is for; data set which[s] is its segment s.</summary>
static class Kernels
{
    /// <summary>Reads data sets, one team each.</summary>
    public static void Load<TFamily, TTeam>(
        Columns columns, ArrayView<int> which, int wanted, ArrayView<Loaded> loaded, ArrayView<Order<Real>> orders)
        where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam>
    {
        var team = TTeam.Join();
        if (team.MayBeIdle && team.Segment >= which.Length)
            return;
        int d = which[team.Segment], first = columns.Offsets[d];
        Loaded one = default;
        Order<Real> order = default;
        Loading.Load<TFamily, TeamObservations<TTeam>>(
            new(team, columns, first, columns.Offsets[d + 1] - first), columns, (Wanted)wanted, ref one, ref order);
        if (team.Rank != 0)
            return;
        loaded[d] = one;
        if (TFamily.Keep == Keep.RowsAndMedian && wanted >= (int)Wanted.Ordered)
            orders[d] = order;
    }

    /// <summary>Fits data sets that have been loaded, from start to verdict, one team each.</summary>
    /// <param name="said">What the options say of each data set's slots, or one entry for all.</param>
    /// <param name="room">How many rows fit into shared memory.</param>
    public static void Fit<TFamily, TTeam, TJet>(
        Columns columns, ArrayView<int> which, ArrayView<Loaded> loaded, ArrayView<Order<Real>> orders, Terms terms, ArrayView<Slots> said, Results results, int room)
        where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam> where TJet : unmanaged, IJet<TJet, Real>
    {
        var team = TTeam.Join();
        if (team.MayBeIdle && team.Segment >= which.Length)
            return;
        int d = which[team.Segment];
        var one = loaded[d];
        Order<Real> order = default;
        if (TFamily.Keep == Keep.RowsAndMedian)
            order = orders[d];
        var unit = one.Unit;
        var slots = said[said.Length > 1 ? d : 0];
        Outcome<Real> outcome = default;
        Estimation.Fit<TFamily, DeviceSample<TFamily, TTeam>, Real, Real, TJet>(
            Sample<TFamily, TTeam>(team, columns, columns.Offsets[d], one, room), one.Summary(order),
            slots.Prior(unit, terms.Low, terms.High), slots.Start(unit),
            terms.Restricted != 0, terms.Bounded != 0, one.Invalid != 0 ? 0 : terms.Limit, terms.Exact != 0, ref outcome);
        if (team.Rank == 0)
            Write<TFamily>(d, loaded[d], ref outcome, slots, terms.Exact, results);
    }

    /// <summary>Value, score and Hessian of loaded data sets at one point, one team each.</summary>
    public static void Evaluate<TFamily, TTeam>(
        Columns columns, ArrayView<int> which, ArrayView<Loaded> loaded, Terms terms, ArrayView<Derivatives<Real>> results)
        where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam>
    {
        var team = TTeam.Join();
        if (team.MayBeIdle && team.Segment >= which.Length)
            return;
        int d = which[team.Segment];
        var one = loaded[d];
        if (one.Invalid != 0)
            return;
        Jet3<Real> jet = default;
        new LogLikelihood<TFamily, DeviceSample<TFamily, TTeam>, Real, Real, Jet3<Real>>(
            Sample<TFamily, TTeam>(team, columns, columns.Offsets[d], one, 0), one.Summary(default), default, Domain.Space)
            .Unrestricted(terms.Slots.Prior(one.Unit, terms.Low, terms.High).Known, 1.0, ref jet);
        if (team.Rank == 0)
            results[d] = jet.Parts;
    }

    /// <summary>The rows of a loaded data set, copied to shared memory where there is room.</summary>
    static DeviceSample<TFamily, TTeam> Sample<TFamily, TTeam>(TTeam team, Columns columns, int first, Loaded one, int room)
        where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam>
    {
        if (TFamily.Keep == Keep.Sums)
            return default;
        var source = TFamily.Keep == Keep.Table ? columns.X : columns.Kept;
        var a = source.SubView(first, one.Rows);
        var weights = columns.Weights;
        if (TFamily.Keep == Keep.Table && one.Tails != 0)
            weights = columns.Kept.SubView(first, one.Rows);
        else if (weights.Length > 0)
            weights = weights.SubView(first, one.Rows);
        if (room > 0)
        {
            var shared = SharedMemory.GetDynamic<double>();
            a = Copy(team, a, shared.SubView(0, one.Rows));
            if (weights.Length > 0)
                weights = Copy(team, weights, shared.SubView(room, one.Rows));
        }
        team.Meet();
        return new(team, a, weights, one.Rows, one.Tails);
    }

    static ArrayView<double> Copy<TTeam>(TTeam team, ArrayView<double> from, ArrayView<double> to) where TTeam : struct, ITeam<TTeam>
    {
        for (int i = team.Rank; i < from.Length; i += team.Size)
            to[i] = from[i];
        return to;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Write<TFamily>(int d, Loaded one, ref Outcome<Real> outcome, in Slots slots, int exact, Results results) where TFamily : struct, IFamily<TFamily>
    {
        var numbers = results.Numbers;
        int count = (int)results.Codes.Length, at = d, k = TFamily.Slots;
        var v = slots.Report(one.Unit.Units, outcome.θ, outcome.Covariance, out var c);
        Put(numbers, ref at, count, v.X);
        if (k > 1)
            Put(numbers, ref at, count, v.Y);
        if (k > 2)
            Put(numbers, ref at, count, v.Z);
        if (exact != 0)
        {
            Put(numbers, ref at, count, c.XX);
            if (k > 1)
            {
                Put(numbers, ref at, count, c.XY);
                Put(numbers, ref at, count, c.YY);
            }
            if (k > 2)
            {
                Put(numbers, ref at, count, c.XZ);
                Put(numbers, ref at, count, c.YZ);
                Put(numbers, ref at, count, c.ZZ);
            }
            Put(numbers, ref at, count, one.Unit.LogLikelihood(outcome.Value + one.LogBase, one.Size));
        }
        Put(numbers, ref at, count, one.Size);
        results.Iterations[d] = (int)outcome.Iterations.Value;
        results.Codes[d] = one.Invalid != 0 ? Results.Invalid : (int)outcome.Code.Value;
        if (outcome.Code > 0.0)
            results.Outcomes[d] = outcome;
    }

    static void Put(ArrayView<double> numbers, ref int at, int count, double value)
    {
        numbers[at] = value;
        at += count;
    }

    /// <summary>Draws data sets of one length, one observation to a thread.</summary>
    /// <param name="u">What is known before the first draw.</param>
    /// <param name="replicate">The number of the first.</param>
    public static void Draw<TModel>(ArrayView<double> to, Vec3<Real> u, double trials, ulong seed, uint set, uint replicate, int length)
        where TModel : struct, IModel<TModel>
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX, nth = i / length;
        if (i >= to.Length)
            return;
        var random = new DrawStream(new(seed, Purpose.Data, set, replicate + (uint)nth), (uint)(i - nth * length));
        to[i] = TModel.Draw<Real, DrawStream>(u, trials, ref random);
    }

    /// <summary>The first of two deterministic stages of a sum over the whole grid: each group adds up one chunk.</summary>
    public static void Chunk<TReading, TSums>(TReading reading, int first, int rows, int chunk, ArrayView<TSums> parts)
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums>
    {
        var team = OneGroup.Join();
        int from = Grid.IdxX * chunk, to = from + chunk < rows ? from + chunk : rows, nth = 0;
        var sums = TSums.None;
        for (int row = from + team.Rank; row < to; row += team.Size)
            sums = reading.Add(sums, first + row, nth++);
        sums = sums.Over(team);
        if (team.Rank == 0)
            parts[Grid.IdxX] = sums;
    }

    /// <summary>The second stage: one group adds up the parts.</summary>
    public static void Fold<TSums>(ArrayView<TSums> parts, int count, ArrayView<TSums> total) where TSums : unmanaged, ISums<TSums>
    {
        var team = OneGroup.Join();
        var sums = TSums.None;
        for (int i = team.Rank; i < count; i += team.Size)
            sums = sums.Plus(parts[i]);
        sums = sums.Over(team);
        if (team.Rank == 0)
            total[0] = sums;
    }

    /// <summary>The first stage of the kernel's sum of a family.</summary>
    public static void KernelChunk<TFamily>(ArrayView<double> a, ArrayView<double> weights, int rows, int tails, Vec3<Real> η, int chunk, ArrayView<KernelSums> parts)
        where TFamily : struct, IFamily<TFamily>
    {
        var team = OneGroup.Join();
        int from = Grid.IdxX * chunk, length = from + chunk < rows ? chunk : rows - from;
        if (weights.Length > 0)
            weights = weights.SubView(from, length);
        // A table's row is its number: there is only ever one chunk of it.
        var sums = new DeviceSample<TFamily, OneGroup>(team, a.SubView(from, length), weights, length, tails).KernelSum<TFamily>(η, 1.0);
        if (team.Rank == 0)
            parts[Grid.IdxX] = new(sums);
    }
}

/// <summary>Value, score and Hessian as sums over chunks.</summary>
readonly struct KernelSums(Derivatives<Real> sums) : ISums<KernelSums>
{
    public readonly Derivatives<Real> Sums = sums;

    public static KernelSums None => default;

    public KernelSums Plus(KernelSums other) => new(Sums + other.Sums);

    public KernelSums Over<TTeam>(TTeam team) where TTeam : struct, ITeam<TTeam>
    {
        Vec3<Real> g = Sums.Score;
        Symmetric3<Real> h = Sums.Hessian;
        Row<Real> first = team.Sum(new(Sums.F, g.X, g.Y)), second = team.Sum(new(h.XX, h.XY, h.YY));
        Row<Real> third = team.Sum(new(g.Z, h.XZ, h.YZ)), last = team.Sum(new(h.ZZ));
        return new(new(first.A, first.B, first.C, third.A, second.A, second.B, second.C, third.B, third.C, last.A));
    }
}
