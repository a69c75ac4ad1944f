using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mle.Gpu.Benchmarks;

/// <summary>One measurement.</summary>
/// <param name="What">kernels: on the device alone; resident: with the table of results; copied: with the data; cpu; jax; jax resident.</param>
/// <param name="Limit">What binds it: memory, float64 or bus.</param>
/// <param name="Fraction">The least time that this limit allows, of the median.</param>
sealed record Line(
    string Workload, string Case, string What, string? Detail, long Sets, long Length, int Repeats, double SecondsMin, double SecondsMedian,
    double? MeanIterations = null, string? Limit = null, double? Fraction = null, string? Note = null)
{
    public double FitsPerSecond => Sets / SecondsMedian;

    public double ObservationsPerSecond => Sets * Length / SecondsMedian;
}

/// <param name="Open">Seconds to open the device.</param>
/// <param name="Prepare">Seconds to compile the kernels.</param>
/// <param name="Cold">Whether the process had compiled nothing before, ILGPU itself included.</param>
sealed record FirstUse(string Case, double Open, double Prepare, bool Cold);

/// <summary>How far fits of two engines lie apart.</summary>
/// <param name="Verdicts">How many differ.</param>
/// <param name="LogLikelihood">The worst difference, in units of max(|ℓ|, n).</param>
/// <param name="Estimate">The worst difference, in standard errors.</param>
/// <param name="Worst">Where it exceeds a limit, in words.</param>
sealed record Agreement(string Name, int Sets, int Verdicts, double LogLikelihood, double Estimate, string? Worst);

sealed record Goal(string Claim, double Measured, double Wanted, bool Reached);

/// <summary>Everything found so far. The file is written anew after every line, so that a killed run loses nothing.</summary>
sealed class Report(string folder, Machine machine, string arguments)
{
    static readonly JsonSerializerOptions json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly Lock gate = new();
    readonly List<Line> lines = [];
    readonly List<FirstUse> firstUses = [];
    readonly List<Agreement> agreements = [];
    readonly List<string> failures = [];
    readonly Dictionary<string, string> leftOut = [];

    public Machine Machine => machine;

    public string Arguments => arguments;

    /// <summary>Whether the run came to its end, of its own or of the budget.</summary>
    public bool Finished { get; private set; }

    public Limits? Limits { get; private set; }

    /// <summary>Its version, or why it was not measured.</summary>
    public string? Jax { get; private set; }

    public IReadOnlyList<Goal> Goals => [.. lines.SelectMany(Reach), .. firstUses.Select(f => AtMost($"{f.Case}: first use, s", f.Prepare, 1))];

    public IReadOnlyList<FirstUse> FirstUses => firstUses;

    public IReadOnlyList<Line> Lines => lines;

    public IReadOnlyList<Agreement> Agreements => agreements;

    public IReadOnlyList<string> Failures => failures;

    public IReadOnlyDictionary<string, string> LeftOut => leftOut;

    public void Add(Line line) => Change(() => lines.Add(line));

    public void Add(FirstUse use) => Change(() => firstUses.Add(use));

    public void Add(Agreement agreement) => Change(() =>
    {
        agreements.Add(agreement);
        if (agreement.Worst is { } worst)
            failures.Add($"{agreement.Name}: {worst}");
    });

    public void Add(Limits measured) => Change(() => Limits = measured);

    public void SayOfJax(string what) => Change(() => Jax = what);

    public void Fail(string what) => Change(() => failures.Add(what));

    public void LeaveOut(string what, string why) => Change(() => leftOut[what] = why);

    public void Complete() => Change(() => Finished = true);

    void Change(Action change)
    {
        lock (gate)
        {
            change();
            Directory.CreateDirectory(folder);
            string name = Path.Combine(folder, string.Join('-', machine.Device.ToLowerInvariant().Split([' ', '/', '(', ')', '@'], StringSplitOptions.RemoveEmptyEntries)));
            Write(name + ".json", JsonSerializer.Serialize(this, json) + "\n");
            Write(name + ".md", Markdown);
        }
    }

    static void Write(string path, string text)
    {
        File.WriteAllText(path + ".part", text);
        File.Move(path + ".part", path, overwrite: true);
    }

    static Goal AtLeast(string claim, double measured, double wanted) => new(claim, measured, wanted, measured >= wanted);

    static Goal AtMost(string claim, double measured, double wanted) => new(claim, measured, wanted, measured <= wanted);

    double? Rate(Line of, string what, string? detail) =>
        lines.Find(l => l.Workload == of.Workload && l.Case == of.Case && l.What == what && l.Detail == detail)?.FitsPerSecond;

