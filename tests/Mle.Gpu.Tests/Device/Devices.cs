using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>
/// The engines under test, one for every usable accelerator and team, shared by all tests: compiling kernels is most of
/// their time.
/// </summary>
[CollectionDefinition(Name)]
public sealed class Devices : ICollectionFixture<Devices>, IDisposable
{
    public const string Name = "devices";

    const int Never = int.MaxValue;

    readonly Dictionary<(string, string), GpuEngine> engines = [];

    /// <summary>Policies under which one team does all the work.</summary>
    public static IReadOnlyDictionary<string, TeamPolicy> Teams { get; } = new Dictionary<string, TeamPolicy>
    {
        ["thread"] = new(Never, Never, Never),
        ["warp"] = new(0, Never, Never),
        ["group"] = new(0, 0, Never),
        ["grid"] = new(0, 0, 0),
    };

    public static IReadOnlyList<AcceleratorDescription> Usable { get; } = [.. Gpu.Accelerators.All(out _).Where(a => a.Unusable is null)];

    public static TheoryData<string> Accelerators => [.. Usable.Select(a => a.Id)];

    public static TheoryData<string, string, string> Cells => Of(Families.All.Select(f => f.Name), Teams.Keys);

    /// <summary>These families on every accelerator, by these teams.</summary>
    public static TheoryData<string, string, string> Of(IEnumerable<string> families, IEnumerable<string> teams)
    {
        var cells = new TheoryData<string, string, string>();
        foreach (var accelerator in Usable)
            foreach (string family in families)
                foreach (string team in teams)
                    cells.Add(accelerator.Id, team, family);
        return cells;
    }

    public static AcceleratorDescription Find(string accelerator) => Usable.Single(a => a.Id == accelerator);

    public GpuEngine Engine(string accelerator, string team) => Engine(accelerator, team, Teams[team]);

    /// <summary>An engine on which data sets of 8, 64 and 512 rows are the first for another team each, in this many bytes of memory.</summary>
    public GpuEngine Mixed(string accelerator, long memory) => Engine(accelerator, "mixed", new(8, 64, 512), memory);

    GpuEngine Engine(string accelerator, string name, TeamPolicy policy, long? memory = null)
    {
        if (!engines.TryGetValue((accelerator, name), out var engine))
            engines.Add((accelerator, name), engine = new(Find(accelerator), policy, memory));
        return engine;
    }

    /// <summary>
    /// Whether a fit takes a tenth of a second or more: on ILGPU's CPU accelerator the threads of a team are threads of the
    /// operating system that sleep at every barrier, and these families need thousands of sums a data set, most of them for
    /// order statistics.
    /// </summary>
    public static bool IsSlow(string accelerator, string team, string family) =>
        Find(accelerator).Kind == AcceleratorKind.Host && team != "thread"
        && (Traits.Of(Registry.Find(family)).Keep == Keep.RowsAndMedian || family == "generalized_gamma");

    public void Dispose()
    {
        foreach (var engine in engines.Values)
            engine.Dispose();
    }
}
