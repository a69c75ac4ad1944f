using System.ComponentModel;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Mle.Gpu;
using Mle.Runner.Reporting;

namespace Mle.Runner.Bench;

/// <summary>What was measured on one machine. The descriptions are those of the published schema, which is made from these types.</summary>
[Description("What was measured on one machine, in one run. Seconds, bytes and joules; rates are per second.")]
sealed record Ledger(
    [property: Description("mle-ledger/1")] string Schema,
    Machine Machine,
    [property: Description("The version and commit of mle.")] string Commit,
    [property: Description("UTC, year-month-day hour:minute.")] string Date,
    [property: Description("Everything that computed.")] IReadOnlyList<Device> Devices,
    [property: Description("What the devices can do, measured in the same run.")] IReadOnlyList<Limit> Limits,
    [property: Description("One for each workload on each engine.")] IReadOnlyList<Line> Lines,
    [property: Description("Time against sizes.")] IReadOnlyList<Series> Series,
    [property: Description("What was left out, and why.")] IReadOnlyDictionary<string, string> NotMeasured)
{
    public const string Version = "mle-ledger/1";

    static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    [Description("Whether no check failed.")]
    public bool Passed => Lines.All(l => l.Check?.Failure is null);

    /// <summary>One measurement on each line, so that files differ by the lines whose measurements do.</summary>
    public string ToJson() => "{\n" + string.Join(",\n", JsonSerializer.SerializeToNode(this, Options)!.AsObject().Select(p => $"\"{p.Key}\": {p.Value switch
    {
        JsonArray { Count: > 0 } lines => $"[\n{string.Join(",\n", lines.Select(l => l!.ToJsonString(Options)))}\n]",
        var value => value!.ToJsonString(Options),
    }}")) + "\n}\n";

    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(ToJson())));

    public static Ledger Read(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Ledger>(File.ReadAllText(path), Options);
            return read?.Schema == Version ? read : throw new BadInput($"{path} is a ledger of '{read?.Schema}', and this program reads {Version}.");
        }
        catch (JsonException e)
        {
            throw new BadInput($"{path} is not a ledger: {e.Message.TrimEnd('.')}; see mle bench schema.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInput($"{path} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>The JSON schema of these types.</summary>
    public static string SchemaText
    {
        get
        {
            var node = Options.GetJsonSchemaAsNode(typeof(Ledger), new()
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = (context, schema) =>
                {
                    ICustomAttributeProvider? described = context.PropertyInfo is { } property ? property.AttributeProvider : context.TypeInfo.Type;
                    if (schema is JsonObject o && described?.GetCustomAttributes(typeof(DescriptionAttribute), false) is [DescriptionAttribute text])
                        o.Insert(0, "description", text.Description);
                    return schema;
                },
            });
            node["$schema"] = "https://json-schema.org/draft/2020-12/schema";
            return node.ToJsonString(new(Options) { WriteIndented = true }) + "\n";
        }
    }
}

[Description("What the devices are part of.")]
sealed record Machine(
    [property: Description("Vendor, family and model of the processor.")] string Name,
    [property: Description("The processor, as it names itself.")] string Processor,
    [property: Description("Logical processors.")] int Cores,
    [property: Description("Bytes of memory.")] long Memory,
    [property: Description("Of the processor, while measuring; null where nothing tells.")] double? Hertz,
    [property: Description("The operating system.")] string System,
    [property: Description("Of what was measured: dotnet, ilgpu, and of peers.")] IReadOnlyDictionary<string, string> Versions);

[Description("What computed.")]
sealed record Device(
    [property: Description("cpu, cuda:0, opencl:1, ilgpu-cpu.")] string Engine,
    string Name,
    [property: Description("Bytes of its own memory; null where it works on the host's.")] long? Memory,
    string? Driver,
    [property: Description("Clocks and power under load, as its driver tells them.")] string? Clocks);

[Description("The limits of an engine, measured: what fits are held against.")]
sealed record Limit(
    string Engine,
    [property: Description("Doubles per vector, of a CPU.")] int? Lanes,
    int? Threads,
    [property: Description("Bytes per second, read and written, of a copy within its memory.")] double Copy,
    [property: Description("Bytes per second that are only read.")] double Read,
    [property: Description("Bytes per second from the host; null where it works on the host's memory.")] double? Bus,
    [property: Description("Multiply-adds of float64 per second.")] double Float64)
{
    public static Limit Of(string engine, int? lanes, int? threads, Limits measured) =>
        new(engine, lanes, threads, measured.Copy, measured.Read, double.IsFinite(measured.Bus) ? measured.Bus : null, measured.Float64);
}

