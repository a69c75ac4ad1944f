using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Conformance;

/// <summary>One case of a conformance set (reference/README.md): what to fit, and what it should be.</summary>
sealed partial class Case(JsonElement json, string folder)
{
    static readonly string[] Columns = ["y", "x", "weights", "size", "category", "count", "group", "event", "lower", "upper", "offset"];

    /// <summary>Those that change a fit, or describe one: a family's link, and the base that categories have by their order.</summary>
    static readonly string[] Options = ["weights", "truncation", "censoring", "link", "offset", "base_category", BaseCase];

    const string BaseCase = "base_case";

    /// <summary>The kind of cases that test a null model by its likelihood ratio.</summary>
    public const string LikelihoodRatio = "lr_test";

    public string Id => Text(json, "id") ?? "";

    public string Kind => Text(json, "kind") ?? "";

    /// <summary>The mean of a sample is that of a normal fit.</summary>
    string? FamilyName => Text(json, "family") ?? (IsOfMean ? "normal" : null);

    public JsonElement Expected => Needed("expected");

    public JsonElement Tolerance => Needed("tolerance");

    public string Folder => folder;

    /// <summary>One case, as the file of <c>fit --spec</c> holds it.</summary>
    public static Case Load(string path) => LoadSet(path) is [var one] ? one
        : throw new BadInput($"{path} holds more or less than one case; mle check runs a set.");

    /// <summary>All cases of a set.</summary>
    public static IReadOnlyList<Case> LoadSet(string path)
    {
        var root = InputFile.Json(path).RootElement;
        var cases = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("cases", out var list) ? list : root;
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (cases.ValueKind != JsonValueKind.Array)
            return [new Case(cases, folder)];
        var byId = cases.EnumerateArray().Where(c => Text(c, "id") is not null).ToDictionary(c => Text(c, "id")!);
        return [.. cases.EnumerateArray().Select(c => new Case(Completed(c, byId), folder))];
    }

    /// <summary>A case with what it lacks taken from its base case, option by option, as far as the set holds that.</summary>
    static JsonElement Completed(JsonElement one, Dictionary<string, JsonElement> all)
    {
        if (Text(Entry(one, "options"), BaseCase) is not { } id || !all.TryGetValue(id, out var of))
            return one;
        var made = JsonObject.Create(one)!;
        foreach (string part in (string[])["design", "fixed", "options"])
        {
            if (!of.TryGetProperty(part, out var given) || given.ValueKind != JsonValueKind.Object)
                continue;
            if (made[part] is not JsonObject own)
                made[part] = own = [];
            foreach (var entry in given.EnumerateObject())
                if (!own.ContainsKey(entry.Name))
                    own[entry.Name] = JsonNode.Parse(entry.Value.GetRawText());
        }
        return JsonSerializer.SerializeToElement(made);
    }

    /// <summary>The covariance that the case asks for; null for that of every fit.</summary>
    public CovarianceKind? Covariance => Kind == "robust_se" ? CovarianceKind.Sandwich : null;

    /// <summary>The function of the parameters that the case asks for, by the name that the answer has.</summary>
    public Expression? Function => Kind != "delta_method" ? null
        : Expression.Parse($"{Entry(Expected, "estimate").EnumerateObject().First().Name}={Text(Expected, "function")}");

    /// <summary>A bootstrap of the mean is one of the mean of a normal law, whatever the law is.</summary>
    bool IsOfMean => Kind == "bootstrap" && Text(Entry(json, "expected"), "statistic") == "mean";

    /// <summary>Whether the case has moments or coverages of estimates, in place of data.</summary>
    public bool IsSimulation => Kind == "simulation_exact";

    /// <summary>Where replicates of a bootstrap come from; null of other cases.</summary>
    public BootstrapKind? Replicates => Kind != "bootstrap" ? null
        : Text(Entry(json, "expected"), "scheme") is { } scheme && scheme.StartsWith("parametric") ? BootstrapKind.Parametric : BootstrapKind.Nonparametric;

