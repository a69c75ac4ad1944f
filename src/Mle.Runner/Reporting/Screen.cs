using Mle.Runner.Reading;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mle.Runner.Reporting;

/// <summary>How tables look.</summary>
static class Screen
{
    /// <param name="atLeast">Columns that it may take where the terminal has fewer, or is none.</param>
    public static void Show(this Terminal terminal, IRenderable what, int atLeast = 0)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Out),
        });
        console.Profile.Width = Math.Max(terminal.Width, atLeast);
        console.Profile.Capabilities.Unicode = true;
        console.Write(what);
    }

    /// <summary>The first column is text, the others are numbers.</summary>
    public static Table Table(IEnumerable<string> headers)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string header in headers)
        {
            var column = new TableColumn(new Text(header, new Style(decoration: Decoration.Bold)));
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned().NoWrap());
        }
        return table;
    }

    public static Text Number(double value) => new(Reading.Number.Short(value));

    public static Text Verdict(Status status) => new(Mle.Verdict.Word(status), status switch
    {
        Status.Interior => new Style(Color.Green),
        Status.InvalidData or Status.IterationLimit => new Style(Color.Red),
        _ => new Style(Color.Yellow),
    });
}
