using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>What can be known of the CUDA kernels without a GPU.</summary>
public partial class PtxTests
{
    /// <summary>Unset, only what fits the default run; <c>all</c> takes every kernel for every architecture, <c>write</c> makes the tables too.</summary>
    const string Variable = "MLE_PTX";

    static readonly string scope = Environment.GetEnvironmentVariable(Variable) ?? "";

    static readonly Lazy<List<Measured>> measured = new(Measure);

    /// <param name="Foreign">Instructions that should not be there at all.</param>
    sealed record Measured(string Architecture, string Family, Team Team, string Kernel, List<string> Foreign, List<PtxLoop> HotLoops, Assembled? Assembled)
    {
        public override string ToString() => $"{Architecture} {Family} {Team} {Kernel}";
    }

    static List<Measured> Measure()
    {
        CudaArchitecture[] architectures = scope == "" ? [CudaArchitecture.SM_90] : [CudaArchitecture.SM_80, CudaArchitecture.SM_90];
        var families = architectures.SelectMany(_ => Families.All, (architecture, family) => (architecture, family));
        var kernels = new ConcurrentBag<Measured>();
        // A context takes hundreds of MB: no more of them than cores.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(Partitioner.Create(families, EnumerablePartitionerOptions.NoBuffering), parallel, one =>
        {
            string architecture = one.architecture.ToString().ToLowerInvariant();
            foreach (var ptx in Ptx.Compile(one.family, one.architecture, (team, kernel) => scope != "" || Default(team, kernel)))
            {
                bool assembled = Assembled.Missing is null && (scope != "" || ptx.Kernel == nameof(Kernels.Fit));
                kernels.Add(new(architecture, one.family.Name, ptx.Team, ptx.Kernel, [.. Foreign().Matches(ptx.Text).Select(m => m.Value).Distinct()],
                    [.. ptx.HotLoops()], assembled ? Assembled.Of(ptx, architecture) : null));
            }
        });
        return [.. kernels.OrderBy(k => k.Architecture).ThenBy(k => k.Family).ThenBy(k => k.Team).ThenBy(k => k.Kernel)];
    }

    /// <summary>One kernel that reads and one that fits: the loops over rows are the same text for every team, and the warp has the shuffles.</summary>
    static bool Default(Team team, string kernel) => (team, kernel) is (Team.Warp, nameof(Kernels.Load)) or (Team.Thread, nameof(Kernels.Fit));

    /// <summary>Functions that nobody defines, and arithmetic in less than double, such as the hardware's own logarithms.</summary>
    [GeneratedRegex(@"^\.extern \.func.*|\.approx\b|\.f(?:16|32)\b", RegexOptions.Multiline)]
    private static partial Regex Foreign();

    static void None(IEnumerable<string> faults)
    {
        var found = faults.ToList();
        Assert.True(found.Count == 0, $"{found.Count}:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Kernels_have_all_their_functions_and_are_double_throughout() =>
        None(from k in measured.Value where k.Foreign.Count > 0 select $"{k}: {string.Join(' ', k.Foreign)}");

    /// <summary>It is ILGPU.Algorithms that has CORDIC. Without it a kernel that asks for Math.Log does not compile.</summary>
    [Fact]
    public void Logarithms_are_not_by_CORDIC() =>
        Assert.DoesNotContain("ILGPU.Algorithms", typeof(GpuEngine).Assembly.GetReferencedAssemblies().Select(a => a.Name));

    /// <summary>A collapsed family has none to fit by.</summary>
    [Fact]
    public void Hot_loops_are_found() =>
        None(from k in measured.Value where k.HotLoops.Count == 0 && (k.Kernel is nameof(Kernels.Load) or nameof(Kernels.Chunk) || Traits.Of(Registry.Find(k.Family)).Keep != Keep.Sums) select k.ToString());

    /// <summary>Families of counts, whose log x! takes a polygamma of every observation: some 475 operations in a function of their own, which the JIT wants too.</summary>
    static readonly string[] Counts = ["binomial", "poisson", "ztpoisson", "zero_inflated_poisson", "negative_binomial"];

    static bool TakesPolygammas(Measured kernel, PtxLoop loop) =>
        Counts.Contains(kernel.Family) && loop.Instructions.Any(i => i.StartsWith("call") && i.Contains("Derivatives"));

    [Fact]
    public void Hot_loops_call_nothing() =>
        None(from k in measured.Value
             from l in k.HotLoops
             where !TakesPolygammas(k, l)
             from i in l.Instructions
             where i.StartsWith("call")
             select $"{k}, {l.Function}: {i}");

    [Fact]
    public void Hot_loops_keep_everything_in_registers() =>
        None(from k in measured.Value
             from l in k.HotLoops
             where !TakesPolygammas(k, l)
             from i in l.Instructions
             where i.Contains(".local")
             select $"{k}, {l.Function}: {i}");

    /// <summary>
    /// A fit does spill, to keep within these registers: the state of the solver, once an iteration and outside the loops
    /// over rows. The tables say how much.
    /// </summary>
    [PtxasFact]
    public void Kernels_take_at_most_128_registers_and_those_that_read_spill_nothing() =>
        None(from k in measured.Value
             where k.Assembled is { Registers: > 128 } || k.Kernel is nameof(Kernels.Load) or nameof(Kernels.Chunk) && k.Assembled is { Spilled: > 0 }
             select $"{k}: {k.Assembled}");

    [PtxasFact(everything: true)]
    public void The_committed_tables_are_those_of_the_kernels()
    {
        foreach (var kernels in measured.Value.GroupBy(k => k.Architecture))
        {
            string file = Committed(kernels.Key), table = Table(kernels.Key, [.. kernels]);
            if (scope == "write")
                File.WriteAllText(file, table);
            Assert.True(File.ReadAllText(file) == table, $"{file} is stale; {Variable}=write writes it");
        }
    }

    static string Committed(string architecture, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../benchmarks/results/ptx", $"{architecture}.md"));

    static string Table(string architecture, List<Measured> kernels)
    {
        var text = new StringBuilder($"""
            # Kernels for {architecture}

            Made by the test that compares it, with ILGPU {Version} and {Assembler}. Every parameter is free.

            Per observation: PTX instructions of the loop over rows, with all its branches and without moves. float64: additions,
            multiplications, divisions and roots, where a fused multiply-add is two; ÷√: divisions and roots among them. Where a
            family has two loops and a fit takes one of them, both are given. Registers are those of a thread, compiled for groups
            of {Limits.MaxNumThreadsPerGroup}, {Limits.MinNumGroupsPerMultiprocessor} to a multiprocessor; stack and spilled are bytes of a thread.

            ## Reading

            | family | float64 | ÷√ | all | registers: thread | warp | group | grid | stack | spilled |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|

            """);
        foreach (var family in kernels.GroupBy(k => k.Family))
        {
            List<Measured> read = [.. family.Where(k => k.Kernel is nameof(Kernels.Load) or nameof(Kernels.Chunk)).OrderBy(k => k.Team)];
            text.Append(Row([family.Key, .. PerObservation(read[^1].HotLoops), .. read.Select(k => $"{k.Assembled!.Registers}"),
                $"{read.Max(k => k.Assembled!.Stack)}", $"{read.Max(k => k.Assembled!.Spilled)}"]));
        }
        text.Append("""

            ## Fitting

            The grid only adds up; its fits are the host's.

            | family | team | float64 | ÷√ | all | fit: registers | stack | spilled | evaluate: registers | stack | spilled |
            |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|

            """);
        foreach (var team in kernels.Where(k => k.Kernel is not (nameof(Kernels.Load) or nameof(Kernels.Chunk))).GroupBy(k => (k.Family, k.Team)))
        {
            var fit = team.SingleOrDefault(k => k.Kernel == nameof(Kernels.Fit));
            var evaluate = team.Single(k => k != fit);
            text.Append(Row([team.Key.Family, $"{team.Key.Team}".ToLowerInvariant(), .. PerObservation(evaluate.HotLoops.Where(l => l.Function == "Whole")),
                .. Cells(fit), .. Cells(evaluate)]));
        }
        return text.ToString();
    }

    static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    static string[] PerObservation(IEnumerable<PtxLoop> loops) =>
        [.. new Func<PtxLoop, int>[] { l => l.Float64, l => l.Divisions, l => l.Length }.Select(count => string.Join(", ", loops.Select(count)))];

    static string[] Cells(Measured? kernel) => kernel is null ? ["", "", ""] :
        [$"{kernel.Assembled!.Registers}", $"{kernel.Assembled.Stack}", $"{kernel.Assembled.Spilled}"];

    static string Assembler => $"ptxas {Assembled.Version}";

    static string Version => typeof(Context).Assembly.GetName().Version!.ToString(3);

    static KernelSpecialization Limits => KernelSet<Distributions.Normal>.OnCuda;

    /// <summary>A test that needs ptxas, or everything: where that is not so it is skipped, and its name says why.</summary>
    sealed class PtxasFactAttribute : FactAttribute
    {
        public PtxasFactAttribute(bool everything = false, [CallerMemberName] string name = "")
        {
            Skip = Assembled.Missing
                ?? (!everything || scope == "write" ? null
                : scope == "" ? $"it takes minutes to compile and assemble every kernel for sm_80 and sm_90, as {Variable}=all does"
                : !File.ReadAllText(Committed("sm_90")).Contains(Assembler) ? $"the tables are not by {Assembler}; {Variable}=write makes new ones"
                : null);
            if (Skip is not null)
                DisplayName = $"{name} ({Skip})";
        }
    }
}
