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
            Loaded loaded = default;
            Loading.Load<TFamily, T>(columns.Of(batch.Bounds, d), Detail.Complete, false, false, options.Workers, space, ref loaded);
            if (loaded.Invalid is not null)
                throw new ArgumentException($"data set {d + 1}, {loaded.Invalid}");
            var sample = space.Sample<TFamily, T>(loaded.Rows, options.Workers);
            Jet3<Real> jet = default;
            new LogLikelihood<TFamily, LaneSample<TFamily, T>, T, Real, Jet3<Real>>(sample, loaded.Summary, default, Domain.Space)
                .Unrestricted(point.Coordinates(loaded.Unit), 1.0, ref jet);
            evaluations[d] = point.Report(loaded.Summary, loaded.Unit, loaded.LogBase, jet.Parts);
        }
        return evaluations;
    }
}
