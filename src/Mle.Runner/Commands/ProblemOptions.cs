using System.CommandLine;
using Mle.Runner.Conformance;
using Mle.Runner.Reading;

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

    /// <param name="json">What --json prints, where that is not what mle fit prints.</param>
    public ProblemOptions(string? json = null)
    {
        if (json is not null)
            Json.Description = json;
    }

    public void AddTo(Command command)
    {
        Data.AddTo(command);
        foreach (Option option in new Option[] { Spec, Level, Output, Json, Quiet })
            command.Add(option);
    }

    /// <summary>What can be refused before a byte is read.</summary>
    public void Check(ParseResult parsed)
    {
        if (parsed.GetValue(Spec) is null)
            Data.Check(parsed);
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
    public double LevelOf(ParseResult parsed, Case? spec = null)
    {
        double level = spec?.Level ?? 0.95;
        if (parsed.GetValue(Level) is { } text && !(Syntax.Finite(text) is { } given && (level = given) is > 0 and < 1))
            throw new BadInput($"--level {text}: a number between 0 and 1 is needed, such as 0.95.");
        return level;
    }

    public Problem Read(ParseResult parsed, Terminal terminal)
    {
        Case? spec = parsed.GetValue(Spec) is { } path ? Case.Load(path) : null;
        Dataset set;
        Family family;
        IReadOnlyDictionary<string, double> known;
        if (spec is null)
        {
            set = Data.Read(parsed, terminal);
            family = Data.FamilyOf(parsed, set);
            known = Data.Known(parsed, family, set);
        }
        else
        {
            (set, family, known) = spec.Read(terminal);
        }
        return new(set, family, new() { Fixed = known, Threads = parsed.GetValue(Data.Threads) ?? 0, Cancellation = terminal.Interrupted }, spec);
    }
}
