using ILGPU;
using ILGPU.Runtime;

namespace Mle.Gpu;

/// <summary>Draws the data sets of a scenario in the device's memory, where they are fitted: nothing of them crosses the bus.</summary>
sealed class Drawing(GpuEngine engine, Generated source) : IModelVisitor<Action<AcceleratorStream, ArrayView<double>, int>?>
{
    /// <summary>Rows that the host has addresses for, though no memory.</summary>
    const long Most = 1 << 28;

    const int GroupSize = 256;

    /// <summary>Whether the scenario is nothing but its family's own draws.</summary>
    public static bool Takes(Generated source) => source.Scenario is { Contamination: null or { Share: 0 }, Censoring: null, Predictors.Count: 0 } one
        && double.IsInfinity(one.Truncation.Below) && double.IsInfinity(one.Truncation.Above) && (long)source.Fits * one.Length <= Most;

    /// <summary>As many data sets as there are replicates; their values are nowhere but on the device.</summary>
    public static Batch Shell(Generated source)
    {
        int n = source.Scenario.Length, rows = source.Fits * n;
        var offsets = new long[source.Fits + 1];
        for (int d = 0; d < offsets.Length; d++)
            offsets[d] = (long)d * n;
        double[] trials = [];
        if (!source.Data.Trials.IsEmpty)
            Array.Fill(trials = GC.AllocateUninitializedArray<double>(rows), source.Scenario.Trials);
        return new(GC.AllocateUninitializedArray<double>(rows), offsets, default, trials);
    }

    /// <summary>What draws replicates into a column, given the number of the first.</summary>
    public Action<AcceleratorStream, ArrayView<double>, int>? Visit<TModel>() where TModel : struct, IModel<TModel>
    {
        var draw = engine.Compiled((Action<ArrayView<double>, Vec3<Real>, double, ulong, uint, uint, int>)Kernels.Draw<TModel>, () => engine.Accelerator.LoadKernel<
            ArrayView<double>, Vec3<Real>, double, ulong, uint, uint, int>(Kernels.Draw<TModel>));
        var (scenario, u) = (source.Scenario, TModel.Drawing(Sampler.Point<TModel>(source.Scenario.Parameters)));
        int threads = Math.Min(GroupSize, engine.Accelerator.MaxNumThreadsPerGroup);
        return (stream, to, first) => draw(stream, new((int)((to.Length + threads - 1) / threads), threads),
            to, u, scenario.Trials, source.Seed, source.Stream, source.First + (uint)first, scenario.Length);
    }

    public Action<AcceleratorStream, ArrayView<double>, int>? VisitMultinomial(IReadOnlyList<string> labels) => null;

    public Action<AcceleratorStream, ArrayView<double>, int>? VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => null;
}
