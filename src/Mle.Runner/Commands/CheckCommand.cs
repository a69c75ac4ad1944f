using System.CommandLine;
using System.Globalization;
using Mle.Runner.Conformance;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Runs a conformance set and says, case by case, how many digits were reached and what failed.</summary>
sealed class CheckCommand : Verb
{
    /// <summary>Of a bootstrap: so many that the reference's own Monte-Carlo error shows.</summary>
    const int Replicates = 99_999;

    readonly Argument<string> file = new("CASES.json") { Description = "a conformance set, or one case of it" };
    readonly Option<string?> kind = new("--kind") { Description = "only the cases of this kind", HelpName = "K" };
    readonly Option<string?> id = new("--id") { Description = "only this case", HelpName = "ID" };
    readonly Option<string> engineName = Syntax.Engine();

    readonly Terminal terminal;
    readonly Engines engines;

    public CheckCommand(Terminal terminal, Engines engines) : base(
        "check", "Run a conformance set and report the digits reached, case by case.", "mle check cases.json --kind univariate")
    {
        (this.terminal, this.engines) = (terminal, engines);
        Add(file);
        Add(kind);
        Add(id);
        Add(engineName);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(file)!;
        var (onlyKind, onlyId) = (parsed.GetValue(kind), parsed.GetValue(id));
        Case[] cases = [.. Case.LoadSet(path).Where(c => (onlyKind ?? c.Kind) == c.Kind && (onlyId ?? c.Id) == c.Id)];
        if (cases.Length == 0)
            throw new BadInput($"{path} has no case{(onlyKind is null ? "" : $" of kind {onlyKind}")}{(onlyId is null ? "" : $" with id {onlyId}")}.");
        using var engine = engines.Open(parsed.GetValue(engineName), terminal.Error);
        int passed = 0, failed = 0, skipped = 0;
        foreach (var one in cases)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            if ((one.Beyond() ?? (one.Kind == Case.LikelihoodRatio && one.Null is null ? "a null model that its notes say" : null)) is { } beyond)
            {
                skipped++;
                terminal.Out.WriteLine($"skip  {one.Id,-28} not yet supported: {one.Kind} ({beyond})");
                continue;
            }
            if (Check(one, engine))
                passed++;
            else
                failed++;
        }
        terminal.Out.WriteLine($"on {engine.Description}");
        terminal.Out.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return failed == 0 ? Program.Done : Program.Failed;
    }

    bool Check(Case one, IEngine engine)
    {
        IReadOnlyList<Comparison> comparisons;
        try
        {
            comparisons = Compare(one, engine);
        }
        catch (Exception e) when (e is BadInput or ArgumentException)
        {
            terminal.Out.WriteLine($"FAIL  {one.Id,-28} {e.Message}");
            return false;
        }
        bool passed = comparisons.All(c => c.Passed);
        var digits = comparisons.Where(c => c.Quantity is not ("status" or "cause" or "n" or "k")).GroupBy(c => c.Quantity)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Min(c => c.Digits):F1}"));
        terminal.Out.WriteLine($"{(passed ? "pass" : "FAIL")}  {one.Id,-28} {comparisons[0].Actual,-14} {string.Join("  ", digits)}");
        foreach (var c in comparisons.Where(c => !c.Passed))
            terminal.Out.WriteLine($"        {c.What}: {c.Actual} instead of {c.Expected}");
        return passed;
    }

    IReadOnlyList<Comparison> Compare(Case one, IEngine engine)
    {
        if (one.Kind == Case.LikelihoodRatio)
            return TestExpectation.Compare(one, Test(one, engine));
        if (one.IsSimulation)
            return SimulationExpectation.Compare(one, engine, terminal.Interrupted);
        var (set, family, known) = one.Read(terminal);
        var options = new FitOptions { Fixed = known, Cancellation = terminal.Interrupted };
        if (one.Kind == "profile_ci")
            return ProfileExpectation.Compare(one, engine, new(set, family, options, one));
        if (one.Replicates is { } kind)
        {
            var plan = new BootstrapPlan(Replicates, Kind: kind, Level: one.Level ?? 0.95) { Intervals = [BootstrapInterval.Percentile] };
            var names = one.Rename(set, family, known);
            return BootstrapExpectation.Compare(one, Bootstrap.Of(engine, family, set.Batch, plan, options)[0], plan, p => names?.GetValueOrDefault(p) ?? p);
        }
        var table = engine.Fit(family, set.Batch, options);
        var rename = one.Rename(set, family, known);
        if (one.Covariance is { } covariance)
            Covariance.Replace(table, family, set.Batch, options, covariance);
        var fitted = new Fitted(set, family, options, table)
        {
            Quantities = one.Function is { } function ? [(function.Term, function.In(Fitted.ScopeOf(set, family, table.Parameters, rename)))] : [],
        };
        var intervals = new Intervals(one.Level ?? 0.95, Scale.Natural);
        return set.Groups is null
            ? Expectation.Compare(one.Expected, one.Tolerance, new(fitted, 0, intervals, rename))
            : BatchExpectation.Compare(one, [.. Enumerable.Range(0, table.Count).Select(d => new FitReport(fitted, d, intervals, rename))]);
    }

    TestReport Test(Case one, IEngine engine)
    {
        var hypothesis = one.Null!.Within(one.Model);
        Problem[] read = [.. one.Read(terminal, [one.Model, hypothesis.Of(one.Model)]).Select(r => new Problem(r.Data, r.Family, new() { Fixed = r.Fixed, Cancellation = terminal.Interrupted }, one))];
        return new(read[0], hypothesis, hypothesis.Test(engine, read[0], read[1]));
    }
}
