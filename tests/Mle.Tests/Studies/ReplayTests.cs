using System.Globalization;
using System.Text.Json;
using Mle.Runner;
using Mle.Runner.Studies;
using Mle.Tests.Runner;

namespace Mle.Tests.Studies;

/// <summary>Any replicate of a study can be had again alone: its data, its fit and its intervals, on every engine.</summary>
[Collection("command line")]
public sealed class ReplayTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    const string Text = """
        name: two weibulls
        seed: 11
        replicates: 300
        data:
          family: weibull
          parameters: {shape: [1.5, 3], scale: 2}
          n: 20
        estimands: [shape, {name: median, of: scale*log(2)^(1/shape)}]
        intervals: [wald, wald:log, percentile]
        levels: [0.9, 0.95]
        bootstrap: {replicates: 49}
        """;

    string Study => command.File("study.yaml", Text);

    static string Run(params string[] words)
    {
        var outcome = CommandLine.Run(words);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome.Out;
    }

    static string[][] Table(string csv) => [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];

    [Fact]
    public void The_data_are_those_of_the_study_and_fit_as_they_did()
    {
        string path = command.At("x.csv");
        string shown = Run("study", "replay", Study, "--cell", "2", "--replicate", "99", "--out", path);
        var study = StudyFile.Read(Study);
        double[] values = new Generated(study, 1, 98, 1).Make(0, 1).Values.ToArray();
        Assert.Equal(["y", .. values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))], File.ReadAllLines(path));
        // The same replicate among others of its cell.
        Assert.Equal(values, new Generated(study, 1, 90, 20).Make(8, 9).Values.ToArray());
        using var engine = new CpuEngine();
        var fit = engine.Fit(study.Cells[1].Fitted, Batch.Single(values), new())[0];
        var fitted = JsonDocument.Parse(Run("fit", path, "-f", "weibull", "--json")).RootElement[0];
        Assert.Equal(fit["shape"], fitted.GetProperty("estimate").GetDouble());
        foreach (string word in new[] { "two weibulls, cell 2, shape 3, replicate 99: weibull, n = 20", "median", "percentile", "wald:log", Mle.Runner.Reading.Number.Short(fit["shape"]), "interior" })
            Assert.Contains(word, shown);
    }

    [Fact]
    public void The_table_of_replicates_has_every_interval_of_each_once()
    {
        string[][] rows = Table(Run("study", "replicates", Study, "--from", "7", "--to", "9"));
        Assert.Equal(["cell", "replicate", "status", "method", "term", "level", "estimate", "std.error", "conf.low", "conf.high", "covered"], rows[0]);
        Assert.Equal(2 * 3 * 3 * 2 * 2, rows.Length - 1);
        Assert.Equal(rows.Length - 1, rows.Skip(1).Select(r => string.Join(',', r[0], r[1], r[3], r[4], r[5])).Distinct().Count());
        Assert.Equal(["7", "8", "9"], rows.Skip(1).Select(r => r[1]).Distinct());
        // Alone as among others, to the last bit.
        string[][] alone = Table(Run("study", "replicates", Study, "--cell", "2", "--from", "8", "--to", "8"));
        Assert.Equal(rows.Where(r => r[0] == "2" && r[1] == "8").Select(r => string.Join(',', r)), alone.Skip(1).Select(r => string.Join(',', r)));
        // covered says where the truth lies.
        foreach (var r in rows.Skip(1))
        {
            double truth = r[4] == "shape" ? (r[0] == "1" ? 1.5 : 3) : 2 * Math.Pow(Math.Log(2), 1 / (r[0] == "1" ? 1.5 : 3));
            double[] ends = [.. r[8..10].Select(end => double.Parse(end, CultureInfo.InvariantCulture))];
            Assert.Equal(ends[0] <= truth && truth <= ends[1] ? "1" : "0", r[10]);
        }
        string path = command.At("t.csv");
        Run("study", "replicates", Study, "--from", "7", "--to", "9", "--out", path, "--threads", "1");
        Assert.Equal(rows.Select(r => string.Join(',', r)), File.ReadAllLines(path));
    }

    /// <summary>An interval that does not exist covers nothing; without a truth nothing is said.</summary>
    [Fact]
    public void What_there_is_not_is_written_as_such()
    {
        string none = command.File("none.yaml", "replicates: 40\ndata: {family: bernoulli, parameters: {p: 0.05}, n: 5}\nintervals: [wald, wilson]");
        string[][] rows = Table(Run("study", "replicates", none));
        Assert.Contains(rows, r => r[2] == "boundary" && r[3] == "wald" && r[6] == "0" && r[8] == "" && r[10] == "0");
        Assert.Contains(rows, r => r[2] == "boundary" && r[3] == "score" && r[8] == "0" && r[10] == "1");
        string wrong = command.File("wrong.yaml", "replicates: 3\ndata: {family: gamma, parameters: {shape: 2, rate: 1}, n: 9}\nfit: {family: weibull}");
        Assert.All(Table(Run("study", "replicates", wrong)).Skip(1), r => Assert.Equal("", r[10]));
        Assert.Contains("–", Run("study", "replay", wrong));
    }

    [Fact]
    public void Cells_share_random_numbers_where_they_are_to()
    {
        foreach (bool common in new[] { false, true })
        {
            string study = command.File("s.yaml", $"replicates: 3\ncommon-random-numbers: {(common ? "true" : "false")}\ndata: {{family: exponential, parameters: {{rate: [1, 4]}}, n: 50}}");
            double[][] drawn = [.. new[] { "1", "2" }.Select(k =>
            {
                Run("study", "replay", study, "--cell", k, "--out", command.At("x.csv"));
                return File.ReadAllLines(command.At("x.csv")).Skip(1).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToArray();
            })];
            Assert.Equal(common, drawn[0].Zip(drawn[1], (a, b) => Math.Abs(a / b - 4) < 1e-12).All(same => same));
        }
    }

    /// <summary>Every engine of this machine: the data to the bit, estimates and ends within 1e-9 standard errors, the same verdicts.</summary>
    [Fact]
    public void A_replicate_is_the_same_on_every_engine()
    {
        string[] engines = ["cpu", "auto", .. Engines.OfMachine.All(out _).Where(d => Engines.Obstacle(d) is null).Select(d => d.Id)];
        string[] studies = [Text, "replicates: 20\ndata: {family: gamma, parameters: {shape: 2, rate: 1}, n: 30, censoring: {above: 4}}",
            "replicates: 20\ndata: {family: poisson_regression, formula: y ~ x, parameters: {(Intercept): 1, x: 0.5}, predictors: {x: {family: normal, parameters: {mu: 0, sigma: 1}}}, n: 40}"];
        foreach (string text in studies)
        {
            string study = command.File("s.yaml", text);
            string[][]? expected = null;
            byte[]? data = null;
            foreach (string engine in engines.Distinct())
            {
                Run("study", "replay", study, "--replicate", "17", "--engine", engine, "--out", command.At("x.csv"));
                data ??= File.ReadAllBytes(command.At("x.csv"));
                Assert.Equal(data, File.ReadAllBytes(command.At("x.csv")));
                string[][] rows = Table(Run("study", "replicates", study, "--cell", "1", "--from", "17", "--to", "17", "--engine", engine));
                expected ??= rows;
                Assert.Equal(expected.Length, rows.Length);
                for (int i = 1; i < rows.Length; i++)
                {
                    Assert.Equal(expected[i][..6], rows[i][..6]);
                    Assert.Equal(expected[i][10], rows[i][10]);
                    foreach (int column in new[] { 6, 7, 8, 9 })
                        if (expected[i][column] != rows[i][column])
                            Assert.Equal(double.Parse(expected[i][column], CultureInfo.InvariantCulture), double.Parse(rows[i][column], CultureInfo.InvariantCulture), 1e-8);
                }
            }
        }
    }

    [Fact]
    public void The_design_s_columns_are_written_beside_the_response()
    {
        string study = command.File("s.yaml", "replicates: 2\ndata: {family: gaussian_linear, formula: score ~ x + g, parameters: {(Intercept): 1, x: 2, gb: 9, sigma: 0.001}, predictors: {x: {family: normal, parameters: {mu: 0, sigma: 1}}, g: {levels: [a, b]}}, n: 30}");
        string path = command.At("x.csv");
        Run("study", "replay", study, "--replicate", "2", "--out", path);
        Assert.StartsWith("score,x,g\n", File.ReadAllText(path));
        foreach (string[] row in Table(File.ReadAllText(path)).Skip(1))
            Assert.Equal(1 + 2 * double.Parse(row[1], CultureInfo.InvariantCulture) + (row[2] == "b" ? 9 : 0), double.Parse(row[0], CultureInfo.InvariantCulture), 0.01);
    }

    [Theory]
    [InlineData("replay --cell 3", "--cell 3: two weibulls has 2 cells")]
    [InlineData("replay --cell 0", "--cell 0: a whole number of at least 1")]
    [InlineData("replay --replicate 301", "--replicate 301: every cell of two weibulls has 300 replicates.")]
    [InlineData("replay --out x.txt", "--out x.txt: a name that ends in .csv, .npy or .f64")]
    [InlineData("replicates --from 5 --to 4", "--from 5 and --to 4 leave no replicate.")]
    [InlineData("replicates --to 301", "--to 301: every cell")]
    [InlineData("replicates --out t.json", "--out t.json: a name that ends in .csv is needed.")]
    [InlineData("replicates --engine abacus", "See mle study replicates --help.")]
    public void What_is_not_there_is_refused(string options, string why)
    {
        string[] words = options.Split(' ');
        var outcome = CommandLine.Run(["study", words[0], Study, .. words[1..]]);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.Contains(why, outcome.Error);
    }

    [Fact]
    public void An_interrupted_table_leaves_no_file()
    {
        var outcome = CommandLine.RunWith([], new CancellationToken(true), "study", "replicates", Study, "--out", command.At("t.csv"));
        Assert.Equal(Program.Interrupted, outcome.Code);
        Assert.Equal(["study.yaml"], command.Files());
    }

    [Theory]
    [InlineData("study")]
    [InlineData("study cells")]
    [InlineData("study replay")]
    [InlineData("study replicates")]
    [InlineData("study schema")]
    [InlineData("simulate")]
    public void Help_has_an_example_and_fits_eighty_columns(string verb)
    {
        string help = Run([.. verb.Split(' '), "--help"]);
        Assert.Contains($"Example:\n  mle {verb.Split(' ')[0]}", help);
        Assert.All(help.Split('\n'), l => Assert.True(l.TrimEnd().Length <= 80, l));
    }
}
