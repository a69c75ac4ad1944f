using System.Diagnostics;

namespace Mle.Gpu.Benchmarks;

static partial class Program
{
    static partial void Plan(AcceleratorDescription device, Settings settings, Report report, Schedule schedule) =>
        new Suite(device, settings, report, schedule).Plan();
}

/// <summary>The steps of a run: limits, batches and giant data sets beside them, and the agreement with the CPU engine.</summary>
sealed class Suite(AcceleratorDescription device, Settings settings, Report report, Schedule schedule)
{
    /// <summary>Families that are checked at a time, as most of that is compiling.</summary>
    const int Together = 4;

    readonly CpuEngine cpu = new();
    double[] values = [];
    bool cold = true, jax;

    public void Plan()
    {
        if (settings.Includes("limits"))
            schedule.Add("limits", "bandwidth, bus and float64 rate", Probe);
        if (settings.Includes("batches"))
        {
            schedule.Add("jax", "import", Import);
            foreach (var workload in Workload.Batches)
                schedule.Add("batches", workload.Case, () => Batch(workload));
        }
        if (settings.Includes("giants"))
            foreach (var workload in Workload.Giants)
                schedule.Add("giants", workload.Case, () => Giant(workload));
        if (settings.Includes("regressions"))
            foreach (var regression in Regression.All)
                schedule.Add("regressions", regression.Case, () => Regress(regression));
        if (settings.Includes("bootstrap"))
            schedule.Add("bootstrap", "weibull", Resample);
        if (settings.Includes("agreement"))
            foreach (var some in Families.All.Chunk(Together))
                schedule.Add("agreement", string.Join(", ", some.Select(f => f.Name)), () => Task.WaitAll([.. some.Select(f => Task.Run(() => Agree(f)))]));
    }

    void Probe()
    {
        using var engine = new GpuEngine(device);
        report.Add(new Probes(engine.Accelerator).Measure(busy => report.Machine.UnderLoad = Machine.Clocks(busy)));
    }

    void Import()
    {
        string? missing = Jax.Missing(schedule.Left);
        jax = missing is null;
        report.SayOfJax(missing ?? "found");
    }

    void Batch(Workload workload)
    {
        Draw(workload, settings.Sets * settings.Length, settings.Length);
        Measure("W1", workload, Mle.Batch.Equal(values, settings.Length));
    }

    void Giant(Workload workload)
    {
        Draw(workload, settings.Giant, 1 << 16);
        Measure("giant", workload, Mle.Batch.Single(values));
    }

    void Draw(Workload workload, int count, int piece)
    {
        if (values.Length != count)
            values = GC.AllocateUninitializedArray<double>(count);
        workload.Fill(values, piece);
    }

    void Measure(string name, Workload workload, Batch batch)
    {
        var family = Families.Find(workload.Family)!;
        FitOptions Options(Detail detail) => new() { Fixed = workload.Fixed, Detail = detail };
        FitTable? found = null, expected = null;

        long begun = Stopwatch.GetTimestamp();
        using (var engine = new GpuEngine(device))
        {
            double open = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            begun = Stopwatch.GetTimestamp();
            engine.Prepare(family, batch, Options(Detail.Complete));
            report.Add(new FirstUse($"{name} {workload.Case}", open, Stopwatch.GetElapsedTime(begun).TotalSeconds, cold));
            cold = false;
            using (var resident = engine.Upload(batch))
                foreach (var detail in Enum.GetValues<Detail>())
                {
                    var timing = Timing.Of(settings.Seconds, () => found = engine.Fit(family, resident, Options(detail)));
                    // A giant data set is solved from the host: its kernels have no time of their own.
                    if (batch.Count > 1)
                        Record("kernels", Timing.Of(settings.Seconds, engine.Kernels(family, resident, Options(detail)), resident.Stream.Synchronize), detail);
                    Record("resident", timing, detail);
                }
            foreach (var detail in Enum.GetValues<Detail>())
                Record("copied", Timing.Of(settings.Seconds, () => found = engine.Fit(family, batch, Options(detail))), detail);
        }
        foreach (var detail in Enum.GetValues<Detail>())
            Record("cpu", Timing.Of(settings.Seconds, () => expected = cpu.Fit(family, batch, Options(detail))), detail);
        report.Add(Comparison.Of($"{name} {workload.Case}", found!, expected!));
        if (batch.Count > 1 && jax && Jax.Cases.Contains(workload.Case))
            BesideJax(name, workload, expected!);

        void Record(string what, Timing timing, Detail detail)
        {
            double iterations = (what == "cpu" ? expected : found)!.Iterations.Average();
            var (limit, seconds) = Bound(workload, what, batch.Values.Length, iterations + (detail == Detail.Complete ? 1 : 0));
            Add(new(name, workload.Case, what, detail.ToString().ToLowerInvariant(), batch.Count, batch.Values.Length / batch.Count,
                timing.Repeats, timing.Min, timing.Median, iterations, limit, seconds / timing.Median));
        }
    }

    void Regress(Regression regression)
    {
        var batch = regression.Make(settings.Rows);
        var options = new FitOptions();
        FitTable? found = null, expected = null;
        void Record(string what, Timing timing, FitTable table, string? note) => Add(new("regression", regression.Case, what, "complete",
            batch.Count, batch.Values.Length / batch.Count, timing.Repeats, timing.Min, timing.Median, table.Iterations.Average(), Note: note));
        Record("cpu", Timing.Of(settings.Seconds, () => expected = cpu.Fit(regression.Family, batch, options)), expected!, null);
        if (!regression.HasKernel)
        {
            report.LeaveOut($"regressions: {regression.Case} on the device", "there is no kernel, and the host climbs it");
            return;
        }
        using var engine = new GpuEngine(device);
        long begun = Stopwatch.GetTimestamp();
        found = engine.Fit(regression.Family, batch, options);
        string first = $"the first fit, which compiles, took {Stopwatch.GetElapsedTime(begun).TotalSeconds:G3} s";
        Record("copied", Timing.Of(settings.Seconds, () => found = engine.Fit(regression.Family, batch, options)), found, first);
        report.Add(Comparison.Of($"regression {regression.Case}", found, expected!));
    }

