using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>How a row was observed; in the order in which a sample's segments stand.</summary>
public enum Kind
{
    /// <summary>The observation itself: f(y).</summary>
    Exact,

    /// <summary>Known to be larger: S(y).</summary>
    Right,

    /// <summary>Known not to be larger: F(y).</summary>
    Left,

    /// <summary>Known to lie in (y, upper]: F(upper) − F(y).</summary>
    Interval,
}

/// <summary>Where a parameter that is a constant may run: the rest is another model then.</summary>
/// <param name="Parameter">Which.</param>
/// <param name="At">0 or infinite, on its own scale.</param>
/// <param name="Model">What the other parameters are of, by the same names, the primary one whatever its name.</param>
/// <param name="IsProper">Whether that is a distribution of the family: then the maximum is attained, on the boundary.</param>
public sealed record Limit(string Parameter, double At, string Model, bool IsProper);

/// <summary>
/// The distribution of one row's response given its linear predictors u, one for each parameter:
/// log f(y; u) = log h(y) + LogDensity(t(y), u).
/// </summary>
/// <remarks>Kernel code down to <see cref="Differentiate"/>.</remarks>
public interface IModel<TSelf> where TSelf : struct, IModel<TSelf>
{
    /// <summary>Parameters stand in the order of the predictors.</summary>
    static abstract FamilyInfo Info { get; }

    static abstract int Slots { get; }

    static abstract Support Support { get; }

    static abstract Equivariance Equivariance { get; }

    static virtual bool TakesTrials => false;

    /// <summary>Where smaller responses are recorded as this one.</summary>
    static virtual double CensoredBelow => double.NegativeInfinity;

    /// <summary>How many statistics a row has.</summary>
    static virtual int Statistics => 1;

    static abstract Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T>;

    /// <summary>Whether log h(y) is not 0 throughout.</summary>
    static virtual bool HasLogBase => true;

    static abstract T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T>;

    static abstract T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>;

    /// <inheritdoc cref="IFamily{TSelf}.Tails"/>
    static abstract void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T>;

    /// <summary>E(y; u).</summary>
    static abstract T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T>;

    /// <inheritdoc cref="IFamily{TSelf}.Drawing"/>
    static virtual Vec3<T> Drawing<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    /// <inheritdoc cref="IFamily{TSelf}.Draw"/>
    static abstract T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>;

    /// <summary>Value and derivatives of LogDensity in u, by jets unless there is a closed form that pays.</summary>
    static virtual Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T> => ByJets.Differentiate<TSelf, T>(t, u);

    /// <summary>Whether LogDensity ends in −m log(1 + e) with m trials and 0 ≤ e ≤ 1.</summary>
    static virtual bool HasFactor => false;

    /// <summary>The same without that, and m e.</summary>
    static virtual Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> u, out T e) where T : unmanaged, IReal<T>
    {
        e = 0.0;
        return TSelf.Differentiate(t, u);
    }

    /// <summary>1 for parameters that the likelihood is smooth in; 0 for ends of the support, and where it has kinks.</summary>
    static virtual Vec3<Real> Smooth => new(1.0, 1.0, 1.0);

    /// <inheritdoc cref="IFamily{TSelf}.Ends"/>
    static virtual Vec3<Real> Ends => new(0.0, 0.0, 0.0);

    /// <summary>Whether LogDensity is linear in the statistics.</summary>
    static virtual bool IsLinear => false;

    /// <summary>Whether constants are reported as parameters; as intercepts where the model's link is no <see cref="Link"/>.</summary>
    static virtual bool IsLinked => true;

    /// <summary>Whether the likelihood of a sample may have several maxima.</summary>
    static virtual bool HasSeveralMaxima => false;

    /// <summary>The family that the response would have were there no predictors.</summary>
    static abstract string Marginal { get; }

    /// <summary>The predictors, were they constants, of the marginal family's coordinates: where to start from.</summary>
    static abstract Vec3<Real> Start(Vec3<Real> θ);

    /// <summary>Models that are reached as a constant runs away.</summary>
    static virtual IReadOnlyList<Limit> Limits => [];

    /// <summary>
    /// +1 where a row's likelihood never falls as the predictor of this parameter grows, −1 where it never falls as it
    /// shrinks, 0 where it falls in the end both ways: what separation is decided by.
    /// </summary>
    static virtual int Cone(Kind kind, double y, double trials, int slot) => 0;
}

/// <summary>Another parameterisation of a family: its coordinates θ as functions of the predictors.</summary>
public interface IChart<TSelf> where TSelf : struct, IChart<TSelf>
{
    static abstract FamilyInfo Info { get; }

    static abstract Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T>;

    static abstract Vec3<Real> Predictors(Vec3<Real> θ);

    /// <inheritdoc cref="IModel{TSelf}.Limits"/>
    static virtual IReadOnlyList<Limit> Limits => [];

    /// <inheritdoc cref="IModel{TSelf}.CensoredBelow"/>
    static virtual double CensoredBelow => double.NegativeInfinity;
}

