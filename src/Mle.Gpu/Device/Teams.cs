using ILGPU;

namespace Mle.Gpu;

/// <summary>The threads that work on one data set together. Every one of them gets the same totals, to the last bit.</summary>
interface ITeam<TSelf> where TSelf : struct, ITeam<TSelf>
{
    /// <summary>To be called once by every thread of a kernel: shared memory is taken where it is asked for.</summary>
    static abstract TSelf Join();

    /// <summary>Which data set of the launch.</summary>
    int Segment { get; }

    /// <summary>Which team of the group, and how many it has.</summary>
    int Place { get; }

    int Places { get; }

    /// <summary>Which thread of the team.</summary>
    int Rank { get; }

    int Size { get; }

    /// <summary>The sum over the team, by a fixed tree.</summary>
    double Sum(double partial);

    double Least(double partial);

    /// <summary>Waits until what the others wrote can be read.</summary>
    void Meet();
}

readonly struct OneThread : ITeam<OneThread>
{
    public static OneThread Join() => default;

    public int Segment => Grid.GlobalIndex.X;

    public int Place => Group.IdxX;

    public int Places => Group.DimX;

    public int Rank => 0;

    public int Size => 1;

    public double Sum(double partial) => partial;

    public double Least(double partial) => partial;

    public void Meet() { }
}

/// <summary>Sums by butterflies: a + b is b + a, so that all lanes agree.</summary>
readonly struct OneWarp : ITeam<OneWarp>
{
    public static OneWarp Join() => default;

    public int Segment => Grid.GlobalIndex.X / Warp.WarpSize;

    public int Place => Group.IdxX / Warp.WarpSize;

    public int Places => Group.DimX / Warp.WarpSize;

    public int Rank => Warp.LaneIdx;

    public int Size => Warp.WarpSize;

    public double Sum(double partial)
    {
        for (int distance = Warp.WarpSize / 2; distance > 0; distance >>= 1)
            partial += Warp.ShuffleXor(partial, distance);
        return partial;
    }

    public double Least(double partial)
    {
        for (int distance = Warp.WarpSize / 2; distance > 0; distance >>= 1)
        {
            double other = Warp.ShuffleXor(partial, distance);
            partial = other < partial ? other : partial;
        }
        return partial;
    }

    public void Meet() => Warp.Barrier();
}

/// <summary>
/// Sums in two steps of 16 through shared memory: two barriers, where a tree of halves would need eight, and no shuffle,
/// which some OpenCL devices lack.
/// </summary>
readonly struct OneGroup(ArrayView<double> parts, ArrayView<double> rows) : ITeam<OneGroup>
{
    public const int Width = 16, Largest = Width * Width;

    readonly ArrayView<double> parts = parts, rows = rows;

    public static OneGroup Join() => new(SharedMemory.Allocate<double>(Largest), SharedMemory.Allocate<double>(Width));

    public int Segment => Grid.IdxX;

    public int Place => 0;

    public int Places => 1;

    public int Rank => Group.IdxX;

    public int Size => Group.DimX;

    public double Sum(double partial)
    {
        int size = Group.DimX, rank = Group.IdxX;
        parts[rank] = partial;
        Group.Barrier();
        if (rank < Width)
        {
            double row = 0;
            for (int i = rank * Width; i < (rank + 1) * Width && i < size; i++)
                row += parts[i];
            rows[rank] = row;
        }
        Group.Barrier();
        double sum = rows[0];
        for (int i = 1; i * Width < size; i++)
            sum += rows[i];
        return sum;
    }

    public double Least(double partial)
    {
        int size = Group.DimX, rank = Group.IdxX;
        parts[rank] = partial;
        Group.Barrier();
        if (rank < Width)
        {
            double row = parts[rank < size ? rank : 0];
            for (int i = rank * Width; i < (rank + 1) * Width && i < size; i++)
                row = parts[i] < row ? parts[i] : row;
            rows[rank] = row;
        }
        Group.Barrier();
        double least = rows[0];
        for (int i = 1; i * Width < size; i++)
            least = rows[i] < least ? rows[i] : least;
        return least;
    }

    public void Meet() => Group.Barrier();
}
