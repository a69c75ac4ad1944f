namespace Mle;

/// <summary>
/// Tests of a null hypothesis within a model, for every data set of a batch: both models were fitted, and differ by
/// what <see cref="Nesting"/> says.
/// </summary>
/// <remarks>
/// Of the three the likelihood ratio is the one that does not change with the parameterisation; Wald's test is of the parameters as
/// they are reported, by their observed (or robust) information. Cox and Hinkley, Theoretical Statistics, 1974, chapter 9.
/// </remarks>
public sealed class NestedTest
{
    readonly Nesting nesting;

    /// <summary>Fits the alternative and the null, each by one call of the engine.</summary>
    /// <exception cref="ArgumentException">The models are not nested, or the same.</exception>
    public static NestedTest Of(IEngine engine, Specification @null, Specification alternative)
    {
        var wide = engine.Fit(alternative.Family, alternative.Batch, alternative.Options);
        var nesting = new Nesting(@null, alternative, wide.Parameters);
        return new(nesting, engine.Fit(nesting.Null.Family, nesting.Null.Batch, nesting.Null.Options), wide);
    }

    /// <exception cref="ArgumentException">The null hypothesis leaves nothing to test.</exception>
    public NestedTest(Nesting nesting, FitTable @null, FitTable alternative)
    {
        (this.nesting, Null, Alternative) = (nesting, @null, alternative);
        Df = alternative.FreeParameters - @null.FreeParameters;
        if (Df <= 0)
            throw new ArgumentException("The null hypothesis takes nothing away from the alternative: there is nothing to test.");
    }

    public Nesting Nesting => nesting;

    public FitTable Null { get; }

    public FitTable Alternative { get; }

    public int Df { get; }

    Specification Model => nesting.Alternative;

    /// <summary>2(ℓ̂ − ℓ̂₀). Where a likelihood only approaches its supremum, that is what counts.</summary>
    public TestResult LikelihoodRatio(int d)
    {
        if (Model.Batch.Weighting == Weighting.Sampling)
            return Refuse("with sampling weights the log-likelihood is a pseudo-likelihood, whose ratio has no χ² distribution; Wald's test by robust standard errors has");
        if (Alternative.Status[d] != Status.InvalidData && Null.Status[d] == Status.InvalidData)
            return new(double.PositiveInfinity, Df, double.NegativeInfinity, Reference.Exact, $"an observation is impossible under the null hypothesis: {Null[d].Verdict.Reason}");
        if ((Unusable(Alternative[d], "the alternative") ?? Unusable(Null[d], "the null")) is { } why)
            return Refuse(why);
        double ℓ = Supremum(Alternative[d]), ℓ0 = Supremum(Null[d]), statistic = 2 * (ℓ - ℓ0);
        if (statistic < -Rounding * (1 + Math.Abs(ℓ) + Alternative.Size[d]))
            return Refuse(FormattableString.Invariant($"the null's fit is more likely than the alternative's by {-statistic / 2:G3}, so that the search for the latter ended at a local maximum"));
        statistic = Math.Max(statistic, 0);
        return Referred(d, statistic);
    }

    /// <summary>Of two log-likelihoods that are the same.</summary>
    const double Rounding = 1e-9;

    TestResult Referred(int d, double statistic)
    {
        if (Nonregular.LogPValue(nesting, statistic, Alternative.Size[d]) is { } exact)
            return double.IsNaN(exact) ? Unknown("the end of the support and another parameter are tested together") : new(statistic, Df, exact, Reference.Exact, Nonregular.Remark);
        if (Nonregular.IsSmooth(Model) && Irregular(Alternative[d]) is { } irregular)
            return Unknown(irregular);
        if (nesting.Pair is { OnBoundary: true } pair)
        {
            if (!(nesting.IsOneBound && Df == 1))
                return Unknown($"{string.Join(" and ", pair.At.Select(at => at.Parameter))} at the boundary and more beside: the distribution is a mixture whose weights depend on the data");
            if (Null.Status[d] != Status.Interior)
                return Unknown($"{pair.At[0].Parameter} is on its boundary and the null's own maximum is not inside ({Verdict.Word(Null.Status[d])})");
            return new(statistic, 1, statistic == 0 ? 0 : ChiSquared.LogSurvival(statistic, 1) - Math.Log(2), Reference.Mixture,
                FormattableString.Invariant($"{pair.At[0].Parameter} = {pair.At[0].Value} is on the boundary: half the chance is at 0"));
        }
        return TestResult.ChiSquared(statistic, Df, Alternative.Status[d] switch
        {
            Status.Boundary => $"the alternative's maximum is on a boundary ({Alternative[d].Verdict.Bound ?? Alternative[d].Verdict.Reason}): χ² is an approximation that may be poor",
            Status.NoFiniteMle => $"the alternative has no finite maximum, only the supremum {FormattableString.Invariant($"{Supremum(Alternative[d]):G6}")} of its log-likelihood: χ² is an approximation that may be poor",
            _ => null,
        });

        TestResult Unknown(string why) => new(statistic, Df, double.NaN, Reference.None, $"{why}; --bootstrap gives a p-value");
    }

    static string? Irregular(Fit fit) => fit.Status == Status.Nonregular ? $"the usual theory does not hold here ({fit.Verdict.Reason})" : null;

