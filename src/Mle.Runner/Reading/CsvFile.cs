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

    public static Dataset Read(string path, Roles roles, Terminal terminal) => ReadAll(path, [roles], terminal)[0];

    /// <summary>The same rows, read once, with the parts that columns play in each of several models.</summary>
    public static Dataset[] ReadAll(string path, IReadOnlyList<Roles> all, Terminal terminal)
    {
        var frame = Read(path, Needs, all[0].By, terminal);
        return [.. all.Select(roles => roles.Assemble(frame))];

        Dictionary<string, Need> Needs(IReadOnlyList<string> header)
        {
            var together = new Dictionary<string, Need>();
            foreach (var (column, need) in all.SelectMany(roles => roles.Needs(header, InputFile.Title(path))))
                together[column] = together.TryGetValue(column, out var other) && other != need ? Need.Any : need;
            return together;
        }
    }

    /// <param name="needs">Which columns are needed and what for, once the header is known.</param>
    /// <param name="by">The column of the groups.</param>
    public static Frame Read(string path, Func<IReadOnlyList<string>, IReadOnlyDictionary<string, Need>> needs, string? by, Terminal terminal) =>
        InputFile.Read(path, terminal, (bytes, tick) =>
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
            return new CsvFile(csv, source).Read(needs, by, tick);
        });

    Frame Read(Func<IReadOnlyList<string>, IReadOnlyDictionary<string, Need>> needs, string? by, Action tick)
    {
        csv.ReadHeader();
        if (csv.Headers.Count == 0)
            throw new BadInput($"{source} is empty.");
        FieldReader[] fields = [.. needs(csv.Headers).Select(need => new FieldReader(need.Key, Find(need.Key), need.Value))];
        int key = by is null ? -1 : Find(by);
        var groups = by is null ? null : new Grouping();

        int rows = 0;
        for (; csv.Read(); rows++)
        {
            int group = groups?.Add(csv.GetSpan(key), rows) ?? 0;
            foreach (var field in fields)
                if (!field.Add(csv.GetSpan(field.At)))
                    Fault(field, rows, group, alone: groups is null);
            if (rows % Stride == 0)
                tick();
        }
        if (rows == 0)
            throw new BadInput($"{source} has a header but no rows.");
        // One column after the other, so that no more than one is there twice.
        var taken = new Dictionary<string, Field>();
        foreach (var field in fields)
            taken.Add(field.Name, Gathered(field.Take(), groups));
        return new(source, [.. csv.Headers], taken, groups?.Offsets(rows) ?? [0, rows], groups?.Names(), faults);
    }

    static Field Gathered(Field field, Grouping? groups) => groups is null ? field : field with { Values = groups.Gather(field.Values) };

    int Find(string name) => csv.TryGetFieldIndex(name, out int at) ? at
        : throw new BadInput($"{source} has no column '{name}'; its columns are {string.Join(", ", csv.Headers)}.");

    /// <summary>A text that is no number ends the reading of a single data set, and spoils its own group of many.</summary>
    void Fault(FieldReader field, int row, int group, bool alone)
    {
        string text = csv.GetString(field.At);
        string found = text.Length == 0 ? "the field is empty" : field.Needed == "a number" ? $"'{text}' is not a number" : $"'{text}' is no value";
        string fault = $"column '{field.Name}', row {row + 1}: {found}; every row needs {field.Needed}";
        if (alone)
            throw new BadInput($"{source}, {fault}.");
        faults.TryAdd(group, fault);
    }
}
