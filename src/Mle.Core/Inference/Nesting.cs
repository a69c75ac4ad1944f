namespace Mle;

/// <summary>How a null hypothesis lies within a model: what it restricts, and the alternative's parameters as affine functions of the null's.</summary>
/// <remarks>
/// A predictor is nested where the columns of the null's are linear combinations of the alternative's (their rank with them is the
/// alternative's own), whatever they are called: y ~ a within y ~ poly(a, 2) or y ~ factor(a).
/// </remarks>
public sealed class Nesting
{
    /// <summary>One direction of the null hypothesis in the alternative's parameters, for one parameter of the null's.</summary>
    readonly record struct Direction(string Null, (int Parameter, double Slope)[] Along);

    readonly List<Direction> directions = [];
    readonly double[] origin;
    readonly bool[] isRestricted;

    /// <exception cref="ArgumentException">The null is no case of the alternative, or not of the same rows.</exception>
    public Nesting(Specification @null, Specification alternative, IReadOnlyList<string> parameters)
    {
        (Null, Alternative, Parameters) = (Completed(@null, alternative), alternative, parameters);
        if (Null.DiffersFrom(alternative) is { } difference)
            throw new ArgumentException(difference);
        (origin, isRestricted) = (new double[parameters.Count], new bool[parameters.Count]);
        if (Null.Family.Name == alternative.Family.Name)
        {
            Values();
            Formulas();
        }
        else
        {
            Pair = NestedFamilies.Find(Null.Family.Name, alternative.Family.Name)
                ?? throw new ArgumentException($"{Null.Family} is no special case of {alternative.Family}; mle compare compares models that are not nested.");
            OtherFamily(Pair);
        }
    }

    public Specification Null { get; }

    public Specification Alternative { get; }

    /// <summary>Those of the alternative, fixed ones included.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>Where the null is another family, how that is contained in the alternative's; else null.</summary>
    public NestedPair? Pair { get; }

    /// <summary>Whether the null hypothesis holds parameters at values, or in a space, that the alternative's surround.</summary>
    public bool IsInterior => Pair is null;

    /// <summary>Whether it puts one constant parameter on the edge of its space, and nothing else.</summary>
    public bool IsOneBound =>
        IsOfValues && Pair is { OnBoundary: true, At: [var (name, _)] } && Alternative.Batch.Predictors.GetValueOrDefault(name) is null or { Terms.Count: 1 };

    /// <summary>The parameters that the null hypothesis says something about, by their place.</summary>
    public IEnumerable<int> Restricted => Enumerable.Range(0, Parameters.Count).Where(i => isRestricted[i]);

    /// <summary>Whether everything that it says is a value of a parameter.</summary>
    public bool IsOfValues { get; private set; } = true;

    /// <summary>The null's value of a restricted parameter, the part that no parameter of the null's changes.</summary>
    public double Origin(int parameter) => origin[parameter];

    /// <summary>Directions in which restricted parameters may move together under the null hypothesis.</summary>
    public IEnumerable<double[]> Space()
    {
        foreach (var direction in directions)
        {
            var made = new double[Parameters.Count];
            foreach (var (i, slope) in direction.Along)
                made[i] = slope;
            if (Restricted.Any(i => made[i] != 0))
                yield return made;
        }
    }

    /// <summary>A fit of the null as values of all the alternative's parameters.</summary>
    public Dictionary<string, double> At(Fit fit)
    {
        double[] at = [.. origin];
        foreach (var direction in directions)
            foreach (var (i, slope) in direction.Along)
                at[i] += slope * fit[direction.Null];
        return Enumerable.Range(0, at.Length).ToDictionary(i => Parameters[i], i => at[i]);
    }

    /// <summary>A parameter with a predictor in the alternative has a constant one in a null that names none.</summary>
    static Specification Completed(Specification @null, Specification alternative)
    {
        if (@null.Family.Name != alternative.Family.Name)
            return @null;
        var predictors = @null.Batch.Predictors.ToDictionary();
        foreach (string name in alternative.Batch.Predictors.Keys)
            predictors.TryAdd(name, Predictor.Constant);
        if (predictors.Count == @null.Batch.Predictors.Count)
            return @null;
        var b = @null.Batch;
        return @null with
        {
            Batch = new(b.Values, [.. b.Offsets], b.Weights, b.Trials)
            {
                Weighting = b.Weighting,
                Upper = b.Upper,
                TruncatedBelow = b.TruncatedBelow,
                TruncatedAbove = b.TruncatedAbove,
                Predictors = predictors,
            }
        };
    }

