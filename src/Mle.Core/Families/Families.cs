namespace Mle;

/// <summary>All families, one line each, in the order in which <c>mle families</c> lists them.</summary>
public static class Families
{
    public static IReadOnlyList<Family> All { get; } =
    [
        new Family<Distributions.Normal>(),
        new Family<Distributions.Lognormal>(),
        new Family<Distributions.Exponential>(),
        new Family<Distributions.Gamma>(),
        new Family<Distributions.Weibull>(),
        new Family<Distributions.Beta>(),
        new Family<Distributions.Uniform>(),
        new Family<Distributions.Pareto>(),
        new Family<Distributions.Laplace>(),
        new Family<Distributions.InverseGaussian>(),
        new Family<Distributions.InverseGamma>(),
        new Family<Distributions.Rayleigh>(),
        new Family<Distributions.HalfNormal>(),
        new Family<Distributions.Logistic>(),
        new Family<Distributions.Loglogistic>(),
        new Family<Distributions.Gumbel>(),
        new Family<Distributions.Gev>(),
        new Family<Distributions.Gpd>(),
        new Family<Distributions.Cauchy>(),
        new Family<Distributions.StudentT>(),
        new Family<Distributions.Lomax>(),
        new Family<Distributions.Gompertz>(),
        new Family<Distributions.GeneralizedGamma>(),
        new Family<Distributions.Bernoulli>(),
        new Family<Distributions.Binomial>(),
        new Family<Distributions.Poisson>(),
        new Family<Distributions.ZeroTruncatedPoisson>(),
        new Family<Distributions.Geometric>(),
        new Family<Distributions.NegativeBinomial>(),
        new Family<Distributions.ZeroInflatedPoisson>(),
        new Family<Distributions.Logarithmic>(),
    ];

    public static Family? Find(string name) => All.FirstOrDefault(f => f.Name == name);

    /// <summary>The categorical family over these categories.</summary>
    public static Family Categorical(IReadOnlyList<string> labels) => new Categorical(labels);
}

/// <summary>The registry's entry of a family type.</summary>
sealed class Family<TFamily> : Family where TFamily : struct, IFamily<TFamily>
{
    public override FamilyInfo Info => TFamily.Info;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) => visitor.Visit<TFamily>();
}
