using System.Numerics;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>How a response's rows become rows of a design.</summary>
interface IResponseRows
{
    Support Support { get; }

    bool TakesTrials { get; }

    /// <summary>Where smaller responses are recorded as this one.</summary>
    double CensoredBelow { get; }

    int Statistics { get; }

    Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T>;

    /// <summary>Whether log h(y) is not 0 throughout.</summary>
    bool HasLogBase(bool trials);

    T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T>;

    /// <inheritdoc cref="IModel{TSelf}.Cone"/>
    int Cone(Kind kind, double y, double trials, int slot);
}

/// <summary>
/// The rows of one data set in the order of a design: every observation by its kind, and for a truncated one the probability
/// of what could be observed, which it is divided by, as a row of weight −w.
/// </summary>
sealed class Rows<TRows>(TRows response, Batch batch, bool predicted) where TRows : struct, IResponseRows
{
    /// <summary>Rows by kind: of the data set, and whether as the denominator.</summary>
    readonly List<(int Row, bool Denominator)>[] kinds = [[], [], [], []];

    /// <summary>Whether all rows are exact and count: then they are not listed.</summary>
    readonly bool listed = !batch.Upper.IsEmpty || !batch.TruncatedBelow.IsEmpty || !batch.TruncatedAbove.IsEmpty
        || !batch.Weights.IsEmpty || response.CensoredBelow > double.NegativeInfinity;

    int from, to;

    /// <summary>The weight of a denominator that all rows share, or 0.</summary>
    double shared;

    public int Count(Kind kind) => listed ? kinds[(int)kind].Count : kind == Kind.Exact ? to - from : 0;

    public bool HasIntervals => Count(Kind.Interval) > 0;

    public int Length => to - from;

    /// <summary>n: Σ w, or the number of rows.</summary>
    public double Size { get; private set; }

    /// <summary>What each weight is multiplied by.</summary>
    public double Scale { get; private set; }

    ReadOnlySpan<double> Y => batch.Values.Span;

    double Upper(int i) => batch.Upper.IsEmpty ? Y[i] : batch.Upper.Span[i];

    public double Weight(int i) => batch.Weights.IsEmpty ? 1 : batch.Weights.Span[i];

    double Trials(int i) => batch.Trials.IsEmpty ? 1 : batch.Trials.Span[i];

    double Below(int i) => Limit(batch.TruncatedBelow, i, double.NegativeInfinity);

    double Above(int i) => Limit(batch.TruncatedAbove, i, double.PositiveInfinity);

    static double Limit(ReadOnlyMemory<double> limits, int i, double none) => limits.Length switch
    {
        0 => none,
        1 => limits.Span[0],
        _ => limits.Span[i],
    };

    /// <summary>Sorts the rows of a data set by kind.</summary>
    /// <returns>The first row that cannot be, in words; null where all can.</returns>
    public string? Sort(int first, int last)
    {
        (from, to) = (first, last);
        foreach (var kind in kinds)
            kind.Clear();
        if (!listed && from < to && AllWithin())
        {
            (Size, Scale, shared) = (to - from, 1, 0);
            return null;
        }
        // The same limits, trials and parameters: all rows share one denominator.
        bool alike = !predicted && batch.Trials.IsEmpty && batch.TruncatedBelow.Length <= 1 && batch.TruncatedAbove.Length <= 1;
        double total = 0;
        for (int i = from; i < to; i++)
        {
            if (Fault(i) is { } fault)
                return FormattableString.Invariant($"row {i - from + 1}: {fault}");
            double w = Weight(i);
            if (w == 0)
                continue;
            total += w;
            kinds[(int)KindOf(i)].Add((i, false));
            if (!alike && Denominator(i) is { } of)
                kinds[(int)of].Add((i, true));
        }
        if (from == to)
            return "no observations";
        if (!(total > 0))
            return "the weights are all 0";
        int rows = kinds[0].Count + kinds[1].Count + kinds[2].Count + kinds[3].Count;
        bool sampled = batch.Weighting == Weighting.Sampling;
        Size = sampled ? rows : total;
        Scale = sampled ? rows / total : 1;
        shared = alike ? total : 0;
        if (alike && Denominator(from) is { } common)
            kinds[(int)common].Add((from, true));
        return null;
    }

    Kind KindOf(int i)
    {
        double y = Y[i], upper = Upper(i);
        if (response.CensoredBelow > double.NegativeInfinity && y <= response.CensoredBelow)
            return Kind.Left;
        if (y == upper)
            return Kind.Exact;
        bool bottomless = y == double.NegativeInfinity || y < response.Support.Low || y == response.Support.Low && !response.Support.Integer;
        return upper == double.PositiveInfinity ? Kind.Right : bottomless ? Kind.Left : Kind.Interval;
    }

