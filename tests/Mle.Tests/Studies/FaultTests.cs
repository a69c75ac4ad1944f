using Mle.Runner.Studies;

namespace Mle.Tests.Studies;

/// <summary>Wherever a study is stopped, it goes on to the bits of one that never was.</summary>
public sealed class FaultTests : IDisposable
{
    readonly Mle.Tests.Runner.CommandLine folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>What ends a run.</summary>
    public enum Fault
    {
        /// <summary>SIGKILL: what was handed to the system stays.</summary>
        Kill,

        /// <summary>Of what is not on the disk yet, some is lost, and of some only the length is kept.</summary>
        PowerFailure,

        /// <summary>Writing fails, and may go on to fail.</summary>
        DiskFull,
    }

    /// <summary>When: while a certain byte is written, or before or after a block is forced to the disk.</summary>
    /// <param name="Byte">Of the file, the first that is not written; -1 for none.</param>
    /// <param name="Sync">The number of the flush that this is about; -1 for none.</param>
    readonly record struct Moment(Fault Fault, long Byte, int Sync, bool Before);

    sealed class Stopped : Exception;

    /// <summary>A file that stops being written at a moment.</summary>
    sealed class Faulty(string path, Moment moment) : Unsynced(path)
    {
        int syncs;
        bool dead;
        long durable;

        // What a FileStream that is derived from writes comes here.
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (dead)
                throw Fails();
            int room = moment.Byte < 0 ? count : (int)Math.Clamp(moment.Byte - Position, 0, count);
            base.Write(buffer, offset, room);
            if (room < count)
                throw Fails();
        }

        public override void Flush(bool flushToDisk)
        {
            bool now = syncs++ == moment.Sync;
            if (dead || (now && moment.Before))
                throw Fails();
            durable = Length;
            if (now)
                throw Fails();
        }

        Exception Fails()
        {
            dead = true;
            return moment.Fault == Fault.DiskFull ? new IOException("No space left on device") : new Stopped();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && dead && moment.Fault == Fault.PowerFailure)
            {
                var random = new Random((int)durable);
                long length = Length, kept = random.NextInt64(durable, length + 1);
                SetLength(kept);
                SetLength(random.NextInt64(kept, length + 1));
            }
            base.Dispose(disposing);
        }
    }

    static Moment Drawn(Random random, long bytes, int blocks) => (Fault)random.Next(3) is var fault && random.Next(2) == 0
        ? new(fault, random.NextInt64(bytes), -1, false) : new(fault, -1, random.Next(blocks), random.Next(2) == 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_stops_at_drawn_moments_change_no_bit(bool sequential)
    {
        var study = sequential ? Small.Sequential : Small.Fixed;
        byte[] expected = Small.Uninterrupted(study);
        string whole = folder.At("whole.journal");
        Small.Run(study, whole);
        long bytes = new FileInfo(whole).Length;
        int blocks;
        using (var journal = Journal.Read(whole, study)!)
            blocks = journal.Count;
        int stops = 0;
        for (int seed = 0; stops < 50; seed++)
        {
            var random = new Random(seed);
            string path = folder.At($"{seed}.journal");
            // One study is stopped up to three times.
            for (int times = random.Next(1, 4); times > 0; times--)
            {
                var moment = Drawn(random, bytes, blocks);
                try
                {
                    Small.Run(study, path, threads: 1 + seed % 2, open: p => new Faulty(p, moment));
                }
                catch (Exception e) when (e is Stopped or IOException)
                {
                    stops++;
                }
            }
            Assert.Equal(expected, Small.Csv(study, Small.Run(study, path, threads: 2 - seed % 2).Results));
            File.Delete(path);
        }
    }

    [Fact]
    public void An_interruption_keeps_the_blocks_that_were_begun()
    {
        var study = Small.Fixed;
        string path = folder.At("a.journal");
        using var engine = new CpuEngine();
        int runs = 0;
        for (bool done = false; !done; runs++)
        {
            using var interruption = new CancellationTokenSource();
            using var journal = Journal.Open(path, study, Shard.Whole, p => new Unsynced(p));
            var run = new StudyRun(study, journal);
            int before = journal.Count;
            run.Run(engine, 2, interruption.Token, interruption.Cancel);
            done = run.IsDone;
            Assert.InRange(journal.Count, before + 1, before + 2);
            if (done)
                Assert.Equal(Small.Uninterrupted(study), Small.Csv(study, run.Results));
        }
        Assert.InRange(runs, 6, 12);
    }
}
