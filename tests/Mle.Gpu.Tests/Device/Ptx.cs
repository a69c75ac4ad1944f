using System.Diagnostics;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Mle.Gpu.Tests;

/// <summary>A kernel as the text that a CUDA driver gets.</summary>
sealed partial record Ptx(Team Team, string Kernel, string Text)
{
    /// <summary>
    /// The kernels of a family as they are launched, with every parameter free. One context makes them all, as in an engine
    /// that fits nothing else: what ILGPU makes of a kernel depends on what the context compiled before.
    /// </summary>
    public static IEnumerable<Ptx> Compile(Family family, CudaArchitecture architecture, Func<Team, string, bool> wanted)
    {
        using Context context = Accelerators.CreateContext();
        // ISA 7.8 is the first that knows sm_90 and the last that ptxas of CUDA 11.8 knows.
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_78, null!);
        foreach (var (team, kernel, limits) in family.Accept(new Launched()))
        {
            if (!wanted(team, kernel.Method.Name))
                continue;
            var entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method);
            yield return new(team, kernel.Method.Name, ((PTXCompiledKernel)backend.Compile(entry, limits)).PTXAssembly);
        }
    }

    sealed class Launched : IFamilyVisitor<IEnumerable<(Team Team, Delegate Kernel, KernelSpecialization Limits)>>
    {
        public IEnumerable<(Team, Delegate, KernelSpecialization)> Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            var kernels = TFamily.Slots switch
            {
                1 => All<TFamily, Jet1<Real>>(),
                2 => All<TFamily, Jet2<Real>>(),
                _ => All<TFamily, Jet3<Real>>(),
            };
            return kernels.Select(k => (k.Team, k.Kernel, KernelSet<TFamily>.OnCuda));
        }

        public IEnumerable<(Team, Delegate, KernelSpecialization)> VisitCategorical() => [];

        static IEnumerable<(Team Team, Delegate Kernel)> All<TFamily, TJet>()
            where TFamily : struct, IFamily<TFamily> where TJet : unmanaged, IJet<TJet, Real> =>
            [.. By<TFamily, OneThread, TJet>(Team.Thread), .. By<TFamily, OneWarp, TJet>(Team.Warp), .. By<TFamily, OneGroup, TJet>(Team.Group), .. ByGrid<TFamily>()];

        static IEnumerable<(Team, Delegate)> By<TFamily, TTeam, TJet>(Team team)
            where TFamily : struct, IFamily<TFamily> where TTeam : struct, ITeam<TTeam> where TJet : unmanaged, IJet<TJet, Real>
        {
            yield return (team, Kernels.Load<TFamily, TTeam>);
            // Collapsed, a fit has nothing left to share.
            if (TFamily.Keep == Keep.Sums && team != Team.Thread)
                yield break;
            yield return (team, Kernels.Fit<TFamily, TTeam, TJet>);
            yield return (team, Kernels.Evaluate<TFamily, TTeam>);
        }

        static IEnumerable<(Team, Delegate)> ByGrid<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            yield return (Team.Grid, Kernels.Chunk<Statistics<TFamily>, PassSums>);
            if (TFamily.Keep != Keep.Sums)
                yield return (Team.Grid, Kernels.KernelChunk<TFamily>);
        }
    }

    /// <summary>
    /// The loops that every observation goes through: those of <see cref="Loop"/>, and where data sets are read all that
    /// take a double from global memory.
    /// </summary>
    public IEnumerable<PtxLoop> HotLoops() => Kernel is nameof(Kernels.Load) or nameof(Kernels.Chunk)
        ? Loops(_ => true).Where(l => l.Instructions.Any(i => i.StartsWith("ld.f64")))
        : Loops(f => f is "Whole" or "Weighted");

    IEnumerable<PtxLoop> Loops(Func<string, bool> function) =>
        from f in Function().Matches(Text) where function(f.Groups[1].Value) from l in PtxLoop.In(f.Groups[1].Value, f.Groups[2].Value) select l;

    /// <summary>A definition, which unlike a declaration has no semicolon before its brace. Names end in a number, but for the entry's.</summary>
    [GeneratedRegex(@"^\.visible [^\n]*?(\w+?)(?:_\d+)?\(\n[^{;]*\{(.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Function();
}

/// <summary>Instructions that run again and again, with all branches and the loops inside.</summary>
sealed partial record PtxLoop(string Function, IReadOnlyList<string> Instructions)
{
    /// <summary>Without moves, of which registers allocated well leave few.</summary>
    public int Length => Instructions.Count(i => !i.StartsWith("mov"));

    public int Float64 => Instructions.Count(i => Arithmetic().IsMatch(i));

    /// <summary>Divisions and roots, each of which costs some ten multiplications.</summary>
    public int Divisions => Instructions.Count(i => Division().IsMatch(i));

    /// <summary>The outermost loops of a function: instructions that control can come back to, each with those that it passes.</summary>
    public static IEnumerable<PtxLoop> In(string function, string body)
    {
        var blocks = Blocks(body, out var labels);
        var reached = blocks.Select(b => Reached(b, blocks, labels)).ToList();
        var looping = Enumerable.Range(0, blocks.Count).Where(i => reached[i][i]).ToList();
        return looping.GroupBy(i => looping.First(j => reached[i][j] && reached[j][i]))
            .Select(loop => new PtxLoop(function, [.. loop.SelectMany(i => blocks[i].Instructions)]));
    }

    /// <summary>What runs from a label to the next, and the labels that control goes to from there.</summary>
    sealed record Block(List<string> Instructions, List<string> Targets);

    static List<Block> Blocks(string body, out Dictionary<string, int> labels)
    {
        labels = [];
        var blocks = new List<Block> { new([], []) };
        bool goesOn = true;
        foreach (Match line in Statement().Matches(body))
        {
            string label = line.Groups["label"].Value, operation = line.Groups["operation"].Value, rest = line.Groups["rest"].Value;
            if (label != "")
            {
                if (goesOn)
                    blocks[^1].Targets.Add(label);
                labels[label] = blocks.Count;
                blocks.Add(new([], []));
                goesOn = true;
                continue;
            }
            if (operation.StartsWith("bra") || operation == ".branchtargets")
                blocks[^1].Targets.AddRange(rest.Split(',', StringSplitOptions.TrimEntries));
            if (operation[0] == '.')
                continue;
            blocks[^1].Instructions.Add(Space().Replace($"{operation} {rest}", " "));
            goesOn &= line.Groups["guard"].Success || !Leaving().IsMatch(operation);
        }
        return blocks;
    }

    static bool[] Reached(Block from, List<Block> blocks, Dictionary<string, int> labels)
    {
        bool[] reached = new bool[blocks.Count];
        var next = new Stack<Block>([from]);
        while (next.TryPop(out var block))
        {
            foreach (int i in block.Targets.Select(t => labels[t]).Where(i => !reached[i]))
            {
                reached[i] = true;
                next.Push(blocks[i]);
            }
        }
        return reached;
    }

    [GeneratedRegex(@"^\t+(?:(?<label>L_\w+):|(?<guard>@!?%\w+ )?(?<operation>\.?[a-z][\w.]*)\s*(?<rest>[^;:{}]*);)", RegexOptions.Multiline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^(?:bra|brx|ret|exit|trap)\b")]
    private static partial Regex Leaving();

    [GeneratedRegex(@"^(?:add|sub|mul|fma|div|rcp|sqrt)\.(?:\w+\.)?f64")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"^(?:div|rcp|sqrt)\.(?:\w+\.)?f64")]
    private static partial Regex Division();
}

/// <summary>What ptxas makes of a kernel: registers of a thread, and what its functions keep in memory.</summary>
sealed partial record Assembled(int Registers, IReadOnlyList<Frame> Frames)
{
    const string Variable = "MLE_PTXAS";

    public int Stack => Frames.Sum(f => f.Stack);

    public int Spilled => Frames.Sum(f => f.Spilled);

    public override string ToString() =>
        string.Join(", ", Frames.Where(f => f.Spilled > 0).Select(f => $"{f.Function} spills {f.Spilled} bytes").Prepend($"{Registers} registers"));

    static readonly string? program = Environment.GetEnvironmentVariable(Variable) ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, "ptxas"), Path.Combine(folder, "ptxas.exe") }).FirstOrDefault(File.Exists);

    /// <summary>Why nothing can be assembled, or null.</summary>
    public static string? Missing => program is null ? $"no ptxas on PATH, and {Variable} names none" : null;

    public static string Version { get; } = Missing ?? Released().Match(Run("--version")).Groups[1].Value;

    public static Assembled Of(Ptx kernel, string architecture)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string text = Path.Combine(folder.FullName, "kernel.ptx");
            File.WriteAllText(text, kernel.Text);
            string report = Run("-v", $"-arch={architecture}", text, "-o", Path.Combine(folder.FullName, "kernel.cubin"));
            return new(int.Parse(Used().Match(report).Groups[1].Value), [.. Properties().Matches(report).Select(m => Frame.Of(m.Groups))]);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string report = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return process.ExitCode == 0 ? report : throw new InvalidOperationException(report);
    }

    [GeneratedRegex(@"\bV(\d+\.\d+\.\d+)")]
    private static partial Regex Released();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Used();

    [GeneratedRegex(@"properties for (\w+?)(?:_\d+)?\s+(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Properties();
}

/// <summary>Bytes of a function's frame, and of registers that it stores there and loads again.</summary>
sealed record Frame(string Function, int Stack, int Spilled)
{
    public static Frame Of(GroupCollection found) =>
        new(found[1].Value, int.Parse(found[2].Value), int.Parse(found[3].Value) + int.Parse(found[4].Value));
}
