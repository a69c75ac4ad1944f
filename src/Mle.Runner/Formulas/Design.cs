using Mle.Runner.Reading;

namespace Mle.Runner.Formulas;

/// <summary>
/// The columns of a linear predictor, made from terms as R's model.matrix makes them: texts and factor() by treatment
/// contrasts against the first level, or in full where a margin is absent.
/// </summary>
/// <param name="Levels">The levels of each factor, by its variable: those of all rows that the design was learned from.</param>
/// <param name="Polynomials">The constants of each poly(), likewise.</param>
sealed record Design(Terms Terms, IReadOnlyDictionary<string, string[]> Levels, IReadOnlyDictionary<string, Polynomial> Polynomials)
{
    /// <summary>A factor of more levels is an identifier that was meant for something else.</summary>
    const int MostLevels = 1000, HighestDegree = 30;

    readonly record struct Part(string Name, double[] Values);

    /// <summary>A level as a column of 0 and 1 costs no memory of its own until it stands alone.</summary>
    sealed record Coding(string[] Names, Func<int, int, double> At, double[][]? Ready);

    public static Design Learn(Terms terms, Frame frame)
    {
        var (levels, polynomials) = (new Dictionary<string, string[]>(), new Dictionary<string, Polynomial>());
        foreach (var variable in terms.Variables)
        {
            if (FactorOf(variable) is { } column && (variable is Call || frame.Fields[column].Texts is not null))
                levels.Add(variable.ToString(), LevelsOf(terms.Formula, variable, frame.Fields[column]));
            else if (variable is Call { Function: "poly" } call && !IsRaw(call))
                polynomials.Add(variable.ToString(), Learn(terms.Formula, call, frame));
        }
        return new(terms, levels, polynomials);
    }

    static Polynomial Learn(Formula formula, Call call, Frame frame)
    {
        double[] x = frame.Finite(call.Arguments[0].ToString(), Arithmetic.Column(formula, call.Arguments[0], frame));
        return Polynomial.Of([.. x.Where(double.IsFinite)], DegreeOf(call))
            ?? throw formula.Refuse(call, $"{call.Arguments[0]} has too few different values for degree {DegreeOf(call)}");
    }

    /// <summary>The column of a term that is a factor, or becomes one where the column holds texts.</summary>
    static string? FactorOf(Node variable) => variable switch
    {
        Name name => name.Column,
        Call { Function: "factor" or "as.factor", Arguments: [Name name] } => name.Column,
        _ => null,
    };

    static int DegreeOf(Call poly) => (int)((Constant)poly.Arguments[1]).Value;

    static bool IsRaw(Call poly) => poly.Arguments.Count == 3;

    /// <summary>Refuses what cannot be a variable, before a byte is read; says what each column is needed for.</summary>
    static void Check(Formula formula, Node variable, Action<string, Need> need)
    {
        switch (variable)
        {
            case Name name:
                need(name.Column, Reading.Need.Any);
                return;
            case Call { Function: "factor" or "as.factor" }:
                need(FactorOf(variable) ?? throw formula.Refuse(variable, $"'{variable}': factor takes one column"), Reading.Need.Any);
                return;
            case Call { Function: "poly" } poly:
                bool complete = poly.Arguments is [_, Constant { Value: >= 1 and <= HighestDegree } degree, ..] && degree.Value == Math.Floor(degree.Value)
                    && poly.Arguments.Skip(2).All(a => a is Argument { Name: "raw", Value: Name { Column: "TRUE" } }) && poly.Arguments.Count <= 3;
                if (!complete)
                    throw formula.Refuse(poly, $"'{poly}': poly takes a column and a degree from 1 to {HighestDegree}, and raw = TRUE for plain powers");
                Arithmetic.Check(formula, poly.Arguments[0]);
                break;
            default:
                Arithmetic.Check(formula, variable);
                break;
        }
        foreach (string column in Formula.Columns(variable))
            need(column, Reading.Need.Number);
    }

    /// <summary>The columns that the terms read, and what for.</summary>
    public static void Need(Terms terms, Action<string, Need> need)
    {
        foreach (var variable in terms.Variables)
            Check(terms.Formula, variable, need);
        foreach (var offset in terms.Offsets)
        {
            Arithmetic.Check(terms.Formula, offset);
            foreach (string column in Formula.Columns(offset))
                need(column, Reading.Need.Number);
        }
    }

    /// <summary>In the order of the alphabet, or of size where all are numbers.</summary>
    public static string[] LevelsOf(Field field) => field.Texts is { } texts
        ? Ordered(texts) : [.. field.Values.Where(v => !double.IsNaN(v)).Distinct().Order().Select(Number.Text)];

    static string[] Ordered(string[] texts) => texts.All(t => Number.TryParse(t, out double value) && !double.IsNaN(value))
        ? [.. texts.OrderBy(t => Number.TryParse(t, out double value) ? value : 0)] : [.. texts.Order(StringComparer.Ordinal)];

    static string[] LevelsOf(Formula formula, Node variable, Field field)
    {
        string[] levels = LevelsOf(field);
        return levels.Length switch
        {
            < 2 => throw formula.Refuse(variable, $"'{variable}' has the same value in all rows, and a factor needs two levels"),
            > MostLevels => throw formula.Refuse(variable, $"'{variable}' has {levels.Length} levels; a factor may have {MostLevels}"),
            _ => levels,
        };
    }

