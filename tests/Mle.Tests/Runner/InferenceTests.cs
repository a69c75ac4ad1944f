using System.Text.Json;
using Mle.Runner.Formulas;

namespace Mle.Tests.Runner;

/// <summary>How sure a fit is: covariances, functions of parameters and intervals, from the command line.</summary>
[Collection("command line")]
public sealed class InferenceTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly Scope Two = new(new Dictionary<string, int> { ["a"] = 0, ["(Intercept)"] = 1, ["p_x=y"] = 2 }, 3, null);

    /// <summary>Expressions of every piece, with the same in C#.</summary>
    public static IEnumerable<(string Text, Func<double, double, double, double> Of)> Written =>
    [
        ("a*log(2)^(1/`(Intercept)`)", (a, b, _) => a * Math.Pow(Math.Log(2), 1 / b)),
        ("-a^2 - -`(Intercept)`/3", (a, b, _) => -a * a + b / 3),
        ("2^-a + 1.5e1", (a, _, _) => Math.Pow(2, -a) + 15),
        ("exp(a) + sqrt(`(Intercept)`) * abs(-a)", (a, b, _) => Math.Exp(a) + Math.Sqrt(b) * a),
        ("log2(a)+log10(a)+log1p(a)+expm1(a)", (a, _, _) => Math.Log2(a) + Math.Log10(a) + Math.Log(1 + a) + Math.Exp(a) - 1),
        ("gamma(1 + a) - lgamma(`(Intercept)`)", (a, b, _) => MathNet.Numerics.SpecialFunctions.Gamma(1 + a) - MathNet.Numerics.SpecialFunctions.GammaLn(b)),
        ("pnorm(a) * qnorm(`(Intercept)`/10) * pi", (a, b, _) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, a) * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, b / 10) * Math.PI),
        ("`p_x=y`*(a+`p_x=y`)", (a, _, c) => c * (a + c)),
        ("a^0 * 0^0", (_, _, _) => 1),
    ];

    [Fact]
    public void Expressions_have_the_values_and_slopes_of_arithmetic()
    {
        double[] at = [1.3, 2.7, 0.4];
        foreach (var (text, of) in Written)
        {
            var quantity = Expression.Parse(text).In(Two);
            Assert.Equal(of(at[0], at[1], at[2]), quantity.Value(at), 1e-13);
            var (value, slopes) = quantity.Differentiate(at);
            Assert.Equal(quantity.Value(at), value);
            double[] expected = Numerically.Gradient(v => of(v[0], v[1], v[2]), at, [0.05, 0.05, 0.05]);
            for (int i = 0; i < 3; i++)
                Assert.True(Math.Abs(slopes[i] - expected[i]) <= 1e-9 * (1 + Math.Abs(expected[i])), $"{text}, slope {i}: {slopes[i]} instead of {expected[i]}");
        }
    }

    [Theory]
    [InlineData("a*lgo(2)", "position 3: there is no function 'lgo'; there are log, exp,")]
    [InlineData("a + b", "position 5: there is no parameter 'b'; there are a, (Intercept), p_x=y")]
    [InlineData("a b", "position 3: 'b' stands where an operator")]
    [InlineData("log(a, 2)", "position 1: log takes one argument")]
    [InlineData("mean(a)", "position 1: mean() takes no argument")]
    [InlineData("a:b", "position 2: 'a:b' is no arithmetic")]
    [InlineData("q=", "position 1: a column, a number")]
    [InlineData("=a", "position 1: a name is needed before '='")]
    [InlineData("quantile(0.5)", "position 1: quantile() is of a family whose rows are all alike")]
    public void A_mistake_in_an_expression_is_shown_where_it_is(string text, string sentence)
    {
        string message = Assert.Throws<Mle.Runner.BadInput>(() => Expression.Parse(text).In(Two)).Message;
        Assert.Contains(sentence, message);
    }

    string Weibull => command.File("x.csv", "x,g\n1,a\n3,a\n2,b\n6,b\n4,c\n2.5,c\n5,d\n");

    static JsonElement Term(Outcome outcome, string term)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonDocument.Parse(outcome.Out).RootElement.EnumerateArray().Single(t => t.GetProperty("term").GetString() == term);
    }

    [Fact]
    public void Functions_of_parameters_are_rows_of_the_table()
    {
        var outcome = CommandLine.Run("fit", Weibull, "-f", "weibull", "--value", "x", "--json", "--of", "median = scale*log(2)^(1/shape)", "--of", "quantile(0.5)",
            "--of", "survival(4)", "--of", "probability(4)", "--of", "exp(-(4/scale)^shape)", "--of", "mean()", "--of", "scale*gamma(1+1/shape)", "--ci-scale", "log");
        foreach (var (one, other) in new[] { ("median", "quantile(0.5)"), ("survival(4)", "exp(-(4/scale)^shape)"), ("mean()", "scale*gamma(1+1/shape)") })
            foreach (string what in new[] { "estimate", "std.error", "conf.low", "conf.high" })
                Assert.Equal(Term(outcome, one).GetProperty(what).GetDouble(), Term(outcome, other).GetProperty(what).GetDouble(), 1e-12);
        var (more, less) = (Term(outcome, "survival(4)"), Term(outcome, "probability(4)"));
        Assert.Equal(1, more.GetProperty("estimate").GetDouble() + less.GetProperty("estimate").GetDouble(), 1e-15);
        Assert.Equal(more.GetProperty("std.error").GetDouble(), less.GetProperty("std.error").GetDouble(), 1e-15);
        double estimate = more.GetProperty("estimate").GetDouble(), error = more.GetProperty("std.error").GetDouble();
        Assert.Equal(estimate * Math.Exp(-1.959963984540054 * error / estimate), more.GetProperty("conf.low").GetDouble(), 1e-14);
    }

    [Fact]
    public void Coefficients_have_the_numbers_of_books_too()
    {
        string file = command.File("y.csv", "y,x,g\n1,0,u\n2,1,u\n0,2,v\n4,3,v\n3,4,w\n7,5,w\n");
        var outcome = CommandLine.Run("fit", file, "-f", "poisson_regression", "--formula", "y ~ x", "--of", "r=-beta0/beta1", "--of", "s=-`(Intercept)`/x", "--cluster", "g", "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        var terms = JsonDocument.Parse(outcome.Out).RootElement.GetProperty("terms").EnumerateArray().ToDictionary(t => t.GetProperty("term").GetString()!);
        Assert.Equal(terms["s"].GetProperty("std.error").GetDouble(), terms["r"].GetProperty("std.error").GetDouble());
        Assert.Contains("there is no parameter 'beta2'", CommandLine.Run("fit", file, "-f", "poisson_regression", "--formula", "y ~ x", "--of", "beta2").Error);
    }

    [Fact]
    public void The_kind_of_the_covariance_is_chosen_and_shown()
    {
        double Error(params string[] options) => Term(CommandLine.Run(["fit", Weibull, "-f", "weibull", "--value", "x", "--json", .. options]), "shape").GetProperty("std.error").GetDouble();
        Assert.Equal(Error(), Error("--covariance", "observed"), 1e-9);
        Assert.Equal(Error("--robust"), Error("--covariance", "sandwich"));
        Assert.Equal(4, new[] { Error(), Error("--robust"), Error("--covariance", "expected"), Error("--cluster", "g") }.Distinct().Count());
        Assert.Contains("standard errors from the sandwich, clustered by g\n", CommandLine.Run("fit", Weibull, "-f", "weibull", "--value", "x", "--cluster", "g").Out);
        Assert.Contains("standard errors from the expected information\n", CommandLine.Run("fit", Weibull, "-f", "weibull", "--value", "x", "--covariance", "expected").Out);
        Assert.Equal("mle: --robust asks for the sandwich, and --covariance expected for another; one of them is needed.\n",
            CommandLine.Run("fit", Weibull, "-f", "weibull", "--value", "x", "--covariance", "expected", "--robust").Error);
        var none = CommandLine.Run("fit", Weibull, "-f", "laplace", "--value", "x", "--robust");
        Assert.Equal((2, true), (none.Code, none.Error.StartsWith("mle: There is no sandwich covariance here: the score in location jumps")));
    }

    [Fact]
    public void Exact_intervals_take_the_place_of_Walds_or_are_refused()
    {
        var exact = Term(CommandLine.Run("fit", Weibull, "-f", "exponential", "--value", "x", "--interval", "exact", "--json"), "rate");
        Assert.Equal(MathNet.Numerics.Distributions.Gamma.InvCDF(7, 1, 0.025) / 23.5, exact.GetProperty("conf.low").GetDouble(), 1e-10);
        Assert.StartsWith("mle: There is no exact interval for weibull;", CommandLine.Run("fit", Weibull, "-f", "weibull", "--value", "x", "--interval", "exact").Error);
        Assert.Equal("mle: --of has Wald intervals by the delta method; --interval exact is for parameters.\n",
            CommandLine.Run("fit", Weibull, "-f", "exponential", "--value", "x", "--interval", "exact", "--of", "1/rate").Error);
    }

    /// <summary>What an outside checker reads: intervals and functions by the names that the expected answers have.</summary>
    [Fact]
    public void A_specified_case_is_answered_by_the_names_of_its_answers()
    {
        var cases = JsonDocument.Parse(File.ReadAllText(CommandLine.Reference("inferences.json"))).RootElement.GetProperty("cases");
        foreach (var one in cases.EnumerateArray())
        {
            var spec = System.Text.Json.Nodes.JsonNode.Parse(one.GetRawText())!;
            spec["data"] = CommandLine.Reference((string)spec["data"]!);
            var outcome = CommandLine.Run("fit", "--spec", command.File("case.json", spec.ToJsonString()), "--json");
            Assert.True(outcome.Code == 0, outcome.Error);
            var answer = JsonDocument.Parse(outcome.Out).RootElement;
            foreach (string what in new[] { "estimate", "se", "ci_lower", "ci_upper" })
                if (one.GetProperty("expected").TryGetProperty(what, out var expected))
                    foreach (var entry in expected.EnumerateObject())
                        Assert.Equal(entry.Value.GetDouble(), answer.GetProperty(what).GetProperty(entry.Name).GetDouble(), 1e-7 * (1 + Math.Abs(entry.Value.GetDouble())));
        }
    }
}
