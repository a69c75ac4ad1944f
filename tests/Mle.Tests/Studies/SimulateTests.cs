using System.Globalization;
using System.Text.Json;
using Mle.Runner;
using Mle.Tests.Runner;

namespace Mle.Tests.Studies;

/// <summary>mle simulate writes the data sets of the library, each alone as among others, as mle fit reads them.</summary>
[Collection("command line")]
public sealed class SimulateTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static string Run(params string[] words)
    {
        var outcome = CommandLine.Run(words);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        return outcome.Out;
    }

    static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static double[] Column(string csv, string name)
    {
        string[][] lines = [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        int at = Array.IndexOf(lines[0], name);
        return [.. lines.Skip(1).Select(line => line[at] switch
        {
            "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var text => double.Parse(text, CultureInfo.InvariantCulture),
        })];
    }

    static Batch Drawn(Scenario scenario, int count, ulong seed = 1, uint first = 0) => new Generated(scenario, seed, 0, first, count).Make(0, count);

    static Family Find(string name) => Families.Find(name)!;

    [Fact]
    public void Columns_hold_the_library_s_draws_to_the_bit()
    {
        var scenario = new Scenario(Find("weibull"), [1.5, 2], 7);
        string csv = Run("simulate", "--family", "weibull", "--parameters", "shape=1.5,scale=2", "--n", "7", "--replicates", "3", "--seed", "12");
        Assert.Equal(Drawn(scenario, 3, 12).Values.ToArray(), Column(csv, "y"));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3], Column(csv, "replicate"));
        Assert.Equal(Drawn(scenario, 1, 12, 0).Values.ToArray(), Column(Run(Words("simulate -f weibull --parameters scale=2 --parameters shape=1.5 --n 7 --seed 12")), "y"));

        csv = Run(Words("simulate -f weibull --parameters shape=1.5,scale=2 --n 50 --censor-above 3"));
        var batch = Drawn(scenario with { Length = 50, Censoring = new() { Above = 3 } }, 1);
        Assert.Equal(batch.Values.ToArray(), Column(csv, "y"));
        Assert.Equal(batch.Upper.ToArray().Select(u => double.IsInfinity(u) ? 0.0 : 1), Column(csv, "event"));
        Assert.Contains(0, Column(csv, "event"));

        csv = Run(Words("simulate -f weibull --parameters shape=1.5,scale=2 --n 50 --censor-above 3 --censor-below 0.5"));
        batch = Drawn(scenario with { Length = 50, Censoring = new() { Above = 3, Below = 0.5 } }, 1);
        Assert.Equal(batch.Values.ToArray(), Column(csv, "lower"));
        Assert.Equal(batch.Upper.ToArray(), Column(csv, "upper"));
        Assert.Contains(double.NegativeInfinity, Column(csv, "lower"));

        csv = Run(Words("simulate -f weibull --parameters shape=1.5,scale=2 --n 50 --truncate 1,2"));
        Assert.Equal(Drawn(scenario with { Length = 50, Truncation = (1, 2) }, 1).Values.ToArray(), Column(csv, "y"));
        Assert.All(Column(csv, "y"), y => Assert.InRange(y, 1, 2));

        csv = Run(Words("simulate -f binomial --parameters p=0.3 --n 9 --trials 20"));
        Assert.Equal(Drawn(new(Find("binomial"), [0.3], 9) { Trials = 20 }, 1).Values.ToArray(), Column(csv, "y"));
        Assert.All(Column(csv, "trials"), m => Assert.Equal(20, m));
    }

    /// <summary>What is written one way is fitted as what the library draws, to the last bit.</summary>
    [Theory]
    [InlineData("weibull", "shape=1.5,scale=2", "", "y --value y")]
    [InlineData("poisson", "lambda=3", "", "y --value y")]
    [InlineData("weibull", "shape=1.5,scale=2", "--censor-above 3", "y --value y --event event")]
    [InlineData("lognormal", "meanlog=0,sdlog=1", "--censor-above 3 --censor-below 0.5", "--lower lower --upper upper")]
    [InlineData("normal", "mu=0,sigma=1", "--truncate -1,3", "--value y --truncate -1,3")]
    [InlineData("binomial", "p=0.3", "--trials 20", "--value y --trials trials")]
    public void What_is_written_is_fitted_as_it_was_drawn(string family, string parameters, string drawn, string fitted)
    {
        string path = command.At("x.csv");
        Run(["simulate", "-f", family, "--parameters", parameters, "--n", "60", "--replicates", "4", "--out", path, .. Words(drawn)]);
        var rows = JsonDocument.Parse(Run(["fit", path, "-f", family, "--by", "replicate", "--json", .. Words(fitted.Replace("y --value", "--value"))])).RootElement;
        Scenario scenario = new(Find(family), [.. parameters.Split(',').Select(p => double.Parse(p.Split('=')[1], CultureInfo.InvariantCulture))], 60);
        scenario = drawn switch
        {
            "--censor-above 3" => scenario with { Censoring = new() { Above = 3 } },
            "--censor-above 3 --censor-below 0.5" => scenario with { Censoring = new() { Above = 3, Below = 0.5 } },
            "--truncate -1,3" => scenario with { Truncation = (-1, 3) },
            "--trials 20" => scenario with { Trials = 20 },
            _ => scenario,
        };
        using var engine = new CpuEngine();
        var table = engine.Fit(scenario.Family, Drawn(scenario, 4), new());
        double[] expected = [.. Enumerable.Range(0, 4).SelectMany(d => Enumerable.Range(0, table.Parameters.Count).Select(i => table.Estimates(i)[d]))];
        Assert.Equal(expected, rows.EnumerateArray().Where(r => table.Parameters.Contains(r.GetProperty("term").GetString()!)).Select(r => r.GetProperty("estimate").GetDouble()));
        Assert.All(table.Status, s => Assert.Equal(Status.Interior, s));
    }

    [Fact]
    public void A_regression_is_drawn_at_the_rows_of_its_design()
    {
        string design = command.File("rows.csv", "x,note,g\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i % 10},\"a, b\",{"uvw"[i % 3]}\n"))), path = command.At("x.csv");
        Run("simulate", "-f", "gaussian_linear", "--formula", "score ~ poly(x, 2) + g", "--design", design, "--out", path,
            "--parameters", "(Intercept)=1,poly(x, 2)1=5,poly(x, 2)2=-3,gv=2", "--parameters", "gw=4,sigma=0.01");
        Assert.StartsWith("score,x,note,g\n", File.ReadAllText(path));
        Assert.Contains(",\"a, b\",u\n", File.ReadAllText(path));
        string fit = Run("fit", path, "-f", "gaussian_linear", "--formula", "score ~ poly(x, 2) + g", "--json");
        var estimates = JsonDocument.Parse(fit).RootElement.GetProperty("terms").EnumerateArray().ToDictionary(r => r.GetProperty("term").GetString()!, r => r.GetProperty("estimate").GetDouble());
        foreach (var (name, value) in new[] { ("(Intercept)", 1.0), ("poly(x, 2)1", 5), ("poly(x, 2)2", -3), ("gv", 2), ("gw", 4), ("sigma", 0.01) })
            Assert.Equal(value, estimates[name], 0.05);
    }

    [Fact]
    public void Vectors_and_matrices_are_those_of_numpy()
    {
        var scenario = new Scenario(Find("normal"), [1, 2], 5);
        foreach (var (count, shape) in new[] { (1, "(5,)"), (3, "(3, 5)") })
        {
            string npy = command.At($"x{count}.npy"), raw = command.At($"x{count}.f64");
            foreach (string path in new[] { npy, raw })
                Run(["simulate", "-f", "normal", "--parameters", "mu=1,sigma=2", "--n", "5", "--replicates", $"{count}", "--out", path]);
            byte[] bytes = File.ReadAllBytes(npy), values = File.ReadAllBytes(raw);
            Assert.Equal(0, (bytes.Length - values.Length) % 64);
            Assert.Contains($"'shape': {shape}", System.Text.Encoding.ASCII.GetString(bytes));
            Assert.Equal(values, bytes[^values.Length..]);
            Assert.Equal(Drawn(scenario, count).Values.ToArray(), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(values).ToArray());
            Assert.Equal(Run("fit", npy, "-f", "normal", "--json"), Run("fit", raw, "-f", "normal", "--length", "5", "--json"));
        }
    }

    [Fact]
    public void A_replicate_is_the_same_alone_and_among_others()
    {
        string[] draw = ["simulate", "-f", "gamma", "--parameters", "shape=2,rate=1", "--n", "30000", "--replicates"];
        double[] few = Column(Run([.. draw, "2"]), "y"), many = Column(Run([.. draw, "9"]), "y");
        Assert.Equal(few, many[..few.Length]);
        // The ninth is in another piece of the file than the first.
        Assert.Equal(Drawn(new(Find("gamma"), [2, 1], 30000), 1, first: 8).Values.ToArray(), many[^30000..]);
        Assert.NotEqual(few, Column(Run([.. draw, "2", "--seed", "2"]), "y"));
    }

    [Theory]
    [InlineData("", "Say what to draw from")]
    [InlineData("-f wiebull", "There is no family 'wiebull'")]
    [InlineData("-f weibull --parameters shape=1,scale=2", "Say how many observations")]
    [InlineData("-f weibull --n 5", "shape is missing; shape, scale are needed")]
    [InlineData("-f weibull --n 5 --parameters shape=1,scael=2", "did you mean 'scale'?")]
    [InlineData("-f weibull --n 5 --parameters shape=1,scale=-2", "scale = -2 is not allowed: it must be > 0")]
    [InlineData("-f weibull --n 5 --parameters shape=1,shape=2", "shape is given twice")]
    [InlineData("-f weibull --n 5 --parameters shape", "a parameter and a finite number")]
    [InlineData("-f weibull --n 0 --parameters shape=1,scale=2", "--n 0: a whole number of at least 1")]
    [InlineData("-f weibull --n 5 --parameters shape=1,scale=2 --trials 3", "weibull has no trials")]
    [InlineData("-f binomial --n 5 --parameters p=0.2", "binomial needs a number of trials")]
    [InlineData("-f categorical --n 5", "categories, which are not simulated")]
    [InlineData("-f weibull --n 5 --parameters shape=1,scale=2 --formula ~x", "--formula and --design go together")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --truncate 3,1", "--truncate 3,1: two limits")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --censor-above 1 --censor-below 2", "--censor-below must be less")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --censor-above x", "--censor-above x: a finite number")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --seed -1", "--seed -1: a whole number")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --out x.txt", "--out x.txt: a name that ends in .csv, .npy or .f64")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --censor-above 1 --out x.npy", "x.npy can hold plain numbers only")]
    [InlineData("-f normal --n 5 --parameters mu=1,sigma=2 --out nowhere/x.csv", "there is no folder")]
    public void What_cannot_be_drawn_is_refused(string options, string why)
    {
        var outcome = CommandLine.Run(["simulate", .. Words(options)]);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.Contains(why, outcome.Error);
    }

    [Fact]
    public void A_column_of_the_design_that_is_drawn_too_needs_another_name()
    {
        string design = command.File("rows.csv", "event,x\n1,2\n3,4\n5,7\n");
        var outcome = CommandLine.Run("simulate", "-f", "exponential", "--formula", "~ x", "--design", design, "--parameters", "(Intercept)=0,x=0", "--censor-above", "1");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("column 'event'", outcome.Error);
    }

    [Fact]
    public void An_interrupted_command_leaves_no_file()
    {
        foreach (string name in new[] { "x.csv", "x.npy" })
        {
            var outcome = CommandLine.RunWith([], new CancellationToken(true), "simulate", "-f", "normal", "--parameters", "mu=0,sigma=1", "--n", "10", "--out", command.At(name));
            Assert.Equal(Program.Interrupted, outcome.Code);
        }
        Assert.Empty(command.Files());
    }
}
