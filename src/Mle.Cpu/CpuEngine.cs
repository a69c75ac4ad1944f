using System.Runtime.Intrinsics;

namespace Mle;

/// <summary>
/// Fits batches on the processor's vector units and all its cores. Vectors run along the rows where rows are summed, and
/// across the data sets, one in each lane, where parameters are solved for.
/// </summary>
public sealed class CpuEngine : IEngine
{
    readonly int lanes;

    /// <param name="lanes">Doubles per vector: 8, 4 or 1; 0 for the widest that the machine has.</param>
    public CpuEngine(int lanes = 0)
    {
        this.lanes = lanes != 0 ? lanes
            : Vector512.IsHardwareAccelerated ? Lanes512.Count
            : Vector256.IsHardwareAccelerated ? Lanes256.Count : 1;
        if (this.lanes is not (1 or Lanes256.Count or Lanes512.Count))
            throw new ArgumentException($"{lanes} lanes: there are vectors of 1, 4 and 8 doubles.", nameof(lanes));
    }

    public string Description => $"CPU, {lanes} lanes, {Environment.ProcessorCount} threads";

    public void Prepare(Family family, Batch batch, FitOptions options) { }

    public FitTable Fit(Family family, Batch batch, FitOptions options) => IsPlain(family, batch, options)
        ? family.Accept(new Fitting(lanes, family, batch, options, null))
        : family.Accept(new Regressing(this, lanes, family, batch, options, null));

    public FitTable Fit(Family family, Replicates replicates, FitOptions options)
    {
        if (options.FixedEach.Count + options.StartEach.Count > 0)
            throw new ArgumentException("Replicates take known values and starts that are the same for all, not one for each data set.");
        return !IsPlain(family, replicates.Data, options) || family is Categorical ? Each(family, replicates, options)
            : family.Accept(new Fitting(lanes, family, replicates.Data, options, replicates));
    }

    /// <summary>Whether rows need no model of their own; robust standard errors are had from plain ones as well.</summary>
    static bool IsPlain(Family family, Batch batch, FitOptions options) =>
        !Regressing.Takes(family, batch, options with { Information = Information.Default });

    /// <summary>One replicate after another on every worker, on the columns of the data as they are.</summary>
    FitTable Each(Family family, Replicates replicates, FitOptions options)
    {
        var one = options with { Threads = 1, Progress = null };
        if (replicates.Fits == 0)
            return Fit(family, replicates.Data, one);
        var first = Fit(family, replicates.Make(0, 1), one);
        var table = new FitTable(first.Parameters, first.FreeParameters, replicates.Fits, options.Detail);
        table.Take(first, 0);
        long done = 1;
        Parallel.For(1, replicates.Fits,
            new() { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancellation },
            replicates.Worker, (f, _, worker) =>
            {
                table.Take(Fit(family, worker.Make(f / replicates.Count, f % replicates.Count), one), f);
                options.Progress?.Report(Interlocked.Increment(ref done));
                return worker;
            }, _ => { });
        return table;
    }

    public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) =>
        family.Accept(new Evaluating(lanes, family, batch, at, options));

    public void Dispose() { }

    sealed class Fitting(int lanes, Family family, Batch batch, FitOptions options, Replicates? replicates) : IFamilyVisitor<FitTable>
    {
        public FitTable Visit<TFamily>() where TFamily : struct, IFamily<TFamily> => lanes switch
        {
            Lanes512.Count => Run<TFamily, Lanes512>(),
            Lanes256.Count => Run<TFamily, Lanes256>(),
            _ => Run<TFamily, Real>(),
        };

        public FitTable VisitCategorical() => Categorical.Fit(family, batch, options);

        FitTable Run<TFamily, T>() where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
        {
            var given = new Given(family.Info, options, batch.Count);
            return given.Leading switch
            {
                <= 1 => new Run<TFamily, T, Jet1<T>>(family.Info, batch, options, given, replicates).Fit(),
                2 => new Run<TFamily, T, Jet2<T>>(family.Info, batch, options, given, replicates).Fit(),
                _ => new Run<TFamily, T, Jet3<T>>(family.Info, batch, options, given, replicates).Fit(),
            };
        }
    }

    sealed class Evaluating(
        int lanes, Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) : IFamilyVisitor<Evaluation[]>
    {
        public Evaluation[] Visit<TFamily>() where TFamily : struct, IFamily<TFamily> => lanes switch
        {
            Lanes512.Count => Reduction.Evaluate<TFamily, Lanes512>(family.Info, batch, at, options),
            Lanes256.Count => Reduction.Evaluate<TFamily, Lanes256>(family.Info, batch, at, options),
            _ => Reduction.Evaluate<TFamily, Real>(family.Info, batch, at, options),
        };

        public Evaluation[] VisitCategorical() => throw new ArgumentException(
            "The categorical family has no score and Hessian in free parameters; evaluate a binomial instead.");
    }
}
