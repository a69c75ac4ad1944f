namespace Mle.Runner.Reading;

/// <summary>The columns of a file that were asked for, the rows of a group together.</summary>
/// <param name="Header">All columns of the file.</param>
/// <param name="Offsets">Where each group begins, and the end of the last.</param>
/// <param name="Groups">Their names; null where there is but one.</param>
/// <param name="Faults">What could not be read, by group: it spoils its group and no other.</param>
sealed record Frame(
    string Source, IReadOnlyList<string> Header, IReadOnlyDictionary<string, Field> Fields,
    long[] Offsets, string[]? Groups, Dictionary<int, string> Faults)
{
    readonly Dictionary<string, double[]> numbers = [];

    public int Rows => (int)Offsets[^1];

    /// <summary>A column of numbers.</summary>
    public double[] Numbers(string column)
    {
        var field = Fields[column];
        if (field.Texts is not { } texts)
            return field.Values;
        if (numbers.TryGetValue(column, out double[]? known))
            return known;
        double[] parsed = [.. texts.Select(text => Number.TryParse(text, out double value) ? value : double.NaN)];
        var made = new double[Rows];
        for (int i = 0; i < made.Length; i++)
        {
            double code = field.Values[i];
            made[i] = double.IsNaN(code) ? double.NaN : parsed[(int)code];
            if (double.IsNaN(made[i]) && !double.IsNaN(code))
                Refuse($"column '{column}'", i, $"'{texts[(int)code]}' is not a number; every row needs a number");
        }
        return numbers[column] = made;
    }

    /// <summary>What is wrong with a row ends the work on a single data set, and spoils its own group of many.</summary>
    public void Refuse(string what, int row, string why)
    {
        if (Groups is null)
            throw new BadInput($"{Source}, {what}, row {row + 1}: {why}.");
        int group = Array.BinarySearch(Offsets, row);
        group = group < 0 ? ~group - 1 : group;
        Faults.TryAdd(group, $"{what}, row {row - Offsets[group] + 1}: {why}");
    }

    /// <summary>Numbers that a linear predictor can be made of.</summary>
    public double[] Finite(string what, double[] values)
    {
        string place = Fields.ContainsKey(what) ? $"column '{what}'" : what;
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                Refuse(place, i, $"{(double.IsNaN(values[i]) ? "NaN" : Number.Text(values[i]))} is not finite; every row needs a finite number");
        return values;
    }
}