    /// <summary>The goals that a measurement decides.</summary>
    IEnumerable<Goal> Reach(Line line)
    {
        string name = $"{line.Workload} {line.Case}, {line.What}, {line.Detail}";
        IReadOnlyList<Workload> workloads = line.Workload switch { "W1" => Workload.Batches, "giant" => Workload.Giants, _ => [] };
        bool collapsed = workloads.Any(w => w.Case == line.Case && w.Collapsed);
        if (collapsed && line.What == (line.Workload == "W1" ? "kernels" : "resident") && Limits is { } limits)
            yield return AtLeast($"{name}: of the copy's bandwidth", line.ObservationsPerSecond * sizeof(double) / limits.Copy, 0.8);
        if (line is { Workload: "W1", Case: "weibull", What: "kernels", Length: 200 })
            yield return AtLeast($"{name}: fits/s", line.FitsPerSecond, 300e6);
        if (!collapsed && line is { Workload: "W1", What: "kernels" or "resident" } && Rate(line, "cpu", line.Detail) is { } cpu)
            yield return AtLeast($"{name}: times the CPU on {machine.Cores} cores", line.FitsPerSecond / cpu, 20);
        if (line is { What: "kernels", Detail: "estimates" } && Rate(line, "jax", null) is { } jax)
            yield return AtLeast($"{name}: times JAX, results on the device", line.FitsPerSecond / jax, 10);
        if (line is { What: "resident", Detail: "estimates" } && Rate(line, "jax resident", null) is { } fetched)
            yield return AtLeast($"{name}: times JAX, results on the host", line.FitsPerSecond / fetched, 10);
    }

    /// <summary>The same as tables.</summary>
    [JsonIgnore]
    public string Markdown
    {
        get
        {
            var text = new StringBuilder();
            text.AppendLine($"{machine.Device}, {machine.Driver}, beside {machine.Cores} cores of {machine.Cpu}, {machine.Dotnet}, commit {machine.Commit}, {machine.Date}").AppendLine();
            if (Limits is { } l)
                text.AppendLine($"Limits: copy {Short(l.Copy, "B/s")}, read {Short(l.Read, "B/s")}, bus {Short(l.Bus, "B/s")}, float64 {Short(l.Float64, " FMA/s")}.").AppendLine();
            string[] columns = ["kernels", "resident", "copied", "cpu", "jax", "jax resident"];
            text.AppendLine($"| fits/s (of the limit) | sets × length | {string.Join(" | ", columns)} |");
            text.AppendLine($"|---|---:|{string.Concat(columns.Select(_ => "---:|"))}");
            foreach (var row in lines.Where(r => r.Detail is not null).GroupBy(r => (r.Workload, r.Case, r.Detail)))
            {
                var first = row.First();
                var cells = columns.Select(c => lines.Find(r => r.Workload == first.Workload && r.Case == first.Case && r.What == c && (r.Detail ?? "estimates") == first.Detail));
                text.AppendLine($"| {first.Workload} {first.Case}, {first.Detail} | {first.Sets:N0} × {first.Length:N0} | {string.Join(" | ", cells.Select(Cell))} |");
            }
            text.AppendLine().AppendLine("| goal | measured | wanted | |").AppendLine("|---|---:|---:|---|");
            foreach (var goal in Goals)
                text.AppendLine($"| {goal.Claim} | {Short(goal.Measured)} | {Short(goal.Wanted)} | {(goal.Reached ? "reached" : "missed")} |");
            text.AppendLine().AppendLine($"JAX: {Jax ?? "not reached"}. Agreement with the CPU: {agreements.Count(a => a.Worst is null)} of {agreements.Count} checks.");
            foreach (string failure in failures)
                text.AppendLine($"- failed: {failure}");
            foreach (var (what, why) in leftOut)
                text.AppendLine($"- left out: {what}, {why}");
            return text.ToString();
        }
    }

    static string Cell(Line? line) =>
        line is null ? "" : Short(line.FitsPerSecond) + (line.Fraction is { } f ? $" ({100 * f:F0} % {line.Limit})" : "");

    static string Short(double value, string unit = "")
    {
        var (prefix, size) = value switch { >= 1e12 => ("T", 1e12), >= 1e9 => ("G", 1e9), >= 1e6 => ("M", 1e6), >= 1e3 => ("k", 1e3), _ => ("", 1.0) };
        return $"{value / size:G3} {prefix}{unit}".TrimEnd();
    }
}
