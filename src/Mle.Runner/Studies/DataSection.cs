using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Studies;

/// <summary>How the data of one cell come about: the section data with one value for every key.</summary>
/// <param name="folder">What the design's path is relative to.</param>
sealed class DataSection(Mapping data, string folder, ulong seed)
{
    const string Name = "data";

    public Family Family { get; } = FamilyOf(data.Needed(Name, "family"), "data.family");

    /// <summary>What the design's file holds, which results depend on; null where there is none.</summary>
    public string? DesignText => data["design"] is { } design ? InputFile.Text(PathOf(design)) : null;

    static Family FamilyOf(Yaml name, string what) => FamiliesCommand.Find(name.OneOf(what, StudyKeys.Families));

    public Population Read()
    {
        var formulas = FormulasOf();
        var design = DesignOf(formulas.Count > 0);
        int n = design?.Rows ?? LengthOf(data.Needed(Name, "n"));
        if (design is not null && data["n"] is { } given && LengthOf(given) != n)
            throw given.Refuse($"n is the number of rows of the design, {n}");
        var parameters = data.Needed(Name, "parameters").AsMap("parameters", "such as {shape: 2, scale: 1}");
        var made = Population.Of(
            Family, parameters.Entries.ToDictionary(p => p.Key, p => p.Value.AsNumber(p.Key)), n, Trials, formulas, design,
            (name, why) => (name is not null && parameters.Entries.FirstOrDefault(p => p.Key == name) is { } entry ? entry.At : parameters.At).Refuse(why));
        return made with { Scenario = made.Scenario with { Contamination = ContaminationOf(), Censoring = CensoringOf(), Truncation = TruncationOf() } };
    }

    static int LengthOf(Yaml n) => (int)n.AsWhole("n", 1, Array.MaxLength);

    Dictionary<string, Formula> FormulasOf()
    {
        var formulas = new Dictionary<string, Formula>();
        if (data["formula"] is { } main)
            formulas.Add(Family.Info.Primary, FormulaOf(main, "formula"));
        foreach (var other in data["formula-for"]?.AsMap("formula-for", "of parameters, such as {sigma: \"~ x\"}").Entries ?? [])
        {
            string[] names = [.. Family.Info.Parameters.Select(p => p.Name)];
            if (!names.Contains(other.Key))
                throw other.At.Refuse($"{Family.Name} has no parameter '{other.Key}', only {string.Join(", ", names)}{Yaml.DidYouMean(other.Key, names)}");
            if (!formulas.TryAdd(other.Key, FormulaOf(other.Value, $"formula-for {other.Key}")))
                throw other.At.Refuse($"{other.Key} has its formula already");
        }
        return formulas;
    }

    static Formula FormulaOf(Yaml text, string what)
    {
        string words = text.AsText(what);
        return text.Explain(() => Formula.Parse(words));
    }

    /// <summary>The columns that predictors are made from.</summary>
    Frame? DesignOf(bool needed)
    {
        var (written, drawn) = (data["design"], data["predictors"]);
        if ((written ?? drawn) is not { } given)
            return needed ? throw data.Needed(Name, data["formula"] is null ? "formula-for" : "formula").Refuse("a formula needs predictors, or the design of a file") : null;
        if (!needed)
            throw given.Refuse("predictors go with a formula");
        if (written is not null && drawn is not null)
            throw drawn.Refuse("predictors are drawn, or are those of the design; one of them is needed");
        string? path = written is null ? null : PathOf(written);
        return path is not null ? written!.Explain(() => Written(path))
            : Population.Drawn([.. drawn!.AsMap("predictors", "of names").Entries.Select(PredictorOf)], LengthOf(data.Needed(Name, "n")), seed);
    }

    string PathOf(Yaml design) => Path.Combine(folder, design.AsText("design"));

    /// <summary>All columns of a file.</summary>
    public static Frame Written(string path)
    {
        using var silent = new Terminal(Stream.Null, Stream.Null, Stream.Null);
        return CsvFile.Read(path, header => header.ToDictionary(column => column, _ => Need.Any), null, silent);
    }

    static (string, Family?, double[], string[]) PredictorOf(Entry entry)
    {
        var section = entry.Value.AsSection($"predictor {entry.Key}", StudyKeys.Predictor);
        if (section["levels"] is not { } levels)
        {
            var (family, parameters) = DistributionOf(section, $"predictor {entry.Key}");
            return (entry.Key, family, parameters, []);
        }
        if ((section["family"] ?? section["parameters"]) is { } other)
            throw other.Refuse($"predictor {entry.Key} has levels or a family; one of them is needed");
        string[] names = [.. levels.AsList("levels").Select(level => level.AsText("a level"))];
        return names.Length >= 2 && names.Distinct().Count() == names.Length ? (entry.Key, null, [], names)
            : throw levels.Refuse($"predictor {entry.Key} needs two or more different levels");
    }

    double? Trials => data["trials"]?.AsWhole("trials", 1, 1 << 30);

    /// <summary>A family with values for its parameters.</summary>
    static (Family Family, double[] Parameters) DistributionOf(Mapping section, string what, double? trials = null)
    {
        var family = FamilyOf(section.Needed(what, "family"), $"the family of {what}");
        var parameters = section.Needed(what, "parameters").AsMap("parameters", "such as {mu: 0, sigma: 1}");
        var values = parameters.Entries.ToDictionary(p => p.Key, p => p.Value.AsNumber(p.Key));
        var population = Population.Of(family, values, 1, trials, new Dictionary<string, Formula>(), null,
            (name, why) => (name is not null ? parameters.Entries.First(p => p.Key == name).At : parameters.At).Refuse(why));
        return (family, [.. population.Scenario.Parameters]);
    }

    Contamination? ContaminationOf()
    {
        if (data["contamination"] is not { } given)
            return null;
        var section = given.AsSection("contamination", StudyKeys.Contamination);
        double share = section.Needed("contamination", "share").AsNumber("share", "a number from 0 to 1", v => v is >= 0 and <= 1);
        var (family, parameters) = DistributionOf(section, "contamination", Trials);
        return share == 0 ? null : new(share, family, parameters);
    }

    Censoring? CensoringOf()
    {
        if (data["censoring"] is not { } given)
            return null;
        var section = given.AsSection("censoring", StudyKeys.Censoring);
        var made = new Censoring
        {
            Above = section["above"]?.AsNumber("above") ?? double.PositiveInfinity,
            Below = section["below"]?.AsNumber("below") ?? double.NegativeInfinity,
            Random = section["random"] is { } random ? DistributionOf(random.AsSection("random", StudyKeys.Distribution), "random") : null,
        };
        if (!(made.Below < made.Above))
            throw given.Refuse("censoring: below must be less than above");
        return section.Entries.Count > 0 ? made : throw given.Refuse($"censoring needs one of {string.Join(", ", StudyKeys.Censoring)}");
    }

    (double, double) TruncationOf()
    {
        if (data["truncation"] is not { } given)
            return (double.NegativeInfinity, double.PositiveInfinity);
        var section = given.AsSection("truncation", StudyKeys.Truncation);
        double below = section["below"]?.AsNumber("below") ?? double.NegativeInfinity, above = section["above"]?.AsNumber("above") ?? double.PositiveInfinity;
        return below < above && section.Entries.Count > 0 ? (below, above) : throw given.Refuse("truncation needs below, above, or both in their order");
    }
}
