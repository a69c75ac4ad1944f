namespace Mle;

/// <summary>The fits of some replicates of a cell, with every estimand, standard error and interval that a study asks for.</summary>
sealed class Judged
{
    readonly IEngine engine;
    readonly Study study;
    readonly Cell cell;
    readonly int number;
    readonly Generated source;
    readonly FitOptions options;
    Batch? data;
    FitTable? robust;

    /// <param name="options">Threads and cancellation.</param>
    public Judged(IEngine engine, Study study, int number, uint first, int count, FitOptions options)
    {
        (this.engine, this.study, cell, this.number) = (engine, study, study.Cells[number], number);
        source = new(study, number, first, count);
        this.options = cell.Options with { Threads = options.Threads, Cancellation = options.Cancellation, Progress = null, Detail = Detail.Complete };
        Fits = engine.Fit(cell.Fitted, source, this.options);
        Values = [.. cell.Estimands.Select(Of)];
        Errors = new double[]?[study.Methods.Count, Values.Length];
        Intervals = new (double, double)[study.Methods.Count, Values.Length, study.Levels.Count][];
        for (int m = 0; m < study.Methods.Count; m++)
            switch (study.Methods[m].Kind)
            {
                case IntervalKind.Wald:
                    Wald(m, Fits);
                    break;
                case IntervalKind.Sandwich:
                    Wald(m, robust ??= engine.Fit(cell.Fitted, source, this.options with { Information = Information.Robust }));
                    break;
                case IntervalKind.Score:
                    Single(m, (f, _, level) => ScoreInterval.Of(cell.Fitted, source.Data, 0, Fits[f], level));
                    break;
                case IntervalKind.Exact:
                    Single(m, (f, place, level) => ExactInterval.Of(cell.Fitted, source.Data, 0, Fits[f], this.options, Fits.Parameters[place], level));
                    break;
                case IntervalKind.Profile:
                    Profiles(m);
                    break;
            }
        int[] bootstraps = [.. Enumerable.Range(0, study.Methods.Count).Where(m => study.Methods[m].Kind >= IntervalKind.Normal)];
        if (bootstraps.Length > 0)
            Bootstraps(bootstraps);
    }

    public FitTable Fits { get; }

    /// <summary>By estimand and replicate: ±∞ where an estimate runs there, NaN where there is none.</summary>
    public double[][] Values { get; }

    /// <summary>By method and estimand, where the method has standard errors.</summary>
    public double[]?[,] Errors { get; }

    /// <summary>By method, estimand and level, for every replicate; NaN where there is no interval.</summary>
    public (double Low, double High)[,,][] Intervals { get; }

    /// <summary>All data sets as a batch, where a method needs them.</summary>
    Batch Data => data ??= source.Make(0, source.Count);

    double[] Of(Estimand estimand)
    {
        int place = estimand.Of.Place;
        double[] all = place >= 0 ? (double[])Fits.Estimates(place).Clone() : new double[source.Count];
        for (int f = 0; f < all.Length; f++)
            if (Fits.Status[f] == Status.NoFiniteMle)
                all[f] = estimand.Of.Value(Bootstrap.Values(Fits, f));
            else if (place < 0)
                all[f] = estimand.Of.Value(At(f));
        return all;
    }

    double[] At(int f)
    {
        var at = new double[Fits.Parameters.Count];
        for (int i = 0; i < at.Length; i++)
            at[i] = Fits.Estimates(i)[f];
        return at;
    }

    void Wald(int m, FitTable table)
    {
        for (int t = 0; t < Values.Length; t++)
        {
            var of = cell.Estimands[t].Of;
            double[] errors = new double[source.Count], values = Values[t], variances = of.Place >= 0 ? table.Covariances(of.Place, of.Place) : [];
            for (int f = 0; f < errors.Length; f++)
                errors[f] = of.Place >= 0 ? Math.Sqrt(variances[f])
                    : table.Status[f] is Status.Interior or Status.Nonregular ? of.Delta(At(f), (i, j) => table.Covariances(i, j)[f]).Error : double.NaN;
            Errors[m, t] = errors;
            for (int l = 0; l < study.Levels.Count; l++)
                Intervals[m, t, l] = Wald(WaldInterval.At(study.Levels[l]), study.Methods[m].On, values, errors);
        }
    }

    static (double, double)[] Wald(WaldInterval wald, Link on, double[] values, double[] errors)
    {
        var made = new (double, double)[values.Length];
        for (int f = 0; f < made.Length; f++)
        {
            double value = values[f], error = errors[f];
            bool lies = on == Link.Log ? value > 0 : value is > 0 and < 1;
            // An error of 0 is a maximum without information.
            made[f] = error > 0 && double.IsFinite(value) ? wald.Of(lies ? on : Link.Identity, value, error) : (double.NaN, double.NaN);
        }
        return made;
    }

    /// <summary>The intervals of an estimand, to be filled.</summary>
    (double, double)[] Of(int m, int t, int l) => Intervals[m, t, l] ??= new (double, double)[source.Count];

