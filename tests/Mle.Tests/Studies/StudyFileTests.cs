using System.Text.Json;
using Mle.Runner;
using Mle.Runner.Commands;
using Mle.Runner.Studies;
using Mle.Tests.Runner;

namespace Mle.Tests.Studies;

/// <summary>What a study file may say, what it means, and that everything else is refused where it stands.</summary>
[Collection("command line")]
public sealed class StudyFileTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    const string Plain = """
        replicates: 2000
        data:
          family: weibull
          parameters: {shape: 2, scale: 3}
          n: 10
        """;

    Study Read(string text) => StudyFile.Read(command.File("study.yaml", text));

    [Theory]
    // The file as a whole.
    [InlineData("", "study.yaml is empty.")]
    [InlineData("# nothing\n", "study.yaml is empty.")]
    [InlineData("- 1\n- 2", "line 1, column 1: a mapping of keys is needed, not a list.")]
    [InlineData("data: [1, 2\n", "line 2, column 1: this is not YAML: ")]
    [InlineData("data: {n: 1\n\tx: 2}", "this is not YAML")]
    [InlineData("seed: 1\n---\nseed: 2", "line 2, column 1: a second document begins")]
    [InlineData("a: &x 1\nseed: *x", "line 2, column 7: aliases are not read")]
    [InlineData("seed: 1\nreplicates: 5\nseed: 2", "line 3, column 1: 'seed' is there twice.")]
    [InlineData("replicates: 5", "line 1, column 1: a study needs the key 'data'.")]
    // Keys.
    [InlineData("repliactes: 5", "line 1, column 1: 'repliactes' is no key of a study; there are name, seed, replicates, half-width, block, common-random-numbers, data, fit, estimands, intervals, levels, bootstrap, cells; did you mean 'replicates'?")]
    [InlineData("bias: 5", "line 1, column 1: 'bias' is no key of a study;")]
    [InlineData("@data: {familiy: weibull}", "column 8: 'familiy' is no key of data;")]
    [InlineData("@data: {family: weibull, n: 3, parameters: {shape: 1, scale: 1}, truncation: {above: 1, belwo: 0}}", "'belwo' is no key of truncation; there are below, above; did you mean 'below'?")]
    [InlineData("+bootstrap: {resamples: 3}", "line 6, column 13: 'resamples' is no key of bootstrap; there are replicates, kind.")]
    [InlineData("+estimands: [{off: shape}]", "line 6, column 14: 'off' is no key of an estimand;")]
    [InlineData("+fit: {famly: weibull}", "line 6, column 7: 'famly' is no key of fit; there are family, fixed, target; did you mean 'family'?")]
    // Types and domains.
    [InlineData("+seed: -1", "line 6, column 7: seed must be a whole number from 0 to 9007199254740992, not '-1'.")]
    [InlineData("+seed: \"1\"", "line 6, column 7: seed must be a whole number from 0 to 9007199254740992, not the text \"1\".")]
    [InlineData("+seed:", "line 6, column 6: seed must be a whole number from 0 to 9007199254740992, not nothing.")]
    [InlineData("+block: 1.5", "block must be a whole number from 1 to 2147483647, not '1.5'.")]
    [InlineData("+half-width: 0.6", "half-width must be a number between 0 and 0.5, not '0.6'.")]
    [InlineData("+half-width: .nan", "half-width must be a number between 0 and 0.5, not '.nan'.")]
    [InlineData("+common-random-numbers: yes", "line 6, column 24: common-random-numbers must be true or false, not 'yes'.")]
    [InlineData("+levels: [0.9, 95]", "line 6, column 15: a level must be a number between 0 and 1, not '95'.")]
    [InlineData("+levels: [0.9, 0.90]", "a level is there twice.")]
    [InlineData("+levels: []", "line 6, column 9: levels is an empty list.")]
    [InlineData("+intervals: [wald, waldo]", "line 6, column 19: an interval must be one of wald, sandwich, score, exact, profile, normal, basic, percentile, studentized, bca, wald:log, wald:logit, sandwich:log, sandwich:logit, wilson, not 'waldo'; did you mean 'wald'?")]
    [InlineData("+intervals: [wald, wald]", "line 6, column 19: the interval wald is there twice.")]
    [InlineData("+intervals: wilson", "wilson is for binomial and bernoulli, and weibull is fitted.")]
    [InlineData("+intervals: [exact]", "line 6, column 12: Cell 1 (), exact: There is no exact interval for weibull")]
    [InlineData("+bootstrap: {replicates: 1}", "replicates must be a whole number from 2 to 1000000, not '1'.")]
    [InlineData("+bootstrap: {kind: wild}", "kind must be one of nonparametric, parametric, bayesian, poisson, not 'wild'.")]
    [InlineData("+bootstrap: 999", "line 6, column 12: bootstrap must be a mapping with replicates, kind, not '999'.")]
    [InlineData("@replicates: 0\ndata: {family: weibull, n: 3, parameters: {shape: 1, scale: 1}}", "replicates must be a whole number from 1 to 4294967295, not '0'.")]
    // Data.
    [InlineData("@data: {family: wiebull, n: 3, parameters: {}}", "line 2, column 16: data.family must be one of normal, ")]
    [InlineData("@data: {family: wiebull, n: 3, parameters: {}}", "did you mean 'weibull'?")]
    [InlineData("@data: {family: weibull, n: 3}", "line 2, column 7: data needs the key 'parameters'.")]
    [InlineData("@data: {family: weibull, parameters: {shape: 1, scale: 1}}", "data needs the key 'n'.")]
    [InlineData("@data: {family: weibull, n: ten, parameters: {shape: 1, scale: 1}}", "line 2, column 28: n must be a whole number from 1 to 2147483591, not 'ten'.")]
    [InlineData("@data: {family: weibull, n: [], parameters: {shape: 1, scale: 1}}", "line 2, column 28: data.n is an empty list.")]
    [InlineData("@data: {family: weibull, n: 3, parameters: {shpae: 1, scale: 1}}", "line 2, column 44: there is no parameter 'shpae'; there are shape, scale; did you mean 'shape'?")]
    [InlineData("@data: {family: weibull, n: 3, parameters: {shape: 1}}", "line 2, column 43: scale is missing; shape, scale are needed.")]
    [InlineData("@data: {family: weibull, n: 3, parameters: {shape: 1, scale: -1}}", "line 2, column 54: scale = -1 is not allowed: it must be > 0.")]
    [InlineData("@data: {family: weibull, n: 3, parameters: {shape: 1, scale: big}}", "line 2, column 61: scale must be a finite number, not 'big'.")]
    [InlineData("@data: {family: uniform, n: 3, parameters: {a: 2, b: 1}}", "there is no uniform with a = 2, b = 1.")]
    [InlineData("@data: {family: binomial, n: 3, parameters: {p: 1.5}, trials: 4}", "p = 1.5 is not allowed: it must be ")]
    [InlineData("@data: {family: binomial, n: 3, parameters: {p: 0.5}}", "binomial needs a number of trials.")]
    [InlineData("@data: {family: poisson, n: 3, parameters: {lambda: 2}, trials: 4}", "poisson has no trials.")]
    [InlineData("@data: {family: gaussian_linear, n: 3, parameters: {}}", "gaussian_linear is a model of rows; it needs a formula.")]
    [InlineData("+fit: {family: poisson_regression}", "poisson_regression is a model of rows; the data have no formula.")]
    [InlineData("+fit: {family: binomial}", "weibull and binomial do not both have trials.")]
    [InlineData("+fit: {fixed: {shpae: 2}}", "line 6, column 15: there is no parameter 'shpae'; there are shape, scale; did you mean 'shape'?")]
    [InlineData("+fit: {fixed: {shape: -2}}", "line 6, column 15: shape = -2 is not allowed: it must be > 0.")]
    [InlineData("+fit: {fixed: {shape: 2, scale: 2}}", "all parameters are fixed; nothing is left to estimate.")]
    [InlineData("+fit: {target: generator}", "line 6, column 15: fit.target must be one of kl, not 'generator'.")]
    [InlineData("  truncation: {below: 3, above: 1}", "line 6, column 15: truncation needs below, above, or both in their order.", true)]
    [InlineData("  censoring: {}", "line 6, column 14: censoring needs one of above, below, random.", true)]
    [InlineData("  censoring: {above: 1, below: 1}", "censoring: below must be less than above.", true)]
    [InlineData("  contamination: {share: 2, family: normal, parameters: {mu: 0, sigma: 1}}", "share must be a number from 0 to 1, not '2'.", true)]
    [InlineData("  contamination: {share: 0.1, family: normal, parameters: {mu: 0}}", "line 6, column 59: sigma is missing; mu, sigma are needed.", true)]
    [InlineData("@data: {family: binomial, n: 3, trials: 9, parameters: {p: 0.5}, contamination: {share: 0.1, family: poisson, parameters: {lambda: 1}}}", "poisson has no trials.")]
    // Designs.
    [InlineData("  formula: \"~ x\"", "line 6, column 12: a formula needs predictors, or the design of a file.", true)]
    [InlineData("  predictors: {x: {levels: [a, b]}}", "line 6, column 15: predictors go with a formula.", true)]
    [InlineData("  design: nowhere.csv", "line 6, column 11: predictors go with a formula.", true)]
    [InlineData("  formula: \"~ x\"\n  design: nowhere.csv", "There is no file ", true)]
    [InlineData("  formula: \"~ x +\"\n  predictors: {x: {levels: [a, b]}}", "line 6, column 12: The formula '~ x +', position 6", true)]
    [InlineData("  formula: \"~ xx\"\n  predictors: {x: {levels: [a, b]}}", "the formula '~ xx' has the predictor 'xx'; there are x", true)]
    [InlineData("  formula: \"~ x\"\n  predictors: {x: {levels: [a, a]}}", "line 7, column 28: predictor x needs two or more different levels.", true)]
    [InlineData("  formula: \"~ x\"\n  predictors: {x: {levels: [a, b], family: normal}}", "predictor x has levels or a family; one of them is needed.", true)]
    [InlineData("  formula: \"~ x\"\n  predictors: {x: {family: normal, parameters: {mu: 0, sigma: 1}}}", "line 4, column 26: there is no parameter 'scale'; there are shape, (Intercept), x.", true)]
    [InlineData("  formula-for: {sigma: \"~ x\"}\n  predictors: {x: {levels: [a, b]}}", "weibull has no parameter 'sigma', only shape, scale", true)]
    // Estimands.
    [InlineData("+estimands: [shape, size]", "line 6, column 20: The formula 'size', position 1: there is no parameter 'size'; there are shape, scale.")]
    [InlineData("+estimands: [shape, shape]", "line 6, column 12: two estimands are called shape.")]
    [InlineData("+estimands: [{name: x}]", "line 6, column 13: an estimand needs the key 'of'.")]
    [InlineData("+estimands: [{of: shape, truth: true shape}]", "line 6, column 32: The formula 'true shape'")]
    [InlineData("+estimands: [{of: shape, null: one}]", "line 6, column 31: null must be a finite number, not 'one'.")]
    [InlineData("+intervals: [profile]\nestimands: [mean = scale*gamma(1+1/shape)]", "Cell 1 (), profile: mean is made of several parameters")]
    [InlineData("+estimands: [[shape]]", "line 6, column 13: an estimand must be a text, not a list.")]
    [InlineData("+estimands: [{of: shape, truth: {}}]", "line 6, column 32: truth must be a text, not a mapping.")]
    [InlineData("  formula: {x: 1}", "line 6, column 12: formula must be a text, not a mapping.", true)]
    [InlineData("  formula: \"~ x\"\n  design: {x: 1}", "line 7, column 11: design must be a text, not a mapping.", true)]
    // Cells.
    [InlineData("+cells: [{m: 5}]", "line 6, column 10: 'm' is no setting of data or fit; there are data.family, data.parameters, data.parameters.shape, data.parameters.scale, data.n.")]
    [InlineData("+fit: {fixed: {shape: 2}}\ncells: [{shape: 3}]", "line 7, column 10: 'shape' may be data.parameters.shape or fit.fixed.shape; write which.")]
    [InlineData("+cells: []", "line 6, column 8: cells is an empty list.")]
    [InlineData("+cells: [5]", "line 6, column 9: a cell must be a mapping of settings, such as {n: 10, shape: 2}, not '5'.")]
    public void What_cannot_be_is_refused_where_it_stands(string text, string message, bool ofData = false)
    {
        // +: after a complete study; @: after the replicates; ofData: within data, or with nothing to compare but the section's name.
        string whole = text.StartsWith('+') ? Plain + "\n" + text[1..] : text.StartsWith("@replicates") ? text[1..] : text.StartsWith('@') ? "replicates: 5\n" + text[1..]
            : ofData ? Plain + "\n" + text : text;
        string path = command.File("study.yaml", whole);
        var refused = Assert.Throws<BadInput>(() => StudyFile.Read(path));
        Assert.StartsWith(path, refused.Message);
        Assert.True(refused.Message.Split(", line ").Length <= 2, refused.Message);
        Assert.EndsWith(".", refused.Message.TrimEnd('?') + (refused.Message.EndsWith('?') ? "." : ""));
        Assert.Contains(message.Replace("study.yaml is empty", $"{path} is empty"), refused.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.StartsWith("There is no file", Assert.Throws<BadInput>(() => StudyFile.Read(command.At("none.yaml"))).Message);

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var study = Read(Plain);
        Assert.Equal(("study", 1ul, 2000L, 2000), (study.Name, study.Seed, study.Replicates, study.BlockSize));
        Assert.Equal((false, false), (study.CommonRandomNumbers, study.IsSequential));
        Assert.Equal([new Method(IntervalKind.Wald)], study.Methods);
        Assert.Equal([0.95], study.Levels);
        var cell = Assert.Single(study.Cells);
        Assert.Equal([("shape", 2.0, Link.Log), ("scale", 3.0, Link.Log)], cell.Estimands.Select(e => (e.Name, e.Truth, e.Scale)));
        Assert.All(cell.Estimands, e => Assert.Null(e.Target));
        Assert.Equal("weibull", cell.Fitted.Name);
        Assert.Empty(cell.Settings);
    }

    [Theory]
    [InlineData("", 65536)]
    [InlineData("\nintervals: basic", 400)]
    [InlineData("\nintervals: basic\nbootstrap: {replicates: 99}", 4000)]
    [InlineData("\nintervals: basic\nbootstrap: {replicates: 99999}", 100)]
    [InlineData("\nblock: 7", 7)]
    public void A_block_is_about_a_second_s_work(string further, int block) =>
        Assert.Equal(block, Read(Plain.Replace("2000", "1000000") + further).BlockSize);

    [Fact]
    public void Every_key_arrives()
    {
        var study = Read("""
            name: everything
            seed: 7
            replicates: 5000
            half-width: 0.01
            block: 500
            common-random-numbers: true
            data:
              family: normal
              parameters: {mu: 1, sigma: 2}
              n: 30
              contamination: {share: 0.1, family: student_t, parameters: {location: 0, scale: 1, df: 3}}
              censoring: {above: 4, below: -3, random: {family: exponential, parameters: {rate: 0.1}}}
              truncation: {below: -9}
            fit:
              family: logistic
              fixed: {scale: 1}
            estimands:
              - location
              - variance = scale^2*pi^2/3
              - {name: middle, of: quantile(0.5), truth: mu, null: 0.5}
            intervals: [wald, wald:log, basic]
            levels: [0.9, 0.99]
            bootstrap: {replicates: 199, kind: bayesian}
            """);
        var cell = study.Cells[0];
        Assert.Equal(("everything", 7ul, 0.01, 500, true), (study.Name, study.Seed, study.HalfWidth, study.BlockSize, study.CommonRandomNumbers));
        Assert.Equal(["wald", "wald:log", "basic"], study.Methods.Select(m => m.Name));
        Assert.Equal([0.9, 0.99], study.Levels);
        Assert.Equal((199, 7ul, BootstrapKind.Bayesian), (study.Bootstrap.Replicates, study.Bootstrap.Seed, study.Bootstrap.Kind));
        Assert.Equal((0.1, "student_t"), (cell.Scenario.Contamination!.Share, cell.Scenario.Contamination.Family.Name));
        Assert.Equal(ParametersOf("student_t", ("df", 3), ("location", 0), ("scale", 1)), cell.Scenario.Contamination.Parameters);
        Assert.Equal((4.0, -3.0, "exponential"), (cell.Scenario.Censoring!.Above, cell.Scenario.Censoring.Below, cell.Scenario.Censoring.Random!.Value.Family.Name));
        Assert.Equal((-9.0, double.PositiveInfinity), cell.Scenario.Truncation);
        Assert.Equal(("logistic", 1.0), (cell.Fitted.Name, cell.Options.Fixed["scale"]));
        Assert.Equal(["location", "variance", "middle"], cell.Estimands.Select(e => e.Name));
        // Another family, and nothing that says what is true of it.
        Assert.Equal([double.NaN, double.NaN, 1], cell.Estimands.Select(e => e.Truth));
        Assert.Equal([double.NaN, double.NaN, 0.5], cell.Estimands.Select(e => e.Null));
        Assert.NotNull(cell.Estimands[2].Generating);
    }

    [Fact]
    public void What_contaminates_has_the_same_trials()
    {
        var scenario = Read("replicates: 5\ndata: {family: binomial, n: 300, trials: 9, parameters: {p: 0.5}, contamination: {share: 0.5, family: binomial, parameters: {p: 0.99}}}").Cells[0].Scenario;
        double[] drawn = new Generated(scenario, 1, 0, 0, 1).Make(0, 1).Values.ToArray();
        Assert.InRange(drawn.Count(y => y == 9), 100, 180);
    }

    static double[] ParametersOf(string family, params (string Name, double Value)[] values) =>
        [.. Families.Find(family)!.Info.Parameters.Select(p => values.Single(v => v.Name == p.Name).Value)];

    static string Cells(Study study) => string.Join("; ", study.Cells.Select(c => string.Join(" ", c.Settings.Select(s => $"{s.Key}={s.Value}"))));

    [Fact]
    public void Lists_span_a_grid_in_the_order_of_the_file()
    {
        var study = Read("""
            replicates: 10
            data: {n: [10, 20], family: gamma, parameters: {rate: 1, shape: [0.5, 2]}}
            fit: {family: [gamma, weibull]}
            """);
        Assert.Equal(
            "n=10 shape=0.5 family=gamma; n=10 shape=0.5 family=weibull; n=10 shape=2 family=gamma; n=10 shape=2 family=weibull; "
            + "n=20 shape=0.5 family=gamma; n=20 shape=0.5 family=weibull; n=20 shape=2 family=gamma; n=20 shape=2 family=weibull", Cells(study));
        Assert.Equal((10, "weibull"), (study.Cells[3].Scenario.Length, study.Cells[3].Fitted.Name));
        Assert.Equal([2, 1], study.Cells[3].Scenario.Parameters);
    }

    [Fact]
    public void Names_of_settings_are_as_long_as_they_must_be()
    {
        var study = Read("""
            replicates: 10
            data:
              family: [loglogistic, weibull]
              parameters: {shape: [1, 2], scale: 1}
              n: 5
              contamination: [{share: 0.1, family: normal, parameters: {mu: [1, 2], sigma: 1}}, {share: 0, family: normal, parameters: {mu: 0, sigma: 1}}]
            fit: {family: [gamma, weibull]}
            """);
        Assert.Equal(2 * 2 * 3 * 2, study.Cells.Count);
        Assert.Equal(["data.family", "shape", "contamination", "mu", "fit.family"], study.Cells[0].Settings.Keys);
        Assert.Equal("{family: normal, parameters: {mu: 0, sigma: 1}, share: 0}", study.Cells[4].Settings["contamination"]);
        Assert.Null(study.Cells[4].Scenario.Contamination);
    }

    [Fact]
    public void Listed_cells_take_the_place_of_the_grid()
    {
        var study = Read(Plain + "\ncells: [{n: 20, shape: 5}, {n: [30, 40]}, {data.family: gamma, parameters: {shape: 1, rate: 2}}]");
        Assert.Equal("n=20 shape=5 family=weibull parameters={scale: 3, shape: 5}; n=30 shape=2 family=weibull parameters={scale: 3, shape: 2}; n=40 shape=2 family=weibull parameters={scale: 3, shape: 2}; n=10 shape=1 family=gamma parameters={rate: 2, shape: 1}", Cells(study));
        Assert.Equal([5, 3], study.Cells[0].Scenario.Parameters);
        Assert.Equal([1, 2], study.Cells[3].Scenario.Parameters);
        Assert.Equal(40, study.Cells[2].Scenario.Length);
        // What the file does not say at all may be said of a cell.
        study = Read(Plain + "\ncells: [{fit.family: exponential, fit.target: kl}, {}]");
        Assert.Equal(["exponential", "weibull"], study.Cells.Select(c => c.Fitted.Name));
    }

    /// <summary>By closed forms: the mean of the exponential, the absolute mean of the normal, the moments of what is contaminated.</summary>
    [Fact]
    public void Truths_under_another_family_are_those_of_the_nearest_or_as_given()
    {
        var cell = Read("replicates: 5\ndata: {family: gamma, parameters: {shape: 2, rate: 4}, n: 9}\nfit: {family: exponential, target: kl}\nestimands: [rate, 1/rate, {of: mean(), truth: mean()}, {name: m, of: mean(), truth: shape/rate}, {name: k, of: rate, truth: 7}]").Cells[0];
        double[] expected = [2, 0.5, 0.5, 0.5, 7];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], cell.Estimands[i].Truth, 1e-9);
        Assert.All(cell.Estimands, e => Assert.NotNull(e.Target));
        cell = Read("replicates: 5\ndata: {family: normal, parameters: {mu: 0, sigma: 1}, n: 9}\nfit: {family: laplace, target: kl}").Cells[0];
        Assert.Equal(Math.Sqrt(2 / Math.PI), cell.Estimands[1].Truth, 1e-4);
        cell = Read("replicates: 5\ndata: {family: normal, parameters: {mu: 0, sigma: 1}, n: 9, contamination: {share: 0.1, family: normal, parameters: {mu: 3, sigma: 1}}}\nfit: {target: kl}\nestimands: [mu, sigma^2, {name: clean, of: mu, truth: mu}]").Cells[0];
        Assert.Equal(0.3, cell.Estimands[0].Truth, 1e-9);
        Assert.Equal(1 + 0.1 * 0.9 * 9, cell.Estimands[1].Truth, 1e-9);
        Assert.Equal(0, cell.Estimands[2].Truth);
    }

    [Theory]
    // Right: the family, with nothing wrongly fixed. Wrong: a family, a value, a contamination.
    [InlineData("", true)]
    [InlineData("\nfit: {fixed: {scale: 3}}", true)]
    [InlineData("\nfit: {fixed: {scale: 2.5}}", false)]
    [InlineData("\nfit: {family: gamma}", false)]
    [InlineData("\n  contamination: {share: 0.1, family: gamma, parameters: {shape: 1, rate: 1}}", false)]
    [InlineData("\n  censoring: {above: 4}", true)]
    [InlineData("\n  truncation: {below: 1}", true)]
    public void Nothing_is_true_of_a_wrong_model_unless_the_study_says_so(string further, bool right)
    {
        var estimand = Read(Plain + further).Cells[0].Estimands[0];
        Assert.Equal(right ? 2 : double.NaN, estimand.Truth);
    }

    [Fact]
    public void The_nearest_parameters_are_refused_where_there_are_none()
    {
        foreach (string data in new[] { "family: weibull, parameters: {shape: 2, scale: 3}, n: 10, censoring: {above: 4}", "family: poisson, parameters: {lambda: 2}, n: 9" })
        {
            string fitted = data.Contains("poisson") ? "negative_binomial" : "gamma";
            var refused = Assert.Throws<BadInput>(() => Read($"replicates: 5\ndata: {{{data}}}\nfit: {{family: {fitted}, target: kl}}"));
            Assert.Contains($"line 3, column {(fitted == "gamma" ? 30 : 42)}: there are no parameters of {fitted} nearest to these data", refused.Message);
        }
    }

    const string Regression = """
        seed: 3
        replicates: 10
        data:
          family: gaussian_linear
          formula: "score ~ x + g"
          predictors: {x: {family: normal, parameters: {mu: 5, sigma: 2}}, g: {levels: [a, b, c]}}
          parameters: {(Intercept): 1, x: 2, gb: 3, gc: 4, sigma: 0.5}
          n: [50, 80]
        """;

    [Fact]
    public void A_design_is_drawn_once_from_the_seed()
    {
        var (study, populations) = StudyFile.Open(command.File("study.yaml", Regression));
        var (small, large) = (study.Cells[0].Scenario.Predictors["mu"], study.Cells[1].Scenario.Predictors["mu"]);
        Assert.Equal(["(Intercept)", "x", "gb", "gc"], small.Terms);
        for (int j = 1; j < 4; j++)
            Assert.Equal(small.Columns[j].ToArray(), large.Columns[j].ToArray()[..50]);
        Assert.Equal([1, 2, 3, 4, 0.5], study.Cells[0].Scenario.Parameters);
        Assert.Equal(["score", "x", "g"], populations[0].Design!.Header.Prepend(populations[0].Response));
        Assert.InRange(large.Columns[1].ToArray().Average(), 4, 6);
        Assert.NotEqual(small.Columns[1].ToArray(), Read(Regression.Replace("seed: 3", "seed: 4")).Cells[0].Scenario.Predictors["mu"].Columns[1].ToArray());
        var estimand = study.Cells[0].Estimands[1];
        Assert.Equal(("x", 2.0, Link.Identity), (estimand.Name, estimand.Truth, estimand.Scale));
    }

    [Fact]
    public void A_design_may_be_a_file_beside_the_study()
    {
        command.File("rows.csv", "x,y\n1,9\n2,9\n4,9\n");
        const string text = "replicates: 4\ndata: {family: poisson_regression, formula: y ~ x, design: rows.csv, parameters: {(Intercept): 1, x: 0.1}}";
        var study = Read(text);
        Assert.Equal([1, 2, 4], study.Cells[0].Scenario.Predictors["mu"].Columns[1].ToArray());
        Assert.Equal(3, study.Cells[0].Scenario.Length);
        // The fingerprint knows what is in the file.
        command.File("rows.csv", "x,y\n1,9\n2,9\n5,9\n");
        Assert.NotEqual(study.Fingerprint, Read(text).Fingerprint);
        Assert.Contains("n is the number of rows of the design, 3", Assert.Throws<BadInput>(() => Read(text.Replace("design:", "n: 4, design:"))).Message);
    }

    [Theory]
    [InlineData("n: 10", "n: 10   # observations", true)]
    [InlineData("n: 10", "n: 1.0e1", true)]
    [InlineData("n: 10", "\"n\": 10", true)]
    [InlineData("family: weibull", "family: \"weibull\"", true)]
    [InlineData("{shape: 2, scale: 3}", "\n    scale: 3.0\n    shape: 2", true)]
    [InlineData("replicates: 2000", "name: other\nreplicates: 2000", true)]
    [InlineData("replicates: 2000", "replicates: 2000\nseed: 1\nlevels: 0.95\nintervals: [wald]\nblock: 2000", true)]
    [InlineData("n: 10", "n: [10]", true)]
    [InlineData("n: 10", "n: 99\ncells: [{n: 10}]", true)]
    [InlineData("n: 10", "n: 11", false)]
    [InlineData("shape: 2", "shape: 2.5", false)]
    [InlineData("replicates: 2000", "replicates: 2001", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nseed: 2", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nblock: 500", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nhalf-width: 0.01", false)]
    [InlineData("replicates: 2000", "replicates: 2000\ncommon-random-numbers: true", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nestimands: shape", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nintervals: wald:log", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nlevels: 0.9", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nbootstrap: {replicates: 99}", false)]
    [InlineData("replicates: 2000", "replicates: 2000\nfit: {family: gamma}", false)]
    [InlineData("n: 10", "n: 10\n  censoring: {above: 3}", false)]
    [InlineData("n: 10", "n: [10, 20]", false)]
    public void A_fingerprint_is_of_what_results_depend_on(string text, string by, bool same)
    {
        Assert.Contains(text, Plain);
        Assert.Equal(same, Read(Plain).Fingerprint.SequenceEqual(Read(Plain.Replace(text, by)).Fingerprint));
        Assert.Equal(32, Read(Plain).Fingerprint.Length);
    }

    /// <summary>The order of two lists is that of the cells, and a cell's number is part of the address of its random numbers.</summary>
    [Fact]
    public void The_order_of_lists_is_part_of_the_fingerprint()
    {
        byte[] Of(string data) => Read($"replicates: 5\ndata: {{family: weibull, {data}}}").Fingerprint;
        Assert.NotEqual(Of("n: [1, 2], parameters: {shape: [1, 2], scale: 1}"), Of("parameters: {shape: [1, 2], scale: 1}, n: [1, 2]"));
        Assert.Equal(Of("n: [1, 2], parameters: {shape: 1, scale: 1}"), Of("parameters: {scale: 1, shape: 1}, n: [1, 2]"));
    }

    static readonly JsonElement Schema = JsonDocument.Parse(StudySchemaCommand.Text()).RootElement;

    static JsonElement Definition(string name) => Schema.GetProperty("$defs").GetProperty(name);

    static string[] Names(JsonElement of) => [.. of.EnumerateObject().Select(p => p.Name)];

    [Fact]
    public void The_schema_and_the_reader_know_the_same_keys_and_words()
    {
        Assert.Equal(Names(Schema.GetProperty("$defs")).Order(), StudyKeys.All.Keys.Append("family").Order());
        foreach (var (section, keys) in StudyKeys.All)
        {
            Assert.Equal(keys, Names(Definition(section).GetProperty("properties")));
            Assert.False(Definition(section).GetProperty("additionalProperties").GetBoolean());
            foreach (var property in Definition(section).GetProperty("properties").EnumerateObject())
                Assert.True(property.Value.TryGetProperty("description", out _) || property.Value.TryGetProperty("$ref", out _), $"{section}.{property.Name} has no description");
        }
        Assert.Equal(StudyKeys.Families, Words(Definition("family")));
        Assert.Equal(StudyKeys.Intervals, Words(Property("study", "intervals").GetProperty("anyOf")[0]));
        Assert.Equal(StudyKeys.Targets, Words(Property("fit", "target").GetProperty("anyOf")[0]));
        Assert.Equal(StudyKeys.Resampling, Words(Property("bootstrap", "kind")));
        Assert.Equal(StudySchemaCommand.Text(), CommandLine.Run("study", "schema").Out);
    }

    static JsonElement Property(string section, string key) => Definition(section).GetProperty("properties").GetProperty(key);

    static string[] Words(JsonElement of) => [.. of.GetProperty("enum").EnumerateArray().Select(word => word.GetString()!)];

    public static TheoryData<string> Examples => new(Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)));

    static string Folder => Path.GetFullPath(Path.Combine(CommandLine.Reference("."), "../../../../examples/studies"));

    [Theory, MemberData(nameof(Examples))]
    public void Every_example_is_read_and_suits_the_schema(string name)
    {
        string path = Path.Combine(Folder, name);
        Assert.NotEmpty(StudyFile.Read(path).Cells);
        Assert.Null(Fault(Yaml.Load(path), Schema));
        var outcome = CommandLine.Run("study", "cells", path);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    [Theory]
    [InlineData("seed: 1", "seed: one")]
    [InlineData("seed: 1", "sed: 1")]
    [InlineData("n: 10", "n: [10, x]")]
    [InlineData("family: weibull", "family: wiebull")]
    public void The_schema_refuses_what_the_reader_refuses(string text, string by)
    {
        string right = Plain + "\nseed: 1";
        Assert.Null(Fault(Yaml.Load(command.File("study.yaml", right)), Schema));
        Assert.NotNull(Fault(Yaml.Load(command.File("study.yaml", right.Replace(text, by))), Schema));
        Assert.Throws<BadInput>(() => Read(right.Replace(text, by)));
    }

    /// <summary>As much of JSON Schema as ours uses, but for limits of numbers: what is wrong, or null.</summary>
    static string? Fault(Yaml node, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference) && Fault(node, Definition(reference.GetString()!.Split('/')[^1])) is { } inner)
            return inner;
        if (schema.TryGetProperty("anyOf", out var any))
            return any.EnumerateArray().All(one => Fault(node, one) is not null) ? $"{node.At}: nothing of anyOf" : null;
        if (schema.TryGetProperty("type", out var type))
        {
            string[] types = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.GetString()!)] : [type.GetString()!];
            if (!types.Any(t => Is(node, t)))
                return $"{node.At}: no {string.Join(" or ", types)}";
        }
        if (schema.TryGetProperty("enum", out _) && !Words(schema).Contains(((Scalar)node).Text))
            return $"{node.At}: none of the enum";
        if (node is Sequence list && schema.TryGetProperty("items", out var items))
            return list.Items.Select(item => Fault(item, items)).FirstOrDefault(fault => fault is not null);
        if (node is not Mapping map)
            return null;
        if (schema.TryGetProperty("required", out var required) && required.EnumerateArray().FirstOrDefault(key => map[key.GetString()!] is null) is { ValueKind: JsonValueKind.String } missing)
            return $"{node.At}: {missing} is missing";
        foreach (var entry in map.Entries)
        {
            string? fault = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(entry.Key, out var property) ? Fault(entry.Value, property)
                : !schema.TryGetProperty("additionalProperties", out var others) ? null
                : others.ValueKind == JsonValueKind.False ? $"{entry.At}: {entry.Key} is no property" : Fault(entry.Value, others);
            if (fault is not null)
                return fault;
        }
        return null;
    }

    static bool Is(Yaml node, string type) => type switch
    {
        "object" => node is Mapping,
        "array" => node is Sequence,
        "string" => node is Scalar { Value: null },
        "number" => node is Scalar { Value: not null },
        "integer" => node is Scalar { Value: { } value } && value == Math.Floor(value),
        "boolean" => node is Scalar { Quoted: false, Text: "true" or "false" },
        _ => false,
    };

    [Fact]
    public void Cells_are_listed_as_they_are_and_as_json()
    {
        string path = command.File("study.yaml", "replicates: 5\ndata: {family: gamma, parameters: {shape: [0.5, 2], rate: 1}, n: 20}\nfit: {family: exponential, target: kl}");
        var outcome = CommandLine.Run("study", "cells", path);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        foreach (string word in new[] { "study: 2 cells, 5 replicates", "shape", "exponential", "true rate", "Kullback-Leibler" })
            Assert.Contains(word, outcome.Out);
        var json = JsonDocument.Parse(CommandLine.Run("study", "cells", path, "--json").Out).RootElement;
        Assert.Equal(2, json.GetArrayLength());
        Assert.Equal("2", json[1].GetProperty("settings").GetProperty("shape").GetString());
        Assert.Equal(0.5, json[1].GetProperty("estimands")[0].GetProperty("truth").GetDouble(), 1e-9);
        Assert.Contains("neither bias nor coverage", CommandLine.Run("study", "cells", command.File("s.yaml", Plain + "\nfit: {family: gamma}")).Out);
        outcome = CommandLine.Run("study", "cells", command.File("s.yaml", "seeed: 1"));
        Assert.Equal((2, ""), (outcome.Code, outcome.Out));
        Assert.Contains("line 1, column 1: 'seeed'", outcome.Error);
    }
}
