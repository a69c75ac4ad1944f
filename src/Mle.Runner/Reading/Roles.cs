using Mle.Runner.Formulas;

namespace Mle.Runner.Reading;

/// <summary>Which columns of a file play which part, and how they become the data of a fit; null for those that play none.</summary>
sealed record Roles(string? Value, string? By = null, string? Weights = null, string? Trials = null, bool Categorical = false)
{
    /// <summary>1 where the observation is exact, 0 where it is only known to be larger.</summary>
    public string? Event { get; init; }

    /// <summary>The ends of the interval that an observation lies in, in place of its value.</summary>
    public string? Lower { get; init; }

    public string? Upper { get; init; }

    public string? TruncatedBelow { get; init; }

    public string? TruncatedAbove { get; init; }

    /// <summary>The same limits for all rows; infinite where there is none.</summary>
    public (double Low, double High) Truncation { get; init; } = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Values up to this are only known not to be larger.</summary>
    public double? LeftCensoredAt { get; init; }

    public Weighting Weighting { get; init; }

    /// <summary>Rows with the same value here are not independent of each other.</summary>
    public string? Cluster { get; init; }

    /// <summary>The column whose texts say what is resampled by itself.</summary>
    public string? Strata { get; init; }

    /// <summary>Added to the linear predictor of the family's first parameter.</summary>
    public string? Offset { get; init; }

    /// <summary>What the linear predictors are made of, by parameter.</summary>
    public IReadOnlyDictionary<string, Formula> Formulas { get; init; } = new Dictionary<string, Formula>();

    /// <summary>The parameter that <see cref="Offset"/> is for, and whose formula names the response.</summary>
    public string Primary { get; init; } = "";

    /// <summary>Whether the response names categories, in the order of their names or of <see cref="Levels"/>.</summary>
    public bool OfCategories { get; init; }

    /// <summary>The order of the categories, where it is not that of their names.</summary>
    public IReadOnlyList<string>? Levels { get; init; }

    Formula? Main => Formulas.GetValueOrDefault(Primary);

    /// <summary>What is fitted; null where it is an interval, or the only column of the file.</summary>
    public Node? Response => Lower is not null ? null : Value is null ? Main?.Response : new Name(0, Value);

    /// <summary>
    /// The parts that a formula's left side names: a response, or Surv(time, event) and Surv(lower, upper, type = "interval2")
    /// as R's package survival has them.
    /// </summary>
    public Roles Responding()
    {
        if (Main is not { Response: Call { Function: "Surv" } call } formula)
            return this;
        if ((Value ?? Event ?? Lower) is { } twice)
            throw formula.Refuse(call, $"'{call}' says what is observed, and so does the option with column '{twice}'; one of them is needed");
        return call.Arguments switch
        {
            [Name time] => this with { Value = time.Column },
            [Name time, Name happened] => this with { Value = time.Column, Event = happened.Column },
            [Name lower, Name upper, Argument { Name: "type", Value: Quoted { Text: "interval2" } }] => this with { Lower = lower.Column, Upper = upper.Column },
            _ => throw formula.Refuse(call, $"'{call}' is neither Surv(time, event) nor Surv(lower, upper, type = \"interval2\") with columns of the file"),
        };
    }

    /// <summary>Refuses what no file can make right.</summary>
    public void Check()
    {
        foreach (var formula in Formulas.Values)
            Design.Need(Terms.Of(formula, []), (_, _) => { });
        if (Response is { } response && !OfCategories && !Categorical)
            Arithmetic.Check(Main ?? new("", null, response), response);
    }

    /// <summary>The columns to read.</summary>
    public IReadOnlyDictionary<string, Need> Needs(IReadOnlyList<string> header, string source)
    {
        var needs = new Dictionary<string, Need>();
        void Need(string column, Need need) => needs[column] = needs.TryGetValue(column, out var other) && other != need ? Reading.Need.Any : need;

        if (Response is null && Lower is null && header.Count > 1)
            throw new BadInput($"Say which column of {source} to fit: --value with one of {string.Join(", ", header)}.");
        foreach (string column in Observed(header))
            Need(column, Categorical ? Reading.Need.Text : OfCategories ? Reading.Need.Any : Reading.Need.Number);
        foreach (string? column in (string?[])[Weights, Trials, Event, Lower, Upper, TruncatedBelow, TruncatedAbove, Offset])
            if (column is not null)
                Need(column, Reading.Need.Number);
        foreach (string? column in (string?[])[Cluster, Strata])
            if (column is not null)
                Need(column, Reading.Need.Any);
        foreach (var formula in Formulas.Values)
            Design.Need(Terms.Of(formula, Others(header)), Need);
        return needs;
    }

