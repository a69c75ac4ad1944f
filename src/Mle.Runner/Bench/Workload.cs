namespace Mle.Runner.Bench;

/// <summary>What a run of a workload ends with, which another engine's must agree with.</summary>
abstract record Answer
{
    /// <summary>Evaluations of the log-likelihood and its derivatives, of all data sets together.</summary>
    public abstract double Evaluations { get; }

    public abstract Check Against(Answer reference);
}

sealed record Fits(FitTable Table) : Answer
{
    /// <summary>One at every iterate, and one more for the complete log-likelihood.</summary>
    public override double Evaluations => Table.Iterations.Sum(i => i + 1.0);

    public override Check Against(Answer reference)
    {
        var expected = ((Fits)reference).Table;
        var disagreement = new Disagreement();
        for (int d = 0; d < expected.Count; d++)
            disagreement.Add(d, Table[d], expected[d]);
        return Check.Of(disagreement);
    }
}

/// <param name="Length">n.</param>
sealed record Sums(Evaluation Value, long Length) : Answer
{
    public override double Evaluations => 1;

    /// <summary>A score differs by the step it would make Newton's method take: |Δs|/√|h| standard errors.</summary>
    public override Check Against(Answer reference)
    {
        const double logLikelihoodLimit = 1e-12, estimateLimit = 1e-9;
        var expected = ((Sums)reference).Value;
        double difference = Math.Abs(Value.LogLikelihood - expected.LogLikelihood) / Math.Max(Math.Abs(expected.LogLikelihood), Length), worst = 0;
        for (int i = 0; i < expected.Score.Length; i++)
        {
            double error = Math.Sqrt(Math.Abs(expected.Hessian[i, i]));
            worst = Math.Max(worst, Math.Abs(Value.Score[i] - expected.Score[i]) / error);
            worst = Math.Max(worst, Math.Abs(Value.Hessian[i, i] - expected.Hessian[i, i]) / (error * error));
        }
        string? failure = !(difference <= logLikelihoodLimit) ? $"the log-likelihood is {Value.LogLikelihood:R}, and {expected.LogLikelihood:R} on the reference"
            : !(worst <= estimateLimit) ? $"the score or the Hessian differs by {worst:G2} standard errors" : null;
        return new(difference, worst, failure);
    }
}

/// <summary>How much work there is.</summary>
enum Size
{
    /// <summary>Enough for ILGPU's interpreter on the host.</summary>
    Tiny,

    Quick,
    Full,
}

