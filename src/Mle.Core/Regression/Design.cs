using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>
/// One data set of a regression in memory: blocks of rows that were observed in the same way, and in a block column after
/// column, so that a block's columns stay in cache while sums are taken from them. One that is too large to be kept is
/// streamed: its blocks are filled anew in every pass, each worker's in a window of its own.
/// </summary>
sealed class Design
{
    /// <summary>What fills blocks of a streamed design: a worker makes one for itself.</summary>
    Func<Action<Design, int>>? source;

    Action<Design, int>? fill;

    /// <summary>The block that a window shows, 0 where all are in memory.</summary>
    int first;

    /// <summary>Which call of <see cref="Shape"/> a window is of.</summary>
    int shape;

    readonly int[] counts = new int[4];

    /// <summary>
    /// Rows in a block: with ten columns 20 kB, with five hundred 1 MB. A quarter of them, to be nearer to the processor, takes four times as
    /// long there: sums are added up, or fetched, for every block.
    /// </summary>
    public int Block { get; private set; }

    public int Blocks { get; private set; }

    /// <summary>The columns of all predictors, those that several share once.</summary>
    public int Columns { get; private set; }

    /// <summary>Numbers of a row's response: its statistics, and those of the upper bound where some rows are intervals.</summary>
    public int Response { get; private set; }

    /// <summary>Which columns each predictor is made of.</summary>
    public int[][] Predictors { get; private set; } = [];

    /// <summary>Where each predictor's coefficients begin, and the number of all of them.</summary>
    public int[] At { get; private set; } = [];

    /// <summary>The offset of each predictor's rows behind the columns, or −1.</summary>
    public int[] Offsets { get; private set; } = [];

    /// <summary>A constant that is part of each predictor.</summary>
    public double[] Shifts { get; private set; } = [];

    public int Coefficients => At[^1];

    public double[] Data { get; private set; } = [];

    public Kind[] Kinds { get; private set; } = [];

    /// <summary>Blocks in which every row's weight times its trials is 1, or 0.</summary>
    public bool[] CountsOnce { get; private set; } = [];

    int offsets;

    /// <summary>How many numbers stand before the first block, so that vectors lie within cache lines: as large arrays are not moved.</summary>
    int origin;

    /// <summary>Numbers of a block.</summary>
    public int Stride { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => (Columns + Response + 1 + offsets) * Block; }

    public bool IsStreamed => source is not null;

    /// <summary>Where a block's numbers begin.</summary>
    public int Start(int block) => origin + (block - first) * Stride;

    public int Column(int block, int column) => Start(block) + column * Block;

    public int Statistic(int block, int which) => Column(block, Columns + which);

    public int Weights(int block) => Column(block, Columns + Response);

    public int Offset(int block, int predictor) => Column(block, Columns + Response + 1 + Offsets[predictor]);

    /// <summary>Which rows of their kind are in a block.</summary>
    public (Kind Kind, int First, int Count) Rows(int block)
    {
        int kind = (int)Kinds[block];
        for (int k = 0; k < kind; k++)
            block -= (counts[k] + Block - 1) / Block;
        return ((Kind)kind, block * Block, Math.Min(Block, counts[kind] - block * Block));
    }

    /// <summary>A block in memory: here, or where the design is streamed in a window, which is made where there is none yet.</summary>
    public Design Holding(int block, ref Design? window)
    {
        if (source is null)
            return this;
        if (window is null || window.shape != shape)
            window = Window(source());
        window.Show(block);
        return window;
    }

    /// <summary>Fills every block; those of a streamed design each in the place of the one before.</summary>
    public void Load(Action<Design, int> fill)
    {
        var to = IsStreamed ? Window(fill) : this;
        for (int block = 0; block < Blocks; block++)
            if (IsStreamed)
                to.Show(block);
            else
                fill(to, block);
    }

    Design Window(Action<Design, int> fill)
    {
        var window = (Design)MemberwiseClone();
        (window.Data, window.fill) = (new double[Stride + Lanes.Line], fill);
        window.Align();
        return window;
    }

    void Show(int block)
    {
        first = block;
        fill!(this, block);
    }

    /// <summary>Room for as many rows of each kind, or none where they are more numbers than the limit.</summary>
    public void Shape(int columns, int response, int[][] predictors, bool[] hasOffset, double[] shifts, ReadOnlySpan<int> rows, long limit, Func<Action<Design, int>> source)
    {
        shape++;
        rows.CopyTo(counts);
        (Columns, Response, Predictors, Shifts) = (columns, response, predictors, shifts);
        offsets = 0;
        Offsets = new int[predictors.Length];
        At = new int[predictors.Length + 1];
        for (int s = 0; s < predictors.Length; s++)
        {
            Offsets[s] = hasOffset[s] ? offsets++ : -1;
            At[s + 1] = At[s] + predictors[s].Length;
        }
        Block = 256;
        Blocks = 0;
        foreach (int n in rows)
            Blocks += (n + Block - 1) / Block;
        if (rows[0] + rows[1] + rows[2] + rows[3] is > 0 and < 256 && Blocks == 1)
            Block = (rows[0] + rows[1] + rows[2] + rows[3] + 15) / 16 * 16;
        if (Kinds.Length < Blocks)
            (Kinds, CountsOnce) = (new Kind[Blocks], new bool[Blocks]);
        int block = 0;
        for (int kind = 0; kind < rows.Length; kind++)
            for (int n = rows[kind]; n > 0; n -= Block)
                Kinds[block++] = (Kind)kind;
        long room = (long)Blocks * Stride;
        this.source = room > Math.Min(limit, Array.MaxLength - Lanes.Line) ? source : null;
        if (!IsStreamed && Data.Length < room + Lanes.Line)
        {
            Release();
            Data = ArrayPool<double>.Shared.Rent((int)room + Lanes.Line);
            Align();
        }
    }

    unsafe void Align()
    {
        nint past = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Data)) / sizeof(double) % Lanes.Line;
        origin = (int)(Lanes.Line - past) % Lanes.Line;
    }

    /// <summary>Gives the memory back for the next design: fresh pages may cost more than a fit.</summary>
    public void Release()
    {
        if (Data.Length > 0)
            ArrayPool<double>.Shared.Return(Data);
        Data = [];
    }
}
