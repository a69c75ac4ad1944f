using System.Globalization;
using System.Text.Json;
using Mle.Runner;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Tests.Runner;

/// <summary>What the fit command writes.</summary>
[Collection("command line")]
public sealed class OutputTests : IDisposable
{
    static readonly string[] Fields = ["by", "term", "estimate", "std.error", "conf.low", "conf.high", "status", "loglik", "aic", "bic", "n", "iterations"];

    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    string Grouped() => command.File("grouped.csv", "g,y\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"\"g,{i % 3}\",{1 + i * i % 17}\n")));

    static Dictionary<string, string>[] Rows(string csv)
    {
        using var table = CsvHelper.CsvReader.FromText(csv);
        var rows = new List<Dictionary<string, string>>();
        while (table.Read())
            rows.Add(table.Headers.Select((header, i) => (header, table.GetString(i))).ToDictionary());
        return [.. rows];
    }

    [Fact]
    public void The_tidy_table_is_the_librarys_fit_number_by_number()
    {
        string file = command.File("a.csv", "y\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"{1 + i * 7 % 11}\n")));
        var outcome = CommandLine.Run("fit", file, "--family", "gamma", "--out", command.At("out.csv"), "--quiet");
        Assert.Equal((0, "", ""), (outcome.Code, outcome.Out, outcome.Error));
        var rows = Rows(File.ReadAllText(command.At("out.csv")));
        using var engine = new CpuEngine();
        var fit = engine.Fit(Families.Find("gamma")!, Batch.Single(Enumerable.Range(1, 40).Select(i => 1.0 + i * 7 % 11).ToArray()), new())[0];
        Assert.Equal(["shape", "rate"], rows.Select(r => r["term"]));
        foreach (var row in rows)
        {
            double Read(string name) => double.Parse(row[name], CultureInfo.InvariantCulture);
            double estimate = fit[row["term"]], error = fit.StandardError(row["term"]);
            Assert.Equal(Fields, row.Keys);
            Assert.Equal(("", "interior"), (row["by"], row["status"]));
            Assert.Equal(estimate, Read("estimate"));
            Assert.Equal(error, Read("std.error"));
            Assert.Equal(estimate - 1.959963984540054 * error, Read("conf.low"), 1e-12);
            Assert.Equal(estimate + 1.959963984540054 * error, Read("conf.high"), 1e-12);
            Assert.Equal((fit.LogLikelihood, fit.Aic, fit.Bic, 40.0), (Read("loglik"), Read("aic"), Read("bic"), Read("n")));
        }
    }

    [Fact]
    public void Json_holds_the_same_rows_as_csv()
    {
        string file = Grouped();
        CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--out", command.At("out.csv"));
        CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--out", command.At("out.json"));
        string printed = CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--json").Out;
        Assert.Equal(File.ReadAllText(command.At("out.json")), printed);
        var rows = Rows(File.ReadAllText(command.At("out.csv")));
        var objects = JsonDocument.Parse(printed).RootElement.EnumerateArray().ToArray();
        Assert.Equal(6, rows.Length);
        Assert.Equal(["g,0", "g,0", "g,1", "g,1", "g,2", "g,2"], rows.Select(r => r["by"]));
        Assert.Equal(rows.Select(r => string.Join("|", r.Values)), objects.Select(o => string.Join("|", o.EnumerateObject().Select(p => p.Value.ToString()))));
        Assert.All(objects, o => Assert.Equal(Fields, o.EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public void What_does_not_exist_is_null_and_infinities_are_strings()
    {
        var outcome = CommandLine.Run("fit", "--spec", Spec("normal", "y\n3.5\n3.5\n"), "--json");
        var fit = JsonDocument.Parse(outcome.Out).RootElement;
        Assert.Equal(0, outcome.Code);
        Assert.Equal("no_finite_mle", fit.GetProperty("status").GetString());
        Assert.Equal("unbounded", fit.GetProperty("cause").GetString());
        Assert.NotEqual("", fit.GetProperty("reason").GetString());
        Assert.Equal("Infinity", fit.GetProperty("supremum_loglik").GetString());
        Assert.Equal(0, fit.GetProperty("limit").GetProperty("sigma").GetDouble());
        Assert.Equal(JsonValueKind.Null, fit.GetProperty("estimate").GetProperty("sigma").ValueKind);
        Assert.Equal(JsonValueKind.Null, fit.GetProperty("se").ValueKind);
        Assert.Equal(JsonValueKind.Null, fit.GetProperty("loglik").ValueKind);
    }

    [Fact]
    public void A_specified_fit_is_one_object_with_everything()
    {
        var fit = JsonDocument.Parse(CommandLine.Run("fit", "--spec", Spec("normal", "y\n1\n2\n4\n"), "--json").Out).RootElement;
        Assert.Equal(
            ["status", "cause", "reason", "n", "k", "estimate", "se", "cov", "level", "ci_lower", "ci_upper", "loglik", "aic", "bic", "mean_negative_loglik", "iterations", "derived"],
            fit.EnumerateObject().Select(p => p.Name));
        Assert.Equal("interior", fit.GetProperty("status").GetString());
        Assert.Equal((3, 2), (fit.GetProperty("n").GetDouble(), fit.GetProperty("k").GetInt32()));
        Assert.Equal(14 / 9.0, fit.GetProperty("derived").GetProperty("sigma^2").GetDouble(), 1e-14);
        Assert.Equal(7 / 3.0, fit.GetProperty("derived").GetProperty("s^2_unbiased").GetDouble(), 1e-14);
        Assert.Equal(["mu", "sigma"], fit.GetProperty("cov").GetProperty("names").EnumerateArray().Select(n => n.GetString()));
        double variance = fit.GetProperty("cov").GetProperty("matrix")[1][1].GetDouble();
        Assert.Equal(Math.Sqrt(variance), fit.GetProperty("se").GetProperty("sigma").GetDouble(), 1e-15);
        Assert.Equal(-fit.GetProperty("loglik").GetDouble() / 3, fit.GetProperty("mean_negative_loglik").GetDouble(), 1e-15);
    }

    [Fact]
    public void A_specified_batch_is_an_array_of_objects_with_groups()
    {
        command.File("data.csv", "g,y\nu,1\nv,2\nu,3\nv,5\n");
        string spec = command.File("case.json", """{"family": "gamma", "data": "data.csv", "columns": {"y": "y", "group": "g"}, "fixed": {"shape": 2}, "id": "ignored"}""");
        var fits = JsonDocument.Parse(CommandLine.Run("fit", "--spec", spec, "--json").Out).RootElement;
        Assert.Equal(["u", "v"], fits.EnumerateArray().Select(f => f.GetProperty("group").GetString()));
        Assert.Equal([1.0, 4 / 7.0], fits.EnumerateArray().Select(f => Math.Round(f.GetProperty("estimate").GetProperty("rate").GetDouble(), 14)).Select(x => x == Math.Round(4 / 7.0, 14) ? 4 / 7.0 : x));
        Assert.All(fits.EnumerateArray(), f => Assert.False(f.GetProperty("estimate").TryGetProperty("shape", out _)));
    }

    string Spec(string family, string csv)
    {
        command.File("data.csv", csv);
        return command.File("case.json", $$$"""{"family": "{{{family}}}", "data": "data.csv", "columns": {"y": "y"}, "fixed": {}, "options": {}}""");
    }

    [Fact]
    public void An_output_file_is_replaced_whole_and_nothing_is_left_beside_it()
    {
        string file = Grouped(), output = command.File("out.csv", "old");
        Assert.Equal(0, CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g", "--out", output).Code);
        Assert.StartsWith("by,term,", File.ReadAllText(output));
        Assert.Equal(["grouped.csv", "out.csv"], command.Files());
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file()
    {
        string output = command.File("out.csv", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(output, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(output));
        Assert.Equal(["out.csv"], command.Files());
    }

    [Fact]
    public void The_table_names_the_data_and_the_verdict_and_fits_eighty_columns()
    {
        string file = command.File("a.csv", "y\n1\n2\n4\n");
        string table = CommandLine.Run("fit", file, "--family", "normal").Out;
        foreach (string word in new[] { "normal: ", "n = 3", "mu", "sigma^2", "s^2_unbiased", "2.33333", "std. error", "95 % interval", "AIC", "BIC", "interior" })
            Assert.Contains(word, table);
        Assert.DoesNotContain("\u001b", table);
        Assert.All(table.Split('\n').Where(line => !line.StartsWith("normal: ")), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Many_groups_are_summed_up()
    {
        var rows = Enumerable.Range(0, 5000).Select(i => $"{i / 10},{1 + i * 31 % 23}\n");
        string file = command.File("a.csv", "g,y\n" + string.Concat(rows));
        string table = CommandLine.Run("fit", file, "--family", "gamma", "--value", "y", "--by", "g").Out;
        foreach (string word in new[] { "500 data sets by g", "interior", "median", "The first 5 of 500" })
            Assert.Contains(word, table);
        Assert.True(table.Count(c => c == '\n') < 40, table);
    }

    [Fact]
    public void Json_on_standard_output_stays_alone_while_logs_go_to_the_error_stream()
    {
        string file = command.File("a.csv", "y\n1\n2\n4\n");
        var outcome = CommandLine.Run("fit", file, "--family", "gamma", "--json", "--timings", "--trace", "--repeat", "3");
        Assert.Equal(2, JsonDocument.Parse(outcome.Out).RootElement.GetArrayLength());
        foreach (string word in new[] { "read    min ", "fit     min ", "write   min ", "of 3", "iteration, log-likelihood; shape, rate; score; step" })
            Assert.Contains(word, outcome.Error);
    }

    [Fact]
    public void The_trace_ends_at_the_estimate()
    {
        string file = command.File("a.csv", "y\n1\n2\n4\n3\n0.5\n7\n");
        var outcome = CommandLine.Run("fit", file, "--family", "weibull", "--json", "--trace");
        var estimates = JsonDocument.Parse(outcome.Out).RootElement.EnumerateArray().Select(row => Number.Short(row.GetProperty("estimate").GetDouble()));
        string last = outcome.Error.TrimEnd().Split('\n')[^1];
        Assert.Equal(string.Join(", ", estimates), last.Split(';')[1].Trim());
    }

    [Theory]
    [InlineData(0.95, 1.959963984540054)]
    [InlineData(0.99, 2.5758293035489004)]
    [InlineData(0.5, 0.6744897501960817)]
    [InlineData(0.999999999, 6.109410204869)]
    public void Normal_quantiles(double level, double z) => Assert.Equal(z, (double)Normal.Quantile<Real>((1 + level) / 2), 1e-7 * z);

    [Theory]
    [InlineData(Scale.Natural, Link.Log, 1.0, 3.0)]
    [InlineData(Scale.Log, Link.Log, 1.2130613194252668, 3.2974425414002564)]
    [InlineData(Scale.Log, Link.Identity, 1.0, 3.0)]
    [InlineData(Scale.Logit, Link.Log, 1.0, 3.0)]
    [InlineData(Scale.Link, Link.Log, 1.2130613194252668, 3.2974425414002564)]
    internal void Wald_intervals_on_a_scale(Scale scale, Link link, double low, double high)
    {
        double one = 2 * 0.8413447460685429 - 1;
        var (l, h) = new Intervals(one, scale).Of(link, 2, 1);
        Assert.Equal((low, high), (Math.Round(l, 12), Math.Round(h, 12)) is var r && Math.Abs(r.Item1 - low) < 1e-9 && Math.Abs(r.Item2 - high) < 1e-9 ? (low, high) : (l, h));
    }

    [Fact]
    public void A_logit_interval_stays_between_0_and_1_and_keeps_its_odds()
    {
        var (low, high) = new Intervals(0.95, Scale.Logit).Of(Link.Logit, 0.9, 0.08);
        Assert.InRange(low, 0, 0.9);
        Assert.InRange(high, 0.9, 1);
        Assert.Equal(Math.Log(0.9 / 0.1), (Math.Log(low / (1 - low)) + Math.Log(high / (1 - high))) / 2, 1e-12);
    }

    [Fact]
    public void Progress_tells_rate_and_time_left() =>
        Assert.Equal(
            "fitted 250,000 data sets, 50,000 data sets/s, 25 %, 00:00:15 left",
            Progress.Line("fitted", "data sets", 250_000, 1_000_000, TimeSpan.FromSeconds(5)));
}
