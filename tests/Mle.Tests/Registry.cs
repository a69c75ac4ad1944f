namespace Mle.Tests;

/// <summary>The registry as test cases, and what a family's type says of itself.</summary>
public static class Registry
{
    public static TheoryData<string> Names => Where(_ => true);

    public static TheoryData<string> Where(Func<Traits, bool> holds)
    {
        var names = new TheoryData<string>();
        foreach (var family in Families.All.Where(f => holds(Traits.Of(f))))
            names.Add(family.Name);
        return names;
    }

    public static Family Find(string name) => Families.Find(name) ?? throw new InvalidOperationException($"no family {name}");

    /// <summary>A seed that depends on nothing but the test and the family, on any machine.</summary>
    public static Random Random(string family, int test)
    {
        uint hash = 2166136261;
        foreach (char c in family)
            hash = (hash ^ c) * 16777619;
        return new((int)((hash ^ (uint)test * 2654435761) & 0x7FFFFFFF));
    }

    /// <summary>Oracle parameters as the engine takes them.</summary>
    public static Dictionary<string, double> Named(Oracle oracle, double[] p) =>
        oracle.Parameters.Zip(p).ToDictionary(q => q.First, q => q.Second);

    /// <summary>A fit's estimates in the oracle's order.</summary>
    public static double[] Estimates(Oracle oracle, Fit fit) => [.. oracle.Parameters.Select(name => fit[name])];

    /// <summary>The log-likelihood of a maximum, or the supremum of one that is not attained.</summary>
    public static double Claimed(Fit fit) => fit.Status switch
    {
        Status.Interior or Status.Nonregular => fit.LogLikelihood,
        Status.Boundary => double.IsNaN(fit.Verdict.Supremum) ? fit.LogLikelihood : fit.Verdict.Supremum,
        _ => fit.Verdict.Supremum,
    };

    /// <summary>The engine's parameters in the oracle's order.</summary>
    public static Parameter[] Parameters(Oracle oracle, Family family) =>
        [.. oracle.Parameters.Select(name => family.Info.Parameters.Single(p => p.Name == name))];
}

/// <param name="Smooth">Which parameters the score decides; the others are order statistics.</param>
/// <param name="Inside">Whether a point, in the solver's coordinates, is in the region where the family looks for n observations.</param>
public sealed record Traits(int Slots, Equivariance Equivariance, Support Support, Keep Keep, bool ReadsExtremes, bool Expands, int Statistics, bool[] Smooth, Func<double[], double, bool> Inside)
{
    public static Traits Of(Family family) => family.Accept(new Reader());

    sealed class Reader : IFamilyVisitor<Traits>
    {
        public Traits Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            var smooth = TFamily.Smooth<Real>();
            return new(TFamily.Slots, TFamily.Equivariance, TFamily.Support, TFamily.Keep, TFamily.ReadsExtremes, TFamily.Expands, TFamily.Statistics,
                [smooth.X > 0.0, smooth.Y > 0.0, smooth.Z > 0.0], Inside<TFamily>);
        }

        static bool Inside<TFamily>(double[] θ, double n) where TFamily : struct, IFamily<TFamily>
        {
            var point = new Vec3<Real>(θ[0], θ[1], θ[2]);
            if (!Between(point, TFamily.Region<Real>()))
                return false;
            var all = new Vec3<Real>(1.0, 1.0, 1.0);
            return !TFamily.HasChart || !(TFamily.Charted(all) > 0.0)
                || Between(TFamily.ToChart(point), TFamily.ChartRegion(new Summary<Real>(n, default, 0.0, 0.0, 0.0)));
        }

        static bool Between(Vec3<Real> x, (Vec3<Real> Low, Vec3<Real> High) box) =>
            box.Low.X <= x.X && x.X <= box.High.X && box.Low.Y <= x.Y && x.Y <= box.High.Y && box.Low.Z <= x.Z && x.Z <= box.High.Z;

        public Traits VisitCategorical() => throw new NotSupportedException("categorical has its own tests");
    }
}
