using System.Security.Cryptography;
using System.Text;
using Mle.Runner;
using Mle.Runner.Studies;

namespace Mle.Tests.Studies;

/// <summary>Whatever happens to a journal's bytes, what it says to hold is what was written.</summary>
public sealed class JournalTests : IDisposable
{
    readonly Mle.Tests.Runner.CommandLine folder = new();

    public void Dispose() => folder.Dispose();

    static readonly Study study = Small.Fixed;
    static readonly Shard shard = new(1, 2);

    /// <summary>The blocks of the shard, in an order of their own, with made-up payloads, one of them empty.</summary>
    static readonly (int Cell, int Block, byte[] Payload)[] blocks = Blocks();

    static (int, int, byte[])[] Blocks()
    {
        var random = new Random(5);
        var all = (from cell in Enumerable.Range(0, study.Cells.Count) from block in Enumerable.Range(0, study.Blocks) where shard.Owns(study, cell, block) select (cell, block)).ToArray();
        random.Shuffle(all);
        return [.. all.Select((b, i) =>
        {
            byte[] payload = new byte[i == 2 ? 0 : random.Next(1, 30)];
            random.NextBytes(payload);
            return (b.cell, b.block, payload);
        })];
    }

    Journal Open(string path) => Journal.Open(path, study, shard, p => new Unsynced(p));

    byte[] Complete()
    {
        string path = folder.At("complete.journal");
        using (var journal = Open(path))
            foreach (var (cell, block, payload) in blocks)
                journal.Append(cell, block, payload);
        return File.ReadAllBytes(path);
    }

    /// <summary>The layout that the class describes, written here a second time; where each record ends.</summary>
    static (byte[] Bytes, int Header, int[] Ends) Layout(int version = 1)
    {
        var bytes = new MemoryStream();
        var to = new BinaryWriter(bytes);
        void Seal(int from) => to.Write(SHA256.HashData(bytes.ToArray().AsSpan(from))[..8]);
        to.Write("MLESTUDY"u8);
        foreach (int number in new[] { version, 28 + 5 + 5 + 8, 1, 2, 5 })
            to.Write(number);
        to.Write(study.Fingerprint);
        to.Write("small"u8);
        Seal(0);
        int header = (int)bytes.Length;
        var ends = new List<int>();
        foreach (var (cell, block, payload) in blocks)
        {
            int from = (int)bytes.Length;
            foreach (int number in new[] { payload.Length, cell, block })
                to.Write(number);
            to.Write(payload);
            Seal(from);
            ends.Add((int)bytes.Length);
        }
        return (bytes.ToArray(), header, [.. ends]);
    }

    /// <summary>Opens a broken journal, checks that it holds a beginning of what was written, completes it, and checks the whole.</summary>
    /// <param name="kept">Records that must still be there.</param>
    void Mend(byte[] broken, int kept)
    {
        string path = folder.File("broken.journal", broken);
        using (var journal = Open(path))
        {
            Assert.Equal(kept, journal.Count);
            for (int i = 0; i < blocks.Length; i++)
            {
                var (cell, block, payload) = blocks[i];
                Assert.Equal(i < kept, journal.Holds(cell, block));
                if (i < kept)
                    Assert.Equal(payload, journal[cell, block]);
                else
                    journal.Append(cell, block, payload);
            }
        }
        Assert.Equal(Layout().Bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void The_layout_is_the_documented_one() => Assert.Equal(Layout().Bytes, Complete());

    [Fact]
    public void A_journal_that_is_cut_off_at_any_byte_goes_on()
    {
        var (whole, _, ends) = Layout();
        for (int length = 0; length <= whole.Length; length++)
            Mend(whole[..length], ends.Count(end => end <= length));
    }

    /// <summary>What a power failure leaves: a length without the bytes, or bytes of something else.</summary>
    [Fact]
    public void A_tail_of_zeros_or_of_anything_is_cut_off()
    {
        var (whole, header, ends) = Layout();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] zeros = [.. whole[..length], .. new byte[length < header ? header - length : 40]];
            // Zeros may be what was torn off.
            Mend(zeros, ends.Count(end => end <= length + whole.Skip(length).TakeWhile(b => b == 0).Count()));
        }
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int length = random.Next(header, whole.Length);
            byte[] noise = new byte[random.Next(1, 60)];
            random.NextBytes(noise);
            if (noise[0] != whole[length])
                Mend([.. whole[..length], .. noise], ends.Count(end => end <= length));
        }
    }

    [Fact]
    public void A_byte_that_is_changed_costs_what_follows_it_or_is_refused()
    {
        var (whole, header, ends) = Layout();
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << (at % 8));
            if (at >= header)
            {
                Mend(changed, ends.Count(end => end <= at));
                continue;
            }
            string path = folder.File("changed.journal", changed);
            Assert.Throws<BadInput>(() => Open(path));
            Assert.Equal(changed, File.ReadAllBytes(path));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("cell,method\n1,wald\n")]
    [InlineData("a text that is longer than the header of the journal of this study, and so on, and so on")]
    public void A_file_that_is_no_journal_is_refused_and_left_alone(string text)
    {
        string path = folder.File("notes.txt", text);
        if (text.Length == 0)
            Open(path).Dispose();
        else
        {
            Assert.Contains("notes.txt is not the journal of a study", Assert.Throws<BadInput>(() => Open(path)).Message);
            Assert.Equal(text, File.ReadAllText(path));
        }
    }

    [Fact]
    public void A_journal_of_something_else_is_refused_by_both_names()
    {
        string path = folder.At("a.journal");
        Open(path).Dispose();
        string other = Assert.Throws<BadInput>(() => Journal.Open(path, Small.Sequential, shard)).Message;
        Assert.Contains("study small (01020304), shard 1/2, not of study sequential (0909), shard 1/2", other);
        Assert.Contains("shard 1/2, not of study small (01020304).", Assert.Throws<BadInput>(() => Journal.Open(path, study, Shard.Whole)).Message);
        Journal.Open(path, study with { Name = "renamed" }, shard).Dispose();
        Assert.Throws<BadInput>(() => Journal.Read(path, Small.Sequential));
        Assert.Contains("version 2, made by a newer program", Assert.Throws<BadInput>(() => Open(folder.File("new.journal", Layout(version: 2).Bytes))).Message);
    }

    [Fact]
    public void There_is_one_writer_and_readers_change_nothing()
    {
        var (whole, _, ends) = Layout();
        byte[] torn = whole[..(ends[1] + 3)];
        string path = folder.File("a.journal", torn);
        using (var read = Journal.Read(path, study)!)
        using (var again = Journal.Read(path, study)!)
            Assert.Equal((shard, 2, 3L, 2), (read.Shard, read.Count, read.Torn, again.Count));
        Assert.Equal(torn, File.ReadAllBytes(path));
        using (Open(path))
        {
            var second = Assert.Throws<Unfinished>(() => Open(path));
            Assert.Equal(Program.Resumable, second.Code);
            Assert.Contains("a.journal is in use", second.Message);
            Assert.Throws<Unfinished>(() => Journal.Read(path, study));
        }
        Assert.Null(Journal.Read(folder.File("begun.journal", whole[..20]), study));
    }
}
