using static System.Math;
using static MathNet.Numerics.SpecialFunctions;
using D = MathNet.Numerics.Distributions;

namespace Mle.Tests;

/// <summary>
/// What a family should be, written a second time: the textbook log-density in plain double arithmetic, nothing shared
/// with the library. A new family is covered by all laws with one entry in <see cref="Oracles.All"/>.
/// </summary>
/// <param name="Family">The registry's name.</param>
/// <param name="Names">The parameters' names in the order of this entry's arrays, separated by blanks.</param>
/// <param name="Points">True parameters at which the score's moments are simulated; regular there.</param>
/// <param name="Any">A random typical parameter point: wide enough to be awkward, not degenerate.</param>
/// <param name="Log">log f(x; p), complete; the last argument is the number of trials. −∞ outside the support.</param>
/// <param name="Draw">One observation.</param>
/// <param name="Book">MathNet's own distribution, where it has one: it keeps the formula honest.</param>
/// <param name="Trials">Whether observations come with a number of trials.</param>
/// <param name="Support">Where the density is positive, where that depends on the parameters.</param>
public sealed record Oracle(
    string Family, string Names, double[][] Points, Func<Random, double[]> Any,
    Func<double[], double, double, double> Log, Func<double[], Random, double, double> Draw,
    Func<double[], double, D.IUnivariateDistribution>? Book = null, bool Trials = false,
    Func<double[], (double Low, double High)>? Support = null)
{
    public string[] Parameters { get; } = Names.Split(' ');

    public override string ToString() => Family;
}

/// <summary>One line per family.</summary>
public static class Oracles
{
    const double HalfLog2π = 0.91893853320467274178, Minus = double.NegativeInfinity;

    public static Oracle Of(string family) =>
        All.FirstOrDefault(o => o.Family == family)
        ?? throw new InvalidOperationException($"The family '{family}' is registered but has no entry in tests/Mle.Tests/Families/Oracles.cs.");

