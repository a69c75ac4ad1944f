using System.Text.RegularExpressions;
using Mle.Gpu;

namespace Mle.Runner;

/// <summary>What can compute, and the choice of it: the option, else the environment variable MLE_ENGINE, else automatic.</summary>
sealed class Engines(
    Engines.Search search, Func<AcceleratorDescription, IEngine> open, BreakEven breakEven, Func<AcceleratorDescription, Limits>? measure = null)
{
    /// <param name="missing">Why no device could be looked for, in words; null when they were.</param>
    public delegate IReadOnlyList<AcceleratorDescription> Search(out string? missing);

    public const string Variable = "MLE_ENGINE";

    /// <summary>[:N] is a device's number among those of its kind; without it, the first that can be used.</summary>
    public static readonly string[] Names = ["auto", "cpu", "cuda[:N]", "opencl[:N]", "ilgpu-cpu"];

    static readonly Regex Known = new($@"^({string.Join('|', Names).Replace("[:N]", "(:[0-9]+)?")})\z");

    public static Engines OfMachine { get; } = new(Accelerators.All, Accelerators.Open, new(), Accelerators.Measure);

    public static bool Knows(string name) => Known.IsMatch(name);

    /// <param name="log">Told when an automatic choice has to be given up.</param>
    /// <exception cref="Failure">The engine is not here, or cannot be used.</exception>
    /// <exception cref="DeviceException">The driver refuses to open the device.</exception>
    public IEngine Open(string? option, TextWriter log)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        string name = option ?? (string.IsNullOrEmpty(variable) ? "auto" : variable);
        if (!Knows(name))
            throw new BadInput($"There is no engine '{name}' ({(option is null ? Variable : "--engine")}); there are {string.Join(", ", Names)}.");
        return name switch
        {
            "auto" => new AutoEngine(this, breakEven, log),
            "cpu" => new CpuEngine(),
            _ => open(Named(name)),
        };
    }

    /// <summary>The engine that a fit of this batch runs on: an automatic one chooses, any other is itself.</summary>
    public static IEngine For(IEngine engine, Family family, Batch batch, FitOptions options) =>
        engine is AutoEngine auto ? auto.For(family, batch, options) : engine;

    /// <exception cref="DeviceException">The driver refuses to open it.</exception>
    public IEngine Open(AcceleratorDescription device) => open(device);

    /// <summary>What a device can do, measured; null where nothing measures it.</summary>
    /// <exception cref="DeviceException">The driver refuses to open it.</exception>
    public Limits? Measure(AcceleratorDescription device) => measure?.Invoke(device);

    /// <inheritdoc cref="Search"/>
    public IReadOnlyList<AcceleratorDescription> All(out string? missing) => search(out missing);

    /// <summary>The first CUDA device that can be used, else the first such OpenCL GPU.</summary>
    public static AcceleratorDescription? Fastest(IReadOnlyList<AcceleratorDescription> all) =>
        all.Where(d => d.IsGpu && Obstacle(d) is null).OrderBy(d => d.Kind != AcceleratorKind.Cuda).FirstOrDefault();

    /// <summary>Null where there is none.</summary>
    /// <exception cref="DeviceException">The driver refuses to open it.</exception>
    public IEngine? OpenFastest() => Fastest(search(out _)) is { } fastest ? open(fastest) : null;

    /// <summary>Why nothing can be fitted on a device, in words; null when it can.</summary>
    public static string? Obstacle(AcceleratorDescription device) => device.Unusable ?? (device.Float64 ? null : "no float64");

    /// <summary>The device that a name means.</summary>
    /// <exception cref="Failure">It is not here, or cannot be used.</exception>
    public AcceleratorDescription Named(string name)
    {
        var all = search(out string? missing);
        AcceleratorDescription[] meant = [.. all.Where(d => d.Id == name || d.Id.StartsWith(name + ":"))];
        if (meant.FirstOrDefault(d => Obstacle(d) is null) is { } usable)
            return usable;
        string reason = missing ?? (meant is [var first, ..] ? $"{first.Id} is {first.Name}, {Obstacle(first)}" : "there is no such device");
        string[] others = ["cpu", .. all.Where(d => Obstacle(d) is null).Select(d => d.Id)];
        throw new Failure($"The engine '{name}' cannot be used: {reason}; what can be used: {string.Join(", ", others)}.");
    }
}
