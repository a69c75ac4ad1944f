using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Conformance;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Fits a family to a file, or one case of a conformance set.</summary>
sealed class FitCommand : Verb
{
    static readonly string[] Scales = ["natural", "log", "logit", "link"];

    readonly DataOptions data = new(models: true);
    readonly Option<string?> spec = new("--spec") { Description = "fit one case of a conformance set instead of FILE", HelpName = "CASE.json" };
    readonly Option<string[]> start = new("--start") { Description = "start a parameter here; may be repeated", HelpName = "p=v", DefaultValueFactory = _ => [] };
    readonly Option<string[]> bound = new("--bound") { Description = "keep a parameter in an interval; may be repeated", HelpName = "p=lo:hi", DefaultValueFactory = _ => [] };
    readonly Option<string?> penalty = new("--penalty") { Description = "keep a regression's coefficients finite: firth, or ridge:λ for λ/2 Σ β² without intercepts", HelpName = "firth|ridge:λ" };
    readonly Option<bool> robust = new("--robust") { Description = "standard errors that do not trust the model: the sandwich HC0" };
    readonly Option<string?> level = new("--level") { Description = "of the confidence intervals; 0.95 otherwise", HelpName = "P" };
    readonly Option<string> scale = Syntax.OneOf("--ci-scale", Scales,
        "make Wald intervals on this scale where a parameter lives on it, and map them back; link is each parameter's own");
    readonly Option<string?> output = new("--out") { Description = "write a tidy table of all fits: .csv or .json", HelpName = "FILE" };
    readonly Option<bool> json = new("--json") { Description = "the tidy table as JSON on standard output; of a regression, and with --spec, all about the fit" };
    readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no table and no logs" };
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
        data.AddTo(this);
        foreach (Option option in new Option[] { spec, start, bound, penalty, robust, level, scale, output, json, quiet, strict, trace, timings, audit, repeat })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        Check(parsed);
        var intervals = IntervalsOf(parsed);
        double? share = ShareOf(parsed);
        using var engine = engines.Open(parsed.GetValue(data.Engine), terminal.Error);
        var clock = new Timings(parsed.GetValue(repeat) ?? 1);

        var (set, family, known) = clock.Measure("read", () => Read(parsed));
        if (parsed.GetValue(trace) && set.Batch.Count > 1)
            throw new BadInput($"--trace follows one fit, and {set.Source} holds {set.Batch.Count} data sets.");
        if (parsed.GetValue(trace) && !(set.Batch.IsPlain && family.IsDistribution))
            throw new BadInput("--trace follows fits of plain observations, not of rows with formulas, censoring, truncation or sampling weights.");
        var options = OptionsOf(parsed, family, known, set);
        if (Engines.For(engine, family, set.Batch, options) is not CpuEngine)
            clock.Once("compile", () =>
            {
                engine.Prepare(family, set.Batch, options);
                return engine;
            });
        FitTable table;
        using (var progress = parsed.GetValue(quiet) ? null : new Progress(terminal, "fitted", "data sets", set.Batch.Count))
            table = clock.Measure("fit", () => engine.Fit(family, set.Batch, options with { Progress = progress }));
        // The one that fitted: a device that failed has been given up by now.
        var fitter = Engines.For(engine, family, set.Batch, options);
        string? breach = Audited(parsed, share ?? (fitter is CpuEngine ? 0 : Audit.Share), new(set, family, options, table), clock)?.Breach(set, fitter);
        foreach (var (group, fault) in set.Faults ?? new Dictionary<int, string>())
            (table.Status[group], table.Verdicts[group]) = (Status.InvalidData, new(Status.InvalidData, fault));
        if (breach is null && set.Groups is null && table.Status[0] == Status.InvalidData)
            throw new BadInput($"{set.Source}{(set.Value is { } column ? $", column '{column}'" : "")}, {table[0].Verdict.Reason}.");

