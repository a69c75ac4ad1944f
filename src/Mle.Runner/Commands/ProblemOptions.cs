using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Conformance;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Data, the family to fit to them, and what is known: what every inference starts from.</summary>
/// <param name="Case">The case of a conformance set that the rest comes from, or null.</param>
sealed record Problem(Dataset Data, Family Family, FitOptions Options, Case? Case)
{
    /// <summary>What a reference set calls parameters that have another name here.</summary>
    public IReadOnlyDictionary<string, string>? Names { get; } = Case?.Rename(Data, Family, Options.Fixed);

    /// <summary>The name to report a parameter by.</summary>
    public string Name(string parameter) => Names?.GetValueOrDefault(parameter) ?? parameter;
}

/// <summary>The options that name a problem, and where its answer goes: the same for every command that fits.</summary>
sealed class ProblemOptions
{
    public readonly DataOptions Data = new(models: true);
    public readonly Option<string?> Spec = new("--spec") { Description = "take data and family from one case of a conformance set instead of FILE", HelpName = "CASE.json" };
    public readonly Option<string?> Level = new("--level") { Description = "of the confidence intervals; 0.95 otherwise", HelpName = "P" };
    public readonly Option<string?> Output = new("--out") { Description = "write a tidy table: .csv or .json", HelpName = "FILE" };
    public readonly Option<bool> Json = new("--json") { Description = "the tidy table as JSON on standard output; of a regression, and with --spec, all about the fit" };
    public readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "no table and no logs" };

    readonly bool levels;

    /// <param name="json">What --json prints, where that is not what mle fit prints.</param>
    /// <param name="levels">Whether there are intervals that have a level.</param>
    public ProblemOptions(string? json = null, bool levels = true)
    {
        this.levels = levels;
        if (json is not null)
            Json.Description = json;
    }

    public void AddTo(Command command)
    {
        Data.AddTo(command);
        foreach (Option option in new Option[] { Spec, Output, Json, Quiet })
            command.Add(option);
        if (levels)
            command.Add(Level);
    }

    /// <summary>What can be refused before a byte is read.</summary>
    public void Check(ParseResult parsed)
    {
        bool ofFile = parsed.GetValue(Spec) is null;
        if (ofFile)
            Data.CheckFile(parsed);
        Check(parsed, ofFile ? [Data.ModelOf(parsed)] : []);
    }

    /// <summary>The same for several models.</summary>
    public void Check(ParseResult parsed, IReadOnlyList<ModelText> texts)
    {
        if (parsed.GetValue(Spec) is null)
        {
            Data.CheckFile(parsed);
            foreach (var text in texts)
                Data.Check(parsed, text);
        }
        else if (parsed.GetValue(Data.File) is { } file)
            throw new BadInput($"--spec names the data itself; {file} is one file too many.");
        if (parsed.GetValue(Output) is not { } path)
            return;
        if (Path.GetExtension(path) is not (".csv" or ".json"))
            throw new BadInput($"--out {path}: a name that ends in .csv or .json is needed.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new BadInput($"--out {path}: there is no folder {folder}.");
    }

    /// <summary>The level that the options give, or else the case.</summary>
    public double LevelOf(ParseResult parsed, Case? spec = null) => Syntax.Level(parsed.GetValue(Level)) ?? spec?.Level ?? 0.95;

    /// <summary>What was found: to the file that --out names, and as JSON to standard output or, unless all is to be quiet, to be read.</summary>
    /// <param name="whole">What --json prints, where that is not the tidy table.</param>
    public void Write(
        ParseResult parsed, Terminal terminal, Action<Stream> csv, Action<Utf8JsonWriter> tidy, Action<Terminal> show, Action<Utf8JsonWriter>? whole = null)
    {
        if (parsed.GetValue(Output) is { } path)
            AtomicFile.Write(path, stream =>
            {
                if (Path.GetExtension(path) == ".csv")
                    csv(stream);
                else
                    Reporting.Json.Write(stream, tidy);
            });
        if (parsed.GetValue(Json))
            Reporting.Json.Write(terminal, whole ?? tidy);
        else if (!parsed.GetValue(Quiet))
            show(terminal);
    }

    /// <summary>The case that --spec names, or null.</summary>
    public Case? CaseOf(ParseResult parsed) => parsed.GetValue(Spec) is { } path ? Case.Load(path) : null;

    public Problem Read(ParseResult parsed, Terminal terminal) =>
        CaseOf(parsed) is { } spec ? Read(parsed, terminal, spec, [spec.Model])[0] : Read(parsed, terminal, null, [Data.ModelOf(parsed)])[0];

    /// <summary>The same rows for each of several models, read once.</summary>
    public Problem[] Read(ParseResult parsed, Terminal terminal, Case? spec, IReadOnlyList<ModelText> texts)
    {
        (Dataset Data, Family Family, IReadOnlyDictionary<string, double> Fixed)[] read = spec is not null
            ? [.. spec.Read(terminal, texts)]
            : [.. Data.Read(parsed, terminal, texts).Zip(texts, (set, text) => Data.FamilyOf(parsed, text, set) is var family ? (set, family, Data.Known(parsed, family, set)) : default)];
        return [.. read.Select(r => new Problem(
            r.Data, r.Family, new() { Fixed = r.Fixed, Threads = parsed.GetValue(Data.Threads) ?? 0, Cancellation = terminal.Interrupted }, spec))];
    }
}
