using Mle.Runner;
using Mle.Runner.Studies;

namespace Mle.Tests.Studies;

/// <summary>However a study is cut into shards and threads, its results have the same bytes.</summary>
public sealed class MergeTests : IDisposable
{
    readonly Mle.Tests.Runner.CommandLine folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Studies => ["fixed", "sequential"];

    static Study Named(string name) => name == "fixed" ? Small.Fixed : Small.Sequential;

    string[] Shards(Study study, int count, int threads) => [.. Enumerable.Range(0, count).Select(i =>
    {
        string path = folder.At($"{threads}.{i}-of-{count}.journal");
        Small.Run(study, path, threads, new(i, count));
        return path;
    })];

    static byte[] Merge(Study study, params string[] paths)
    {
        Journal[] journals = [.. paths.Select(p => Journal.Read(p, study)).OfType<Journal>()];
        try
        {
            return Small.Csv(study, StudyMerge.Of(study, journals, []));
        }
        finally
        {
            Array.ForEach(journals, j => j.Dispose());
        }
    }

    [Theory]
    [MemberData(nameof(Studies))]
    public void Shards_and_threads_do_not_show(string name)
    {
        var study = Named(name);
        byte[] expected = Small.Uninterrupted(study);
        foreach (int threads in new[] { 2, 5, 60 })
            Assert.Equal(expected, Small.Csv(study, Small.Run(study, folder.At($"{threads}.journal"), threads).Results));
        foreach (int count in new[] { 1, 7, 20 })
        {
            string[] paths = Shards(study, count, threads: count == 7 ? 2 : 1);
            Random.Shared.Shuffle(paths);
            Assert.Equal(expected, Merge(study, paths));
            // A shard that is there twice, once in part.
            string copy = folder.File("copy.journal", File.ReadAllBytes(paths[0])[..^1]);
            Assert.Equal(expected, Merge(study, [copy, .. paths]));
        }
    }

    [Fact]
    public void Cells_of_the_sequential_study_stop_at_different_blocks_before_the_last()
    {
        var run = Small.Run(Small.Sequential, folder.At("a.journal"));
        int[] blocks = [.. run.Results.Select(r => r.Blocks)];
        Assert.True(blocks.Distinct().Count() > 1, string.Join(",", blocks));
        Assert.All(blocks, b => Assert.InRange(b, 5, Small.Sequential.Blocks));
    }

    [Fact]
    public void Every_block_belongs_to_one_shard()
    {
        foreach (var study in new[] { Small.Fixed, Small.Sequential })
            for (int count = 1; count < 20; count++)
            {
                Shard[] all = [.. Enumerable.Range(0, count).Select(i => new Shard(i, count))];
                for (int cell = 0; cell < study.Cells.Count; cell++)
                    for (int block = 0; block < study.Blocks; block++)
                    {
                        var owner = Assert.Single(all, s => s.Owns(study, cell, block));
                        Assert.Equal((study.IsSequential ? cell : cell * study.Blocks + block) % count, owner.Index);
                        Assert.Single(all, s => s.BlocksOf(study, cell) is var (first, step) && block >= first && (block - first) % step == 0);
                    }
                Assert.Equal(study.Cells.Count * study.Blocks, all.Sum(s => s.BlocksIn(study)));
            }
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var study = Small.Fixed;
        string[] paths = Shards(study, 4, 1);
        string Missing(params string[] some) => Assert.Throws<Unfinished>(() => Merge(study, some)) is { Code: Program.Incomplete } e ? e.Message : "";
        Assert.Equal("the study is incomplete: there is no journal of shard 2/4.", Missing(paths[0], paths[1], paths[3]));
        Assert.Equal("the study is incomplete: there is no journal of shards 0/4, 1/4, 2/4, 3/4.".Replace("1/4, ", ""), Missing(paths[1]));
        string torn = folder.File("torn.journal", File.ReadAllBytes(paths[1])[..^1]);
        Assert.Equal($"the study is incomplete: shard 1/4 ({torn}) is not done: cell 3 lacks block 2.", Missing(paths[0], torn, paths[2], paths[3]));
        var serial = Small.Sequential;
        string whole = Shards(serial, 1, 1)[0];
        string half = folder.File("half.journal", File.ReadAllBytes(whole)[..200]);
        Assert.Contains("cell 1 lacks block 1, cell 2 lacks block 1, cell 3 lacks block 1.", Assert.Throws<Unfinished>(() => Merge(serial, half)).Message);
    }

    [Fact]
    public void Shards_that_do_not_belong_together_are_refused()
    {
        var study = Small.Fixed;
        string[] two = Shards(study, 2, 1), three = Shards(study, 3, 1);
        Assert.Contains("different counts", Assert.Throws<BadInput>(() => Merge(study, two[0], three[1])).Message);
        string path = folder.At("other.journal");
        using (var right = Journal.Read(two[0], study)!)
        using (var wrong = Journal.Open(path, study, right.Shard))
            wrong.Append(0, 2, [.. right[0, 2].Reverse()]);
        Assert.Contains("block 3 of cell 1", Assert.Throws<Failure>(() => Merge(study, two[0], path, two[1])).Message);
    }

    [Theory]
    [InlineData("SLURM_ARRAY_TASK_ID=3;SLURM_ARRAY_TASK_MIN=0;SLURM_ARRAY_TASK_MAX=7;SLURM_ARRAY_TASK_COUNT=8;SLURM_ARRAY_TASK_STEP=1;JOB_COMPLETION_INDEX=9", "3/8")]
    [InlineData("SLURM_ARRAY_TASK_ID=9;SLURM_ARRAY_TASK_MIN=1;SLURM_ARRAY_TASK_MAX=13;SLURM_ARRAY_TASK_COUNT=4;SLURM_ARRAY_TASK_STEP=4", "2/4")]
    [InlineData("SLURM_ARRAY_TASK_ID=0;SLURM_ARRAY_TASK_MIN=0;SLURM_ARRAY_TASK_MAX=14;SLURM_ARRAY_TASK_COUNT=4;SLURM_ARRAY_TASK_STEP=4", null)]
    [InlineData("SLURM_ARRAY_TASK_ID=5;SLURM_ARRAY_TASK_MIN=1;SLURM_ARRAY_TASK_MAX=9;SLURM_ARRAY_TASK_COUNT=3;SLURM_ARRAY_TASK_STEP=1", null)]
    [InlineData("SLURM_ARRAY_TASK_ID=x", null)]
    [InlineData("JOB_COMPLETION_INDEX=2;MLE_SHARDS=5", "2/5")]
    [InlineData("JOB_COMPLETION_INDEX=2", null)]
    [InlineData("JOB_COMPLETION_INDEX=5;MLE_SHARDS=5", null)]
    [InlineData("MLE_SHARDS=5", "0/1")]
    public void Schedulers_say_which_shard_this_is(string environment, string? expected)
    {
        var variables = environment.Split(';').Select(pair => pair.Split('=')).ToDictionary(p => p[0], p => p[1]);
        if (expected is null)
            Assert.Throws<BadInput>(() => Shard.Of(variables.GetValueOrDefault, out _));
        else
            Assert.Equal(expected, Shard.Of(variables.GetValueOrDefault, out _).ToString());
    }

    [Theory]
    [InlineData("8/8")]
    [InlineData("-1/8")]
    [InlineData("1")]
    [InlineData("0/0")]
    [InlineData("a/b")]
    public void A_shard_that_there_is_not_is_refused(string text) => Assert.Contains($"--shard {text}:", Assert.Throws<BadInput>(() => Shard.Parse(text)).Message);
}
