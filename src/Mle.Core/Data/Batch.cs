using System.Collections.Frozen;

namespace Mle;

/// <summary>What a weight says.</summary>
public enum Weighting
{
    /// <summary>How often a row was observed: n is Σ w.</summary>
    Frequency,

    /// <summary>
    /// How many of the population a row stands for: only ratios count, n is the number of rows, and standard errors are
    /// robust.
    /// </summary>
    Sampling,
}

/// <summary>
/// Many independent data sets, one after another: data set d is the rows Offsets[d] to Offsets[d + 1] of every column.
/// </summary>
/// <param name="values">The observations; NaN is never valid.</param>
/// <param name="offsets">Where each data set begins, and the end of the last: one more than there are data sets.</param>
/// <param name="weights">Frequency weights, or empty for all 1: the log-likelihood is Σ wᵢ log f(xᵢ), n is Σ wᵢ.</param>
/// <param name="trials">Binomial trials, or empty.</param>
public sealed class Batch(
    ReadOnlyMemory<double> values, long[] offsets,
    ReadOnlyMemory<double> weights = default, ReadOnlyMemory<double> trials = default)
{
    public ReadOnlyMemory<double> Values { get; } = values;

    public IReadOnlyList<long> Offsets => offsets;

    public ReadOnlyMemory<double> Weights { get; } = weights;

    public ReadOnlyMemory<double> Trials { get; } = trials;

    public Weighting Weighting { get; init; }

    /// <summary>
    /// Where observations are censored, or empty: the one of row i lies in (Values[i], Upper[i]], and is exact where both
    /// are equal; infinite where nothing is known on that side.
    /// </summary>
    public ReadOnlyMemory<double> Upper { get; init; }

    /// <summary>Only observations ≥ this could enter the sample: one for all rows, one for each, or empty.</summary>
    public ReadOnlyMemory<double> TruncatedBelow { get; init; }

    /// <summary>Only observations ≤ this could enter the sample, likewise.</summary>
    public ReadOnlyMemory<double> TruncatedAbove { get; init; }

    /// <summary>The linear predictors of a regression by the parameter that they are for; the other parameters are constants.</summary>
    public IReadOnlyDictionary<string, Predictor> Predictors { get; init; } = FrozenDictionary<string, Predictor>.Empty;

    /// <summary>Whether rows are independent draws from one distribution, observed as they are.</summary>
    public bool IsPlain => Upper.IsEmpty && TruncatedBelow.IsEmpty && TruncatedAbove.IsEmpty && Predictors.Count == 0 && Weighting == Weighting.Frequency;

    /// <summary>The number of data sets.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>One data set.</summary>
    public static Batch Single(
        ReadOnlyMemory<double> values, ReadOnlyMemory<double> weights = default, ReadOnlyMemory<double> trials = default) =>
        new(values, [0, values.Length], weights, trials);

    /// <summary>Data sets of the same length, as a row-major matrix holds them.</summary>
    /// <exception cref="ArgumentException">The number of values is not a multiple of the length.</exception>
    public static Batch Equal(ReadOnlyMemory<double> values, int length)
    {
        if (length < 1 || values.Length % length != 0)
            throw new ArgumentException($"{values.Length} values cannot be cut into data sets of {length}.", nameof(length));
        var offsets = new long[values.Length / length + 1];
        for (int d = 0; d < offsets.Length; d++)
            offsets[d] = (long)d * length;
        return new(values, offsets);
    }

    internal long[] Bounds => offsets;

    /// <summary>The same data with other rows: what makes a column of them of one of these.</summary>
    Batch With(long[] bounds, Func<ReadOnlyMemory<double>, ReadOnlyMemory<double>> rows)
    {
        return new(rows(Values), bounds, rows(Weights), rows(Trials))
        {
            Weighting = Weighting,
            Upper = rows(Upper),
            TruncatedBelow = Limit(TruncatedBelow),
            TruncatedAbove = Limit(TruncatedAbove),
            Predictors = Predictors.ToDictionary(p => p.Key, p => new Predictor(p.Value.Terms, [.. p.Value.Columns.Select(rows)], rows(p.Value.Offset))),
        };

        // One for all rows, of a batch of one row, is one for all rows still.
        ReadOnlyMemory<double> Limit(ReadOnlyMemory<double> column) => column.Length == 1 ? column : rows(column);
    }

    /// <summary>A batch of one data set of this one, with the same memory.</summary>
    public Batch Slice(int d)
    {
        int from = (int)offsets[d], count = (int)offsets[d + 1] - from;
        return With([0, count], column => column.Length == Values.Length ? column.Slice(from, count) : column);
    }

    /// <summary>Some data sets as a batch of their own, in this order; one may come more than once.</summary>
    public Batch Select(IReadOnlyList<int> sets)
    {
        if (sets.Count == Count && sets.Select((d, i) => d == i).All(same => same))
            return this;
        var bounds = new long[sets.Count + 1];
        for (int i = 0; i < sets.Count; i++)
            bounds[i + 1] = bounds[i] + offsets[sets[i] + 1] - offsets[sets[i]];
        // Columns that are the same memory stay the same.
        var made = new Dictionary<ReadOnlyMemory<double>, ReadOnlyMemory<double>>();
        ReadOnlyMemory<double> Gather(ReadOnlyMemory<double> column)
        {
            if (column.Length != Values.Length || column.IsEmpty)
                return column;
            if (made.TryGetValue(column, out var known))
                return known;
            var gathered = GC.AllocateUninitializedArray<double>((int)bounds[^1]);
            for (int i = 0; i < sets.Count; i++)
                column.Span[(int)offsets[sets[i]]..(int)offsets[sets[i] + 1]].CopyTo(gathered.AsSpan((int)bounds[i]));
            made.Add(column, gathered);
            return gathered;
        }

        return With(bounds, Gather);
    }

    /// <summary>The same rows with other values and weights.</summary>
    internal Batch With(ReadOnlyMemory<double> values, ReadOnlyMemory<double> weights) => new(values, offsets, weights, Trials)
    {
        Upper = Upper,
        TruncatedBelow = TruncatedBelow,
        TruncatedAbove = TruncatedAbove,
        Weighting = Weighting,
        Predictors = Predictors,
    };

    /// <summary>All rows as one data set.</summary>
    internal Batch Together() => With([0, Values.Length], column => column);

    /// <summary>Data sets one after another; all have the same columns.</summary>
    internal static Batch Join(IReadOnlyList<Batch> parts)
    {
        var first = parts[0];
        var offsets = new List<long> { 0 };
        foreach (var part in parts)
            for (int d = 0; d < part.Count; d++)
                offsets.Add(offsets[^1] + part.Bounds[d + 1] - part.Bounds[d]);
        // Columns that are the same memory stay one.
        var made = new Dictionary<ReadOnlyMemory<double>, ReadOnlyMemory<double>>();
        ReadOnlyMemory<double> All(Func<Batch, ReadOnlyMemory<double>> column)
        {
            var one = column(first);
            // One entry for all rows, or none.
            if (parts.Any(p => column(p).Length != p.Values.Length))
                return one;
            if (made.TryGetValue(one, out var known))
                return known;
            var rows = new double[offsets[^1]];
            int at = 0;
            foreach (var part in parts)
            {
                column(part).CopyTo(rows.AsMemory(at));
                at += part.Values.Length;
            }
            return made[one] = rows;
        }
        return new(All(p => p.Values), [.. offsets], All(p => p.Weights), All(p => p.Trials))
        {
            Weighting = first.Weighting,
            Upper = All(p => p.Upper),
            TruncatedBelow = All(p => p.TruncatedBelow),
            TruncatedAbove = All(p => p.TruncatedAbove),
            Predictors = first.Predictors.ToDictionary(p => p.Key, p => p.Value with
            {
                Columns = [.. Enumerable.Range(0, p.Value.Columns.Count).Select(j => All(part => part.Predictors[p.Key].Columns[j]))],
                Offset = All(part => part.Predictors[p.Key].Offset),
            }),
        };
    }
}
