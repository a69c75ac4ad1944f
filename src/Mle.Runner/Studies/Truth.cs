using Mle.Runner.Formulas;

namespace Mle.Runner.Studies;

/// <summary>
/// What the estimands of a cell are about. Where the family that is fitted generated the data, and nothing is wrongly held fixed, they
/// are functions of the true parameters. Elsewhere a study has to say what it means: a value, a function of the true
/// parameters, or the parameters θ* that are nearest in the sense of Kullback and Leibler; else there is no bias and no coverage.
/// </summary>
/// <param name="target">Asks for θ*; null where nothing does.</param>
sealed class Truth(Population population, Family fitted, Reported reported, FitOptions options, Yaml? target)
{
    const string Nearest = "the parameters nearest in Kullback-Leibler divergence", Given = "as the study file gives it";

    double[]? nearest;

    public IEnumerable<string> Free => reported.Parameters.Where(name => !options.Fixed.ContainsKey(name));

    Scenario Scenario => population.Scenario;

    bool IsRight => fitted.Name == Scenario.Family.Name && Scenario.Contamination is null
        && options.Fixed.All(f => Scenario.Parameters[reported.Place(f.Key)] == f.Value);

    /// <summary>A parameter by itself.</summary>
    public Estimand Parameter(string name) =>
        Made(name, Quantity.Parameter(reported.Place(name), reported.Parameters.Count), null, double.NaN);

    /// <param name="text">An expression in the fitted parameters.</param>
    /// <param name="name">Null for the expression's own.</param>
    /// <param name="given">A number, or an expression in the parameters that generated the data; null for neither.</param>
    /// <param name="value">The null hypothesis; NaN for none.</param>
    public Estimand Function(Yaml text, string? name, Yaml? given, double value)
    {
        string words = text.AsText("an estimand");
        var expression = text.Explain(() => Expression.Parse(words));
        return Made(name ?? expression.Term, text.Explain(() => expression.In(reported.Scope)), given, value);
    }

    Estimand Made(string name, Quantity of, Yaml? given, double value)
    {
        string? words = given is Scalar { Value: not null } ? null : given?.AsText("truth");
        var generating = words is null ? null : given!.Explain(() => Expression.Parse(words).In(population.Names.Scope));
        var (truth, about) = given is Scalar { Value: { } known } ? (known, Given) : generating is not null ? (generating.Value([.. Scenario.Parameters]), Given)
            : IsRight ? (of.Value([.. Scenario.Parameters]), null) : target is not null ? (of.Value(nearest ??= NearestOf(target)), Nearest) : (double.NaN, null);
        return new(name, of, truth)
        {
            Scale = of.Place < 0 ? Link.Identity : reported.Links[of.Place],
            Null = value,
            Generating = generating ?? (given is null && IsRight ? of : null),
            Target = about,
        };
    }

    double[] NearestOf(Yaml asked) =>
        asked.Explain(() =>
        {
            using var engine = new CpuEngine();
            return KullbackLeibler.Of(Scenario)?.Nearest(engine, fitted, options);
        }) ?? throw asked.Refuse($"there are no parameters of {fitted.Name} nearest to these data, because of their censoring or predictors, or because a maximum is not finite; give each estimand its truth");
}
