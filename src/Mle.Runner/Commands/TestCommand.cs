using System.CommandLine;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Tests a null hypothesis within a model.</summary>
sealed class TestCommand : Verb
{
    readonly ProblemOptions problem = new("the tidy table as JSON on standard output; with --spec, one object with the names of the reference set");
    readonly Option<string[]> @null = new("--null") { Description = "under the null hypothesis this parameter or coefficient has this value; several are tested together", HelpName = "p=v", DefaultValueFactory = _ => [] };
    readonly Option<string?> nullFormula = new("--null-formula") { Description = "the formula under the null hypothesis; its columns must be linear combinations of the model's", HelpName = "\"y ~ x\"" };
    readonly Option<string?> nullFamily = new("--null-family") { Description = "a family that is a special case of the model's, such as poisson of negative_binomial", HelpName = "NAME" };
    readonly Option<string[]> drop = new("--drop") { Description = "terms that the formula loses under the null hypothesis", HelpName = "TERM,…", DefaultValueFactory = _ => [] };
    readonly Option<bool> robust = new("--robust") { Description = "Wald's test by standard errors that do not trust the model: the sandwich HC0" };

    readonly Option<int?> bootstrap = Syntax.Whole("--bootstrap", 1, "the likelihood ratio's p-value from this many samples drawn from the null's fit, instead of χ²");
    readonly Option<int?> seed = Syntax.Whole("--seed", 0, "of the samples drawn; 1 otherwise");

    readonly Terminal terminal;
    readonly Engines engines;

    public TestCommand(Terminal terminal, Engines engines) : base(
        "test", "Test values of parameters, or a smaller model, by likelihood ratio, Wald's and the score test.",
        """
        mle test examples/groundbeef.csv --family weibull --value serving --null shape=2
        mle test pima.csv -f logistic_regression --formula "type ~ glu + skin + age" --drop skin,age
        mle test quine.csv -f negative_binomial --value Days --null-family poisson
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.Level.Description = "with --by, those are counted that reject at 1 - P; 0.95 otherwise";
        problem.AddTo(this);
        foreach (Option option in new Option[] { @null, nullFormula, nullFamily, drop, robust, problem.Data.Cluster, bootstrap, seed })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        problem.Check(parsed);
        double level = problem.LevelOf(parsed);
        var spec = problem.CaseOf(parsed);
        var model = spec?.Model ?? problem.Data.ModelOf(parsed);
        var given = HypothesisOf(parsed);
        if (given.IsEmpty)
            given = spec?.Null ?? throw new BadInput(spec is null
                ? "Say what to test: --null p=v, --drop TERM, --null-formula or --null-family."
                : $"The notes of the case {spec.Id} say no null model that is understood; --null, --drop, --null-formula or --null-family does.");
        var hypothesis = given.Within(model);
        var smaller = hypothesis.Of(model);
        if (spec is null)
            problem.Data.Check(parsed, smaller);
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);

        var read = problem.Read(parsed, terminal, spec, [model, smaller]);
        NestedTest tests;
        using (var progress = ProgressOf(parsed, "fitted", 2L * read[0].Data.Batch.Count))
            tests = hypothesis.Test(engine, read[0], read[1], progress);
        read[0].Data.Demand(tests.Alternative[0]);
        if (parsed.GetValue(robust) || parsed.GetValue(problem.Data.Cluster) is not null)
            Covariance.Replace(tests.Alternative, read[0].Family, read[0].Data.Batch, read[0].Options, CovarianceKind.Sandwich, read[0].Data.Clusters);
        var bootstrapped = Bootstrapped(parsed, engine, tests);
        TestReport report;
        using (var progress = ProgressOf(parsed, "tested", tests.Null.Count))
            report = new(read[0], given, tests, bootstrapped, progress);
        problem.Write(parsed, terminal, report.WriteCsv, report.WriteJson, screen => report.Show(screen, level), spec is null ? null : report.WriteCase);
        return Program.Done;
    }

    Progress? ProgressOf(ParseResult parsed, string verb, long total) => parsed.GetValue(problem.Quiet) ? null : new(terminal, verb, "data sets", total);

    NullHypothesis HypothesisOf(ParseResult parsed) => new()
    {
        Family = parsed.GetValue(nullFamily) is { } name ? FamiliesCommand.Find(name).Name : null,
        Formula = parsed.GetValue(nullFormula),
        Dropped = [.. parsed.GetValue(drop)!.SelectMany(Pieces)],
        Values = [.. parsed.GetValue(@null)!.Select(Value)],
    };

    /// <summary>The likelihood ratio of each data set, where --bootstrap asks for it; else null.</summary>
    TestResult[]? Bootstrapped(ParseResult parsed, IEngine engine, NestedTest tests)
    {
        if (parsed.GetValue(bootstrap) is not { } replicates)
            return null;
        if (NullBootstrap.Refuses(tests.Nesting.Null.Batch) is { } why)
            throw new BadInput($"--bootstrap {replicates}: {why}.");
        var made = new TestResult[tests.Null.Count];
        var drawn = new NullBootstrap(engine, tests, replicates, (ulong)(parsed.GetValue(seed) ?? 1));
        using var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "fitted", "samples", (long)replicates * made.Length);
        for (int d = 0; d < made.Length; d++)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            made[d] = drawn.Of(d, progress is null ? null : new Later(progress, (long)d * replicates));
        }
        return made;
    }

    /// <summary>What stands between commas that are in no parentheses: poly(x, 2) is one term.</summary>
    static IEnumerable<string> Pieces(string text)
    {
        int depth = 0, from = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                yield return text[from..i].Trim() is { Length: > 0 } piece ? piece : throw new BadInput($"--drop {text}: terms with commas between are needed, such as skin,age.");
                from = i + 1;
            }
            else
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            }
        }
    }

    static (string, double) Value(string text)
    {
        int equals = text.LastIndexOf('=');
        return equals > 0 && Number.TryParse(text[(equals + 1)..], out double value) && !double.IsNaN(value) ? (text[..equals].Trim(), value)
            : throw new BadInput($"--null {text}: a parameter or coefficient and a number, such as shape=1, is needed.");
    }
}
