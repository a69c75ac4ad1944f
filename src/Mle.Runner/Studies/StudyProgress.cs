using System.Globalization;

namespace Mle.Runner.Studies;

/// <summary>Cells done, replicates/s, time left, and the coverage that is farthest from its level so far.</summary>
sealed class StudyProgress(Terminal terminal, Study study, StudyRun run) : Progress(terminal, "", "", 0)
{
    readonly long open = run.Open;

    protected override string Describe(long done, TimeSpan elapsed)
    {
        long left = run.Open;
        double share = run.Total == 0 ? 1 : 1 - (double)left / run.Total;
        var time = left < open ? elapsed * ((double)left / (open - left)) : TimeSpan.Zero;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{run.CellsDone}/{study.Cells.Count} cells, {done / elapsed.TotalSeconds:N0} replicates/s, {100 * share:F0} %, {(time.Days > 0 ? $"{time.Days} d " : "")}{time:hh\\:mm\\:ss} left");
        return run.Worst() is { } worst
            ? line + string.Create(CultureInfo.InvariantCulture, $", cell {worst.Cell + 1} covers {worst.Coverage:F3}") : line;
    }
}
