namespace Mle.Tests.Regression;

/// <summary>
/// Censored, truncated and weighted observations of every family, against quadrature and sums of its oracle density alone.
/// </summary>
public class ObservationLaws
{
    /// <summary>What these laws say nothing of.</summary>
    static readonly Dictionary<string, string[]> Open = new()
    {
        // Refused: the ends of the support are parameters, and the location is no zero of the score.
        ["uniform"] = Observed.Schemes,
        ["pareto"] = Observed.Schemes,
        ["laplace"] = Observed.Schemes,
        // Half of the samples run to the lognormal, and others are so flat in p that differences of the oracle's quadrature say nothing.
        ["generalized_gamma"] = ["right", "truncated", "mixed"],
    };

    public static TheoryData<string> Families
    {
        get
        {
            var cases = new TheoryData<string>();
            foreach (var family in Mle.Families.All.Where(f => f.Name is not ("uniform" or "pareto" or "laplace" or "generalized_gamma")))
                cases.Add(family.Name);
            return cases;
        }
    }

    public static TheoryData<string, string> Observations => Cases(Observed.Schemes);

    public static TheoryData<string, string> Untruncated => Cases(["right", "interval"]);

    static TheoryData<string, string> Cases(string[] schemes)
    {
        var cases = new TheoryData<string, string>();
        foreach (var family in Mle.Families.All)
            foreach (string scheme in schemes)
                if (!Open.TryGetValue(family.Name, out string[]? open) || !open.Contains(scheme))
                    cases.Add(family.Name, scheme);
        return cases;
    }

    /// <summary>What truncation leaves says less of a shape: it takes more rows to determine it.</summary>
    static int Enough(string scheme) => scheme is "truncated" or "mixed" ? 150 : 50;

    static Fit Fit(string name, Observed rows, FitOptions? options = null, int lanes = 0)
    {
        using var engine = new CpuEngine(lanes);
        return engine.Fit(Registry.Find(name), rows.Batch, options ?? new())[0];
    }

    static double[] Errors(Oracle oracle, Fit fit) => [.. oracle.Parameters.Select(fit.StandardError)];

    /// <summary>Steps for differences: small against a standard error and against the distance to a parameter's edge.</summary>
    static double[] Steps(Oracle oracle, Fit fit)
    {
        var parameters = Registry.Parameters(oracle, Registry.Find(oracle.Family));
        return [.. parameters.Select(p => Math.Min(0.3 * fit.StandardError(p.Name), p.Link switch
        {
            Link.Log => 0.25 * fit[p.Name],
            Link.Logit => 0.1 * Math.Min(fit[p.Name], 1 - fit[p.Name]),
            _ => double.MaxValue,
        }))];
    }