    /// <summary>Intervals of one parameter, carried over to a function of that parameter alone.</summary>
    void Single(int m, Func<int, int, double, (double Low, double High)> interval)
    {
        for (int t = 0; t < Values.Length; t++)
            for (int f = 0; f < source.Count; f++)
            {
                var of = cell.Estimands[t].Of;
                bool none = Fits.Status[f] is Status.NoFiniteMle or Status.NotIdentified or Status.IterationLimit or Status.InvalidData;
                int place = none ? -1 : of.Place >= 0 ? of.Place : PlaceOf(of, At(f));
                for (int l = 0; l < study.Levels.Count; l++)
                    Of(m, t, l)[f] = place < 0 ? (double.NaN, double.NaN) : Carried(of, place, f, interval(f, place, study.Levels[l]));
            }
    }

    (double Low, double High) Carried(Quantity of, int place, int f, (double Low, double High) interval)
    {
        if (of.Place >= 0)
            return interval;
        double[] at = At(f);
        double One(double end)
        {
            at[place] = end;
            return of.Value(at);
        }
        var (a, b) = (One(interval.Low), One(interval.High));
        return a <= b ? (a, b) : (b, a);
    }

    /// <summary>The only parameter that a quantity depends on; −1 where there are none or more.</summary>
    static int PlaceOf(Quantity of, double[] at)
    {
        double[] slopes = of.Differentiate(at).Slopes;
        int place = Array.FindIndex(slopes, s => s != 0);
        return place == Array.FindLastIndex(slopes, s => s != 0) ? place : -1;
    }

    void Profiles(int m)
    {
        string[] names = [.. cell.Estimands.Select(e => Fits.Parameters[PlaceIn(cell, e)]).Distinct()];
        for (int l = 0; l < study.Levels.Count; l++)
        {
            var made = Profile.Intervals(engine, cell.Fitted, Data, options, study.Levels[l], names);
            for (int t = 0; t < Values.Length; t++)
            {
                int place = PlaceIn(cell, cell.Estimands[t]), p = Array.IndexOf(names, Fits.Parameters[place]);
                for (int f = 0; f < source.Count; f++)
                    Of(m, t, l)[f] = Carried(cell.Estimands[t].Of, place, f, (made.Lower(p)[f], made.Upper(p)[f]));
            }
        }
    }

    void Bootstraps(int[] methods)
    {
        BootstrapInterval[] kinds = [.. methods.Select(m => KindOf(study.Methods[m]))];
        var (a, b, _, _) = new Philox(study.Seed, Purpose.Resample, study.StreamOf(number), uint.MaxValue).Block(0, 0);
        BootstrapTarget[] targets = [.. cell.Estimands.Select(e => new BootstrapTarget(e.Name, e.Of, e.Scale))];
        var plan = study.Bootstrap with { Seed = (ulong)a << 32 | b, First = source.First, Level = study.Levels[0], Intervals = kinds };
        var made = Bootstrap.Of(engine, cell.Fitted, Data, plan, study.Levels, options, _ => targets);
        for (int t = 0; t < targets.Length; t++)
            for (int k = 0; k < methods.Length; k++)
            {
                Errors[methods[k], t] = [.. made[0].Select(fit => fit.Estimates[t].StandardError)];
                for (int l = 0; l < made.Length; l++)
                    for (int f = 0; f < source.Count; f++)
                    {
                        var bounds = made[l][f].Estimates[t].Intervals[kinds[k]];
                        Of(methods[k], t, l)[f] = (bounds.Low, bounds.High);
                    }
            }
    }

    static BootstrapInterval KindOf(Method method) => (BootstrapInterval)(method.Kind - IntervalKind.Normal);

    /// <summary>Refuses what a cell cannot be asked, in one sentence.</summary>
    public static void Check(Study study, int number)
    {
        var cell = study.Cells[number];
        var template = new Generated(study, number, 0, 1).Data;
        foreach (var method in study.Methods)
        {
            string? refusal = method.Kind switch
            {
                IntervalKind.Score => ScoreInterval.Refusal(cell.Fitted, template, cell.Options),
                IntervalKind.Exact => ExactInterval.Refusal(cell.Fitted, template, cell.Options),
                >= IntervalKind.Normal when study.Bootstrap.Kind == BootstrapKind.Parametric && !template.IsPlain && template.Predictors.Count == 0 =>
                    "Rows that are censored or truncated cannot be drawn anew from the fitted model; they can be resampled.",
                _ => null,
            };
            if (refusal is null && method.Kind is IntervalKind.Score or IntervalKind.Exact or IntervalKind.Profile)
                foreach (var estimand in cell.Estimands)
                    if (PlaceIn(cell, estimand) < 0)
                        refusal ??= $"{estimand.Name} is made of several parameters, and intervals of this kind are of one.";
            if (refusal is not null)
                throw new ArgumentException($"Cell {number + 1} ({string.Join(", ", cell.Settings.Select(s => $"{s.Key} {s.Value}"))}), {method.Name}: {refusal}");
        }
    }

    /// <summary>The only parameter that an estimand depends on, judged at a point that is nothing special; −1 where there are more.</summary>
    static int PlaceIn(Cell cell, Estimand estimand) => estimand.Of.Place >= 0 ? estimand.Of.Place
        : PlaceOf(estimand.Of, [.. cell.Fitted.Info.Parameters.Select(p => cell.Options.Fixed.TryGetValue(p.Name, out double known) ? known : p.Link == Link.Logit ? 0.4 : 1.3)]);
}