/// <summary>The derivatives of models that have no closed form of them.</summary>
public static class ByJets
{
    public static Derivatives<T> Differentiate<TModel, T>(Row<T> t, Vec3<T> u) where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T> => TModel.Slots switch
    {
        1 => TModel.LogDensity(t.Lift<Jet1<T>>(), Jet1<T>.At(u)).Parts,
        2 => TModel.LogDensity(t.Lift<Jet2<T>>(), Jet2<T>.At(u)).Parts,
        _ => TModel.LogDensity(t.Lift<Jet3<T>>(), Jet3<T>.At(u)).Parts,
    };
}

/// <summary>A family with a predictor for each of its parameters, each on its own link.</summary>
public readonly struct Direct<TFamily> : IModel<Direct<TFamily>> where TFamily : struct, IFamily<TFamily>
{
    public static FamilyInfo Info => TFamily.Info;

    public static int Slots => TFamily.Slots;

    public static Support Support => TFamily.Support;

    public static Equivariance Equivariance => TFamily.Equivariance;

    public static bool TakesTrials => TFamily.TakesTrials;

    public static Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => TFamily.Statistic(y);

    public static T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => TFamily.LogBase(y, t);

    public static T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
    {
        var η = TFamily.Natural(u);
        return TFamily.LogKernel(t, η) - TFamily.LogNormalizer(η);
    }

    public static Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T> => TFamily.Differentiate(t, u);

    public static void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        TFamily.Tails(t, TFamily.Natural(u), out logF, out logS);

    public static T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T> => TFamily.Mean(u);

    public static Vec3<T> Drawing<T>(Vec3<T> u) where T : unmanaged, IReal<T> => TFamily.Drawing(u);

    [MethodImpl(AggressiveInlining)]
    public static T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> => TFamily.Draw(η, trials, ref random);

    public static int Statistics => TFamily.Statistics;

    public static bool HasLogBase => TFamily.HasLogBase;

    public static bool HasSeveralMaxima => TFamily.Starts > 1;

    public static string Marginal => TFamily.Info.Name;

    public static Vec3<Real> Smooth => TFamily.Smooth<Real>();

    public static Vec3<Real> Ends => TFamily.Ends<Real>();

    public static bool IsLinear => TFamily.Keep == Keep.Sums;

    public static Vec3<Real> Start(Vec3<Real> θ) => θ;

    public static IReadOnlyList<Limit> Limits => TFamily.Limits;

    public static int Cone(Kind kind, double y, double trials, int slot) => TFamily.Cone(kind, y, trials, slot);
}

/// <summary>A family in another parameterisation.</summary>
public readonly struct Charted<TFamily, TChart> : IModel<Charted<TFamily, TChart>>
    where TFamily : struct, IFamily<TFamily> where TChart : struct, IChart<TChart>
{
    public static FamilyInfo Info => TChart.Info;

    public static int Slots => TFamily.Slots;

    public static Support Support => TFamily.Support;

    public static Equivariance Equivariance => TFamily.Equivariance;

    public static bool TakesTrials => TFamily.TakesTrials;

    public static Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => TFamily.Statistic(y);

    public static T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => TFamily.LogBase(y, t);

    public static T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T> =>
        Direct<TFamily>.LogDensity(t, TChart.Coordinates(u));

    public static void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T> =>
        Direct<TFamily>.Tails(t, TChart.Coordinates(u), out logF, out logS);

    public static T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T> => TFamily.Mean(TChart.Coordinates(u));

    /// <summary>As it is recorded: not below <see cref="CensoredBelow"/>.</summary>
    public static T Draw<T, TRandom>(in Vec3<T> u, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T> =>
        T.Max(TChart.CensoredBelow, TFamily.Draw(TFamily.Drawing(TChart.Coordinates(u)), trials, ref random));

    public static int Statistics => TFamily.Statistics;

    public static bool HasLogBase => TFamily.HasLogBase;

    public static string Marginal => TFamily.Info.Name;

    public static bool IsLinear => TFamily.Keep == Keep.Sums;

    public static double CensoredBelow => TChart.CensoredBelow;

    public static Vec3<Real> Start(Vec3<Real> θ) => TChart.Predictors(θ);

    public static IReadOnlyList<Limit> Limits => TChart.Limits;

    public static int Cone(Kind kind, double y, double trials, int slot) => Cones.Of(Info, kind, y, slot);
}

/// <summary>Cones that follow from what a parameter does to the data.</summary>
static class Cones
{
    /// <summary>
    /// A location or a scale that grows moves all probability up, and a rate down; a mean of counts on a log link takes
    /// all of it from 0.
    /// </summary>
    public static int Of(FamilyInfo info, Kind kind, double y, int slot)
    {
        var parameter = info.Parameters[slot];
        if (parameter.Name != info.Primary)
            return 0;
        int up = parameter.Role switch
        {
            Role.Rate => -1,
            Role.Shape => parameter.Link == Link.Log ? 1 : 0,
            _ => 1,
        };
        return kind switch
        {
            Kind.Right => up,
            Kind.Left => -up,
            Kind.Exact when parameter.Role == Role.Shape && y == 0 => -up,
            _ => 0,
        };
    }
}
