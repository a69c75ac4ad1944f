namespace Mle;

/// <summary>y = u + N(0, σ²).</summary>
public readonly struct GaussianLinear : IChart<GaussianLinear>
{
    public static FamilyInfo Info { get; } = new(
        "gaussian_linear", "y = u + sigma N(0, 1); sigma is the maximum-likelihood estimate, divisor n", "all real y",
        [new("mu", Link.Identity, Role.Location, "real"), new("sigma", Link.Log, Role.Scale, "> 0")],
        "the terms explain every y: sigma -> 0", "Seber and Lee, Linear Regression Analysis, 2003, ch. 3");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    public static Vec3<Real> Predictors(Vec3<Real> θ) => θ;
}

/// <summary>max(y*, 0) of y* = u + N(0, σ²).</summary>
public readonly struct Tobit : IChart<Tobit>
{
    public static FamilyInfo Info { get; } = new(
        "tobit", "y = max(y*, 0) with y* = u + sigma N(0, 1): rows with y = 0 are left-censored there", "y >= 0",
        [new("mu", Link.Identity, Role.Location, "real"), new("sigma", Link.Log, Role.Scale, "> 0")],
        "the terms explain every y > 0, or no y is above 0", "Tobin, Econometrica 26, 1958");

    public static double CensoredBelow => 0;

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    public static Vec3<Real> Predictors(Vec3<Real> θ) => θ;
}

/// <summary>P(y) = μʸ e^(−μ)/y!, log μ = u.</summary>
public readonly struct PoissonRegression : IChart<PoissonRegression>
{
    public static FamilyInfo Info { get; } = new(
        "poisson_regression", "P(y) = mu^y exp(-mu) / y!, log(mu) = u", "y = 0, 1, 2, ...",
        [new("mu", Link.Log, Role.Shape, "> 0")],
        "some linear combination of the terms is 0 wherever y > 0 and negative in some rows with y = 0",
        "McCullagh and Nelder, Generalized Linear Models, 1989, ch. 6");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    public static Vec3<Real> Predictors(Vec3<Real> θ) => θ;
}

/// <summary>Mean μ = eᵘ, variance μ + μ²/size.</summary>
public readonly struct NegativeBinomialRegression : IChart<NegativeBinomialRegression>
{
    public static FamilyInfo Info { get; } = new(
        "negative_binomial_regression", "mean mu with log(mu) = u, variance mu + mu^2/size", "y = 0, 1, 2, ...",
        [new("mu", Link.Log, Role.Shape, "> 0"), new("size", Link.Log, Role.Shape, "> 0")],
        "the counts vary no more than Poisson's: size -> infinity", "Hilbe, Negative Binomial Regression, 2011, ch. 8");

    public static IReadOnlyList<Limit> Limits { get; } = [new("size", double.PositiveInfinity, "poisson_regression", false)];

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(u.Y, u.X);

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(θ.Y, θ.X);
}

/// <summary>Gamma with mean μ = eᵘ: shape k, rate k/μ.</summary>
public readonly struct GammaRegression : IChart<GammaRegression>
{
    public static FamilyInfo Info { get; } = new(
        "gamma_regression", "f(y) = rate^shape y^(shape-1) exp(-rate y) / Gamma(shape), rate = shape/mu, log(mu) = u", "y > 0",
        [new("mu", Link.Log, Role.Scale, "> 0"), new("shape", Link.Log, Role.Shape, "> 0")],
        "the terms explain every log y: shape -> infinity", "McCullagh and Nelder, Generalized Linear Models, 1989, ch. 8");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(u.Y, u.Y - u.X);

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(θ.X - θ.Y, θ.X);
}

