namespace Mle;

/// <summary>What stands against an interior maximum, by criteria on the data where there are any.</summary>
abstract partial class Regression<TRows, TResponse, T>
{
    /// <summary>
    /// Below this share of its own size, what is left of a diagonal entry of the information after elimination may be rounding:
    /// then the columns themselves are looked at.
    /// </summary>
    const double Suspicious = 1e-9;

    /// <summary>Models that are reached as a constant runs away.</summary>
    protected virtual IReadOnlyList<Limit> Limits => [];

    Verdict? Judge(int d, Worker worker, Ending ending, double pivot, double decrement, double value)
    {
        int from = (int)Batch.Offsets[d], end = (int)Batch.Offsets[d + 1];
        if ((ending != Ending.Converged || pivot < Suspicious) && Aliased(from, end) is { } aliased)
            return aliased;
        if (Options.Penalty.IsNone)
        {
            if (!(ending == Ending.Converged && Overlaps(worker, decrement)) && Separated(d, worker) is { } separated)
                return separated;
            if (!IsPredicted && Common(worker.Data) is { } common)
                return common;
            if (ending != Ending.Converged && Explained(worker.Data, from, end) is { } explained)
                return explained;
            foreach (var limit in Limits)
                if (Beyond(d, limit, ending, worker, value) is { } beyond)
                    return beyond;
        }
        return ending == Ending.Converged ? null
            : new(Status.IterationLimit, $"no maximum was found in {Table.Iterations[d]} iterations");
    }

    /// <summary>Terms that are linear combinations of those before them.</summary>
    protected Verdict? Aliased(int from, int end)
    {
        List<string> names = [];
        for (int s = 0; s < Layout.Slots.Count; s++)
        {
            var slot = Layout.Slots[s];
            int[] free = Free(s);
            if (free.Length == 0 || s > 0 && predictors[s] == predictors[0] && free.Length == slot.Columns.Count)
                continue;
            var fit = LeastSquares.Solve([.. free.Select(j => slot.Columns[j])], new double[end], Batch.Weights, default, from, end - from);
            names.AddRange(fit.Aliased.Select(j => NameOf(s, free[j])));
        }
        return names.Count == 0 ? null
            : new(Status.NotIdentified, $"{string.Join(", ", names)} {(names.Count == 1 ? "is a linear combination" : "are linear combinations")} of the terms before {(names.Count == 1 ? "it" : "them")}");
    }

    int IndexOf(int slot, int term) => Enumerable.Range(0, Layout.All.Count).Single(i => Layout.All[i].Slot == slot && Layout.All[i].Term == term);

    string NameOf(int slot, int term) => Layout.All[IndexOf(slot, term)].Name;

    /// <summary>The terms of a slot whose coefficients are not known.</summary>
    int[] Free(int slot) => [.. Enumerable.Range(0, Layout.Slots[slot].Columns.Count).Where(j => !Layout.IsKnown(IndexOf(slot, j)))];

    /// <summary>
    /// A proof that nothing is separated, from the maximum itself. Let rᵢ &gt; 0 be the slope and hᵢ the curvature of row i's
    /// log-likelihood in its predictor, d a direction with aᵢ·d ≥ 0 for all rows oriented uphill, q = max (hᵢ/rᵢ) aᵢ·d. Then
    /// the score g has g·d = Σ rᵢ aᵢ·d ≥ rₘ aₘ·d = q rₘ²/hₘ at the row m of the maximum, and dᵀHd ≤ q g·d, while
    /// (g·d)² ≤ δ dᵀHd for the Newton decrement δ: g·d ≤ δq. So where rᵢ²/hᵢ &gt; δ for all rows, there is no such d.
    /// </summary>
    protected virtual bool Overlaps(Worker worker, double decrement)
    {
        if (Limitless(worker.Data))
            return true;
        if (response.Slots > 1)
            return false;
        return worker.Likelihood.IsAbove(worker.Design, worker.Point, decrement, (block, r) =>
        {
            var (kind, first, _) = worker.Design.Rows(block);
            var (i, denominator) = worker.Data.At(kind, first + r);
            return !denominator && worker.Data.Cone(i, kind, 0) != 0;
        });
    }

    /// <summary>Whether every row's likelihood falls in the end in every direction.</summary>
    bool Limitless(Rows<TRows> data)
    {
        foreach (var (i, kind, denominator) in data.InOrder())
            for (int s = 0; !denominator && s < response.Slots; s++)
                if (data.Cone(i, kind, s) != 0)
                    return false;
        return true;
    }

