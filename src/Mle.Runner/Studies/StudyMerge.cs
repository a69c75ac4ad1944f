using System.Globalization;

namespace Mle.Runner.Studies;

/// <summary>The shards of a study put together: the same blocks in the same order as in one run, and so the same bits.</summary>
static class StudyMerge
{
    /// <summary>Missing cells and blocks that are named; the others are counted.</summary>
    const int Named = 3;

    /// <param name="journals">Of the study, in any order; a shard may be there more than once.</param>
    /// <param name="running">Files that another process is writing.</param>
    /// <exception cref="Unfinished">With <see cref="Program.Incomplete"/>: shards, cells or blocks are missing, which are named.</exception>
    /// <exception cref="Failure">The same block is there twice, and differs.</exception>
    public static CellResult[] Of(Study study, IReadOnlyList<Journal> journals, IReadOnlyList<string> running)
    {
        if (journals is [var first, ..] && journals.FirstOrDefault(j => j.Shard.Count != first.Shard.Count) is { } other)
            throw new BadInput($"{first.Path} is shard {first.Shard} and {other.Path} is shard {other.Shard}: shards of different counts do not make one study.");
        var shards = journals.ToLookup(j => j.Shard);
        foreach (var copies in shards)
            foreach (var copy in copies.Skip(1))
                Compare(study, copies.First(), copy);

        var results = new CellResult[study.Cells.Count];
        var lacking = new Dictionary<Shard, List<string>>();
        int count = journals is [var any, ..] ? any.Shard.Count : 1;
        for (int cell = 0; cell < results.Length; cell++)
        {
            results[cell] = new(study, cell);
            foreach (var (shard, blocks) in AddUp(study, cell, shards, count, results[cell]))
            {
                if (!lacking.TryGetValue(shard, out var cells))
                    lacking.Add(shard, cells = []);
                cells.Add($"cell {cell + 1} lacks block{(blocks.Count > 1 ? "s" : "")} {List([.. blocks.Select(b => (b + 1).ToString(CultureInfo.InvariantCulture))], "")}");
            }
        }
        if (lacking.Count == 0)
            return results;
        string[] absent = [.. lacking.Keys.Where(s => !shards.Contains(s)).Select(s => s.ToString())];
        string[] parts =
        [
            .. absent.Length > 0 ? [$"there is no journal of shard{(absent.Length > 1 ? "s" : "")} {string.Join(", ", absent)}"] : Array.Empty<string>(),
            .. lacking.Where(l => shards.Contains(l.Key)).Select(l => $"shard {l.Key} ({shards[l.Key].First().Path}) is not done: {List(l.Value, "cells")}"),
            .. running.Select(path => $"{path} is still being written"),
        ];
        throw new Unfinished(Program.Incomplete, $"the study is incomplete: {string.Join("; ", parts)}.");
    }

    /// <summary>Adds up the blocks of a cell in their order, and says which are missing from which shard: of a sequential cell the first, for more may not be needed.</summary>
    static Dictionary<Shard, List<int>> AddUp(Study study, int cell, ILookup<Shard, Journal> shards, int count, CellResult result)
    {
        var missing = new Dictionary<Shard, List<int>>();
        for (int block = 0; block < study.Blocks && !result.IsDone && (missing.Count == 0 || !study.IsSequential); block++)
        {
            var shard = Shard.Owner(study, cell, block, count);
            if (shards[shard].FirstOrDefault(j => j.Holds(cell, block)) is { } journal)
                result.Add(journal.Block(cell, block));
            else if (missing.TryGetValue(shard, out var blocks))
                blocks.Add(block);
            else
                missing.Add(shard, [block]);
        }
        return missing;
    }

    static void Compare(Study study, Journal one, Journal copy)
    {
        for (int cell = 0; cell < study.Cells.Count; cell++)
        {
            var (first, step) = one.Shard.BlocksOf(study, cell);
            for (int block = first; block < study.Blocks; block += step)
                if (one.Holds(cell, block) && copy.Holds(cell, block) && !one[cell, block].AsSpan().SequenceEqual(copy[cell, block]))
                    throw new Failure($"{one.Path} and {copy.Path} have different results for block {block + 1} of cell {cell + 1}: they were made by different engines or programs, and one of them must go.");
        }
    }

    static string List(IReadOnlyList<string> what, string unit) =>
        string.Join(", ", what.Take(Named)) + (what.Count > Named ? $" and {what.Count - Named} more{(unit.Length > 0 ? " " + unit : "")}" : "");
}