    IEnumerable<string> Observed(IReadOnlyList<string> header) =>
        Response is { } response ? Formula.Columns(response) : Lower is null ? [header[0]] : [];

    /// <summary>What a formula's . stands for: the columns that have no other part.</summary>
    string[] Others(IReadOnlyList<string> header) =>
        [.. header.Except([.. Observed(header), .. ((string?[])[By, Weights, Trials, Event, Lower, Upper, TruncatedBelow, TruncatedAbove, Offset, Cluster, Strata]).OfType<string>()])];

    public Dataset Assemble(Frame frame)
    {
        var (values, categories) = Observations(frame);
        double[]? upper = Lower is not null ? frame.Numbers(Upper!) : Censor(frame, ref values);
        var designs = Formulas.ToDictionary(f => f.Key, f => Design.Learn(Terms.Of(f.Value, Others(frame.Header)), frame));
        var batch = new Batch(values, frame.Offsets, Numbers(Weights), Numbers(Trials))
        {
            Weighting = Weighting,
            Upper = upper,
            TruncatedBelow = TruncatedBelow is not null ? Numbers(TruncatedBelow) : double.IsFinite(Truncation.Low) ? new[] { Truncation.Low } : default,
            TruncatedAbove = TruncatedAbove is not null ? Numbers(TruncatedAbove) : double.IsFinite(Truncation.High) ? new[] { Truncation.High } : default,
            Predictors = designs.ToDictionary(d => d.Key, d => d.Value.Predictor(frame, d.Key == Primary ? Offset : null)),
        };
        if (frame.Groups is not null && frame.Faults.Count == frame.Groups.Length)
            throw new BadInput($"{frame.Source}, {frame.Faults[0]}.");
        return new(frame.Source, batch, (Response is Name name ? name.Column : Response?.ToString()) ?? (Lower is null ? frame.Header[0] : $"{Lower} to {Upper}"), By, frame.Groups, categories, frame.Faults)
        {
            Roles = this,
            Designs = designs,
            Clusters = Cluster is null ? default : Numbered(frame.Fields[Cluster].Values),
            Strata = Strata is null ? default : Numbered(frame.Fields[Strata].Values),
        };

        ReadOnlyMemory<double> Numbers(string? column) => column is null ? default : frame.Numbers(column);
    }

    /// <summary>The place of each value among the different ones.</summary>
    static int[] Numbered(double[] values)
    {
        var places = new Dictionary<double, int>();
        return Array.ConvertAll(values, value => places.TryGetValue(value, out int place) ? place : places[value] = places.Count);
    }

    /// <summary>What was observed, before censoring: numbers, or the places of categories.</summary>
    (double[] Values, string[]? Categories) Observations(Frame frame)
    {
        if (Lower is not null)
            return (frame.Numbers(Lower), null);
        if (!Categorical && !OfCategories)
            return (Response is null ? frame.Numbers(frame.Header[0]) : Arithmetic.Column(Main!, Response, frame), null);
        var field = frame.Fields[Observed(frame.Header).Single()];
        if (Categorical && Levels is null)
            return (field.Values, field.Texts);
        string[] levels = Levels?.ToArray() ?? Design.LevelsOf(field);
        var code = Design.Codes(field, levels);
        var values = new double[frame.Rows];
        for (int i = 0; i < values.Length; i++)
            if ((values[i] = code(i)) < 0)
            {
                frame.Refuse($"column '{field.Name}'", i, $"there is no such category; there are {string.Join(", ", levels)}");
                values[i] = double.NaN;
            }
        return (values, levels);
    }

    /// <summary>The upper ends where some rows are censored at their value, or at a limit; null where none are.</summary>
    double[]? Censor(Frame frame, ref double[] values)
    {
        if (Event is null && LeftCensoredAt is null)
            return null;
        var upper = (double[])values.Clone();
        if (Event is not null)
        {
            double[] happened = frame.Numbers(Event);
            for (int i = 0; i < upper.Length; i++)
            {
                if (happened[i] is not (0 or 1))
                    frame.Refuse($"column '{Event}'", i, $"{Number.Text(happened[i])} is neither 1 (observed) nor 0 (censored)");
                upper[i] = happened[i] switch { 0 => double.PositiveInfinity, 1 => values[i], _ => double.NaN };
            }
        }
        if (LeftCensoredAt is { } limit)
        {
            // The column itself may be a term too.
            values = (double[])values.Clone();
            for (int i = 0; i < upper.Length; i++)
                if (values[i] <= limit && upper[i] == values[i])
                    (values[i], upper[i]) = (double.NegativeInfinity, limit);
        }
        return upper;
    }
}