    /// <summary>What the probability of having been observed is; null where everything is observed.</summary>
    Kind? Denominator(int i)
    {
        bool below = Low(i) > response.Support.Low || response.Support.Integer && Low(i) >= response.Support.Low;
        bool above = Above(i) < response.Support.High;
        return below && above ? Kind.Interval : below ? Kind.Right : above ? Kind.Left : null;
    }

    /// <summary>The largest value that truncation from below leaves out.</summary>
    double Low(int i) => response.Support.Integer ? Math.Ceiling(Below(i)) - 1 : Below(i);

    double High(int i) => response.Support.Integer ? Math.Floor(Above(i)) : Above(i);

    string? Fault(int i)
    {
        double y = Y[i], upper = Upper(i), w = Weight(i), trials = Trials(i);
        if (!(w >= 0 && double.IsFinite(w)))
            return FormattableString.Invariant($"the weight {w} must be a finite number ≥ 0");
        if (!(trials >= 0 && trials == Math.Floor(trials) && double.IsFinite(trials)))
            return FormattableString.Invariant($"{trials} trials must be an integer ≥ 0");
        var support = response.TakesTrials ? response.Support with { High = trials, HighIncluded = true } : response.Support;
        if (response.CensoredBelow > double.NegativeInfinity && y <= response.CensoredBelow)
            return null;
        if (y == upper)
        {
            if (!double.IsFinite(y) || !support.Contains(y))
                return FormattableString.Invariant($"the value {y} must be {support.InWords(support.High)}");
        }
        else if (!(y < upper))
        {
            return FormattableString.Invariant($"the interval from {y} to {upper} must have its ends in increasing order");
        }
        else if (y == double.NegativeInfinity && upper == double.PositiveInfinity)
        {
            return "an interval without ends says nothing";
        }
        else if (upper < support.Low || y > support.High)
        {
            return FormattableString.Invariant($"no value from {y} to {upper} is {support.InWords(support.High)}");
        }
        double below = Below(i), above = Above(i);
        if (!(below < above))
            return FormattableString.Invariant($"the limits of truncation {below} and {above} must be two numbers in increasing order");
        if (!(y == upper ? y >= below && y <= above : upper > below && y < above))
            return FormattableString.Invariant($"the value {(y == upper ? y : upper)} is outside the limits of truncation {below} and {above}");
        return null;
    }

    /// <summary>The mean of finite ends, and their mean distance from it: how far beyond them values may lie.</summary>
    public (double Mean, double Spread) Moments(int first, int last)
    {
        double mean = 0, size = 0, count = 0;
        for (int i = first; i < last; i++)
            if (Middle(i) is var m && double.IsFinite(m))
                (mean, count) = (mean + m, count + 1);
        mean = count == 0 ? 0 : mean / count;
        for (int i = first; i < last; i++)
            if (Middle(i) is var m && double.IsFinite(m))
                size += Math.Abs(m - mean);
        return (mean, size > 0 ? size / count : mean != 0 ? Math.Abs(mean) : 1);
    }

    double Middle(int i) => !double.IsFinite(Y[i]) ? Upper(i) : !double.IsFinite(Upper(i)) ? Y[i] : 0.5 * (Y[i] + Upper(i));

    /// <summary>
    /// A value for each row to start from: the observation, or one between its ends; where one is infinite, beyond the other by
    /// an exponential quantile of this spread. Rows take evenly spread shares (multiples of the golden section), so that those
    /// with the same ends do not pile up.
    /// </summary>
    public double Imputed(int i, int from, double spread)
    {
        double y = Y[i], upper = Upper(i), share = (i - from) * 0.61803398874989485 % 1, far = -spread * Math.Log(1 - 0.98 * share);
        var support = response.Support;
        double value = KindOf(i) switch
        {
            Kind.Exact => y,
            Kind.Right => double.IsFinite(support.High) ? y + share * (support.High - y) : y + far,
            Kind.Left => double.IsFinite(support.Low) ? support.Low + (0.02 + 0.96 * share) * (upper - support.Low) : Math.Max(upper, response.CensoredBelow) - far,
            _ => y + (0.02 + 0.96 * share) * (upper - y),
        };
        if (support.Integer)
            value = Math.Ceiling(value);
        return support.Contains(value) || !double.IsFinite(support.Low) ? value : support.Low + 1e-3 * Math.Max(1e-300, Math.Abs(upper));
    }

