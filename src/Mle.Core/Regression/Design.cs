using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>
/// One data set of a regression in memory: blocks of rows that were observed in the same way, and in a block column after
/// column, so that a block's columns stay in cache while sums are taken from them.
/// </summary>
sealed class Design
{
    /// <summary>Rows in a block: with ten columns 20 kB. Wide models take fewer, so that a block stays in cache.</summary>
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

    int offsets;

    int Stride => (Columns + Response + 1 + offsets) * Block;

    public int Column(int block, int column) => block * Stride + column * Block;

    public int Statistic(int block, int which) => block * Stride + (Columns + which) * Block;

    public int Weights(int block) => block * Stride + (Columns + Response) * Block;

    public int Offset(int block, int predictor) => block * Stride + (Columns + Response + 1 + Offsets[predictor]) * Block;

    /// <summary>Room for as many rows of each kind.</summary>
    public void Shape(int columns, int response, int[][] predictors, bool[] hasOffset, double[] shifts, ReadOnlySpan<int> rows)
    {
        (Columns, Response, Predictors, Shifts) = (columns, response, predictors, shifts);
        offsets = 0;
        Offsets = new int[predictors.Length];
        At = new int[predictors.Length + 1];
        for (int s = 0; s < predictors.Length; s++)
        {
            Offsets[s] = hasOffset[s] ? offsets++ : -1;
            At[s + 1] = At[s] + predictors[s].Length;
        }
        Block = columns > 96 ? 64 : 256;
        Blocks = 0;
        foreach (int n in rows)
            Blocks += (n + Block - 1) / Block;
        if (rows[0] + rows[1] + rows[2] + rows[3] is > 0 and < 256 && Blocks == 1)
            Block = (rows[0] + rows[1] + rows[2] + rows[3] + 15) / 16 * 16;
        if (Kinds.Length < Blocks)
            Kinds = new Kind[Blocks];
        int block = 0;
        for (int kind = 0; kind < rows.Length; kind++)
            for (int n = rows[kind]; n > 0; n -= Block)
                Kinds[block++] = (Kind)kind;
        long room = (long)Blocks * Stride;
        if (room > Array.MaxLength)
            throw new ArgumentException($"A design of {room:N0} numbers is more than the {Array.MaxLength:N0} that one data set can hold.");
        if (Data.Length < room)
            Data = GC.AllocateUninitializedArray<double>((int)room);
    }
}
