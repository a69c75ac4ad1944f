namespace Mle;

/// <summary>How a reported parameter v is made from the solver's unconstrained coordinate θ.</summary>
public enum Link { Identity, Log, Logit }

/// <summary>What a link does to numbers of the host.</summary>
public static class LinkFunctions
{
    /// <summary>θ: v itself, log v, or log v − log(1 − v).</summary>
    public static double Coordinate(this Link link, double v) => link switch
    {
        Link.Log => Math.Log(v),
        Link.Logit => Math.Log(v) - Math.Log(1 - v),
        _ => v,
    };

    /// <summary>v: θ itself, e^θ, or 1/(1 + e^−θ).</summary>
    public static double Value(this Link link, double θ) => link switch
    {
        Link.Log => Math.Exp(θ),
        Link.Logit => 1 / (1 + Math.Exp(-θ)),
        _ => θ,
    };

    /// <summary>dv/dθ at v.</summary>
    public static double Slope(this Link link, double v) => link switch
    {
        Link.Log => v,
        Link.Logit => v * (1 - v),
        _ => 1,
    };
}
