using System.Diagnostics;
using System.Runtime.Intrinsics;
using Mle.Gpu;

namespace Mle.Runner.Bench;

/// <summary>What of a machine is measured.</summary>
/// <param name="Engines">By name; empty for the processor and every device that can be used.</param>
/// <param name="Workloads">By name; empty for all.</param>
/// <param name="Threads">The only number of the processor's threads, or null for 1, 2, 4 … and all.</param>
sealed record Selection(bool Quick, IReadOnlyList<string> Engines, IReadOnlyList<string> Workloads, int? Threads);

/// <summary>Measures the workloads on every engine of this machine, checks the answers, and holds the times against limits of the same run.</summary>
sealed class Benchmark(Engines machine, Selection selection, CancellationToken interrupted) : IDisposable
{
    /// <summary>Seconds after which series begin no more points.</summary>
    const double Budget = 480;

    /// <summary>Seconds of repeats for a line: of both kinds of run, and never more than a share of the time.</summary>
    const double Quick = 0.1, Full = 1.5, Share = 240, Shortest = 0.02;

    /// <summary>The bytes of the copies that bandwidth is measured by.</summary>
    const long QuickCopy = 64L << 20, FullCopy = 256L << 20;

    /// <summary>Something that computes.</summary>
    /// <param name="Device">Null for the processor.</param>
    sealed record Target(string Id, IEngine Engine, int? Lanes, int? Threads, AcceleratorDescription? Device, Limit? Limit)
    {
        public bool IsInterpreter => Device?.Kind == AcceleratorKind.Host;
    }

    readonly long started = Stopwatch.GetTimestamp();
    readonly Energy energy = new();
    readonly List<Target> targets = [];
    readonly List<Device> devices = [];
    readonly List<Line> lines = [];
    readonly List<Series> series = [];
    readonly SortedDictionary<string, string> left = [];
    readonly CpuEngine reference = new(1);
    long done;

    IReadOnlyList<string> Names => [.. Workload.Names.Where(n => selection.Workloads.Count == 0 || selection.Workloads.Contains(n))];

    public static int[] Widths => [.. new[] { (1, true), (Lanes256.Count, Vector256.IsHardwareAccelerated), (Lanes512.Count, Vector512.IsHardwareAccelerated) }
        .Where(w => w.Item2).Select(w => w.Item1)];

    /// <summary>1, 2, 4 … and all.</summary>
    public static int[] ThreadCounts(int all) =>
        [.. Enumerable.Range(0, 31).Select(i => 1 << i).TakeWhile(t => t < all), all];

    long Lines => Names.Count * targets.Count;

    /// <summary>How many measurements there will be, once the engines are open.</summary>
    public long Steps => Lines + (selection.Quick ? 0 : Scales().Sum(s => s.At.Count));

    /// <summary>Opens what is to be measured, and measures its limits.</summary>
    public void Open()
    {
        var found = machine.All(out string? missing);
        if (missing is not null)
            left["accelerators"] = missing;
        string[] wanted = selection.Engines.Count > 0 ? [.. selection.Engines]
            : ["cpu", .. found.Where(d => Engines.Obstacle(d) is null && (d.Kind != AcceleratorKind.Host || selection.Quick)).Select(d => d.Id)];
        if (selection.Engines.Count == 0)
            foreach (var device in found.Where(d => Engines.Obstacle(d) is not null))
                left[device.Id] = Engines.Obstacle(device)!;
        foreach (string name in wanted.Distinct())
            if (name == "cpu")
                AddProcessor();
            else
                AddDevice(machine.Named(name));
    }

    void AddProcessor()
    {
        devices.Add(new("cpu", ThisMachine.Processor, null, null, null));
        foreach (int lanes in Widths)
            foreach (int threads in selection.Threads is { } only ? [only] : ThreadCounts(Environment.ProcessorCount))
            {
                interrupted.ThrowIfCancellationRequested();
                var measured = CpuLimits.Measure(lanes, threads, selection.Quick ? 0.05 : 0.3, selection.Quick ? QuickCopy : FullCopy);
                targets.Add(new("cpu", new CpuEngine(lanes), lanes, threads, null, Limit.Of("cpu", lanes, threads, measured)));
            }
    }

    void AddDevice(AcceleratorDescription device)
    {
        try
        {
            // How fast an interpreter interprets is no limit of anything.
            var measured = device.Kind == AcceleratorKind.Host ? null : machine.Measure(device);
            targets.Add(new(device.Id, machine.Open(device), null, null, device, measured is null ? null : Limit.Of(device.Id, null, null, measured)));
            devices.Add(new(device.Id, device.Name, device.Memory, device.Driver, null));
        }
        catch (DeviceException e) when (selection.Engines.Count == 0)
        {
            left[device.Id] = e.Message.TrimEnd('.');
        }
    }

    /// <param name="progress">Told how many measurements are done.</param>
    public Ledger Run(IProgress<long>? progress)
    {
        Action step = () => progress?.Report(++done);
        foreach (string name in Names)
            foreach (var group in targets.GroupBy(t => t.IsInterpreter))
            {
                var workload = Workload.Make(name, group.Key ? Size.Tiny : selection.Quick ? Size.Quick : Size.Full);
                var expected = workload.Run(reference, Options(null));
                foreach (var target in group)
                {
                    Measure(workload, target, expected);
                    step();
                }
            }
        if (!selection.Quick)
            foreach (var scale in Scales())
                Trace(scale, step);
        return new(
            Ledger.Version, ThisMachine.Describe(), ThisMachine.Commit, ThisMachine.Now, devices,
            [.. targets.Select(t => t.Limit).OfType<Limit>()], lines, series, left);
    }

