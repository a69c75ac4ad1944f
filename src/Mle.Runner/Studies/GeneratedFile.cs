using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mle.Runner.Commands;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;

namespace Mle.Runner.Studies;

/// <summary>
/// Generated data sets as a file that <c>mle fit</c> reads: CSV with the columns of the design, or of plain samples also .npy and
/// raw .f64. They are drawn and written in pieces, so that any number of them takes the same memory.
/// </summary>
/// <param name="make">Replicates from one on.</param>
/// <param name="count">How many there are; numbered where there is more than one.</param>
sealed class GeneratedFile(Population population, Func<uint, int, Generated> make, long count, CancellationToken interrupted)
{
    const string Replicate = "replicate", Event = "event", Lower = "lower", Upper = "upper", Trials = "trials";

    /// <summary>Values drawn at a time.</summary>
    const int Together = 1 << 18;

    readonly Scenario scenario = population.Scenario;
    readonly string[] design = [.. population.Design?.Header.Where(column => column != population.Response) ?? []];

    bool TakesTrials => Prediction.Of(scenario.Family).TakesTrials;

    /// <summary>How one observation is written.</summary>
    string[] Observed => scenario.Censoring is not { } censoring ? [population.Response]
        : double.IsFinite(censoring.Below) ? [Lower, Upper] : [population.Response, Event];

    string[] Columns => [.. count > 1 ? [Replicate] : Array.Empty<string>(), .. Observed, .. TakesTrials ? [Trials] : Array.Empty<string>(), .. design];

    /// <summary>What cannot be written, before anything is.</summary>
    /// <param name="path">Null for standard output, which is CSV.</param>
    public void Check(string? path)
    {
        if (Columns.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new BadInput($"The design has a column '{twice.Key}', and so do the data that are drawn; it needs another name.");
        if (IsBinary(path) && (scenario.Censoring is not null || TakesTrials || design.Length > 0))
            throw new BadInput($"{path} can hold plain numbers only; what is censored, or has trials or predictors, needs a name that ends in .csv.");
        if (path is not null)
            Syntax.CheckOutput(path, ".csv", ".npy", ".f64");
    }

    static bool IsBinary(string? path) => Path.GetExtension(path) is ".npy" or ".f64";

    public void Write(string path, IProgress<long>? progress) => AtomicFile.Write(path, stream =>
    {
        if (IsBinary(path))
            WriteNumbers(stream, Path.GetExtension(path) == ".npy", progress);
        else
            WriteCsv(stream, progress);
    });

    IEnumerable<(long First, Batch Batch)> Pieces(IProgress<long>? progress)
    {
        int together = Math.Max(1, Together / scenario.Length);
        for (long first = 0; first < count; first += together)
        {
            interrupted.ThrowIfCancellationRequested();
            int some = (int)Math.Min(together, count - first);
            yield return (first, make((uint)first, some).Make(0, some));
            progress?.Report(first + some);
        }
    }

    public void WriteCsv(Stream stream, IProgress<long>? progress)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write(string.Join(',', Columns.Select(Tidy.Quoted)) + "\n");
        string[] rows = [.. Enumerable.Range(0, scenario.Length).Select(DesignRow)];
        foreach (var (first, batch) in Pieces(progress))
            for (int d = 0; d < batch.Count; d++)
                for (int i = 0; i < scenario.Length; i++)
                {
                    if (count > 1)
                    {
                        writer.Write(first + d + 1);
                        writer.Write(',');
                    }
                    WriteObservation(writer, batch, (int)batch.Offsets[d] + i);
                    writer.Write(rows[i]);
                    writer.Write('\n');
                }
    }

    void WriteObservation(StreamWriter writer, Batch batch, int row)
    {
        double low = batch.Values.Span[row], high = batch.Upper.IsEmpty ? low : batch.Upper.Span[row];
        writer.Write(Number.Text(low));
        if (scenario.Censoring is { } censoring)
            writer.Write(double.IsFinite(censoring.Below) ? "," + Number.Text(high) : low == high ? ",1" : ",0");
    }

    /// <summary>What follows the observation: the same in every replicate.</summary>
    string DesignRow(int i)
    {
        var row = new StringBuilder(TakesTrials ? "," + Number.Text(scenario.Trials) : "");
        foreach (string column in design)
        {
            var field = population.Design!.Fields[column];
            row.Append(',').Append(field.Texts is { } texts ? Tidy.Quoted(texts[(int)field.Values[i]]) : Number.Text(field.Values[i]));
        }
        return row.ToString();
    }

    void WriteNumbers(Stream stream, bool numpy, IProgress<long>? progress)
    {
        if (numpy)
            stream.Write(Header());
        foreach (var (_, batch) in Pieces(progress))
            stream.Write(MemoryMarshal.AsBytes(batch.Values.Span));
    }

    /// <summary>Of NumPy's format 1.0, padded to a multiple of 64 bytes.</summary>
    byte[] Header()
    {
        string text = $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({(count > 1 ? $"{count}, {scenario.Length}" : $"{scenario.Length},")}), }}";
        text = text.PadRight((text.Length + 11 + 63) / 64 * 64 - 11) + "\n";
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        return header;
    }
}
