using System.Text.Json;
using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>A regression with everything that predictions for other rows need: the object that <c>mle fit --json</c> prints.</summary>
sealed class FitFile
{
    /// <summary>One data set's estimates in the order of the parameters, and their covariance; NaN where there is none.</summary>
    public sealed record Estimates(string? Group, string Status, double[] Values, double[,] Covariance);

    readonly Dictionary<string, Estimates> byGroup = [];

    FitFile(Family family) => Family = family;

    public Family Family { get; }

    public IReadOnlyList<string>? Categories { get; private init; }

    /// <summary>The column of the groups, of the trials and of the offset.</summary>
    public string? By { get; private init; }

    public string? Trials { get; private init; }

    public string? Offset { get; private init; }

    /// <summary>What was fitted, as the left side of a formula; null where it was an interval.</summary>
    public Formula? Response { get; private init; }

    public required IReadOnlyList<string> Parameters { get; init; }

    public required IReadOnlyDictionary<string, Design> Designs { get; init; }

    /// <summary>The fit of a group; null where it has none.</summary>
    public Estimates? Of(string? group) => byGroup.GetValueOrDefault(group ?? "");

    public static void Write(Utf8JsonWriter writer, Fitted fitted, Tidy tidy, Intervals intervals)
    {
        var data = fitted.Data;
        writer.WriteStartObject();
        writer.WriteString("family", fitted.Family.Name);
        writer.WriteString("data", data.Source);
        writer.WriteString("response", data.Roles?.Response?.ToString());
        writer.WriteString("by", data.Groups is null ? null : data.By);
        writer.WriteString("trials", data.Roles?.Trials);
        writer.WriteString("offset", data.Roles?.Offset);
        if (data.Categories is { } categories)
            Texts(writer, "categories", categories);
        Texts(writer, "parameters", fitted.Table.Parameters);
        writer.WriteStartObject("predictors");
        foreach (var (parameter, design) in data.Designs)
        {
            writer.WriteStartObject(parameter);
            Write(writer, design);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteStartObject("fixed");
        foreach (var (name, value) in fitted.Options.Fixed)
            writer.Number(name, value);
        writer.WriteEndObject();
        writer.WriteStartArray("fits");
        for (int d = 0; d < fitted.Table.Count; d++)
            new FitReport(fitted, d, intervals).Write(writer);
        writer.WriteEndArray();
        writer.WritePropertyName("terms");
        tidy.WriteJson(writer);
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, Design design)
    {
        writer.WriteString("formula", design.Terms.Formula.Text);
        Texts(writer, "others", design.Terms.Others);
        writer.WriteStartObject("levels");
        foreach (var (variable, levels) in design.Levels)
            Texts(writer, variable, levels);
        writer.WriteEndObject();
        writer.WriteStartObject("polynomials");
        foreach (var (variable, polynomial) in design.Polynomials)
        {
            writer.WriteStartObject(variable);
            Numbers(writer, "alpha", polynomial.Alpha);
            Numbers(writer, "norm2", polynomial.Norm2);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    static void Numbers(Utf8JsonWriter writer, string name, double[] values)
    {
        writer.WriteStartArray(name);
        foreach (double value in values)
            writer.Number(value);
        writer.WriteEndArray();
    }

    public static FitFile Read(string path)
    {
        try
        {
            using var document = InputFile.Json(path);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BadInput($"{path} is not a fit that mle fit --json or --out FIT.json wrote of a regression.");
        }
    }

    static FitFile Read(JsonElement json)
    {
        string[]? categories = json.TryGetProperty("categories", out var labels) ? Texts(labels) : null;
        string[] parameters = Texts(json.GetProperty("parameters"));
        var known = json.GetProperty("fixed").EnumerateObject().ToDictionary(e => e.Name, e => Number(e.Value));
        var file = new FitFile(FamiliesCommand.Find(json.GetProperty("family").GetString()!, categories))
        {
            Categories = categories,
            By = json.GetProperty("by").GetString(),
            Trials = json.GetProperty("trials").GetString(),
            Offset = json.GetProperty("offset").GetString(),
            Response = json.GetProperty("response").GetString() is { } response ? Formula.Parse(response + " ~ 1") : null,
            Parameters = parameters,
            Designs = json.GetProperty("predictors").EnumerateObject().ToDictionary(e => e.Name, e => DesignOf(e.Value)),
        };
        foreach (var fit in json.GetProperty("fits").EnumerateArray())
        {
            string? group = fit.TryGetProperty("group", out var name) ? name.GetString() : null;
            file.byGroup.Add(group ?? "", new(group, fit.GetProperty("status").GetString()!, EstimatesOf(fit, parameters, known), CovarianceOf(fit, parameters, known)));
        }
        return file;
    }

    static Design DesignOf(JsonElement json) => new(
        Terms.Of(Formula.Parse(json.GetProperty("formula").GetString()!), Texts(json.GetProperty("others"))),
        json.GetProperty("levels").EnumerateObject().ToDictionary(e => e.Name, e => Texts(e.Value)),
        json.GetProperty("polynomials").EnumerateObject().ToDictionary(e => e.Name, e => new Polynomial(Numbers(e.Value, "alpha"), Numbers(e.Value, "norm2"))));

    static double[] EstimatesOf(JsonElement fit, string[] parameters, Dictionary<string, double> known)
    {
        var estimates = fit.GetProperty("estimate");
        return [.. parameters.Select(p => known.TryGetValue(p, out double value) ? value : Number(estimates.GetProperty(p)))];
    }

    static double[,] CovarianceOf(JsonElement fit, string[] parameters, Dictionary<string, double> known)
    {
        var made = new double[parameters.Length, parameters.Length];
        var given = fit.GetProperty("cov");
        string[] names = given.ValueKind == JsonValueKind.Null ? [] : Texts(given.GetProperty("names"));
        for (int i = 0; i < parameters.Length; i++)
            for (int j = 0; j < parameters.Length; j++)
            {
                int a = Array.IndexOf(names, parameters[i]), b = Array.IndexOf(names, parameters[j]);
                made[i, j] = a >= 0 && b >= 0 ? Number(given.GetProperty("matrix")[a][b])
                    : known.ContainsKey(parameters[i]) || known.ContainsKey(parameters[j]) ? 0 : double.NaN;
            }
        return made;
    }

    static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    static double[] Numbers(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(Number)];

    static double Number(JsonElement json) => json.ValueKind == JsonValueKind.Null ? double.NaN : Conformance.Expectation.Number(json);
}