    /// <summary>Of a run of full size 10,000 data sets of 100 observations, each resampled 2,000 times.</summary>
    void Resample()
    {
        const int length = 100, resamples = 2000;
        var workload = Workload.Batches.Single(w => w.Case == "weibull");
        var family = Families.Find(workload.Family)!;
        Draw(workload, Math.Max(1, settings.Sets / 100) * length, length);
        var replicates = new Resamples(Mle.Batch.Equal(values, length), resamples, 1);
        var options = new FitOptions();
        FitTable? found = null, expected = null;
        void Record(string what, Timing timing, FitTable table) => Add(new("bootstrap", workload.Case, what, "complete",
            replicates.Fits, length, timing.Repeats, timing.Min, timing.Median, table.Iterations.Average(), Note: "resamples and their weights are made on the host"));
        using IEngine engine = new GpuEngine(device);
        engine.Prepare(family, replicates.Make(0, 1), options);
        Record("copied", Timing.Of(settings.Seconds, () => found = engine.Fit(family, replicates, options)), found!);
        Record("cpu", Timing.Of(settings.Seconds, () => expected = cpu.Fit(family, replicates, options)), expected!);
        report.Add(Comparison.Of("bootstrap weibull", found!, expected!));
    }

    void Add(Line line)
    {
        report.Add(line);
        schedule.Say($"{line.Workload} {line.Case}, {line.What}, {line.Detail}: {line.SecondsMedian:G3} s, {line.FitsPerSecond:G3} fits/s"
            + (line.Fraction is { } fraction ? $", {fraction:P0} of {line.Limit}" : ""));
    }

    /// <summary>
    /// The limit that binds, and the least time that it allows: each observation has to be read once, and a family that
    /// does not collapse has to be evaluated. Null where nobody has counted what that takes.
    /// </summary>
    /// <param name="evaluations">Of the log-likelihood, in the mean of the data sets.</param>
    (string? Limit, double? Seconds) Bound(Workload workload, string what, long observations, double evaluations)
    {
        if (report.Limits is not { } limits || what == "cpu")
            return default;
        double bytes = observations * sizeof(double), memory = bytes / Math.Max(limits.Read, limits.Copy);
        if (what == "copied")
            return ("bus", bytes / limits.Bus);
        if (workload.Collapsed)
            return ("memory", memory);
        if (workload.Arithmetic is not { } arithmetic)
            return default;
        double computing = observations * (arithmetic.Loading + arithmetic.Evaluation * evaluations) / limits.Float64;
        return computing > memory ? ("float64", computing) : ("memory", memory);
    }

    void BesideJax(string name, Workload workload, FitTable ours)
    {
        Jax.Answer answer;
        double[] theirs;
        try
        {
            (answer, theirs) = Jax.Fit(workload.Case, values, settings.Length, settings.Seconds, schedule.Left - TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // Not a failure of ours.
            report.LeaveOut($"jax: {workload.Case}", e.Message);
            return;
        }
        report.SayOfJax($"{answer.Version} on {answer.Device}");
        double worst = 0;
        for (int d = 0; d < answer.Sets; d++)
            if (ours.Status[d] == Status.Interior)
                for (int i = 0; i < 2; i++)
                    worst = Math.Max(worst, Math.Abs(theirs[2 * d + i] - ours.Estimates(i)[d]) / ours[d].StandardError(i));
        string note = $"compiled in {answer.CompileSeconds:F1} s; its estimates differ from ours by up to {worst:G2} standard errors";
        Add(new(name, workload.Case, "jax", null, answer.Sets, settings.Length, answer.Repeats, answer.Seconds[0], answer.Seconds[1], Note: note));
        Add(new(name, workload.Case, "jax resident", null, answer.Sets, settings.Length, answer.Repeats, answer.SecondsFetched[0], answer.SecondsFetched[1], Note: note));
    }

    /// <summary>Ragged data sets by every team: the CPU's answers, the same bits twice, and in chunks.</summary>
    void Agree(Family family)
    {
        if (family.Accept(new Ragged()) is not { } batch)
            return;
        // Room for all of it at once, and not for a second: what is fitted from the host goes through in chunks.
        long memory = DeviceBatch.Bytes(batch, batch.Values.Length, batch.Count) * 3 / 2;
        var options = new FitOptions();
        using var engine = new GpuEngine(device, Ragged.Teams, memory);
        FitTable once, twice;
        using (var resident = engine.Upload(batch))
        {
            once = engine.Fit(family, resident, options);
            twice = engine.Fit(family, resident, options);
        }
        var chunked = engine.Fit(family, batch, options);
        var agreement = Comparison.Of(family.Name, once, cpu.Fit(family, batch, options));
        string? bits = !Comparison.SameBits(once, twice) ? "a second fit has other bits" : !Comparison.SameBits(once, chunked) ? "chunks have other bits" : null;
        report.Add(agreement with { Worst = agreement.Worst ?? bits });
        schedule.Say($"{family.Name}: {agreement.Verdicts} verdicts, {agreement.LogLikelihood:G2} log-likelihood, {agreement.Estimate:G2} standard errors {bits}");
    }
}
