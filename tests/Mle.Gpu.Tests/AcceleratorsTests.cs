using Xunit.Abstractions;

namespace Mle.Gpu.Tests;

public class AcceleratorsTests(ITestOutputHelper output)
{
    [Fact]
    public void Devices_are_listed_or_their_absence_is_explained()
    {
        IReadOnlyList<AcceleratorDescription> all = Accelerators.All(out string? missing);

        IEnumerable<string> tested = all.Where(a => a.Unusable is null).Select(a => $"{a.Name} ({a.Kind})");
        output.WriteLine(missing is null ? $"GPU engine: built, tested on {string.Join(", ", tested)}" : $"GPU engine: none, {missing}");

        foreach (var kind in new[] { AcceleratorKind.Cuda, AcceleratorKind.OpenCL })
            if (!all.Any(a => a.Kind == kind))
                output.WriteLine($"GPU table: {kind.ToString().ToLowerInvariant()} none: {missing ?? "no such device found"}");
        foreach (var device in all.Where(a => a.Unusable is not null))
            output.WriteLine($"GPU table: {device.Id} none: {device.Unusable}");

        if (missing is null)
            Assert.Contains(all, a => a is { Kind: AcceleratorKind.Host, Float64: true, Unusable: null });
        else
            Assert.Equal("ILGPU not built: the package source does not serve it", missing);
    }
}