    public static IReadOnlyList<Oracle> All { get; } =
    [
        new("normal", "mu sigma", [[0.4, 1.7], [-3, 0.2]], r => [Place(r), Size(r)],
            (p, x, _) => LogNormal(x, p[0], p[1]), (p, r, _) => D.Normal.Sample(r, p[0], p[1]),
            (p, _) => new D.Normal(p[0], p[1])),
        new("lognormal", "meanlog sdlog", [[0.4, 0.7], [-1, 1.3]], r => [Between(r, -3, 3), Shape(r, 0.1, 3)],
            (p, x, _) => LogNormal(Log(x), p[0], p[1]) - Log(x), (p, r, _) => Exp(D.Normal.Sample(r, p[0], p[1])),
            (p, _) => new D.LogNormal(p[0], p[1])),
        new("exponential", "rate", [[0.7], [20]], r => [Size(r)],
            (p, x, _) => Log(p[0]) - p[0] * x, (p, r, _) => -Log(Open(r)) / p[0],
            (p, _) => new D.Exponential(p[0])),
        new("gamma", "shape rate", [[2.3, 0.7], [0.4, 3]], r => [Shape(r, 0.15, 50), Size(r)],
            (p, x, _) => p[0] * Log(p[1]) + (p[0] - 1) * Log(x) - p[1] * x - GammaLn(p[0]),
            (p, r, _) => D.Gamma.Sample(r, p[0], p[1]), (p, _) => new D.Gamma(p[0], p[1])),
        new("weibull", "shape scale", [[1.4, 2], [0.6, 0.1]], r => [Shape(r, 0.2, 20), Size(r)],
            (p, x, _) => Log(p[0] / p[1]) + (p[0] - 1) * Log(x / p[1]) - Pow(x / p[1], p[0]),
            (p, r, _) => p[1] * Pow(-Log(Open(r)), 1 / p[0]), (p, _) => new D.Weibull(p[0], p[1])),
        new("beta", "alpha beta", [[2, 3.5], [0.6, 0.8]], r => [Shape(r, 0.2, 30), Shape(r, 0.2, 30)],
            (p, x, _) => (p[0] - 1) * Log(x) + (p[1] - 1) * Log(1 - x) + GammaLn(p[0] + p[1]) - GammaLn(p[0]) - GammaLn(p[1]),
            (p, r, _) => D.Beta.Sample(r, p[0], p[1]), (p, _) => new D.Beta(p[0], p[1])),
        new("uniform", "a b", [[-1, 2]], r => { double a = Place(r); return [a, a + Size(r)]; },
            (p, x, _) => x < p[0] || x > p[1] ? Minus : -Log(p[1] - p[0]), (p, r, _) => p[0] + (p[1] - p[0]) * Open(r),
            (p, _) => new D.ContinuousUniform(p[0], p[1]), Support: p => (p[0], p[1])),
        new("pareto", "xm alpha", [[1.5, 2.5], [0.2, 0.8]], r => [Size(r), Shape(r, 0.3, 10)],
            (p, x, _) => x < p[0] ? Minus : Log(p[1]) + p[1] * Log(p[0]) - (p[1] + 1) * Log(x),
            (p, r, _) => p[0] * Pow(Open(r), -1 / p[1]), (p, _) => new D.Pareto(p[0], p[1]),
            Support: p => (p[0], double.PositiveInfinity)),
        new("laplace", "location scale", [[0.5, 2], [-4, 0.3]], r => [Place(r), Size(r)],
            (p, x, _) => -Log(2 * p[1]) - Abs(x - p[0]) / p[1],
            (p, r, _) => p[0] + p[1] * Log(Open(r) / Open(r)), (p, _) => new D.Laplace(p[0], p[1])),
        new("logistic", "location scale", [[0.5, 2], [-4, 0.3]], r => [Place(r), Size(r)],
            (p, x, _) => { double z = Abs(x - p[0]) / p[1]; return -z - Log(p[1]) - 2 * Log(1 + Exp(-z)); },
            (p, r, _) => p[0] + p[1] * Logit(Open(r)), (p, _) => new D.Logistic(p[0], p[1])),
        new("loglogistic", "shape scale", [[2.5, 1.5], [0.7, 4]], r => [Shape(r, 0.3, 20), Size(r)],
            (p, x, _) =>
            {
                double z = p[0] * Log(x / p[1]);
                return Log(p[0]) - Log(x) - Abs(z) - 2 * Log(1 + Exp(-Abs(z)));
            },
            (p, r, _) => p[1] * Exp(Logit(Open(r)) / p[0])),
        new("gumbel", "location scale", [[0.5, 2], [-4, 0.3]], r => [Place(r), Size(r)],
            (p, x, _) => { double z = (x - p[0]) / p[1]; return -Log(p[1]) - z - Exp(-z); },
            (p, r, _) => p[0] - p[1] * Log(-Log(Open(r)))),
        new("gev", "location scale xi", [[0.5, 2, 0.15], [-1, 0.5, -0.12]], r => [Place(r), Size(r), Between(r, -0.3, 0.8)],
            (p, x, _) =>
            {
                double t = LogOnePlus(p[2], (x - p[0]) / p[1]);
                return double.IsNaN(t) ? Minus : -Log(p[1]) - (1 + p[2]) * t - Exp(-t);
            },
            (p, r, _) => p[0] + p[1] * Stretch(p[2], -Log(-Log(Open(r)))),
            Support: p => p[2] > 0 ? (p[0] - p[1] / p[2], double.PositiveInfinity)
                : p[2] < 0 ? (double.NegativeInfinity, p[0] - p[1] / p[2]) : (double.NegativeInfinity, double.PositiveInfinity)),
        new("gpd", "scale xi", [[1.5, 0.3], [0.4, -0.15]], r => [Size(r), Between(r, -0.3, 1)],
            (p, x, _) =>
            {
                double t = LogOnePlus(p[1], x / p[0]);
                return double.IsNaN(t) || x < 0 ? Minus : -Log(p[0]) - (1 + p[1]) * t;
            },
            (p, r, _) => p[0] * Stretch(p[1], -Log(Open(r))),
            Support: p => (0, p[1] < 0 ? -p[0] / p[1] : double.PositiveInfinity)),
        new("cauchy", "location scale", [[0.5, 2], [-4, 0.3]], r => [Place(r), Size(r)],
            (p, x, _) => { double z = (x - p[0]) / p[1]; return -Log(PI * p[1]) - LogSquared(z); },
            (p, r, _) => p[0] + p[1] * Tan(PI * (Open(r) - 0.5)), (p, _) => new D.Cauchy(p[0], p[1])),
        new("student_t", "location scale df", [[0.5, 2, 4], [-1, 0.4, 2.2]], r => [Place(r), Size(r), Shape(r, 0.8, 30)],
            (p, x, _) =>
            {
                double z = (x - p[0]) / p[1], df = p[2];
                return HalfStep(df / 2) - 0.5 * Log(PI * df) - Log(p[1]) - (df + 1) / 2 * LogSquared(z / Sqrt(df));
            },
            (p, r, _) => D.StudentT.Sample(r, p[0], p[1], p[2]), (p, _) => new D.StudentT(p[0], p[1], p[2])),
        new("inverse_gaussian", "mu lambda", [[1.5, 3], [0.4, 0.2]], r => { double m = Size(r); return [m, m * Shape(r, 0.1, 50)]; },
            (p, x, _) => 0.5 * Log(p[1] / x) - HalfLog2π - Log(x) - p[1] * (x - p[0]) * (x - p[0]) / (2 * p[0] * p[0] * x),
            (p, r, _) => D.InverseGaussian.Sample(r, p[0], p[1]), (p, _) => new D.InverseGaussian(p[0], p[1])),
        new("inverse_gamma", "shape scale", [[2.3, 0.7], [0.6, 3]], r => [Shape(r, 0.3, 50), Size(r)],
            (p, x, _) => p[0] * Log(p[1]) - (p[0] + 1) * Log(x) - p[1] / x - GammaLn(p[0]),
            (p, r, _) => p[1] / D.Gamma.Sample(r, p[0], 1), (p, _) => new D.InverseGamma(p[0], p[1])),
        new("rayleigh", "sigma", [[1.5], [0.01]], r => [Size(r)],
            (p, x, _) => Log(x) - 2 * Log(p[0]) - x * x / (2 * p[0] * p[0]),
            (p, r, _) => p[0] * Sqrt(-2 * Log(Open(r))), (p, _) => new D.Rayleigh(p[0])),
        new("half_normal", "sigma", [[1.5], [0.01]], r => [Size(r)],
            (p, x, _) => Log(2) + LogNormal(x, 0, p[0]), (p, r, _) => Abs(D.Normal.Sample(r, 0, p[0]))),
        new("lomax", "shape scale", [[2.5, 1.5], [0.9, 4]], r => [Shape(r, 0.3, 10), Size(r)],
            (p, x, _) => Log(p[0] / p[1]) - (p[0] + 1) * LogOnePlus(x / p[1]),
            (p, r, _) => p[1] * MinusOne(-Log(Open(r)) / p[0])),
        new("gompertz", "shape rate", [[0.8, 0.3], [2, 0.02]], r => { double s = Size(r); return [s, s * Shape(r, 0.01, 3)]; },
            (p, x, _) => Log(p[1]) + p[0] * x - p[1] * (p[0] == 0 ? x : MinusOne(p[0] * x) / p[0]),
            (p, r, _) => LogOnePlus(-p[0] / p[1] * Log(Open(r))) / p[0]),
        new("generalized_gamma", "a d p", [[1.5, 2, 1.3], [0.5, 3, 0.8]], r => [Size(r), Shape(r, 0.4, 6), Shape(r, 0.4, 4)],
            (p, x, _) => Log(p[2]) - p[1] * Log(p[0]) + (p[1] - 1) * Log(x) - Pow(x / p[0], p[2]) - GammaLn(p[1] / p[2]),
            (p, r, _) => p[0] * Pow(D.Gamma.Sample(r, p[1] / p[2], 1), 1 / p[2])),
        new("bernoulli", "p", [[0.3], [0.9]], r => [Between(r, 0.05, 0.95)],
            (p, x, _) => x == 1 ? Log(p[0]) : Log(1 - p[0]), (p, r, _) => Open(r) < p[0] ? 1 : 0, (p, _) => new D.Bernoulli(p[0])),
        new("binomial", "p", [[0.3], [0.9]], r => [Between(r, 0.05, 0.95)],
            (p, x, m) => LogChoose(m, x) + x * Log(p[0]) + (m - x) * Log(1 - p[0]),
            (p, r, m) => Enumerable.Range(0, (int)m).Count(_ => Open(r) < p[0]), (p, m) => new D.Binomial(p[0], (int)m), Trials: true),
        new("poisson", "lambda", [[2.5], [40]], r => [Shape(r, 0.05, 200)],
            (p, x, _) => x * Log(p[0]) - p[0] - FactorialLn((int)x), (p, r, _) => D.Poisson.Sample(r, p[0]), (p, _) => new D.Poisson(p[0])),
        new("ztpoisson", "lambda", [[2.5], [0.6]], r => [Shape(r, 0.2, 60)],
            (p, x, _) => x < 1 ? Minus : x * Log(p[0]) - p[0] - FactorialLn((int)x) - Log(-MinusOne(-p[0])),
            (p, r, _) => Until(() => D.Poisson.Sample(r, p[0]), x => x > 0)),
        new("geometric", "p", [[0.3], [0.9]], r => [Between(r, 0.02, 0.95)],
            (p, x, _) => Log(p[0]) + x * LogOnePlus(-p[0]), (p, r, _) => Floor(Log(Open(r)) / LogOnePlus(-p[0]))),
        new("negative_binomial", "size mu", [[1.5, 4], [6, 2]], r => [Shape(r, 0.2, 20), Shape(r, 0.2, 80)],
            (p, x, _) =>
            {
                double s = -FactorialLn((int)x) - p[0] * LogOnePlus(p[1] / p[0]) + x * Log(p[1] / (p[0] + p[1]));
                for (int j = 0; j < (int)x; j++)
                    s += Log(p[0] + j);
                return s;
            },
            (p, r, _) => D.Poisson.Sample(r, Max(1e-300, D.Gamma.Sample(r, p[0], p[0] / p[1]))),
            (p, _) => new D.NegativeBinomial(p[0], p[0] / (p[0] + p[1]))),
        new("zero_inflated_poisson", "pi lambda", [[0.3, 2.5], [0.6, 5]], r => [Between(r, 0.05, 0.9), Shape(r, 0.3, 40)],
            (p, x, _) => x == 0 ? Log(p[0] + (1 - p[0]) * Exp(-p[1])) : Log(1 - p[0]) + x * Log(p[1]) - p[1] - FactorialLn((int)x),
            (p, r, _) => Open(r) < p[0] ? 0 : D.Poisson.Sample(r, p[1])),
        new("logarithmic", "p", [[0.5], [0.9]], r => [Between(r, 0.05, 0.97)],
            (p, x, _) => x < 1 ? Minus : x * Log(p[0]) - Log(x) - Log(-LogOnePlus(-p[0])),
            (p, r, _) =>
            {
                // Inverse transform: P(k + 1) = P(k) p k/(k + 1).
                double u = Open(r), k = 1, mass = -p[0] / LogOnePlus(-p[0]);
                while (u > mass && k < 1e6)
                {
                    u -= mass;
                    mass *= p[0] * k / (k + 1);
                    k++;
                }
                return k;
            }),
    ];

