namespace Mle;

/// <summary>The log-likelihood of one data set over a grid of one or two parameters.</summary>
/// <param name="Parameters">What the grid is over.</param>
/// <param name="Grid">The values of each.</param>
/// <param name="ProfiledOut">The parameters that are not in the grid and not fixed: at their best at every point.</param>
/// <param name="LogLikelihood">
/// By the first parameter, then the second; −∞ where the data are impossible, +∞ where there is no upper bound, NaN where the
/// others' best was not found.
/// </param>
public sealed record Surface(
    IReadOnlyList<string> Parameters, IReadOnlyList<double[]> Grid, IReadOnlyList<string> ProfiledOut, double[] LogLikelihood)
{
    /// <summary>Values of data that are repeated for fits at several points at once.</summary>
    const int Together = 1 << 22;

    /// <exception cref="ArgumentException">The batch is not one data set, or a grid's parameter is no estimated one.</exception>
    public static Surface Of(IEngine engine, Family family, Batch batch, FitOptions options, IReadOnlyList<(string Parameter, double[] Values)> grid)
    {
        if (batch.Count != 1)
            throw new ArgumentException($"A surface is that of one data set, and there are {batch.Count}.");
        double[] first = grid[0].Values, second = grid.Count > 1 ? grid[1].Values : [double.NaN];
        int points = first.Length * second.Length;
        var found = new double[points];
        string[]? others = null;
        // With nothing left to estimate, a point costs one pass, and the data are not copied for it.
        bool settled = Given(0, 1, out _).FreeParameters == 0;
        int together = settled ? 1 : (int)Math.Clamp(Together / Math.Max(1, batch.Offsets[1]), 1, points);
        for (int from = 0; from < points; from += together)
        {
            var table = Given(from, Math.Min(together, points - from), out int count);
            for (int i = 0; i < count; i++)
                found[from + i] = Profile.Supremum(table[i]);
            options.Progress?.Report(from + count);
        }
        return new([.. grid.Select(g => g.Parameter)], [.. grid.Select(g => g.Values)], others!, found);

        FitTable Given(int from, int count, out int made)
        {
            made = count;
            var held = new Dictionary<string, ReadOnlyMemory<double>>();
            for (int g = 0; g < grid.Count; g++)
                held.Add(grid[g].Parameter, Enumerable.Range(from, count).Select(k => g == 0 ? first[k / second.Length] : second[k % second.Length]).ToArray());
            var table = engine.Fit(family, batch.Select(new int[count]), options with { FixedEach = held, Detail = Detail.Complete, Progress = null });
            others ??= [.. table.Parameters.Where(name => !held.ContainsKey(name) && !options.Fixed.ContainsKey(name))];
            return table;
        }
    }
}