    /// <summary>
    /// A direction in which no row's likelihood falls and some rise for ever, from the data alone: see <see cref="Separation"/>.
    /// </summary>
    protected virtual Verdict? Separated(int d, Worker worker)
    {
        var rows = worker.Data.InOrder().Where(r => !r.Denominator).ToArray();
        var limits = new Dictionary<string, double>();
        var gone = new HashSet<int>();
        for (int s = 0; s < Layout.Slots.Count; s++)
        {
            int slot = s;
            // What is known runs nowhere: a direction is sought in the other coefficients.
            int[] free = Free(s);
            sbyte[] cones = [.. rows.Select(r => (sbyte)worker.Data.Cone(r.Row, r.Kind, slot))];
            if (free.Length == 0 || Array.TrueForAll(cones, c => c == 0))
                continue;
            ReadOnlyMemory<double>[] columns = [.. free.Select(j => Layout.Slots[slot].Columns[j])];
            var found = Separation.Find(free.Length, rows.Length, (i, a) =>
            {
                for (int j = 0; j < columns.Length; j++)
                    a[j] = (columns[j].IsEmpty ? 1 : columns[j].Span[rows[i].Row]) * (cones[i] == 0 ? 1 : cones[i]);
                return cones[i] == 0;
            });
            if (found is null)
                continue;
            var ends = Enumerable.Range(0, free.Length).Where(j => found.Direction[j] != 0).ToDictionary(
                j => NameOf(slot, free[j]),
                j => Layout.All[IndexOf(slot, free[j])].Link.Value(found.Direction[j] > 0 ? double.PositiveInfinity : double.NegativeInfinity));
            // What a constant leads to there has a verdict of its own.
            if (Limits.Any(l => ends.TryGetValue(l.Parameter, out double at) && at == l.At))
                continue;
            foreach (var (name, at) in ends)
                limits[name] = at;
            for (int i = 0; i < rows.Length; i++)
                if (found.Separated[i])
                    gone.Add(rows[i].Row);
        }
        return limits.Count == 0 ? null : Words(limits, gone.Count, rows.Length, Remaining(d, gone));
    }

    protected Verdict Words(Dictionary<string, double> limits, int separated, int rows, double supremum)
    {
        string terms = string.Join(", ", limits.Select(l => FormattableString.Invariant($"{l.Key} -> {l.Value}")));
        string how = !IsPredicted ? "no row says where the values end"
            : supremum == 0 ? "complete separation" : $"quasi-complete separation of {separated} of {rows} rows";
        return new(Status.NoFiniteMle, $"{how}: the likelihood rises for ever with {terms}; --penalty firth or ridge gives finite estimates",
            IsPredicted ? Cause.Separated : Cause.Limit, supremum, limits);
    }

    /// <summary>The supremum: separated rows reach probability 1, and the others their maximum.</summary>
    double Remaining(int d, HashSet<int> gone)
    {
        int from = (int)Batch.Offsets[d], end = (int)Batch.Offsets[d + 1];
        int[] left = [.. Enumerable.Range(from, end - from).Where(i => !gone.Contains(i) && (Batch.Weights.IsEmpty || Batch.Weights.Span[i] > 0))];
        if (left.Length == 0)
            return 0;
        ReadOnlyMemory<double> Keep(ReadOnlyMemory<double> column) =>
            column.Length <= 1 ? column : left.Select(i => column.Span[i]).ToArray();
        var predictors = new Dictionary<string, Predictor>();
        foreach (var (name, predictor) in Batch.Predictors)
        {
            ReadOnlyMemory<double>[] columns = [.. predictor.Columns.Select(Keep)];
            int slot = Enumerable.Range(0, Layout.Slots.Count).First(s => Layout.Parameters[s].Name == name);
            int[] free = Free(slot);
            int[] aliased = free.Length == 0 ? []
                : [.. LeastSquares.Solve([.. free.Select(j => columns[j])], new double[left.Length], default, default, 0, left.Length).Aliased.Select(j => free[j])];
            int[] kept = [.. Enumerable.Range(0, columns.Length).Where(j => !aliased.Contains(j))];
            predictors[name] = new([.. kept.Select(j => predictor.Terms[j])], [.. kept.Select(j => columns[j])], Keep(predictor.Offset));
        }
        var rest = new Batch(Keep(Batch.Values), [0, left.Length], Keep(Batch.Weights), Keep(Batch.Trials))
        {
            Upper = Keep(Batch.Upper),
            TruncatedBelow = Keep(Batch.TruncatedBelow),
            TruncatedAbove = Keep(Batch.TruncatedAbove),
            Weighting = Batch.Weighting,
            Predictors = predictors,
        };
        var fit = Engine.Fit(Family, rest, Options.Alone(d) with { Progress = null, Start = new Dictionary<string, double>(), Detail = Detail.Complete });
        return double.IsNaN(fit.LogLikelihood[0]) ? fit[0].Verdict.Supremum : fit.LogLikelihood[0];
    }

