using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Mle.Runner.Reading;

namespace Mle.Runner.Commands;

/// <summary>What the texts behind options may be. Every refusal names the option, the text and what is allowed.</summary>
static class Syntax
{
    public static Option<int?> Whole(string name, int least, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least)
                return value;
            result.AddError($"{name} {text}: a whole number of at least {least} is needed.");
            return null;
        },
    };

    public static Option<string> OneOf(string name, string[] allowed, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join("|", allowed) };
        option.CompletionSources.Add(allowed);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !allowed.Contains(text))
                result.AddError($"{name} {text}: one of {string.Join(", ", allowed)} is needed.");
        });
        return option;
    }

    public static Argument<string> Study() => new("STUDY") { Description = "a study file (YAML); mle study schema describes its keys" };

    public static Option<string> Engine()
    {
        var option = new Option<string>("--engine")
        {
            Description = $"what computes: {string.Join(", ", Engines.Names)}; {Engines.Variable} is the default, else auto, which takes a GPU where that is faster",
            HelpName = "NAME",
        };
        option.CompletionSources.Add([.. Engines.Names.Select(name => name.Replace("[:N]", ""))]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !Engines.Knows(text))
                result.AddError($"--engine {text}: one of {string.Join(", ", Engines.Names)} is needed.");
        });
        return option;
    }

    /// <summary>Refuses a file of --out that could not be written in the end.</summary>
    /// <param name="endings">Of its name.</param>
    public static void CheckOutput(string path, params string[] endings)
    {
        if (!endings.Contains(Path.GetExtension(path)))
            throw new BadInput($"--out {path}: a name that ends in {string.Join(", ", endings[..^1])}{(endings.Length > 1 ? " or " : "")}{endings[^1]} is needed.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new BadInput($"--out {path}: there is no folder {folder}.");
    }

    /// <summary>Texts such as shape=2, the name checked against the family's; the names of coefficients are the engine's to check.</summary>
    public static Dictionary<string, T> ByParameter<T>(
        string option, IEnumerable<string> texts, Family family, string needed, Func<string, T?> parse, bool coefficients = false) where T : struct
    {
        var named = new Dictionary<string, T>();
        foreach (string text in texts)
        {
            // A parameter p_<category> may hold an equals sign, a value cannot.
            int equals = text.LastIndexOf('=');
            if (equals < 1 || parse(text[(equals + 1)..]) is not { } value)
                throw new BadInput($"{option} {text}: {needed} is needed.");
            string name = text[..equals].Trim();
            if (!coefficients && family.Info.Parameters.All(p => p.Name != name))
                throw new BadInput($"{option} {text}: {family.Name} has no parameter '{name}', only {string.Join(", ", family.Info.Parameters.Select(p => p.Name))}.");
            if (!named.TryAdd(name, value))
                throw new BadInput($"{option} {text}: {name} is given twice.");
        }
        return named;
    }

    public static double? Finite(string text) => Number.TryParse(text, out double value) && double.IsFinite(value) ? value : null;

    /// <summary>Of random numbers; 1 where none is given.</summary>
    public static ulong Seed(string? text) =>
        text is null ? 1
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value
        : throw new BadInput($"--seed {text}: a whole number from 0 to {ulong.MaxValue} is needed.");

    /// <summary>Of confidence intervals; null where none is given.</summary>
    public static double? Level(string? text) => text is null ? null
        : Finite(text) is { } level and > 0 and < 1 ? level : throw new BadInput($"--level {text}: a number between 0 and 1 is needed, such as 0.95.");

    /// <summary>lo:hi, or with another mark between, where an end that is missing is infinite.</summary>
    public static (double, double)? Interval(string text) => Interval(text, ':');

    public static (double, double)? Interval(string text, char between)
    {
        string[] ends = text.Split(between);
        double low = double.NegativeInfinity, high = double.PositiveInfinity;
        bool read = ends.Length == 2
            && (ends[0].Length == 0 || Number.TryParse(ends[0], out low))
            && (ends[1].Length == 0 || Number.TryParse(ends[1], out high));
        return read && low < high ? (low, high) : null;
    }
}
