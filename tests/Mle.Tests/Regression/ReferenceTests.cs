using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit.Abstractions;

namespace Mle.Tests.Regression;

/// <summary>
/// The published cases of censored, truncated and weighted data and of regression, at their own tolerances: see the README
/// beside the data.
/// </summary>
public class ReferenceTests(ITestOutputHelper output)
{
    static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../data/reference");

    static readonly Dictionary<string, JsonElement> Cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), "regressions.json")))
        .RootElement.GetProperty("cases").EnumerateArray().ToDictionary(c => c.GetProperty("id").GetString()!);

    public static TheoryData<string> Ids => new(Cases.Keys);

    public static TheoryData<string> Certified => new(Cases.Keys.Where(id => id.StartsWith("nist-")));

    [Theory, MemberData(nameof(Ids))]
    public void Case(string id)
    {
        var expected = Cases[id].GetProperty("expected");
        var fit = Fit(Cases[id], out string[] aliases);
        Assert.Equal(expected.GetProperty("status").GetString(), Verdict.Word(fit.Status));
        if (expected.TryGetProperty("n", out var n) && n.ValueKind == JsonValueKind.Number && fit.Status == Status.Interior)
            Assert.Equal(n.GetDouble(), fit.Size);
        if (expected.TryGetProperty("supremum_loglik", out var supremum))
            Close("supremum", fit.Verdict.Supremum, Number(supremum), "loglik", 0);
        if (!expected.TryGetProperty("estimate", out var estimates) || estimates.ValueKind != JsonValueKind.Object)
            return;

        string[] names = [.. estimates.EnumerateObject().Select(p => p.Name)];
        foreach (string name in names)
        {
            double se = Entry(expected, "se", name), value = Number(estimates.GetProperty(name));
            int i = Index(name);
            // An exact fit determines the coefficients; sigma is where the likelihood is unbounded.
            if (double.IsFinite(value) && !(fit.Status == Status.NoFiniteMle && name == "sigma"))
                Close(name, fit[i], value, "estimate", se);
            if (se > 0)
                Close($"standard error of {name}", fit.StandardError(i), se, "se", 0);
        }
        if (fit.Status != Status.Interior)
            return;
        Close("log-likelihood", fit.LogLikelihood, expected.GetProperty("loglik").GetDouble(), "loglik", 0);
        Close("aic", fit.Aic, expected.GetProperty("aic").GetDouble(), "loglik", 0);
        if (expected.TryGetProperty("cov", out var covariance))
        {
            string[] order = [.. covariance.GetProperty("names").EnumerateArray().Select(v => v.GetString()!)];
            for (int i = 0; i < order.Length; i++)
                for (int j = 0; j <= i; j++)
                {
                    double c = covariance.GetProperty("matrix")[i][j].GetDouble(), unit = Entry(expected, "se", order[i]) * Entry(expected, "se", order[j]);
                    double got = fit.Covariance(Index(order[i]), Index(order[j]));
                    Assert.True(Math.Abs(got - c) <= Tolerance("cov_rel") * unit, $"covariance of {order[i]}, {order[j]}: {got:R}, expected {c:R}");
                }
        }

        int Index(string name) => Array.IndexOf([.. fit.Parameters], aliases.Contains(name) || fit.Parameters.Contains(name) ? name
            : name == "gamma0" ? "pi:(Intercept)" : name.TrimStart('y')) is >= 0 and var at ? at
            : throw new InvalidOperationException($"{id}: no parameter {name} among {string.Join(", ", fit.Parameters)}");

        double Tolerance(string name) => Cases[id].GetProperty("tolerance").TryGetProperty(name, out var t) ? t.GetDouble() : 0;

        void Close(string what, double got, double value, string kind, double se)
        {
            double room = Tolerance($"{kind}_rel") * Math.Abs(value) + Tolerance($"{kind}_abs") + (se > 0 ? Tolerance($"{kind}_se") * se : 0);
            Assert.True(got.Equals(value) || Math.Abs(got - value) <= room, $"{what}: {got:R}, expected {value:R} ± {room:E1}");
        }
    }

    /// <summary>NIST's certified values, through the engine from one end to the other.</summary>
    [Theory, MemberData(nameof(Certified))]
    public void Certified_digits(string id)
    {
        var certified = Cases[id].GetProperty("expected").GetProperty("certified");
        var fit = Fit(Cases[id], out string[] names);
        double estimates = 15, errors = 15, n = fit.Size, p = names.Length;
        for (int j = 0; j < names.Length; j++)
        {
            estimates = Math.Min(estimates, Digits(fit[j], certified.GetProperty("estimate").GetProperty(names[j]).GetDouble()));
            // NIST divides by n − p, and an exact fit has no standard errors.
            if (fit.Status == Status.Interior)
                errors = Math.Min(errors, Digits(fit.StandardError(j) * Math.Sqrt(n / (n - p)), certified.GetProperty("se_unbiased").GetProperty(names[j]).GetDouble()));
        }
        output.WriteLine($"{id}: {estimates:F1} digits of the coefficients, {(fit.Status == Status.Interior ? $"{errors:F1} of the standard errors" : "an exact fit")}");
        double asked = id switch { "nist-filip" => 7, "nist-wampler4" => 8, "nist-wampler5" => 6, _ => 9 };
        Assert.True(estimates >= asked && errors >= asked, $"{id}: {estimates:F1} and {errors:F1} digits");
    }

    static double Digits(double got, double certified) =>
        -Math.Log10(Math.Max(1e-15, certified == 0 ? Math.Abs(got) : Math.Abs(got - certified) / Math.Abs(certified)));

    static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : value.GetString() switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => double.NaN };

    static double Entry(JsonElement of, string table, string name) =>
        of.TryGetProperty(table, out var t) && t.ValueKind == JsonValueKind.Object && t.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetDouble() : 0;

    /// <summary>A case's data in the engine's words.</summary>
    static Fit Fit(JsonElement c, out string[] names)
    {
        var columns = Read(c.GetProperty("data").GetString()!);
        var roles = c.GetProperty("columns");
        var options = c.GetProperty("options");
        string name = c.GetProperty("family").GetString()!;
        double[]? Column(string role) => roles.TryGetProperty(role, out var v) ? columns[v.GetString()!] : null;
        double[] y = Column("y") ?? Column("lower")!;
        double[]? upper = Column("upper");
        if (Column("event") is { } happened)
            upper = [.. y.Select((t, i) => happened[i] > 0 ? t : double.PositiveInfinity)];
        if (name == "normal" && options.TryGetProperty("censoring", out var censoring) && censoring.GetProperty("type").GetString() == "left")
            (upper, y) = (y, [.. y.Select(v => v <= censoring.GetProperty("limit").GetDouble() ? double.NegativeInfinity : v)]);
        double[] below = [];
        if (name != "ztpoisson" && options.TryGetProperty("truncation", out var truncation))
            below = [truncation.GetProperty("lower").GetDouble()];
        var family = Families.Find(name) ?? Families.OfCategories[name]([.. y.Distinct().Order().Select(v => v.ToString(CultureInfo.InvariantCulture))]);
        if (name.StartsWith("ordered"))
            y = [.. y.Select(v => v - 1)];
        var predictors = new Dictionary<string, Predictor>();
        names = [];
        if (c.TryGetProperty("design", out var design) && design.ValueKind == JsonValueKind.Object)
        {
            bool intercept = design.GetProperty("intercept").GetBoolean();
            string[] terms = [.. design.GetProperty("terms").EnumerateArray().Select(t => t.GetString()!)];
            ReadOnlyMemory<double>[] x = [.. terms.Select(t => (ReadOnlyMemory<double>)(t.Contains('^') ? Power(columns[t[..t.IndexOf('^')]], t[(t.IndexOf('^') + 1)..]) : columns[t]))];
            names = design.TryGetProperty("names", out var given) ? [.. given.EnumerateArray().Select(v => v.GetString()!)]
                : intercept ? [Predictor.Intercept, .. terms] : terms;
            predictors[family.Info.Primary] = new(names, intercept ? [default, .. x] : x, Column("offset"));
            if (name.StartsWith("zero_inflated"))
                predictors["pi"] = Predictor.Constant;
        }
        var batch = new Batch(y, [0, y.Length], Column("weights"), Column("size")) { Upper = upper, TruncatedBelow = below, Predictors = predictors };
        using var engine = new CpuEngine();
        return engine.Fit(family, batch, new())[0];
    }

    static double[] Power(double[] x, string exponent) => [.. x.Select(v => Math.Pow(v, int.Parse(exponent, CultureInfo.InvariantCulture)))];

    static Dictionary<string, double[]> Read(string file)
    {
        string[][] lines = [.. File.ReadLines(Path.Combine(Folder(), file)).Select(l => l.Split(',').Select(s => s.Trim('"')).ToArray())];
        return lines[0].Select((name, j) => (name, j)).ToDictionary(q => q.name, q => Array.ConvertAll(lines[1..], l => l[q.j] switch
        {
            "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var s => double.TryParse(s, CultureInfo.InvariantCulture, out double v) ? v : double.NaN,
        }));
    }
}
