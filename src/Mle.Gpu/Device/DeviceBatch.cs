using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Mle.Gpu;

/// <summary>Some data sets of a batch in device memory, with a stream of their own and room for what is found of them.</summary>
public sealed class DeviceBatch : IDisposable
{
    readonly GpuEngine engine;
    readonly Column<double> x, weights, trials, kept, parts;
    readonly Column<int> offsets, which, again;
    readonly Column<Loaded> loaded;
    readonly Column<Order<Real>> orders;
    List<Launch>? all;
    int rows;
    bool drawn;

    internal DeviceBatch(GpuEngine engine)
    {
        this.engine = engine;
        Stream = engine.Accelerator.CreateStream();
        (x, weights, trials, kept, parts) = (new(engine), new(engine), new(engine), new(engine), new(engine));
        (offsets, which, again) = (new(engine), new(engine), new(engine));
        (loaded, orders) = (new(engine), new(engine));
        (Said, Codes, Iterations, Numbers, Outcomes, Sums) = (new(engine), new(engine), new(engine), new(engine), new(engine), new(engine));
    }

    internal AcceleratorStream Stream { get; }

    /// <summary>Where the data come from.</summary>
    internal Batch Batch { get; private set; } = Batch.Single(default);

    /// <summary>The first data set, in the batch.</summary>
    internal int From { get; private set; }

    internal int Count { get; private set; }

    /// <summary>What the options say of the slots of each data set, or of all.</summary>
    internal Column<Slots> Said { get; }

    internal Column<int> Codes { get; }

    internal Column<int> Iterations { get; }

    internal Column<double> Numbers { get; }

    internal Column<Outcome<Real>> Outcomes { get; }

    internal Column<Derivatives<Real>> Sums { get; }

    internal Column<Loaded> Loaded => loaded;

    internal Column<Order<Real>> Orders => orders;

    /// <summary>Bytes on the device that a chunk needs at most, results included.</summary>
    internal static long Bytes(Batch batch, long rows, long sets) =>
        rows * sizeof(double) * (2 + (batch.Weights.IsEmpty ? 0 : 1) + (batch.Trials.IsEmpty ? 0 : 1))
        + sets * (Interop.SizeOf<Loaded>() + Interop.SizeOf<Order<Real>>() + Interop.SizeOf<Outcome<Real>>() + Interop.SizeOf<Slots>() + 11 * sizeof(double) + 4 * sizeof(int));

    /// <summary>Starts to copy data sets of a batch.</summary>
    internal void Send(Batch batch, int from, int to)
    {
        long first = Begin(batch, from, to);
        x.Send(Stream, batch.Values.Slice((int)first, rows));
        drawn = false;
    }

    /// <summary>Starts to draw them.</summary>
    /// <param name="draw">What fills a column with data sets from a number on.</param>
    internal void Draw(Batch shell, int from, int to, Action<AcceleratorStream, ArrayView<double>, int> draw)
    {
        Begin(shell, from, to);
        draw(Stream, x.View(rows), from);
        drawn = true;
    }

    long Begin(Batch batch, int from, int to)
    {
        (Batch, From, Count, all) = (batch, from, to - from, null);
        long first = batch.Bounds[from];
        rows = (int)(batch.Bounds[to] - first);
        weights.Send(Stream, batch.Weights.IsEmpty ? batch.Weights : batch.Weights.Slice((int)first, rows));
        trials.Send(Stream, batch.Trials.IsEmpty ? batch.Trials : batch.Trials.Slice((int)first, rows));
        var bounds = new int[Count + 1];
        for (int d = 0; d <= Count; d++)
            bounds[d] = (int)(batch.Bounds[from + d] - first);
        offsets.Send(Stream, bounds);
        return first;
    }

    internal Columns Columns(Keep keep) => new(
        x.View(rows), weights.View(Batch.Weights.IsEmpty ? 0 : rows), trials.View(Batch.Trials.IsEmpty ? 0 : rows),
        kept.View(keep == Keep.Sums ? 0 : rows), offsets.View(Count + 1));