    /// <summary>
    /// A point that every row allows: where the distribution can be concentrated anywhere, the likelihood approaches 1 for
    /// censored rows as it is concentrated there, and infinity where rows are exact.
    /// </summary>
    Verdict? Common(Rows<TRows> data)
    {
        if (!Concentrates || !Batch.TruncatedBelow.IsEmpty || !Batch.TruncatedAbove.IsEmpty || Layout.Free < Layout.All.Count)
            return null;
        double low = double.NegativeInfinity, high = double.PositiveInfinity, least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (var (i, kind, _) in data.InOrder())
        {
            var (from, to) = data.Ends(i, kind);
            if (kind == Kind.Exact)
                (least, most) = (Math.Min(least, from), Math.Max(most, from));
            else
                (low, high) = (Math.Max(low, from), Math.Min(high, to));
        }
        bool exact = least <= most;
        if (exact ? !(least == most && low < least && least <= high) : !(low < high && double.IsFinite(low + high)))
            return null;
        return exact
            ? new(Status.NoFiniteMle, FormattableString.Invariant($"one value, {least}, is in every row: the likelihood is unbounded as the distribution is concentrated there"),
                Cause.Unbounded, double.PositiveInfinity)
            : new(Status.NoFiniteMle, FormattableString.Invariant($"values from {low} to {high} are in every row: the likelihood rises as the distribution is concentrated there"),
                Cause.Limit, 0);
    }

    /// <summary>Exact rows that a primary predictor goes through: the likelihood is unbounded as the distribution is concentrated about it.</summary>
    Verdict? Explained(Rows<TRows> data, int from, int end)
    {
        int slot = Enumerable.Range(0, Layout.Parameters.Count).First(s => Layout.Parameters[s].Name == Family.Info.Primary);
        var (parameter, columns) = (Layout.Parameters[slot], Layout.Slots[slot].Columns);
        bool others = Enumerable.Range(0, Layout.Parameters.Count).All(s => s == slot || Layout.Intercept(s) >= 0 && !Layout.AnyKnown(s));
        if (!Concentrates || !others || data.Count(Kind.Right) + data.Count(Kind.Left) + data.Count(Kind.Interval) > 0
            || !Batch.TruncatedBelow.IsEmpty || !Batch.TruncatedAbove.IsEmpty)
            return null;
        double[] y = Batch.Values.ToArray();
        for (int i = from; i < end; i++)
            y[i] = (parameter.Link == Link.Identity && rows.Support.Low >= 0 ? Link.Log : parameter.Link).Coordinate(y[i]);
        var fit = LeastSquares.Solve(columns, y, Batch.Weights, Layout.Slots[slot].Offset, from, end - from);
        if (!fit.ExactFit)
            return null;
        string run = string.Join(", ", Layout.Parameters.Where(p => p != parameter).Select(p => p.Name));
        return new(Status.NoFiniteMle, $"the terms explain every observation: the likelihood is unbounded in {run}", Cause.Unbounded, double.PositiveInfinity,
            Enumerable.Range(0, columns.Count).ToDictionary(j => Layout.All.Single(r => r.Slot == slot && r.Term == j).Name, j => fit.Coefficients[j]));
    }

    /// <summary>Whether the distribution can be concentrated on any one point of its support.</summary>
    protected virtual bool Concentrates => false;

