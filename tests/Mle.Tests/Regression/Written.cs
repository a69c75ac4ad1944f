using static System.Math;

namespace Mle.Tests.Regression;

/// <summary>
/// A regression model written a second time: inverse links from predictors to parameters, and an oracle's density at what
/// these parameters are to it.
/// </summary>
/// <param name="Name">The registry's name.</param>
/// <param name="Names">The parameters in the order of the model's own, separated by blanks.</param>
/// <param name="Inverse">From a predictor to each parameter.</param>
/// <param name="Of">From the parameters to those of the density.</param>
/// <param name="Truth">Predictors to draw responses from: an intercept and two slopes for each parameter.</param>
public sealed record Written(
    string Name, string Names, Func<double, double>[] Inverse, Func<double[], double[]> Of, Oracle Density, Support Support, double[][] Truth)
{
    public string[] Parameters { get; } = Names.Split(' ');

    public double CensoredBelow { get; init; } = double.NegativeInfinity;

    public override string ToString() => Name;

    static double Same(double u) => u;

    static double Sigmoid(double u) => 1 / (1 + Exp(-u));

    static double Φ(double u) => 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-u / Sqrt(2));

    static readonly Func<double, double>[] One = [Exp], Two = [Exp, Exp], Location = [Same, Exp];

    static readonly Oracle Binomial = Oracles.Of("binomial"), NegativeBinomial = Oracles.Of("negative_binomial"), Poisson = Oracles.Of("poisson");

    static Oracle Inflated(Oracle counts, Func<double[], double[]> of) => new($"zero-inflated {counts.Family}", "mean pi size", [], _ => [],
        (p, x, m) => x == 0 ? Log(p[1] + (1 - p[1]) * Exp(counts.Log(of(p), 0, m))) : Log(1 - p[1]) + counts.Log(of(p), x, m),
        (p, r, m) => r.NextDouble() < p[1] ? 0 : counts.Draw(of(p), r, m));

    static Oracle Hurdle(Oracle counts, Func<double[], double[]> of) => new($"hurdle {counts.Family}", "mean p size", [], _ => [],
        (p, x, m) => x == 0 ? Log(1 - p[1]) : Log(p[1]) + counts.Log(of(p), x, m) - Log(1 - Exp(counts.Log(of(p), 0, m))),
        (p, r, m) =>
        {
            double x = 0;
            if (r.NextDouble() < p[1])
                while (x == 0)
                    x = counts.Draw(of(p), r, m);
            return x;
        });

    static readonly double[][] Mean = [[0.5, 0.6, -0.4]], MeanAndSize = [[0.9, 0.6, -0.4], [0.6]];

    /// <summary>All of <see cref="Families.Models"/>, in their order.</summary>
    public static IReadOnlyList<Written> Models { get; } =
    [
        new("gaussian_linear", "mu sigma", Location, v => v, Oracles.Of("normal"), Support.Line, [[0.5, 0.6, -0.4], [-0.3]]),
        new("tobit", "mu sigma", Location, v => v, Oracles.Of("normal"), Support.Line, [[0.3, 0.6, -0.4], [-0.3]]) { CensoredBelow = 0 },
        new("logistic_regression", "p", [Sigmoid], v => v, Binomial, Support.Counts(), Mean),
        new("probit_regression", "p", [Φ], v => v, Binomial, Support.Counts(), Mean),
        new("cloglog_regression", "p", [u => -MinusOne(-Exp(u))], v => v, Binomial, Support.Counts(), [[-0.5, 0.6, -0.4]]),
        new("poisson_regression", "mu", One, v => v, Poisson, Support.Counts(), Mean),
        new("negative_binomial_regression", "mu size", Two, v => [v[1], v[0]], NegativeBinomial, Support.Counts(), MeanAndSize),
        new("gamma_regression", "mu shape", Two, v => [v[1], v[1] / v[0]], Oracles.Of("gamma"), Support.Positive, MeanAndSize),
        new("inverse_gaussian_regression", "mu lambda", Two, v => v, Oracles.Of("inverse_gaussian"), Support.Positive, MeanAndSize),
        new("beta_regression", "mu phi", [Sigmoid, Exp], v => [v[0] * v[1], (1 - v[0]) * v[1]], Oracles.Of("beta"), new(0, false, 1, false, false), [[0.2, 0.6, -0.4], [2]]),
        new("exponential_aft", "scale", One, v => [1 / v[0]], Oracles.Of("exponential"), Support.Positive, Mean),
        new("weibull_aft", "scale sigma", Two, v => [1 / v[1], v[0]], Oracles.Of("weibull"), Support.Positive, [[0.5, 0.6, -0.4], [-0.5]]),
        new("lognormal_aft", "meanlog sigma", Location, v => v, Oracles.Of("lognormal"), Support.Positive, [[0.5, 0.6, -0.4], [-0.5]]),
        new("loglogistic_aft", "scale sigma", Two, v => [1 / v[1], v[0]], Oracles.Of("loglogistic"), Support.Positive, [[0.5, 0.6, -0.4], [-0.8]]),
        new("zero_inflated_poisson_regression", "lambda pi", [Exp, Sigmoid], v => v, Inflated(Poisson, p => [p[0]]), Support.Counts(), [[1.2, 0.5, -0.4], [-0.5]]),
        new("zero_inflated_negative_binomial_regression", "mu pi size", [Exp, Sigmoid, Exp], v => v, Inflated(NegativeBinomial, p => [p[2], p[0]]), Support.Counts(), [[1.8, 0.5, -0.4], [-0.5], [0.9]]),
        new("hurdle_poisson_regression", "lambda p", [Exp, Sigmoid], v => v, Hurdle(Poisson, p => [p[0]]), Support.Counts(), [[0.8, 0.5, -0.4], [0.5]]),
        new("hurdle_negative_binomial_regression", "mu p size", [Exp, Sigmoid, Exp], v => v, Hurdle(NegativeBinomial, p => [p[2], p[0]]), Support.Counts(), [[1.5, 0.5, -0.4], [0.5], [0.5]]),
    ];

    /// <summary>Families with a formula for every parameter.</summary>
    public static IReadOnlyList<Written> Direct { get; } =
    [
        new("normal", "mu sigma", Location, v => v, Oracles.Of("normal"), Support.Line, [[0.5, 0.6, -0.4], [-0.3, 0.3, 0.2]]),
        new("lognormal", "meanlog sdlog", Location, v => v, Oracles.Of("lognormal"), Support.Positive, [[0.5, 0.6, -0.4], [-0.3, 0.3, 0.2]]),
        new("gamma", "shape rate", Two, v => v, Oracles.Of("gamma"), Support.Positive, [[0.8, 0.3, -0.2], [-0.3, 0.3, 0.2]]),
        new("weibull", "shape scale", Two, v => v, Oracles.Of("weibull"), Support.Positive, [[0.4, 0.3, -0.2], [0.3, 0.3, 0.2]]),
        new("beta", "alpha beta", Two, v => v, Oracles.Of("beta"), new(0, false, 1, false, false), [[0.8, 0.3, -0.2], [0.5, 0.3, 0.2]]),
        new("logistic", "location scale", Location, v => v, Oracles.Of("logistic"), Support.Line, [[0.5, 0.6, -0.4], [-0.3, 0.3, 0.2]]),
        new("gumbel", "location scale", Location, v => v, Oracles.Of("gumbel"), Support.Line, [[0.5, 0.6, -0.4], [-0.3, 0.3, 0.2]]),
        new("inverse_gaussian", "mu lambda", Two, v => v, Oracles.Of("inverse_gaussian"), Support.Positive, [[0.5, 0.3, -0.2], [0.8, 0.3, 0.2]]),
        new("inverse_gamma", "shape scale", Two, v => v, Oracles.Of("inverse_gamma"), Support.Positive, [[0.9, 0.3, -0.2], [0.3, 0.3, 0.2]]),
        new("loglogistic", "shape scale", Two, v => v, Oracles.Of("loglogistic"), Support.Positive, [[0.9, 0.3, -0.2], [0.3, 0.3, 0.2]]),
        new("exponential", "rate", One, v => v, Oracles.Of("exponential"), Support.Positive, Mean),
        new("rayleigh", "sigma", One, v => v, Oracles.Of("rayleigh"), Support.Positive, Mean),
        new("half_normal", "sigma", One, v => v, Oracles.Of("half_normal"), Support.Positive, Mean),
        new("geometric", "p", [Sigmoid], v => v, Oracles.Of("geometric"), Support.Counts(), [[-0.5, 0.6, -0.4]]),
        new("poisson", "lambda", One, v => v, Poisson, Support.Counts(), Mean),
        new("negative_binomial", "size mu", Two, v => v, NegativeBinomial, Support.Counts(), [[0.6, 0.2, 0.1], [1.2, 0.6, -0.4]]),
        new("zero_inflated_poisson", "pi lambda", [Sigmoid, Exp], v => v, Oracles.Of("zero_inflated_poisson"), Support.Counts(), [[-0.5, 0.4, 0.3], [1.2, 0.5, -0.4]]),
        new("student_t", "location scale df", [Same, Exp, Exp], v => v, Oracles.Of("student_t"), Support.Line, [[0.5, 0.6, -0.4], [-0.3, 0.3, 0.2], [0.9]]),
    ];

    public static Written Find(string name) => Models.Concat(Direct).Single(w => w.Name == name);

    public Family Family => Registry.Find(Name);

    /// <summary>eˣ − 1.</summary>
    static double MinusOne(double x) => Abs(x) > 0.5 ? Exp(x) - 1 : 2 * Sinh(x / 2) * Exp(x / 2);

    /// <summary>n rows: an intercept, a number and a yes or no for every parameter that has three true coefficients.</summary>
    /// <param name="censored">Whether values above a limit are only known to be.</param>
    public Observed Draw(int n, Random random, bool censored = false, bool trials = false)
    {
        double[] x = [.. Enumerable.Range(0, n).Select(_ => 2 * random.NextDouble() - 1)], g = [.. Enumerable.Range(0, n).Select(i => (double)(i % 3 == 0 ? 1 : 0))];
        double[] y = new double[n], m = [.. Enumerable.Range(0, n).Select(_ => trials ? random.Next(1, 12) : 1.0)];
        for (int i = 0; i < n; i++)
        {
            double[] v = [.. Truth.Zip(Inverse, (b, inverse) => inverse(b[0] + (b.Length > 1 ? b[1] * x[i] + b[2] * g[i] : 0)))];
            do
                y[i] = Density.Draw(Of(v), random, m[i]);
            while (!double.IsFinite(Density.Log(Of(v), y[i], m[i])));
            y[i] = Max(y[i], CensoredBelow);
        }
        double limit = y.Order().ElementAt(4 * n / 5);
        var predictors = new Dictionary<string, Predictor>();
        for (int s = 0; s < Parameters.Length; s++)
            if (Truth[s].Length > 1)
                predictors[Parameters[s]] = new([Predictor.Intercept, "x", "g"], [default, x, g]);
        return new(censored ? [.. y.Select(v => Min(v, limit))] : y, [.. y.Select(v => censored && v > limit ? double.PositiveInfinity : v)], trials ? m : null) { Predictors = predictors };
    }

    /// <summary>
    /// Σ w log P at these coefficients: those of the terms where a parameter has a predictor, and itself where it has none,
    /// parameter after parameter.
    /// </summary>
    public double LogLikelihood(double[] coefficients, Observed rows)
    {
        var naive = new Naive(Density, Support);
        var about = Naive.About(rows);
        double sum = 0;
        var values = new double[Parameters.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows.W(i) == 0)
                continue;
            int at = 0;
            for (int s = 0; s < values.Length; s++)
            {
                if (!rows.Predictors.TryGetValue(Parameters[s], out var predictor))
                {
                    values[s] = coefficients[at++];
                    continue;
                }
                double u = predictor.Offset.IsEmpty ? 0 : predictor.Offset.Span[i];
                foreach (var column in predictor.Columns)
                    u += coefficients[at++] * (column.IsEmpty ? 1 : column.Span[i]);
                values[s] = Inverse[s](u);
            }
            bool below = rows.Lower[i] <= CensoredBelow;
            sum += rows.W(i) * naive.Log(Of(values), below ? double.NegativeInfinity : rows.Lower[i], below ? CensoredBelow : rows.Upper[i], rows.M(i), rows.Below, rows.Above, about);
        }
        return sum;
    }
}