    static void Same(string where, Fit expected, Fit got, double tolerance, double errors = 1e-8)
    {
        Assert.True(expected.Status == got.Status, $"{where}: {got.Status} ({got.Verdict.Reason}), expected {expected.Status} ({expected.Verdict.Reason})");
        Assert.True(Math.Abs(expected.LogLikelihood - got.LogLikelihood) <= 1e-12 * Math.Max(Math.Abs(expected.LogLikelihood), expected.Size) || expected.LogLikelihood.Equals(got.LogLikelihood),
            $"{where}: log-likelihood {got.LogLikelihood:R}, expected {expected.LogLikelihood:R}");
        for (int i = 0; i < expected.Parameters.Count; i++)
        {
            double se = expected.StandardError(i), unit = Math.Abs(expected[i]) + (double.IsFinite(se) ? se * Math.Sqrt(expected.Size) : 0);
            Assert.True(expected[i].Equals(got[i]) || Math.Abs(expected[i] - got[i]) <= tolerance * unit, $"{where}: {expected.Parameters[i]} = {got[i]:R}, expected {expected[i]:R}");
            // A curvature that is nearly 0 beside the terms that it is summed from has the fewer digits.
            double flat = 1 + se * se / (expected[i] * expected[i]);
            Assert.True(se.Equals(got.StandardError(i)) || Math.Abs(se - got.StandardError(i)) <= errors * flat * se, $"{where}: standard error of {expected.Parameters[i]} = {got.StandardError(i):R}, expected {se:R}");
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void Rows_none_of_which_is_censored_are_fitted_as_plain_ones(string name)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name, 31));
        using var engine = new CpuEngine();
        for (int trial = 0; trial < 8; trial++)
        {
            var sample = Sample.Draw(oracle, oracle.Points[trial % oracle.Points.Length], 20 + 10 * trial, random);
            if (trial % 3 == 2)
                sample = sample.Weighted(random);
            var plain = engine.Fit(Registry.Find(name), sample.Batch, new())[0];
            // Standard errors of a nearly flat direction have fewer digits than its estimate.
            Same($"{name}, trial {trial}", plain, Fit(name, Observed.Exactly(sample)), 1e-12);
        }
    }

    [Theory, MemberData(nameof(Observations))]
    public void The_estimate_is_the_maximum_of_the_sum_of_log_probabilities(string name, string scheme)
    {
        var (oracle, naive, random) = (Oracles.Of(name), Naive.Of(name), Registry.Random(name + scheme, 32));
        int interior = 0;
        for (int trial = 0; trial < 4; trial++)
        {
            double[] truth = oracle.Points[trial % oracle.Points.Length];
            var rows = Observed.Draw(scheme, oracle, truth, Enough(scheme), naive.IsInteger, random);
            if (trial == 1)
                rows = rows with { Weights = [.. rows.Lower.Select(_ => (double)random.Next(0, 4))] };
            var fit = Fit(name, rows);
            string where = $"{name}, {scheme}, trial {trial}";
            Assert.True(fit.Status is Status.Interior or Status.Boundary or Status.NoFiniteMle, $"{where}: {fit.Status}, {fit.Verdict.Reason}");
            if (fit.Status != Status.Interior)
                continue;
            interior++;
            double[] estimate = Registry.Estimates(oracle, fit), se = Errors(oracle, fit), steps = Steps(oracle, fit);
            double[] terms = naive.Terms(estimate, rows);
            double ℓ = terms.Select((t, i) => rows.W(i) * t).Sum(), size = terms.Select((t, i) => rows.W(i) * Math.Abs(t)).Sum();
            Assert.True(Math.Abs(fit.LogLikelihood - ℓ) <= Quadrature(name) * Math.Max(size, rows.Length), $"{where}: log-likelihood {fit.LogLikelihood:R}, by quadrature {ℓ:R}");
            double[] score = Numerically.Gradient(p => naive.LogLikelihood(p, rows), estimate, steps);
            for (int i = 0; i < score.Length; i++)
                Assert.True(Math.Abs(score[i] * se[i]) <= 1e-8 + 1e2 * Quadrature(name) * size * se[i] / steps[i], $"{where}: the score of {oracle.Parameters[i]} is {score[i] * se[i]:E1} standard errors from 0");
            if (trial > 1)
                continue;
            double[,] hessian = Numerically.Hessian(p => naive.LogLikelihood(p, rows), estimate, steps);
            double[,] covariance = Numerically.Inverse(Negative(hessian));
            double rounding = 1e2 * Quadrature(name) * size * Enumerable.Range(0, se.Length).Max(i => se[i] / steps[i] * se[i] / steps[i]);
            Covariance(where, oracle, fit, covariance, 1e-5 + rounding);
        }
        Assert.True(interior >= (name == "bernoulli" ? 1 : 2), $"{name}, {scheme}: {interior} of 4 samples had an interior maximum, too few to have shown anything");
    }

    /// <summary>
    /// What quadrature of the oracle's density is good for: 1 − x of a beta near 1 and the exponent of an inverse gamma
    /// near 0 are rounded there; a GEV's falls double exponentially towards its lower end, between few nodes.
    /// </summary>
    static double Quadrature(string name) => name is "beta" ? 1e-9 : name is "inverse_gamma" ? 1e-10 : name is "gev" ? 1e-11 : 1e-12;

    static double[,] Negative(double[,] matrix)
    {
        var negative = (double[,])matrix.Clone();
        for (int i = 0; i < negative.GetLength(0); i++)
            for (int j = 0; j < negative.GetLength(1); j++)
                negative[i, j] = -negative[i, j];
        return negative;
    }

    static void Covariance(string where, Oracle oracle, Fit fit, double[,] expected, double tolerance)
    {
        int[] place = [.. oracle.Parameters.Select(q => fit.Parameters.ToList().IndexOf(q))];
        for (int i = 0; i < place.Length; i++)
            for (int j = 0; j <= i; j++)
            {
                double unit = Math.Sqrt(expected[i, i] * expected[j, j]), got = fit.Covariance(place[i], place[j]);
                Assert.True(Math.Abs(got - expected[i, j]) <= tolerance * unit,
                    $"{where}: covariance of {oracle.Parameters[i]}, {oracle.Parameters[j]} is {got:R}, by differences {expected[i, j]:R}, {(got - expected[i, j]) / unit:E1} ± {tolerance:E1}");
            }
    }

    [Theory, MemberData(nameof(Observations))]
    public void A_frequency_weight_is_that_many_rows(string name, string scheme)
    {
        var (oracle, naive, random) = (Oracles.Of(name), Naive.Of(name), Registry.Random(name + scheme, 33));
        var rows = Observed.Draw(scheme, oracle, oracle.Points[0], Enough(scheme), naive.IsInteger, random);
        double[] weights = [.. rows.Lower.Select(_ => (double)random.Next(0, 4))];
        var repeated = rows.Rows(Enumerable.Range(0, rows.Length).SelectMany(i => Enumerable.Repeat(i, (int)weights[i])));
        var weighted = Fit(name, rows with { Weights = weights });
        Assert.Equal(repeated.Length, weighted.Size);
        Same($"{name}, {scheme}", Fit(name, repeated), weighted, 1e-10);
    }

    /// <summary>
    /// Beside the estimates of frequency weights, which count as many, stand robust standard errors: with A the information
    /// of Σ wᵢ log fᵢ and row scores sᵢ, A⁻¹(Σ wᵢ² sᵢsᵢᵀ)A⁻¹.
    /// </summary>
    [Theory, MemberData(nameof(Untruncated))]
    public void Sampling_weights_have_robust_standard_errors_and_no_unit(string name, string scheme)
    {
        var (oracle, naive, random) = (Oracles.Of(name), Naive.Of(name), Registry.Random(name + scheme, 34));
        var rows = Observed.Draw(scheme, oracle, oracle.Points[0], 40, naive.IsInteger, random);
        double[] weights = [.. rows.Lower.Select(_ => 0.5 + random.Next(0, 5))];
        weights[3] = 0;
        var frequency = Fit(name, rows with { Weights = weights });
        if (frequency.Status != Status.Interior)
            return;
        var sampling = Fit(name, rows with { Weights = weights, Weighting = Weighting.Sampling });
        string where = $"{name}, {scheme}";
        Same($"{where}, weights × 1000", sampling, Fit(name, rows with { Weights = [.. weights.Select(w => 1000 * w)], Weighting = Weighting.Sampling }), 1e-11);
        Assert.Equal(rows.Length - 1, sampling.Size);
        double[] estimate = Registry.Estimates(oracle, sampling), steps = Steps(oracle, frequency), errors = Errors(oracle, frequency);
        for (int i = 0; i < estimate.Length; i++)
            Assert.True(Math.Abs(sampling[oracle.Parameters[i]] - frequency[oracle.Parameters[i]]) <= 1e-9 * errors[i], $"{where}: {oracle.Parameters[i]} {sampling[oracle.Parameters[i]]:R}, of frequency weights {frequency[oracle.Parameters[i]]:R}");
        double ℓ = frequency.LogLikelihood * (rows.Length - 1) / weights.Sum();
        Assert.True(Math.Abs(sampling.LogLikelihood - ℓ) <= 1e-12 * Math.Max(Math.Abs(ℓ), rows.Length), $"{where}: log-likelihood {sampling.LogLikelihood:R}, expected {ℓ:R}");

        var about = Naive.About(rows);
        int k = estimate.Length;
        var meat = new double[k, k];
        for (int r = 0; r < rows.Length; r++)
        {
            int row = r;
            double[] s = Numerically.Gradient(p => naive.Log(p, rows.Lower[row], rows.Upper[row], rows.M(row), rows.Below, rows.Above, about), estimate, steps);
            for (int i = 0; i < k; i++)
                for (int j = 0; j < k; j++)
                    meat[i, j] += weights[row] * weights[row] * s[i] * s[j];
        }
        double[,] inverse = Numerically.Inverse(Negative(Numerically.Hessian(p => naive.LogLikelihood(p, rows with { Weights = weights }), estimate, steps)));
        var sandwich = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                for (int a = 0; a < k; a++)
                    for (int b = 0; b < k; b++)
                        sandwich[i, j] += inverse[i, a] * meat[a, b] * inverse[b, j];
        Covariance(where, oracle, sampling, sandwich, 1e-5);
    }

    /// <summary>Where the likelihood is not smooth in a parameter there is no score to climb by, unless the parameter is known.</summary>
    [Theory]
    [InlineData("uniform", "a")]
    [InlineData("pareto", "xm")]
    [InlineData("laplace", "location")]
    public void Ends_of_the_support_and_kinks_are_refused(string name, string parameter)
    {
        double[] y = [1.5, 2, 3, 5];
        var rows = Observed.Exactly(new(y)) with { Upper = [1.5, 2, 3, double.PositiveInfinity] };
        Assert.Contains(parameter, Assert.Throws<ArgumentException>(() => Fit(name, rows)).Message);
        if (name == "uniform")
            return;
        // x/xm has a Pareto with 1, and |x − location| is exponential: three events in the time of four.
        var fit = Fit(name, rows, new() { Fixed = new Dictionary<string, double> { [parameter] = 1 } });
        Assert.Equal(Status.Interior, fit.Status);
        if (name == "pareto")
            Assert.Equal(3 / y.Sum(v => Math.Log(v)), fit["alpha"], 1e-10);
        else
            Assert.Equal(y.Sum(v => v - 1) / 3, fit["scale"], 1e-10);
    }

    /// <summary>Beyond its limit an exponential begins anew: with z = y − ½ the rate is Σw/Σwz, a score 1/rate − z.</summary>
    [Fact]
    public void Robust_standard_errors_of_truncated_rows_are_those_of_whole_rows()
    {
        var rows = Observed.Exactly(new([1, 2, 3, 5])) with { Below = 0.5, Weights = [1, 2, 1, 1], Weighting = Weighting.Sampling };
        var fit = Fit("exponential", rows);
        Assert.Equal(5 / 10.5, fit["rate"], 1e-12);
        Assert.Equal(Math.Sqrt(1.6 * 1.6 + 4 * 0.6 * 0.6 + 0.4 * 0.4 + 2.4 * 2.4) / (5 * 2.1 * 2.1), fit.StandardError("rate"), 1e-10);
    }

    [Theory, MemberData(nameof(Observations))]
    public void Lanes_agree_and_the_order_of_rows_does_not_matter(string name, string scheme)
    {
        var (oracle, naive, random) = (Oracles.Of(name), Naive.Of(name), Registry.Random(name + scheme, 35));
        var rows = Observed.Draw(scheme, oracle, oracle.Points[0], Enough(scheme) + 3, naive.IsInteger, random);
        var scalar = Fit(name, rows, lanes: 1);
        foreach (int lanes in new[] { 4, 8 })
            Same($"{name}, {scheme}, {lanes} lanes", scalar, Fit(name, rows, lanes: lanes), 1e-10);
        int[] order = [.. Enumerable.Range(0, rows.Length)];
        random.Shuffle(order);
        Same($"{name}, {scheme}, shuffled", scalar, Fit(name, rows.Rows(order), lanes: 1), 1e-10);
    }

    [Theory, MemberData(nameof(Untruncated))]
    public void Any_number_of_threads_gives_the_same_bits(string name, string scheme)
    {
        var (oracle, naive, random) = (Oracles.Of(name), Naive.Of(name), Registry.Random(name + scheme, 36));
        // More than one block, and fewer data sets than threads.
        var rows = Observed.Draw(scheme, oracle, oracle.Points[0], 601, naive.IsInteger, random);
        double[] one = Bits(Fit(name, rows, new() { Threads = 1 }));
        foreach (int threads in new[] { 2, 7 })
            Assert.Equal(one, Bits(Fit(name, rows, new() { Threads = threads })));
    }

    static double[] Bits(Fit fit) =>
        [fit.LogLikelihood, fit.Size, fit.Iterations, (double)fit.Status, .. Enumerable.Range(0, fit.Parameters.Count).SelectMany(i => Enumerable.Range(0, i + 1).Select(j => fit.Covariance(i, j)).Append(fit[i]))];
}
