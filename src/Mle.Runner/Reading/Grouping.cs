namespace Mle.Runner.Reading;

/// <summary>
/// Which rows belong to which group, kept as runs of equal keys: a sorted file has one run a group and is never copied,
/// a shuffled one has one a row.
/// </summary>
sealed class Grouping
{
    readonly Labels labels = new();
    readonly List<int> runGroups = [], runStarts = [];

    /// <summary>The group of the next row.</summary>
    public int Add(ReadOnlySpan<byte> key, int row)
    {
        int group = labels.Code(key);
        if (runGroups.Count == 0 || runGroups[^1] != group)
        {
            runGroups.Add(group);
            runStarts.Add(row);
        }
        return group;
    }

    public int Count => labels.Count;

    public string[] Names() => labels.Texts();

    /// <summary>Where each group begins once its rows stand together.</summary>
    public long[] Offsets(int rows)
    {
        var offsets = new long[labels.Count + 1];
        for (int r = 0; r < runGroups.Count; r++)
            offsets[runGroups[r] + 1] += RunEnd(r, rows) - runStarts[r];
        for (int g = 1; g < offsets.Length; g++)
            offsets[g] += offsets[g - 1];
        return offsets;
    }

    /// <summary>A column with the rows of a group together, in the order of the file.</summary>
    public double[] Gather(double[] column)
    {
        if (runGroups.Count == labels.Count)
            return column;
        var gathered = GC.AllocateUninitializedArray<double>(column.Length);
        var to = Offsets(column.Length);
        for (int r = 0; r < runGroups.Count; r++)
        {
            var run = column.AsSpan(runStarts[r]..RunEnd(r, column.Length));
            ref long at = ref to[runGroups[r]];
            if (run.Length == 1)
                gathered[at] = run[0];
            else
                run.CopyTo(gathered.AsSpan((int)at));
            at += run.Length;
        }
        return gathered;
    }

    int RunEnd(int run, int rows) => run + 1 < runStarts.Count ? runStarts[run + 1] : rows;
}
