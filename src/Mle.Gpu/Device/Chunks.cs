namespace Mle.Gpu;

/// <summary>Takes a batch through a device in chunks, two at a time: one is copied while the other is worked on.</summary>
static class Chunks
{
    /// <summary>Rows of a chunk: 256 MB, long against what a launch costs, short enough that a batch of a few GB has chunks to overlap.</summary>
    const int Rows = 1 << 25;

    /// <param name="send">Brings data sets from one to before another to the device.</param>
    /// <param name="begin">Starts the work on a chunk that is being sent, on the chunk's stream.</param>
    /// <param name="finish">Waits for it and takes the results.</param>
    /// <exception cref="OutOfMemoryException">One data set alone is too large.</exception>
    public static void Through(
        GpuEngine engine, Batch batch, CancellationToken cancellation, Action<DeviceBatch, int, int> send, Action<DeviceBatch> begin, Action<DeviceBatch> finish)
    {
        long budget = engine.Available / 2;
        DeviceBatch? worked = null, next = null, idle = null;
        try
        {
            for (int from = 0; from < batch.Count;)
            {
                cancellation.ThrowIfCancellationRequested();
                int to = End(batch, from, budget);
                next = idle ?? new(engine);
                idle = null;
                try
                {
                    send(next, from, to);
                    begin(next);
                }
                catch (Exception e) when (GpuEngine.IsOutOfMemory(e))
                {
                    // First the device for itself, then a smaller chunk.
                    next.Dispose();
                    next = null;
                    if (worked is null && to - from == 1)
                        throw;
                    if (worked is null)
                        budget /= 2;
                    else
                        finish(worked);
                    worked?.Dispose();
                    worked = null;
                    continue;
                }
                if (worked is not null)
                    finish(worked);
                (idle, worked, next, from) = (worked, next, null, to);
            }
            if (worked is not null)
                finish(worked);
        }
        finally
        {
            worked?.Dispose();
            next?.Dispose();
            idle?.Dispose();
        }
    }

    static int End(Batch batch, int from, long budget)
    {
        int to = from + 1;
        long first = batch.Bounds[from];
        while (to < batch.Count && batch.Bounds[to + 1] - first <= Rows && DeviceBatch.Bytes(batch, batch.Bounds[to + 1] - first, to + 1 - from) <= budget)
            to++;
        return to;
    }
}
