using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Conformance;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Fits a family to a file, or one case of a conformance set.</summary>
sealed class FitCommand : Verb
{
    static readonly string[] Covariances = ["observed", "expected", "sandwich"];

    static readonly string[] Scales = ["natural", "log", "logit", "link"];

    readonly ProblemOptions problem = new();
    readonly Option<string[]> start = new("--start") { Description = "start a parameter here first; may be repeated", HelpName = "p=v", DefaultValueFactory = _ => [] };
    readonly Option<string[]> bound = new("--bound") { Description = "keep a parameter in an interval; may be repeated", HelpName = "p=lo:hi", DefaultValueFactory = _ => [] };
    readonly Option<string?> penalty = new("--penalty") { Description = "keep a regression's coefficients finite: firth, or ridge:λ for λ/2 Σ β² without intercepts", HelpName = "firth|ridge:λ" };
    readonly Option<string> covariance = Syntax.OneOf("--covariance", Covariances,
        "what standard errors are made from: the observed information, the expected one, or the sandwich HC0, which does not trust the model; observed otherwise");
    readonly Option<bool> robust = new("--robust") { Description = "the same as --covariance sandwich" };
    readonly Option<string[]> of = new("--of")
    {
        Description = "also estimate this function of the parameters, such as \"median = scale*log(2)^(1/shape)\", with mean(), quantile(p), survival(y) and probability(y) of the family; may be repeated",
        HelpName = "EXPR",
        DefaultValueFactory = _ => [],
    };
    readonly Option<string> interval = Syntax.OneOf("--interval", ["wald", "exact"],
        "what intervals are: Wald's, or for some families from the distribution of the estimate; wald otherwise");
    readonly Option<string> scale = Syntax.OneOf("--ci-scale", Scales,
        "make Wald intervals on this scale where a parameter lives on it, and map them back; link is each parameter's own");
    readonly Option<bool> strict = new("--strict") { Description = "exit with 3 when a verdict is not interior" };
    readonly Option<bool> trace = new("--trace") { Description = "log the iterates of one data set" };
    readonly Option<bool> timings = new("--timings") { Description = "log the seconds taken to read, fit and write; on an accelerator also to compile and audit" };
    readonly Option<string?> audit = new("--audit")
    {
        Description = "fit this fraction of the data sets again on the CPU and fail where the answers differ; 0.01 of what an accelerator fitted, 0 otherwise",
        HelpName = "F",
    };
    readonly Option<int?> repeat = Syntax.Whole("--repeat", 1, "read, fit and write N times, for --timings");

    readonly Terminal terminal;
    readonly Engines engines;

