using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Mle.Tests.Runner;

namespace Mle.Tests.Inference;

/// <summary>Against R's packages boot, sandwich, MASS and fitdistrplus, where R is present.</summary>
public sealed class RTests(RTests.Oracle oracle) : IClassFixture<RTests.Oracle>
{
    /// <summary>No resample of this seed is a permutation of the data, which would tie with them.</summary>
    const ulong Seed = 7;

    const int B = 999;

    static readonly Batch Aircondit = Batch.Single(Array.ConvertAll(Read(CommandLine.Reference("data/aircondit.csv"))["hours"], Math.Sqrt));

    [RFact]
    public void Intervals_are_those_of_boot_ci()
    {
        using var engine = new CpuEngine();
        var rate = Bootstrap.Of(engine, Registry.Find("exponential"), Aircondit, new BootstrapPlan(B, Seed, Level: 0.9), new())[0].Estimates[0];
        foreach (var (kind, name) in new[]
        {
            (BootstrapInterval.Normal, "normal"), (BootstrapInterval.Basic, "basic"), (BootstrapInterval.Percentile, "percentile"),
            (BootstrapInterval.Studentized, "studentized"), (BootstrapInterval.Bca, "bca"),
        })
        {
            var (low, high) = (rate.Intervals[kind].Low, rate.Intervals[kind].High);
            Assert.True(Math.Abs(low / oracle[$"{name}.low"] - 1) < 1e-9, $"{name} from {low} instead of {oracle[$"{name}.low"]}");
            Assert.True(Math.Abs(high / oracle[$"{name}.high"] - 1) < 1e-9, $"{name} to {high} instead of {oracle[$"{name}.high"]}");
        }
    }

    [RFact]
    public void Sandwiches_are_those_of_vcovHC_and_vcovCL()
    {
        Errors("hc0.", "data/warpbreaks.csv", "-f", "poisson_regression", "--formula", "breaks ~ woolB + tensionM + tensionH", "--covariance", "sandwich");
        Errors("clustered.", "data/pima_tr.csv", "-f", "logistic_regression", "--formula", "type ~ npreg + glu + bp + skin + bmi + ped + age", "--cluster", "npreg");
    }

    void Errors(string prefix, string data, params string[] options)
    {
        var table = Tidy(["fit", CommandLine.Reference(data), .. options]);
        Assert.NotEmpty(table);
        foreach (var row in table)
            Close(oracle[prefix + row["term"]], Number(row["std.error"]), 1e-8);
    }

    /// <summary>MASS interpolates a profile of a dozen points by splines: good to a few thousandths of the interval.</summary>
    [RFact]
    public void Profile_intervals_are_those_of_confint()
    {
        var table = Tidy("profile", CommandLine.Reference("data/pima_tr.csv"), "-f", "logistic_regression", "--formula", "type ~ npreg + glu + bp + skin + bmi + ped + age");
        Assert.Equal(8, table.Count);
        foreach (var row in table)
        {
            double low = oracle["profile.low." + row["term"]], high = oracle["profile.high." + row["term"]], allowed = 3e-3 * (high - low);
            Assert.Equal(low, Number(row["conf.low"]), allowed);
            Assert.Equal(high, Number(row["conf.high"]), allowed);
        }
    }

    /// <summary>Fitdistrplus maximises by Nelder and Mead, and differentiates by differences.</summary>
    [RFact]
    public void Fits_and_distances_are_those_of_fitdistrplus()
    {
        double[] x = Read(CommandLine.Reference("data/groundbeef.csv"))["serving"];
        using var engine = new CpuEngine();
        var test = GoodnessOfFit.Test(engine, Registry.Find("gamma"), Batch.Single(x), new(), 1, 1);
        foreach (string name in new[] { "shape", "rate" })
        {
            Close(oracle["fitdist." + name], test.Fits[0][name], 1e-4);
            Close(oracle["fitdist.se." + name], test.Fits[0].StandardError(name), 5e-3);
        }
        Close(oracle["ks"], test.Distance(0, Statistic.KolmogorovSmirnov), 1e-3);
        Close(oracle["cvm"], test.Distance(0, Statistic.CramerVonMises), 1e-3);
        Close(oracle["ad"], test.Distance(0, Statistic.AndersonDarling), 1e-3);
    }

    static void Close(double expected, double actual, double relative) => Assert.Equal(expected, actual, relative * Math.Abs(expected));

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The rows of the tidy table that a command writes.</summary>
    static List<Dictionary<string, string>> Tidy(params string[] command)
    {
        using var line = new CommandLine();
        Assert.Equal(0, CommandLine.Run([.. command, "--quiet", "--out", line.At("tidy.csv")]).Code);
        string[] lines = File.ReadAllLines(line.At("tidy.csv")), header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(row => header.Zip(row.Split(',')).ToDictionary(c => c.First, c => c.Second))];
    }

    static Dictionary<string, double[]> Read(string path)
    {
        string[] lines = File.ReadAllLines(path), header = lines[0].Split(',');
        return Enumerable.Range(0, header.Length).ToDictionary(j => header[j].Trim('"'), j => lines.Skip(1).Select(row => Number(row.Split(',')[j])).ToArray());
    }

    /// <summary>One run of oracle.R, of which every test takes its part.</summary>
    public sealed class Oracle
    {
        readonly Dictionary<string, double> numbers = [];

        public Oracle()
        {
            if (RFactAttribute.Missing is not null)
                return;
            using var engine = new CpuEngine();
            var replicates = engine.Fit(Registry.Find("exponential"), new Resamples(Aircondit, B, Seed), new() { Information = Information.Robust });
            using var line = new CommandLine();
            string rows = string.Join('\n', Enumerable.Range(0, B).Select(b => string.Create(CultureInfo.InvariantCulture, $"{replicates[b][0]:R},{replicates[b].StandardError(0):R}")));
            var (code, output, error) = RFactAttribute.Run(Script(), CommandLine.Reference("data"), line.File("replicates.csv", "t,se\n" + rows));
            Assert.True(code == 0, error);
            foreach (string said in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                numbers.Add(said[..said.IndexOf(' ')], Number(said[(said.IndexOf(' ') + 1)..]));
        }

        public double this[string name] => numbers[name];

        static string Script([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "oracle.R");
    }

    /// <summary>A test that needs R and four packages: where they are not it is skipped, and its name says why.</summary>
    sealed class RFactAttribute : FactAttribute
    {
        public static string? Missing { get; } = Find();

        public RFactAttribute([CallerMemberName] string name = "")
        {
            Skip = Missing;
            if (Skip is not null)
                DisplayName = $"{name} ({Skip})";
        }

        static string? Find()
        {
            try
            {
                return Run("-e", "for (p in c('boot', 'MASS', 'sandwich', 'fitdistrplus')) if (!requireNamespace(p, quietly = TRUE)) stop(p)").Code == 0
                    ? null : "R is here, but not its packages boot, MASS, sandwich and fitdistrplus";
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "no Rscript on PATH";
            }
        }

        public static (int Code, string Out, string Error) Run(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo("Rscript", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
    }
}
