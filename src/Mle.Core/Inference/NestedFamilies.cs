namespace Mle;

/// <summary>A family that is another one at certain values of its parameters.</summary>
/// <param name="Inner">The special case.</param>
/// <param name="Outer">The family that it is a case of.</param>
/// <param name="OnBoundary">Whether that is on the edge of the outer family's parameter space, where it is no member itself.</param>
/// <param name="At">Where; none where it is a relation between parameters.</param>
public sealed record NestedPair(string Inner, string Outer, bool OnBoundary, params (string Parameter, double Value)[] At);

/// <summary>Which families contain which.</summary>
public static class NestedFamilies
{
    public static IReadOnlyList<NestedPair> All { get; } =
    [
        new("exponential", "weibull", false, ("shape", 1)),
        new("exponential", "gamma", false, ("shape", 1)),
        new("exponential", "gpd", false, ("xi", 0)),
        new("exponential", "lomax", true, ("shape", double.PositiveInfinity)),
        new("exponential", "gompertz", true, ("shape", 0)),
        new("exponential", "generalized_gamma", false, ("d", 1), ("p", 1)),
        new("rayleigh", "weibull", false, ("shape", 2)),
        new("rayleigh", "generalized_gamma", false, ("d", 2), ("p", 2)),
        new("half_normal", "generalized_gamma", false, ("d", 1), ("p", 2)),
        new("gamma", "generalized_gamma", false, ("p", 1)),
        new("weibull", "generalized_gamma", false),
        new("lognormal", "generalized_gamma", true, ("p", 0)),
        new("gumbel", "gev", false, ("xi", 0)),
        new("cauchy", "student_t", false, ("df", 1)),
        new("normal", "student_t", true, ("df", double.PositiveInfinity)),
        new("geometric", "negative_binomial", false, ("size", 1)),
        new("poisson", "negative_binomial", true, ("size", double.PositiveInfinity)),
        new("poisson", "zero_inflated_poisson", true, ("pi", 0)),
        new("exponential_aft", "weibull_aft", false, ("sigma", 1)),
        new("exponential_aft", "gamma_regression", false, ("shape", 1)),
        new("poisson_regression", "negative_binomial_regression", true, ("size", double.PositiveInfinity)),
        new("poisson_regression", "zero_inflated_poisson_regression", true, ("pi", 0)),
        new("poisson_regression", "zero_inflated_negative_binomial_regression", true, ("pi", 0), ("size", double.PositiveInfinity)),
        new("negative_binomial_regression", "zero_inflated_negative_binomial_regression", true, ("pi", 0)),
        new("zero_inflated_poisson_regression", "zero_inflated_negative_binomial_regression", true, ("size", double.PositiveInfinity)),
        new("hurdle_poisson_regression", "hurdle_negative_binomial_regression", true, ("size", double.PositiveInfinity)),
    ];

    /// <summary>Families that share members without one containing the other, and those that meet at a limit.</summary>
    static readonly (string, string)[] Overlapping =
    [
        ("poisson_regression", "hurdle_poisson_regression"), ("negative_binomial_regression", "hurdle_negative_binomial_regression"),
        ("zero_inflated_poisson_regression", "hurdle_poisson_regression"),
        ("zero_inflated_negative_binomial_regression", "hurdle_negative_binomial_regression"), ("lomax", "gpd"),
    ];

    /// <summary>Null where the first is no case of the second.</summary>
    public static NestedPair? Find(string inner, string outer) => All.FirstOrDefault(p => p.Inner == inner && p.Outer == outer);

    /// <summary>Whether the two are one family, one contains the other, or they are known to share members.</summary>
    public static bool Overlap(string a, string b) => a == b || Contains(a, b) || Contains(b, a) || Overlapping.Contains((a, b)) || Overlapping.Contains((b, a));

    static bool Contains(string outer, string inner) => All.Any(p => p.Outer == outer && (p.Inner == inner || Contains(p.Inner, inner)));
}
