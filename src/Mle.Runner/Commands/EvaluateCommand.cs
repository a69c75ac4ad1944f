using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>Log-likelihood, score and Hessian at a given point.</summary>
sealed class EvaluateCommand : Verb
{
    readonly DataOptions data = new(models: false);
    readonly Option<string[]> at = new("--at") { Description = "the point: every parameter that is not fixed", HelpName = "p=v,…", Required = true };
    readonly Option<bool> json = new("--json") { Description = "one object on standard output, an array with --by" };

    public EvaluateCommand(Terminal terminal, Engines engines) : base(
        "evaluate", "Log-likelihood, score and Hessian at a given point.",
        "mle evaluate examples/groundbeef.csv --family gamma --at shape=4,rate=0.05")
    {
        data.AddTo(this);
        Add(at);
        Add(json);
        SetAction(parsed => Run(parsed, terminal, engines));
    }

    int Run(ParseResult parsed, Terminal terminal, Engines engines)
    {
        data.Check(parsed);
        using var engine = engines.Open(parsed.GetValue(data.Engine), terminal.Error);
        var set = data.Read(parsed, terminal);
        var family = data.FamilyOf(parsed, set);
        var known = data.Known(parsed, family, set);
        var point = Syntax.ByParameter(
            "--at", parsed.GetValue(at)!.SelectMany(text => text.Split(',')), family, "a parameter and a finite number, such as shape=1.4,", Syntax.Finite);
        foreach (var parameter in family.Info.Parameters)
            if (known.ContainsKey(parameter.Name) == point.ContainsKey(parameter.Name))
                throw new BadInput(known.ContainsKey(parameter.Name)
                    ? $"{parameter.Name} is given by --at and by --fix." : $"--at gives no value for {parameter.Name} ({parameter.Domain}).");

        var evaluations = engine.Evaluate(family, set.Batch, point, new FitOptions
        {
            Fixed = known,
            Threads = parsed.GetValue(data.Threads) ?? 0,
            Cancellation = terminal.Interrupted,
        });
        if (parsed.GetValue(json))
            Json.Write(terminal, writer => Write(writer, evaluations, set));
        else
            Show(terminal, evaluations, set);
        return Program.Done;
    }

    static void Write(Utf8JsonWriter writer, Evaluation[] evaluations, Dataset set)
    {
        if (set.Groups is not null)
            writer.WriteStartArray();
        for (int d = 0; d < evaluations.Length; d++)
        {
            var e = evaluations[d];
            writer.WriteStartObject();
            if (set.Groups is not null)
                writer.WriteString("group", set.Groups[d]);
            writer.Number("loglik", e.LogLikelihood);
            writer.WriteStartObject("score");
            for (int i = 0; i < e.Score.Length; i++)
                writer.Number(e.Parameters[i], e.Score[i]);
            writer.WriteEndObject();
            writer.Matrix("hessian", e.Parameters, (i, j) => e.Hessian[i, j]);
            writer.WriteEndObject();
        }
        if (set.Groups is not null)
            writer.WriteEndArray();
    }

    static void Show(Terminal terminal, Evaluation[] evaluations, Dataset set)
    {
        for (int d = 0; d < evaluations.Length; d++)
        {
            var e = evaluations[d];
            if (set.Groups is not null)
                terminal.Out.WriteLine($"{set.By} {set.Groups[d]}");
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"log-likelihood {e.LogLikelihood:G12}"));
            var table = Screen.Table(["", "score", .. e.Parameters.Select(p => "d/d" + p)]);
            for (int i = 0; i < e.Parameters.Count; i++)
                table.AddRow([new Text(e.Parameters[i]), Screen.Number(e.Score[i]), .. e.Parameters.Select((_, j) => Screen.Number(e.Hessian[i, j]))]);
            terminal.Show(table);
        }
    }
}
