using System.Text;

namespace Mle.Gpu.Tests;

/// <summary>What a device or its compiler refuses is one sentence that names the device.</summary>
[Collection(Devices.Name)]
public class RefusalTests(Devices devices)
{
    public static TheoryData<string> Accelerators => Devices.Accelerators;

    [Theory, MemberData(nameof(Accelerators))]
    public void A_device_that_is_not_there(string accelerator)
    {
        var refusal = Assert.Throws<DeviceException>(() => new GpuEngine(Devices.Find(accelerator) with { Id = "cuda:99" }));
        Assert.Matches(@"^The device cuda:99 cannot be opened: [^\n]+$", refusal.Message);
    }

    [Theory, MemberData(nameof(Accelerators))]
    public void A_kernel_that_cannot_be_compiled(string accelerator)
    {
        var (family, batch) = (new Unlawful(), Batch.Single(new double[] { 1, 2, 4 }));
        var engine = devices.Engine(accelerator, "thread");
        foreach (Action work in new Action[] { () => engine.Prepare(family, batch, new()), () => engine.Fit(family, batch, new()) })
            Assert.Matches($@"^The device {accelerator} failed: [^\n]+$", Assert.Throws<DeviceException>(work).Message);
    }

    /// <summary>A family whose formula makes an object, which kernels cannot.</summary>
    sealed class Unlawful : Family
    {
        public override FamilyInfo Info => Distribution.Info;

        public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) => throw new NotSupportedException();

        public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) => visitor.Visit<Distribution>();

        readonly struct Distribution : IFamily<Distribution>
        {
            public static int Slots => 1;

            public static Equivariance Equivariance => Equivariance.None;

            public static Support Support => Support.Positive;

            public static Keep Keep => Keep.Sums;

            public static Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T> => new(x.A + new StringBuilder().Length);

            public static Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T> => θ;

            public static T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T> => η.X;

            public static T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T> => t.A * η.X;

            public static void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T> =>
                logF = logS = double.NaN;

            public static T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ.X;

            public static T Draw<T, TRandom>(in Vec3<T> θ, in T trials, ref TRandom random)
                where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => θ.X;

            public static Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R> => known;

            public static FamilyInfo Info { get; } = new("unlawful", "", "x > 0", [new("rate", Link.Log, Role.Shape, "> 0")], "", "");

            public static Verdict Explain(int code, Findings data) => new(Status.IterationLimit, "");
        }
    }
}
