using System.Text.Json;
using Mle.Runner.Commands;
using Mle.Runner.Reading;

namespace Mle.Runner.Conformance;

/// <summary>One case of a conformance set (reference/README.md): what to fit, and what it should be.</summary>
sealed class Case(JsonElement json, string folder)
{
    static readonly string[] Columns = ["y", "weights", "size", "category", "count", "group"];

    public string Id => Text(json, "id") ?? "";

    public string Kind => Text(json, "kind") ?? "";

    string? FamilyName => Text(json, "family");

    public JsonElement Expected => Needed("expected");

    public JsonElement Tolerance => Needed("tolerance");

    public string Folder => folder;

    /// <summary>One case, as the file of <c>fit --spec</c> holds it.</summary>
    public static Case Load(string path) => LoadSet(path) is [var one] ? one
        : throw new BadInput($"{path} holds more or less than one case; mle check runs a set.");

    /// <summary>All cases of a set.</summary>
    public static IReadOnlyList<Case> LoadSet(string path)
    {
        var root = Parse(path);
        var cases = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("cases", out var list) ? list : root;
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return cases.ValueKind switch
        {
            JsonValueKind.Array => [.. cases.EnumerateArray().Select(c => new Case(c, folder))],
            _ => [new Case(cases, folder)],
        };
    }

    /// <summary>What the case needs and this version does not have, or null.</summary>
    public string? Beyond()
    {
        if (Text(json, "data") is null)
            return "simulated data";
        if (FamilyName is null)
            return "a statistic without a family";
        if (Names("columns").FirstOrDefault(c => !Columns.Contains(c)) is { } column)
            return $"a column for {column}";
        // The zero-truncated Poisson is a family of its own: there the option describes, and asks for nothing.
        if (Names("options").FirstOrDefault(o => o != "weights" && !(o == "truncation" && FamilyName == "ztpoisson")) is { } option)
            return $"the option {option}";
        if (json.TryGetProperty("design", out var design) && design.ValueKind == JsonValueKind.Object)
            return "a design";
        return null;
    }

    /// <summary>The data, the family and the known parameters.</summary>
    public (Dataset Data, Family Family, Dictionary<string, double> Fixed) Read(Terminal terminal)
    {
        if (Beyond() is { } beyond)
            throw new Failure($"The case {Id} cannot be fitted yet: it needs {beyond}.");
        string name = FamilyName!, file = Text(json, "data")!;
        var columns = json.TryGetProperty("columns", out var given) ? given : default;
        string? Column(string role) => columns.ValueKind == JsonValueKind.Object ? Text(columns, role) : null;
        bool categorical = name == "categorical";
        var data = CsvFile.Read(Path.Combine(folder, file), new(
            Column("category") ?? Column("y"), Column("group"), Column("weights") ?? Column("count"), Column("size"), categorical), terminal);
        var family = data.Categories is { } labels ? Families.Categorical(labels) : FamiliesCommand.Find(name);
        var known = new Dictionary<string, double>();
        if (json.TryGetProperty("fixed", out var values) && values.ValueKind == JsonValueKind.Object)
            foreach (var entry in values.EnumerateObject())
                known.Add(entry.Name, Expectation.Number(entry.Value));
        return (data, family, known);
    }

    /// <summary>The reference set calls the upper end of a uniform theta where the lower one is known.</summary>
    public static IReadOnlyDictionary<string, string>? Rename(Family family, IReadOnlyDictionary<string, double> known) =>
        family.Name == "uniform" && known.ContainsKey("a") ? new Dictionary<string, string> { ["b"] = "theta" } : null;

    JsonElement Needed(string property) =>
        json.TryGetProperty(property, out var value) ? value : throw new BadInput($"The case '{Id}' has no field '{property}'; it can be fitted, not checked.");

    IEnumerable<string> Names(string property) =>
        json.TryGetProperty(property, out var entry) && entry.ValueKind == JsonValueKind.Object ? entry.EnumerateObject().Select(e => e.Name) : [];

    static JsonElement Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        }
        catch (JsonException e)
        {
            throw new BadInput($"{path} is not JSON: {e.Message}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput($"There is no file {path}.");
        }
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