    /// <summary>Each row's place among the levels; −1 where it is none of them.</summary>
    public static Func<int, int> Codes(Field field, IReadOnlyList<string> levels)
    {
        var place = levels.Select((level, k) => (level, k)).ToDictionary(l => l.level, l => l.k);
        if (field.Texts is { } texts)
        {
            int[] codes = [.. texts.Select(text => place.GetValueOrDefault(text, -1))];
            return i => double.IsNaN(field.Values[i]) ? -1 : codes[(int)field.Values[i]];
        }
        var ofNumber = new Dictionary<double, int>();
        foreach (var (level, k) in place)
            if (Number.TryParse(level, out double value) && !double.IsNaN(value))
                ofNumber[value] = k;
        return i => ofNumber.GetValueOrDefault(field.Values[i], -1);
    }

    /// <summary>The columns over all rows of a frame.</summary>
    /// <param name="offset">A further column that is added as it is.</param>
    public Predictor Predictor(Frame frame, string? offset = null)
    {
        var (names, columns) = (new List<string>(), new List<ReadOnlyMemory<double>>());
        if (Terms.Intercept)
        {
            names.Add(Mle.Predictor.Intercept);
            columns.Add(default);
        }
        for (int p = 0; p < Terms.Products.Count; p++)
            foreach (var column in Columns(p, frame))
            {
                names.Add(column.Name);
                columns.Add(column.Values);
            }
        if (names.Count == 0)
            throw Terms.Formula.Refuse(Terms.Formula.Right, "no term is left; at least 1, the intercept, is needed");
        return new(names, columns, Offset(frame, offset));
    }

    double[]? Offset(Frame frame, string? further)
    {
        double[][] parts = [
            .. Terms.Offsets.Select(o => frame.Finite(o.ToString(), Arithmetic.Column(Terms.Formula, o, frame))),
            .. further is null ? Array.Empty<double[]>() : [frame.Finite(further, frame.Numbers(further))]];
        return parts switch
        {
            [] => null,
            [var one] => one,
            _ => [.. Enumerable.Range(0, frame.Rows).Select(i => parts.Sum(part => part[i]))],
        };
    }

    /// <summary>The product of its variables' columns, the first variable's running fastest.</summary>
    IEnumerable<Part> Columns(int product, Frame frame)
    {
        int[] variables = Terms.Products[product];
        Coding[] codings = [.. variables.Select(v => Code(Terms.Variables[v], IsFull(product, v), frame))];
        if (codings is [{ Ready: { } ready } alone])
            return alone.Names.Zip(ready, (name, values) => new Part(name, values));
        return Product(codings, frame.Rows);
    }

    static IEnumerable<Part> Product(Coding[] codings, int rows)
    {
        int count = codings.Aggregate(1, (n, coding) => checked(n * coding.Names.Length));
        for (int c = 0; c < count; c++)
        {
            int rest = c;
            var chosen = new int[codings.Length];
            for (int v = 0; v < codings.Length; v++)
                (rest, chosen[v]) = Math.DivRem(rest, codings[v].Names.Length);
            var values = GC.AllocateUninitializedArray<double>(rows);
            for (int i = 0; i < rows; i++)
            {
                double value = codings[0].At(chosen[0], i);
                for (int v = 1; v < codings.Length; v++)
                    value *= codings[v].At(chosen[v], i);
                values[i] = value;
            }
            yield return new(string.Join(':', codings.Select((coding, v) => coding.Names[chosen[v]])), values);
        }
    }

    /// <summary>
    /// R's rule: a factor in a term is coded in full unless what the other variables of the term make is in the model
    /// already; without an intercept the first factor of all is.
    /// </summary>
    bool IsFull(int product, int variable)
    {
        if (!Terms.Intercept && FirstFactor == (product, variable))
            return true;
        int[] others = [.. Terms.Products[product].Where(v => v != variable)];
        return others.Length > 0 && !Terms.Products.Take(product).Any(earlier => others.All(earlier.Contains));
    }

    (int Product, int Variable)? FirstFactor
    {
        get
        {
            for (int p = 0; p < Terms.Products.Count; p++)
                foreach (int v in Terms.Products[p])
                    if (Levels.ContainsKey(Terms.Variables[v].ToString()))
                        return (p, v);
            return null;
        }
    }

    Coding Code(Node variable, bool full, Frame frame)
    {
        string name = variable.ToString();
        if (Levels.TryGetValue(name, out string[]? levels))
            return Code(name, levels, full ? 0 : 1, frame, frame.Fields[FactorOf(variable)!]);
        if (variable is Call { Function: "poly" } poly)
        {
            double[] x = frame.Finite(poly.Arguments[0].ToString(), Arithmetic.Column(Terms.Formula, poly.Arguments[0], frame));
            double[][] made = IsRaw(poly)
                ? [.. Enumerable.Range(1, DegreeOf(poly)).Select(k => Array.ConvertAll(x, v => Math.Pow(v, k)))]
                : Polynomials[name].Columns(x);
            string[] names = made.Length == 1 ? [name] : [.. Enumerable.Range(1, made.Length).Select(k => name + k)];
            return new(names, (k, i) => made[k][i], made);
        }
        double[] values = frame.Finite(variable is Name column ? column.Column : name, Arithmetic.Column(Terms.Formula, variable, frame));
        return new([name], (_, i) => values[i], [values]);
    }

    /// <param name="first">The first level that has a column.</param>
    static Coding Code(string name, string[] levels, int first, Frame frame, Field field)
    {
        var code = Codes(field, levels);
        for (int i = 0; i < frame.Rows; i++)
            if (code(i) < 0 && !double.IsNaN(field.Values[i]))
                frame.Refuse($"column '{field.Name}'", i,
                    $"'{(field.Texts is { } texts ? texts[(int)field.Values[i]] : Number.Text(field.Values[i]))}' is no level of {name}; there are {string.Join(", ", levels)}");
        return new([.. levels.Skip(first).Select(level => name + level)], (k, i) => code(i) is var found && found < 0 ? double.NaN : found == k + first ? 1 : 0, null);
    }
}
