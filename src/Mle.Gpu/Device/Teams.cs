using ILGPU;

namespace Mle.Gpu;

/// <summary>The threads that work on one data set together. Every one of them gets the same totals, to the last bit.</summary>
interface ITeam<TSelf> where TSelf : struct, ITeam<TSelf>
{
    /// <summary>To be called once by every thread of a kernel: shared memory is taken where it is asked for.</summary>
    static abstract TSelf Join();

    /// <summary>Which data set of the launch.</summary>
    int Segment { get; }

    /// <summary>Whether a launch may have more teams than data sets.</summary>
    bool MayBeIdle { get; }

    /// <summary>Which thread of the team.</summary>
    int Rank { get; }

    int Size { get; }

    /// <summary>Three sums over the team, by a fixed tree.</summary>
    Row<Real> Sum(Row<Real> partial);

    /// <summary>The smallest of three values over the team.</summary>
    Row<Real> Least(Row<Real> partial);

    /// <summary>Waits until what the others wrote can be read.</summary>
    void Meet();
}

readonly struct OneThread : ITeam<OneThread>
{
    public static OneThread Join() => default;

    public int Segment => Grid.GlobalIndex.X;

    public bool MayBeIdle => true;

    public int Rank => 0;

    public int Size => 1;

    public Row<Real> Sum(Row<Real> partial) => partial;

    public Row<Real> Least(Row<Real> partial) => partial;

    public void Meet() { }
}

/// <summary>A group of a single warp, which leaves nothing behind when it is done. Sums by butterflies: a + b is b + a, so that all lanes agree.</summary>
readonly struct OneWarp : ITeam<OneWarp>
{
    public static OneWarp Join() => default;

    public int Segment => Grid.IdxX;

    public bool MayBeIdle => false;

    public int Rank => Warp.LaneIdx;

    public int Size => Warp.WarpSize;

    public Row<Real> Sum(Row<Real> partial)
    {
        double a = partial.A, b = partial.B, c = partial.C;
        for (int distance = Warp.WarpSize / 2; distance > 0; distance >>= 1)
        {
            a += Warp.ShuffleXor(a, distance);
            b += Warp.ShuffleXor(b, distance);
            c += Warp.ShuffleXor(c, distance);
        }
        return new(a, b, c);
    }

    public Row<Real> Least(Row<Real> partial)
    {
        Real a = partial.A, b = partial.B, c = partial.C;
        for (int distance = Warp.WarpSize / 2; distance > 0; distance >>= 1)
        {
            a = Real.Min(Warp.ShuffleXor(a.Value, distance), a);
            b = Real.Min(Warp.ShuffleXor(b.Value, distance), b);
            c = Real.Min(Warp.ShuffleXor(c.Value, distance), c);
        }
        return new(a, b, c);
    }

    public void Meet() => Warp.Barrier();
}

/// <summary>
/// Sums in two steps of 16 through shared memory: two barriers, where a tree of halves would need eight, and no shuffle,
/// which some OpenCL devices lack.
/// </summary>
readonly struct OneGroup(ArrayView<Row<Real>> parts, ArrayView<Row<Real>> rows) : ITeam<OneGroup>
{
    public const int Width = 16, Largest = Width * Width;

    readonly ArrayView<Row<Real>> parts = parts, rows = rows;

    public static OneGroup Join() => new(SharedMemory.Allocate<Row<Real>>(Largest), SharedMemory.Allocate<Row<Real>>(Width));

    public int Segment => Grid.IdxX;

    public bool MayBeIdle => false;

    public int Rank => Group.IdxX;

    public int Size => Group.DimX;

    public Row<Real> Sum(Row<Real> partial)
    {
        int size = Group.DimX, rank = Group.IdxX;
        parts[rank] = partial;
        Group.Barrier();
        if (rank < Width && rank * Width < size)
        {
            var row = parts[rank * Width];
            for (int i = rank * Width + 1; i < (rank + 1) * Width && i < size; i++)
                row = new(row.A + parts[i].A, row.B + parts[i].B, row.C + parts[i].C);
            rows[rank] = row;
        }
        Group.Barrier();
        var sum = rows[0];
        for (int i = 1; i * Width < size; i++)
            sum = new(sum.A + rows[i].A, sum.B + rows[i].B, sum.C + rows[i].C);
        return sum;
    }

    public Row<Real> Least(Row<Real> partial)
    {
        int size = Group.DimX, rank = Group.IdxX;
        parts[rank] = partial;
        Group.Barrier();
        if (rank < Width && rank * Width < size)
        {
            var row = parts[rank * Width];
            for (int i = rank * Width + 1; i < (rank + 1) * Width && i < size; i++)
                row = Lesser(parts[i], row);
            rows[rank] = row;
        }
        Group.Barrier();
        var least = rows[0];
        for (int i = 1; i * Width < size; i++)
            least = Lesser(rows[i], least);
        return least;
    }

    static Row<Real> Lesser(Row<Real> a, Row<Real> b) => new(Real.Min(a.A, b.A), Real.Min(a.B, b.B), Real.Min(a.C, b.C));

    public void Meet() => Group.Barrier();
}
