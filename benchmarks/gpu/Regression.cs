namespace Mle.Gpu.Benchmarks;

/// <summary>A regression on an intercept and standard normal columns.</summary>
/// <param name="Columns">With the intercept.</param>
/// <param name="Share">Observations, of those that a large design has.</param>
/// <param name="Length">Observations of a data set; null where all are of one.</param>
/// <param name="Draw">A response, and where it is censored its upper bound, for a value of the predictor.</param>
/// <param name="HasKernel">Whether a device climbs it; else the host does, whatever the engine.</param>
sealed record Regression(
    string Case, Family Family, int Columns, double Share, int? Length, Func<Draws, double, (double Low, double High)> Draw, bool HasKernel = true)
{
    const int Piece = 500;

    public static IReadOnlyList<Regression> All { get; } =
    [
        new("logistic", Families.Find("logistic_regression")!, 10, 1, null, Logistic),
        new("poisson", Families.Find("poisson_regression")!, 10, 1, null, (d, u) => Exact(d.Poisson(Math.Exp(u)))),
        new("softmax, 4 categories", Families.OfCategories["multinomial_logit"](["a", "b", "c", "d"]), 10, 0.2, null, Softmax, HasKernel: false),
        new("many logistic", Families.Find("logistic_regression")!, 4, 1, Piece, Logistic),
        new("weibull_aft, censored", Families.Find("weibull_aft")!, 4, 1, Piece, Weibull),
    ];

    static (double, double) Exact(double y) => (y, y);

    static (double, double) Logistic(Draws d, double u) => Exact(d.Uniform() * (1 + Math.Exp(-u)) < 1 ? 1 : 0);

    /// <summary>The category of the largest utility, which the predictor draws towards the last.</summary>
    static (double, double) Softmax(Draws d, double u) => Exact(Enumerable.Range(0, 4).MaxBy(k => 0.5 * k * u - Math.Log(d.Exponential())));

    /// <summary>Of shape 1.5, seen until a time of its own: a third of all are not seen to end.</summary>
    static (double, double) Weibull(Draws d, double u)
    {
        double y = Math.Exp(u) * Math.Pow(d.Exponential(), 1 / 1.5), end = 3 * d.Exponential();
        return y <= end ? (y, y) : (end, double.PositiveInfinity);
    }

    /// <param name="rows">Of a large design.</param>
    public Batch Make(int rows)
    {
        int pieces = Math.Max(1, (int)(Share * rows) / Piece), n = pieces * Piece, length = Length ?? n;
        double[] low = new double[n], high = new double[n];
        double[][] columns = [.. Enumerable.Range(1, Columns - 1).Select(_ => new double[n])];
        Parallel.For(0, pieces, piece =>
        {
            var draws = new Draws((ulong)piece);
            for (int i = piece * Piece; i < (piece + 1) * Piece; i++)
            {
                double u = 0.25;
                for (int j = 0; j < columns.Length; j++)
                    u += (j % 2 == 0 ? 0.2 : -0.2) * (columns[j][i] = draws.Normal());
                (low[i], high[i]) = Draw(draws, u);
            }
        });
        string[] terms = [Predictor.Intercept, .. Enumerable.Range(1, columns.Length).Select(j => $"x{j}")];
        return new(low, [.. Enumerable.Range(0, n / length + 1).Select(d => (long)d * length)])
        {
            Upper = low.AsSpan().SequenceEqual(high) ? default : high,
            Predictors = new Dictionary<string, Predictor>
            {
                [HasKernel ? Family.Info.Primary : "u"] = new(terms, [default, .. columns.Select(c => (ReadOnlyMemory<double>)c)]),
            },
        };
    }
}