    /// <summary>Whether the only bias is expected as a number without a name.</summary>
    public bool HasOneBias => Entry(json, "expected", "bias").ValueKind == JsonValueKind.Number;

    /// <summary>Of the intervals, where the case says it.</summary>
    public double? Level => Entry(json, "expected", "level") is { ValueKind: JsonValueKind.Number } level ? level.GetDouble() : null;

    /// <summary>What the case needs and this version does not have, or null.</summary>
    public string? Beyond()
    {
        if (FamilyName is null)
            return "a statistic without a family";
        if (IsSimulation)
            return SimulationExpectation.Beyond(this);
        if (Text(json, "data") is null)
            return "its data";
        if (Names(json, "columns").FirstOrDefault(c => !Columns.Contains(c)) is { } column)
            return $"a column for {column}";
        if (Names(json, "options").FirstOrDefault(o => !Options.Contains(o)) is { } option)
            return $"the option {option}";
        return null;
    }

    /// <summary>The model of the case: its family, and its design as a formula.</summary>
    public ModelText Model
    {
        get
        {
            Require();
            return new(FamilyName!, FormulasOf(FamiliesCommand.Find(FamilyName!)).Values.FirstOrDefault()?.Text);
        }
    }

    void Require()
    {
        if (Beyond() is { } beyond)
            throw new Failure($"The case {Id} cannot be fitted yet: it needs {beyond}.");
    }

    /// <summary>What the notes say about a null model; null where they say nothing that is understood.</summary>
    public NullHypothesis? Null => Text(json, "notes") is { } notes
        ? NullNotes.Read(notes, term => Designed().Contains(term) ? Written(term) : term, [.. Designed().Select(Written)]) : null;

    /// <summary>The parameters that are held.</summary>
    public Dictionary<string, double> Known => Entry(json, "fixed") is { ValueKind: JsonValueKind.Object } values
        ? values.EnumerateObject().ToDictionary(entry => entry.Name, entry => Expectation.Number(entry.Value)) : [];

    /// <summary>The family by its name.</summary>
    public string Family => FamilyName ?? "";

    /// <summary>The data, the family and the known parameters.</summary>
    public (Dataset Data, Family Family, Dictionary<string, double> Fixed) Read(Terminal terminal) => Read(terminal, [Model])[0];

    /// <summary>The same rows for each of several models, read once; those without a formula have the case's own.</summary>
    public (Dataset Data, Family Family, Dictionary<string, double> Fixed)[] Read(Terminal terminal, IReadOnlyList<ModelText> texts)
    {
        Require();
        var known = Known;
        var sets = CsvFile.ReadAll(Path.Combine(folder, Text(json, "data")!), [.. texts.Select(RolesOf)], terminal);
        return [.. texts.Zip(sets, (text, data) => (data, FamiliesCommand.Find(text.Family, data.Categories), text.Family == FamilyName ? known : []))];
    }

    Roles RolesOf(ModelText text)
    {
        var family = FamiliesCommand.Find(text.Family);
        var formulas = FormulasOf(family);
        if (text.Formula is { } given)
            formulas[family.Info.Primary] = Formula.Parse(given);
        bool categorical = family.Name == "categorical";
        var censoring = Entry(json, "options", "censoring");
        // The zero-truncated Poisson is a family of its own: there the option describes, and asks for nothing.
        var truncation = family.Name == "ztpoisson" ? default : Entry(json, "options", "truncation");
        string? lower = Column("lower");
        return new(Column("category") ?? Column("y"), Column("group"), Column("weights") ?? Column("count"), Column("size"), categorical)
        {
            Event = Column("event"),
            Lower = lower,
            Upper = Column("upper"),
            Value = lower is null ? Column("category") ?? Column("y") : null,
            LeftCensoredAt = Text(censoring, "type") == "left" ? Limit(censoring, "limit", 0) : ModelOptions.LeftCensored(family.Name),
            Truncation = (Limit(truncation, "lower", double.NegativeInfinity), Limit(truncation, "upper", double.PositiveInfinity)),
            Offset = Column("offset"),
            OfCategories = family.IsOfCategories() && !categorical,
            Primary = family.Info.Primary,
            Formulas = formulas,
        };
    }