    FitOptions Options(int? threads) => new() { Threads = threads ?? 0, Cancellation = interrupted };

    void Measure(Workload workload, Target target, Answer expected)
    {
        interrupted.ThrowIfCancellationRequested();
        Answer? answer = null;
        long runs = 0;
        void Work()
        {
            answer = workload.Run(target.Engine, Options(target.Threads));
            runs++;
        }
        try
        {
            Timing timing = default;
            double seconds = selection.Quick ? Quick : Math.Max(Shortest, Math.Min(Full, Share / Lines));
            double? joules = energy.During(() => timing = Timing.Of(seconds, Work)) / runs;
            bool isCuda = target.Device?.Kind == AcceleratorKind.Cuda;
            // The processor's counters know nothing of what a device uses.
            if (target.Device is not null)
                joules = isCuda ? Energy.Watts(int.Parse(target.Id.AsSpan(target.Id.IndexOf(':') + 1)), Work) * timing.Median : null;
            lines.Add(Line(workload, target, answer!, expected, timing, joules));
            if (isCuda && devices.FindIndex(d => d.Engine == target.Id && d.Clocks is null) is >= 0 and var at)
                devices[at] = devices[at] with { Clocks = Nvidia.Ask("clocks.sm,clocks.max.sm,clocks.mem,power.draw,power.limit,temperature.gpu", Work) };
        }
        catch (DeviceException e)
        {
            left[$"{workload.Name} on {target.Id}"] = e.Message.TrimEnd('.');
        }
    }

    static Line Line(Workload workload, Target target, Answer answer, Answer expected, Timing timing, double? joules)
    {
        double operations = workload.Operations(answer.Evaluations);
        double? bytes = workload.Bytes?.Invoke(answer.Evaluations);
        string? boundBy = null;
        double? fraction = null;
        if (target.Limit is { } limit)
        {
            (string, double)[] least =
            [
                ("float64", operations / limit.Float64),
                ("memory", (bytes ?? 0) / Math.Max(limit.Read, limit.Copy)),
                ("bus", (bytes ?? 0) / (limit.Bus ?? double.PositiveInfinity)),
            ];
            (boundBy, double time) = least.MaxBy(l => l.Item2);
            fraction = time / timing.Median;
        }
        return new(workload.Name, workload.Data, workload.Computes, "one column after another", target.Id, target.Lanes, target.Threads, null,
            workload.Fits, workload.Observations, Seconds.Of(timing))
        {
            Bytes = bytes,
            Operations = operations,
            BoundBy = boundBy,
            Fraction = fraction,
            Joules = joules,
            Check = answer.Against(expected),
        };
    }

    /// <param name="Threads">Null where they vary.</param>
    sealed record Scaling(string Family, string Against, Target Target, int? Threads, IReadOnlyList<double> At, Func<double, Workload> Make);

    /// <summary>Time against how many data sets, how long they are, and how many threads.</summary>
    IEnumerable<Scaling> Scales()
    {
        const int small = 20;
        const double mostSets = 1e6, longest = 1e8;
        // Values, kept logarithms and a margin.
        long room = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / sizeof(double);
        int widest = Widths[^1], all = selection.Threads ?? Environment.ProcessorCount;
        foreach (string family in new[] { "normal", "weibull" }.Where(Names.Contains))
        {
            foreach (var target in targets.Where(t => !t.IsInterpreter && (t.Lanes is null || (t.Lanes == widest && t.Threads == all))))
            {
                yield return new(family, "data sets", target, target.Threads, [.. Decades(10, Math.Min(mostSets, room / small))], d => Workload.Sets(family, (int)d, small));
                yield return new(family, "observations", target, target.Threads, [5, .. Decades(10, Math.Min(longest, room))], n => Workload.Sets(family, 1, (int)n));
            }
            if (selection.Threads is null && targets.Find(t => t.Lanes == widest) is { } cpu)
            {
                var workload = new Lazy<Workload>(() => Workload.Make(family, Size.Full));
                yield return new(family, "threads", cpu, null, [.. ThreadCounts(Environment.ProcessorCount).Select(t => (double)t)], _ => workload.Value);
            }
        }

        static IEnumerable<double> Decades(double from, double to)
        {
            for (double at = from; at <= to; at *= 10)
            {
                yield return at;
                if (3 * at <= to)
                    yield return 3 * at;
            }
        }
    }

    void Trace(Scaling scale, Action step)
    {
        var points = new List<Point>();
        foreach (double at in scale.At)
        {
            interrupted.ThrowIfCancellationRequested();
            string? obstacle = Stopwatch.GetElapsedTime(started).TotalSeconds > Budget ? "no time left" : null;
            try
            {
                if (obstacle is null)
                {
                    var workload = scale.Make(at);
                    var options = Options(scale.Against == "threads" ? (int)at : scale.Threads);
                    points.Add(new(at, Seconds.Of(Timing.Of(0.2, () => workload.Run(scale.Target.Engine, options)))));
                }
            }
            catch (DeviceException e)
            {
                obstacle = e.Message.TrimEnd('.');
            }
            if (obstacle is not null)
            {
                left[$"{scale.Family} against {scale.Against} on {scale.Target.Id}, from {at:N0} on"] = obstacle;
                break;
            }
            step();
        }
        series.Add(new(scale.Family, scale.Against, scale.Target.Id, scale.Target.Lanes, scale.Threads, points));
    }

    public void Dispose()
    {
        reference.Dispose();
        foreach (var target in targets)
            target.Engine.Dispose();
    }
}
