using System.Globalization;

namespace Mle.Runner.Studies;

/// <summary>
/// One part of a study that is spread over machines: of the blocks of all cells in their order, numbered u = 0, 1, …, those with
/// u mod Count = Index; of a sequential study, whose cells say themselves when they are done, the cells c with c mod Count = Index.
/// </summary>
readonly record struct Shard(int Index, int Count)
{
    /// <summary>How many shards there are, for schedulers that only say which one this is.</summary>
    public const string CountVariable = "MLE_SHARDS";

    public static Shard Whole { get; } = new(0, 1);

    public bool IsWhole => Count == 1;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    public static Shard Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && Natural(parts[0]) is { } index && Natural(parts[1]) is { } count && index < count ? new(index, count)
            : throw new BadInput($"--shard {text}: two whole numbers I/N with I < N are needed, such as 0/8 for the first of eight and 7/8 for the last.");
    }

    /// <summary>What a job array of Slurm or an indexed job of Kubernetes says, in this order; the whole study without either.</summary>
    /// <param name="variable">The value of an environment variable, null where there is none.</param>
    /// <param name="source">The variable that said so; null without any.</param>
    public static Shard Of(Func<string, string?> variable, out string? source)
    {
        int? Number(string name) => variable(name) is { Length: > 0 } text ? Natural(text) ?? throw new BadInput($"{name} is '{text}'; a whole number is needed, or --shard I/N.") : null;

        source = "SLURM_ARRAY_TASK_ID";
        if (Number(source) is { } task)
        {
            int least = Number("SLURM_ARRAY_TASK_MIN") ?? 0, step = Math.Max(Number("SLURM_ARRAY_TASK_STEP") ?? 1, 1);
            if (Number("SLURM_ARRAY_TASK_COUNT") is not { } count || Number("SLURM_ARRAY_TASK_MAX") is not { } most
                || task < least || (task - least) % step != 0 || (most - least) % step != 0 || (most - least) / step + 1 != count)
                throw new BadInput("The tasks of this job array are not evenly spaced numbers, or not all said: --shard I/N says which shard this is.");
            return new((task - least) / step, count);
        }
        source = "JOB_COMPLETION_INDEX";
        if (Number(source) is { } index)
            return Number(CountVariable) is { } count && index < count ? new(index, count)
                : throw new BadInput($"JOB_COMPLETION_INDEX is {index}, and {CountVariable} is {variable(CountVariable) ?? "not set"}: it must be the job's number of completions.");
        source = null;
        return Whole;
    }

    /// <summary>The blocks of a cell that are this shard's: the first, and how far they are apart. None where the first is not below <see cref="Study.Blocks"/>.</summary>
    public (int First, int Step) BlocksOf(Study study, int cell)
    {
        if (study.IsSequential)
            return (cell % Count == Index ? 0 : study.Blocks, 1);
        long before = (long)cell * study.Blocks;
        long first = ((Index - before) % Count + Count) % Count;
        return ((int)Math.Min(first, study.Blocks), Count);
    }

    public bool Owns(Study study, int cell, int block) =>
        (uint)cell < (uint)study.Cells.Count && (uint)block < (uint)study.Blocks && Owner(study, cell, block, Count) == this;

    /// <summary>Whose a block is, of so many shards.</summary>
    public static Shard Owner(Study study, int cell, int block, int count) =>
        new((int)((study.IsSequential ? cell : (long)cell * study.Blocks + block) % count), count);

    /// <summary>How many blocks it has, of a sequential study at most.</summary>
    public long BlocksIn(Study study)
    {
        long all = 0;
        for (int cell = 0; cell < study.Cells.Count; cell++)
        {
            var (first, step) = BlocksOf(study, cell);
            all += (study.Blocks - first + (long)step - 1) / step;
        }
        return all;
    }

    static int? Natural(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
