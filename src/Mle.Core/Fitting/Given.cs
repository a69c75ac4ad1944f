namespace Mle;

/// <summary>What the options say of each slot of a family, checked once: NaN where they say nothing.</summary>
public sealed class Given
{
    readonly Parameter[] parameters;
    readonly double[] known = [double.NaN, double.NaN, double.NaN], start = [double.NaN, double.NaN, double.NaN];
    readonly double[] low = [double.NaN, double.NaN, double.NaN], high = [double.NaN, double.NaN, double.NaN];
    readonly ReadOnlyMemory<double>?[] knownEach = new ReadOnlyMemory<double>?[3], startEach = new ReadOnlyMemory<double>?[3];

    /// <summary>In the place of values that each data set has of its own: inside every domain.</summary>
    const double Placeholder = 0.5;

    /// <param name="count">The number of data sets.</param>
    /// <exception cref="ArgumentException">A name is no parameter of the family, or a value is outside its domain.</exception>
    public Given(FamilyInfo family, FitOptions options, int count)
    {
        parameters = family.Parameters;
        foreach (var (name, value) in options.Fixed)
            known[Slot(family, name)] = Inside(parameters[Slot(family, name)], value);
        foreach (var (name, value) in options.Start)
            start[Slot(family, name)] = Inside(parameters[Slot(family, name)], value);
        foreach (var (name, (from, to)) in options.Bounds)
        {
            if (!(from < to))
                throw new ArgumentException($"The bounds {from}:{to} of {name} must be two numbers in increasing order.");
            (low[Slot(family, name)], high[Slot(family, name)]) = (from, to);
        }
        foreach (var (name, values) in options.FixedEach)
        {
            int slot = Slot(family, name);
            if (!double.IsNaN(known[slot]))
                throw new ArgumentException($"{name} is held at one value for all data sets and at one for each; one of the two is needed.");
            (known[slot], knownEach[slot]) = (Placeholder, Column(name, values, count));
        }
        foreach (var (name, values) in options.StartEach)
            startEach[Slot(family, name)] = Column(name, values, count);
        Bounded = options.Bounds.Count > 0;
        IsIndividual = options.FixedEach.Count + options.StartEach.Count > 0;
        IsShared = !IsIndividual && Enumerable.Range(0, parameters.Length).All(i => parameters[i].Role == Role.Shape
            || double.IsNaN(known[i]) && double.IsNaN(start[i]) && double.IsNaN(low[i]) && double.IsNaN(high[i]));
        FreeCount = parameters.Length - options.Fixed.Count - options.FixedEach.Count;
        Leading = 0;
        for (int i = 0; i < parameters.Length; i++)
            if (IsFree(i))
                Leading = i + 1;
    }

    /// <summary>Whether the user gave bounds.</summary>
    public bool Bounded { get; }

    /// <summary>Whether what is said has no unit and is said of all data sets: then one prior serves them all.</summary>
    public bool IsShared { get; }

    /// <summary>
    /// Whether the solver has to heed known values or bounds, the family's own included: slots behind the last free one never
    /// move, but no start can be expanded about them.
    /// </summary>
    public bool Restricts<TFamily>() where TFamily : struct, IFamily<TFamily>
    {
        int moving = TFamily.Expands ? parameters.Length : Math.Max(1, Leading);
        var (low, high) = TFamily.Region<Real>();
        Vec3<Real> smooth = TFamily.Smooth<Real>();
        for (int i = 0; i < moving; i++)
            if (!IsFree(i) || Component(smooth, i) == 0 || Component(low, i) > double.NegativeInfinity || Component(high, i) < double.PositiveInfinity)
                return true;
        return Bounded;
    }

    public int FreeCount { get; }

    /// <summary>The slots up to the last free one: as many as have to be differentiated.</summary>
    public int Leading { get; }

    public bool IsFree(int slot) => slot < parameters.Length && double.IsNaN(known[slot]);

    /// <summary>Known values as the user gave them.</summary>
    public double Known(int slot) => known[slot];

    /// <summary>The same as plain data, for every data set.</summary>
    public Slots Slots => new(Of(0), Of(1), Of(2));

    /// <summary>Whether something is said of each data set.</summary>
    public bool IsIndividual { get; }

    /// <summary>What is said of one data set; where it is refused, with some other value in the place of the one refused.</summary>
    public Slots SlotsOf(int d) => new(Of(0, d), Of(1, d), Of(2, d));

    /// <summary>Why a data set cannot be fitted with the value that it is given, or null.</summary>
    public string? Refuses(int d)
    {
        for (int i = 0; i < parameters.Length; i++)
            if (knownEach[i] is { } values && !IsInside(parameters[i], values.Span[d]))
                return Refusal(parameters[i], values.Span[d]);
        return null;
    }

    Slot Of(int slot, int d) => Of(slot).With(KnownOf(slot, d), StartOf(slot, d));

    double KnownOf(int slot, int d) =>
        knownEach[slot] is not { } values ? double.NaN : IsInside(parameters[slot], values.Span[d]) ? values.Span[d] : Placeholder;

    double StartOf(int slot, int d) =>
        startEach[slot] is { } values && IsInside(parameters[slot], values.Span[d]) ? values.Span[d] : double.NaN;

    Slot Of(int slot) => slot >= parameters.Length ? Mle.Slot.Absent
        : new(parameters[slot].Link, parameters[slot].Role, known[slot], start[slot], low[slot], high[slot]);

    static double Component(Vec3<Real> of, int slot) => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    static int Slot(FamilyInfo family, string name)
    {
        int slot = Array.FindIndex(family.Parameters, p => p.Name == name);
        return slot >= 0 ? slot : throw new ArgumentException(
            $"The family {family.Name} has no parameter '{name}'; it has {string.Join(", ", family.Parameters.Select(p => p.Name))}.");
    }

    /// <summary>One value for each data set.</summary>
    internal static ReadOnlyMemory<double> Column(string name, ReadOnlyMemory<double> values, int count) => values.Length == count ? values
        : throw new ArgumentException($"{values.Length} values of {name} were given for {count} data sets; each has one.");

    static double Inside(Parameter parameter, double value) =>
        IsInside(parameter, value) ? value : throw new ArgumentException(Refusal(parameter, value) + ".");

    static bool IsInside(Parameter parameter, double value) => parameter.Link switch
    {
        Link.Log => value > 0 && double.IsFinite(value),
        Link.Logit => value > 0 && value < 1,
        _ => double.IsFinite(value),
    };

    static string Refusal(Parameter parameter, double value) =>
        FormattableString.Invariant($"{parameter.Name} = {value} is not allowed: it must be {parameter.Domain}");
}
