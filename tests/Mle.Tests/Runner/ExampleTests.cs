using System.Text.RegularExpressions;

namespace Mle.Tests.Runner;

/// <summary>examples/README.md shows what the commands print.</summary>
[Collection("command line")]
public partial class ExampleTests
{
    static readonly string Root = Path.GetFullPath(Path.Combine(CommandLine.Reference("."), "../../../.."));

    static readonly Dictionary<string, string> Shown = Blocks().Matches(File.ReadAllText(Path.Combine(Root, "examples/README.md")))
        .ToDictionary(block => block.Groups["commands"].Value, block => block.Groups["output"].Value);

    public static TheoryData<string> Commands => new(Shown.Keys);

    [Theory, MemberData(nameof(Commands))]
    public void The_output_is_that_of_the_commands(string lines)
    {
        Directory.SetCurrentDirectory(Root);
        string text = "";
        try
        {
            foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var outcome = CommandLine.Run(Words(line["$ mle ".Length..]));
                text += outcome.Out + outcome.Error;
            }
        }
        finally
        {
            // What one command writes for the next.
            File.Delete("fit.json");
        }
        Assert.Equal(Plain(Shown[lines]), Plain(text));
    }

    /// <summary>As a shell takes them apart.</summary>
    static string[] Words(string line) => [.. Regex.Matches(line, "\"([^\"]*)\"|[^ ]+").Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Value)];

    [Fact]
    public void The_first_command_of_the_readme_prints_what_it_shows()
    {
        Directory.SetCurrentDirectory(Root);
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        var shown = Regex.Match(readme, "```sh\ndotnet run --project src/Mle.Runner -c Release -- (?<command>[^\n]*)\n```\n\n```text\n(?<output>.*?)```", RegexOptions.Singleline);
        Assert.True(shown.Success);
        var outcome = CommandLine.Run(shown.Groups["command"].Value.Split(' '));
        Assert.Equal(Plain(shown.Groups["output"].Value), Plain(outcome.Out + outcome.Error));
    }

    /// <summary>Without blanks at line ends, and whatever number of iterations it took.</summary>
    static string Plain(string text) => Iterations().Replace(string.Join("\n", text.TrimEnd().Split('\n').Select(line => line.TrimEnd())), "iterations N");

    [GeneratedRegex("```console\n(?<commands>(?:\\$ mle [^\n]*\n)+)(?<output>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("iterations \\d+")]
    private static partial Regex Iterations();
}
