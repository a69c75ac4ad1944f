using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Mle.Gpu;

/// <summary>Climbs regressions on the device: many designs in one launch, a group each, or a large one with the whole grid.</summary>
sealed class Climber(GpuEngine engine) : IClimber
{
    /// <summary>Coefficients up to which a group solves for itself.</summary>
    const int WidestAlone = 32;

    /// <summary>Blocks of a large design that a group takes.</summary>
    const int PartBlocks = 16;

    readonly GpuEngine engine = engine;

    public bool Climb<TModel>(IReadOnlyList<Ascent> ascents, FitOptions options) where TModel : struct, IModel<TModel>
    {
        if (options.Penalty.Firth)
            return false;
        if (ascents.Count == 0)
            return true;
        bool censored = ascents.Any(a => a.Design.Kinds.AsSpan(0, a.Design.Blocks).ContainsAnyExcept(Kind.Exact));
        if (censored)
            Climb<TModel, AnyKind>(ascents, options);
        else
            Climb<TModel, ExactOnly>(ascents, options);
        return true;
    }

    void Climb<TModel, TKinds>(IReadOnlyList<Ascent> ascents, FitOptions options) where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        using var stream = engine.Accelerator.CreateStream();
        Ascent[] large = [.. ascents.Where(a => a.Point.Length > WidestAlone || engine.Teams.Of(a.Design.Blocks * a.Design.Block) == Team.Grid)];
        Ascent[] small = [.. ascents.Except(large)];
        if (small.Length > 0)
            Together<TModel, TKinds>(stream, small, options);
        foreach (var one in large)
            Alone<TModel, TKinds>(stream, one, options);
    }

    void Together<TModel, TKinds>(AcceleratorStream stream, Ascent[] ascents, FitOptions options)
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        int count = ascents[0].Point.Length, jet = DenseJet<GroupStore>.Room(count), own = count + 2 * jet;
        using var held = new Held(engine);
        var placed = held.Send(stream, Place(ascents));
        var shape = held.Shape(stream, ascents);
        var points = held.Send(stream, [.. ascents.SelectMany(a => a.Point)]);
        var ridge = held.Send<double>(stream, [.. ascents.SelectMany(a => a.Ridge ?? []).Select((r, i) => ascents[0].Known is { } known && known[i % count] ? 0 : r)]);
        var room = held.Room<double>(ascents.Length * own);
        var ends = held.Room<int>(2 * ascents.Length);
        var launch = engine.Compiled(RegressionKernels.Climb<TModel, TKinds>, () => engine.Accelerator.LoadKernel<
            Shape, ArrayView<Placed>, ArrayView<double>, ArrayView<double>, ArrayView<double>, int, ArrayView<int>>(RegressionKernels.Climb<TModel, TKinds>, Limits));
        launch(stream, new(ascents.Length, Threads), shape, placed, points, room, ridge, options.IterationLimit, ends);
        var maxima = Fetch(stream, points);
        var jets = Fetch(stream, room);
        var codes = Fetch(stream, ends);
        for (int d = 0; d < ascents.Length; d++)
        {
            maxima.AsSpan(d * count, count).CopyTo(ascents[d].Point);
            jets.AsSpan(d * own + count, jet).CopyTo(ascents[d].Numbers);
            (ascents[d].Ending, ascents[d].Iterations) = ((Ending)codes[2 * d], codes[2 * d + 1]);
        }
    }

    void Alone<TModel, TKinds>(AcceleratorStream stream, Ascent ascent, FitOptions options)
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        int count = ascent.Point.Length, parts = (ascent.Design.Blocks + PartBlocks - 1) / PartBlocks;
        using var held = new Held(engine);
        var grid = new Grid<TModel, TKinds>(this, stream, held.Shape(stream, [ascent]), Place([ascent])[0], ascent,
            held.Room<double>(count), held.Room<double>(parts * DenseJet<GroupStore>.Numbers(count)), parts);
        double[] other = new double[count], there = new double[DenseJet<HostStore>.Room(count)];
        DensePoint<HostStore> θ = new(new(ascent.Point), count), to = new(new(other), count);
        DenseJet<HostStore> here = new(new(ascent.Numbers), count), next = new(new(there), count);
        Real ending = Newton.Maximize<Grid<TModel, TKinds>, DensePoint<HostStore>, DenseJet<HostStore>, Real>(
            ref grid, ref θ, ref to, ref here, ref next, 0.0, options.IterationLimit, Newton.NoStep, out Real iterations);
        (ascent.Ending, ascent.Iterations) = ((Ending)(int)ending.Value, (int)iterations.Value);
    }

    // What ILGPU calls a launcher: the first call compiles.
    Action<AcceleratorStream, KernelConfig, Shape, Placed, ArrayView<double>, int, ArrayView<double>> Summer<TModel, TKinds>()
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds =>
        engine.Compiled(RegressionKernels.Sum<TModel, TKinds>, () => engine.Accelerator.LoadKernel<
            Shape, Placed, ArrayView<double>, int, ArrayView<double>>(RegressionKernels.Sum<TModel, TKinds>, Limits));

    int Threads => Math.Min(Tiles<Direct<Distributions.Normal>, ExactOnly>.Rows, engine.Accelerator.MaxNumThreadsPerGroup);

    KernelSpecialization Limits => engine.Accelerator is CudaAccelerator ? new(Threads, 8) : KernelSpecialization.Empty;

    static T[] Fetch<T>(AcceleratorStream stream, ArrayView<T> view) where T : unmanaged
    {
        var values = new T[view.Length];
        view.CopyToCPU(stream, values);
        return values;
    }

    static Placed[] Place(IReadOnlyList<Ascent> ascents)
    {
        var placed = new Placed[ascents.Count];
        int data = 0, first = 0;
        for (int d = 0; d < placed.Length; d++)
        {
            var design = ascents[d].Design;
            Vec3<Real> shifts = new(design.Shifts[0], design.Shifts.Length > 1 ? design.Shifts[1] : 0, design.Shifts.Length > 2 ? design.Shifts[2] : 0);
            placed[d] = new(data, design.Block, design.Blocks, design.Stride, first, shifts);
            data += design.Blocks * design.Stride;
            first += design.Blocks;
        }
        return placed;
    }

    /// <summary>Device memory of one climb.</summary>
    sealed class Held(GpuEngine engine) : IDisposable
    {
        readonly List<Action> releases = [];

        public ArrayView<T> Room<T>(int length) where T : unmanaged
        {
            if (length == 0)
                return ArrayView<T>.Empty;
            var buffer = engine.Allocate<T>(length);
            releases.Add(() => engine.Release(ref buffer!));
            return buffer.View.BaseView;
        }

        public ArrayView<T> Send<T>(AcceleratorStream stream, T[] values) where T : unmanaged
        {
            var view = Room<T>(values.Length);
            if (values.Length > 0)
                view.CopyFromCPU(stream, values);
            return view;
        }

        public Shape Shape(AcceleratorStream stream, IReadOnlyList<Ascent> ascents)
        {
            var design = ascents[0].Design;
            int total = ascents.Sum(a => a.Design.Blocks * a.Design.Stride), at = 0;
            var data = Room<double>(total);
            foreach (var one in ascents)
            {
                int length = one.Design.Blocks * one.Design.Stride;
                data.SubView(at, length).CopyFromCPU(stream, one.Design.Data.AsSpan(one.Design.Start(0), length).ToArray());
                at += length;
            }
            int Of(int[] values, int slot) => slot < values.Length ? values[slot] : -1;
            return new(data, Send(stream, [.. ascents.SelectMany(a => Enumerable.Range(0, a.Design.Blocks).Select(b => Fill(a.Design, b)))]),
                Send(stream, [.. design.Predictors.SelectMany(p => p)]), Send(stream, Products(design)),
                Send(stream, [.. (ascents[0].Known ?? []).Select(k => k ? 1 : 0)]), design.Coefficients, design.Columns, design.Response,
                new(Of(design.At, 0), Of(design.At, 1), Of(design.At, 2)), new(Of(design.Offsets, 0), Of(design.Offsets, 1), Of(design.Offsets, 2)));
        }

        static Filled Fill(Design design, int block)
        {
            var (kind, _, rows) = design.Rows(block);
            return new((int)kind, rows);
        }

        /// <summary>What each number of a jet is a sum of, in the order of <see cref="DenseJet{TStore}"/>.</summary>
        static Product[] Products(Design design)
        {
            int slots = design.Predictors.Length, count = design.Coefficients;
            var slotOf = new int[count];
            for (int s = 0; s < slots; s++)
                Array.Fill(slotOf, s, design.At[s], design.Predictors[s].Length);
            int Column(int i) => design.Predictors[slotOf[i]][i - design.At[slotOf[i]]];
            List<Product> products = [new(0, -1, -1, -1, -1)];
            for (int i = 0; i < count; i++)
                products.Add(new(1 + slotOf[i], Column(i), -1, i, -1));
            for (int i = 0; i < count; i++)
                for (int j = 0; j <= i; j++)
                    products.Add(new(1 + slots + DenseJet<GroupStore>.Entry(slotOf[i], slotOf[j]), Column(i), Column(j), i, j));
            return [.. products];
        }

        public void Dispose()
        {
            foreach (var release in releases)
                release();
        }
    }

    /// <summary>The log-likelihood of a large design: each sum is a launch, and the host adds up the parts in their order.</summary>
    readonly struct Grid<TModel, TKinds>(
        Climber climber, AcceleratorStream stream, Shape shape, Placed placed, Ascent ascent, ArrayView<double> point, ArrayView<double> parts, int count)
        : IObjective<DensePoint<HostStore>, DenseJet<HostStore>, Real>
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        public void At(in DensePoint<HostStore> β, Real active, ref DenseJet<HostStore> jet)
        {
            point.CopyFromCPU(stream, β.Store.Array);
            climber.Summer<TModel, TKinds>()(stream, new(count, climber.Threads), shape, placed, point, PartBlocks, parts);
            double[] sums = Fetch(stream, parts), numbers = jet.Store.Array;
            int length = DenseJet<HostStore>.Numbers(jet.Count);
            Array.Clear(numbers, 0, length);
            for (int c = 0; c < count; c++)
                for (int i = 0; i < length; i++)
                    numbers[i] += sums[c * length + i];
            ascent.Restrict(β.Store.Array, numbers);
        }

        public DensePoint<HostStore> Retract(in DensePoint<HostStore> from, in DensePoint<HostStore> to, Real length) => to.Shorten(from, Ascent.Share(length));

        public DensePoint<HostStore> If(Real where, DensePoint<HostStore> to, DensePoint<HostStore> from) => from.Take(where, to);
    }
}
