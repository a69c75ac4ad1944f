using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Mle.Runner.Studies;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>What a study file means, cell by cell.</summary>
sealed class StudyCellsCommand : Verb
{
    readonly Argument<string> file = Syntax.Study();
    readonly Option<bool> json = new("--json") { Description = "the cells as JSON on standard output" };

    public StudyCellsCommand(Terminal terminal) : base(
        "cells", "List the cells of a study: how their data come about, what is fitted, and what is true of it.", "mle study cells examples/studies/wrong-family.yaml")
    {
        Add(file);
        Add(json);
        SetAction(parsed =>
        {
            var study = StudyFile.Read(parsed.GetValue(file)!);
            if (parsed.GetValue(json))
                Json.Write(terminal, writer => Write(writer, study));
            else
                Show(terminal, study);
            return Program.Done;
        });
    }

    static string Words(Family family, IEnumerable<string> names, IEnumerable<double> values) =>
        $"{family.Name}({string.Join(", ", names.Zip(values, (name, value) => $"{name} {Number.Short(value)}"))})";

    static void Show(Terminal terminal, Study study)
    {
        string[] settings = [.. study.Cells.SelectMany(c => c.Settings.Keys).Distinct()];
        string[] terms = [.. study.Cells.SelectMany(c => c.Estimands.Select(e => e.Name)).Distinct()];
        var table = Screen.Table(["cell", .. settings.Where(s => s != "n"), "n", "fitted", .. terms.Select(t => $"true {t}")]);
        for (int k = 0; k < study.Cells.Count; k++)
        {
            var cell = study.Cells[k];
            table.AddRow([
                new Text($"{k + 1}"), .. settings.Where(s => s != "n").Select(s => new Text(cell.Settings.GetValueOrDefault(s, "–"))), new Text($"{cell.Scenario.Length}"),
                new Text(Words(cell.Fitted, cell.Options.Fixed.Keys, cell.Options.Fixed.Values).Replace("()", "")),
                .. terms.Select(t => Screen.Number(cell.Estimands.FirstOrDefault(e => e.Name == t)?.Truth ?? double.NaN))]);
        }
        terminal.Out.WriteLine($"{study.Name}: {study.Cells.Count} {(study.Cells.Count == 1 ? "cell" : "cells")}, {Number.Short(study.Replicates)} replicates{(study.IsSequential ? " at most" : "")} in blocks of {Number.Short(study.BlockSize)}, seed {study.Seed}\n");
        terminal.Show(table, atLeast: 40 + 14 * table.Columns.Count);
        foreach (var about in study.Cells.SelectMany((c, k) => c.Estimands.Where(e => e.Target is not null).Select(e => (e.Target, Cell: k + 1))).GroupBy(e => e.Target, e => e.Cell))
            terminal.Out.WriteLine($"true: {about.Key}, in {(about.Distinct().Count() == study.Cells.Count ? "all cells" : $"the cells {string.Join(", ", about.Distinct())}")}");
        if (study.Cells.Any(c => c.Estimands.Any(e => double.IsNaN(e.Truth))))
            terminal.Out.WriteLine("–: nothing says what is true where another family is fitted, so there is neither bias nor coverage; truth: or target: says it");
    }

    static void Write(Utf8JsonWriter writer, Study study)
    {
        writer.WriteStartArray();
        for (int k = 0; k < study.Cells.Count; k++)
        {
            var (cell, scenario) = (study.Cells[k], study.Cells[k].Scenario);
            writer.WriteStartObject();
            writer.WriteNumber("cell", k + 1);
            writer.WriteStartObject("settings");
            foreach (var (name, value) in cell.Settings)
                writer.WriteString(name, value);
            writer.WriteEndObject();
            writer.WriteString("family", scenario.Family.Name);
            writer.WriteStartArray("parameters");
            foreach (double value in scenario.Parameters)
                writer.Number(value);
            writer.WriteEndArray();
            writer.WriteNumber("n", scenario.Length);
            writer.Number("trials", scenario.Trials);
            writer.WriteString("fitted", cell.Fitted.Name);
            writer.WriteStartObject("fixed");
            foreach (var (name, value) in cell.Options.Fixed)
                writer.Number(name, value);
            writer.WriteEndObject();
            writer.WriteStartArray("estimands");
            foreach (var estimand in cell.Estimands)
            {
                writer.WriteStartObject();
                writer.WriteString("term", estimand.Name);
                writer.Number("truth", estimand.Truth);
                writer.WriteString("target", estimand.Target);
                writer.Number("null", estimand.Null);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
