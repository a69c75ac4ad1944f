using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Where an answer goes: the same for every command that makes a tidy table.</summary>
/// <param name="json">What --json prints.</param>
class OutputOptions(string json)
{
    public readonly Option<string?> Output = new("--out") { Description = "write a tidy table: .csv or .json", HelpName = "FILE" };
    public readonly Option<bool> Json = new("--json") { Description = json };
    public readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "no table and no logs" };

    public virtual void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Output, Json, Quiet })
            command.Add(option);
    }

    /// <summary>Refuses a file that could not be written in the end.</summary>
    public void CheckOutput(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is { } path)
            Syntax.CheckOutput(path, ".csv", ".json");
    }

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
}
