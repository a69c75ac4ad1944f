using System.Text.RegularExpressions;
using Mle.Runner.Commands;
using Mle.Runner.Reading;

namespace Mle.Runner.Conformance;

/// <summary>
/// The null model that the notes of a case describe: "null model drops A and B", "null: … (p=v)", "null: p = v", "null: p fixed at v",
/// "null: intercept only", or "null: FAMILY".
/// </summary>
static partial class NullNotes
{
    /// <param name="written">A term as formulas have it.</param>
    /// <param name="all">All terms of the design, so written.</param>
    public static NullHypothesis? Read(string notes, Func<string, string> written, IReadOnlyList<string> all)
    {
        if (Drops().Match(notes) is { Success: true } drops)
        {
            string terms = drops.Groups["terms"].Value.Trim();
            string[] dropped = AllOf().IsMatch(terms) ? [.. all] : [.. Between().Split(terms).Select(t => t.Trim().Trim('`', '\'')).Where(t => t.Length > 0).Select(written)];
            return dropped.Length > 0 && dropped.All(all.Contains) ? new() { Dropped = dropped } : null;
        }
        if (Null().Match(notes) is not { Success: true } said)
            return null;
        string model = said.Groups["model"].Value;
        if (Nothing().IsMatch(model))
            return new() { Dropped = all };
        var values = Value().Matches(model).Select(v => (v.Groups["name"].Value, Number.TryParse(v.Groups["value"].Value, out double value) ? value : double.NaN)).ToArray();
        if (values.Length > 0)
            return values.Any(v => double.IsNaN(v.Item2)) ? null : new() { Values = values };
        string name = Between().Split(model)[0].Trim().TrimEnd('.').ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
        string? family = FamiliesCommand.All.Select(f => f.Name).Where(f => name == f || name.StartsWith(f + "_")).MaxBy(f => f.Length);
        return family is null ? null : new() { Family = family };
    }

    [GeneratedRegex(@"\bnull(?: model)?:? (?:drops?|without|omits?) (?<terms>.+?)(?=[;(]|\.(?:\s|$)|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Drops();

    [GeneratedRegex(@"\bnull(?: model| hypothesis)?\s*(?::|is|has)\s*(?<model>[^;]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Null();

    [GeneratedRegex(@"^(?:all|every|all the|the) (?:covariates?|terms?|predictors?|columns?)$", RegexOptions.IgnoreCase)]
    private static partial Regex AllOf();

    [GeneratedRegex(@"\b(?:intercept[- ]only|only (?:an? |the )?intercept|no (?:covariates|terms|predictors))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Nothing();

    [GeneratedRegex(@"(?<name>[\w.]+(?:\(Intercept\))?)\s*(?:=|fixed (?:at|to))\s*(?<value>[-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|[Ii]nf(?:inity)?))")]
    private static partial Regex Value();

    [GeneratedRegex(@"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")]
    private static partial Regex Between();
}
