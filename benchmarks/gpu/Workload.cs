namespace Mle.Gpu.Benchmarks;

/// <summary>Float64 instructions per observation, of which a multiprocessor starts as many as fused multiply-adds.</summary>
/// <remarks>
/// Counted in the machine code that ptxas 11.8 makes of the loops for sm_90 (DADD, DMUL, DFMA and DSETP; a logarithm
/// is 36 of them), with every value computed once. What is done once per fit is not in them.
/// </remarks>
/// <param name="Loading">When a data set is read.</param>
/// <param name="Evaluation">Each time its log-likelihood, score and Hessian are evaluated.</param>
readonly record struct Arithmetic(double Loading, double Evaluation);

/// <summary>A family and where its data come from.</summary>
/// <param name="Source">Draws the parameters of a data set, and returns what draws its observations.</param>
/// <param name="Collapsed">Whether sums are all that a fit needs, so that reading the data binds it.</param>
/// <param name="Arithmetic">Null where nobody has counted.</param>
sealed record Workload(string Case, string Family, Func<Draws, Func<double>> Source, bool Collapsed = false, Arithmetic? Arithmetic = null)
{
    static readonly Arithmetic weibull = new(50, 27), t = new(16, 22);

    public Dictionary<string, double> Fixed { get; init; } = [];

    /// <summary>The families and parameters of the CPU's benchmark W1.</summary>
    public static IReadOnlyList<Workload> Batches { get; } =
    [
        new("normal", "normal", d => LocationScale(d, d.Normal), Collapsed: true),
        new("exponential", "exponential", d => { double rate = d.Uniform(0.2, 5); return () => d.Exponential() / rate; }, Collapsed: true),
        new("gamma", "gamma", d => Gamma(d, d.Uniform(0.5, 8), d.Uniform(0.5, 3)), Collapsed: true),
        new("weibull", "weibull", d => Weibull(d, d.Uniform(0.5, 4), d.Uniform(0.5, 5)), Arithmetic: weibull),
        new("beta", "beta", d => { double a = d.Uniform(0.5, 5), b = d.Uniform(0.5, 5); return () => d.Beta(a, b); }, Collapsed: true),
        new("poisson", "poisson", d => { double mean = d.Uniform(0.5, 20); return () => d.Poisson(mean); }, Collapsed: true),
        new("negbin", "negative_binomial", d =>
        {
            double size = d.Uniform(0.5, 5), mean = d.Uniform(5, 20);
            return () => d.Poisson(d.Gamma(size) * mean / size);
        }),
        new("t4", "student_t", d => LocationScale(d, d.T4), Arithmetic: t) { Fixed = new() { ["df"] = 4 } },
    ];

    /// <summary>Single data sets, with the parameters of the CPU's benchmark W2.</summary>
    public static IReadOnlyList<Workload> Giants { get; } =
    [
        new("normal", "normal", d => () => 1 + 2 * d.Normal(), Collapsed: true),
        new("gamma", "gamma", d => Gamma(d, 2.5, 1.5), Collapsed: true),
        new("weibull", "weibull", d => Weibull(d, 1.5, 2), Arithmetic: weibull),
    ];

    static Func<double> LocationScale(Draws d, Func<double> standard)
    {
        double location = d.Uniform(-5, 5), scale = d.Uniform(0.5, 3);
        return () => location + scale * standard();
    }

    static Func<double> Gamma(Draws d, double shape, double scale) => () => scale * d.Gamma(shape);

    static Func<double> Weibull(Draws d, double shape, double scale) => () => scale * Math.Pow(d.Exponential(), 1 / shape);

    /// <summary>Fills an array by pieces, each with parameters and a seed of its own.</summary>
    public void Fill(double[] values, int piece) => Parallel.For(0, (values.Length + piece - 1) / piece, i =>
    {
        var next = Source(new((ulong)i));
        foreach (ref double x in values.AsSpan(i * piece, Math.Min(piece, values.Length - i * piece)))
            x = next();
    });
}
