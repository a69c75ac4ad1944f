namespace Mle;

/// <summary>
/// Multinomial logit: P(y = j) = e^(uⱼ)/Σ e^(uₖ) over K named categories, u = 0 for the first. Observations are the numbers
/// 0 to K − 1 of the categories.
/// </summary>
/// <remarks>Agresti, Categorical Data Analysis, 2013, section 8.1.</remarks>
public sealed class Multinomial(IReadOnlyList<string> labels) : Family
{
    public IReadOnlyList<string> Labels => labels;

    public override FamilyInfo Info { get; } = new(
        "multinomial_logit", "P(y = j) = exp(u_j) / sum of exp(u_k), u = 0 for the first category", "K named categories",
        [new("u", Link.Identity, Role.Location, "real")],
        "some linear combination of the terms separates categories", "Agresti, Categorical Data Analysis, 2013, section 8.1");

    public override bool IsDistribution => false;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) =>
        throw new ArgumentException($"{Name} is a model of rows with predictors; categorical is the one without.");

    public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) => visitor.VisitMultinomial(labels);
}

/// <summary>
/// Cumulative link model: P(y ≤ j) = F(ζⱼ − u) over K ordered categories, thresholds ζ₁ &lt; … &lt; ζ_(K−1). Observations are
/// the numbers 0 to K − 1 of the categories.
/// </summary>
/// <remarks>McCullagh, Journal of the Royal Statistical Society B 42, 1980.</remarks>
public sealed class Ordered<TLink>(IReadOnlyList<string> labels) : Family where TLink : struct, ILink<TLink>
{
    public IReadOnlyList<string> Labels => labels;

    public override FamilyInfo Info { get; } = new(
        $"ordered_{TLink.Name}", $"P(y <= j) = F(zeta_j - u) with the distribution function F of the {TLink.Name}", "K ordered categories",
        [new("u", Link.Identity, Role.Location, "real")],
        "some linear combination of the terms separates categories, or one never occurs",
        "McCullagh, Journal of the Royal Statistical Society B 42, 1980");

    public override bool IsDistribution => false;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) =>
        throw new ArgumentException($"{Name} is a model of rows with predictors; categorical is the one without.");

    public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) => visitor.VisitOrdered<TLink>(labels);
}