        if (parsed.GetValue(trace))
            Trace.Show(terminal.Error, engine, family, set.Batch, options, table);
        var fitted = new Fitted(set, family, options, table);
        clock.Measure("write", () => Write(parsed, fitted, intervals));
        Show(parsed, fitted, intervals);
        if (parsed.GetValue(timings))
            clock.Report(terminal.Error);
        if (breach is not null)
            throw new Failure(breach);
        return parsed.GetValue(strict) && table.Status.Any(s => s != Status.Interior) ? Program.NotInterior : Program.Done;
    }

    /// <summary>What can be refused before a byte is read.</summary>
    void Check(ParseResult parsed)
    {
        if (parsed.GetValue(spec) is null)
            data.Check(parsed);
        else if (parsed.GetValue(data.File) is { } file)
            throw new BadInput($"--spec names the data itself; {file} is one file too many.");
        PenaltyOf(parsed);
        if (parsed.GetValue(output) is { } path)
        {
            if (Path.GetExtension(path) is not (".csv" or ".json"))
                throw new BadInput($"--out {path}: a name that ends in .csv or .json is needed.");
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw new BadInput($"--out {path}: there is no folder {folder}.");
        }
        if (parsed.GetValue(repeat) > 1 && parsed.GetValue(data.File) == InputFile.StandardInput)
            throw new BadInput("--repeat reads again, which standard input cannot; a file is needed.");
    }

    Intervals IntervalsOf(ParseResult parsed)
    {
        double share = 0.95;
        if (parsed.GetValue(level) is { } text && !(Syntax.Finite(text) is { } given && (share = given) is > 0 and < 1))
            throw new BadInput($"--level {text}: a number between 0 and 1 is needed, such as 0.95.");
        return new(share, parsed.GetValue(scale) is { } name ? Enum.Parse<Scale>(name, ignoreCase: true) : Scale.Natural);
    }

    double? ShareOf(ParseResult parsed) =>
        parsed.GetValue(audit) is not { } text ? null
        : Syntax.Finite(text) is { } share and >= 0 and <= 1 ? share
        : throw new BadInput($"--audit {text}: a number from 0 to 1 is needed, such as 0.01.");

    (Dataset, Family, IReadOnlyDictionary<string, double> Known) Read(ParseResult parsed)
    {
        if (parsed.GetValue(spec) is { } path)
            return Case.Load(path).Read(terminal);
        var set = data.Read(parsed, terminal);
        var family = data.FamilyOf(parsed, set);
        return (set, family, data.Known(parsed, family, set));
    }

    FitOptions OptionsOf(ParseResult parsed, Family family, IReadOnlyDictionary<string, double> known, Dataset set) => new()
    {
        Fixed = known,
        Start = Syntax.ByParameter("--start", parsed.GetValue(start)!, family, "a parameter and a finite number, such as shape=2,", Syntax.Finite, set.HasCoefficients(family)),
        Bounds = Syntax.ByParameter("--bound", parsed.GetValue(bound)!, family, "a parameter and an interval, such as shape=0.5:5,", Syntax.Interval),
        Penalty = PenaltyOf(parsed),
        Information = parsed.GetValue(robust) ? Information.Robust : Information.Default,
        Threads = parsed.GetValue(data.Threads) ?? 0,
        Cancellation = terminal.Interrupted,
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
        using var progress = parsed.GetValue(quiet) ? null : new Progress(terminal, "audited", "data sets", chosen.Length);
        var made = clock.Once("audit", () => Audit.Of(fitted.Table, fitted.Family, batch, fitted.Options with { Progress = progress }, chosen));
        if (!parsed.GetValue(quiet))
            terminal.Error.WriteLine(made.Summary);
        return made;
    }

    bool Write(ParseResult parsed, Fitted fitted, Intervals intervals)
    {
        if (parsed.GetValue(output) is not { } path)
            return false;
        var tidy = new Tidy(fitted, intervals, terminal.Interrupted);
        AtomicFile.Write(path, stream =>
        {
            if (Path.GetExtension(path) == ".csv")
                tidy.WriteCsv(stream);
            else
                Json.Write(stream, writer => WriteJson(writer, fitted, tidy));
        });
        return true;
    }

    /// <summary>The table, or of a regression the whole fit, for mle predict.</summary>
    static void WriteJson(Utf8JsonWriter writer, Fitted fitted, Tidy tidy)
    {
        if (fitted.HasCoefficients)
            FitFile.Write(writer, fitted, tidy);
        else
            tidy.WriteJson(writer);
    }

    void Show(ParseResult parsed, Fitted fitted, Intervals intervals)
    {
        if (parsed.GetValue(json) && parsed.GetValue(spec) is not null)
            Json.Write(terminal, writer =>
            {
                var rename = Case.Load(parsed.GetValue(spec)!).Rename(fitted.Data, fitted.Family, fitted.Options.Fixed);
                if (fitted.Data.Groups is not null)
                    writer.WriteStartArray();
                for (int d = 0; d < fitted.Table.Count; d++)
                    new FitReport(fitted, d, rename).Write(writer);
                if (fitted.Data.Groups is not null)
                    writer.WriteEndArray();
            });
        else if (parsed.GetValue(json))
            Json.Write(terminal, writer => WriteJson(writer, fitted, new(fitted, intervals, terminal.Interrupted)));
        else if (!parsed.GetValue(quiet))
            new FitView(terminal, fitted, intervals).Show();
    }
}
