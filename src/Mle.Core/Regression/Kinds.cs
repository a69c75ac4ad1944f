using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What rows that were observed in one way add to the log-likelihood, with its derivatives in the predictors.</summary>
public interface IKind
{
    /// <summary>Whether −log(1 + e) is left out of the value.</summary>
    static virtual bool LeavesFactor => false;

    /// <param name="t">The statistics of the observation, or of the lower bound.</param>
    /// <param name="upper">Those of the upper bound.</param>
    /// <param name="e">0 where nothing is left out.</param>
    static abstract Derivatives<T> Differentiate<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u, out T e)
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>;
}

/// <summary>log f(y) without log h(y).</summary>
public readonly struct Exact : IKind
{
    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u, out T e)
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
    {
        e = 0.0;
        return TModel.Differentiate(t, u);
    }
}

/// <summary>The same of rows that count once or not at all: the logarithm of their factors' product is taken for all together.</summary>
public readonly struct Once : IKind
{
    public static bool LeavesFactor => true;

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u, out T e)
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T> => TModel.Differentiate(t, u, out e);
}

/// <summary>A likelihood that is differentiated by jets.</summary>
public interface ITail
{
    static abstract T Log<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u) where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>;
}

/// <summary>log S(y).</summary>
public readonly struct Right : ITail
{
    public static T Log<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u) where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
    {
        TModel.Tails(t, u, out _, out T logS);
        return logS;
    }
}

/// <summary>log F(y).</summary>
public readonly struct Left : ITail
{
    public static T Log<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u) where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
    {
        TModel.Tails(upper, u, out T logF, out _);
        return logF;
    }
}

/// <summary>
/// log[F(upper) − F(y)]: below the median from log F, above it from log S, and across it from 1 − F(y) − S(upper), so that
/// nothing is subtracted that is not of the size of the result or smaller than 1.
/// </summary>
public readonly struct Interval : ITail
{
    const double LogHalf = -Elementary.LogOfTwo;

    public static T Log<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u) where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
    {
        TModel.Tails(t, u, out T lowF, out T lowS);
        TModel.Tails(upper, u, out T highF, out T highS);
        return Between(lowF, lowS, highF, highS);
    }

    /// <summary>log of the probability between two points, from the logarithms of both tails at each.</summary>
    public static T Between<T>(T lowF, T lowS, T highF, T highS) where T : unmanaged, IReal<T>
    {
        T below = highF + LogOneLess(Less(lowF, highF)), above = lowS + LogOneLess(Less(highS, lowS));
        T across = T.Log1p(-(T.Exp(lowF) + T.Exp(highS)));
        return T.IfLess(highF, LogHalf, below, T.IfLess(lowS, LogHalf, above, across));
    }

    /// <summary>a − b, far below 0 where b takes all and a nothing.</summary>
    static T Less<T>(T a, T b) where T : unmanaged, IReal<T> => T.IfLess(-700.0, a, a - b, -700.0);

    /// <summary>log(1 − eˣ) for x &lt; 0.</summary>
    static T LogOneLess<T>(T x) where T : unmanaged, IReal<T> =>
        T.IfLess(x, LogHalf, T.Log1p(-T.Exp(x)), T.Log(-T.Expm1(T.IfLess(x, LogHalf, LogHalf, x))));
}

/// <summary>A tail as a kind of row.</summary>
public readonly struct Censored<TTail> : IKind where TTail : struct, ITail
{
    public static Derivatives<T> Differentiate<TModel, T>(Row<T> t, Row<T> upper, Vec3<T> u, out T e)
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
    {
        e = 0.0;
        return TModel.Slots switch
        {
            1 => TTail.Log<TModel, Jet1<T>>(t.Lift<Jet1<T>>(), upper.Lift<Jet1<T>>(), Jet1<T>.At(u)).Parts,
            2 => TTail.Log<TModel, Jet2<T>>(t.Lift<Jet2<T>>(), upper.Lift<Jet2<T>>(), Jet2<T>.At(u)).Parts,
            _ => TTail.Log<TModel, Jet3<T>>(t.Lift<Jet3<T>>(), upper.Lift<Jet3<T>>(), Jet3<T>.At(u)).Parts,
        };
    }
}
