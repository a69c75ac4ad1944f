namespace Mle;

/// <summary>
/// What a regression's coefficients are for: the predictors in the order of the response's slots, and the parameters that
/// are reported, in the order of the coefficients.
/// </summary>
sealed class Layout
{
    readonly List<Reported> reported = [];
    readonly double[] known, start;
    readonly ReadOnlyMemory<double>?[] knownEach, startEach;

    /// <param name="count">The number of data sets.</param>
    /// <param name="slots">A parameter for each slot, and its predictor; null where it is a constant on its natural scale.</param>
    /// <param name="name">How the coefficient of a term of a slot is called.</param>
    public Layout(IReadOnlyList<(Parameter Parameter, Predictor? Given)> slots, Func<int, string, string> name, FitOptions options, int count)
    {
        Slots = [.. slots.Select(s => s.Given ?? Predictor.Constant)];
        Parameters = [.. slots.Select(s => s.Parameter)];
        for (int s = 0; s < slots.Count; s++)
        {
            var (parameter, given) = slots[s];
            for (int j = 0; j < Slots[s].Terms.Count; j++)
                reported.Add(new(s, j, given is null ? parameter.Name : name(s, Slots[s].Terms[j]), given is null ? parameter.Link : Link.Identity));
        }
        known = [.. reported.Select(_ => double.NaN)];
        start = [.. reported.Select(_ => double.NaN)];
        (knownEach, startEach) = (new ReadOnlyMemory<double>?[reported.Count], new ReadOnlyMemory<double>?[reported.Count]);
        Put(options.Fixed, known);
        Put(options.Start, start);
        Put(options.FixedEach, knownEach, count);
        Put(options.StartEach, startEach, count);
        foreach (string both in options.FixedEach.Keys.Where(options.Fixed.ContainsKey))
            throw new ArgumentException($"{both} is held at one value for all data sets and at one for each; one of the two is needed.");
        if (options.Bounds.Count > 0)
            throw new ArgumentException("Regressions, and fits of censored, truncated or sampled observations, take no bounds.");
    }

    /// <param name="Slot">The predictor that the coefficient belongs to.</param>
    /// <param name="Term">Its place there.</param>
    /// <param name="Link">How it is made of the coefficient.</param>
    public readonly record struct Reported(int Slot, int Term, string Name, Link Link);

    public IReadOnlyList<Predictor> Slots { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<Reported> All => reported;

    public bool IsKnown(int i) => !double.IsNaN(known[i]) || knownEach[i] is not null;

    /// <summary>What the options say of a coefficient in data set d, on the reported scale; NaN where nothing.</summary>
    public double Known(int i, int d) => knownEach[i] is { } values ? values.Span[d] : known[i];

    /// <summary>Likewise; of a data set before what is said of all.</summary>
    public double Start(int i, int d) =>
        startEach[i] is { } values && double.IsFinite(reported[i].Link.Coordinate(values.Span[d])) ? values.Span[d] : start[i];

    /// <summary>Whether something is said of where a data set starts.</summary>
    public bool HasStart(int d)
    {
        for (int i = 0; i < reported.Count; i++)
            if (!double.IsNaN(Start(i, d)))
                return true;
        return false;
    }

    /// <summary>Whether every coefficient of a data set is known or has a start.</summary>
    public bool IsGiven(int d)
    {
        for (int i = 0; i < reported.Count; i++)
            if (!IsKnown(i) && double.IsNaN(Start(i, d)))
                return false;
        return true;
    }

    /// <summary>Why a data set cannot be fitted with the value that it is given, or null.</summary>
    public string? Refuses(int d)
    {
        for (int i = 0; i < reported.Count; i++)
            if (knownEach[i] is { } values && !double.IsFinite(reported[i].Link.Coordinate(values.Span[d])))
                return Refusal(reported[i], values.Span[d]);
        return null;
    }

    public int Free => Enumerable.Range(0, reported.Count).Count(i => !IsKnown(i));

    /// <summary>Where a slot has its intercept, or −1.</summary>
    public int Intercept(int slot)
    {
        for (int j = 0; j < Slots[slot].Columns.Count; j++)
            if (Slots[slot].Columns[j].IsEmpty)
                return j;
        return -1;
    }

    public bool AnyKnown(int slot)
    {
        for (int i = 0; i < reported.Count; i++)
            if (reported[i].Slot == slot && IsKnown(i))
                return true;
        return false;
    }

    /// <summary>Whether a slot has an intercept to estimate, which takes up origins.</summary>
    public bool HasFreeIntercept(int slot) =>
        Intercept(slot) is >= 0 and var term && !IsKnown(reported.FindIndex(r => r.Slot == slot && r.Term == term));

    int Find(string name) => reported.FindIndex(r => r.Name == name) is >= 0 and var i ? i
        : throw new ArgumentException($"There is no parameter '{name}' here; there are {string.Join(", ", reported.Select(r => r.Name))}.");

    static string Refusal(Reported one, double value) =>
        FormattableString.Invariant($"{one.Name} = {value} is not allowed: it must be {(one.Link == Link.Log ? "> 0" : one.Link == Link.Logit ? "in (0, 1)" : "a finite number")}");

    void Put(IReadOnlyDictionary<string, ReadOnlyMemory<double>> given, ReadOnlyMemory<double>?[] to, int count)
    {
        foreach (var (name, values) in given)
            to[Find(name)] = Given.Column(name, values, count);
    }

    void Put(IReadOnlyDictionary<string, double> given, double[] to)
    {
        foreach (var (name, value) in given)
        {
            int i = Find(name);
            Check(i, value);
            to[i] = value;
        }
    }

    /// <exception cref="ArgumentException">The parameter cannot have this value.</exception>
    public void Check(int i, double value)
    {
        if (!double.IsFinite(reported[i].Link.Coordinate(value)))
            throw new ArgumentException(Refusal(reported[i], value) + ".");
    }
}