/// <summary>The same data and the same question for every engine.</summary>
/// <remarks>
/// Operations are float64 instructions of which a processor starts as many as multiply-adds (add, multiply, multiply-add,
/// compare), counted in the machine code that ptxas makes of the kernels for sm_90: a logarithm is 36, and of a Weibull
/// observation the loading takes 50 and every evaluation 27, of Student's t 16 and 22. A row of a logistic regression on p
/// columns is p + p + p(p + 1)/2 multiply-adds, p multiplications, and 60 for exp, log1p and a division.
/// </remarks>
/// <param name="Data">In words.</param>
/// <param name="Operations">Of a run with so many evaluations of an observation, all data sets together.</param>
/// <param name="Bytes">Likewise, read from memory or over the bus; null where it all stays in caches.</param>
sealed record Workload(
    string Name, string Data, IReadOnlyList<string> Computes, long Fits, long Observations,
    Func<IEngine, FitOptions, Answer> Run, Func<double, double> Operations, Func<double, double>? Bytes)
{
    const int Length = 200, StudyLength = 100, Columns = 10;

    static readonly string[] complete = ["estimates", "log-likelihood", "standard errors", "verdicts"];

    public static readonly IReadOnlyList<string> Names = ["normal", "weibull", "student_t", "evaluation", "logistic", "bootstrap", "study"];

    public static Workload Make(string name, Size size)
    {
        int Of(int tiny, int quick, int full) => size switch { Size.Tiny => tiny, Size.Quick => quick, _ => full };
        return name switch
        {
            "normal" => Sets("normal", Of(20, 40_000, 200_000), Length),
            "weibull" => Sets("weibull", Of(20, 2_000, 20_000), Length),
            "student_t" => Sets("student_t", Of(20, 1_000, 10_000), Length),
            "evaluation" => Evaluate(Of(10_000, 1_000_000, 10_000_000)),
            "logistic" => Regress(Of(500, 20_000, 500_000)),
            "bootstrap" => Resample(Of(20, 2_000, 20_000)),
            "study" => Study(Of(20, 2_000, 20_000)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
    }

    /// <summary>The families of series, and what they are made of: parameters, and operations of an observation.</summary>
    static (double[] Parameters, Dictionary<string, double> Fixed, double Loading, double Evaluation) Of(string family) => family switch
    {
        "normal" => ([1, 2], [], 3, 0),
        "weibull" => ([1.5, 2], [], 50, 27),
        "student_t" => ([0.5, 1.5, 4], new() { ["df"] = 4 }, 16, 22),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, null),
    };

    /// <summary>Fits of samples that are all drawn from the same truth.</summary>
    public static Workload Sets(string family, int sets, int length)
    {
        var (parameters, known, loading, evaluation) = Of(family);
        var entry = Families.Find(family)!;
        var batch = Batch.Equal(Draw(entry, parameters, (long)sets * length), length);
        long n = batch.Values.Length;
        return new(family, $"{sets:N0} data sets of {length:N0}", complete, sets, n,
            (engine, options) => new Fits(engine.Fit(entry, batch, options with { Fixed = known })),
            evaluations => loading * n + evaluation * length * evaluations, _ => sizeof(double) * n);
    }

    static Workload Evaluate(int n)
    {
        var (parameters, _, loading, evaluation) = Of("weibull");
        var weibull = Families.Find("weibull")!;
        var batch = Batch.Single(Draw(weibull, parameters, n));
        var at = new Dictionary<string, double> { ["shape"] = 1.4, ["scale"] = 2.1 };
        return new("evaluation", $"one data set of {n:N0}", ["log-likelihood", "score", "Hessian"], 1, n,
            (engine, options) => new Sums(engine.Evaluate(weibull, batch, at, options)[0], n),
            evaluations => (loading + evaluation * evaluations) * n, _ => sizeof(double) * (double)n);
    }

    static Workload Regress(int rows)
    {
        var logistic = Families.Find("logistic_regression")!;
        var columns = new ReadOnlyMemory<double>[Columns];
        var u = new double[rows];
        Array.Fill(u, 0.25);
        for (int j = 1; j < Columns; j++)
        {
            double[] x = Draw(Families.Find("normal")!, [0, 1], rows, (uint)j);
            for (int i = 0; i < rows; i++)
                u[i] += (j % 2 == 0 ? -0.2 : 0.2) * x[i];
            columns[j] = x;
        }
        double[] y = Draw(Families.Find("uniform")!, [0, 1], rows);
        for (int i = 0; i < rows; i++)
            y[i] = y[i] * (1 + Math.Exp(-u[i])) < 1 ? 1 : 0;
        var batch = new Batch(y, [0, rows])
        {
            Predictors = new Dictionary<string, Predictor>
            {
                [logistic.Info.Primary] = new([Predictor.Intercept, .. Enumerable.Range(1, Columns - 1).Select(j => $"x{j}")], columns),
            },
        };
        const int perRow = Columns + Columns + Columns * (Columns + 1) / 2 + Columns + 60;
        return new("logistic", $"{rows:N0} rows on {Columns} columns", complete, 1, rows,
            (engine, options) => new Fits(engine.Fit(logistic, batch, options)),
            evaluations => perRow * evaluations * rows, evaluations => sizeof(double) * (double)Columns * rows * evaluations);
    }

    static Workload Resample(int resamples)
    {
        var (parameters, _, loading, evaluation) = Of("weibull");
        var weibull = Families.Find("weibull")!;
        var source = new Resamples(Batch.Single(Draw(weibull, parameters, Length)), resamples, 1);
        return new("bootstrap", $"{resamples:N0} resamples of {Length}", complete, resamples, (long)resamples * Length,
            (engine, options) => new Fits(engine.Fit(weibull, source, options)),
            // One more for the weight.
            evaluations => loading * Length + (evaluation + 1) * Length * evaluations, null);
    }

    static Workload Study(int replicates)
    {
        var (parameters, _, loading, evaluation) = Of("weibull");
        var weibull = Families.Find("weibull")!;
        var source = new Generated(new(weibull, parameters, StudyLength), 1, 0, 0, replicates);
        // A variate is two logarithms and an exponential.
        const int drawing = 36 + 36 + 20;
        return new("study", $"{replicates:N0} samples of {StudyLength}", [.. complete, "intervals"], replicates, (long)replicates * StudyLength,
            (engine, options) =>
            {
                var table = engine.Fit(weibull, source, options);
                Cover(table, parameters);
                return new Fits(table);
            },
            evaluations => (drawing + loading) * (double)replicates * StudyLength + evaluation * StudyLength * evaluations, null);
    }

    /// <summary>How many of Wald's 95 % intervals hold the truth.</summary>
    static int Cover(FitTable table, double[] truth)
    {
        const double z = 1.959963984540054;
        int covered = 0;
        for (int p = 0; p < table.Parameters.Count; p++)
        {
            double[] estimates = table.Estimates(p), variances = table.Covariances(p, p);
            for (int d = 0; d < table.Count; d++)
                covered += Math.Abs(estimates[d] - truth[p]) <= z * Math.Sqrt(variances[d]) ? 1 : 0;
        }
        return covered;
    }

    static double[] Draw(Family family, double[] parameters, long count, uint set = 0)
    {
        const int piece = 1 << 16;
        var values = GC.AllocateUninitializedArray<double>(checked((int)count));
        var sampler = Sampler.Of(family);
        Parallel.For(0, (values.Length + piece - 1) / piece, i =>
            sampler.Fill(parameters, default, new Philox(1, Purpose.Data, set, (uint)i), values.AsSpan(i * piece, Math.Min(piece, values.Length - i * piece))));
        return values;
    }
}
