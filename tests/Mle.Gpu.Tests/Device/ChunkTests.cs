using ILGPU;
using ILGPU.Runtime;
using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>A batch that does not fit the device goes through in parts, and nothing in the answer tells.</summary>
[Collection(Devices.Name)]
public class ChunkTests(Devices devices)
{
    /// <summary>Of the engine; what a test has no use for is taken first.</summary>
    const int Memory = 1 << 20;

    /// <summary>One for every team; a batch repeats them.</summary>
    static readonly int[] Lengths = [5, 40, 100, 700];

    const int Repeats = 7;

    public static TheoryData<string, string> Batches
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var accelerator in Devices.Usable)
                foreach (string family in new[] { "gamma", "weibull", "negative_binomial" })
                    cases.Add(accelerator.Id, family);
            return cases;
        }
    }

    public static TheoryData<string> Accelerators => Devices.Accelerators;

    static Batch Batch(string family, IEnumerable<int> lengths)
    {
        var (oracle, random) = (Oracles.Of(family), Registry.Random(family, 45));
        return Sample.Join([.. lengths.Select(n => Sample.Draw(oracle, oracle.Points[0], n, random).Weighted(random))]);
    }

    /// <summary>Work while only some bytes of the engine's memory are free; it must leave as many.</summary>
    static void In(long room, GpuEngine engine, Action work)
    {
        MemoryBuffer1D<byte, Stride1D.Dense>? taken = engine.Allocate<byte>((int)(engine.Available - room));
        work();
        Assert.Equal(room, engine.Available);
        engine.Release(ref taken);
    }

    /// <summary>Where the chunks of a fit end.</summary>
    sealed class Ends : List<long>, IProgress<long>
    {
        public void Report(long value) => Add(value);
    }

    [Theory, MemberData(nameof(Batches))]
    public void Any_number_of_chunks_gives_the_same_bits(string accelerator, string name)
    {
        var (family, engine) = (Registry.Find(name), devices.Mixed(accelerator, Memory));
        var batch = Batch(name, Enumerable.Repeat(Lengths, Repeats).SelectMany(l => l));
        double[] expected;
        using (var resident = engine.Upload(batch))
        {
            expected = Agreement.Bits(engine.Fit(family, resident, new()));
            Assert.Equal(expected, Agreement.Bits(engine.Fit(family, resident, new())));
        }
        foreach (int chunks in new[] { 1, 2, 7 })
        {
            int repeats = (Repeats + chunks - 1) / chunks;
            var ends = new Ends();
            // Two chunks are on the device at a time.
            long room = 2 * DeviceBatch.Bytes(batch, repeats * Lengths.Sum(), repeats * Lengths.Length);
            In(room, engine, () => Assert.Equal(expected, Agreement.Bits(engine.Fit(family, batch, new() { Progress = ends }))));
            Assert.Equal(chunks, ends.Count);
            Assert.Equal(batch.Count, ends[^1]);
        }
    }

    [Theory, MemberData(nameof(Batches))]
    public void Memory_for_less_than_two_data_sets_is_enough_for_one_after_the_other(string accelerator, string name)
    {
        var (family, engine) = (Registry.Find(name), devices.Mixed(accelerator, Memory));
        foreach (int length in new[] { Lengths[0], Lengths[^1] })
        {
            var batch = Batch(name, [length, length, length]);
            double[] expected = Agreement.Bits(engine.Fit(family, batch, new()));
            foreach (double sets in new[] { 1.1, 1.9 })
                In((long)(sets * DeviceBatch.Bytes(batch, length, 1)), engine, () => Assert.Equal(expected, Agreement.Bits(engine.Fit(family, batch, new()))));
        }
    }

    [Theory, MemberData(nameof(Accelerators))]
    public void Too_little_memory_for_one_data_set_is_a_sentence_that_names_the_device(string accelerator)
    {
        var (family, engine, batch) = (Registry.Find("weibull"), devices.Mixed(accelerator, Memory), Batch("weibull", [100]));
        var at = new Dictionary<string, double> { ["shape"] = 1, ["scale"] = 1 };
        foreach (var work in new Action[] { () => engine.Fit(family, batch, new()), () => engine.Evaluate(family, batch, at, new()), () => engine.Upload(batch) })
            In(DeviceBatch.Bytes(batch, 100, 1) / 2, engine, () => Assert.Matches(
                $@"^The device {accelerator} has too little memory: [^.\n]+\.$", Assert.Throws<DeviceException>(work).Message));
    }
}
