using System.Globalization;
using System.Text;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Studies;

/// <summary>What a study found: a row for each cell, method, term and performance measure.</summary>
sealed class StudyReport(Study study, IReadOnlyList<CellResult> results)
{
    /// <summary>Rows that are shown; more go to a file.</summary>
    const int Shown = 60;

    /// <summary>Notes, and cells of a note, that are shown.</summary>
    const int Noted = 5;

    const string Nonexistent = "nonexistent";

    readonly IReadOnlyList<Measure>[] cells = [.. results.Select(r => r.Summarize())];

    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("cell,method,term,stat,est,mcse\n");
        for (int cell = 0; cell < cells.Length; cell++)
            foreach (var m in cells[cell])
                writer.Write(string.Create(CultureInfo.InvariantCulture,
                    $"{cell + 1},{Tidy.Quoted(m.Method)},{Tidy.Quoted(m.Term)},{m.Stat},{Number.Text(m.Estimate)},{Number.Text(m.Error)}\n"));
    }

    /// <summary>The same rows, each with the settings of its cell.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        for (int cell = 0; cell < cells.Length; cell++)
            foreach (var m in cells[cell])
            {
                writer.WriteStartObject();
                writer.WriteNumber("cell", cell + 1);
                writer.WriteStartObject("settings");
                foreach (var (name, value) in study.Cells[cell].Settings)
                    writer.WriteString(name, value);
                writer.WriteEndObject();
                writer.WriteString("method", m.Method);
                writer.WriteString("term", m.Term);
                writer.WriteString("stat", m.Stat);
                writer.Number("est", m.Estimate);
                writer.Number("mcse", m.Error);
                if (m.Note is not null)
                    writer.WriteString("note", m.Note);
                writer.WriteEndObject();
            }
        writer.WriteEndArray();
    }

    /// <summary>Bias and coverage with their Monte-Carlo errors, and what was refused, a line for each cell, term and method.</summary>
    public void Show(Terminal terminal)
    {
        string[] settings = [.. study.Cells.SelectMany(c => c.Settings.Keys).Distinct().Where(key => study.Cells.Select(c => c.Settings.GetValueOrDefault(key)).Distinct().Count() > 1)];
        long[] replicates = [.. results.Select(r => r.Replicates).Distinct()];
        bool refused = cells.Any(c => c.Any(m => m.Stat == Nonexistent));
        terminal.Out.WriteLine($"{study.Name}: {Number.Short((long)cells.Length)} cell{(cells.Length == 1 ? "" : "s")}, {Number.Short(replicates.Min())}{(replicates.Length > 1 ? " to " + Number.Short(replicates.Max()) : "")} replicates each\n");
        var table = Screen.Table(["cell", .. settings, .. replicates.Length > 1 ? ["replicates"] : Array.Empty<string>(), "", "bias", "interval", "covers", .. refused ? ["none"] : Array.Empty<string>()]);
        // What is too wide breaks before a Monte-Carlo error, not within a word.
        foreach (var column in table.Columns)
            column.NoWrap();
        table.Columns[settings.Length + (replicates.Length > 1 ? 3 : 2)].NoWrap = false;
        var notes = new Dictionary<string, List<int>>();
        int lines = 0;
        for (int cell = 0; cell < cells.Length; cell++)
            foreach (var (term, bias, cover) in Lines(cell))
            {
                foreach (string? note in new[] { bias?.Note, cover?.Note })
                    if (note is not null)
                        Remember(notes, note, cell);
                if (lines++ >= Shown)
                    continue;
                bool first = term is not null && term == cells[cell].First(m => m.Term.Length > 0).Term;
                string none = Number.Text(cells[cell].FirstOrDefault(m => m.Stat == Nonexistent && m.Term == cover?.Term && m.Method == cover.Method)?.Estimate ?? 0);
                string[] texts =
                [
                    first ? $"{cell + 1}" : "", .. settings.Select(key => first ? study.Cells[cell].Settings.GetValueOrDefault(key, "") : ""),
                    .. replicates.Length > 1 ? [first ? Number.Short(results[cell].Replicates) : ""] : Array.Empty<string>(),
                    term ?? "", bias is null ? "" : With(bias, Number.Brief(bias.Estimate)),
                    cover?.Method ?? "", cover is null ? "" : With(cover, cover.Estimate.ToString("F4", CultureInfo.InvariantCulture)), .. refused ? [none == "0" ? "" : none] : Array.Empty<string>(),
                ];
                table.AddRow([.. texts.Select(text => new Text(text))]);
            }
        terminal.Show(table);
        if (lines > Shown)
            terminal.Out.WriteLine($"The first {Shown} of {Number.Short((long)lines)} lines; --out results.csv writes all, with more measures.");
        foreach (var (note, at) in notes.Take(Noted))
            terminal.Out.WriteLine($"{(at.Count == cells.Length ? "" : $"cell{(at.Count > 1 ? "s" : "")} {string.Join(", ", at.Take(Noted).Select(cell => cell + 1))}{(at.Count > Noted ? ", …" : "")}: ")}{note}");
        if (notes.Count > Noted)
            terminal.Out.WriteLine($"and {notes.Count - Noted} more notes, which --json has");
    }

    /// <summary>A QQ plot for every cell: quantiles of the standardised estimate over those of the standard normal, beside the line where they are equal.</summary>
    public void ShowQuantiles(Terminal terminal, string term)
    {
        double[] chances = [.. Enumerable.Range(0, 199).Select(i => Math.Exp((double)Real.LogNormalCdf(-3 + 6 * i / 198.0)))], normal = [.. chances.Select(p => (double)Normal.Quantile<Real>(p))];
        for (int cell = 0; cell < results.Count; cell++)
        {
            if (study.Cells[cell].Estimands.All(e => e.Name != term))
                continue;
            terminal.Out.WriteLine($"\ncell {cell + 1}{string.Concat(study.Cells[cell].Settings.Select(s => $", {s.Key} {s.Value}"))}: {term}, standardised, over the normal");
            foreach (string line in Plot.Against(normal, results[cell].Standardized(term, chances), terminal.Width))
                terminal.Out.WriteLine(line);
        }
    }

    /// <summary>Each term with its bias, once, and the coverage of each method; null where a line does not repeat it.</summary>
    IEnumerable<(string? Term, Measure? Bias, Measure? Cover)> Lines(int cell)
    {
        foreach (var term in cells[cell].Where(m => m.Term.Length > 0).GroupBy(m => m.Term))
        {
            Measure? bias = term.FirstOrDefault(m => m.Stat == "bias");
            Measure?[] covers = [.. term.Where(m => m.Stat == "cover").DefaultIfEmpty(null)];
            for (int i = 0; i < covers.Length; i++)
                yield return i == 0 ? (term.Key, bias, covers[i]) : (null, null, covers[i]);
        }
    }

    static void Remember(Dictionary<string, List<int>> notes, string note, int cell)
    {
        if (!notes.TryGetValue(note, out var at))
            notes.Add(note, at = []);
        if (!at.Contains(cell))
            at.Add(cell);
    }

    /// <summary>An estimate and its Monte-Carlo error.</summary>
    static string With(Measure measure, string estimate) =>
        double.IsNaN(measure.Estimate) ? "–" : string.Create(CultureInfo.InvariantCulture, $"{estimate} ± {measure.Error:G1}");
}
