using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>
/// One call of Fit for one model: every data set as a design, climbed by the solver and judged.
/// </summary>
abstract partial class Regression<TRows, TResponse, T>
    where TRows : struct, IResponseRows where TResponse : struct, IResponse<T> where T : unmanaged, IReal<T>
{
    /// <summary>Blocks from which on a sixteenth of them is fitted first, to start the others from.</summary>
    const int LargeFrom = 256, Part = 16;

    readonly TRows rows;
    readonly TResponse response;
    readonly ReadOnlyMemory<double>[] columns;
    readonly bool[] isCentered;
    readonly int[][] predictors;

    protected Regression(IEngine engine, Family family, Batch batch, FitOptions options, Layout layout, TRows rows, TResponse response)
    {
        (Engine, Family, Batch, Options, Layout, this.rows, this.response) = (engine, family, batch, options, layout, rows, response);
        Table = new([.. layout.All.Select(r => r.Name)], layout.Free, batch.Count, options.Detail);
        columns = Unique(layout, out isCentered, out predictors);
        IsPredicted = layout.Slots.Any(s => s.Columns.Any(c => !c.IsEmpty) || !s.Offset.IsEmpty);
    }

    /// <summary>What other fits that this one needs are made by.</summary>
    protected IEngine Engine { get; }

    protected Family Family { get; }

    protected Batch Batch { get; }

    protected FitOptions Options { get; }

    protected Layout Layout { get; }

    protected FitTable Table { get; }

    protected bool IsPredicted { get; }

    protected virtual Equivariance Equivariance => Equivariance.None;

    bool Sampled => Batch.Weighting == Weighting.Sampling;

    bool Robust => Sampled || Options.Information == Information.Robust;

    /// <summary>Columns that are the same memory and moved in the same way are kept once.</summary>
    static ReadOnlyMemory<double>[] Unique(Layout layout, out bool[] centered, out int[][] places)
    {
        List<(ReadOnlyMemory<double> Column, bool Centered)> unique = [];
        places = new int[layout.Slots.Count][];
        for (int s = 0; s < places.Length; s++)
        {
            bool free = layout.HasFreeIntercept(s);
            places[s] = new int[layout.Slots[s].Columns.Count];
            for (int j = 0; j < places[s].Length; j++)
            {
                (ReadOnlyMemory<double>, bool) column = (layout.Slots[s].Columns[j], free && !layout.Slots[s].Columns[j].IsEmpty);
                int at = unique.IndexOf(column);
                if (at < 0)
                {
                    at = unique.Count;
                    unique.Add(column);
                }
                places[s][j] = at;
            }
            for (int r = 0; r < s; r++)
                if (places[r].AsSpan().SequenceEqual(places[s]))
                    places[s] = places[r];
        }
        centered = [.. unique.Select(u => u.Centered)];
        return [.. unique.Select(u => u.Column)];
    }

    public FitTable Fit()
    {
        Check();
        long done = 0;
        void Report() => Options.Progress?.Report(Interlocked.Increment(ref done));
        if (Climb([]))
        {
            foreach (var together in Together())
            {
                Options.Cancellation.ThrowIfCancellationRequested();
                var workers = new Worker[together.Length];
                Parallel.For(0, workers.Length, new() { MaxDegreeOfParallelism = Options.Workers }, i =>
                {
                    workers[i] = new(this, Options.Workers);
                    workers[i].Load(together[i]);
                });
                Climb([.. workers.Where(w => w.Ascent is not null && !w.Design.IsStreamed).Select(w => w.Ascent!)]);
                foreach (var worker in workers)
                {
                    if (worker.Design.IsStreamed)
                        worker.Climb();
                    worker.Report();
                    worker.Design.Release();
                    Report();
                }
            }
            return Table;
        }
        bool giant = Batch.Count < Options.Workers;
        Parallel.For(0, Batch.Count, new() { MaxDegreeOfParallelism = giant ? 1 : Options.Workers, CancellationToken = Options.Cancellation },
            () => new Worker(this, giant ? Options.Workers : 1), (d, _, worker) =>
            {
                Options.Cancellation.ThrowIfCancellationRequested();
                worker.Load(d);
                worker.Climb();
                worker.Report();
                Report();
                return worker;
            }, worker => worker.Design.Release());
        return Table;
    }

    /// <summary>Climbs of several data sets on a device; false where there is none that can, also of no data sets.</summary>
    protected virtual bool Climb(IReadOnlyList<Ascent> ascents) => false;

    /// <summary>Data sets in groups that a device is handed at once.</summary>
    IEnumerable<int[]> Together()
    {
        const long most = 1 << 24;
        List<int> group = [];
        long numbers = 0;
        for (int d = 0; d < Batch.Count; d++)
        {
            long own = (Batch.Offsets[d + 1] - Batch.Offsets[d]) * (columns.Length + rows.Statistics + 2);
            if (group.Count > 0 && numbers + own > most)
            {
                yield return [.. group];
                (group, numbers) = ([], 0);
            }
            group.Add(d);
            numbers += own;
        }
        yield return [.. group];
    }

    /// <summary>Refuses what cannot be climbed.</summary>
    protected virtual void Check()
    {
        CheckColumns();
        if (Options.Penalty.Firth && response.Slots > 1)
            throw new ArgumentException($"Firth's penalty is there for models with one predictor and no other parameter, and {Family.Name} has {response.Slots}.");
    }

    void CheckColumns()
    {
        long n = Batch.Values.Length;
        if (!Batch.Trials.IsEmpty && !rows.TakesTrials)
            throw new ArgumentException($"The family {Family.Name} takes no trials.");
        foreach (var (name, column) in new[] { ("upper bounds", Batch.Upper), ("weights", Batch.Weights), ("trials", Batch.Trials) }
            .Concat(Layout.Slots.SelectMany(s => s.Columns.Append(s.Offset).Select(c => ("a predictor", c)))))
            if (!column.IsEmpty && column.Length != n)
                throw new ArgumentException($"A column of {name} has {column.Length} entries, and there are {n} rows.");
    }

    /// <summary>The predictors of data set d to start from, were they constants, in standardised units.</summary>
    protected abstract void Start(int d, Standardization unit, Span<double> u);

    /// <summary>Another start, for a climb that did not end at a maximum; false where there is none.</summary>
    protected virtual bool StartAgain(int d, Rows<TRows> data, Standardization unit, Span<double> u) => false;

    /// <summary>Whether the other start is tried too where the first led to a maximum.</summary>
    protected virtual bool HasSeveralMaxima => false;

    /// <summary>A maximum that needs no climbing.</summary>
    protected virtual bool Closed(int d, int from, int to, Rows<TRows> data) => false;

    /// <summary>What a slot's predictor is multiplied by, and what is added, when the unit of the data changes.</summary>
    (double Factor, double Center, double Shift) Moved(int slot, Standardization unit) => Layout.Parameters[slot].Role switch
    {
        Role.Location => (unit.Scale, unit.Center, 0),
        Role.Scale when Layout.Parameters[slot].Link == Link.Identity => (unit.Scale, 0, 0),
        Role.Scale or Role.LogScale => (1, 0, -unit.LogScale),
        Role.Rate => (1, 0, unit.LogScale),
        _ => (1, 0, 0),
    };

    /// <summary>What one worker keeps from data set to data set.</summary>
    protected sealed class Worker(Regression<TRows, TResponse, T> run, int threads)
    {
        readonly Rows<TRows> data = new(run.rows, run.Batch, run.IsPredicted);
        readonly Design design = new();
        readonly Likelihood<TResponse, T> likelihood = new(run.response) { Threads = threads, Cancellation = run.Options.Cancellation };
        readonly double[] means = new double[run.columns.Length], scales = new double[run.columns.Length];
        readonly int count = run.Layout.All.Count;
        readonly double[] to = new double[run.Layout.All.Count], there = new double[DenseJet<HostStore>.Room(run.Layout.All.Count)];
        Ascent? room;
        Filler? filler;
        int d;

        /// <summary>Σ w log h over exact rows, and the weight of these.</summary>
        double logBase, exactSize;

        Standardization unit;

        /// <summary>The climb of the data set that was loaded last; null where none is needed.</summary>
        public Ascent? Ascent { get; private set; }

        /// <summary>Reads a data set, and refuses it or answers at once where that can be done.</summary>
        public void Load(int d)
        {
            int from = (int)run.Batch.Offsets[d], end = (int)run.Batch.Offsets[d + 1];
            (this.d, Ascent) = (d, null);
            if (run.Layout.Refuses(d) is { } refusal)
            {
                run.Refuse(d, end - from, refusal);
                return;
            }
            if ((data.Sort(from, end) ?? Unfinished(from, end)) is { } fault)
            {
                run.Refuse(d, end - from, fault);
                return;
            }
            run.Table.Size[d] = data.Size;
            if (run.Closed(d, from, end, data))
                return;
            Load(from, end);
            Ascent = room ??= new(design, count);
            Ascent.Known = run.Known();
            Ascent.Ridge = run.Ridge(this);
            Begin(d);
        }

        public void Climb()
        {
            if (Ascent is null)
                return;
            bool firth = run.Options.Penalty.Firth;
            likelihood.Firth = firth;
            if (design.Blocks >= LargeFrom && !run.Layout.HasStart(d))
            {
                // A part answers well enough to start the whole near its maximum; where it does not, nothing is lost.
                double[] kept = [.. Ascent.Point];
                likelihood.Stride = Part;
                Climb(exact: false);
                if (Ascent.Ending != Ending.Converged)
                    kept.CopyTo(Ascent.Point, 0);
                likelihood.Stride = 1;
            }
            Ascent.Iterations = 0;
            Climb(IsExact);
            if (!firth)
                return;
            Settle();
            // What is reported is of the likelihood alone.
            likelihood.Firth = false;
            likelihood.At(Ascent, Ascent.Point, Ascent.Numbers);
        }

        /// <summary>
        /// Climbs again from where a climb ended for as long as steps get shorter: with Firth's penalty a part of the Hessian
        /// is left out, and each step shortens the way to the maximum by a factor instead of squaring it.
        /// </summary>
        void Settle()
        {
            for (double last = double.PositiveInfinity; Ascent!.Ending == Ending.Converged;)
            {
                double[] before = [.. Ascent.Point];
                Climb(exact: true);
                double step = before.Zip(Ascent.Point, (a, b) => Math.Abs(a - b)).Max();
                if (!(step < last))
                    return;
                last = step;
            }
        }

        /// <summary>Whether value and information are wanted at the estimate, and not one short step before it.</summary>
        bool IsExact => run.Options.Detail == Detail.Complete;

        void Climb(bool exact) => Climb(exact, run.Options.IterationLimit);

        void Climb(bool exact, int limit)
        {
            var climb = new Climb<TResponse, T>(likelihood, Ascent!);
            DensePoint<HostStore> point = new(new(Ascent!.Point), count), other = new(new(to), count);
            DenseJet<HostStore> jet = new(new(Ascent.Numbers), count), next = new(new(there), count);
            Real ending = Newton.Maximize<Climb<TResponse, T>, DensePoint<HostStore>, DenseJet<HostStore>, Real>(
                ref climb, ref point, ref other, ref jet, ref next, 0.0, limit, exact ? Newton.NoStep : double.PositiveInfinity, out Real steps);
            (Ascent.Ending, Ascent.Iterations) = ((Ending)(int)(double)ending, Ascent.Iterations + (int)(double)steps);
        }

        public void Report()
        {
            if (Ascent is null)
                return;
            Span<double> u = stackalloc double[run.Layout.Slots.Count];
            // What is said of the whole likelihood must not hang on where a start that was given leads.
            if (run.Layout.HasStart(d) && IsDoubtful)
            {
                run.Start(d, unit, u);
                ClimbAgain(u);
            }
            if (IsDoubtful && run.StartAgain(d, data, unit, u))
                ClimbAgain(u);
            run.Table.Iterations[d] = Ascent.Iterations;
            run.Report(d, this, Ascent.Ending, Ascent.Known);
        }

        bool IsDoubtful => run.HasSeveralMaxima || Ascent!.Ending != Ending.Converged;

        /// <summary>From other predictors; the better maximum is kept.</summary>
        void ClimbAgain(ReadOnlySpan<double> u)
        {
            var (ending, steps) = (Ascent!.Ending, Ascent.Iterations);
            double[] point = [.. Ascent.Point], numbers = [.. Ascent.Numbers];
            Begin(u);
            Climb(IsExact);
            Ascent.Iterations += steps;
            if (ending == Ending.Converged && !(Ascent.Ending == Ending.Converged && Ascent.Numbers[0] > numbers[0]))
            {
                Ascent.Ending = ending;
                point.CopyTo(Ascent.Point, 0);
                numbers.CopyTo(Ascent.Numbers, 0);
            }
        }

        /// <summary>Scales of the columns; what is no number is found by the way.</summary>
        string? Unfinished(int from, int end)
        {
            for (int c = 0; c < run.columns.Length; c++)
                if (!Moments(run.columns[c], from, end, run.isCentered[c], out means[c], out scales[c]))
                    return Odd(from, end);
            return run.Layout.Slots.All(s => Moments(s.Offset, from, end, false, out _, out _)) ? null : Odd(from, end);
        }

        string? Odd(int from, int end)
        {
            foreach (var slot in run.Layout.Slots)
                foreach (var (name, column) in slot.Terms.Zip(slot.Columns).Append(("the offset", slot.Offset)))
                    for (int i = from; !column.IsEmpty && i < end; i++)
                        if (!double.IsFinite(column.Span[i]))
                            return FormattableString.Invariant($"row {i - from + 1}: {name} = {column.Span[i]} must be a finite number");
            return "a column's squares overflow";
        }

        /// <returns>Whether all numbers are finite and not too large to be squared.</returns>
        static bool Moments(ReadOnlyMemory<double> column, int from, int end, bool center, out double mean, out double scale)
        {
            (mean, scale) = (0, 1);
            if (column.IsEmpty)
                return true;
            var x = column.Span[from..end];
            double origin = center ? x[0] : 0;
            var (sum, squares) = Powers(x, origin);
            if (center)
            {
                mean = origin + sum / x.Length;
                // The origin is a value too, which leaves at least an n-th of the squares.
                squares -= sum * (sum / x.Length);
            }
            double size = Math.Sqrt(squares / x.Length);
            if (size > 0 && double.IsFinite(size))
                scale = Math.ScaleB(1, Math.ILogB(size));
            return double.IsFinite(size);
        }

        /// <summary>Σ (x − m) and Σ (x − m)².</summary>
        static (double Sum, double Squares) Powers(ReadOnlySpan<double> x, double mean)
        {
            T sum = 0.0, squares = 0.0, m = mean;
            int lanes = Unsafe.SizeOf<T>() / sizeof(double), i = 0;
            ref double at = ref MemoryMarshal.GetReference(x);
            for (; i + lanes <= x.Length; i += lanes)
            {
                T d = Lanes.ReadAhead<T>(ref at, i) - m;
                sum += d;
                squares = T.MultiplyAdd(d, d, squares);
            }
            var (total, square) = (T.Sum(sum), T.Sum(squares));
            for (; i < x.Length; i++)
                (total, square) = (total + (x[i] - mean), square + (x[i] - mean) * (x[i] - mean));
            return (total, square);
        }

        void Load(int from, int end)
        {
            unit = run.UnitOf(data, from, end);
            var layout = run.Layout;
            bool intervals = data.HasIntervals || data.Count(Kind.Left) > 0;
            int statistics = run.rows.Statistics;
            design.Shape(run.columns.Length, intervals ? 2 * statistics : statistics, run.predictors,
                [.. layout.Slots.Select(s => !s.Offset.IsEmpty)], [.. Enumerable.Range(0, layout.Slots.Count).Select(s => run.Moved(s, unit).Shift)],
                [data.Count(Kind.Exact), data.Count(Kind.Right), data.Count(Kind.Left), data.Count(Kind.Interval)],
                run.Options.DesignLimit, () => new Filler(run, this, intervals).Fill);
            // Its memory serves the next data set too: with new memory 500 rows take 1.06 of the time.
            if (filler?.Intervals != intervals)
                filler = new(run, this, intervals);
            filler.Begin();
            design.Load(filler.Fill);
            (logBase, exactSize) = (filler.LogBase, filler.Size);
        }

        void Begin(int d)
        {
            Span<double> u = stackalloc double[run.Layout.Slots.Count];
            if (!run.Layout.IsGiven(d))
                run.Start(d, unit, u);
            Begin(u);
            Given(run.Layout.Start, Ascent!.Point);
            Given(run.Layout.Known, Ascent.Point);
        }

        void Begin(ReadOnlySpan<double> u)
        {
            var layout = run.Layout;
            double[] β = Ascent!.Point;
            Array.Clear(β);
            for (int s = 0; s < u.Length; s++)
            {
                int intercept = layout.Intercept(s);
                if (intercept < 0)
                    continue;
                double offset = 0;
                if (!layout.Slots[s].Offset.IsEmpty)
                {
                    var o = layout.Slots[s].Offset.Span[(int)run.Batch.Offsets[d]..(int)run.Batch.Offsets[d + 1]];
                    foreach (double one in o)
                        offset += one / o.Length;
                    offset /= run.Moved(s, unit).Factor;
                }
                β[design.At[s] + intercept] = u[s] - design.Shifts[s] - offset;
            }
            Given(layout.Known, β);
        }

        /// <summary>Coefficients on the reported scale, where they are given, in the design's own.</summary>
        void Given(Func<int, int, double> values, double[] β)
        {
            for (int i = 0; i < count; i++)
                if (!double.IsNaN(values(i, d)))
                    β[i] = (run.Layout.All[i].Link.Coordinate(values(i, d)) - Center(i)) / Slopes(i).Own;
            // An intercept that is given takes up the means of columns; one that is not is that of the centred columns already.
            for (int i = 0; i < count; i++)
                if (!double.IsNaN(values(i, d)) && Slopes(i).Intercept != 0 && !double.IsNaN(values(Intercept(i), d)))
                    β[Intercept(i)] -= values(i, d) * Slopes(i).Intercept / (Slopes(i).Own * Slopes(Intercept(i)).Own);
        }

        /// <summary>The intercept of the predictor that a coefficient belongs to.</summary>
        int Intercept(int i) => design.At[run.Layout.All[i].Slot] + run.Layout.Intercept(run.Layout.All[i].Slot);

        /// <summary>A log-likelihood with all constants, in the units of the data.</summary>
        public double Complete(double ℓ) => unit.LogLikelihood(ℓ + logBase, exactSize);

        /// <summary>Reads a data set and stands at a point of the reported parameters, with the jet of all coefficients there.</summary>
        /// <exception cref="ArgumentException">A row cannot be.</exception>
        public void Stand(int d, double[] at)
        {
            int from = (int)run.Batch.Offsets[d], end = (int)run.Batch.Offsets[d + 1];
            this.d = d;
            if ((data.Sort(from, end) ?? Unfinished(from, end)) is { } fault)
                throw new ArgumentException($"These data have no likelihood: {fault}.");
            Load(from, end);
            Ascent = new(design, count);
            Given((i, _) => at[i], Ascent.Point);
            likelihood.At(Ascent, Ascent.Point, Ascent.Numbers);
        }

        /// <summary>
        /// log f of every row of the data set, complete and unweighted, and its slopes in the predictors in the design's units,
        /// slot by slot; 0 for rows without weight.
        /// </summary>
        public (double[] LogLikelihood, double[][] Slopes) Rowwise()
        {
            int from = (int)run.Batch.Offsets[d], n = (int)run.Batch.Offsets[d + 1] - from, slots = run.Layout.Slots.Count;
            var values = new double[n];
            double[][] slopes = [.. Enumerable.Range(0, slots).Select(_ => new double[n])];
            double shared = 0;
            var sharedSlopes = new double[slots];
            likelihood.Rows(design, Point, (held, block, log, derivatives) =>
            {
                var (kind, first, count) = design.Rows(block);
                for (int r = 0; r < count; r++)
                {
                    var (i, denominator) = data.At(kind, first + r);
                    double w = held.Data[held.Weights(block) + r], sign = denominator ? -1 : 1;
                    bool all = denominator && data.IsShared;
                    if (all)
                        shared = log[r];
                    else
                        values[i - from] += sign * log[r] + (kind == Kind.Exact ? LogBase(i) : 0);
                    for (int s = 0; s < slots; s++)
                        if (all)
                            sharedSlopes[s] = derivatives[s * design.Block + r] / w;
                        else
                            slopes[s][i - from] += sign * derivatives[s * design.Block + r] / w;
                }
            });
            for (int i = 0; data.IsShared && i < n; i++)
            {
                if (data.Weight(from + i) == 0)
                    continue;
                values[i] -= shared;
                for (int s = 0; s < slots; s++)
                    slopes[s][i] -= sharedSlopes[s];
            }
            return (values, slopes);
        }

        /// <summary>What the density of an exact row has beside the part that parameters change.</summary>
        double LogBase(int i)
        {
            var y = new Row<Real>(unit.PerScale * (run.Batch.Values.Span[i] - unit.Center), run.Batch.Trials.IsEmpty ? 1 : run.Batch.Trials.Span[i]);
            double log = run.rows.HasLogBase(!run.Batch.Trials.IsEmpty) ? run.rows.LogBase(y, run.rows.Statistic(y)) : 0.0;
            return unit.LogLikelihood(log, 1);
        }

        /// <summary>What is taken off column j of a predictor, and what it is divided by, in the design.</summary>
        public (double Mean, double Scale) Standard(int slot, int j) => (means[run.predictors[slot][j]], scales[run.predictors[slot][j]]);

        public int First => (int)run.Batch.Offsets[d];

        public Rows<TRows> Data => data;

        public Design Design => design;

        public Standardization Unit => unit;

        public Likelihood<TResponse, T> Likelihood => likelihood;

        public double[] Point => Ascent!.Point;

        /// <summary>ℓ without the penalty.</summary>
        public double Value => Jet.Value + Ascent!.Taken;

        /// <summary>What ℓ approaches where it has no maximum: a climb that was stopped goes on until the rest is rounding.</summary>
        public double Approached()
        {
            const int enough = 200;
            if (Ascent!.Ending == Ending.Limit)
                Climb(exact: true, enough);
            return Complete(Value);
        }

        public DenseJet<HostStore> Jet => new(new(Ascent!.Numbers), count);

        /// <summary>dβ/dβ′ of the reported coefficients in the design's own: of coefficient i in itself, and of an intercept in i.</summary>
        public (double Own, double Intercept) Slopes(int i)
        {
            var one = run.Layout.All[i];
            int column = run.predictors[one.Slot][one.Term];
            double own = run.Moved(one.Slot, unit).Factor / scales[column];
            return (own, run.isCentered[column] ? -own * means[column] : 0);
        }

        /// <summary>What a slot's predictor is multiplied by when the unit of the data changes.</summary>
        public double Moved(int slot) => run.Moved(slot, unit).Factor;

        public double Center(int i) =>
            run.columns[run.predictors[run.Layout.All[i].Slot][run.Layout.All[i].Term]].IsEmpty ? run.Moved(run.Layout.All[i].Slot, unit).Center : 0;

        /// <summary>Makes a design's blocks from the batch's columns.</summary>
        sealed class Filler(Regression<TRows, TResponse, T> run, Worker worker, bool intervals)
        {
            int[] indices = [];
            double[] low = [], high = [], trials = [];

            public bool Intervals => intervals;

            public void Begin() => (LogBase, Size) = (0, 0);

            /// <summary>Σ w log h over the exact rows of all blocks so far, and the weight of these.</summary>
            public double LogBase { get; private set; }

            public double Size { get; private set; }

            /// <summary>One block: rows beyond the last repeat it with weight 0.</summary>
            public void Fill(Design design, int block)
            {
                var (kind, first, count) = design.Rows(block);
                int rows = design.Block;
                if (indices.Length < rows)
                    (indices, low, high, trials) = (new int[rows], new double[rows], new double[rows], new double[rows]);
                double[] to = design.Data;
                var weights = to.AsSpan(design.Weights(block), rows);
                bool together = worker.data.Read(kind, first, worker.unit, indices.AsSpan(0, count), low, high, trials, weights);
                weights[count..].Clear();
                low.AsSpan(count, rows - count).Fill(low[count - 1]);
                high.AsSpan(count, rows - count).Fill(high[count - 1]);
                trials.AsSpan(count, rows - count).Fill(trials[count - 1]);
                for (int c = 0; c < run.columns.Length; c++)
                    Fill(run.columns[c], worker.means[c], 1 / worker.scales[c], indices.AsSpan(0, count), together, to.AsSpan(design.Column(block, c), rows));
                for (int s = 0; s < run.Layout.Slots.Count; s++)
                    if (design.Offsets[s] >= 0)
                        Fill(run.Layout.Slots[s].Offset, 0, 1 / run.Moved(s, worker.unit).Factor, indices.AsSpan(0, count), together, to.AsSpan(design.Offset(block, s), rows));
                bool complete = run.Options.Detail == Detail.Complete && kind == Kind.Exact && run.rows.HasLogBase(!run.Batch.Trials.IsEmpty);
                T sum = 0.0, zero = 0.0, one = 1.0, odd = zero;
                int lanes = Unsafe.SizeOf<T>() / sizeof(double), statistics = run.rows.Statistics;
                for (int i = 0; i < rows; i += lanes)
                {
                    var y = new Row<T>(Lanes.Read<T>(ref low[0], i), Lanes.Read<T>(ref trials[0], i));
                    T times = Lanes.Read<T>(ref weights[0], i) * y.B;
                    odd += T.Abs(times * (one - times));
                    var t = run.rows.Statistic(y);
                    Put(t, design.Statistic(block, 0) + i);
                    if (intervals)
                        Put(run.rows.Statistic(new Row<T>(Lanes.Read<T>(ref high[0], i), y.B)), design.Statistic(block, statistics) + i);
                    if (complete)
                        sum += Lanes.Read<T>(ref weights[0], i) * run.rows.LogBase(y, t);
                }
                design.CountsOnce[block] = !T.AnyLess(zero, odd);
                LogBase += T.Sum(sum);
                if (kind == Kind.Exact)
                    Size += Powers(weights, 0).Sum;

                void Put(Row<T> t, int at)
                {
                    Lanes.Write(ref Lanes.At(to, 0), at, t.A);
                    if (statistics > 1)
                        Lanes.Write(ref Lanes.At(to, 0), at + rows, t.B);
                    if (statistics > 2)
                        Lanes.Write(ref Lanes.At(to, 0), at + 2 * rows, t.C);
                }
            }

            static void Fill(ReadOnlyMemory<double> column, double mean, double perScale, ReadOnlySpan<int> indices, bool together, Span<double> to)
            {
                int count = indices.Length;
                if (column.IsEmpty)
                {
                    to.Fill(1);
                    return;
                }
                var given = column.Span;
                int lanes = Unsafe.SizeOf<T>() / sizeof(double), whole = together ? count / lanes * lanes : 0;
                ref double first = ref MemoryMarshal.GetReference(given.Slice(indices[0], whole));
                T m = mean, scale = perScale;
                for (int i = 0; i < whole; i += lanes)
                    Lanes.Write(ref to[0], i, (Lanes.ReadAhead<T>(ref first, i) - m) * scale);
                for (int r = whole; r < count; r++)
                    to[r] = given[indices[r]];
                to[count..].Fill(given[indices[^1]]);
                for (int i = whole; i < to.Length; i += lanes)
                    Lanes.Write(ref to[0], i, (Lanes.Read<T>(ref to[0], i) - m) * scale);
            }
        }
    }

    /// <summary>Origin and unit of a data set; an origin only where an intercept takes it up.</summary>
    Standardization UnitOf(Rows<TRows> data, int from, int end)
    {
        if (Equivariance == Equivariance.None)
            return new(0, 0);
        int location = -1;
        for (int s = 0; s < Layout.Parameters.Count; s++)
            if (Layout.Parameters[s].Role == Role.Location)
                location = s;
        var (mean, spread) = data.Moments(from, end);
        double center = location >= 0 && Layout.HasFreeIntercept(location) && double.IsFinite(mean) ? mean : 0;
        double size = center == 0 ? Math.Abs(mean) + spread : spread;
        return double.IsFinite(size) && size > 0 ? Standardization.About(center, size) : new(center, 0);
    }

    bool[]? Known()
    {
        if (Layout.Free == Layout.All.Count)
            return null;
        return [.. Enumerable.Range(0, Layout.All.Count).Select(Layout.IsKnown)];
    }

    double[]? Ridge(Worker worker)
    {
        if (Options.Penalty.Ridge == 0)
            return null;
        var ridge = new double[Layout.All.Count];
        for (int i = 0; i < ridge.Length; i++)
            if (!Layout.Slots[Layout.All[i].Slot].Columns[Layout.All[i].Term].IsEmpty)
                ridge[i] = 0.5 * Options.Penalty.Ridge * worker.Slopes(i).Own * worker.Slopes(i).Own;
        return ridge;
    }

    protected void Refuse(int d, long length, string reason)
    {
        Table.Size[d] = length;
        Write(d, new(Status.InvalidData, reason), null);
    }

    /// <summary>A verdict without numbers, or with these estimates alone.</summary>
    protected void Write(int d, Verdict verdict, double[]? estimates)
    {
        Table.Status[d] = verdict.Status;
        Table.Verdicts[d] = verdict;
        for (int i = 0; i < Layout.All.Count; i++)
        {
            Table.Estimates(i)[d] = estimates is null ? double.NaN : estimates[i];
            for (int j = 0; Options.Detail == Detail.Complete && j <= i; j++)
                Table.Covariances(i, j)[d] = double.NaN;
        }
        if (Options.Detail == Detail.Complete)
            Table.LogLikelihood[d] = double.NaN;
    }

    void Report(int d, Worker worker, Ending ending, bool[]? known)
    {
        int count = Layout.All.Count;
        var jet = worker.Jet;
        double[] estimates = new double[count], coefficients = Coefficients(worker), inverse = new double[count * (count + 1) / 2];
        for (int i = 0; i < count; i++)
            estimates[i] = Layout.IsKnown(i) ? Layout.Known(i, d) : Layout.All[i].Link.Value(coefficients[i]);
        double value = worker.Complete(worker.Value), pivot = jet.Invert(inverse);
        if (ending == Ending.Converged && IsFlat(inverse, worker.Data.Size))
            ending = Ending.Runaway;
        if (Judge(d, worker, ending, pivot, jet.Decrement(inverse), value) is { } verdict)
        {
            if (verdict == Already)
                return;
            bool last = verdict.Status == Status.IterationLimit;
            Write(d, verdict, last ? estimates : verdict.Status == Status.Boundary ? [.. Layout.All.Select(r => verdict.Limit![r.Name])] : null);
            if (Options.Detail == Detail.Complete)
                Table.LogLikelihood[d] = last ? value : verdict.Status == Status.Boundary ? verdict.Supremum : double.NaN;
            return;
        }
        Table.Status[d] = Status.Interior;
        for (int i = 0; i < count; i++)
            Table.Estimates(i)[d] = estimates[i];
        if (Options.Detail != Detail.Complete)
            return;
        Table.LogLikelihood[d] = value;
        Covariances(d, worker, Robust ? Covariance.Sandwich(inverse, Meat(worker), count) : inverse, coefficients, known);
    }

    /// <summary>
    /// Whether a factor e of a constant parameter changes no more of the log-likelihood than rounding may: a search that ends
    /// there has found no maximum but the end of what can be told.
    /// </summary>
    bool IsFlat(double[] inverse, double n)
    {
        const double rounding = 1e-11;
        for (int i = 0; i < Layout.All.Count; i++)
            if (Layout.All[i].Link != Link.Identity && !Layout.IsKnown(i) && !(inverse[DenseJet<HostStore>.Entry(i, i)] * rounding * n < 1))
                return true;
        return false;
    }

    double[] Coefficients(Worker worker)
    {
        int count = Layout.All.Count;
        var made = new double[count];
        for (int i = 0; i < count; i++)
        {
            var (own, toIntercept) = worker.Slopes(i);
            made[i] += own * worker.Point[i] + worker.Center(i);
            if (toIntercept != 0)
                made[worker.Design.At[Layout.All[i].Slot] + Layout.Intercept(Layout.All[i].Slot)] += toIntercept * worker.Point[i];
        }
        return made;
    }

    /// <summary>Σ of the outer products of the rows' scores, as a lower triangle.</summary>
    double[] Meat(Worker worker)
    {
        // A truncated row and its denominator have one score together.
        if (!Batch.TruncatedBelow.IsEmpty || !Batch.TruncatedAbove.IsEmpty)
            return Rowwise(worker).Meat(Batch.Weighting);
        int count = Layout.All.Count;
        var outer = new double[DenseJet<HostStore>.Room(count)];
        worker.Likelihood.Outer(worker.Design, worker.Point, outer, Sampled ? Weighing.OuterSquared : Weighing.Outer);
        return outer[(1 + count)..DenseJet<HostStore>.Numbers(count)];
    }

    /// <summary>LCLᵀ for the map L from the design's coefficients to the reported parameters.</summary>
    void Covariances(int d, Worker worker, double[] c, double[] coefficients, bool[]? known)
    {
        int count = Layout.All.Count;
        var map = Map(worker, coefficients, known);
        for (int i = 0; i < count; i++)
            for (int j = 0; j <= i; j++)
                Table.Covariances(i, j)[d] = Covariance.Mapped(map, c, i, j);
    }

    /// <summary>For every reported parameter, the design's coefficients that it is made of, with dv/dβ; nothing for known ones.</summary>
    (int From, double Slope)[][] Map(Worker worker, double[] coefficients, bool[]? known)
    {
        int count = Layout.All.Count;
        var map = new List<(int From, double Slope)>[count];
        for (int i = 0; i < count; i++)
            map[i] = [];
        double Slope(int j) => Layout.All[j].Link.Slope(Layout.All[j].Link.Value(coefficients[j]));
        for (int i = 0; i < count; i++)
        {
            if (known is not null && known[i])
                continue;
            var (own, toIntercept) = worker.Slopes(i);
            map[i].Add((i, own * Slope(i)));
            if (toIntercept != 0)
            {
                int intercept = worker.Design.At[Layout.All[i].Slot] + Layout.Intercept(Layout.All[i].Slot);
                map[intercept].Add((i, toIntercept * Slope(intercept)));
            }
        }
        return [.. map.Select(m => m.ToArray())];
    }
}
