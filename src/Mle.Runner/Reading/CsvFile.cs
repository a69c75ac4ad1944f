using System.Text;
using CsvHelper;

namespace Mle.Runner.Reading;

/// <summary>
/// Reads the columns that a fit needs from comma-, semicolon- or tab-separated text. CsvHelper finds the fields
/// (0.15 s for 10 million rows of two), and nothing but the numbers is kept.
/// </summary>
sealed class CsvFile
{
    /// <summary>Rows between looks at the clock.</summary>
    const int Stride = 1 << 16;

    readonly CsvReader csv;
    readonly string source;
    readonly Dictionary<int, string> faults = [];

    CsvFile(CsvReader csv, string source) => (this.csv, this.source) = (csv, source);

    public static Dataset Read(string path, Roles roles, Terminal terminal) => InputFile.Read(path, terminal, (bytes, tick) =>
    {
        string source = InputFile.Title(path);
        using var csv = CsvReader.Create(bytes, new CsvReaderOptions
        {
            BufferSize = 1 << 18,
            OnMalformedRecord = record =>
            {
                // The header is a record here, and no row to us.
                if (record.Reason == CsvMalformedReason.UnterminatedQuote)
                    throw new BadInput($"{source}, row {record.RecordNumber - 1}: a quoted field is never closed.");
            },
        }, leaveOpen: true);
        return new CsvFile(csv, source).Read(roles, tick);
    });

    /// <summary>A column of numbers and where it stands in a row; not at all where no role asks for it.</summary>
    readonly record struct Source(string? Name, int At, Column Column)
    {
        public ReadOnlyMemory<double> Values(Grouping? groups) =>
            Name is null ? default : groups is null ? Column.Values : groups.Gather(Column.Values);
    }

    Dataset Read(Roles roles, Action tick)
    {
        csv.ReadHeader();
        if (csv.Headers.Count == 0)
            throw new BadInput($"{source} is empty.");
        if (roles.Value is null && csv.Headers.Count > 1)
            throw new BadInput($"Say which column of {source} to fit: --value with one of {string.Join(", ", csv.Headers)}.");
        var value = Find(roles.Value ?? csv.Headers[0]);
        var (weights, trials, by) = (Find(roles.Weights), Find(roles.Trials), Find(roles.By));
        var groups = roles.By is null ? null : new Grouping();
        var labels = roles.Categorical ? new Labels() : null;
        Source[] numbers = [.. new[] { value, weights, trials }.Where(c => c.Name is not null && (labels is null || c != value))];

        int rows = 0;
        for (; csv.Read(); rows++)
        {
            int group = groups?.Add(csv.GetSpan(by.At), rows) ?? 0;
            if (labels is not null)
                value.Column.Add(labels.Code(csv.GetSpan(value.At)));
            foreach (var column in numbers)
            {
                bool read = Number.TryParse(csv.GetSpan(column.At), out double number) && !double.IsNaN(number);
                column.Column.Add(read ? number : double.NaN);
                if (!read)
                    Fault(column, rows, group, alone: groups is null);
            }
            if (rows % Stride == 0)
                tick();
        }
        if (rows == 0)
            throw new BadInput($"{source} has a header but no rows.");
        if (groups is not null && faults.Count == groups.Count)
            throw new BadInput($"{source}, {faults[0]}.");
        var batch = new Batch(value.Values(groups), groups?.Offsets(rows) ?? [0, rows], weights.Values(groups), trials.Values(groups));
        return new(source, batch, value.Name, roles.By, groups?.Names(), labels?.Texts(), faults);
    }

    Source Find(string? name)
    {
        if (name is null)
            return default;
        if (csv.TryGetFieldIndex(name, out int at))
            return new(name, at, new Column());
        throw new BadInput($"{source} has no column '{name}'; its columns are {string.Join(", ", csv.Headers)}.");
    }

    /// <summary>A text that is no number ends the reading of a single data set, and spoils its own group of many.</summary>
    void Fault(Source column, int row, int group, bool alone)
    {
        string text = csv.GetString(column.At);
        string found = text.Length == 0 ? "the field is empty" : $"'{text}' is not a number";
        string fault = $"column '{column.Name}', row {row + 1}: {found}; every row needs a number";
        if (alone)
            throw new BadInput($"{source}, {fault}.");
        faults.TryAdd(group, fault);
    }
}