    /// <summary>Parameters that are known under one of the two.</summary>
    void Values()
    {
        var (known, before) = (Null.Options.Fixed, Alternative.Options.Fixed);
        foreach (var (name, value) in before)
            if (known.GetValueOrDefault(name, double.NaN) != value)
                throw new ArgumentException(FormattableString.Invariant($"{name} = {value} in the alternative, and not under the null hypothesis: the models are not nested."));
        foreach (var (name, value) in known)
        {
            int i = Place(name);
            if (i < 0)
                throw new ArgumentException($"There is no parameter '{name}' here; there are {string.Join(", ", Parameters)}.");
            origin[i] = value;
            isRestricted[i] = !before.ContainsKey(name);
        }
    }

    int Place(string name) => Enumerable.Range(0, Parameters.Count).FirstOrDefault(i => Parameters[i] == name, -1);

    void Formulas()
    {
        var written = new bool[Parameters.Count];
        foreach (var (name, predictor) in Null.Batch.Predictors)
            if (!Alternative.Batch.Predictors.TryGetValue(name, out var wide))
                throw new ArgumentException($"{name} has a formula under the null hypothesis and none in the alternative: the models are not nested.");
            else if (!AreSame(predictor, wide))
                Predict(name, predictor, wide, written);
        for (int i = 0; i < Parameters.Count; i++)
            if (!written[i] && !Null.Options.Fixed.ContainsKey(Parameters[i]))
                directions.Add(new(Parameters[i], [(i, 1)]));
    }

    static bool AreSame(Predictor a, Predictor b) =>
        a.Terms.SequenceEqual(b.Terms) && AreSame(a.Offset, b.Offset) && a.Columns.Zip(b.Columns).All(c => AreSame(c.First, c.Second));

    static bool AreSame(ReadOnlyMemory<double> a, ReadOnlyMemory<double> b) => a.Equals(b) || a.Span.SequenceEqual(b.Span);

    /// <summary>Writes the null's columns in the alternative's.</summary>
    void Predict(string parameter, Predictor narrow, Predictor wide, bool[] written)
    {
        var batch = Alternative.Batch;
        IsOfValues = false;
        int rows = batch.Values.Length;
        var (columns, offset) = RequireNested(narrow, wide);
        int[][] blocks = [.. Blocks(parameter, wide)];
        if (blocks.SelectMany(b => b).Any(i => i >= 0 && Null.Options.Fixed.ContainsKey(Parameters[i])))
            throw new ArgumentException($"Coefficients of {parameter} are held at values, and its formula differs under the null hypothesis: say it by one of the two.");
        foreach (int i in blocks.SelectMany(b => b).Where(i => i >= 0))
            isRestricted[i] = written[i] = true;
        double[] shift = Of(offset);
        string[] names = Alternative.Family.Info.Primary == parameter ? [""] : [parameter + ":"];
        if (blocks.Length > 1 || Families.OfCategories.ContainsKey(Alternative.Family.Name))
            names = [.. blocks.Select(b => Prefix(b, wide))];
        for (int b = 0; b < blocks.Length; b++)
        {
            for (int t = 0; t < shift.Length; t++)
                if (blocks[b][t] >= 0)
                    origin[blocks[b][t]] = shift[t];
            for (int j = 0; j < columns.Length; j++)
            {
                // The thresholds of an ordered model stand in place of an intercept.
                if (blocks[b].Contains(-1) && narrow.Columns[j].IsEmpty)
                    continue;
                double[] slopes = Of(columns[j]);
                directions.Add(new(names[b] + narrow.Terms[j], [.. Enumerable.Range(0, slopes.Length).Where(t => slopes[t] != 0).SelectMany(t => Along(blocks[b][t], slopes[t]))]));
            }
        }

        IEnumerable<(int, double)> Along(int i, double slope) => i >= 0 ? [(i, slope)] : Enumerable.Range(wide.Terms.Count - 1, Parameters.Count - wide.Terms.Count + 1).Select(ζ => (ζ, -slope));

        double[] Of(double[] column) => [.. LeastSquares.Solve(wide.Columns, column, batch.Weights, default, 0, rows).Coefficients.Select(c => double.IsNaN(c) ? 0 : c)];
    }

