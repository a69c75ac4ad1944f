using System.Text.Json;
using Mle.Gpu;
using Mle.Runner;

namespace Mle.Tests.Runner;

/// <summary>Which engine is chosen, what happens when it fails, and what mle devices says of it.</summary>
[Collection("command line")]
public sealed class EngineTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static readonly AcceleratorDescription
        OldCuda = FakeMachine.Cuda with { Unusable = "no instruction set known to both ILGPU and the driver" },
        SingleCuda = FakeMachine.Cuda with { Float64 = false },
        OldOpenCl = FakeMachine.OpenCl with { Unusable = "no generic address space" };

    static readonly Dictionary<string, AcceleratorDescription> Known = new()
    {
        ["cuda"] = FakeMachine.Cuda,
        ["cuda:1"] = FakeMachine.SecondCuda,
        ["old cuda"] = OldCuda,
        ["float32 cuda"] = SingleCuda,
        ["opencl"] = FakeMachine.OpenCl,
        ["old opencl"] = OldOpenCl,
        ["opencl on cpu"] = FakeMachine.OpenClOnCpu,
        ["host"] = FakeMachine.Host,
    };

    static FakeMachine Machine(string devices) =>
        new() { Devices = [.. devices.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => Known[name])] };

    string Weibulls(int rows = 50) => command.File("a.csv", "y\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{1 + i * 7 % 11}\n")));

    /// <summary>The family weibull keeps its rows; gamma collapses.</summary>
    Outcome Fit(FakeMachine machine, string engine, string family = "weibull", params string[] more) =>
        CommandLine.RunOn(machine.Engines(), ["fit", Weibulls(), "--family", family, "--engine", engine, "--threads", "1", .. more]);

    [Theory]
    [InlineData("", null)]
    [InlineData("host", null)]
    [InlineData("opencl on cpu, host", null)]
    [InlineData("old cuda, host", null)]
    [InlineData("float32 cuda", null)]
    [InlineData("old opencl, opencl on cpu", null)]
    [InlineData("cuda", "cuda:0")]
    [InlineData("opencl, cuda", "cuda:0")]
    [InlineData("opencl, cuda:1, cuda", "cuda:1")]
    [InlineData("old cuda, cuda:1", "cuda:1")]
    [InlineData("old cuda, opencl", "opencl:0")]
    [InlineData("float32 cuda, opencl, host", "opencl:0")]
    [InlineData("host, opencl on cpu, opencl", "opencl:0")]
    public void Auto_takes_the_first_cuda_device_that_can_be_used_then_an_OpenCL_gpu_and_never_a_cpu_in_disguise(string devices, string? chosen)
    {
        var machine = Machine(devices);
        var outcome = Fit(machine, "auto", more: "--quiet");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(chosen is null ? [] : [chosen], machine.Opened);
    }

    [Theory]
    [InlineData("cuda", "cuda, opencl", "cuda:0")]
    [InlineData("cuda", "old cuda, cuda:1", "cuda:1")]
    [InlineData("cuda:1", "cuda, cuda:1", "cuda:1")]
    [InlineData("opencl", "cuda, old opencl, opencl on cpu", "opencl:1")]
    [InlineData("opencl:1", "opencl, opencl on cpu", "opencl:1")]
    [InlineData("ilgpu-cpu", "cuda, host", "ilgpu-cpu")]
    public void A_named_engine_computes_whatever_the_family(string name, string devices, string opened)
    {
        var machine = Machine(devices);
        var engine = new FakeEngine(opened);
        machine = new() { Devices = machine.Devices, Opener = _ => engine };
        Assert.Equal(0, Fit(machine, name, "gamma", "--quiet", "--audit", "0").Code);
        Assert.Equal((opened, 1, 1), (Assert.Single(machine.Opened), engine.Fits, engine.Prepared));
        string[] at = ["--family", "gamma", "--at", "shape=2,rate=1", "--engine", name];
        Assert.Equal(0, CommandLine.RunOn(machine.Engines(), ["evaluate", Weibulls(), .. at]).Code);
        Assert.Equal(1, engine.Evaluations);
    }

    [Theory]
    [InlineData("cuda", "old cuda, host", "cuda:0 is Fake H200, no instruction set known to both ILGPU and the driver; what can be used: cpu, ilgpu-cpu")]
    [InlineData("cuda:0", "float32 cuda", "cuda:0 is Fake H200, no float64; what can be used: cpu")]
    [InlineData("cuda:0", "cuda:1", "there is no such device; what can be used: cpu, cuda:1")]
    [InlineData("cuda:1", "cuda, opencl", "there is no such device; what can be used: cpu, cuda:0, opencl:0")]
    [InlineData("opencl", "cuda, old opencl", "opencl:0 is Fake Radeon, no generic address space; what can be used: cpu, cuda:0")]
    [InlineData("ilgpu-cpu", "", "there is no such device; what can be used: cpu")]
    public void A_named_engine_that_cannot_be_used_says_why_and_what_can(string name, string devices, string reason)
    {
        var machine = Machine(devices);
        foreach (var outcome in new[] { Fit(machine, name), CommandLine.RunOn(machine.Engines(), "check", CommandLine.Reference("cases.json"), "--engine", name) })
            Assert.Equal((1, "", $"mle: The engine '{name}' cannot be used: {reason}.\n"), (outcome.Code, outcome.Out, outcome.Error));
        Assert.Empty(machine.Opened);
    }

    [Fact]
    public void Without_ILGPU_a_named_engine_says_so_and_auto_is_the_processor()
    {
        var machine = new FakeMachine { Devices = [], Missing = "ILGPU not built: the package source does not serve it" };
        Assert.Equal(
            "mle: The engine 'opencl' cannot be used: ILGPU not built: the package source does not serve it; what can be used: cpu.\n",
            Fit(machine, "opencl").Error);
        Assert.Equal(0, Fit(machine, "auto").Code);
    }

    [Fact]
    public void Nothing_is_looked_for_where_the_processor_computes()
    {
        var machine = Machine("cuda");
        Assert.Equal(0, Fit(machine, "cpu").Code);
        Assert.Equal(0, Fit(machine, "auto", "gamma").Code);
        Assert.Equal(0, CommandLine.RunOn(machine.Engines(new()), "fit", Weibulls(), "--family", "weibull").Code);
        Assert.Equal(0, CommandLine.RunOn(machine.Engines(), "evaluate", Weibulls(), "--family", "weibull", "--at", "shape=2,scale=5", "--threads", "1").Code);
        Assert.Equal(0, machine.Searches);
    }

    [Theory]
    [InlineData("gamma", 2_000_000_000, 1, false)]
    [InlineData("weibull", 60_000_000, 2, false)]
    [InlineData("weibull", 80_000_000, 2, true)]
    [InlineData("weibull", 80_000_000, 4, false)]
    [InlineData("student_t", 8_000_000, 2, false)]
    [InlineData("student_t", 12_000_000, 2, true)]
    [InlineData("negative_binomial", 100_000_000, 2, false)]
    [InlineData("negative_binomial", 120_000_000, 2, true)]
    public void A_gpu_pays_from_the_size_on_where_the_processor_takes_longer_than_its_start(string family, long observations, int threads, bool pays)
    {
        var batch = new Batch(default, [0, observations]);
        Assert.Equal(pays, new BreakEven().Passed(Families.Find(family)!, batch, threads));
    }

    [Fact]
    public void Categories_never_pay_and_weights_are_uploaded_too()
    {
        var batch = new Batch(default, [0, 2_000_000_000]);
        Assert.False(new BreakEven().Passed(Families.Categorical(["a", "b"]), batch, 1));
        // 30 ns for the processor, 0.57 for each column: one column pays up to 52 threads, two up to 26.
        var (weighted, family) = (new Batch(default, [0, 2_000_000_000], new double[1]), Families.Find("weibull")!);
        var free = new BreakEven { StartUp = 0 };
        Assert.Equal((true, false), (free.Passed(family, batch, 40), free.Passed(family, weighted, 40)));
    }

    [Fact]
    public void The_environment_chooses_the_engine_where_the_option_does_not()
    {
        var machine = Machine("cuda, host");
        Outcome Run(params string[] options) =>
            CommandLine.RunOn(machine.Engines(), ["fit", Weibulls(), "--family", "gamma", "--quiet", .. options]);
        string? before = Environment.GetEnvironmentVariable(Engines.Variable);
        try
        {
            Environment.SetEnvironmentVariable(Engines.Variable, "ilgpu-cpu");
            Assert.Equal(0, Run().Code);
            Assert.Equal(0, Run("--engine", "cuda").Code);
            Assert.Equal(0, Run("--engine", "cpu").Code);
            Assert.Equal(["ilgpu-cpu", "cuda:0"], machine.Opened);
            Environment.SetEnvironmentVariable(Engines.Variable, "abacus");
            var outcome = Run();
            Assert.Equal(
                (2, "mle: There is no engine 'abacus' (MLE_ENGINE); there are auto, cpu, cuda[:N], opencl[:N], ilgpu-cpu.\n"), (outcome.Code, outcome.Error));
            Assert.Equal(0, Run("--engine", "cpu").Code);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Engines.Variable, before);
        }
    }

    static readonly DeviceException Lost = new("cuda:0 Fake H200 ran out of memory.");

    [Fact]
    public void A_device_that_fails_under_auto_is_given_up_with_one_warning_and_the_same_answer()
    {
        var broken = new FakeEngine("cuda:0") { Failure = Lost };
        var machine = new FakeMachine { Devices = [FakeMachine.Cuda], Opener = _ => broken };
        var outcome = Fit(machine, "auto", more: ["--json", "--repeat", "3"]);
        Assert.Equal((0, "mle: cuda:0 Fake H200 ran out of memory; the CPU goes on in its place.\n"), (outcome.Code, outcome.Error));
        Assert.Equal(Fit(machine, "cpu", more: "--json").Out, outcome.Out);
        Assert.Equal((1, 1), (broken.Prepared, broken.Fits));
    }

    [Fact]
    public void A_device_that_refuses_a_kernel_or_to_be_opened_is_given_up_before_the_fit()
    {
        var broken = new FakeEngine("cuda:0") { Refusal = Lost };
        foreach (var opener in new Func<AcceleratorDescription, IEngine>[] { _ => broken, _ => throw Lost })
        {
            var outcome = Fit(new() { Devices = [FakeMachine.Cuda], Opener = opener }, "auto", more: "--quiet");
            Assert.Equal((0, "mle: cuda:0 Fake H200 ran out of memory; the CPU goes on in its place.\n"), (outcome.Code, outcome.Error));
        }
        Assert.Equal((1, 0), (broken.Prepared, broken.Fits));
    }

    [Fact]
    public void Mistakes_are_no_failures_of_the_device()
    {
        var engine = new FakeEngine("cuda:0") { Failure = new ArgumentException("shape = 2 is not allowed.") };
        var outcome = Fit(new() { Devices = [FakeMachine.Cuda], Opener = _ => engine }, "auto");
        Assert.Equal((2, "mle: shape = 2 is not allowed.\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void A_named_device_that_fails_ends_the_command_with_its_sentence()
    {
        foreach (var opener in new Func<AcceleratorDescription, IEngine>[] { _ => new FakeEngine("cuda:0") { Failure = Lost }, _ => throw Lost })
        {
            var outcome = Fit(new() { Devices = [FakeMachine.Cuda], Opener = opener }, "cuda", more: ["--out", command.At("out.csv")]);
            Assert.Equal((1, "", $"mle: {Lost.Message}\n"), (outcome.Code, outcome.Out, outcome.Error));
            Assert.Equal(["a.csv"], command.Files());
        }
    }

    [Fact]
    public void Compiling_has_a_line_among_the_timings_on_an_accelerator_only()
    {
        string[] Phases(string engine, params string[] more) =>
            [.. Fit(Machine("cuda"), engine, more: ["--timings", "--quiet", .. more]).Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ')[0] + line[line.LastIndexOf(" of")..])];
        Assert.Equal(["read of 2", "compile of 1", "fit of 2", "audit of 1", "write of 2"], Phases("cuda", "--repeat", "2"));
        Assert.Equal(["read of 1", "compile of 1", "fit of 1", "audit of 1", "write of 1"], Phases("auto"));
        Assert.Equal(["read of 1", "fit of 1", "write of 1"], Phases("cpu"));
    }

    [Fact]
    public void Check_says_what_it_ran_on()
    {
        string[] One(string engine) => CommandLine.RunOn(
            Machine("cuda").Engines(new()), "check", CommandLine.Reference("cases.json"), "--id", "gamma-groundbeef", "--engine", engine).Out.Split('\n');
        Assert.Equal(["on cuda:0 Fake", "1 passed, 0 failed, 0 skipped"], One("cuda")[1..3]);
        Assert.Equal(["on " + new CpuEngine().Description, "1 passed, 0 failed, 0 skipped"], One("auto")[1..3]);
    }

    static readonly FakeMachine Laboratory = new()
    {
        Devices = [OldOpenCl, FakeMachine.Cuda, FakeMachine.SecondCuda, FakeMachine.OpenClOnCpu, FakeMachine.Host],
    };

    [Fact]
    public void Devices_are_listed_with_the_choice_of_auto_and_the_reasons()
    {
        var list = JsonDocument.Parse(CommandLine.RunOn(Laboratory.Engines(), "devices", "--json").Out).RootElement;
        Assert.Equal(
            [
                "cpu: auto, batches that no GPU fits sooner", "opencl:0: unusable, no generic address space", "cuda:0: auto, large batches", "cuda:1: by name, ",
                "opencl:1: by name, OpenCL on a CPU", "ilgpu-cpu: by name, ILGPU's interpreter on the host",
            ],
            list.GetProperty("engines").EnumerateArray().Select(e => $"{e.GetProperty("engine")}: {e.GetProperty("use")}, {e.GetProperty("why")}"));
        var cuda = list.GetProperty("engines")[2];
        Assert.Equal(
            ("Fake H200", 150_323_855_360, true, "CUDA 12.4"),
            (cuda.GetProperty("device").GetString(), cuda.GetProperty("memory_bytes").GetInt64(), cuda.GetProperty("float64").GetBoolean(), cuda.GetProperty("driver").GetString()));
        Assert.Equal(JsonValueKind.Null, list.GetProperty("missing").ValueKind);
    }

    [Fact]
    public void The_table_of_devices_fits_eighty_columns_and_breaks_no_name()
    {
        string table = CommandLine.RunOn(Laboratory.Engines(), "devices").Out;
        Assert.All(table.Split('\n'), line => Assert.True(line.Length <= 80, line));
        foreach (string word in new[] { "cuda:0", "140.0 GiB", "ilgpu-cpu", "Fake Radeon", "CPUAccelerator", "CUDA 12.4", "host's" })
            Assert.Contains(word, table);
        Assert.EndsWith(
            """

            cpu, auto: batches that no GPU fits sooner
            opencl:0, unusable: no generic address space
            cuda:0, auto: large batches
            opencl:1, by name: OpenCL on a CPU
            ilgpu-cpu, by name: ILGPU's interpreter on the host

            """, table);
    }

    [Fact]
    public void Without_ILGPU_the_processor_is_listed_and_the_reason_given()
    {
        var machine = new FakeMachine { Devices = [], Missing = "ILGPU not built: the package source does not serve it" };
        string table = CommandLine.RunOn(machine.Engines(), "devices").Out;
        Assert.Contains("auto", table);
        Assert.EndsWith("No accelerators: ILGPU not built: the package source does not serve it.\n", table);
        var list = JsonDocument.Parse(CommandLine.RunOn(machine.Engines(), "devices", "--json").Out).RootElement;
        Assert.Equal((1, machine.Missing), (list.GetProperty("engines").GetArrayLength(), list.GetProperty("missing").GetString()));
    }
}
