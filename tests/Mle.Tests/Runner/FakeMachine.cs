using Mle.Gpu;
using Mle.Runner;

namespace Mle.Tests.Runner;

/// <summary>An accelerator that computes on the processor, and lies or fails as it is told.</summary>
sealed class FakeEngine(string id) : IEngine
{
    readonly CpuEngine cpu = new();

    public Action<FitTable> Lie { get; init; } = _ => { };

    /// <summary>What every fit throws.</summary>
    public Exception? Failure { get; init; }

    /// <summary>What compiling throws.</summary>
    public Exception? Refusal { get; init; }

    public int Prepared { get; private set; }

    /// <summary>Fits begun, failures included.</summary>
    public int Fits { get; private set; }

    public int Evaluations { get; private set; }

    public string Description => $"{id} Fake";

    public void Prepare(Family family, Batch batch, FitOptions options)
    {
        Prepared++;
        if (Refusal is not null)
            throw Refusal;
    }

    public FitTable Fit(Family family, Batch batch, FitOptions options)
    {
        Fits++;
        if (Failure is not null)
            throw Failure;
        var table = cpu.Fit(family, batch, options);
        Lie(table);
        return table;
    }

    public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options)
    {
        Evaluations++;
        return cpu.Evaluate(family, batch, at, options);
    }

    public void Dispose() => cpu.Dispose();
}

/// <summary>A machine with the devices that a test gives it.</summary>
sealed class FakeMachine
{
    /// <summary>Every family that does not collapse pays at once on one thread.</summary>
    static readonly BreakEven AtOnce = new() { StartUp = 0 };

    public static readonly AcceleratorDescription
        Cuda = new("cuda:0", "Fake H200", AcceleratorKind.Cuda, true, 150_323_855_360, true, "CUDA 12.4", null),
        SecondCuda = Cuda with { Id = "cuda:1", Name = "Fake A100" },
        OpenCl = new("opencl:0", "Fake Radeon", AcceleratorKind.OpenCL, true, 17_179_869_184, true, "Fake OpenCL 3.0", null),
        OpenClOnCpu = new("opencl:1", "Fake pocl", AcceleratorKind.OpenCL, false, 1 << 30, true, "PoCL 6.0", null),
        Host = new("ilgpu-cpu", "CPUAccelerator", AcceleratorKind.Host, false, null, true, null, null);

    public required AcceleratorDescription[] Devices { get; init; }

    public string? Missing { get; init; }

    public Func<AcceleratorDescription, IEngine> Opener { get; init; } = device => new FakeEngine(device.Id);

    /// <summary>How often devices were looked for.</summary>
    public int Searches { get; private set; }

    public List<string> Opened { get; } = [];

    /// <summary>The machine as the command sees it, with a GPU that pays at once unless the default is asked for.</summary>
    public Engines Engines(BreakEven? breakEven = null) => new(Search, Open, breakEven ?? AtOnce);

    IReadOnlyList<AcceleratorDescription> Search(out string? missing)
    {
        Searches++;
        missing = Missing;
        return Devices;
    }

    IEngine Open(AcceleratorDescription device)
    {
        Opened.Add(device.Id);
        return Opener(device);
    }
}
