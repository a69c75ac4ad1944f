using System.Diagnostics;
using System.Text.RegularExpressions;
using Mle.Runner;
using CommandLine = Mle.Tests.Runner.CommandLine;

namespace Mle.Tests.Studies;

/// <summary>The built command, stopped from outside.</summary>
public sealed class ProcessTests : IDisposable
{
    readonly CommandLine folder = new();
    readonly string study, journal;

    public ProcessTests()
    {
        study = folder.File("coverage.yaml", """
            name: coverage
            replicates: 600000
            block: 15000
            data: {family: weibull, parameters: {shape: 1.5, scale: 2}, n: [20, 40]}
            intervals: [wald, wald:log]
            """);
        journal = folder.At("coverage.journal");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A system without signals has no such test.</summary>
    sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "signals and limits of files are Unix's" : null;
    }

    byte[] Uninterrupted(out long length)
    {
        var outcome = CommandLine.Run("study", "run", study, "--journal", folder.At("whole.journal"), "--out", folder.At("whole.csv"), "--threads", "1", "--quiet", "--engine", "cpu");
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Out, outcome.Error));
        length = new FileInfo(folder.At("whole.journal")).Length;
        return File.ReadAllBytes(folder.At("whole.csv"));
    }

    Process Begin(params string[] more) => BuiltCommand.Start(["study", "run", study, "--threads", "2", "--engine", "cpu", "--out", folder.At("out.csv"), .. more]);

    byte[] Finished()
    {
        var end = BuiltCommand.End(Begin("--quiet"));
        Assert.Equal((0, "", ""), end);
        return File.ReadAllBytes(folder.At("out.csv"));
    }

    [UnixFact]
    public void Killed_at_drawn_lengths_of_the_journal_it_goes_on()
    {
        byte[] expected = Uninterrupted(out long length);
        var random = new Random(11);
        foreach (long at in Enumerable.Range(0, 3).Select(_ => random.NextInt64(length)).Order())
        {
            using var process = Begin();
            BuiltCommand.Await(process, journal, at);
            BuiltCommand.Signal(process.Id, BuiltCommand.SigKill);
            BuiltCommand.End(process);
        }
        Assert.Equal(expected, Finished());
        Assert.Equal(length, new FileInfo(journal).Length);
    }

    [UnixFact]
    public void Terminated_it_keeps_its_blocks_says_so_and_goes_on()
    {
        byte[] expected = Uninterrupted(out long length);
        foreach (int signal in new[] { BuiltCommand.SigTerm, BuiltCommand.SigInt })
        {
            using var process = Begin();
            BuiltCommand.Await(process, journal, length / (signal == BuiltCommand.SigTerm ? 6 : 3));
            // A run that has it already leaves the journal to it; that one waits meanwhile, or it might end before.
            BuiltCommand.Signal(process.Id, BuiltCommand.SigStop);
            var second = CommandLine.Run("study", "run", study);
            Assert.Equal((Program.Resumable, $"mle: {journal} is in use by another run of this study, which holds it until it ends.\n"), (second.Code, second.Error));
            BuiltCommand.Signal(process.Id, signal);
            BuiltCommand.Signal(process.Id, BuiltCommand.SigCont);
            var end = BuiltCommand.End(process);
            Assert.Equal((Program.Resumable, ""), (end.Code, end.Out));
            var said = Regex.Match(end.Error, $@"^mle: interrupted; ([0-9]+) of 80 blocks are kept in {Regex.Escape(journal)}: the same command goes on\.$", RegexOptions.Multiline);
            Assert.True(said.Success, end.Error);
            Assert.InRange(int.Parse(said.Groups[1].Value), 1, 79);
            Assert.False(File.Exists(folder.At("out.csv")));
        }
        Assert.Equal(expected, Finished());
        // What is done is not done again, and no engine is asked for.
        long before = new FileInfo(journal).Length;
        var again = CommandLine.Run("study", "run", study, "--engine", "cuda:7", "--out", folder.At("again.csv"), "--quiet");
        Assert.Equal((0, "", ""), (again.Code, again.Out, again.Error));
        Assert.Equal(expected, File.ReadAllBytes(folder.At("again.csv")));
        Assert.Equal(before, new FileInfo(journal).Length);
    }

    [UnixFact]
    public void A_full_disk_is_said_in_a_sentence_and_the_run_goes_on_where_there_is_room()
    {
        byte[] expected = Uninterrupted(out long length);
        // Kilobytes. The runtime's own executable memory is a file too, unless it is told otherwise.
        string limited = $"ulimit -f {length / 2048}; trap '' XFSZ; exec \"$0\" \"$@\"";
        using var process = BuiltCommand.Start("bash", ["-c", limited, BuiltCommand.Host, BuiltCommand.Assembly, "study", "run", study, "--engine", "cpu", "--threads", "2"],
            ("DOTNET_EnableWriteXorExecute", "0"));
        var end = BuiltCommand.End(process);
        Assert.Equal((Program.Failed, ""), (end.Code, end.Out));
        Assert.Matches($@"^mle: {Regex.Escape(journal)} cannot be written: [^\n]+; [0-9]+ of 80 blocks are kept there, and the same command goes on\.\n$", end.Error);
        Assert.Equal(expected, Finished());
    }

    [UnixFact]
    public void A_second_interruption_does_not_wait_for_the_block()
    {
        // When the short block of the first cell is kept, a thread is at that of the second, or soon will be, which takes minutes.
        string path = folder.File("long.yaml", "replicates: 20000\nblock: 20000\ndata: {family: weibull, parameters: {shape: 1.5, scale: 2}, n: [2, 200000]}\n");
        using var process = BuiltCommand.Start("study", "run", path, "--engine", "cpu", "--threads", "2");
        BuiltCommand.Await(process, folder.At("long.journal"), 300);
        for (var before = process.TotalProcessorTime; process.TotalProcessorTime < before + TimeSpan.FromSeconds(1);)
            process.WaitForExit(10);
        while (!process.WaitForExit(100))
            BuiltCommand.Signal(process.Id, BuiltCommand.SigInt);
        Assert.Equal(Program.Interrupted, process.ExitCode);
    }
}
