using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>One call of Fit for one family: hands blocks of data sets, or of their replicates, to workers and writes what they find.</summary>
/// <param name="replicates">What is fitted in place of the batch's own data sets; null for these.</param>
sealed class Run<TFamily, T, TJet>(FamilyInfo info, Batch batch, FitOptions options, Given given, Replicates? replicates = null)
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, T>
{
    /// <summary>Observations in a worker's block: large against the cost of handing it out, small against the batch.</summary>
    const int BlockSize = 1 << 16;

    readonly Judgement<TFamily> judgement = new(info, batch, options, given, replicates?.Fits);

    readonly int count = replicates?.Fits ?? batch.Count;

    readonly bool robust = options.Information == Information.Robust && options.Detail == Detail.Complete;

    readonly bool restricted = given.Restricts<TFamily>();

    /// <summary>Whether data sets are sums and nothing else, so that they can be loaded side by side.</summary>
    readonly bool collapses = TFamily.Keep == Keep.Sums && replicates is null && batch.Weights.IsEmpty && batch.Trials.IsEmpty && given.IsShared
        && (options.Detail == Detail.Estimates || options.Information != Information.Robust);

    FitTable Table => judgement.Table;

    Replicates? Replicates => replicates;

    Detail Detail => options.Detail;

    /// <summary>How many data sets are solved together.</summary>
    static int Side => Unsafe.SizeOf<T>() / sizeof(double);

    public FitTable Fit()
    {
        var bounds = Blocks();
        long done = 0;
        // A giant data set keeps all workers busy by itself.
        bool giant = count < options.Workers;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = giant ? 1 : options.Workers, CancellationToken = options.Cancellation };
        Parallel.For(0, bounds.Count - 1, parallel, () => new Worker(this), (block, _, worker) =>
        {
            Work(bounds[block], bounds[block + 1], giant ? options.Workers : 1, worker);
            if (options.Progress is { } progress)
                progress.Report(Interlocked.Add(ref done, bounds[block + 1] - bounds[block]));
            return worker;
        }, worker => worker.Dispose());
        return Table;
    }

    /// <summary>Cuts the batch where blocks become large, at multiples of what is solved together.</summary>
    List<int> Blocks()
    {
        List<int> bounds = [0];
        long rows = 0;
        for (int d = 0; d < count; d += Side)
        {
            if (rows >= BlockSize || d - bounds[^1] >= BlockSize / 16)
            {
                bounds.Add(d);
                rows = 0;
            }
            rows += Rows(d, Math.Min(d + Side, count));
        }
        bounds.Add(count);
        return bounds;
    }

    long Rows(int from, int to)
    {
        if (replicates is null)
            return batch.Bounds[to] - batch.Bounds[from];
        long rows = 0;
        for (int d = from; d < to; d++)
            rows += replicates.Length(d);
        return rows;
    }

    [MethodImpl(AggressiveInlining)]
    long Length(int d) => replicates?.Length(d) ?? batch.Bounds[d + 1] - batch.Bounds[d];

    /// <summary>Data set d, of these columns where it is the batch's own.</summary>
    void Load(int d, in Columns columns, bool ordered, int threads, Worker worker, Workspace space, ref Loaded one)
    {
        if (worker.Replicated is { } replicated)
        {
            replicated.Load(d / replicates!.Count, d % replicates.Count, ordered, space, ref one);
            return;
        }
        Loading.Load<TFamily, T>(columns.Of(batch.Bounds, d), options.Detail, ordered, robust, threads, space, ref one);
    }

    /// <summary>
    /// Writes the lanes of an outcome as the fits that they belong to: links back to the reported scale in vectors, then
    /// units and places lane by lane.
    /// </summary>
    void Write(ReadOnlySpan<int> fits, bool ordered, Worker worker, ref Outcome<T> outcome)
    {
        var loaded = worker.Loaded;
        var lanes = MemoryMarshal.Cast<Outcome<T>, double>(MemoryMarshal.CreateSpan(ref outcome, 1));
        bool complete = options.Detail == Detail.Complete;
        var estimate = judgement.Slots.Report(worker.Unit[0], outcome.θ, outcome.Covariance, out var covariance);
        var values = MemoryMarshal.Cast<Vec3<T>, double>(MemoryMarshal.CreateSpan(ref estimate, 1));
        var packed = MemoryMarshal.Cast<Symmetric3<T>, double>(MemoryMarshal.CreateSpan(ref covariance, 1));
        for (int i = 0; i < TFamily.Slots; i++)
            Scatter(values[(i * Side)..], fits, Table.Estimates(i));
        for (int j = 0, at = 0; complete && j < TFamily.Slots; j++)
            for (int i = 0; i <= j; i++, at += Side)
                Scatter(packed[at..], fits, Table.Covariances(i, j));
        ref var size = ref worker.Summary[0].Size;
        Scatter(Lane.All(ref size), fits, Table.Size);
        if (complete)
        {
            T ℓ = outcome.Value + worker.LogBase[0] - size * worker.Unit[0].LogScale;
            Scatter(Lane.All(ref ℓ), fits, Table.LogLikelihood);
        }
        for (int l = 0; l < fits.Length; l++)
        {
            if (given.IsIndividual)
                PutKnown(fits[l]);
            Table.Iterations[fits[l]] = (int)lanes[IterationsAt * Side + l];
        }
        for (int l = 0; T.AnyLess(0.0, outcome.Code) && l < fits.Length; l++)
        {
            if (lanes[CodeAt * Side + l] == 0)
                continue;
            if (ordered)
                judgement.Judge(fits[l], loaded[l].Summary, loaded[l].Unit, loaded[l].LogBase, worker.Priors[l], OneLane(lanes, l));
            else
                worker.Doubts.Add(fits[l]);
        }
    }

    /// <summary>The lanes of a report share what is known; a data set's own values come after.</summary>
    void PutKnown(int d)
    {
        var slots = given.SlotsOf(d);
        for (int i = 0; i < TFamily.Slots; i++)
            if ((i == 0 ? slots.X : i == 1 ? slots.Y : slots.Z) is { IsFree: false, Known: var known })
                Table.Estimates(i)[d] = known;
    }

    static void Scatter(ReadOnlySpan<double> lanes, ReadOnlySpan<int> fits, double[] column)
    {
        for (int l = 0; l < fits.Length; l++)
            column[fits[l]] = lanes[l];
    }

    static Outcome<Real> OneLane(Span<double> lanes, int l)
    {
        Outcome<Real> one = default;
        var fields = MemoryMarshal.Cast<Outcome<Real>, double>(MemoryMarshal.CreateSpan(ref one, 1));
        for (int f = 0; f < fields.Length; f++)
            fields[f] = lanes[f * Side + l];
        return one;
    }

    // Places of fields in an outcome, which is nothing but T after R.
    static readonly int IterationsAt = Place(nameof(Outcome<T>.Iterations));
    static readonly int CodeAt = Place(nameof(Outcome<T>.Code));

    // How many of a summary's fields stand before its order statistics.
    static readonly int Unordered = (int)Marshal.OffsetOf<Summary<Real>>(nameof(Summary<Real>.Order)) / sizeof(double);

    static int Place(string field) => (int)Marshal.OffsetOf<Outcome<Real>>(field) / sizeof(double);

    /// <summary>
    /// Data sets from to to, as many side by side as a vector has lanes; one that is cut into chunks is solved alone, so
    /// that its columns need not wait in memory for others'.
    /// </summary>
    void Work(int from, int to, int threads, Worker worker)
    {
        var columns = new Columns(batch);
        for (int d = from; d < to;)
        {
            if (collapses && to - d >= Side && Collapsed.TryLoad<TFamily, T>(
                columns.X, batch.Bounds.AsSpan(d, Side + 1), options.Detail == Detail.Complete, ref worker.Summary[0], ref worker.Unit[0], ref worker.LogBase[0]))
            {
                for (int l = 0; l < Side; l++)
                    worker.Fits[l] = d + l;
                Maximize(Side, false, worker);
                d += Side;
                continue;
            }
            int fitted = 0;
            for (long rows = 0; d < to && fitted < Side && rows <= Loading.Chunk; d++)
            {
                long length = Length(d);
                if (judgement.Refuses(d, length))
                    continue;
                rows += length;
                if (fitted > 0 && rows > Loading.Chunk)
                    break;
                ref var one = ref worker.Loaded[fitted];
                var space = worker.Spaces[TFamily.Keep == Keep.Sums ? 0 : fitted];
                Load(d, columns, judgement.OrderFirst, threads, worker, space, ref one);
                if (one.Invalid is { } reason)
                {
                    judgement.Refuse(d, length, reason);
                    continue;
                }
                if (TFamily.Keep != Keep.Sums)
                    worker.Samples[fitted] = space.Sample<TFamily, T>(one.Rows, threads);
                worker.Fits[fitted++] = d;
            }
            if (fitted > 0)
                Solve(fitted, judgement.OrderFirst, worker);
        }
        foreach (int d in worker.Doubts)
        {
            var space = worker.Spaces[0];
            ref var one = ref worker.Loaded[0];
            Load(d, columns, true, threads, worker, space, ref one);
            worker.Samples[0] = space.Sample<TFamily, T>(one.Rows, threads);
            worker.Fits[0] = d;
            Solve(1, true, worker);
        }
        worker.Doubts.Clear();
    }

    void Solve(int fitted, bool ordered, Worker worker)
    {
        for (int l = 0; l < Side; l++)
        {
            ref var one = ref worker.Loaded[l < fitted ? l : 0];
            Lane.Put(worker.Summary.AsSpan(), l, one.Summary, TFamily.Keep == Keep.RowsAndMedian ? Unsafe.SizeOf<Summary<Real>>() / sizeof(double) : Unordered);
            if (TFamily.Equivariance != Equivariance.None)
                Lane.Put(worker.Unit.AsSpan(), l, one.Unit.Units);
            if (!given.IsShared)
            {
                var slots = judgement.SlotsOf(worker.Fits[l < fitted ? l : 0]);
                worker.Priors[l] = judgement.Prior(slots, one.Unit);
                Lane.Put(worker.Prior.AsSpan(), l, worker.Priors[l]);
                Lane.Put(worker.Start.AsSpan(), l, slots.Start(one.Unit));
            }
            Lane.At(ref worker.LogBase[0], l) = one.LogBase;
        }
        Maximize(fitted, ordered, worker);
    }

    void Maximize(int fitted, bool ordered, Worker worker)
    {
        ref var outcome = ref worker.Outcome[0];
        if (TFamily.StartIsMaximum && !restricted && options.Detail == Detail.Estimates)
            Estimation.Closed<TFamily, T>(worker.Summary[0], worker.Prior[0], ref outcome);
        else if (TFamily.Keep == Keep.Sums)
            Estimate(new NoRows<T>(), worker, ref outcome);
        else
            Estimate(new SideSample<TFamily, T>(worker.Samples, fitted, worker.Derivatives), worker, ref outcome);
        if (robust)
            Sandwich(fitted, worker, ref outcome);
        Write(worker.Fits.AsSpan(0, fitted), ordered, worker, ref outcome);
    }

    void Estimate<TSample>(in TSample sample, Worker worker, ref Outcome<T> outcome) where TSample : struct, ISample<T, T> =>
        Estimation.Fit<TFamily, TSample, T, T, TJet>(
            sample, worker.Summary[0], worker.Prior[0], worker.Start[0], restricted, given.Bounded, options.IterationLimit,
            options.Detail == Detail.Complete, ref outcome);

    /// <summary>A⁻¹BA⁻¹ in place of the inverse information A⁻¹, with B = Σ w s sᵀ of the rows' scores.</summary>
    void Sandwich(int fitted, Worker worker, ref Outcome<T> outcome)
    {
        Vec3<T> free = worker.Prior[0].Free, smooth = TFamily.Smooth<T>();
        var moving = new Vec3<T>(free.X * smooth.X, free.Y * smooth.Y, free.Z * smooth.Z);
        var points = MemoryMarshal.Cast<Vec3<T>, double>(MemoryMarshal.CreateSpan(ref outcome.θ, 1));
        for (int l = 0; l < Side; l++)
        {
            int of = l < fitted ? l : 0;
            Lane.Put(worker.Spread.AsSpan(), l, TFamily.Keep == Keep.Sums ? worker.Loaded[of].Spread
                : Scores<TFamily, T, TJet>.Squares(worker.Samples[of], new(points[of], points[Side + of], points[2 * Side + of])));
        }
        var b = TFamily.Keep == Keep.Sums ? Scores<TFamily, T, TJet>.Squares(worker.Spread[0], outcome.θ) : worker.Spread[0];
        outcome.Covariance = Scores<TFamily, T, TJet>.Between(outcome.Covariance, b, moving);
    }

    /// <summary>What one worker keeps from group to group.</summary>
    sealed class Worker : IDisposable
    {
        public readonly Workspace[] Spaces = [.. Enumerable.Range(0, Side).Select(_ => new Workspace())];
        public readonly Loaded[] Loaded = new Loaded[Side];
        public readonly int[] Fits = new int[Side];

        /// <summary>Fits to be done again with order statistics.</summary>
        public readonly List<int> Doubts = [];

        public readonly LaneSample<TFamily, T>[] Samples = new LaneSample<TFamily, T>[Side];
        public readonly Derivatives<T>[] Derivatives = new Derivatives<T>[1];
        public readonly Summary<T>[] Summary = new Summary<T>[1];
        public readonly Units<T>[] Unit = new Units<T>[1];
        public readonly T[] LogBase = new T[1];
        public readonly Outcome<T>[] Outcome = new Outcome<T>[1];
        public readonly Prior<Real>[] Priors = new Prior<Real>[Side];
        public readonly Prior<T>[] Prior = new Prior<T>[1];
        public readonly Vec3<T>[] Start = new Vec3<T>[1];
        public readonly Symmetric3<T>[] Spread = new Symmetric3<T>[1];

        /// <summary>What is fitted in place of data sets as they are, or null.</summary>
        public readonly Replicated<TFamily, T>? Replicated;

        public void Dispose()
        {
            foreach (var space in Spaces)
                space.Dispose();
            Replicated?.Dispose();
        }

        public Worker(Run<TFamily, T, TJet> run)
        {
            if (run.Replicates is { } replicates)
                Replicated = new(replicates, run.Detail, run.robust);
            // Of every data set, where one serves them all.
            var none = new Standardization(0, 0);
            var prior = run.judgement.Prior(run.judgement.Slots, none);
            for (int l = 0; l < Side; l++)
            {
                Priors[l] = prior;
                Lane.Put(Unit.AsSpan(), l, none.Units);
                Lane.Put(Prior.AsSpan(), l, prior);
                Lane.Put(Start.AsSpan(), l, run.judgement.Slots.Start(none));
            }
        }
    }
}
