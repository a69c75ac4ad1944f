using System.CommandLine;
using System.CommandLine.Parsing;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Commands;

/// <summary>A model as it is written: the name of a family, and the formula of its first parameter, where it has one.</summary>
readonly record struct ModelText(string Family, string? Formula);

/// <summary>The options that make more of a row than an observation of one distribution: formulas, censoring, truncation, sampling.</summary>
sealed class ModelOptions
{
    const string FormulaFor = "--formula-for";

    static readonly string[] Links = ["logit", "probit", "cloglog"];

    readonly Option<string?> formula = new("--formula") { Description = "what the family's first parameter depends on, as R has it: \"y ~ a + factor(g) + a:b + poly(x, 2)\"", HelpName = "\"y ~ x\"" };
    readonly Option<string[]> formulaFor = new(FormulaFor) { Description = "what another parameter depends on; may be repeated", HelpName = "p \"~ x\"", DefaultValueFactory = _ => [] };
    readonly Option<string> link = Syntax.OneOf("--link", Links, "of bernoulli and binomial with a formula; logit otherwise");
    readonly Option<string?> offset = Column("--offset", "added to the linear predictor");
    readonly Option<string?> levels = new("--levels") { Description = "the order of the categories, where it is not that of their names; the first is the base", HelpName = "A,B,…" };
    readonly Option<string?> happened = Column("--event", "1 where the value was observed, 0 where it is right-censored");
    readonly Option<string?> lower = Column("--lower", "with --upper: the value lies above this, and is this where both are equal; -Inf where nothing is known");
    readonly Option<string?> upper = Column("--upper", "the value lies at or below this; Inf where nothing is known");
    readonly Option<string?> leftCensoredAt = new("--left-censored-at") { Description = "values up to this are only known to be no larger", HelpName = "V" };
    readonly Option<string?> truncate = new("--truncate") { Description = "only values between these could enter the sample; either may be left out", HelpName = "a,b" };
    readonly Option<string?> truncateBelow = Column("--truncate-below", "the same limit, each row its own");
    readonly Option<string?> truncateAbove = Column("--truncate-above", "likewise");
    readonly Option<string?> samplingWeights = Column("--sampling-weights", "how many of the population a row stands for: only ratios count, and standard errors are robust");

    Option[] All => [formula, formulaFor, link, offset, levels, happened, lower, upper, leftCensoredAt, truncate, truncateBelow, truncateAbove, samplingWeights];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    static Option<string?> Column(string name, string description) => new(name) { Description = description, HelpName = "COL" };

