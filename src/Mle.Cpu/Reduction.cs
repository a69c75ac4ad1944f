namespace Mle;

/// <summary>The bare reductions: ℓ, ∇ℓ and ∇²ℓ of every data set at one point.</summary>
static class Reduction
{
    public static Evaluation[] Evaluate<TFamily, T>(
        FamilyInfo info, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        var point = new Point<TFamily>(info, at, options);
        var evaluations = new Evaluation[batch.Count];
        using var space = new Workspace();
        var columns = new Columns(batch);
        for (int d = 0; d < batch.Count; d++)
        {
            var given = columns.Of(batch.Bounds, d);
            Loaded loaded = default;
            Jet3<Real> jet = default;
            if (Loading.TryReduce<TFamily, T>(given, unit => TFamily.Natural(point.Coordinates(unit)), options.Workers, ref loaded, out var kernel))
            {
                Sum<RowsReduced, Real>(new(kernel), loaded, ref jet);
            }
            else
            {
                Loading.Load<TFamily, T>(given, Detail.Complete, false, false, options.Workers, space, ref loaded);
                if (loaded.Invalid is not null)
                    throw new ArgumentException($"data set {d + 1}, {loaded.Invalid}");
                Sum<LaneSample<TFamily, T>, T>(space.Sample<TFamily, T>(loaded.Rows, options.Workers), loaded, ref jet);
            }
            evaluations[d] = point.Report(loaded.Summary, loaded.Unit, loaded.LogBase, jet.Parts);
        }
        return evaluations;

        void Sum<TSample, TRow>(in TSample rows, in Loaded loaded, ref Jet3<Real> jet) where TSample : struct, ISample<TRow, Real> where TRow : unmanaged, IReal<TRow> =>
            new LogLikelihood<TFamily, TSample, TRow, Real, Jet3<Real>>(rows, loaded.Summary, default, Domain.Space)
                .Unrestricted(point.Coordinates(loaded.Unit), 1.0, ref jet);
    }
}
