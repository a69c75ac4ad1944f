using System.CommandLine;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>Lists the families, or says all about one.</summary>
sealed class FamiliesCommand : Verb
{
    /// <summary>Those of the registry, and the categorical one, whose parameters come from the data.</summary>
    public static IReadOnlyList<Family> All { get; } =
        [.. Families.All.Where(f => f.Name != "categorical"), Families.Categorical(["<category>"])];

    public static Family Find(string name) => All.FirstOrDefault(f => f.Name == name)
        ?? throw new BadInput($"There is no family '{name}'; there are {string.Join(", ", All.Select(f => f.Name))}.");

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
                    terminal.Out.WriteLine($"{family.Name,-24}{string.Join(", ", family.Info.Parameters.Select(p => p.Name))}");
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