    /// <summary>--formula-for sigma "~ x" as the one text sigma ~ x, for an option takes a fixed number of words.</summary>
    public static string[] Join(string[] args)
    {
        var joined = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            bool apart = i > 0 && args[i - 1] == FormulaFor && i + 1 < args.Length && !args[i].Contains('~') && args[i + 1].Contains('~');
            joined.Add(apart ? $"{args[i]} {args[++i]}" : args[i]);
        }
        return [.. joined];
    }

    public string? FormulaOf(ParseResult parsed) => parsed.GetValue(formula);

    static Formula? Parsed(ModelText model) => model.Formula is { } text ? Formula.Parse(text) : null;

    /// <summary>The first of these options that was given; null where none was.</summary>
    public string? Given(ParseResult parsed) => All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>The name of what is fitted: with a formula, bernoulli and binomial are regressions by their link.</summary>
    public string FamilyName(ParseResult parsed, ModelText model)
    {
        string? by = parsed.GetValue(link);
        string name = model.Family;
        bool binary = name is "bernoulli" or "binomial";
        if (by is not null && !(binary && model.Formula is not null))
            throw new BadInput($"--link {by} goes with bernoulli or binomial and a --formula.");
        return !binary || model.Formula is null ? name : by is null or "logit" ? "logistic_regression" : $"{by}_regression";
    }

    /// <summary>The parts that the options name, beside those that every fit has.</summary>
    public Roles Complete(ParseResult parsed, ModelText model, Roles roles, Family family)
    {
        bool categories = family.IsOfCategories();
        string primary = family.Info.Primary;
        if (parsed.GetValue(samplingWeights) is not null && roles.Weights is not null)
            throw new BadInput("--sampling-weights says how many a row stands for, --weights and --count how often it was observed; one of them is needed.");
        return (roles with
        {
            Formulas = FormulasOf(family, Parsed(model), parsed.GetValue(formulaFor) ?? []),
            Primary = primary,
            OfCategories = categories && !roles.Categorical,
            Levels = LevelsOf(parsed, family),
            Offset = parsed.GetValue(offset),
            Event = parsed.GetValue(happened),
            Lower = parsed.GetValue(lower),
            Upper = parsed.GetValue(upper),
            LeftCensoredAt = Limit(parsed) ?? LeftCensored(family.Name),
            Truncation = Truncation(parsed),
            TruncatedBelow = parsed.GetValue(truncateBelow),
            TruncatedAbove = parsed.GetValue(truncateAbove),
            Weights = roles.Weights ?? parsed.GetValue(samplingWeights),
            Weighting = parsed.GetValue(samplingWeights) is null ? Weighting.Frequency : Weighting.Sampling,
        }).Responding();
    }

    /// <summary>Tobin's model is one of censoring at 0.</summary>
    public static double? LeftCensored(string family) => family == "tobit" ? 0 : null;

    /// <summary>Refuses what makes no sense together, before a byte is read.</summary>
    public void Check(ParseResult parsed, ModelText model, Roles roles, Family family)
    {
        if (model.Formula is not null && family.Name == "categorical")
            throw new BadInput("The family categorical has no predictors; multinomial_logit is its regression.");
        bool named = Parsed(model)?.Response is not (null or Call { Function: "Surv" });
        if (roles.Value is not null && named)
            throw new BadInput("--value and the left side of --formula both name what is fitted; one of them is needed.");
        if ((roles.Lower is null) != (roles.Upper is null))
            throw new BadInput("--lower and --upper go together.");
        if (roles.Lower is not null && (roles.Value ?? roles.Event) is { } other)
            throw new BadInput($"--lower and --upper say all about an observation; '{other}' is one column too many.");
        if (roles.Lower is not null && roles.LeftCensoredAt is not null)
            throw new BadInput("--lower and --upper say what is censored; --left-censored-at goes with single values, and so does tobit.");
        if (roles.Lower is not null && named)
            throw new BadInput("--lower and --upper stand in place of the left side of --formula.");
        if (roles.Offset is not null && model.Formula is null)
            throw new BadInput("--offset goes with --formula; \"~ 1\" is one without columns.");
        if (family.IsOfCategories() && (roles.Event ?? roles.Lower ?? roles.TruncatedBelow ?? roles.TruncatedAbove ?? parsed.GetValue(leftCensoredAt) ?? parsed.GetValue(truncate)) is not null)
            throw new BadInput($"Categories are neither censored nor truncated, so {family.Name} takes none of --event, --lower, --left-censored-at and --truncate.");
        foreach (var (mine, both) in new[] { (roles.TruncatedBelow, double.IsFinite(roles.Truncation.Low)), (roles.TruncatedAbove, double.IsFinite(roles.Truncation.High)) })
            if (mine is not null && both)
                throw new BadInput($"--truncate gives all rows the limit that column '{mine}' gives each; one of them is needed.");
        roles.Check();
    }

    static Dictionary<string, Formula> FormulasOf(Family family, Formula? main, IEnumerable<string> others)
    {
        var formulas = new Dictionary<string, Formula>();
        if (main is not null)
            formulas.Add(family.Info.Primary, main);
        foreach (string text in others)
        {
            if (Formula.Parse(text) is not { Response: Name { Column: var parameter } } made)
                throw new BadInput($"{FormulaFor} {text}: a parameter and a formula are needed, such as {FormulaFor} sigma \"~ x\".");
            if (family.IsOfCategories() || family.Info.Parameters.All(p => p.Name != parameter))
                throw new BadInput($"{FormulaFor} {text}: {family.Name} has {(family.IsOfCategories() ? "no parameter that takes one" : $"no parameter '{parameter}', only {string.Join(", ", family.Info.Parameters.Select(p => p.Name))}")}.");
            if (!formulas.TryAdd(parameter, made with { Response = null }))
                throw new BadInput($"{FormulaFor} {text}: {parameter} has its formula already{(parameter == family.Info.Primary ? " (--formula)" : "")}.");
        }
        return formulas;
    }

    string[]? LevelsOf(ParseResult parsed, Family family)
    {
        if (parsed.GetValue(levels) is not { } text)
            return null;
        if (!family.IsOfCategories())
            throw new BadInput($"--levels orders categories, and {family.Name} has none.");
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.Length >= 2 && names.Distinct().Count() == names.Length && names.All(n => n.Length > 0) ? names
            : throw new BadInput($"--levels {text}: two or more different categories are needed, such as low,medium,high.");
    }

    double? Limit(ParseResult parsed) => parsed.GetValue(leftCensoredAt) is not { } text ? null
        : Syntax.Finite(text) ?? throw new BadInput($"--left-censored-at {text}: a finite number is needed.");

    (double, double) Truncation(ParseResult parsed)
    {
        if (parsed.GetValue(truncate) is not { } text)
            return (double.NegativeInfinity, double.PositiveInfinity);
        return Syntax.Interval(text, ',') ?? throw new BadInput($"--truncate {text}: two limits in their order are needed, such as 0,10 or 3, where one may be left out.");
    }
}