[Description("Of one run of the work: the median over the repeats, and the quartiles.")]
sealed record Seconds(int Repeats, double Lower, double Median, double Upper)
{
    public static Seconds Of(Timing timing) => new(timing.Repeats, timing.Lower, timing.Median, timing.Upper);

    /// <summary>Half of the distance of the quartiles, of the median.</summary>
    [JsonIgnore]
    public double Spread => (Upper - Lower) / (2 * Median);

    /// <summary>
    /// The standard error of log median, from the quartiles as if repeats were independent and normal: 1.2533 σ/√n, and σ is
    /// the distance of the quartiles over 1.349.
    /// </summary>
    [JsonIgnore]
    public double LogError => 1.2533 / 1.349 * (Upper - Lower) / (Median * Math.Sqrt(Repeats));
}

[Description("How far results lie from those of the reference: the CPU engine with vectors of one, or of a peer its own workload's.")]
sealed record Check(
    [property: Description("The largest difference of log-likelihoods, in units of max(|l|, n); 1e-12 is allowed.")] double LogLikelihood,
    [property: Description("The largest difference of estimates, in standard errors, and 1e-9 is allowed; of a peer relative, and its note tells what is allowed.")] double Estimate,
    [property: Description("Null when passed; else what is wrong, in a sentence.")] string? Failure)
{
    public static Check Of(Disagreement found) => new(
        Finite(found.LogLikelihood), Finite(found.Estimate),
        found.Worst is not { } worst ? null : $"{worst.Quantity} of data set {worst.DataSet + 1} is {worst.Found}, and {worst.Expected} on the reference; {worst.Allowed}");

    /// <summary>JSON has no infinity.</summary>
    static double Finite(double value) => double.IsFinite(value) ? value : double.MaxValue;
}

[Description("One measurement.")]
sealed record Line(
    string Workload,
    [property: Description("Doubles and how they are grouped.")] string Data,
    [property: Description("What the work ends with: some of estimates, log-likelihood, score, Hessian, standard errors, verdicts, intervals.")] IReadOnlyList<string> Computes,
    [property: Description("From which layout.")] string Layout,
    string Engine,
    [property: Description("Doubles per vector, of our CPU engine.")] int? Lanes,
    [property: Description("Of the host; null on a device.")] int? Threads,
    [property: Description("Null for mle itself; else what else was measured.")] string? Peer,
    [property: Description("Fits or evaluations of one run.")] long Fits,
    [property: Description("Observations of one run, all together.")] long Observations,
    Seconds Seconds)
{
    [Description("Read from memory or the bus by one run at least.")]
    public double? Bytes { get; init; }

    [Description("Float64 instructions of one run that start as often as a multiply-add, as counted in compiled kernels.")]
    public double? Operations { get; init; }

    [Description("What binds it: memory, bus or float64.")]
    public string? BoundBy { get; init; }

    [Description("The least time that this limit allows, of the median.")]
    public double? Fraction { get; init; }

    [Description("Of one run, where the device tells.")]
    public double? Joules { get; init; }

    public Check? Check { get; init; }

    [Description("The first, for cross-checks of peers.")]
    public IReadOnlyList<double>? Estimates { get; init; }

    public string? Note { get; init; }

    public double FitsPerSecond => Fits / Seconds.Median;

    public double ObservationsPerSecond => Observations / Seconds.Median;

    public double? BytesPerSecond => Bytes / Seconds.Median;

    [Description("Float64 operations per second.")]
    public double? OperationsPerSecond => Operations / Seconds.Median;

    [JsonIgnore]
    public string Where => Place(Engine, Lanes, Threads);

    public static string Place(string engine, int? lanes, int? threads) =>
        lanes is { } width ? $"{engine} {width}×{threads}" : engine;
}

[Description("Time against a size, everything else the same.")]
sealed record Series(
    string Workload,
    [property: Description("data sets, observations or threads.")] string Against,
    string Engine,
    int? Lanes,
    [property: Description("Null where they vary, and on a device.")] int? Threads,
    IReadOnlyList<Point> Points)
{
    [JsonIgnore]
    public string Where => Line.Place(Engine, Lanes, Threads);
}

sealed record Point(double At, Seconds Seconds);
