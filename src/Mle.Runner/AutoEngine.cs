namespace Mle.Runner;

/// <summary>
/// The processor, or the fastest accelerator for batches that are fitted sooner there. Devices are looked for when the
/// first such batch comes, so that all others start at once. A device that fails is given up with one sentence.
/// </summary>
sealed class AutoEngine(Engines machine, BreakEven breakEven, TextWriter log) : IEngine
{
    readonly CpuEngine cpu = new();
    IEngine? accelerator;
    bool sought;

    public string Description => accelerator is null ? cpu.Description : $"{accelerator.Description}, small batches on {cpu.Description}";

    /// <summary>What a fit of this batch runs on.</summary>
    public IEngine For(Family family, Batch batch, FitOptions options)
    {
        // What an accelerator pays for has been measured for plain fits alone.
        if (!batch.IsPlain || !family.IsDistribution || !breakEven.Passed(family, batch, options.Threads))
            return cpu;
        if (!sought)
        {
            sought = true;
            Try(() => accelerator = machine.OpenFastest());
        }
        return accelerator ?? cpu;
    }

    public void Prepare(Family family, Batch batch, FitOptions options)
    {
        if (For(family, batch, options) is var engine && engine != cpu)
            Try(() => engine.Prepare(family, batch, options));
    }

    public FitTable Fit(Family family, Batch batch, FitOptions options)
    {
        FitTable? table = null;
        if (For(family, batch, options) is var engine && engine != cpu)
            Try(() => table = engine.Fit(family, batch, options));
        return table ?? cpu.Fit(family, batch, options);
    }

    /// <summary>On the processor: what an accelerator would gain has not been measured.</summary>
    public FitTable Fit(Family family, Replicates replicates, FitOptions options) => cpu.Fit(family, replicates, options);

    /// <summary>On the processor: a single pass takes it hardly longer than the upload.</summary>
    public Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options) =>
        cpu.Evaluate(family, batch, at, options);

    void Try(Action work)
    {
        try
        {
            work();
        }
        catch (DeviceException e)
        {
            log.WriteLine($"mle: {e.Message.TrimEnd('.')}; the CPU goes on in its place.");
            // Not disposed: a lost device may refuse even that.
            accelerator = null;
        }
    }

    public void Dispose()
    {
        accelerator?.Dispose();
        cpu.Dispose();
    }
}
