using System.CommandLine;

namespace Mle.Gpu.Benchmarks;

/// <summary>What is to be measured, and how long.</summary>
/// <param name="Output">The folder of the report.</param>
/// <param name="Sets">Data sets of a batch.</param>
/// <param name="Length">Observations of each.</param>
/// <param name="Giant">Observations of a single data set.</param>
/// <param name="Rows">Observations of a large regression; the others have as many in all, or a fifth.</param>
/// <param name="Seconds">For which a measurement is repeated.</param>
/// <param name="Only">Parts to run; empty for all.</param>
sealed record Settings(string Output, int Sets, int Length, int Giant, int Rows, double Seconds, string[] Only)
{
    public static readonly string[] Parts = ["limits", "batches", "giants", "regressions", "bootstrap", "agreement"];

    public bool Includes(string part) => Only.Length == 0 || Only.Contains(part);
}

static partial class Program
{
    static int Main(string[] args)
    {
        var output = new Argument<string>("OUT") { Description = "the folder that DEVICE.json and DEVICE.md are written to", DefaultValueFactory = _ => "." };
        var engine = new Option<string>("--engine") { Description = "cuda, cuda:1, opencl, ilgpu-cpu, …", DefaultValueFactory = _ => "cuda" };
        var sets = new Option<int>("--sets") { Description = "data sets of a batch", DefaultValueFactory = _ => 1_000_000 };
        var length = new Option<int>("--length") { Description = "observations of each", DefaultValueFactory = _ => 200 };
        var giant = new Option<int>("--giant") { Description = "observations of a single data set", DefaultValueFactory = _ => 1_000_000_000 };
        var rows = new Option<int>("--rows") { Description = "observations of a large regression", DefaultValueFactory = _ => 1_000_000 };
        var seconds = new Option<double>("--seconds") { Description = "for which each measurement is repeated", DefaultValueFactory = _ => 1 };
        var budget = new Option<double>("--budget") { Description = "seconds after which the run ends, whatever is left", DefaultValueFactory = _ => 540 };
        var only = new Option<string[]>("--only") { Description = "some parts", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong(Settings.Parts);

        var root = new RootCommand("Measures the fits of a GPU beside its limits, the CPU engine and JAX, and checks them.")
        {
            output, engine, sets, length, giant, rows, seconds, budget, only,
        };
        root.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(engine)!;
            var all = Accelerators.All(out string? missing);
            var device = all.FirstOrDefault(d => d.Unusable is null && d.Float64 && (d.Id == wanted || d.Id.StartsWith(wanted + ":")));
            if (device is null)
            {
                Console.Error.WriteLine($"There is no engine '{wanted}' to measure: {missing ?? "found " + string.Join(", ", all.Select(d => d.Id))}.");
                return 1;
            }
            var settings = new Settings(parsed.GetValue(output)!, parsed.GetValue(sets), parsed.GetValue(length), parsed.GetValue(giant), parsed.GetValue(rows),
                parsed.GetValue(seconds), parsed.GetValue(only)!);
            var report = new Report(settings.Output, Machine.Of(device), string.Join(' ', args));
            var schedule = new Schedule(TimeSpan.FromSeconds(parsed.GetValue(budget)), report);
            Plan(device, settings, report, schedule);
            schedule.Run();
            return report.Failures.Count == 0 ? 0 : 1;
        });
        return root.Parse(args).Invoke();
    }

    // Without ILGPU the half in Device/ is not compiled, and no device is found.
    static partial void Plan(AcceleratorDescription device, Settings settings, Report report, Schedule schedule);
}
