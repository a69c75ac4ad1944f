using System.Runtime.ExceptionServices;

namespace Mle.Runner.Studies;

/// <summary>
/// Makes the blocks of a shard that its journal does not hold yet. Summaries are made of the journal alone, in the order of its
/// blocks, so that they have the same bits whatever the number of threads and interruptions.
/// </summary>
sealed class StudyRun
{
    /// <param name="First">The first block of this shard, and its next ones are so far apart.</param>
    sealed class Work(CellResult result, int first, int step)
    {
        public readonly CellResult Result = result;
        public readonly int Step = step;

        /// <summary>The next block to add up, and the next one to begin.</summary>
        public int Added = first, Begun = first;

        /// <summary>Blocks that some thread is at.</summary>
        public int Running;
    }

    readonly Study study;
    readonly Journal journal;
    readonly Work[] cells;
    readonly Lock gate = new();
    Exception? failure;

    /// <param name="journal">What it holds is added up at once.</param>
    public StudyRun(Study study, Journal journal)
    {
        (this.study, this.journal) = (study, journal);
        cells = [.. Enumerable.Range(0, study.Cells.Count).Select(cell =>
        {
            var (first, step) = journal.Shard.BlocksOf(study, cell);
            return new Work(new(study, cell), first, step);
        })];
        Total = journal.Shard.BlocksIn(study);
        for (int cell = 0; cell < cells.Length; cell++)
            AddUp(cell);
    }

    /// <summary>The cells, as far as this shard has them.</summary>
    public IReadOnlyList<CellResult> Results => [.. cells.Select(c => c.Result)];

    /// <summary>Blocks of this shard, of a sequential study at most.</summary>
    public long Total { get; }

    /// <summary>Cells that need nothing more from this shard.</summary>
    public int CellsDone
    {
        get
        {
            lock (gate)
                return cells.Count(IsClosed);
        }
    }

    public bool IsDone => CellsDone == cells.Length;

    /// <summary>The coverage that is farthest from the level of its intervals, and the cell that it is in.</summary>
    public (int Cell, double Coverage)? Worst()
    {
        lock (gate)
        {
            (int Cell, double Coverage)? worst = null;
            double distance = -1;
            for (int cell = 0; cell < cells.Length; cell++)
                if (cells[cell].Result.Worst is { } one && study.Levels.Min(level => Math.Abs(one.Coverage - level)) is var off && off > distance)
                    (worst, distance) = ((cell, one.Coverage), off);
            return worst;
        }
    }

    /// <summary>Replicates that this run has made.</summary>
    public long Made { get; private set; }

    /// <summary>Blocks that are not added up yet, of a sequential study at most.</summary>
    public long Open
    {
        get
        {
            lock (gate)
                return cells.Sum(work => IsClosed(work) ? 0L : (study.Blocks - work.Added + work.Step - 1) / work.Step);
        }
    }

    /// <param name="threads">A block each, or where there are fewer blocks than threads, all of them in one block after another.</param>
    /// <param name="interrupted">Blocks that are begun are finished and kept; no further one is begun.</param>
    /// <param name="advanced">Called after every block.</param>
    /// <exception cref="IOException">The journal cannot be written; it holds what was kept before.</exception>
    public void Run(IEngine engine, int threads, CancellationToken interrupted, Action? advanced = null)
    {
        // An automatic engine fits replicates on the processor.
        bool abreast = engine is CpuEngine or AutoEngine && Open >= threads;
        var options = new FitOptions { Threads = abreast ? 1 : threads };
        int workers = abreast ? threads : 1;
        Parallel.For(0, workers, new() { MaxDegreeOfParallelism = workers }, _ =>
        {
            while (!interrupted.IsCancellationRequested && Begin() is { } item)
            {
                try
                {
                    journal.Append(item.Cell, item.Block, Block.Of(engine, study, item.Cell, item.Block, options).ToBytes());
                    Finish(item.Cell, item.Block);
                    advanced?.Invoke();
                }
                catch (Exception e)
                {
                    lock (gate)
                        failure ??= e;
                }
            }
        });
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>The next block that nobody has begun. A sequential cell may stop at any block, so those that fewer threads are at go first.</summary>
    (int Cell, int Block)? Begin()
    {
        lock (gate)
        {
            int chosen = -1;
            for (int cell = 0; cell < cells.Length && failure is null; cell++)
            {
                var work = cells[cell];
                while (work.Begun < study.Blocks && journal.Holds(cell, work.Begun))
                    work.Begun += work.Step;
                if (work.Begun >= study.Blocks || work.Result.IsDone || (chosen >= 0 && work.Running >= cells[chosen].Running))
                    continue;
                chosen = cell;
                if (!study.IsSequential || work.Running == 0)
                    break;
            }
            if (chosen < 0)
                return null;
            var next = cells[chosen];
            int block = next.Begun;
            next.Begun += next.Step;
            next.Running++;
            return (chosen, block);
        }
    }

    void Finish(int cell, int block)
    {
        lock (gate)
        {
            cells[cell].Running--;
            Made += Math.Min(study.BlockSize, study.Replicates - (long)block * study.BlockSize);
            AddUp(cell);
        }
    }

    void AddUp(int cell)
    {
        var work = cells[cell];
        for (; !IsClosed(work) && journal.Holds(cell, work.Added); work.Added += work.Step)
            work.Result.Add(journal.Block(cell, work.Added));
    }

    bool IsClosed(Work work) => work.Added >= study.Blocks || work.Result.IsDone;
}
