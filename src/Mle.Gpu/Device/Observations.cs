using ILGPU;

namespace Mle.Gpu;

/// <summary>The columns of a chunk of a batch on a device. Weights, trials and offsets may be empty.</summary>
readonly struct Columns(ArrayView<double> x, ArrayView<double> weights, ArrayView<double> trials, ArrayView<double> kept, ArrayView<int> offsets)
{
    public readonly ArrayView<double> X = x, Weights = weights, Trials = trials;

    /// <summary>As long as X: the first statistic of every row, or a data set's table of tails, for families that keep them.</summary>
    public readonly ArrayView<double> Kept = kept;

    /// <summary>Where each data set begins, and the end of the last.</summary>
    public readonly ArrayView<int> Offsets = offsets;

    public double Weight(int i) => Weights.Length == 0 ? 1 : Weights[i];
}

/// <summary>What a pass over rows adds up.</summary>
interface ISums<TSelf> where TSelf : unmanaged, ISums<TSelf>
{
    static abstract TSelf None { get; }

    TSelf Plus(TSelf other);

    /// <summary>Completed over a team.</summary>
    TSelf Over<TTeam>(TTeam team) where TTeam : struct, ITeam<TTeam>;
}

/// <summary>What one row adds.</summary>
interface IReading<TSums> where TSums : unmanaged, ISums<TSums>
{
    /// <param name="i">The row in the columns.</param>
    /// <param name="nth">How many rows this thread has added before.</param>
    TSums Add(TSums sums, int i, int nth);
}

/// <summary>
/// One data set and whoever adds it up: a team inside a kernel, or the grid from outside. What is written over this is
/// the same for both.
/// </summary>
interface IObservations
{
    /// <summary>Its first row in the columns.</summary>
    int First { get; }

    int Length { get; }

    /// <summary>One observation as given.</summary>
    double this[int row] { get; }

    /// <summary>Writes to the column of kept rows, for the whole team; to be closed by <see cref="Kept"/>.</summary>
    void Keep(int row, double value);

    /// <summary>Waits until all that was kept can be read.</summary>
    void Kept();

    /// <summary>Adds up the first rows; everyone gets the total. What a pass writes of a row, only whoever adds that row again may read.</summary>
    TSums Sum<TReading, TSums>(TReading reading, int rows)
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums>;
}

/// <summary>A data set that one team adds up.</summary>
readonly struct TeamObservations<TTeam>(TTeam team, Columns columns, int first, int length) : IObservations
    where TTeam : struct, ITeam<TTeam>
{
    readonly TTeam team = team;
    readonly Columns columns = columns;

    public int First { get; } = first;

    public int Length { get; } = length;

    public double this[int row] => columns.X[First + row];

    public void Keep(int row, double value)
    {
        if (team.Rank == 0)
            columns.Kept[First + row] = value;
    }

    public void Kept() => team.Meet();

    public TSums Sum<TReading, TSums>(TReading reading, int rows)
        where TReading : struct, IReading<TSums> where TSums : unmanaged, ISums<TSums>
    {
        TSums sums = TSums.None;
        int nth = 0;
        for (int row = team.Rank; row < rows; row += team.Size)
            sums = reading.Add(sums, First + row, nth++);
        return sums.Over(team);
    }
}
