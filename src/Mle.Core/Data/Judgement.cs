namespace Mle;

/// <summary>
/// The table of one call of Fit and what its fits mean: writes verdicts beside their numbers, and takes back the numbers
/// that a verdict makes meaningless.
/// </summary>
public sealed class Judgement<TFamily> where TFamily : struct, IFamily<TFamily>
{
    readonly FamilyInfo info;
    readonly FitOptions options;
    readonly Given given;
    readonly (Vec3<Real> Low, Vec3<Real> High) region = TFamily.Region<Real>();

    /// <param name="count">How many fits there are; one of each data set where it is not given.</param>
    /// <exception cref="ArgumentException">The batch has trials and the family takes none, or the other way round.</exception>
    public Judgement(FamilyInfo info, Batch batch, FitOptions options, Given given, int? count = null)
    {
        if (!batch.Trials.IsEmpty != TFamily.TakesTrials)
            throw new ArgumentException(TFamily.TakesTrials
                ? $"The family {info.Name} needs a column of trials." : $"The family {info.Name} takes no trials.");
        (this.info, this.options, this.given, slots) = (info, options, given, given.Slots);
        Table = new([.. info.Parameters.Select(p => p.Name)], given.FreeCount, count ?? batch.Count, options.Detail);
        if (TFamily.IsUnbounded(Prior(Slots, new(0, 0)).Free))
            Table.Supremum = double.PositiveInfinity;
        OrderFirst = TFamily.Keep != Keep.RowsAndMedian || (given.IsIndividual
            ? Enumerable.Range(0, batch.Count).Any(d => IsOrdered(SlotsOf(d))) : IsOrdered(Slots));
    }

    bool IsOrdered(Slots slots) => Prior(slots, new(0, 0)) is var prior && TFamily.OrderFirst(prior.Known, prior.Free);

    public FitTable Table { get; }

    /// <summary>What the options say of all data sets.</summary>
    public ref readonly Slots Slots => ref slots;

    readonly Slots slots;

    /// <summary>What they say of one.</summary>
    public Slots SlotsOf(int d) => given.IsIndividual ? given.SlotsOf(d) : Slots;

    /// <summary>Whether order statistics, where the family keeps them, are taken before the first attempt.</summary>
    public bool OrderFirst { get; }

    /// <summary>What is known of the parameters of a data set with this standardisation.</summary>
    public Prior<Real> Prior(Slots slots, Standardization unit) => slots.Prior(unit, region.Low, region.High);

    /// <summary>Whether a data set is given a value that it cannot have; then that is its verdict.</summary>
    public bool Refuses(int d, long length)
    {
        if (!given.IsIndividual || given.Refuses(d) is not { } reason)
            return false;
        Refuse(d, length, reason);
        return true;
    }

    /// <summary>Says that the data cannot be fitted.</summary>
    public void Refuse(int d, long length, string reason)
    {
        for (int i = 0; i < info.Parameters.Length; i++)
        {
            Table.Estimates(i)[d] = double.NaN;
            if (options.Detail == Detail.Complete)
                for (int j = 0; j <= i; j++)
                    Table.Covariances(i, j)[d] = double.NaN;
        }
        if (options.Detail == Detail.Complete)
            Table.LogLikelihood[d] = double.NaN;
        Table.Size[d] = length;
        Table.Iterations[d] = 0;
        Table.Status[d] = Status.InvalidData;
        Table.Verdicts[d] = new(Status.InvalidData, reason);
    }

    /// <summary>Puts a code into words, and takes back the numbers that it makes meaningless.</summary>
    public void Judge(int d, Summary<Real> summary, Standardization unit, double logBase, Prior<Real> prior, Outcome<Real> o)
    {
        int code = (int)o.Code.Value;
        var findings = new Findings(
            summary, unit, logBase, prior.Known, prior.Free, o.θ, o.Value, o.LimitValue);
        var verdict = code switch
        {
            Codes.UserBound => OnUserBound(d, o),
            Codes.IterationLimit => new(Status.IterationLimit, $"no maximum was found in {o.Iterations.Value} iterations"),
            _ => TFamily.Explain(code, findings),
        };
        Table.Status[d] = verdict.Status;
        Table.Verdicts[d] = verdict;
        bool complete = options.Detail == Detail.Complete;
        for (int i = 0; i < info.Parameters.Length; i++)
        {
            bool free = given.IsFree(i);
            string name = info.Parameters[i].Name;
            if (free && verdict.Status == Status.Boundary && verdict.Limit is { } at && at.TryGetValue(name, out double edge))
                Table.Estimates(i)[d] = edge;
            else if (free && verdict.Status is Status.NoFiniteMle or Status.NotIdentified or Status.InvalidData)
                Table.Estimates(i)[d] = double.NaN;
            for (int j = 0; complete && j <= i; j++)
                if (!Keeps(verdict, i) || !Keeps(verdict, j))
                    Table.Covariances(i, j)[d] = free && given.IsFree(j) ? double.NaN : 0;
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
        || verdict.Status == Status.Nonregular && HasOrderStatistic && Component(TFamily.Smooth<Real>(), slot) > 0.0;

    static bool HasOrderStatistic => TFamily.Smooth<Real>() is { X: var x, Y: var y, Z: var z } && x * y * z == 0.0;

    static TSlot Component<TSlot>(Vec3<TSlot> of, int slot) where TSlot : unmanaged, IReal<TSlot> => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    Verdict OnUserBound(int d, Outcome<Real> o)
    {
        var held = new List<string>();
        double score = double.NaN;
        foreach (var (name, (low, high)) in options.Bounds)
        {
            int slot = Array.FindIndex(info.Parameters, p => p.Name == name);
            double v = Table.Estimates(slot)[d];
            bool onLow = Math.Abs(v - low) <= 1e-12 * Math.Abs(low);
            if (onLow || Math.Abs(v - high) <= 1e-12 * Math.Abs(high))
            {
                // What was linked and linked back may lie beyond the bound by a rounding.
                Table.Estimates(slot)[d] = v = onLow ? low : high;
                held.Add(FormattableString.Invariant($"{name} = {v}"));
                score = Component(o.Score, slot);
            }
        }
        string bound = string.Join(", ", held);
        return new(Status.Boundary, $"the likelihood still rises beyond the given bound {bound}", Bound: bound, BoundScore: score);
    }
}