    public FitCommand(Terminal terminal, Engines engines) : base(
        "fit", "Fit a family to one data set, or to each group of rows.",
        """
        mle fit examples/groundbeef.csv --family gamma --value serving
        mle fit examples/quine.csv -f negative_binomial --value Days --by Age
        zcat big.csv.gz | mle fit - --family weibull --value y --by g --json
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.AddTo(this);
        foreach (Option option in new Option[] { start, bound, penalty, covariance, robust, problem.Data.Cluster, of, interval, scale, strict, trace, timings, audit, repeat })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        Check(parsed);
        IntervalsOf(parsed);
        double? share = ShareOf(parsed);
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var clock = new Timings(parsed.GetValue(repeat) ?? 1);

        var read = clock.Measure("read", () => problem.Read(parsed, terminal));
        var (set, family, _, spec) = read;
        var intervals = IntervalsOf(parsed, spec);
        if (parsed.GetValue(trace) && set.Batch.Count > 1)
            throw new BadInput($"--trace follows one fit, and {set.Source} holds {set.Batch.Count} data sets.");
        if (parsed.GetValue(trace) && !(set.Batch.IsPlain && family.IsDistribution))
            throw new BadInput("--trace follows fits of plain observations, not of rows with formulas, censoring, truncation or sampling weights.");
        var options = OptionsOf(parsed, read);
        if (intervals.IsExact && ExactInterval.Refusal(family, set.Batch, options) is { } refusal)
            throw new BadInput(refusal);
        if (Engines.For(engine, family, set.Batch, options) is not CpuEngine)
            clock.Once("compile", () =>
            {
                engine.Prepare(family, set.Batch, options);
                return engine;
            });
        FitTable table;
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "fitted", "data sets", set.Batch.Count))
            table = clock.Measure("fit", () => engine.Fit(family, set.Batch, options with { Progress = progress }));
        // The one that fitted: a device that failed has been given up by now.
        var fitter = Engines.For(engine, family, set.Batch, options);
        string? breach = Audited(parsed, share ?? (fitter is CpuEngine ? 0 : Audit.Share), new(set, family, options, table), clock)?.Breach(set, fitter);
        set.Mark(table);
        if (breach is null)
            set.Demand(table[0]);

        if (parsed.GetValue(trace))
            Trace.Show(terminal.Error, engine, family, set.Batch, options, table);
        if ((CovarianceOf(parsed) ?? spec?.Covariance) is { } kind)
            clock.Once("covariance", () =>
            {
                Covariance.Replace(table, family, set.Batch, options, kind, set.Clusters);
                return table;
            });
        var scope = Fitted.ScopeOf(set, family, table.Parameters, read.Names);
        var fitted = new Fitted(set, family, options, table)
        {
            Covariance = InWords(parsed),
            Quantities = [.. ExpressionsOf(parsed, spec).Select(e => (e.Term, e.In(scope)))],
        };
        clock.Measure("write", () => Write(parsed, fitted, intervals));
        Show(parsed, read, fitted, intervals);
        if (parsed.GetValue(timings))
            clock.Report(terminal.Error);
        if (breach is not null)
            throw new Failure(breach);
        return parsed.GetValue(strict) && table.Status.Any(s => s != Status.Interior) ? Program.NotInterior : Program.Done;
    }

    /// <summary>What can be refused before a byte is read.</summary>
    void Check(ParseResult parsed)
    {
        problem.Check(parsed);
        PenaltyOf(parsed);
        CovarianceOf(parsed);
        if (ExpressionsOf(parsed, null).Count > 0 && parsed.GetValue(interval) == "exact")
            throw new BadInput("--of has Wald intervals by the delta method; --interval exact is for parameters.");
        if (parsed.GetValue(scale) is { } name && parsed.GetValue(interval) == "exact")
            throw new BadInput($"--ci-scale {name} is for Wald intervals; exact ones have no scale.");
        if (parsed.GetValue(repeat) > 1 && parsed.GetValue(problem.Data.File) == InputFile.StandardInput)
            throw new BadInput("--repeat reads again, which standard input cannot; a file is needed.");
    }

    /// <summary>Null for that of every fit: observed, or with sampling weights the sandwich.</summary>
    CovarianceKind? CovarianceOf(ParseResult parsed)
    {
        string? name = parsed.GetValue(covariance);
        string? sandwich = parsed.GetValue(robust) ? robust.Name : parsed.GetValue(problem.Data.Cluster) is { } column ? $"--cluster {column}" : null;
        if (sandwich is not null && name is not (null or "sandwich"))
            throw new BadInput($"{sandwich} asks for the sandwich, and --covariance {name} for another; one of them is needed.");
        return sandwich is not null ? CovarianceKind.Sandwich : name is null ? null : Enum.Parse<CovarianceKind>(name, ignoreCase: true);
    }

    string? InWords(ParseResult parsed) => CovarianceOf(parsed) switch
    {
        null => null,
        CovarianceKind.Sandwich => parsed.GetValue(problem.Data.Cluster) is { } column ? $"sandwich, clustered by {column}" : "sandwich",
        var kind => $"{kind.ToString()!.ToLowerInvariant()} information",
    };

    List<Expression> ExpressionsOf(ParseResult parsed, Case? spec)
    {
        List<Expression> made = [.. parsed.GetValue(of)!.Select(Expression.Parse)];
        if (spec?.Function is { } function)
            made.Insert(0, function);
        return made;
    }

    Intervals IntervalsOf(ParseResult parsed, Case? spec = null) =>
        new(problem.LevelOf(parsed, spec), parsed.GetValue(scale) is { } name ? Enum.Parse<Scale>(name, ignoreCase: true) : Scale.Natural)
        {
            IsExact = parsed.GetValue(interval) == "exact",
        };

    double? ShareOf(ParseResult parsed) =>
        parsed.GetValue(audit) is not { } text ? null
        : Syntax.Finite(text) is { } share and >= 0 and <= 1 ? share
        : throw new BadInput($"--audit {text}: a number from 0 to 1 is needed, such as 0.01.");

    FitOptions OptionsOf(ParseResult parsed, Problem read) => read.Options with
    {
        Start = Syntax.ByParameter("--start", parsed.GetValue(start)!, read.Family, "a parameter and a finite number, such as shape=2,", Syntax.Finite, read.Data.HasCoefficients(read.Family)),
        Bounds = Syntax.ByParameter("--bound", parsed.GetValue(bound)!, read.Family, "a parameter and an interval, such as shape=0.5:5,", Syntax.Interval),
        Penalty = PenaltyOf(parsed),
    };

    Penalty PenaltyOf(ParseResult parsed) => parsed.GetValue(penalty) switch
    {
        null => default,
        "firth" => new() { Firth = true },
        var text when text.StartsWith("ridge:") && Syntax.Finite(text["ridge:".Length..]) is { } λ and > 0 => new() { Ridge = λ },
        var text => throw new BadInput($"--penalty {text}: firth, or ridge:λ with λ > 0, is needed."),
    };

    /// <summary>Null where nothing is checked.</summary>
    Audit? Audited(ParseResult parsed, double share, Fitted fitted, Timings clock)
    {
        var batch = fitted.Data.Batch;
        if (share == 0)
            return null;
        int[] chosen = Audit.Choose(batch.Count, share);
        if (parsed.GetValue(audit) is null && Audit.TooLong(batch, chosen) is { } length)
        {
            terminal.Error.WriteLine($"audit: none, for one data set alone has {Number.Short(length)} observations; --audit {Number.Short(share)} asks for it.");
            return null;
        }
        using var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "audited", "data sets", chosen.Length);
        var made = clock.Once("audit", () => Audit.Of(fitted.Table, fitted.Family, batch, fitted.Options with { Progress = progress }, chosen));
        if (!parsed.GetValue(problem.Quiet))
            terminal.Error.WriteLine(made.Summary);
        return made;
    }

    bool Write(ParseResult parsed, Fitted fitted, Intervals intervals)
    {
        if (parsed.GetValue(problem.Output) is not { } path)
            return false;
        var tidy = new Tidy(fitted, intervals, terminal.Interrupted);
        AtomicFile.Write(path, stream =>
        {
            if (Path.GetExtension(path) == ".csv")
                tidy.WriteCsv(stream);
            else
                Json.Write(stream, writer => WriteJson(writer, fitted, tidy, intervals));
        });
        return true;
    }

    /// <summary>The table, or of a regression the whole fit, for mle predict.</summary>
    static void WriteJson(Utf8JsonWriter writer, Fitted fitted, Tidy tidy, Intervals intervals)
    {
        if (fitted.HasCoefficients)
            FitFile.Write(writer, fitted, tidy, intervals);
        else
            tidy.WriteJson(writer);
    }

    void Show(ParseResult parsed, Problem read, Fitted fitted, Intervals intervals)
    {
        if (parsed.GetValue(problem.Json) && read.Case is not null)
            Json.Write(terminal, writer =>
            {
                if (fitted.Data.Groups is not null)
                    writer.WriteStartArray();
                for (int d = 0; d < fitted.Table.Count; d++)
                    new FitReport(fitted, d, intervals, read.Names).Write(writer);
                if (fitted.Data.Groups is not null)
                    writer.WriteEndArray();
            });
        else if (parsed.GetValue(problem.Json))
            Json.Write(terminal, writer => WriteJson(writer, fitted, new(fitted, intervals, terminal.Interrupted), intervals));
        else if (!parsed.GetValue(problem.Quiet))
            new FitView(terminal, fitted, intervals).Show();
    }
}
