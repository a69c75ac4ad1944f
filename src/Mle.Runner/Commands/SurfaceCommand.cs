using System.CommandLine;
using System.Text.Json;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>The negative log-likelihood over a grid of one or two parameters.</summary>
sealed class SurfaceCommand : Verb
{
    const string Needed = "a parameter and a grid from:to:points, such as shape=0.5:3:50,";

    readonly ProblemOptions problem = new("the surface as JSON on standard output, which is also what is printed without --out");
    readonly Option<string[]> grid = new("--grid") { Description = "the values of a parameter, evenly spaced; once or twice", HelpName = "p=from:to:points", Required = true };
    readonly Option<bool> mean = new("--mean") { Description = "per observation: divided by n, or by the sum of the weights" };

    readonly Terminal terminal;
    readonly Engines engines;

    public SurfaceCommand(Terminal terminal, Engines engines) : base(
        "surface", "The negative log-likelihood over a grid of one or two parameters, the others fixed (--fix) or profiled out.",
        "mle surface examples/groundbeef.csv --family gamma --value serving --grid shape=2:6:41 --grid rate=0.03:0.08:51 --mean --json")
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.AddTo(this);
        Add(grid);
        Add(mean);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        problem.Check(parsed);
        if (parsed.GetValue(problem.Output) is { } output && Path.GetExtension(output) != ".json")
            throw new BadInput($"--out {output}: a surface is written as JSON; a name that ends in .json is needed.");
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var read = problem.Read(parsed, terminal);
        var (set, family, options, _) = read;
        if (set.Groups is not null)
            throw new BadInput($"A surface is that of one data set, and {set.Source} holds {set.Batch.Count}.");
        var over = Syntax.ByParameter("--grid", parsed.GetValue(grid)!, family, Needed, Grid, set.HasCoefficients(family));
        if (over.Count > 2)
            throw new BadInput($"--grid is given for {over.Count} parameters; one or two are needed.");
        if (over.Keys.FirstOrDefault(options.Fixed.ContainsKey) is { } both)
            throw new BadInput($"{both} is given by --grid and by --fix.");
        Surface surface;
        int points = over.Values.Aggregate(1, (product, values) => product * values.Points);
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "evaluated", "points", points))
            surface = Surface.Of(engine, family, set.Batch, options with { Progress = progress }, [.. over.Select(g => (g.Key, g.Value.Values()))]);
        double n = set.Batch.Weights.IsEmpty ? set.Batch.Values.Length : Sum(set.Batch.Weights);
        bool perObservation = parsed.GetValue(mean);
        void WriteTo(Utf8JsonWriter writer) => Write(writer, read, surface, n, perObservation);
        if (parsed.GetValue(problem.Output) is { } path)
            AtomicFile.Write(path, stream => Json.Write(stream, WriteTo));
        if (parsed.GetValue(problem.Json) || parsed.GetValue(problem.Output) is null)
            Json.Write(terminal, WriteTo);
        return Program.Done;
    }

    static double Sum(ReadOnlyMemory<double> weights)
    {
        double sum = 0;
        foreach (double w in weights.Span)
            sum += w;
        return sum;
    }

    readonly record struct Spaced(double From, double To, int Points)
    {
        public double[] Values()
        {
            var (from, to, points) = this;
            return [.. Enumerable.Range(0, points).Select(k => k == points - 1 ? to : from + (to - from) * k / (points - 1))];
        }
    }

    static Spaced? Grid(string text) =>
        text.Split(':') is [var from, var to, var points] && Syntax.Finite(from) is { } low && Syntax.Finite(to) is { } high && low < high
        && int.TryParse(points, out int count) && count is >= 2 and <= 100_000 ? new(low, high, count) : null;

    static void Write(Utf8JsonWriter writer, Problem problem, Surface surface, double n, bool mean)
    {
        double[] values = [.. surface.LogLikelihood.Select(ℓ => -ℓ / (mean ? n : 1))];
        int columns = surface.Grid.Count > 1 ? surface.Grid[1].Length : 1;
        writer.WriteStartObject();
        writer.WriteString("family", problem.Family.Name);
        writer.WriteString("quantity", mean ? "mean negative log-likelihood" : "negative log-likelihood");
        writer.Number("n", n);
        writer.WriteStartArray("parameters");
        foreach (string name in surface.Parameters)
            writer.WriteStringValue(problem.Name(name));
        writer.WriteEndArray();
        writer.WriteStartObject("fixed");
        foreach (var (name, value) in problem.Options.Fixed)
            writer.Number(problem.Name(name), value);
        writer.WriteEndObject();
        writer.WriteStartArray("profiled_out");
        foreach (string name in surface.ProfiledOut)
            writer.WriteStringValue(problem.Name(name));
        writer.WriteEndArray();
        writer.WriteStartObject("grid");
        for (int g = 0; g < surface.Grid.Count; g++)
        {
            writer.WriteStartArray(problem.Name(surface.Parameters[g]));
            foreach (double value in surface.Grid[g])
                writer.Number(value);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        // A row for each value of the first parameter; of one parameter alone, one list.
        writer.WriteStartArray("values");
        for (int i = 0; i < values.Length; i++)
        {
            if (surface.Grid.Count > 1 && i % columns == 0)
                writer.WriteStartArray();
            writer.Number(values[i]);
            if (surface.Grid.Count > 1 && i % columns == columns - 1)
                writer.WriteEndArray();
        }
        writer.WriteEndArray();
        int[] found = [.. Enumerable.Range(0, values.Length).Where(i => double.IsFinite(values[i]))];
        writer.WritePropertyName("minimum");
        if (found.Length == 0)
        {
            writer.WriteNullValue();
        }
        else
        {
            int least = found.MinBy(i => values[i]);
            writer.WriteStartObject();
            writer.Number("value", values[least]);
            for (int g = 0; g < surface.Grid.Count; g++)
                writer.Number(problem.Name(surface.Parameters[g]), surface.Grid[g][g == 0 ? least / columns : least % columns]);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
