namespace Mle;

/// <summary>What the distance between a sample and a fitted distribution is measured by.</summary>
public enum Statistic { KolmogorovSmirnov, AndersonDarling, CramerVonMises, ChiSquare }

/// <summary>
/// Whether samples could have come from the family that was fitted to them: p-values by the parametric bootstrap with
/// refitting. Tables for known parameters do not hold where the parameters were estimated from the same sample: they reject
/// almost never.
/// </summary>
/// <remarks>
/// p = (1 + #{T* ≥ T}) / (B + 1) over B samples drawn from the fit, each with the distance T* to its own fit: Stute, Gonzáles
/// Manteiga and Presedo Quindimil, Metrika 40, 1993; Davison and Hinkley, Bootstrap Methods, 1997, §4.2. A sample whose fit
/// runs to a limit family is measured against that; one that has no fit at all counts as T* ≥ T.
/// </remarks>
public sealed class GoodnessOfFit
{
    /// <summary>Observations of the samples that are drawn and fitted together: 32 MB.</summary>
    const int BlockSize = 1 << 22;

    static readonly Statistic[] Statistics = Enum.GetValues<Statistic>();

    readonly Family family;
    readonly double[] trials;
    readonly Law?[] laws;
    readonly EmpiricalDistance[] distances;
    readonly int[,] exceedances, endings;

    GoodnessOfFit(Family family, Batch batch, FitTable fits, int replicates)
    {
        (this.family, Fits, Replicates) = (family, fits, replicates);
        trials = [.. Enumerable.Range(0, batch.Count).Select(d => TrialsOf(batch, d))];
        laws = [.. Enumerable.Range(0, batch.Count).Select(d => Law.Of(family, fits[d]))];
        distances = new EmpiricalDistance[batch.Count];
        exceedances = new int[batch.Count, Statistics.Length];
        endings = new int[batch.Count, Enum.GetValues<Status>().Length];
    }

    /// <summary>The fits of the samples themselves.</summary>
    public FitTable Fits { get; }

    /// <summary>B, the number of samples drawn for each.</summary>
    public int Replicates { get; }

    /// <summary>The distance between a data set and its fit; NaN where it has no distribution, or the family no such statistic.</summary>
    public double Distance(int d, Statistic statistic) => laws[d] is null ? double.NaN : distances[d][statistic];

    /// <summary>The chance of such a distance or a larger one were the family the right one; NaN likewise.</summary>
    public double PValue(int d, Statistic statistic) =>
        double.IsNaN(Distance(d, statistic)) ? double.NaN : (1.0 + exceedances[d, (int)statistic]) / (Replicates + 1.0);

    /// <summary>How many of a data set's samples had fits that ended so.</summary>
    public int Endings(int d, Status status) => endings[d, (int)status];

    /// <summary>Tests every data set of a batch.</summary>
    /// <param name="options">Of the fits; its progress is told how many samples have been refitted.</param>
    /// <param name="seed">The samples are the same for any engine, number of threads, and whatever else is in the batch.</param>
    /// <exception cref="ArgumentException">
    /// Rows are censored, truncated, predicted or sampled, weights are no counts, rows of one data set have different numbers
    /// of trials, or the family has no distribution function.
    /// </exception>
    public static GoodnessOfFit Test(IEngine engine, Family family, Batch batch, FitOptions options, int replicates, ulong seed) =>
        Test(engine, family, batch, options, replicates, seed, refits: true);

