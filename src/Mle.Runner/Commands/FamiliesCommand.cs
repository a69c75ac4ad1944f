using System.CommandLine;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

static class Categories
{
    /// <summary>Whether observations are categories, to be known before the family is.</summary>
    public static bool IsOfCategories(this Family family) => Families.OfCategories.ContainsKey(family.Name);
}

/// <summary>Lists the families, or says all about one.</summary>
sealed class FamiliesCommand : Verb
{
    /// <summary>Those of the registry, and those of categories, whose parameters come from the data.</summary>
    public static IReadOnlyList<Family> All { get; } =
        [.. Families.All, .. Families.OfCategories.Values.Select(make => make(["<category>"])), .. Families.Models];

    public static Family Find(string name) => All.FirstOrDefault(f => f.Name == name)
        ?? throw new BadInput($"There is no family '{name}'; there are {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>The family of this name, with the categories that the data have.</summary>
    public static Family Find(string name, IReadOnlyList<string>? categories) =>
        categories is not null ? Families.OfCategories[name](categories) : Find(name);

    readonly Terminal terminal;
    readonly Argument<string?> name = new("NAME") { Description = "one family, in full", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };

    public FamiliesCommand(Terminal terminal) : base(
        "families", "List the families, or describe one: density, parameters, support, when no maximum exists.", "mle families weibull")
    {
        this.terminal = terminal;
        name.CompletionSources.Add([.. All.Select(f => f.Name)]);
        Add(name);
        SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } one)
                Describe(Find(one).Info);
            else
                foreach (var family in All)
                    terminal.Out.WriteLine($"{family.Name.PadRight(All.Max(f => f.Name.Length) + 2)}{string.Join(", ", family.Info.Parameters.Select(p => p.Name))}");
            return Program.Done;
        });
    }

    void Describe(FamilyInfo info)
    {
        var text = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        text.AddRow(new Text("density"), new Text(info.Density));
        text.AddRow(new Text("support"), new Text(info.Support));
        foreach (var parameter in info.Parameters)
            text.AddRow(new Text("parameter"), new Text($"{parameter.Name} {parameter.Domain}"));
        text.AddRow(new Text("no maximum"), new Text(info.NoMaximum));
        text.AddRow(new Text("source"), new Text(info.Source));
        terminal.Out.WriteLine(info.Name);
        terminal.Show(text);
    }
}
