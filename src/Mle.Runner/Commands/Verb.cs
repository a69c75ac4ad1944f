using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Mle.Runner.Commands;

/// <summary>A command with an example for its help.</summary>
abstract class Verb(string name, string description, string example) : Command(name, description)
{
    public string Example => example;
}

/// <summary>The standard help, and an example below it.</summary>
sealed class HelpWithExample(HelpAction standard) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parsed)
    {
        standard.Invoke(parsed);
        string example = parsed.CommandResult.Command is Verb verb ? verb.Example : "mle fit examples/groundbeef.csv --family gamma --value serving";
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine("Example:");
        foreach (string line in example.Split('\n'))
            output.WriteLine("  " + line);
        return 0;
    }
}
