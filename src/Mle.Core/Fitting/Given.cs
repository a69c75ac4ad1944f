namespace Mle;

/// <summary>What the options say of each slot of a family, checked once: NaN where they say nothing.</summary>
public sealed class Given
{
    readonly Parameter[] parameters;
    readonly double[] known = [double.NaN, double.NaN, double.NaN], start = [double.NaN, double.NaN, double.NaN];
    readonly double[] low = [double.NaN, double.NaN, double.NaN], high = [double.NaN, double.NaN, double.NaN];

    /// <exception cref="ArgumentException">A name is no parameter of the family, or a value is outside its domain.</exception>
    public Given(FamilyInfo family, FitOptions options)
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
        Bounded = options.Bounds.Count > 0;
        Plain = options.Fixed.Count + options.Start.Count + options.Bounds.Count == 0;
        FreeCount = parameters.Length - options.Fixed.Count;
        Leading = 0;
        for (int i = 0; i < parameters.Length; i++)
            if (IsFree(i))
                Leading = i + 1;
    }

    /// <summary>Whether the user gave bounds.</summary>
    public bool Bounded { get; }

    /// <summary>Whether the options say nothing at all: then one prior serves all data sets.</summary>
    public bool Plain { get; }

    /// <summary>Whether the solver has to heed known values or bounds, the family's own included.</summary>
    public bool Restricts<TFamily>() where TFamily : struct, IFamily<TFamily>
    {
        var (low, high) = TFamily.Region<Real>();
        Vec3<Real> smooth = TFamily.Smooth<Real>();
        for (int i = 0; i < parameters.Length; i++)
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

    Slot Of(int slot) => slot >= parameters.Length ? Mle.Slot.Absent
        : new(parameters[slot].Link, parameters[slot].Role, known[slot], start[slot], low[slot], high[slot]);

    static double Component(Vec3<Real> of, int slot) => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    static int Slot(FamilyInfo family, string name)
    {
        int slot = Array.FindIndex(family.Parameters, p => p.Name == name);
        return slot >= 0 ? slot : throw new ArgumentException(
            $"The family {family.Name} has no parameter '{name}'; it has {string.Join(", ", family.Parameters.Select(p => p.Name))}.");
    }

    static double Inside(Parameter parameter, double value)
    {
        bool inside = parameter.Link switch
        {
            Link.Log => value > 0 && double.IsFinite(value),
            Link.Logit => value > 0 && value < 1,
            _ => double.IsFinite(value),
        };
        return inside ? value : throw new ArgumentException(
            FormattableString.Invariant($"{parameter.Name} = {value} is not allowed: it must be {parameter.Domain}."));
    }
}
