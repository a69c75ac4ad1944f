using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Conformance;

/// <summary>The expected answers of a batch, one row of a CSV file for each group, compared group by group.</summary>
static class BatchExpectation
{
    public static IReadOnlyList<Comparison> Compare(Case one, IReadOnlyList<FitReport> fits)
    {
        var byGroup = fits.ToDictionary(fit => fit.Group!);
        var made = new List<Comparison> { Count(one.Expected, fits.Count) };
        foreach (var (group, expected) in Rows(Path.Combine(one.Folder, one.Expected.GetProperty("expected_csv").GetString()!)))
        {
            if (!byGroup.TryGetValue(group, out var fit))
                made.Add(new("status", $"group {group}", "a fit", "none", false, 0));
            else
                made.AddRange(Expectation.Compare(expected, one.Tolerance, fit).Select(c => c with { What = $"group {group}, {c.What}" }));
        }
        return made;
    }

    static Comparison Count(JsonElement expected, int groups) =>
        new("status", "groups", expected.GetProperty("groups").ToString(), groups.ToString(), expected.GetProperty("groups").GetInt32() == groups, 0);

    /// <summary>Rows as the expected entries that single cases have; a field that is empty is not expected.</summary>
    static IEnumerable<(string Group, JsonElement Expected)> Rows(string path)
    {
        using var csv = CsvReader.FromFile(path);
        csv.ReadHeader();
        while (csv.Read())
        {
            var (entry, estimate, errors) = (new JsonObject(), new JsonObject(), new JsonObject());
            string group = "";
            for (int i = 0; i < csv.Headers.Count; i++)
            {
                string name = csv.Headers[i], text = csv.GetString(i);
                if (name == "group")
                    group = text;
                else if (name == "status")
                    entry[name] = text;
                else if (text.Length > 0 && Number.TryParse(text, out double value))
                    (name is "n" or "loglik" ? entry : name.StartsWith("se_") ? errors : estimate)[name.StartsWith("se_") ? name[3..] : name] = value;
            }
            entry["estimate"] = estimate;
            if (errors.Count > 0)
                entry["se"] = errors;
            yield return (group, JsonSerializer.SerializeToElement(entry));
        }
    }
}
