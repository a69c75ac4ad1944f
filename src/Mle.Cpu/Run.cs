using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>One call of Fit for one family: hands blocks of data sets to workers and writes what they find.</summary>
sealed class Run<TFamily, T, TJet>(FamilyInfo info, Batch batch, FitOptions options, Given given)
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, T>
{
    /// <summary>Observations in a worker's block: large against the cost of handing it out, small against the batch.</summary>
    const int BlockSize = 1 << 16;

    readonly FamilyInfo Info = info;
    readonly FitOptions Options = options;
    readonly Given Given = given;
    readonly FitTable Table = new(
        [.. info.Parameters.Select(p => p.Name)], given.FreeCount, batch.Count, options.Detail);
    readonly (Vec3<Real>, Vec3<Real>) region = TFamily.Region<Real>();

    /// <summary>The prior and the start of every data set where the options say nothing.</summary>
    Prior<Real> Plain => Given.Plain ? Given.Prior(new(0, 0), region) : default;

    static Vec3<Real> Nowhere => new(double.NaN, double.NaN, double.NaN);


    int Threads => Options.Threads > 0 ? Options.Threads : Environment.ProcessorCount;

    /// <summary>How many data sets are solved together.</summary>
    static int Side => Unsafe.SizeOf<T>() / sizeof(double);

    readonly bool restricted = given.Restricts<TFamily>();

    readonly bool orderFirst = TFamily.Keep != Keep.RowsAndMedian || OrderFirst(given);

    static bool OrderFirst(Given given)
    {
        var prior = given.Prior(new(0, 0), TFamily.Region<Real>());
        return TFamily.OrderFirst(prior.Known, prior.Free);
    }

    public FitTable Fit()
    {
        if (!batch.Trials.IsEmpty != TFamily.TakesTrials)
            throw new ArgumentException(TFamily.TakesTrials
                ? $"The family {Info.Name} needs a column of trials." : $"The family {Info.Name} takes no trials.");
        if (TFamily.IsUnbounded(Given.Prior(new(0, 0), region).Free))
            Table.Supremum = double.PositiveInfinity;
        var bounds = Blocks();
        long done = 0;
        // A giant data set keeps all workers busy by itself.
        bool giant = batch.Count < Threads;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = giant ? 1 : Threads, CancellationToken = Options.Cancellation };
        Parallel.For(0, bounds.Count - 1, parallel, () => new Worker(Plain, Nowhere), (block, _, worker) =>
        {
            Work(bounds[block], bounds[block + 1], giant ? Threads : 1, worker);
            if (Options.Progress is { } progress)
                progress.Report(Interlocked.Add(ref done, bounds[block + 1] - bounds[block]));
            return worker;
        }, worker => worker.Dispose());
        return Table;
    }

    /// <summary>Cuts the batch where blocks become large, at multiples of what is solved together.</summary>
    List<int> Blocks()
    {
        var offsets = batch.Bounds;
        List<int> bounds = [0];
        for (int d = Side; d < batch.Count; d += Side)
            if (offsets[d] - offsets[bounds[^1]] >= BlockSize || d - bounds[^1] >= BlockSize / 16)
                bounds.Add(d);
        bounds.Add(batch.Count);
        return bounds;
    }

    void Refuse(int d, string reason)
    {
        for (int i = 0; i < Info.Parameters.Length; i++)
        {
            Table.Estimates(i)[d] = double.NaN;
            if (Options.Detail == Detail.Complete)
                for (int j = 0; j <= i; j++)
                    Table.Covariances(i, j)[d] = double.NaN;
        }
        if (Options.Detail == Detail.Complete)
            Table.LogLikelihood[d] = double.NaN;
        Table.Size[d] = batch.Bounds[d + 1] - batch.Bounds[d];
        Table.Status[d] = Status.InvalidData;
        Table.Verdicts[d] = new(Status.InvalidData, reason);
    }

    /// <summary>
    /// Writes the lanes of an outcome as the fits that they belong to: links back to the reported scale in vectors, then
    /// units and places lane by lane.
    /// </summary>
    void Write(ReadOnlySpan<int> fits, bool ordered, Worker worker, ref Outcome<T> outcome)
    {
        var loaded = worker.Loaded;
        var lanes = MemoryMarshal.Cast<Outcome<T>, double>(MemoryMarshal.CreateSpan(ref outcome, 1));
        int k = Info.Parameters.Length;
        bool complete = Options.Detail == Detail.Complete;
        T one = 1.0;
        Span<T> slopes = stackalloc T[3];
        Span<T> column = stackalloc T[1];
        var values = MemoryMarshal.Cast<T, double>(column);
        for (int i = 0; i < k; i++)
        {
            var parameter = Info.Parameters[i];
            double[] estimates = Table.Estimates(i);
            if (!Given.IsFree(i))
            {
                slopes[i] = 0.0;
                foreach (int d in fits)
                    estimates[d] = Given.Known(i);
                continue;
            }
            T θ = Slot(outcome.θ, i);
            switch (parameter.Link)
            {
                case Link.Log:
                    column[0] = slopes[i] = T.Exp(θ);
                    break;
                case Link.Logit:
                    T e = T.Exp(-θ), v = one / (one + e);
                    column[0] = v;
                    slopes[i] = e * v * v;
                    break;
                default:
                    column[0] = θ;
                    slopes[i] = one;
                    break;
            }
            for (int l = 0; l < fits.Length; l++)
                estimates[fits[l]] = loaded[l].Unit.Map(parameter.Role, values[l]);
        }
        for (int l = 0; l < fits.Length; l++)
        {
            Table.Size[fits[l]] = loaded[l].Summary.Size;
            Table.Iterations[fits[l]] = (int)lanes[IterationsAt * Side + l];
        }
        if (complete)
        {
            var c = outcome.Covariance;
            ReadOnlySpan<T> packed = [c.XX, c.XY, c.YY, c.XZ, c.YZ, c.ZZ];
            for (int j = 0, at = 0; j < k; j++)
            {
                for (int i = 0; i <= j; i++, at++)
                {
                    column[0] = packed[at] * slopes[i] * slopes[j];
                    double[] covariances = Table.Covariances(i, j);
                    Role first = Info.Parameters[i].Role, second = Info.Parameters[j].Role;
                    for (int l = 0; l < fits.Length; l++)
                        covariances[fits[l]] = values[l] * loaded[l].Unit.Slope(first) * loaded[l].Unit.Slope(second);
                }
            }
            for (int l = 0; l < fits.Length; l++)
                Table.LogLikelihood[fits[l]] = loaded[l].Unit.LogLikelihood(lanes[ValueAt * Side + l] + loaded[l].LogBase, loaded[l].Summary.Size);
        }
        for (int l = 0; l < fits.Length; l++)
        {
            if (lanes[CodeAt * Side + l] == 0)
                continue;
            if (ordered)
                Judge(fits[l], loaded[l], worker.Priors[l], OneLane(lanes, l));
            else
                worker.Doubts.Add(fits[l]);
        }
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
    static readonly int ValueAt = Place(nameof(Outcome<T>.Value));
    static readonly int IterationsAt = Place(nameof(Outcome<T>.Iterations));
    static readonly int CodeAt = Place(nameof(Outcome<T>.Code));

    static int Place(string field) => (int)Marshal.OffsetOf<Outcome<Real>>(field) / sizeof(double);

    /// <summary>Puts a code into words, and takes back the numbers that it makes meaningless.</summary>
    void Judge(int d, in Loaded loaded, in Prior<Real> prior, in Outcome<Real> o)
    {
        int code = (int)o.Code.Value;
        var findings = new Findings(
            loaded.Summary, loaded.Unit, loaded.LogBase, prior.Known, prior.Free, o.θ, o.Value, o.LimitValue);
        var verdict = code switch
        {
            Codes.UserBound => OnUserBound(d, o),
            Codes.IterationLimit => new(Status.IterationLimit, $"no maximum was found in {o.Iterations.Value} iterations"),
            _ => TFamily.Explain(code, findings),
        };
        Table.Status[d] = verdict.Status;
        Table.Verdicts[d] = verdict;
        bool complete = Options.Detail == Detail.Complete;
        for (int i = 0; i < Info.Parameters.Length; i++)
        {
            bool free = Given.IsFree(i);
            string name = Info.Parameters[i].Name;
            if (free && verdict.Status == Status.Boundary && verdict.Limit is { } at && at.TryGetValue(name, out double edge))
                Table.Estimates(i)[d] = edge;
            else if (free && verdict.Status is Status.NoFiniteMle or Status.NotIdentified or Status.InvalidData)
                Table.Estimates(i)[d] = double.NaN;
            for (int j = 0; complete && j <= i; j++)
                if (!Keeps(verdict, i) || !Keeps(verdict, j))
                    Table.Covariances(i, j)[d] = free && Given.IsFree(j) ? double.NaN : 0;
            if (complete && free && verdict.StandardErrors is { } errors && errors.TryGetValue(name, out double error))
                Table.Covariances(i, i)[d] = error * error;
        }
        if (complete && verdict.Status is Status.NoFiniteMle or Status.InvalidData)
            Table.LogLikelihood[d] = double.NaN;
        else if (complete && verdict.Status is Status.Boundary or Status.NotIdentified && !double.IsNaN(verdict.Supremum))
            Table.LogLikelihood[d] = verdict.Supremum;
    }

    /// <summary>Whether the theory still gives this parameter a standard error: only beside an order statistic.</summary>
    bool Keeps(Verdict verdict, int slot) =>
        verdict.Status == Status.IterationLimit
        || verdict.Status == Status.Nonregular && HasOrderStatistic && Slot(TFamily.Smooth<Real>(), slot) > 0.0;

    static bool HasOrderStatistic => TFamily.Smooth<Real>() is { X: var x, Y: var y, Z: var z } && x * y * z == 0.0;

    static TSlot Slot<TSlot>(Vec3<TSlot> of, int slot) where TSlot : unmanaged, IReal<TSlot> => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    Verdict OnUserBound(int d, in Outcome<Real> o)
    {
        var held = new List<string>();
        double score = double.NaN;
        foreach (var (name, (low, high)) in Options.Bounds)
        {
            int slot = Array.FindIndex(Info.Parameters, p => p.Name == name);
            double v = Table.Estimates(slot)[d];
            bool onLow = Math.Abs(v - low) <= 1e-12 * Math.Abs(low);
            if (onLow || Math.Abs(v - high) <= 1e-12 * Math.Abs(high))
            {
                // What was linked and linked back may lie beyond the bound by a rounding.
                Table.Estimates(slot)[d] = v = onLow ? low : high;
                held.Add(FormattableString.Invariant($"{name} = {v}"));
                score = Slot(o.Score, slot);
            }
        }
        string bound = string.Join(", ", held);
        return new(Status.Boundary, $"the likelihood still rises beyond the given bound {bound}", Bound: bound, BoundScore: score);
    }

    /// <summary>
    /// Data sets from to to, as many side by side as a vector has lanes; one that is cut into chunks is solved alone, so
    /// that its columns need not wait in memory for others'.
    /// </summary>
    void Work(int from, int to, int threads, Worker worker)
    {
        for (int d = from; d < to;)
        {
            int fitted = 0;
            for (long rows = 0; d < to && fitted < Side && rows <= Loading.Chunk; d++)
            {
                rows += batch.Bounds[d + 1] - batch.Bounds[d];
                if (fitted > 0 && rows > Loading.Chunk)
                    break;
                ref var one = ref worker.Loaded[fitted];
                var space = worker.Spaces[TFamily.Keep == Keep.Sums ? 0 : fitted];
                Loading.Load<TFamily, T>(batch, d, Options.Detail, orderFirst, space, ref one);
                if (one.Invalid is { } reason)
                {
                    Refuse(d, reason);
                    continue;
                }
                worker.Samples[fitted] = space.Sample<TFamily, T>(one.Rows, threads);
                worker.Fits[fitted++] = d;
            }
            if (fitted > 0)
                Solve(fitted, orderFirst, worker);
        }
        foreach (int d in worker.Doubts)
        {
            var space = worker.Spaces[0];
            ref var one = ref worker.Loaded[0];
            Loading.Load<TFamily, T>(batch, d, Options.Detail, true, space, ref one);
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
            Put(worker.Summary, l, one.Summary);
            if (!Given.Plain)
            {
                worker.Priors[l] = Given.Prior(one.Unit, region);
                Put(worker.Prior, l, worker.Priors[l]);
                Put(worker.Start, l, Given.Start(one.Unit));
            }
        }
        Outcome<T> outcome = default;
        Estimation.Fit<TFamily, SideSample<TFamily, T>, T, T, TJet>(
            new(worker.Samples, fitted, worker.Derivatives), worker.Summary[0], worker.Prior[0], worker.Start[0], restricted,
            Given.Bounded, Options.IterationLimit, Options.Detail == Detail.Complete, ref outcome);
        Write(worker.Fits.AsSpan(0, fitted), ordered, worker, ref outcome);
    }

    /// <summary>Puts a structure of doubles into one lane of the same structure of vectors.</summary>
    static void Put<TVectors, TOne>(TVectors[] vectors, int lane, TOne one) where TVectors : unmanaged where TOne : unmanaged
    {
        var to = MemoryMarshal.Cast<TVectors, double>(vectors.AsSpan());
        var from = MemoryMarshal.Cast<TOne, double>(MemoryMarshal.CreateSpan(ref one, 1));
        for (int f = 0; f < from.Length; f++)
            to[f * Side + lane] = from[f];
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
        public readonly Prior<Real>[] Priors = new Prior<Real>[Side];
        public readonly Prior<T>[] Prior = new Prior<T>[1];
        public readonly Vec3<T>[] Start = new Vec3<T>[1];

        public void Dispose()
        {
            foreach (var space in Spaces)
                space.Dispose();
        }

        public Worker(Prior<Real> prior, Vec3<Real> start)
        {
            for (int l = 0; l < Side; l++)
            {
                Priors[l] = prior;
                Put(Prior, l, prior);
                Put(Start, l, start);
            }
        }
    }
}
