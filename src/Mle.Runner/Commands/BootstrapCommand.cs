using System.CommandLine;
using Mle.Runner.Conformance;
using Mle.Runner.Formulas;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Bias, standard errors and intervals from replicates of the data.</summary>
sealed class BootstrapCommand : Verb
{
    static readonly string[] Kinds = [.. Enum.GetNames<BootstrapKind>().Select(name => name.ToLowerInvariant())];

    static readonly string[] Intervals = [.. Enum.GetNames<BootstrapInterval>().Select(name => name.ToLowerInvariant())];

    readonly ProblemOptions problem = new("bias, standard errors and intervals as JSON on standard output; with --spec under the names of the reference set");
    readonly Option<int?> resamples = Syntax.Whole("--resamples", 2, "replicates of every data set; 999 otherwise");
    readonly Option<string> kind = Syntax.OneOf("--kind", Kinds,
        "draw rows with replacement, draw responses from the fitted model, or give rows random weights; nonparametric otherwise");
    readonly Option<string?> interval = new("--interval") { Description = $"some of {string.Join(",", Intervals)}, with commas; all of them otherwise", HelpName = "LIST" };
    readonly Option<string[]> of = new("--of")
    {
        Description = "instead of the parameters this function of them, such as \"median = scale*log(2)^(1/shape)\"; may be repeated",
        HelpName = "EXPR",
        DefaultValueFactory = _ => [],
    };
    readonly Option<string?> seed = new("--seed") { Description = "of the random numbers; 1 otherwise: the same seed gives the same answer", HelpName = "N" };

    readonly Terminal terminal;
    readonly Engines engines;

    public BootstrapCommand(Terminal terminal, Engines engines) : base(
        "bootstrap", "Bias, standard errors and intervals by the bootstrap.",
        """
        mle bootstrap examples/groundbeef.csv --family gamma --value serving
        mle bootstrap examples/quine.csv -f negative_binomial --value Days --by Age --resamples 9999 --interval bca
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.AddTo(this);
        problem.Data.Cluster.Description = "rows with the same text here are drawn whole or not at all";
        foreach (Option option in new Option[] { resamples, kind, problem.Data.Strata, problem.Data.Cluster, interval, of, seed })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        problem.Check(parsed);
        problem.LevelOf(parsed);
        Expression[] expressions = [.. parsed.GetValue(of)!.Select(Expression.Parse)];
        var plan = new BootstrapPlan(parsed.GetValue(resamples) ?? 999, Syntax.Seed(parsed.GetValue(seed))) { Intervals = IntervalsOf(parsed) };
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var read = problem.Read(parsed, terminal);
        var (set, family, options, spec) = read;
        plan = plan with { Kind = KindOf(parsed, spec), Level = problem.LevelOf(parsed, spec), Strata = set.Strata, Clusters = set.Clusters };
        BootstrapFit[] made;
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "fitted", "replicates", (long)set.Batch.Count * plan.Replicates))
            made = Bootstrap.Of(engine, family, set.Batch, plan, options with { Progress = progress }, parameters => Targets(expressions, read, parameters));
        set.Demand(made[0].Fit);
        var report = new BootstrapReport(set, family, plan, made, read.Name);
        problem.Write(parsed, terminal, report.WriteCsv, report.WriteTidy, report.Show, spec is null ? null : writer => report.WriteNamed(writer, spec));
        return Program.Done;
    }

    static IReadOnlyList<BootstrapTarget> Targets(Expression[] expressions, Problem read, IReadOnlyList<string> parameters)
    {
        if (expressions.Length == 0)
            return Bootstrap.Parameters(read.Family, read.Data.Batch, parameters, read.Options);
        var scope = Fitted.ScopeOf(read.Data, read.Family, parameters, read.Names);
        return [.. expressions.Select(e => new BootstrapTarget(e.Term, e.In(scope)))];
    }

    BootstrapKind KindOf(ParseResult parsed, Case? spec) =>
        parsed.GetValue(kind) is { } name ? Enum.Parse<BootstrapKind>(name, ignoreCase: true) : spec?.Replicates ?? BootstrapKind.Nonparametric;

    BootstrapInterval[] IntervalsOf(ParseResult parsed)
    {
        if (parsed.GetValue(interval) is not { } list)
            return Enum.GetValues<BootstrapInterval>();
        string[] names = list.Split(',', StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(name => !Intervals.Contains(name)) is { } unknown)
            throw new BadInput($"--interval {list}: '{unknown}' is none of {string.Join(", ", Intervals)}.");
        return [.. names.Select(name => Enum.Parse<BootstrapInterval>(name, ignoreCase: true)).Distinct()];
    }
}
