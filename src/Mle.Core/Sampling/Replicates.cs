namespace Mle;

/// <summary>
/// Data sets made from others: B of each data set of a batch. What is random in them is a function of (seed, data set,
/// replicate, draw), so that any of them can be made alone, and is the same on every engine.
/// </summary>
public abstract class Replicates
{
    /// <param name="data">The data sets that they are made from.</param>
    /// <param name="count">B, at least 1.</param>
    /// <param name="first">The number of the first data set where the batch is a block of a larger one, or of the first replicate where these are.</param>
    /// <exception cref="ArgumentException">There are no replicates, or more than a table of fits holds.</exception>
    protected Replicates(Batch data, int count, ulong seed, uint first)
    {
        if (count < 1)
            throw new ArgumentException($"{count} replicates: at least one of each data set is needed.", nameof(count));
        if ((long)data.Count * count > Array.MaxLength)
            throw new ArgumentException($"{count} replicates of {data.Count} data sets are more than a table of fits holds; blocks of data sets are.", nameof(count));
        (Data, Count, Seed, First) = (data, count, seed, first);
    }

    public Batch Data { get; }

    /// <summary>B.</summary>
    public int Count { get; }

    public ulong Seed { get; }

    public uint First { get; }

    /// <summary>How many there are of all data sets together.</summary>
    public int Fits => Data.Count * Count;

    /// <summary>The rows of the fit numbered d·B + b.</summary>
    public virtual long Length(int fit) => Data.Bounds[fit / Count + 1] - Data.Bounds[fit / Count];

    /// <summary>What one worker makes replicates with.</summary>
    public abstract Replicator Worker();

    /// <summary>The fits from one to before another, numbered d·B + b, as a batch.</summary>
    public Batch Make(int from, int to)
    {
        var parts = new Batch[to - from];
        Parallel.For(from, to, Worker, (f, _, worker) =>
        {
            parts[f - from] = worker.Make(f / Count, f % Count);
            return worker;
        }, _ => { });
        return Batch.Join(parts);
    }
}

/// <summary>One worker's replicates.</summary>
public abstract class Replicator
{
    /// <summary>Replicate b of data set d, as a batch of one.</summary>
    public abstract Batch Make(int d, int b);
}

/// <summary>One worker's replicates that differ from their data set in nothing but values.</summary>
public abstract class Redrawer(Replicates source) : Replicator
{
    /// <summary>The values of replicate b of data set d, as many as it has rows.</summary>
    public abstract void Fill(int d, int b, Span<double> values);

    public override Batch Make(int d, int b)
    {
        var values = new double[source.Length(d * source.Count + b)];
        Fill(d, b, values);
        // A frequency is that many observations.
        return source.Data.Weights.IsEmpty ? source.Data.Slice(d).With(values, default) : Batch.Single(values);
    }
}
