using System.Text;

namespace Mle.Tests.Runner;

/// <summary>Every mistake gives one sentence that names the place and the value, exit code 2, and no output file.</summary>
[Collection("command line")]
public sealed class BadInputTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    void Refused(string file, string sentence, params string[] more)
    {
        string[] before = command.Files();
        var outcome = CommandLine.Run(["fit", file, "--family", "gamma", "--out", command.At("out.csv"), .. more]);
        Assert.Equal((2, "", $"mle: {sentence}\n"), (outcome.Code, outcome.Out, outcome.Error));
        Assert.Equal(before, command.Files());
    }

    [Fact]
    public void A_missing_column() =>
        Refused(command.File("a.csv", "x,y\n1,2\n"), $"{command.At("a.csv")} has no column 'z'; its columns are x, y.", "--value", "z");

    [Fact]
    public void A_column_that_was_not_chosen() =>
        Refused(command.File("a.csv", "x,y\n1,2\n"), $"Say which column of {command.At("a.csv")} to fit: --value with one of x, y.");

    [Theory]
    [InlineData("abc", "'abc' is not a number")]
    [InlineData("1.5x", "'1.5x' is not a number")]
    [InlineData("NaN", "'NaN' is not a number")]
    [InlineData("NA", "'NA' is not a number")]
    [InlineData("", "the field is empty")]
    public void Text_in_a_number(string text, string found) =>
        Refused(command.File("a.csv", $"x,y\n1,2\n3,{text}\n"), $"{command.At("a.csv")}, column 'y', row 2: {found}; every row needs a number.", "--value", "y");

    [Fact]
    public void A_row_that_is_too_short() =>
        Refused(command.File("a.csv", "x,y\n1,2\n3\n"), $"{command.At("a.csv")}, column 'y', row 2: the field is empty; every row needs a number.", "--value", "y");

    [Fact]
    public void A_bad_weight() =>
        Refused(command.File("a.csv", "y,w\n1,2\n3,heavy\n"), $"{command.At("a.csv")}, column 'w', row 2: 'heavy' is not a number; every row needs a number.", "--value", "y", "--weights", "w");

    [Theory]
    [InlineData("-1")]
    [InlineData("Inf")]
    public void A_value_outside_the_support(string value)
    {
        var outcome = CommandLine.Run("fit", command.File("a.csv", $"y\n1\n2\n{value}\n"), "--family", "gamma", "--out", command.At("out.csv"));
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"mle: {command.At("a.csv")}, column 'y', row 3: ", outcome.Error);
        Assert.Contains("> 0", outcome.Error);
        Assert.Equal(["a.csv"], command.Files());
    }

    [Fact]
    public void An_empty_file() => Refused(command.File("a.csv", ""), $"{command.At("a.csv")} is empty.");

    [Fact]
    public void A_header_alone() => Refused(command.File("a.csv", "y\n"), $"{command.At("a.csv")} has a header but no rows.");

    [Fact]
    public void Empty_standard_input()
    {
        var outcome = CommandLine.Run("fit", "-", "--family", "gamma");
        Assert.Equal((2, "mle: standard input is empty.\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_missing_file() => Refused(command.At("a.csv"), $"There is no file {command.At("a.csv")}.");

    [Fact]
    public void A_folder() => Refused(Path.GetTempPath(), $"{Path.GetTempPath()} is a folder; a file is needed.");

    [Fact]
    public void A_quote_that_is_never_closed() =>
        Refused(command.File("a.csv", "x,y\n1,2\n\"3,4\n5,6\n"), $"{command.At("a.csv")}, row 2: a quoted field is never closed.", "--value", "y");

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(200)]
    public void A_truncated_gzip(int missing)
    {
        byte[] whole = CommandLine.Gzip("y\n" + string.Join("\n", Enumerable.Range(1, 2000).Select(i => Math.Sin(i) + 2)));
        var outcome = CommandLine.Run("fit", command.File("a.csv.gz", whole[..^missing]), "--family", "gamma", "--out", command.At("out.csv"));
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"mle: {command.At("a.csv.gz")} is not a complete .gz file: ", outcome.Error);
        Assert.Equal(["a.csv.gz"], command.Files());
    }

    [Fact]
    public void A_raw_file_that_ends_within_a_value() =>
        Refused(command.File("a.f64", new byte[20]), $"{command.At("a.f64")} ends within a value: float64 takes 8 bytes, and 4 are left over.");

    [Fact]
    public void A_length_that_does_not_divide() =>
        Refused(command.File("a.f64", new byte[24]), $"{command.At("a.f64")} holds 3 values, which cannot be cut into data sets of 2 (--length).", "--length", "2");

    [Fact]
    public void Something_else_than_npy() =>
        Refused(command.File("a.npy", "not an array"), $"{command.At("a.npy")} is not a .npy file: it does not begin with \\x93NUMPY.");

    [Fact]
    public void A_matrix_in_Fortran_order() =>
        Refused(
            command.File("a.npy", ReaderTests.Npy("<f8", "(2, 3)", new byte[48], fortran: true)),
            $"{command.At("a.npy")} is in Fortran order; save it in C order, with numpy.ascontiguousarray.");

    [Fact]
    public void An_array_shorter_than_its_header() =>
        Refused(command.File("a.npy", ReaderTests.Npy("<f8", "(4,)", new byte[24])), $"{command.At("a.npy")} ends before the values that its header promises.");

    [Theory]
    [InlineData("There is no family 'gama'; there are ", "--family", "gama")]
    [InlineData("--fix foo=1: gamma has no parameter 'foo', only shape, rate.", "--fix", "foo=1")]
    [InlineData("--fix shape: a parameter and a finite number", "--fix", "shape")]
    [InlineData("--fix shape=x: a parameter and a finite number", "--fix", "shape=x")]
    [InlineData("--fix shape=2: shape is given twice.", "--fix", "shape=1", "--fix", "shape=2")]
    [InlineData("--bound shape=5:1: a parameter and an interval", "--bound", "shape=5:1")]
    [InlineData("--start rate=: a parameter and a finite number", "--start", "rate=")]
    [InlineData("--level 2: a number between 0 and 1", "--level", "2")]
    [InlineData("--threads 0: a whole number of at least 1 is needed.", "--threads", "0")]
    [InlineData("--threads many: a whole number of at least 1 is needed.", "--threads", "many")]
    [InlineData("--engine gpu: one of auto, cpu, cuda[:N], opencl[:N], ilgpu-cpu is needed.", "--engine", "gpu")]
    [InlineData("--engine cpu:0: one of ", "--engine", "cpu:0")]
    [InlineData("--audit 2: a number from 0 to 1 is needed, such as 0.01.", "--audit", "2")]
    [InlineData("--audit some: a number from 0 to 1 is needed", "--audit", "some")]
    [InlineData("--ci-scale cubic: one of natural, log, logit, link is needed.", "--ci-scale", "cubic")]
    [InlineData("--length goes with .npy and raw files", "--length", "3")]
    [InlineData("--weights and --count say the same", "--weights", "y", "--count", "y")]
    [InlineData("The family gamma has no trials", "--trials", "y")]
    [InlineData("--out fits.txt: a name that ends in .csv or .json is needed.", "--out", "fits.txt")]
    [InlineData("Unrecognized command or argument '--threds'.", "--threds", "2")]
    public void A_mistaken_option(string sentence, params string[] options)
    {
        string[] family = options[0] == "--family" ? [] : ["--family", "gamma"];
        var outcome = CommandLine.Run(["fit", command.File("a.csv", "y\n1\n2\n3\n"), .. family, .. options]);
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith("mle: " + sentence, outcome.Error);
        Assert.Equal(1, outcome.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_fixed_value_outside_its_domain()
    {
        var outcome = CommandLine.Run("fit", command.File("a.csv", "y\n1\n2\n"), "--family", "gamma", "--fix", "shape=-1");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("-1", outcome.Error);
        Assert.DoesNotContain("Parameter '", outcome.Error);
        Assert.Equal(1, outcome.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void An_unknown_command_is_one_sentence()
    {
        var outcome = CommandLine.Run("fitt");
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.Equal(1, outcome.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void With_groups_a_bad_one_gets_its_verdict_and_the_others_are_fitted()
    {
        string file = command.File("a.csv", "g,y\na,1\nb,2\na,oops\nb,3\nc,-4\nc,5\nd,7\ne,NA\nb,4\n");
        var outcome = CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--out", command.At("out.csv"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var status = File.ReadLines(command.At("out.csv")).Skip(1).Select(line => line.Split(',')).GroupBy(f => f[0], f => f[6])
            .ToDictionary(g => g.Key, g => g.Distinct().Single());
        Assert.Equal(
            new() { ["a"] = "invalid_data", ["b"] = "interior", ["c"] = "invalid_data", ["d"] = "no_finite_mle", ["e"] = "invalid_data" }, status);
        Assert.Contains("column 'y', row 3: 'oops' is not a number", outcome.Out.ReplaceLineEndings(" ").Replace("  ", " "));
        Assert.Equal(3, CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--strict").Code);
    }

    [Fact]
    public void A_column_without_a_single_number_is_an_error_even_with_groups() =>
        Refused(command.File("a.csv", "g,y\na,x\nb,z\n"), $"{command.At("a.csv")}, column 'y', row 1: 'x' is not a number; every row needs a number.", "--value", "y", "--by", "g");

    [Fact]
    public void Interruption_leaves_no_file()
    {
        var outcome = CommandLine.RunWith(
            Encoding.UTF8.GetBytes("y\n1\n2\n3\n"), new CancellationToken(canceled: true), "fit", "-", "--family", "gamma", "--out", command.At("out.csv"));
        Assert.Equal((130, ""), (outcome.Code, outcome.Out));
        Assert.Empty(command.Files());
    }
}
