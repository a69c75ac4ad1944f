using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mle.Runner.Reporting;

/// <summary>JSON with doubles that may be anything: infinities are the strings "Infinity" and "-Infinity", NaN is null.</summary>
static class Json
{
    static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>To standard output, with a line end.</summary>
    public static void Write(Terminal terminal, Action<Utf8JsonWriter> write)
    {
        terminal.Out.Flush();
        Write(terminal.Out.BaseStream, write);
    }

    public static void Write(Stream stream, Action<Utf8JsonWriter> write)
    {
        using (var writer = new Utf8JsonWriter(stream, Options))
            write(writer);
        stream.WriteByte((byte)'\n');
    }

    public static void Number(this Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        writer.Number(value);
    }

    public static void Number(this Utf8JsonWriter writer, double value)
    {
        if (double.IsNaN(value))
            writer.WriteNullValue();
        else if (double.IsInfinity(value))
            writer.WriteStringValue(value > 0 ? "Infinity" : "-Infinity");
        else
            writer.WriteNumberValue(value);
    }

    public static void Matrix(this Utf8JsonWriter writer, string name, IReadOnlyList<string> names, Func<int, int, double> entry)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("names");
        foreach (string parameter in names)
            writer.WriteStringValue(parameter);
        writer.WriteEndArray();
        writer.WriteStartArray("matrix");
        for (int i = 0; i < names.Count; i++)
        {
            writer.WriteStartArray();
            for (int j = 0; j < names.Count; j++)
                writer.Number(entry(i, j));
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
