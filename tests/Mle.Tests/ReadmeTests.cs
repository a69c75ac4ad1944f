using System.Runtime.CompilerServices;
using Mle.Tests.Runner;

namespace Mle.Tests;

/// <summary>What the README shows is compiled here, and what it claims is checked.</summary>
public class ReadmeTests
{
    static readonly string root = Root();

    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    static readonly string readme = File.ReadAllText(Path.Combine(root, "README.md"));

    [Fact]
    public void The_library_example_compiles_and_runs()
    {
        var random = new Random(7);
        double[] values = [.. Enumerable.Range(0, 1000).Select(_ => 3 * Math.Pow(-Math.Log(random.NextDouble()), 1 / 1.5))];
        var (before, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            // example
            using var engine = new CpuEngine();
            var batch = Batch.Equal(values, length: 200);
            FitTable fits = engine.Fit(Families.Find("weibull")!, batch, new FitOptions());
            for (int d = 0; d < fits.Count; d++)
                Console.WriteLine($"{fits[d].Status} {fits[d]["shape"]} ± {fits[d].StandardError("shape")}");
            // end
        }
        finally
        {
            Console.SetOut(before);
        }
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^Interior 1\.\d+ ± 0\.0\d+", line));
    }

    [Fact]
    public void The_library_example_is_the_one_in_the_readme()
    {
        string source = File.ReadAllText(Path.Combine(root, "tests", "Mle.Tests", "ReadmeTests.cs"));
        string example = source.Split("            // example\n")[1].Split("            // end")[0];
        string unindented = string.Join('\n', example.Split('\n').Select(line => line.Length >= 12 ? line[12..] : line)).Trim();
        Assert.Contains("```csharp\n" + unindented + "\n```", readme);
    }

    [Fact]
    public void The_number_of_families_is_right() =>
        Assert.Contains($"- {Families.All.Count + 1} families,", readme); // and the categorical, which is made from its labels

    [Fact]
    public void Every_path_that_the_readme_links_to_exists()
    {
        var links = System.Text.RegularExpressions.Regex.Matches(readme, @"\]\((?!https?:)([^)]+)\)").Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(root, link)), link));
    }

    /// <summary>Tables of measurements are those of committed ledgers, here and beside the ledgers, and a README without any would pass.</summary>
    [Fact]
    public void Tables_are_those_of_the_ledgers()
    {
        Assert.Matches(@"(?m)^<!-- ledger \S+peers\.json: summary -->$", readme);
        foreach (string file in Directory.GetFiles(Path.Combine(root, "benchmarks", "results"), "peers.md", SearchOption.AllDirectories).Append(Path.Combine(root, "README.md")))
            Assert.Equal(new Outcome(0, "", ""), CommandLine.Run("bench", "readme", file, "--check"));
    }
}
