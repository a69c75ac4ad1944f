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

    public static Family? Find(string name) => All.Concat(Models).FirstOrDefault(f => f.Name == name);

    /// <summary>Regression models under the names that books give them; every other family takes formulas for its parameters too.</summary>
    public static IReadOnlyList<Family> Models { get; } =
    [
        new Model<Charted<Distributions.Normal, GaussianLinear>>(),
        new Model<Charted<Distributions.Normal, Tobit>>(),
        new Model<BinomialModel<Logit>>(),
        new Model<BinomialModel<Probit>>(),
        new Model<BinomialModel<ComplementaryLogLog>>(),
        new Model<Charted<Distributions.Poisson, PoissonRegression>>(),
        new Model<Charted<Distributions.NegativeBinomial, NegativeBinomialRegression>>(),
        new Model<Charted<Distributions.Gamma, GammaRegression>>(),
        new Model<Charted<Distributions.InverseGaussian, InverseGaussianRegression>>(),
        new Model<Charted<Distributions.Beta, BetaRegression>>(),
        new Model<Charted<Distributions.Exponential, ExponentialAft>>(),
        new Model<Charted<Distributions.Weibull, WeibullAft>>(),
        new Model<Charted<Distributions.Lognormal, LognormalAft>>(),
        new Model<Charted<Distributions.Loglogistic, LoglogisticAft>>(),
        new Model<ZeroInflated<Distributions.Poisson>>(),
        new Model<ZeroInflated<Distributions.NegativeBinomial>>(),
        new Model<Hurdle<Distributions.Poisson>>(),
        new Model<Hurdle<Distributions.NegativeBinomial>>(),
    ];

    /// <summary>Models of K categories by name, once the categories are known.</summary>
    public static IReadOnlyDictionary<string, Func<IReadOnlyList<string>, Family>> OfCategories { get; } =
        new Dictionary<string, Func<IReadOnlyList<string>, Family>>
        {
            ["categorical"] = Categorical,
            ["multinomial_logit"] = labels => new Multinomial(labels),
            ["ordered_logit"] = labels => new Ordered<Logit>(labels),
            ["ordered_probit"] = labels => new Ordered<Probit>(labels),
        };

    /// <summary>The categorical family over these categories.</summary>
    public static Family Categorical(IReadOnlyList<string> labels) => new Categorical(labels);
}

/// <summary>The registry's entry of a family type.</summary>
sealed class Family<TFamily> : Family where TFamily : struct, IFamily<TFamily>
{
    public override FamilyInfo Info => TFamily.Info;

    public override bool IsDiscrete => TFamily.Support.Integer;

    public override bool NeedsTrials => TFamily.TakesTrials;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) => visitor.Visit<TFamily>();

    public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) => visitor.Visit<Direct<TFamily>>();
}

/// <summary>The registry's entry of a regression model.</summary>
sealed class Model<TModel> : Family where TModel : struct, IModel<TModel>
{
    public override FamilyInfo Info => TModel.Info;

    public override bool IsDiscrete => TModel.Support.Integer;

    public override bool IsDistribution => false;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) =>
        throw new ArgumentException($"{Name} is a model of rows with predictors; it has no fits without.");

    public override TResult Accept<TResult>(IModelVisitor<TResult> visitor) => visitor.Visit<TModel>();
}
