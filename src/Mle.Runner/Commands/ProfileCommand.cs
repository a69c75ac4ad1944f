using System.CommandLine;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Intervals by the likelihood ratio, and the profiles that they come from.</summary>
sealed class ProfileCommand : Verb
{
    readonly ProblemOptions problem = new("the tidy table as JSON on standard output; with --spec the fields of a conformance set");
    readonly Option<string[]> parameter = new("--parameter", "-p") { Description = "only this parameter; may be repeated", HelpName = "NAME", DefaultValueFactory = _ => [] };
    readonly Option<string[]> start = new("--start") { Description = "start a parameter here first; may be repeated", HelpName = "p=v", DefaultValueFactory = _ => [] };
    readonly Option<int?> curve = Syntax.Whole("--curve", 2, "the profile itself at N values, one and a half times as wide as the interval; --out writes it in the intervals' place");

    readonly Terminal terminal;
    readonly Engines engines;

    public ProfileCommand(Terminal terminal, Engines engines) : base(
        "profile", "Confidence intervals by the profile likelihood, for one data set or each group of rows.",
        """
        mle profile examples/groundbeef.csv --family gamma --value serving
        mle profile examples/quine.csv -f negative_binomial --value Days --by Age --level 0.9
        mle profile examples/portpirie.csv -f gev --value SeaLevel --parameter xi --curve 60
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.AddTo(this);
        foreach (Option option in new Option[] { parameter, start, curve })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        problem.Check(parsed);
        double level = problem.LevelOf(parsed);
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var read = problem.Read(parsed, terminal);
        var (set, family, _, _) = read;
        string[] wanted = parsed.GetValue(parameter)!;
        var options = read.Options with
        {
            Start = Syntax.ByParameter("--start", parsed.GetValue(start)!, family, "a parameter and a finite number, such as shape=2,", Syntax.Finite, set.HasCoefficients(family)),
        };
        ProfileIntervals intervals;
        List<ProfileCurve?[]> curves = [];
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "profiled", "data sets", set.Batch.Count))
        {
            intervals = Profile.Intervals(engine, family, set.Batch, options with { Progress = progress }, level, wanted.Length == 0 ? null : wanted);
            set.Mark(intervals.Fits);
            set.Demand(intervals.Fits[0]);
            for (int p = 0; parsed.GetValue(curve) is { } points && p < intervals.Parameters.Count; p++)
                curves.Add(Profile.Curves(engine, family, set.Batch, options, intervals, p, points));
        }
        var profiled = new Profiled(read, intervals, curves, terminal.Interrupted);
        problem.Write(parsed, terminal, profiled.WriteCsv, profiled.WriteJson, profiled.Show, read.Case is null ? null : writer =>
        {
            if (set.Groups is not null)
                writer.WriteStartArray();
            for (int d = 0; d < intervals.Fits.Count; d++)
                profiled.WriteCase(writer, d);
            if (set.Groups is not null)
                writer.WriteEndArray();
        });
        return Program.Done;
    }
}
