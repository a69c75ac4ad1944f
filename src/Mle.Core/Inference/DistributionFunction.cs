using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mle;

/// <summary>The distribution function of a family, of many observations at once.</summary>
public abstract class DistributionFunction
{
    /// <exception cref="ArgumentException">The family is a model of rows, or one of unordered categories.</exception>
    public static DistributionFunction Of(Family family) => family.Accept(new Choice(family));

    /// <summary>log P(X ≤ x) and log P(X &gt; x), each accurate in its own tail.</summary>
    /// <param name="parameters">As a fit reports them.</param>
    /// <param name="trials">For families of trials, of all observations.</param>
    public abstract void Tails(ReadOnlySpan<double> parameters, double trials, ReadOnlySpan<double> x, Span<double> logF, Span<double> logS);

    sealed class Choice(Family family) : IFamilyVisitor<DistributionFunction>
    {
        public DistributionFunction Visit<TFamily>() where TFamily : struct, IFamily<TFamily> =>
            Vector512.IsHardwareAccelerated ? new OfFamily<TFamily, Lanes512>()
            : Vector256.IsHardwareAccelerated ? new OfFamily<TFamily, Lanes256>() : new OfFamily<TFamily, Real>();

        public DistributionFunction VisitCategorical() => throw new ArgumentException($"{family.Name} has no distribution function: its categories have no order.");
    }

    sealed class OfFamily<TFamily, T> : DistributionFunction where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        public override void Tails(ReadOnlySpan<double> parameters, double trials, ReadOnlySpan<double> x, Span<double> logF, Span<double> logS)
        {
            Span<double> θ = stackalloc double[3];
            for (int i = 0; i < TFamily.Slots; i++)
                θ[i] = Slot.Of(TFamily.Info.Parameters[i]).Coordinate(parameters[i], new(0, 0));
            var η = TFamily.Natural(new Vec3<T>(θ[0], θ[1], θ[2]));
            int lanes = Unsafe.SizeOf<T>() / sizeof(double), whole = x.Length / lanes * lanes;
            ref double from = ref MemoryMarshal.GetReference(x);
            for (int i = 0; i < whole; i += lanes)
                Tails(Lanes.Read<T>(ref from, i), trials, η, logF[i..], logS[i..]);
            if (whole == x.Length)
                return;
            Span<double> rest = stackalloc double[lanes], restF = stackalloc double[lanes], restS = stackalloc double[lanes];
            rest.Fill(x[^1]);
            x[whole..].CopyTo(rest);
            Tails(Lanes.Read<T>(ref rest[0], 0), trials, η, restF, restS);
            restF[..(x.Length - whole)].CopyTo(logF[whole..]);
            restS[..(x.Length - whole)].CopyTo(logS[whole..]);
        }

        static void Tails(T x, double trials, Vec3<T> η, Span<double> logF, Span<double> logS)
        {
            TFamily.Tails(TFamily.Statistic(new Row<T>(x, trials)), η, out T f, out T s);
            Lanes.Write(ref logF[0], 0, f);
            Lanes.Write(ref logS[0], 0, s);
        }
    }
}
