using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>Draws that a device makes are those of the host.</summary>
public class DrawTests
{
    const int N = 512;

    static readonly Philox source = new(0x0123456789abcdef, Purpose.Data, set: 3, replicate: 7);

    public static TheoryData<string> Accelerators => [.. Devices.Usable.Select(a => a.Id)];

    static void Words(Index1D i, ArrayView<uint> to, Philox source)
    {
        var (a, b, c, d) = source.Block((uint)i.X, 9);
        to[4 * i] = a;
        to[4 * i + 1] = b;
        to[4 * i + 2] = c;
        to[4 * i + 3] = d;
    }

    static void Draw<TModel>(Index1D i, ArrayView<double> to, Vec3<Real> u, double trials, Philox source) where TModel : struct, IModel<TModel>
    {
        var random = new DrawStream(source, (uint)i.X);
        to[i] = TModel.Draw<Real, DrawStream>(TModel.Drawing(u), trials, ref random).Value;
    }

    static void Grouped<TModel>(ArrayView<double> to, Vec3<Real> u, double trials, Philox source) where TModel : struct, IModel<TModel> =>
        Draw<TModel>(Grid.GlobalIndex.X, to, u, trials, source);

    [Theory, MemberData(nameof(Accelerators))]
    public void Random_words_are_the_same_bits(string accelerator) => On(accelerator, device =>
    {
        using var to = device.Allocate1D<uint>(4 * N);
        device.LoadAutoGroupedStreamKernel<Index1D, ArrayView<uint>, Philox>(Words)(N, to.View, source);
        Assert.Equal(Enumerable.Range(0, N).SelectMany(i => source.Block((uint)i, 9) is var (a, b, c, d) ? new[] { a, b, c, d } : []), to.GetAsArray1D());
    });

    /// <summary>Counts exactly, others but for what fused and separate multiply-adds round differently.</summary>
    [Theory, MemberData(nameof(Accelerators))]
    public void Every_family_and_model_draws_what_the_host_draws(string accelerator) => On(accelerator, device =>
    {
        foreach (var (family, parameters) in Drawn())
        {
            double[] got = family.Accept(new OnDevice(device, parameters)), expected = new double[N], trials = new double[N];
            Array.Fill(trials, 100);
            Sampler.Of(family).Fill(parameters, trials, source, expected);
            double spread = expected.Order().ElementAt(3 * N / 4) - expected.Order().ElementAt(N / 4);
            for (int i = 0; i < N; i++)
                Assert.True(Math.Abs(got[i] - expected[i]) <= (Prediction.Of(family).IsDiscrete ? 0 : 1e-11 * (spread + Math.Abs(expected[i]))),
                    $"{family.Name}, draw {i}: {got[i]:R}, on the host {expected[i]:R}");
        }
    });

    /// <summary>Typical points of every family, and of models that draw in a way of their own.</summary>
    static IEnumerable<(Family, double[])> Drawn()
    {
        foreach (var family in Families.All)
        {
            var oracle = Oracles.Of(family.Name);
            yield return (family, [.. family.Info.Parameters.Select(d => oracle.Points[0][Array.IndexOf(oracle.Parameters, d.Name)])]);
        }
        yield return (Families.Find("poisson")!, [40]);
        yield return (Families.Find("gamma")!, [0.2, 3]);
        yield return (Families.Find("binomial")!, [0.02]);
        yield return (Families.Find("tobit")!, [0.3, 1]);
        yield return (Families.Find("probit_regression")!, [0.3]);
        yield return (Families.Find("hurdle_negative_binomial_regression")!, [3, 0.6, 1.5]);
        yield return (Families.Find("zero_inflated_poisson_regression")!, [3, 0.4]);
    }

    static void On(string accelerator, Action<Accelerator> test)
    {
        using Context context = Gpu.Accelerators.CreateContext();
        using Accelerator device = context.Devices.Single(d => Gpu.Accelerators.Describe(context, d).Id == accelerator).CreateAccelerator(context);
        test(device);
    }

    sealed class OnDevice(Accelerator device, double[] parameters) : IModelVisitor<double[]>
    {
        public double[] Visit<TModel>() where TModel : struct, IModel<TModel>
        {
            double[] u = [0, 0, 0];
            for (int s = 0; s < parameters.Length; s++)
                u[s] = !TModel.IsLinked ? parameters[s] : TModel.Info.Parameters[s].Link switch
                {
                    Link.Log => Math.Log(parameters[s]),
                    Link.Logit => Math.Log(parameters[s]) - Math.Log(1 - parameters[s]),
                    _ => parameters[s],
                };
            using var to = device.Allocate1D<double>(N);
            device.LoadAutoGroupedStreamKernel<Index1D, ArrayView<double>, Vec3<Real>, double, Philox>(Draw<TModel>)(N, to.View, new(u[0], u[1], u[2]), 100, source);
            return to.GetAsArray1D();
        }

        public double[] VisitMultinomial(IReadOnlyList<string> labels) => throw new NotSupportedException();

        public double[] VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => throw new NotSupportedException();
    }

    /// <summary>Those with loops of their own; the others are formulas over the same functions.</summary>
    [Theory]
    [InlineData("gamma")]
    [InlineData("binomial")]
    [InlineData("hurdle_negative_binomial_regression")]
    public void Draws_compile_for_CUDA(string name) => Assert.Contains(".entry", Families.Find(name)!.Accept(new ToPtx()));

    sealed class ToPtx : IModelVisitor<string>
    {
        public string Visit<TModel>() where TModel : struct, IModel<TModel>
        {
            using Context context = Gpu.Accelerators.CreateContext();
            using var backend = new PTXBackend(context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_78, null!);
            var kernel = (Action<ArrayView<double>, Vec3<Real>, double, Philox>)Grouped<TModel>;
            return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), KernelSpecialization.Empty)).PTXAssembly;
        }

        public string VisitMultinomial(IReadOnlyList<string> labels) => throw new NotSupportedException();

        public string VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => throw new NotSupportedException();
    }
}
