using ILGPU;

namespace Mle.Gpu;

/// <summary>The rows of one data set as one thread of a team sees them: every Size-th, from its Rank on.</summary>
/// <param name="a">First statistics, from the data set's first row on.</param>
/// <param name="weights">Weights or tails, likewise; empty where all are 1.</param>
/// <param name="tails">1 where the rows are a table of tails.</param>
readonly struct DeviceSample<TFamily, TTeam>(TTeam team, ArrayView<double> a, ArrayView<double> weights, int rows, int tails) : ISample<Real, Real>
    where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam>
{
    readonly TTeam team = team;
    readonly ArrayView<double> a = a, weights = weights;
    readonly int rows = rows, tails = tails;

    public int Count => (rows - team.Rank + team.Size - 1) / team.Size;

    public int Whole => weights.Length == 0 ? Count : 0;

    public bool Tails => tails != 0;

    public Row<Real> this[int i]
    {
        get
        {
            int row = team.Rank + i * team.Size;
            return TFamily.Keep == Keep.Table && tails != 0 ? new(row, 1.0) : new(a[row]);
        }
    }

    public Real Weight(int i) => weights[team.Rank + i * team.Size];

    public Row<Real> Total(Row<Real> partial) => team.Sum(partial);

    public Derivatives<Real> KernelSum<TSame>(Vec3<Real> η, Real active) where TSame : struct, IFamily<TSame> =>
        TSame.KernelSum<DeviceSample<TFamily, TTeam>, Real, Real>(this, η);

    public Powers<Real> Expand<TSame>(Vec3<Real> start) where TSame : struct, IFamily<TSame> =>
        TSame.Expand<DeviceSample<TFamily, TTeam>, Real, Real>(this, start);
}
