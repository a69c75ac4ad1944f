namespace Mle;

/// <summary>A standard distribution function that a probability is linked to a predictor by.</summary>
public interface ILink<TSelf> where TSelf : struct, ILink<TSelf>
{
    /// <summary>Such as "logit".</summary>
    static abstract string Name { get; }

    /// <summary>log F(u) and log(1 − F(u)).</summary>
    static abstract void Tails<T>(T u, out T logF, out T logS) where T : unmanaged, IReal<T>;

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