    /// <returns>The null's columns, and the difference of the offsets: all of them in the space of the alternative's columns.</returns>
    (double[][] Columns, double[] Offset) RequireNested(Predictor narrow, Predictor wide)
    {
        int rows = Alternative.Batch.Values.Length;
        double[][] columns = [.. narrow.Columns.Select(c => c.IsEmpty ? Ones(rows) : c.ToArray())];
        double[] offset = Difference(narrow.Offset, wide.Offset, rows);
        ReadOnlyMemory<double>[] all = [.. wide.Columns, .. columns.Select(c => (ReadOnlyMemory<double>)c), .. offset.Any(o => o != 0) ? new ReadOnlyMemory<double>[] { offset } : []];
        var together = LeastSquares.Solve(all, new double[rows], Alternative.Batch.Weights, default, 0, rows);
        foreach (int c in Enumerable.Range(wide.Columns.Count, all.Length - wide.Columns.Count).Except(together.Aliased))
            throw new ArgumentException(c - wide.Columns.Count < narrow.Terms.Count
                ? $"'{narrow.Terms[c - wide.Columns.Count]}' of the null hypothesis is no linear combination of the alternative's {string.Join(", ", wide.Terms)}: the models are not nested; mle compare compares those."
                : $"The offsets differ by what is no linear combination of {string.Join(", ", wide.Terms)}: the models are not nested; mle compare compares those.");
        return (columns, offset);
    }

    /// <summary>What stands before a term in the names of a category's coefficients.</summary>
    string Prefix(int[] block, Predictor wide)
    {
        int t = Array.FindIndex(block, i => i >= 0);
        return t < 0 ? "" : Parameters[block[t]][..^wide.Terms[t].Length];
    }

    static double[] Ones(int rows)
    {
        var ones = new double[rows];
        Array.Fill(ones, 1);
        return ones;
    }

    static double[] Difference(ReadOnlyMemory<double> a, ReadOnlyMemory<double> b, int rows)
    {
        var made = new double[rows];
        for (int i = 0; i < rows; i++)
            made[i] = (a.IsEmpty ? 0 : a.Span[i]) - (b.IsEmpty ? 0 : b.Span[i]);
        return made;
    }

    /// <summary>The places of a predictor's coefficients, for each category that has its own; −1 for an intercept that is none.</summary>
    IEnumerable<int[]> Blocks(string parameter, Predictor wide)
    {
        var family = Alternative.Family;
        int terms = wide.Terms.Count;
        if (family is Multinomial)
        {
            for (int b = 0; b < Parameters.Count / terms; b++)
                yield return [.. Enumerable.Range(b * terms, terms)];
            yield break;
        }
        if (Families.OfCategories.ContainsKey(family.Name))
        {
            int at = 0;
            yield return [.. wide.Columns.Select(c => c.IsEmpty ? -1 : at++)];
            yield break;
        }
        int from = family.Info.Parameters.TakeWhile(p => p.Name != parameter).Sum(p => Alternative.Batch.Predictors.TryGetValue(p.Name, out var earlier) ? earlier.Terms.Count : 1);
        yield return [.. Enumerable.Range(from, terms)];
    }

    /// <summary>What another family's predictors have to be so that it is a case of the alternative: on the same scale, within the same space.</summary>
    void OtherFamily(NestedPair pair)
    {
        var (inner, outer) = (Null.Family.Info, Alternative.Family.Info);
        var (few, many) = (Null.Batch.Predictors, Alternative.Batch.Predictors);
        if (Alternative.Options.Fixed.Count > 0)
            throw new ArgumentException($"Parameters of {Alternative.Family} are held at values, and {Null.Family} has others: it is no special case then.");
        if (few.Count + many.Count == 0)
            return;
        if (pair.At.Any(at => at.Parameter == outer.Primary))
            throw new ArgumentException($"{Null.Family} with a formula is no case of {Alternative.Family}, whose formula is for {outer.Primary}.");
        foreach (string name in outer.Parameters.Select(p => p.Name).Except(pair.At.Select(at => at.Parameter)))
        {
            string its = name == outer.Primary ? inner.Primary : name;
            var (narrow, wide) = (few.GetValueOrDefault(its) ?? Predictor.Constant, many.GetValueOrDefault(name) ?? Predictor.Constant);
            if (!AreSame(narrow, wide))
            {
                RequireNested(narrow, wide);
                IsOfValues = false;
            }
            bool sameScale = RoleOf(inner, its) == RoleOf(outer, name);
            if (!sameScale && (!narrow.Offset.IsEmpty || !narrow.Columns.Any(c => c.IsEmpty)))
                throw new ArgumentException($"The formulas of {Null.Family} and {Alternative.Family} are for parameters on different scales: nested only with an intercept and without offset.");
        }

        static Role? RoleOf(FamilyInfo info, string name) => info.Parameters.FirstOrDefault(p => p.Name == name)?.Role;
    }
}