/// <summary>Inverse Gaussian with mean μ = eᵘ, variance μ³/λ.</summary>
public readonly struct InverseGaussianRegression : IChart<InverseGaussianRegression>
{
    public static FamilyInfo Info { get; } = new(
        "inverse_gaussian_regression", "f(y) = sqrt(lambda / (2 pi y^3)) exp(-lambda (y - mu)^2 / (2 mu^2 y)), log(mu) = u", "y > 0",
        [new("mu", Link.Log, Role.Scale, "> 0"), new("lambda", Link.Log, Role.Scale, "> 0")],
        "the terms explain every log y: lambda -> infinity", "McCullagh and Nelder, Generalized Linear Models, 1989, ch. 2");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    public static Vec3<Real> Predictors(Vec3<Real> θ) => θ;
}

/// <summary>Beta with mean μ, logit μ = u, and precision φ: α = μφ, β = (1 − μ)φ.</summary>
public readonly struct BetaRegression : IChart<BetaRegression>
{
    public static FamilyInfo Info { get; } = new(
        "beta_regression", "f(y) = y^(mu phi-1) (1-y)^((1-mu) phi-1) / B(mu phi, (1-mu) phi), logit(mu) = u", "0 < y < 1",
        [new("mu", Link.Logit, Role.Shape, "in (0, 1)"), new("phi", Link.Log, Role.Shape, "> 0")],
        "the terms explain every logit y: phi -> infinity", "Ferrari and Cribari-Neto, Journal of Applied Statistics 31, 2004");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(u.Y - Softplus.Of(-u.X), u.Y - Softplus.Of(u.X));

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(θ.X - θ.Y, Real.Log(Real.Exp(θ.X) + Real.Exp(θ.Y)));
}

/// <summary>log y = u + W with e^W standard exponential: rate e^(−u).</summary>
public readonly struct ExponentialAft : IChart<ExponentialAft>
{
    public static FamilyInfo Info { get; } = new(
        "exponential_aft", "S(y) = exp(-y/scale), log(scale) = u", "y > 0",
        [new("scale", Link.Log, Role.Scale, "> 0")],
        "no event, or none in some group of rows", "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, ch. 3");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(-u.X);

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(-θ.X);
}

/// <summary>log y = u + σW, W standard minimum Gumbel: Weibull shape 1/σ, scale eᵘ.</summary>
public readonly struct WeibullAft : IChart<WeibullAft>
{
    public static FamilyInfo Info { get; } = new(
        "weibull_aft", "S(y) = exp(-(y/scale)^(1/sigma)), log(scale) = u", "y > 0",
        [new("scale", Link.Log, Role.Scale, "> 0"), new("sigma", Link.Log, Role.Shape, "> 0")],
        "no event, or none in some group of rows; the terms explain every log y",
        "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, ch. 3");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(-u.Y, u.X);

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(θ.Y, -θ.X);
}

/// <summary>log y = u + σ N(0, 1).</summary>
public readonly struct LognormalAft : IChart<LognormalAft>
{
    public static FamilyInfo Info { get; } = new(
        "lognormal_aft", "log(y) = u + sigma N(0, 1)", "y > 0",
        [new("meanlog", Link.Identity, Role.LogScale, "real"), new("sigma", Link.Log, Role.Shape, "> 0")],
        "no event, or none in some group of rows; the terms explain every log y",
        "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, ch. 3");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => u;

    public static Vec3<Real> Predictors(Vec3<Real> θ) => θ;
}

/// <summary>log y = u + σW, W standard logistic: loglogistic shape 1/σ, scale eᵘ.</summary>
public readonly struct LoglogisticAft : IChart<LoglogisticAft>
{
    public static FamilyInfo Info { get; } = new(
        "loglogistic_aft", "S(y) = 1 / (1 + (y/scale)^(1/sigma)), log(scale) = u", "y > 0",
        [new("scale", Link.Log, Role.Scale, "> 0"), new("sigma", Link.Log, Role.Shape, "> 0")],
        "no event, or none in some group of rows; the terms explain every log y",
        "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, ch. 3");

    public static Vec3<T> Coordinates<T>(Vec3<T> u) where T : unmanaged, IReal<T> => new(-u.Y, u.X);

    public static Vec3<Real> Predictors(Vec3<Real> θ) => new(θ.Y, -θ.X);
}
