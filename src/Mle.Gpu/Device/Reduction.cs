namespace Mle.Gpu;

/// <summary>The bare reductions: ℓ, ∇ℓ and ∇²ℓ of every data set at one point.</summary>
sealed class Reduction<TFamily>(GpuEngine engine, FamilyInfo info, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options)
    where TFamily : struct, IFamily<TFamily>
{
    readonly Point<TFamily> point = new(info, at, options);
    readonly KernelSet<TFamily> kernels = new(engine);
    readonly Evaluation[] evaluations = new Evaluation[batch.Count];

    Terms Terms => new(point.Slots, default, default, 0, 0, 0, 1);

    public Evaluation[] Evaluate()
    {
        Chunks.Through(engine, batch, options.Cancellation, (chunk, from, to) => chunk.Send(batch, from, to), Begin, Finish);
        return evaluations;
    }

    void Begin(DeviceBatch chunk)
    {
        foreach (var launch in chunk.All)
        {
            if (launch.Team == Team.Grid)
            {
                kernels.Reserve(chunk, launch.Longest);
                continue;
            }
            kernels.Load(chunk, launch, Wanted.Complete);
            kernels.Evaluate(chunk, launch, Terms);
        }
        chunk.Loaded.Fetch(chunk.Stream, chunk.Count);
        chunk.Sums.Fetch(chunk.Stream, chunk.Count);
    }

    void Finish(DeviceBatch chunk)
    {
        chunk.Stream.Synchronize();
        for (int d = 0; d < chunk.Count; d++)
            if (chunk.Length(d) < engine.Teams.Grid)
                Report(chunk, d, chunk.Loaded.Fetched[d], chunk.Sums.Fetched[d]);
            else
                Giant(chunk, d);
    }

    void Giant(DeviceBatch chunk, int d)
    {
        Loaded loaded = default;
        Order<Real> order = default;
        Loading.Load<TFamily, GridObservations<TFamily>>(
            new(kernels, chunk, d), chunk.Columns(TFamily.Keep), Wanted.Complete, ref loaded, ref order);
        Jet3<Real> jet = default;
        if (loaded.Invalid == 0)
            new LogLikelihood<TFamily, GridSample<TFamily>, Real, Real, Jet3<Real>>(
                GridSample<TFamily>.Of(kernels, chunk, d, loaded), loaded.Summary(order), default, Domain.Space)
                .Unrestricted(point.Coordinates(loaded.Unit), 1.0, ref jet);
        Report(chunk, d, loaded, jet.Parts);
    }

    void Report(DeviceBatch chunk, int d, Loaded loaded, Derivatives<Real> sums)
    {
        if (loaded.Invalid != 0)
            throw new ArgumentException($"data set {chunk.From + d + 1}, {chunk.Offender<TFamily>(d)}");
        evaluations[chunk.From + d] = point.Report(loaded.Summary(default), loaded.Unit, loaded.LogBase, sums);
    }
}