    static double LogNormal(double x, double mean, double sd) =>
        -HalfLog2π - Math.Log(sd) - 0.5 * ((x - mean) / sd) * ((x - mean) / sd);

    /// <summary>log(1 + x), by Kahan's identity.</summary>
    static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : u < 0.5 || u > 2 ? Math.Log(u) : Math.Log(u) * x / (u - 1);
    }

    /// <summary>log(1 + ξz)/ξ, which is z at ξ = 0; NaN where the argument is not positive.</summary>
    static double LogOnePlus(double ξ, double z) => ξ == 0 ? z : 1 + ξ * z > 0 ? LogOnePlus(ξ * z) / ξ : double.NaN;

    /// <summary>(e^(ξt) − 1)/ξ.</summary>
    static double Stretch(double ξ, double t) => ξ == 0 ? t : MinusOne(ξ * t) / ξ;

    /// <summary>eˣ − 1: 2 sinh(x/2)·e^(x/2), by the series of sinh where that cancels.</summary>
    static double MinusOne(double x)
    {
        if (Math.Abs(x) > 0.5)
            return Math.Exp(x) - 1;
        double term = x, sum = x;
        for (int k = 2; Math.Abs(term) > 1e-18 * Math.Abs(sum); k++)
            sum += term *= x / k;
        return sum;
    }

    /// <summary>log(1 + z²), without squaring what would overflow.</summary>
    static double LogSquared(double z) => Math.Abs(z) > 1e8 ? 2 * Math.Log(Math.Abs(z)) : LogOnePlus(z * z);

    /// <summary>log Γ(a + ½) − log Γ(a), by its series where the difference would cancel.</summary>
    static double HalfStep(double a) =>
        a < 50 ? GammaLn(a + 0.5) - GammaLn(a)
        : 0.5 * Math.Log(a) - 1 / (8 * a) + 1 / (192 * a * a * a) - 1 / (640 * Math.Pow(a, 5)) + 17 / (14336 * Math.Pow(a, 7));

    static double LogChoose(double m, double x) => FactorialLn((int)m) - FactorialLn((int)x) - FactorialLn((int)(m - x));

    static double Logit(double u) => Math.Log(u / (1 - u));

    static double Open(Random r) => 1 - r.NextDouble();

    static double Until(Func<double> draw, Func<double, bool> accepted)
    {
        double x;
        do
            x = draw();
        while (!accepted(x));
        return x;
    }

    // Ranges of typical parameters.
    static double Between(Random r, double low, double high) => low + (high - low) * r.NextDouble();

    static double Shape(Random r, double low, double high) => low * Math.Pow(high / low, r.NextDouble());

    static double Size(Random r) => Shape(r, 0.02, 50);

    static double Place(Random r) => Between(r, -20, 20);
}
