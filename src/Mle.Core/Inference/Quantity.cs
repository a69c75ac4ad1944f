namespace Mle;

/// <summary>
/// A function of the reported parameters with its exact gradient: what the delta method, and every replicate of a bootstrap,
/// is asked for. Parameters are given in the order in which fits report them, fixed ones included.
/// </summary>
/// <param name="value">The value, without a gradient and without garbage.</param>
/// <param name="differentiate">The value with a slope for every parameter.</param>
public sealed class Quantity(Func<double[], double> value, Func<double[], Predicted> differentiate)
{
    public double Value(double[] parameters) => value(parameters);

    public Predicted Differentiate(double[] parameters) => differentiate(parameters);

    public static Quantity Constant(double c, int count) => new(_ => c, _ => new(c, new double[count]));

    public static Quantity Parameter(int i, int count) => new(v => v[i], v =>
    {
        var slopes = new double[count];
        slopes[i] = 1;
        return new(v[i], slopes);
    })
    { Place = i };

    /// <summary>Which parameter it is; −1 where it is made of them.</summary>
    public int Place { get; private init; } = -1;

    /// <summary>f(a), with f′ as a function of a and of f(a).</summary>
    public static Quantity Of(Quantity a, Func<double, double> f, Func<double, double, double> slope) => new(v => f(a.Value(v)), v =>
    {
        var x = a.Differentiate(v);
        double at = f(x.Value), by = slope(x.Value, at);
        // What does not depend on a parameter has no slope in it, wherever that of f is infinite.
        return new(at, Array.ConvertAll(x.Slopes, s => s == 0 ? 0 : by * s));
    });

    /// <summary>f(a, b), with ∂f/∂a and ∂f/∂b.</summary>
    public static Quantity Of(Quantity a, Quantity b, Func<double, double, double> f, Func<double, double, double> inA, Func<double, double, double> inB) =>
        new(v => f(a.Value(v), b.Value(v)), v =>
        {
            var (x, y) = (a.Differentiate(v), b.Differentiate(v));
            double byA = inA(x.Value, y.Value), byB = inB(x.Value, y.Value);
            var slopes = new double[x.Slopes.Length];
            for (int i = 0; i < slopes.Length; i++)
                slopes[i] = (x.Slopes[i] == 0 ? 0 : byA * x.Slopes[i]) + (y.Slopes[i] == 0 ? 0 : byB * y.Slopes[i]);
            return new(f(x.Value, y.Value), slopes);
        });

    /// <summary>What a family without predictors says, such as its mean, by what it says of a row with these linear predictors.</summary>
    public static Quantity OfFamily(Family family, Func<Prediction, double[], Predicted> of)
    {
        var prediction = Prediction.Of(family);
        var parameters = family.Info.Parameters;
        double[] Predictors(double[] v) => [.. parameters.Select((p, i) => p.Link.Coordinate(v[i]))];
        // Without estimates a search for a quantile would end anywhere.
        Predicted Made(double[] v) => v.Any(double.IsNaN) ? new(double.NaN, [.. parameters.Select(_ => double.NaN)]) : of(prediction, Predictors(v));
        return new(v => Made(v).Value, v =>
        {
            var made = Made(v);
            return made with
            {
                Slopes = [.. made.Slopes.Select((slope, i) => slope / parameters[i].Link.Slope(v[i]))],
            };
        });
    }

    /// <summary>The value at an estimate, and its standard error √(gᵀCg) by the delta method.</summary>
    /// <param name="covariance">Entry (i, j) of the estimates' covariance; those of parameters that the quantity does not depend on are not asked for.</param>
    public (double Estimate, double Error) Delta(double[] estimates, Func<int, int, double> covariance)
    {
        var (at, g) = Differentiate(estimates);
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
            for (int j = 0; j < g.Length; j++)
                sum += g[i] == 0 || g[j] == 0 ? 0 : g[i] * covariance(i, j) * g[j];
        return (at, Math.Sqrt(sum));
    }
}