    /// <summary>Whether no value is outside the support, by comparisons that vectorise.</summary>
    bool AllWithin()
    {
        if (response.TakesTrials && !batch.Trials.IsEmpty)
            return false;
        var y = Y[from..to];
        var lanes = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> least = new(double.PositiveInfinity), most = new(double.NegativeInfinity), fractions = default;
        foreach (var one in lanes)
        {
            least = Vector.MinNative(least, one);
            most = Vector.MaxNative(most, one);
            fractions += one - Vector.Floor(one);
        }
        double low = double.PositiveInfinity, high = double.NegativeInfinity, fraction = Vector.Sum(fractions);
        for (int i = 0; i < Vector<double>.Count; i++)
            (low, high) = (Math.Min(low, least[i]), Math.Max(high, most[i]));
        foreach (double one in y[(lanes.Length * Vector<double>.Count)..])
            (low, high, fraction) = (Math.Min(low, one), Math.Max(high, one), fraction + (one - Math.Floor(one)));
        var support = response.TakesTrials ? response.Support with { High = 1, HighIncluded = true } : response.Support;
        // What is not a number may be lost among the extremes, and stays in the sum.
        return double.IsFinite(low) && double.IsFinite(high) && !double.IsNaN(fraction) && (!support.Integer || fraction == 0)
            && (support with { Integer = false }).Contains(low) && (support with { Integer = false }).Contains(high);
    }

    /// <summary>
    /// Rows from first to first + values.Length of a kind, in a design's order: standardised, with their weights. A censored
    /// one is its finite end, an interval both.
    /// </summary>
    /// <param name="indices">Their numbers in the batch.</param>
    /// <returns>Whether they follow one another there.</returns>
    public bool Read(Kind kind, int first, Standardization unit, Span<int> indices, Span<double> low, Span<double> high, Span<double> trials, Span<double> weights)
    {
        if (!listed)
        {
            int at = from + first;
            var y = Y.Slice(at, indices.Length);
            for (int r = 0; r < y.Length; r++)
                (indices[r], low[r]) = (at + r, Standard(unit, y[r]));
            low[..y.Length].CopyTo(high);
            weights[..y.Length].Fill(1);
            if (batch.Trials.IsEmpty)
                trials[..y.Length].Fill(1);
            else
                batch.Trials.Span.Slice(at, y.Length).CopyTo(trials);
            return true;
        }
        bool together = true;
        for (int r = 0; r < indices.Length; r++)
        {
            var (i, denominator) = kinds[(int)kind][first + r];
            double w = Scale * (denominator && shared > 0 ? shared : Weight(i));
            double a = denominator ? Low(i) : Y[i], b = denominator ? High(i) : Upper(i);
            if (kind == Kind.Left && !denominator)
                b = Math.Max(b, response.CensoredBelow);
            indices[r] = i;
            together &= i - r == indices[0];
            low[r] = Standard(unit, kind == Kind.Left ? b : a);
            high[r] = Standard(unit, kind is Kind.Left or Kind.Interval ? b : a);
            trials[r] = Trials(i);
            weights[r] = denominator ? -w : w;
        }
        return together;
    }

    static double Standard(Standardization unit, double y) => unit.PerScale * (y - unit.Center);

    /// <summary>The cone of a row for one slot.</summary>
    public int Cone(int i, Kind kind, int slot) => response.Cone(kind, kind == Kind.Left ? Upper(i) : Y[i], Trials(i), slot);

    /// <summary>Where the value of a row lies.</summary>
    public (double From, double To) Ends(int i, Kind kind) =>
        (kind == Kind.Left ? double.NegativeInfinity : Y[i], kind == Kind.Left ? Math.Max(Upper(i), response.CensoredBelow) : Upper(i));

    /// <summary>Whether one denominator serves all rows.</summary>
    public bool IsShared => shared > 0;

    /// <summary>A row of its kind in a design's order.</summary>
    public (int Row, bool Denominator) At(Kind kind, int k) => listed ? kinds[(int)kind][k] : (from + k, false);

    /// <summary>Rows in a design's order.</summary>
    public IEnumerable<(int Row, Kind Kind, bool Denominator)> InOrder()
    {
        for (int i = from; !listed && i < to; i++)
            yield return (i, Kind.Exact, false);
        for (int k = 0; k < kinds.Length; k++)
            foreach (var (i, denominator) in kinds[k])
                yield return (i, (Kind)k, denominator);
    }
}
