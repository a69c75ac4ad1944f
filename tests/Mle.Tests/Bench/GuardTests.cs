using System.Globalization;
using Mle.Benchmarks;

namespace Mle.Tests.Bench;

/// <summary>The guard of the hot loops tells a loss from noise.</summary>
public class GuardTests
{
    static readonly Dictionary<string, double> known = new() { ["sums"] = 4, ["draws"] = 20 };

    [Theory]
    [InlineData(false, 1, "4.99 9")]
    [InlineData(true, 3, "5.01 9 5.01")]
    // A neighbour slowed the first attempts down.
    [InlineData(false, 3, "9 5.01 4.99")]
    public void More_than_a_quarter_lost_in_every_attempt_fails(bool loses, int attempts, string ratios)
    {
        int made = 0;
        double[] sums = [.. ratios.Split(' ').Select(r => double.Parse(r, CultureInfo.InvariantCulture))];
        var told = new StringWriter();
        Assert.Equal(loses, Guard.Loses(known, attempt =>
        {
            made++;
            return new Dictionary<string, double> { ["sums"] = sums[attempt], ["draws"] = 20 };
        }, told));
        Assert.Equal(attempts, made);
        string[] lines = told.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(loses, lines[0].Contains("hot loop sums") && lines[0].EndsWith("MORE THAN A QUARTER LOST"));
        Assert.EndsWith("20.00 on file", lines[1]);
    }

    [Fact]
    public void A_loop_of_which_nothing_is_on_file_fails() =>
        Assert.True(Guard.Loses(known, _ => new Dictionary<string, double> { ["new"] = 1 }, TextWriter.Null));
}
