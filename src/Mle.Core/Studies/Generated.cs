namespace Mle;

/// <summary>
/// The data sets of a scenario. What is random in a replicate is a function of (seed, stream, replicate, draw), where the stream
/// is the study's cell: any replicate can be had alone.
/// </summary>
public sealed class Generated : Replicates
{
    /// <summary>Draws without an observation inside the limits after which there is taken to be none.</summary>
    const int Patience = 1_000_000;

    readonly Scenario scenario;
    readonly uint stream;
    readonly double[] parameters;
    readonly Sampler sampler;
    readonly Sampler? contaminant, censor;

    /// <summary>Some replicates of a study's cell.</summary>
    /// <param name="first">The number of the first.</param>
    public Generated(Study study, int cell, uint first, int count) : this(study.Cells[cell].Scenario, study.Seed, study.StreamOf(cell), first, count) { }

    /// <summary>For data that belong to no study.</summary>
    /// <exception cref="ArgumentException">Parameters are as many as the family has, and a scenario has at least one observation.</exception>
    public Generated(Scenario scenario, ulong seed, uint stream, uint first, int count) : base(Template(scenario), count, seed, first)
    {
        (this.scenario, this.stream, parameters) = (scenario, stream, [.. scenario.Parameters]);
        sampler = Sampler.Of(scenario.Family);
        contaminant = scenario.Contamination is { Share: > 0 } other ? Sampler.Of(other.Family) : null;
        censor = scenario.Censoring?.Random is { } random ? Sampler.Of(random.Family) : null;
    }

    /// <summary>What all replicates have in common.</summary>
    static Batch Template(Scenario scenario)
    {
        int n = scenario.Length;
        if (n < 1)
            throw new ArgumentException($"A data set of {n} observations: there must be at least 1.");
        if (scenario.Predictors.Count == 0 && scenario.Parameters.Count != scenario.Family.Info.Parameters.Length && scenario.Family is not Categorical)
            throw new ArgumentException($"{scenario.Family.Name} has the parameters {string.Join(", ", scenario.Family.Info.Parameters.Select(p => p.Name))}, and {scenario.Parameters.Count} values are given.");
        var trials = scenario.Trials == 1 ? default : Constant(n, scenario.Trials);
        var (below, above) = scenario.Truncation;
        return new(new double[n], [0, n], default, trials)
        {
            Upper = scenario.Censoring is null ? default : new double[n],
            TruncatedBelow = double.IsFinite(below) ? new[] { below } : default,
            TruncatedAbove = double.IsFinite(above) ? new[] { above } : default,
            Predictors = scenario.Predictors,
        };
    }

    static ReadOnlyMemory<double> Constant(int n, double value)
    {
        var all = new double[n];
        Array.Fill(all, value);
        return all;
    }

    public override Replicator Worker() => scenario.Censoring is null ? new Drawer(this) : new Censored(this);

    Philox Stream(Purpose purpose, int b) => new(Seed, purpose, stream, First + (uint)b);

    /// <summary>Observations, before any censoring.</summary>
    void Fill(int b, Span<double> values, ref double[] spare)
    {
        var (below, above) = scenario.Truncation;
        if (double.IsInfinity(below) && double.IsInfinity(above))
        {
            Draw(b, values, 0, ref spare);
            return;
        }
        // Rows that are alike take what is inside as it comes; rows of a design wait for their own.
        bool alike = scenario.Predictors.Count == 0;
        var drawn = new double[values.Length];
        int found = 0;
        values.Fill(double.NaN);
        for (long first = 0; found < values.Length; first += drawn.Length)
        {
            if (first >= Math.Max(Patience, 100L * values.Length) && found * (double)Patience < first || first > uint.MaxValue - drawn.Length)
                throw new ArgumentException(FormattableString.Invariant($"Of {first} draws of {scenario.Family.Name} {found} lie between {below} and {above}: there are no data sets of {values.Length}."));
            Draw(b, drawn, (uint)first, ref spare);
            for (int i = 0; i < drawn.Length && found < values.Length; i++)
            {
                ref double row = ref values[alike ? found : i];
                if (!(drawn[i] > below && drawn[i] <= above) || !double.IsNaN(row))
                    continue;
                row = drawn[i];
                found++;
            }
        }
    }

    void Draw(int b, Span<double> values, uint first, ref double[] spare)
    {
        sampler.Fill(parameters, Data, 0, Stream(Purpose.Data, b), values, first);
        if (contaminant is null)
            return;
        var other = scenario.Contamination!;
        if (spare.Length < values.Length)
            spare = new double[values.Length];
        contaminant.Fill([.. other.Parameters], Data.Trials.Span, Stream(Purpose.Contaminant, b), spare.AsSpan(0, values.Length), first);
        var chance = Stream(Purpose.Contaminated, b);
        for (int i = 0; i < values.Length; i++)
            if (new DrawStream(chance, first + (uint)i).Uniform() < other.Share)
                values[i] = spare[i];
    }

    sealed class Drawer(Generated source) : Redrawer(source)
    {
        double[] spare = [];

        public override void Fill(int d, int b, Span<double> values) => source.Fill(b, values, ref spare);
    }

    /// <summary>What is outside of the limits is known to be there and no more.</summary>
    sealed class Censored(Generated source) : Replicator
    {
        double[] spare = [];

        public override Batch Make(int d, int b)
        {
            var censoring = source.scenario.Censoring!;
            double[] values = new double[source.scenario.Length], upper = new double[values.Length], limits = new double[values.Length];
            source.Fill(b, values, ref spare);
            if (source.censor is { } censor)
                censor.Fill([.. censoring.Random!.Value.Parameters], default, source.Stream(Purpose.Censoring, b), limits);
            else
                Array.Fill(limits, double.PositiveInfinity);
            for (int i = 0; i < values.Length; i++)
            {
                double limit = Math.Min(censoring.Above, limits[i]);
                (values[i], upper[i]) = values[i] > limit ? (limit, double.PositiveInfinity)
                    : values[i] <= censoring.Below ? (double.NegativeInfinity, censoring.Below) : (values[i], values[i]);
            }
            return new(values, [0, values.Length], default, source.Data.Trials)
            {
                Upper = upper,
                TruncatedBelow = source.Data.TruncatedBelow,
                TruncatedAbove = source.Data.TruncatedAbove,
                Predictors = source.Data.Predictors,
            };
        }
    }
}
