using System.Runtime.CompilerServices;
using Mle.Distributions;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Binomial regression: P(y) = C(m, y) pʸ (1 − p)^(m−y) with p = F(u) for a link's distribution function F; without a
/// column of trials every row is one trial.
/// </summary>
/// <remarks>McCullagh and Nelder, Generalized Linear Models, 1989, ch. 4.</remarks>
public readonly struct BinomialModel<TLink> : IModel<BinomialModel<TLink>> where TLink : struct, ILink<TLink>
{
    public static FamilyInfo Info { get; } = new(
        TLink.Name == "logit" ? "logistic_regression" : $"{TLink.Name}_regression",
        "P(y) = C(m, y) p^y (1-p)^(m-y), " + TLink.Name + "(p) = u; m = 1 without a column of trials", "y = 0, 1, ..., m",
        [new("p", Link.Logit, Role.Shape, "in (0, 1)")],
        "some linear combination of the terms separates successes from failures",
        "McCullagh and Nelder, Generalized Linear Models, 1989, ch. 4");

    public static int Slots => 1;

    public static Support Support => Support.Counts();

    public static Equivariance Equivariance => Equivariance.None;

    public static bool TakesTrials => true;

    public static bool IsLinked => TLink.Name == Logit.Name;

    public static Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => Binomial.Statistic(y);

    public static T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => Binomial.LogBase(y, t);

    public static T LogDensity<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
    {
        TLink.Tails(u.X, out T logp, out T logq);
        return t.A * logp + t.B * logq;
    }

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T> => TLink.Differentiate(t.A, t.B, u.X);

    public static bool HasFactor => TLink.HasFactor;

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> u, out T e) where T : unmanaged, IReal<T>
    {
        var d = TLink.Differentiate(t.A, t.B, u.X, out e);
        e *= t.A + t.B;
        return d;
    }

    public static void Tails<T>(Row<T> t, Vec3<T> u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        TLink.Tails(u.X, out T logp, out T logq);
        Direct<Binomial>.Tails(t, new(logp - logq), out logF, out logS);
    }

    public static T Mean<T>(Vec3<T> u) where T : unmanaged, IReal<T>
    {
        TLink.Tails(u.X, out T logp, out _);
        return T.Exp(logp);
    }

    public static T Draw<T, TRandom>(in Vec3<T> u, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>
    {
        TLink.Tails(u.X, out T logp, out T logq);
        return Variates.Binomial(trials, logp - logq, ref random);
    }

    public static int Statistics => 2;

    public static string Marginal => Binomial.Info.Name;

    public static Vec3<Real> Start(Vec3<Real> θ) => new(TLink.Quantile(1 / (1 + Math.Exp(-(double)θ.X))));

    public static int Cone(Kind kind, double y, double trials, int slot) => Binomial.Cone(kind, y, trials, slot);
}