    /// <param name="refits">Whether samples are measured against their own fits, as they must be.</param>
    internal static GoodnessOfFit Test(IEngine engine, Family family, Batch batch, FitOptions options, int replicates, ulong seed, bool refits)
    {
        if (!batch.IsPlain || !family.IsDistribution)
            throw new ArgumentException("Goodness of fit is tested for plain observations, not for rows with predictors, censoring, truncation or sampling weights.");
        var plain = options with { Progress = null };
        batch = Counted(batch);
        var test = new GoodnessOfFit(family, batch, engine.Fit(family, batch, plain), replicates);
        test.Measure(batch, options);
        var samples = new double[0];
        int[] tested = [.. Enumerable.Range(0, batch.Count).Where(d => test.laws[d] is not null)];
        for (long done = 0; done < (long)tested.Length * replicates;)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            var block = new Block(batch, tested, replicates, done);
            if (samples.Length < block.Offsets[^1])
                samples = new double[block.Offsets[^1]];
            var drawn = test.Draw(block, samples, seed, options);
            var fits = refits ? engine.Fit(family, drawn, plain with { Detail = Detail.Estimates }) : null;
            test.Compare(block, samples, fits, options);
            done += block.Count;
            options.Progress?.Report(done);
        }
        return test;
    }

    /// <summary>Samples from one on, of the data sets that are tested, one data set after another.</summary>
    sealed class Block
    {
        readonly int[] tested;
        readonly int replicates;
        readonly long first;

        public Block(Batch batch, int[] tested, int replicates, long first)
        {
            (this.tested, this.replicates, this.first) = (tested, replicates, first);
            List<long> offsets = [0];
            for (long i = first; i < (long)tested.Length * replicates && (i == first || offsets[^1] < BlockSize); i++)
            {
                int d = tested[i / replicates];
                offsets.Add(offsets[^1] + batch.Offsets[d + 1] - batch.Offsets[d]);
            }
            Offsets = [.. offsets];
        }

        public long[] Offsets { get; }

        public int Count => Offsets.Length - 1;

        public int Set(int i) => tested[(first + i) / replicates];

        public uint Replicate(int i) => (uint)((first + i) % replicates);

        public Span<double> Of(double[] samples, int i) => samples.AsSpan((int)Offsets[i], (int)(Offsets[i + 1] - Offsets[i]));
    }

    static ParallelOptions Parallelism(FitOptions options) => new()
    {
        MaxDegreeOfParallelism = options.Workers,
        CancellationToken = options.Cancellation,
    };

    void Measure(Batch batch, FitOptions options) =>
        Parallel.For(0, batch.Count, Parallelism(options), () => new EmpiricalDistance.Measure(), (d, _, measure) =>
        {
            if (laws[d] is { } law)
                distances[d] = measure.Of(law, trials[d], batch.Values.Span[(int)batch.Offsets[d]..(int)batch.Offsets[d + 1]].ToArray());
            return measure;
        }, _ => { });

    Batch Draw(Block block, double[] samples, ulong seed, FitOptions options)
    {
        long rows = block.Offsets[^1];
        var each = new double[double.IsNaN(trials[block.Set(0)]) ? 0 : rows];
        Parallel.For(0, block.Count, Parallelism(options), i =>
        {
            int d = block.Set(i);
            var law = laws[d]!;
            var own = each.Length == 0 ? default : block.Of(each, i);
            own.Fill(trials[d]);
            Sampler.Of(law.Family).Fill(law.Parameters, own, new(seed, Purpose.Data, (uint)d, block.Replicate(i)), block.Of(samples, i));
        });
        return new(samples.AsMemory(0, (int)rows), block.Offsets, default, each);
    }

    void Compare(Block block, double[] samples, FitTable? fits, FitOptions options) =>
        Parallel.For(0, block.Count, Parallelism(options), () => new EmpiricalDistance.Measure(), (i, _, measure) =>
        {
            int d = block.Set(i);
            var status = fits is null ? Status.Interior : fits.Status[i];
            var law = fits is null ? laws[d] : Law.Of(family, fits[i]);
            var distance = law is null ? default : measure.Of(law, trials[d], block.Of(samples, i));
            Interlocked.Increment(ref endings[d, (int)status]);
            foreach (var statistic in Statistics)
                if (law is null || !(distance[statistic] < distances[d][statistic]))
                    Interlocked.Increment(ref exceedances[d, (int)statistic]);
            return measure;
        }, _ => { });

    /// <summary>Observations that were counted, one by one.</summary>
    static Batch Counted(Batch batch)
    {
        if (batch.Weights.IsEmpty)
            return batch;
        List<double> values = [], trials = [];
        List<long> offsets = [0];
        for (int d = 0; d < batch.Count; d++)
        {
            for (int i = (int)batch.Offsets[d]; i < batch.Offsets[d + 1]; i++)
            {
                double weight = batch.Weights.Span[i];
                if (!(weight >= 0 && weight == Math.Floor(weight) && weight <= int.MaxValue))
                    throw new ArgumentException(FormattableString.Invariant(
                        $"data set {d + 1}, row {i - batch.Offsets[d] + 1}: goodness of fit needs weights that count observations, and {weight} is no whole number."));
                values.AddRange(Enumerable.Repeat(batch.Values.Span[i], (int)weight));
                if (!batch.Trials.IsEmpty)
                    trials.AddRange(Enumerable.Repeat(batch.Trials.Span[i], (int)weight));
            }
            offsets.Add(values.Count);
        }
        return new(values.ToArray(), [.. offsets], default, trials.ToArray());
    }

    /// <summary>The number of trials of all rows of a data set; NaN where there are none.</summary>
    static double TrialsOf(Batch batch, int d)
    {
        if (batch.Trials.IsEmpty)
            return double.NaN;
        var rows = batch.Trials.Span[(int)batch.Offsets[d]..(int)batch.Offsets[d + 1]];
        foreach (double one in rows)
            if (one != rows[0])
                throw new ArgumentException(FormattableString.Invariant(
                    $"data set {d + 1}: rows with {rows[0]} and with {one} trials have no common distribution function, which goodness of fit needs."));
        return rows.IsEmpty ? double.NaN : rows[0];
    }
}
