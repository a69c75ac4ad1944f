namespace Mle;

/// <summary>What a zero adds to a count model.</summary>
static class Zeros
{
    /// <summary>The family's parameters behind one for the zeros, the mean first.</summary>
    public static FamilyInfo Info<TFamily>(string prefix, string density, Parameter zero, string never, string source)
        where TFamily : struct, IFamily<TFamily>
    {
        var family = TFamily.Info;
        var mean = family.Parameters.Single(p => p.Name == family.Primary);
        return new($"{prefix}_{family.Name}_regression", density, family.Support,
            [mean, zero, .. family.Parameters.Where(p => p != mean)], never, source)
        { Primary = mean.Name };
    }

    /// <summary>Those of the counts, which keep their zeros, and others.</summary>
    public static IReadOnlyList<Limit> Limits<TFamily>(string prefix, params Limit[] others) where TFamily : struct, IFamily<TFamily> =>
        [.. others, .. TFamily.Limits.Select(l => l with { Model = $"{prefix}_{l.Model}_regression" })];

    /// <summary>θ of the count part: a mean alone, or a size before it.</summary>
    public static Vec3<T> Counts<TFamily, T>(Vec3<T> u) where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> =>
        TFamily.Slots == 1 ? new(u.X) : new(u.Z, u.X);
}

/// <summary>
/// Zero-inflated counts: P(0) = π + (1 − π) P₀(0), P(y) = (1 − π) P₀(y), logit π = u₂ of structural zeros.
/// </summary>
/// <remarks>Lambert, Technometrics 34, 1992.</remarks>
public readonly struct ZeroInflated<TFamily> : IModel<ZeroInflated<TFamily>> where TFamily : struct, IFamily<TFamily>
{
    public static FamilyInfo Info { get; } = Zeros.Info<TFamily>("zero_inflated",
        "P(0) = pi + (1-pi) P0(0), P(y) = (1-pi) P0(y) with the counts' own P0", new("pi", Link.Logit, Role.Shape, "in (0, 1)"),
        "there are no more zeros than the counts explain: pi = 0", "Lambert, Technometrics 34, 1992");

    public static int Slots => TFamily.Slots + 1;

    public static Support Support => TFamily.Support;

    public static Equivariance Equivariance => Equivariance.None;

    public static Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => new(y.A);

    public static T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => TFamily.LogBase(y, t);

    public static T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
    {
        T counts = Direct<TFamily>.LogDensity(t, Zeros.Counts<TFamily, T>(u));
        return T.IfLess(t.A, 0.5, counts + Softplus.Of(u.Y - counts), counts) - Softplus.Of(u.Y);
    }

    public static void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        Direct<TFamily>.Tails(t, Zeros.Counts<TFamily, T>(u), out T logF0, out T logS0);
        T zero = 0.0, minus = double.NegativeInfinity;
        logF = T.IfLess(t.A, zero, minus, logF0 + Softplus.Of(u.Y - T.IfLess(t.A, zero, zero, logF0)) - Softplus.Of(u.Y));
        logS = T.IfLess(t.A, zero, zero, logS0 - Softplus.Of(u.Y));
    }

    public static T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T> => TFamily.Mean(Zeros.Counts<TFamily, T>(u)) / (1.0 + T.Exp(u.Y));

    public static T Draw<T, TRandom>(in Vec3<T> u, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T place = random.Uniform(), count = TFamily.Draw(TFamily.Drawing(Zeros.Counts<TFamily, T>(u)), trials, ref random);
        return T.IfLess(place, 1.0 / (1.0 + T.Exp(-u.Y)), 0.0, count);
    }

    public static string Marginal => "poisson";

    public static Vec3<Real> Start(Vec3<Real> θ) => new(θ.X, -1.0, 0.0);

    public static IReadOnlyList<Limit> Limits { get; } = Zeros.Limits<TFamily>("zero_inflated",
        new Limit("pi", 0, $"{TFamily.Info.Name}_regression", true));

    public static int Cone(Kind kind, double y, double trials, int slot) =>
        kind != Kind.Exact ? 0 : slot == 0 ? (y == 0 ? -1 : 0) : slot == 1 ? (y == 0 ? 1 : -1) : 0;
}

/// <summary>Hurdle: P(0) = 1 − p, P(y) = p P₀(y)/(1 − P₀(0)) for y &gt; 0, logit p = u₂.</summary>
/// <remarks>Mullahy, Journal of Econometrics 33, 1986.</remarks>
public readonly struct Hurdle<TFamily> : IModel<Hurdle<TFamily>> where TFamily : struct, IFamily<TFamily>, ICounts<TFamily>
{
    public static FamilyInfo Info { get; } = Zeros.Info<TFamily>("hurdle",
        "P(0) = 1-p, P(y) = p P0(y) / (1 - P0(0)) for y > 0 with the counts' own P0", new("p", Link.Logit, Role.Shape, "in (0, 1)"),
        "some linear combination of the terms separates zeros from the rest", "Mullahy, Journal of Econometrics 33, 1986");

    public static int Slots => TFamily.Slots + 1;

    public static Support Support => TFamily.Support;

    public static Equivariance Equivariance => Equivariance.None;

    public static Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => new(y.A);

    public static T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => TFamily.LogBase(y, t);

    public static T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
    {
        var θ = Zeros.Counts<TFamily, T>(u);
        T zero = Direct<TFamily>.LogDensity(new Row<T>(0.0), θ);
        return T.IfLess(t.A, 0.5, -Softplus.Of(u.Y), Direct<TFamily>.LogDensity(t, θ) - LogOneLess(zero) - Softplus.Of(-u.Y));
    }

    public static void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        var θ = Zeros.Counts<TFamily, T>(u);
        Direct<TFamily>.Tails(t, θ, out _, out T logS0);
        T zero = 0.0;
        logS = T.IfLess(t.A, zero, zero, logS0 - LogOneLess(Direct<TFamily>.LogDensity(new Row<T>(0.0), θ)) - Softplus.Of(-u.Y));
        logF = T.IfLess(t.A, zero, double.NegativeInfinity, LogOneLess(logS));
    }

    public static T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T>
    {
        var θ = Zeros.Counts<TFamily, T>(u);
        return TFamily.Mean(θ) / (1.0 - T.Exp(Direct<TFamily>.LogDensity(new Row<T>(0.0), θ))) / (1.0 + T.Exp(-u.Y));
    }

    public static T Draw<T, TRandom>(in Vec3<T> u, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        T place = random.Uniform(), count = TFamily.DrawPositive(Zeros.Counts<TFamily, T>(u), ref random);
        return T.IfLess(place, 1.0 / (1.0 + T.Exp(-u.Y)), count, 0.0);
    }

    /// <summary>log(1 − eˣ).</summary>
    static T LogOneLess<T>(T x) where T : unmanaged, IReal<T> => T.IfLess(x, -0.7, T.Log1p(-T.Exp(x)), T.Log(-T.Expm1(x)));

    public static string Marginal => "poisson";

    public static Vec3<Real> Start(Vec3<Real> θ) => new(θ.X, 0.0, 0.0);

    public static IReadOnlyList<Limit> Limits { get; } = Zeros.Limits<TFamily>("hurdle");

    public static int Cone(Kind kind, double y, double trials, int slot) =>
        kind == Kind.Exact && slot == 1 ? (y == 0 ? -1 : 1) : 0;
}