    string? Column(string role) => json.TryGetProperty("columns", out var columns) ? Text(columns, role) : null;

    /// <summary>The design as a formula: its terms are columns as they are, and powers of them, and its zeros' probability is a constant.</summary>
    Dictionary<string, Formula> FormulasOf(Family family)
    {
        var formulas = new Dictionary<string, Formula>();
        if (!json.TryGetProperty("design", out var design) || design.ValueKind != JsonValueKind.Object)
            return formulas;
        string[] terms = [.. Terms(design).Select(Written)];
        bool intercept = !design.TryGetProperty("intercept", out var given) || given.ValueKind != JsonValueKind.False;
        // An ordered model has thresholds in place of an intercept.
        formulas.Add(family.Info.Primary, Formula.Parse("~ " + string.Join(" + ", [intercept ? "1" : "0", .. terms])));
        if (family.Name.StartsWith("zero_inflated_"))
            formulas.Add("pi", Formula.Parse("~ 1"));
        return formulas;
    }

    static IEnumerable<string> Terms(JsonElement design) => design.GetProperty("terms").EnumerateArray().Select(term => term.GetString()!);

    IEnumerable<string> Designed() => json.TryGetProperty("design", out var design) && design.ValueKind == JsonValueKind.Object ? Terms(design) : [];

    /// <summary>A term of a design as a formula has it.</summary>
    static string Written(string term) => Term().Match(term) is { Success: true } power ? $"I(`{power.Groups[1]}`^{power.Groups[2]})" : $"`{term}`";

    [GeneratedRegex(@"^(.+)\^([0-9]+)$")]
    private static partial Regex Term();

    /// <summary>What the reference set calls parameters that have another name here.</summary>
    public IReadOnlyDictionary<string, string>? Rename(Dataset data, Family family, IReadOnlyDictionary<string, double> known)
    {
        var names = new Dictionary<string, string>();
        // The upper end of a uniform where the lower one is known.
        if (family.Name == "uniform" && known.ContainsKey("a"))
            names["b"] = "theta";
        if (IsOfMean)
            names["mu"] = "mean";
        if (family.Name.StartsWith("zero_inflated_"))
            names["pi:(Intercept)"] = "gamma0";
        if (!data.Batch.Predictors.TryGetValue(family.Info.Primary, out var predictor))
            return names;
        string[] given = [.. predictor.Terms];
        if (json.TryGetProperty("design", out var design) && design.ValueKind == JsonValueKind.Object)
        {
            string[] terms = [.. given.Take(given.Length - Terms(design).Count()), .. Terms(design)];
            string[] called = design.TryGetProperty("names", out var named) ? [.. named.EnumerateArray().Select(n => n.GetString()!)] : terms;
            for (int j = 0; j < given.Length; j++)
                names[given[j]] = called[j];
        }
        if (family.Name == "multinomial_logit")
            for (int k = 1; k < data.Categories!.Length; k++)
                foreach (string term in given)
                    names[$"{data.Categories[k]}:{term}"] = $"y{data.Categories[k]}:{names.GetValueOrDefault(term, term)}";
        return names;
    }

    static double Limit(JsonElement of, string end, double otherwise) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(end, out var value) && value.ValueKind != JsonValueKind.Null ? Expectation.Number(value) : otherwise;

    static JsonElement Entry(JsonElement json, string property) => json.TryGetProperty(property, out var value) ? value : default;

    static JsonElement Entry(JsonElement json, string property, string name) =>
        json.TryGetProperty(property, out var entry) && entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) ? value : default;

    JsonElement Needed(string property) =>
        json.TryGetProperty(property, out var value) ? value : throw new BadInput($"The case '{Id}' has no field '{property}'; it can be fitted, not checked.");

    static IEnumerable<string> Names(JsonElement json, string property) =>
        json.TryGetProperty(property, out var entry) && entry.ValueKind == JsonValueKind.Object ? entry.EnumerateObject().Select(e => e.Name) : [];

    static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
