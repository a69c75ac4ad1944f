using System.CommandLine;
using System.Globalization;
using Mle.Gpu;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>Lists what can compute here, which of it is chosen, and why what is here cannot be used.</summary>
sealed class DevicesCommand : Verb
{
    /// <param name="Memory">In bytes; null for the host's.</param>
    /// <param name="Use">auto, by name, or unusable.</param>
    /// <param name="Why">What there is to say about that.</param>
    readonly record struct Line(string Id, string Name, long? Memory, bool Float64, string? Driver, string Use, string? Why);

    readonly Option<bool> json = new("--json") { Description = "one object on standard output" };

    readonly Terminal terminal;

    public DevicesCommand(Terminal terminal, Engines engines) : base("devices", "List what can compute on this machine.", "mle devices")
    {
        this.terminal = terminal;
        Add(json);
        SetAction(parsed =>
        {
            var found = engines.All(out string? missing);
            if (parsed.GetValue(json))
                Write(Lines(found), missing);
            else
                Show(Lines(found), missing);
            return Program.Done;
        });
    }

    static List<Line> Lines(IReadOnlyList<AcceleratorDescription> found)
    {
        using var cpu = new CpuEngine();
        var fastest = Engines.Fastest(found);
        List<Line> lines = [new("cpu", cpu.Description, null, true, null, "auto", fastest is null ? null : "batches that no GPU fits sooner")];
        foreach (var device in found)
        {
            var (use, why) = Engines.Obstacle(device) is { } obstacle ? ("unusable", obstacle)
                : device == fastest ? ("auto", "large batches")
                : ("by name", device.IsGpu ? null : device.Kind == AcceleratorKind.Host ? "ILGPU's interpreter on the host" : "OpenCL on a CPU");
            lines.Add(new(device.Id, device.Name, device.Memory, device.Float64, device.Driver, use, why));
        }
        return lines;
    }

    void Show(List<Line> lines, string? missing)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string header in new[] { "engine", "device", "memory", "float64", "driver", "use" })
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))));
        foreach (int narrow in new[] { 0, 2, 3, 5 })
            table.Columns[narrow].NoWrap();
        foreach (var line in lines)
        {
            string memory = line.Memory is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):F1} GiB") : "host's";
            table.AddRow(
                new Text(line.Id), new Text(line.Name), new Text(memory), new Text(line.Float64 ? "yes" : "no"), new Text(line.Driver ?? "–"), new Text(line.Use));
        }
        terminal.Show(table);
        // Below the table: sentences would be squeezed into its last few columns.
        foreach (var line in lines.Where(line => line.Why is not null))
            terminal.Out.WriteLine($"{line.Id}, {line.Use}: {line.Why}");
        if (missing is not null)
            terminal.Out.WriteLine($"No accelerators: {missing}.");
    }

    void Write(List<Line> lines, string? missing) => Json.Write(terminal, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("engines");
        foreach (var line in lines)
        {
            writer.WriteStartObject();
            writer.WriteString("engine", line.Id);
            writer.WriteString("device", line.Name);
            writer.WritePropertyName("memory_bytes");
            if (line.Memory is { } bytes)
                writer.WriteNumberValue(bytes);
            else
                writer.WriteNullValue();
            writer.WriteBoolean("float64", line.Float64);
            writer.WriteString("driver", line.Driver);
            writer.WriteString("use", line.Use);
            writer.WriteString("why", line.Why);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("missing", missing);
        writer.WriteEndObject();
    });
}