    /// <summary>What ℓ attains, or approaches.</summary>
    public static double Supremum(Fit fit) => fit.Status == Status.NoFiniteMle ? fit.Verdict.Supremum : fit.LogLikelihood;

    static string? Unusable(Fit fit, string which) => fit.Status switch
    {
        Status.Interior or Status.Nonregular or Status.Boundary => null,
        Status.NoFiniteMle when double.IsFinite(fit.Verdict.Supremum) => null,
        Status.NoFiniteMle => $"the log-likelihood of {which} has no upper bound: {fit.Verdict.Reason}",
        _ => $"{which} has the verdict {Verdict.Word(fit.Status)}: {fit.Verdict.Reason}",
    };

    TestResult Refuse(string why) => TestResult.Refused(Df, why);

    /// <summary>
    /// (θ̂ − θ₀)ᵀV⁻¹(θ̂ − θ₀) for the point θ₀ of the null hypothesis that is nearest in this distance, with the covariance V of θ̂:
    /// for values of parameters the quadratic form that books give.
    /// </summary>
    public TestResult Wald(int d)
    {
        var fit = Alternative[d];
        if (!nesting.IsInterior)
            return Refuse(OtherFamily("Wald's test"));
        if (Unsmooth("Wald's test") is { } kink)
            return Refuse(kink);
        if (fit.Status != Status.Interior)
            return Refuse($"Wald's test needs a maximum inside with standard errors, and the alternative's verdict is {Verdict.Word(fit.Status)}");
        int[] tested = [.. nesting.Restricted];
        var correlation = new double[tested.Length, tested.Length];
        for (int i = 0; i < tested.Length; i++)
            for (int j = 0; j < tested.Length; j++)
                correlation[i, j] = fit.Covariance(tested[i], tested[j]) / (fit.StandardError(tested[i]) * fit.StandardError(tested[j]));
        if (Cholesky.Of(correlation) is not { } factor)
            return Refuse("the covariance of the tested parameters is singular");
        double[] z = factor.Solve([.. tested.Select(i => (fit[i] - nesting.Origin(i)) / fit.StandardError(i))]);
        ReadOnlyMemory<double>[] free = [.. nesting.Space().Select(direction => (ReadOnlyMemory<double>)factor.Solve([.. tested.Select(i => direction[i] / fit.StandardError(i))]))];
        return TestResult.ChiSquared(free.Length == 0 ? z.Sum(v => v * v) : LeastSquares.Solve(free, z, default, default, 0, z.Length).ResidualSumOfSquares, Df);
    }

    /// <summary>
    /// sᵀI⁻¹s of the score s and the observed information I at the null's fit (Rao, Proceedings of the Cambridge Philosophical
    /// Society 44, 1948): the alternative's own fit is not needed.
    /// </summary>
    public TestResult Score(int d)
    {
        if (!nesting.IsInterior)
            return Refuse(OtherFamily("The score test"));
        if (Model.Batch.Weighting == Weighting.Sampling)
            return Refuse("with sampling weights the information is no variance of the score; Wald's test by robust standard errors holds");
        if (Unsmooth("The score test") is { } kink)
            return Refuse(kink);
        if (Null.Status[d] != Status.Interior)
            return Refuse($"the score test needs the null's maximum to be inside, and its verdict is {Verdict.Word(Null.Status[d])}");
        if (Model.Family is Categorical)
            return PearsonsTest(d);
        var at = nesting.At(Null[d]);
        // Many data sets are tested side by side, one by each worker.
        var options = Model.Options with { Threads = Model.Batch.Count > 1 ? 1 : Model.Options.Threads };
        var total = Contributions.Of(Model.Family, Model.Batch, d, [.. nesting.Parameters.Select(p => at[p])], options).Total;
        int k = total.Score.Length;
        double[] scale = [.. Enumerable.Range(0, k).Select(i => Math.Sqrt(-total.Hessian[i, i]))];
        var information = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                information[i, j] = -total.Hessian[i, j] / (scale[i] * scale[j]);
        if (Cholesky.Of(information) is not { } factor)
            return Refuse("the observed information at the null's fit is not positive definite");
        return TestResult.ChiSquared(factor.Solve([.. total.Score.Select((s, i) => s / scale[i])]).Sum(z => z * z), Df);
    }

    /// <summary>n Σ (p̂ − p̃)²/p̃ over the categories.</summary>
    TestResult PearsonsTest(int d) => TestResult.ChiSquared(
        Alternative.Size[d] * Enumerable.Range(0, Null.Parameters.Count).Sum(j => Math.Pow(Alternative[d][j] - Null[d][j], 2) / Null[d][j]), Df,
        "of categories it is Pearson's X², by the expected information");

    string OtherFamily(string test) => nesting.Pair!.OnBoundary
        ? $"{test} is not defined on a boundary: {nesting.Null.Family} is {Model.Family} at {string.Join(", ", nesting.Pair.At.Select(at => FormattableString.Invariant($"{at.Parameter} = {at.Value}")))}"
        : $"{test} is of values of parameters, and {nesting.Null.Family} is {Model.Family} by a relation between them";

    /// <summary>Why a test by derivatives cannot be made of a parameter in which the likelihood has jumps or kinks.</summary>
    string? Unsmooth(string test) => nesting.Restricted.Select(i => Nonregular.WhyNotSmooth(Model, nesting.Parameters[i])).FirstOrDefault(why => why is not null) is { } why
        ? $"{test} {why}" : null;
}