    /// <summary>
    /// Where a constant parameter may run away: no finite maximum counts that is below the supremum there. A fit that ran
    /// there is tried from other places before it is believed.
    /// </summary>
    Verdict? Beyond(int d, Limit limit, Ending ending, Worker worker, double value)
    {
        if (Batch.Predictors.ContainsKey(limit.Parameter) || Options.Fixed.ContainsKey(limit.Parameter) || Options.FixedEach.ContainsKey(limit.Parameter))
            return null;
        var inner = Families.Find(limit.Model)!;
        var names = inner.Info.Parameters.ToDictionary(p => p.Name == inner.Info.Primary ? Family.Info.Primary : OwnName(p.Name, inner.Info, limit), p => p.Name);
        if (!Batch.Predictors.Keys.All(names.ContainsKey))
            return null;
        var at = Engine.Fit(inner, Copy(Batch.Slice(d), name => names[name]), new()
        {
            Threads = Options.Threads,
            Cancellation = Options.Cancellation,
            Fixed = Options.Alone(d).Fixed.ToDictionary(f => Renamed(f.Key, names), f => f.Value),
        });
        double supremum = at.LogLikelihood[0];
        if (double.IsNaN(supremum) || ending == Ending.Converged && value >= supremum)
            return null;
        var own = names.ToDictionary(n => n.Value, n => n.Key);
        var named = new Dictionary<string, double> { [limit.Parameter] = limit.At };
        for (int i = 0; i < at.Parameters.Count; i++)
            named[Renamed(at.Parameters[i], own)] = at.Estimates(i)[0];
        if (ending != Ending.Converged || value < supremum)
        {
            if (Options.Start.Count == 0 && Elsewhere(d, limit, named, supremum))
                return Already;
            // Neither a maximum nor on the way to this limit.
            if (value > supremum + 1e-9 * (1 + Math.Abs(supremum)))
                return null;
        }
        string run = FormattableString.Invariant($"{limit.Parameter} -> {limit.At}");
        return limit.IsProper
            ? new(Status.Boundary, $"no {limit.Parameter} inside is as likely as {limit.Parameter} = {limit.At}", Supremum: supremum, Limit: named,
                LimitFamily: limit.Model, Bound: $"{limit.Parameter} = {limit.At}")
            : new(Status.NoFiniteMle, $"no {limit.Parameter} is as likely as its limit, {run}", Cause.Limit, supremum, named, limit.Model);
    }

    /// <summary>The same parameter, or term of its predictor, in another model.</summary>
    static string Renamed(string name, Dictionary<string, string> to)
    {
        int end = name.IndexOf(':');
        return to.TryGetValue(name, out string? other) ? other
            : end > 0 && to.TryGetValue(name[..end], out other) ? other + name[end..] : name;
    }

    /// <summary>What a limiting model's parameter is called here: by its place where it is primary, else by what it does to the data.</summary>
    string OwnName(string name, FamilyInfo inner, Limit limit)
    {
        var its = inner.Parameters.FirstOrDefault(p => p.Name == name);
        var own = its is null ? null : Family.Info.Parameters.FirstOrDefault(p =>
            p.Name != limit.Parameter && p.Role == its.Role && p.Link == its.Link && (p.Role != Role.Shape || name == inner.Primary == (p.Name == Family.Info.Primary)));
        return own?.Name ?? name;
    }

    /// <summary>Stands for a fit that has been written by another attempt.</summary>
    protected static Verdict Already { get; } = new(Status.Interior, "");

    /// <summary>Fits from the limiting model's coefficients and a few finite values of the parameter that ran away.</summary>
    bool Elsewhere(int d, Limit limit, Dictionary<string, double> named, double supremum)
    {
        foreach (double value in limit.At == 0 ? new[] { 0.1, 0.5 } : [0.3, 3, 30])
        {
            var start = named.Where(n => Layout.All.Any(r => r.Name == n.Key && double.IsFinite(r.Link.Coordinate(n.Value)))).ToDictionary();
            start[limit.Parameter] = value;
            var fit = Engine.Fit(Family, Batch.Slice(d), Options.Alone(d) with { Progress = null, Start = start });
            if (fit.Status[0] != Status.Interior || !(fit.LogLikelihood[0] > supremum))
                continue;
            for (int i = 0; i < fit.Parameters.Count; i++)
            {
                Table.Estimates(i)[d] = fit.Estimates(i)[0];
                for (int j = 0; Options.Detail == Detail.Complete && j <= i; j++)
                    Table.Covariances(i, j)[d] = fit.Covariances(i, j)[0];
            }
            if (Options.Detail == Detail.Complete)
                Table.LogLikelihood[d] = fit.LogLikelihood[0];
            Table.Iterations[d] += fit.Iterations[0];
            return true;
        }
        return false;
    }

    /// <summary>The same data with other names of the parameters.</summary>
    static Batch Copy(Batch batch, Func<string, string> rename) => new(batch.Values, [.. batch.Offsets], batch.Weights, batch.Trials)
    {
        Upper = batch.Upper,
        TruncatedBelow = batch.TruncatedBelow,
        TruncatedAbove = batch.TruncatedAbove,
        Weighting = batch.Weighting,
        Predictors = batch.Predictors.ToDictionary(p => rename(p.Key), p => p.Value),
    };

    /// <summary>The same with other responses.</summary>
    protected static Batch Copy(Batch batch, double[] values) => new(values, [.. batch.Offsets], batch.Weights) { Weighting = batch.Weighting, Predictors = batch.Predictors };
}
