using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>A standard distribution function that a probability is linked to a predictor by.</summary>
public interface ILink<TSelf> where TSelf : struct, ILink<TSelf>
{
    /// <summary>Such as "logit".</summary>
    static abstract string Name { get; }

    /// <summary>log F(u) and log(1 − F(u)).</summary>
    static abstract void Tails<T>(T u, out T logF, out T logS) where T : unmanaged, IReal<T>;

    /// <summary>a log F(u) + b log(1 − F(u)) with its derivatives.</summary>
    static virtual Derivatives<T> Differentiate<T>(T a, T b, T u) where T : unmanaged, IReal<T>
    {
        TSelf.Tails(new Jet1<T>(u, 1.0, 0.0), out var logF, out var logS);
        return (logF.Times(a) + logS.Times(b)).Parts;
    }

    /// <summary>Whether there is a factor 1 + e in both F(u) and 1 − F(u), with e in [0, 1].</summary>
    static virtual bool HasFactor => false;

    /// <summary>The same without −(a + b) log(1 + e).</summary>
    static virtual Derivatives<T> Differentiate<T>(T a, T b, T u, out T e) where T : unmanaged, IReal<T>
    {
        e = 0.0;
        return TSelf.Differentiate(a, b, u);
    }

    /// <summary>About where F(u) = p: a place to start from.</summary>
    static abstract double Quantile(double p);
}

/// <summary>F(u) = 1/(1 + e^(−u)).</summary>
public readonly struct Logit : ILink<Logit>
{
    public static string Name => "logit";

    public static void Tails<T>(T u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logF = -Softplus.Of(-u);
        logS = -Softplus.Of(u);
    }

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<T>(T a, T b, T u) where T : unmanaged, IReal<T>
    {
        T e = T.Exp(-T.Abs(u));
        var d = Differentiate(a, b, u, e);
        return new(d.F - (a + b) * T.Log1p(e), d.Score, d.Hessian);
    }

    public static bool HasFactor => true;

    [MethodImpl(AggressiveInlining)]
    public static Derivatives<T> Differentiate<T>(T a, T b, T u, out T e) where T : unmanaged, IReal<T>
    {
        e = Elementary.ExpSaturating(-T.Abs(u));
        return Differentiate(a, b, u, e);
    }

    /// <summary>au − (a + b) max(u, 0), a − (a + b)F and −(a + b)F(1 − F) from one exponential e = exp(−|u|).</summary>
    [MethodImpl(AggressiveInlining)]
    static Derivatives<T> Differentiate<T>(T a, T b, T u, T e) where T : unmanaged, IReal<T>
    {
        T zero = 0.0, one = 1.0, m = a + b;
        T q = T.Reciprocal(one + e), p = e * q, f = T.IfLess(u, zero, p, q), positive = T.IfLess(u, zero, zero, u);
        return new(a * u - m * positive, a - m * f, -m * p * q);
    }

    public static double Quantile(double p) => Math.Log(p) - Math.Log(1 - p);
}

/// <summary>F = Φ.</summary>
public readonly struct Probit : ILink<Probit>
{
    public static string Name => "probit";

    public static void Tails<T>(T u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        logF = T.LogNormalCdf(u);
        logS = T.LogNormalCdf(-u);
    }

    public static double Quantile(double p) => Logit.Quantile(p) / 1.7;
}

/// <summary>F(u) = 1 − exp(−eᵘ).</summary>
public readonly struct ComplementaryLogLog : ILink<ComplementaryLogLog>
{
    public static string Name => "cloglog";

    public static void Tails<T>(T u, out T logF, out T logS) where T : unmanaged, IReal<T>
    {
        T e = T.Exp(u);
        logS = -e;
        // For small e: log(1 − exp(−e)) = u + log((1 − exp(−e))/e).
        logF = T.IfLess(e, 0.7, T.Log(-T.Expm1(-e)), T.Log1p(-T.Exp(-e)));
    }

    public static double Quantile(double p) => Math.Log(-Math.Log(1 - p));
}
