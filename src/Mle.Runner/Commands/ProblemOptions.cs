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
sealed class ProblemOptions : OutputOptions
{
    public readonly DataOptions Data = new(models: true);
    public readonly Option<string?> Spec = new("--spec") { Description = "take data and family from one case of a conformance set instead of FILE", HelpName = "CASE.json" };
    public readonly Option<string?> Level = new("--level") { Description = "of the confidence intervals; 0.95 otherwise", HelpName = "P" };

    readonly bool levels;

    /// <param name="json">What --json prints, where that is not what mle fit prints.</param>
    /// <param name="levels">Whether there are intervals that have a level.</param>
    public ProblemOptions(string? json = null, bool levels = true)
        : base(json ?? "the tidy table as JSON on standard output; of a regression, and with --spec, all about the fit") => this.levels = levels;

    public override void AddTo(Command command)
    {
        Data.AddTo(command);
        command.Add(Spec);
        base.AddTo(command);
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
        CheckOutput(parsed);
    }

    /// <summary>The level that the options give, or else the case.</summary>
    public double LevelOf(ParseResult parsed, Case? spec = null) => Syntax.Level(parsed.GetValue(Level)) ?? spec?.Level ?? 0.95;

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
