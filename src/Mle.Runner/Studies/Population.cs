using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Studies;

/// <summary>What data sets are drawn from, as it was written: a scenario, and what its columns are called.</summary>
/// <param name="Response">The column of the observations.</param>
/// <param name="Design">The columns that predictors are made from; null for a plain sample.</param>
/// <param name="Names">Of the scenario's parameters, in their order.</param>
sealed record Population(Scenario Scenario, string Response, Frame? Design, Reported Names)
{
    const string Unnamed = "y";

    /// <param name="values">Parameters, and coefficients by the names that a fit gives them.</param>
    /// <param name="formulas">By the parameter that they are for.</param>
    /// <param name="refuse">Makes an error of a parameter's name, or null where it is about all of them, and of what is wrong.</param>
    public static Population Of(
        Family family, IReadOnlyDictionary<string, double> values, int length, double? trials,
        IReadOnlyDictionary<string, Formula> formulas, Frame? design, Func<string?, string, BadInput> refuse)
    {
        if (family.IsOfCategories())
            throw refuse(null, $"{family.Name} is a family of categories, which are not simulated");
        if (!family.IsDistribution && formulas.Count == 0)
            throw refuse(null, $"{family.Name} is a model of rows; it needs a formula");
        var predictors = formulas.ToDictionary(f => f.Key, f => Predictor(f.Value, design!, refuse));
        var names = Reported.Of(family, predictors, length);
        double[] ordered = names.Ordered(values, refuse);
        bool takesTrials = Prediction.Of(family).TakesTrials;
        if (takesTrials != trials is not null)
            throw refuse(null, takesTrials ? $"{family.Name} needs a number of trials" : $"{family.Name} has no trials");
        if (formulas.Count == 0 && !IsDistribution(family, ordered, trials ?? 1))
            throw refuse(null, $"there is no {family.Name} with {string.Join(", ", names.Parameters.Zip(ordered, (name, value) => $"{name} = {Number.Text(value)}"))}");
        return new(new(family, ordered, length) { Trials = trials ?? 1, Predictors = predictors }, ResponseOf(formulas, family, refuse), design, names);
    }

    /// <summary>Families of one observation know no more than each parameter's domain: at a draw P(Y ≤ y) + P(Y &gt; y) is 1 only of a distribution.</summary>
    static bool IsDistribution(Family family, double[] parameters, double trials)
    {
        var draw = new double[1];
        Sampler.Of(family).Fill(parameters, new[] { trials }, new Philox(1, Purpose.Data, 0, 0), draw);
        double above = 0, below = 0;
        Quantity.OfFamily(family, (law, u) =>
        {
            var (logF, logS) = law.Tails(draw[0], trials, u);
            (below, above) = (Math.Exp(logF), Math.Exp(logS));
            return new(below, []);
        }).Value(parameters);
        return Math.Abs(below + above - 1) < 1e-6;
    }

    static string ResponseOf(IReadOnlyDictionary<string, Formula> formulas, Family family, Func<string?, string, BadInput> refuse) =>
        formulas.GetValueOrDefault(family.Info.Primary)?.Response switch
        {
            null => Unnamed,
            Name { Column: var column } => column,
            var other => throw refuse(null, $"what stands left of ~ is what is drawn, and '{other}' is no name"),
        };

    static Predictor Predictor(Formula formula, Frame design, Func<string?, string, BadInput> refuse)
    {
        var terms = Terms.Of(formula, [.. design.Header.Where(column => column != (formula.Response as Name)?.Column)]);
        Formulas.Design.Need(terms, (column, _) =>
        {
            if (!design.Fields.ContainsKey(column))
                throw refuse(null, $"the formula '{formula.Text}' has the predictor '{column}'; there are {string.Join(", ", design.Header)}{Yaml.DidYouMean(column, design.Header)}");
        });
        return Formulas.Design.Learn(terms, design).Predictor(design);
    }

    /// <summary>Predictors that are drawn: the same rows for the same seed, those of a smaller n the first ones of a larger.</summary>
    public static Frame Drawn(IReadOnlyList<(string Name, Family? Family, double[] Parameters, string[] Levels)> predictors, int rows, ulong seed)
    {
        var fields = new Dictionary<string, Field>();
        foreach (var (name, family, parameters, levels) in predictors)
        {
            var values = new double[rows];
            var source = new Philox(seed, Purpose.Design, (uint)fields.Count, 0);
            if (family is not null)
                Sampler.Of(family).Fill(parameters, default, source, values);
            else
                Sampler.Of(Families.Categorical(levels)).Fill([.. levels.Select(_ => 1.0 / levels.Length)], default, source, values);
            fields.Add(name, new(name, values, family is null ? levels : null));
        }
        return new("the predictors", [.. fields.Keys], fields, [0, rows], null, []);
    }
}

/// <summary>What fits of a family report: parameters, or the coefficients of their predictors.</summary>
/// <param name="Scope">What the names in expressions stand for.</param>
sealed record Reported(IReadOnlyList<string> Parameters, IReadOnlyList<Link> Links, IReadOnlyList<string> Domains, Scope Scope)
{
    public static Reported Of(Family family, IReadOnlyDictionary<string, Predictor> predictors, int rows)
    {
        // A fit says what its parameters are called, whatever the data.
        var values = new double[rows];
        Array.Fill(values, double.NaN);
        var set = new Dataset("", new Batch(values, [0, rows], default, Prediction.Of(family).TakesTrials ? values : default) { Predictors = predictors });
        using var engine = new CpuEngine();
        var table = engine.Fit(family, set.Batch, new() { Threads = 1, Detail = Detail.Estimates });
        var fitted = new Fitted(set, family, new(), table);
        Link[] links = [.. table.Parameters.Select((_, i) => fitted.LinkOf(i))];
        return new(table.Parameters, links, [.. table.Parameters.Select((name, i) => family.Info.Parameters.FirstOrDefault(p => p.Name == name)?.Domain ?? Word(links[i]))],
            Fitted.ScopeOf(set, family, table.Parameters, null));
    }

    static string Word(Link link) => link switch { Link.Log => "> 0", Link.Logit => "between 0 and 1", _ => "a finite number" };

    /// <summary>Of a parameter among all; −1 where there is none of this name.</summary>
    public int Place(string name) => Parameters.ToList().IndexOf(name);

    /// <summary>One value for each parameter, in its domain.</summary>
    public double[] Ordered(IReadOnlyDictionary<string, double> values, Func<string?, string, BadInput> refuse)
    {
        foreach (var (name, value) in values)
            Check(name, value, refuse);
        return [.. Parameters.Select(name => values.TryGetValue(name, out double value) ? value
            : throw refuse(null, $"{name} is missing; {string.Join(", ", Parameters)} are needed"))];
    }

    public void Check(string name, double value, Func<string?, string, BadInput> refuse)
    {
        int i = Place(name);
        if (i < 0)
            throw refuse(name, $"there is no parameter '{name}'; there are {string.Join(", ", Parameters)}{Yaml.DidYouMean(name, Parameters)}");
        if (!(Links[i] switch { Link.Log => value > 0, Link.Logit => value is > 0 and < 1, _ => true }))
            throw refuse(name, $"{name} = {Number.Text(value)} is not allowed: it must be {Domains[i]}");
    }
}