    /// <summary>How many columns of numbers the fits of a family have at most.</summary>
    internal static int NumbersOf<TFamily>() where TFamily : struct, IFamily<TFamily> =>
        TFamily.Slots + TFamily.Slots * (TFamily.Slots + 1) / 2 + 2;

    /// <summary>Where the fits go.</summary>
    internal Results Results<TFamily>() where TFamily : struct, IFamily<TFamily> => new(
        Numbers.View(Count * NumbersOf<TFamily>()), Iterations.View(Count), Codes.View(Count), Outcomes.View(Count));

    /// <summary>Room for the parts of a sum over the grid.</summary>
    internal ArrayView<TSums> Parts<TSums>(int count) where TSums : unmanaged =>
        parts.View(count * (Interop.SizeOf<TSums>() / sizeof(double))).Cast<TSums>();

    /// <summary>What is wrong with an invalid data set, in words.</summary>
    internal string Offender<TFamily>(int d) where TFamily : struct, IFamily<TFamily>
    {
        int from = (int)Batch.Bounds[From + d], length = Length(d);
        ReadOnlySpan<double> Part(ReadOnlyMemory<double> column) => column.IsEmpty ? default : column.Span.Slice(from, length);
        var values = drawn ? x.View(rows).SubView(First(d), length).GetAsArray(Stream) : Part(Batch.Values);
        return Pass.Offender(TFamily.Support, values, Part(Batch.Weights), Part(Batch.Trials))
            ?? "the device finds a row that is no observation";
    }

    internal int Length(int d) => (int)(Batch.Bounds[From + d + 1] - Batch.Bounds[From + d]);

    /// <summary>The first row of a data set in the columns.</summary>
    internal int First(int d) => (int)(Batch.Bounds[From + d] - Batch.Bounds[From]);

    /// <summary>The launches that work on all data sets.</summary>
    internal IReadOnlyList<Launch> All => all ??= Plan(null, which);

    /// <summary>
    /// Data sets by the team that works on them, and within it by length, so that neighbouring threads loop equally
    /// often and each launch asks for no more shared memory than its longest needs.
    /// </summary>
    internal IReadOnlyList<Launch> Some(List<int> sets) => Plan(sets, again);

    List<Launch> Plan(List<int>? sets, Column<int> list)
    {
        int count = sets?.Count ?? Count;
        Span<int> members = stackalloc int[Classes + 1];
        members.Clear();
        for (int i = 0; i < count; i++)
            members[Class(Length(sets?[i] ?? i)) + 1]++;
        for (int c = 0; c < Classes; c++)
            members[c + 1] += members[c];
        var order = new int[count];
        Span<int> next = stackalloc int[Classes], longest = stackalloc int[Classes];
        members[..Classes].CopyTo(next);
        longest.Clear();
        for (int i = 0; i < count; i++)
        {
            int d = sets?[i] ?? i, length = Length(d), c = Class(length);
            order[next[c]++] = d;
            longest[c] = Math.Max(longest[c], length);
        }
        var view = list.Send(Stream, order);
        var launches = new List<Launch>();
        for (int c = 0; c < Classes; c++)
            if (members[c + 1] > members[c])
                launches.Add(new((Team)(c / Binades), view.SubView(members[c], members[c + 1] - members[c]),
                    new(order, members[c], members[c + 1] - members[c]), longest[c]));
        return launches;
    }

    const int Binades = 32, Classes = 4 * Binades;

    int Class(int length) => Binades * (int)engine.Teams.Of(length) + BitOperations.Log2((uint)length);

    public void Dispose()
    {
        foreach (var column in new IDisposable[] { x, weights, trials, kept, parts, offsets, which, again, loaded, orders, Said, Codes, Iterations, Numbers, Outcomes, Sums })
            column.Dispose();
        Stream.Dispose();
    }
}

/// <summary>Data sets that one team each works on, in one launch.</summary>
/// <param name="Which">Their numbers in the chunk, on the device.</param>
/// <param name="Members">The same on the host.</param>
/// <param name="Longest">The most rows of any.</param>
sealed record Launch(Team Team, ArrayView<int> Which, ArraySegment<int> Members, int Longest);
