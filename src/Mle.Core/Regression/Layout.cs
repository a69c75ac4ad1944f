namespace Mle;

/// <summary>
/// What a regression's coefficients are for: the predictors in the order of the response's slots, and the parameters that
/// are reported, in the order of the coefficients.
/// </summary>
sealed class Layout
{
    readonly List<Reported> reported = [];

    /// <param name="slots">A parameter for each slot, and its predictor; null where it is a constant on its natural scale.</param>
    /// <param name="name">How the coefficient of a term of a slot is called.</param>
    public Layout(IReadOnlyList<(Parameter Parameter, Predictor? Given)> slots, Func<int, string, string> name, FitOptions options)
    {
        Slots = [.. slots.Select(s => s.Given ?? Predictor.Constant)];
        Parameters = [.. slots.Select(s => s.Parameter)];
        for (int s = 0; s < slots.Count; s++)
        {
            var (parameter, given) = slots[s];
            for (int j = 0; j < Slots[s].Terms.Count; j++)
                reported.Add(new(s, j, given is null ? parameter.Name : name(s, Slots[s].Terms[j]), given is null ? parameter.Link : Link.Identity));
        }
        Known = [.. reported.Select(_ => double.NaN)];
        Start = [.. reported.Select(_ => double.NaN)];
        Put(options.Fixed, Known);
        Put(options.Start, Start);
        if (options.Bounds.Count > 0)
            throw new ArgumentException("Regressions, and fits of censored, truncated or sampled observations, take no bounds.");
    }

    /// <param name="Slot">The predictor that the coefficient belongs to.</param>
    /// <param name="Term">Its place there.</param>
    /// <param name="Link">How it is made of the coefficient.</param>
    public readonly record struct Reported(int Slot, int Term, string Name, Link Link)
    {
        public double Value(double coefficient) => Link switch
        {
            Link.Log => Math.Exp(coefficient),
            Link.Logit => 1 / (1 + Math.Exp(-coefficient)),
            _ => coefficient,
        };

        /// <summary>dv/dβ.</summary>
        public double Slope(double coefficient) => Link switch
        {
            Link.Log => Math.Exp(coefficient),
            Link.Logit => Value(coefficient) * (1 - Value(coefficient)),
            _ => 1,
        };

        public double Coefficient(double value) => Link switch
        {
            Link.Log => Math.Log(value),
            Link.Logit => Math.Log(value) - Math.Log(1 - value),
            _ => value,
        };
    }

    public IReadOnlyList<Predictor> Slots { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<Reported> All => reported;

    /// <summary>What the options say, on the reported scale; NaN where nothing.</summary>
    public double[] Known { get; }

    public double[] Start { get; }

    public int Free => Known.Count(double.IsNaN);

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
            if (reported[i].Slot == slot && !double.IsNaN(Known[i]))
                return true;
        return false;
    }

    void Put(IReadOnlyDictionary<string, double> given, double[] to)
    {
        foreach (var (name, value) in given)
        {
            int i = reported.FindIndex(r => r.Name == name);
            if (i < 0)
                throw new ArgumentException($"There is no parameter '{name}' here; there are {string.Join(", ", reported.Select(r => r.Name))}.");
            Check(i, value);
            to[i] = value;
        }
    }

    /// <exception cref="ArgumentException">The parameter cannot have this value.</exception>
    public void Check(int i, double value)
    {
        if (!double.IsFinite(reported[i].Coefficient(value)))
            throw new ArgumentException(FormattableString.Invariant($"{reported[i].Name} = {value} is not allowed: it must be {(reported[i].Link == Link.Log ? "> 0" : reported[i].Link == Link.Logit ? "in (0, 1)" : "a finite number")}."));
    }
}
