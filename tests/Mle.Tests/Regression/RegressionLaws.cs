namespace Mle.Tests.Regression;

/// <summary>Every regression model, and families with a formula for each parameter, against the same model written a second time.</summary>
public class RegressionLaws
{
    public static TheoryData<string> All => new(Written.Models.Concat(Written.Direct).Select(w => w.Name));

    public static TheoryData<string> Models => new(Written.Models.Select(w => w.Name));

    /// <summary>Models of durations, and those of a response with a normal error.</summary>
    public static TheoryData<string> Censored => new("gaussian_linear", "exponential_aft", "weibull_aft", "lognormal_aft", "loglogistic_aft", "gamma_regression", "poisson_regression", "negative_binomial_regression");

    public static TheoryData<string> WithTrials => new("logistic_regression", "probit_regression", "cloglog_regression");

    [Fact]
    public void Every_model_is_written_a_second_time() =>
        Assert.Equal(Families.Models.Select(f => f.Name), Written.Models.Select(w => w.Name));

    static FitTable Fit(Written model, Batch batch, FitOptions? options = null, int lanes = 0)
    {
        using var engine = new CpuEngine(lanes);
        return engine.Fit(model.Family, batch, options ?? new());
    }

    static Fit Fit(Written model, Observed rows, FitOptions? options = null, int lanes = 0) => Fit(model, rows.Batch, options, lanes)[0];

    /// <summary>A data set with an interior maximum: at these coefficients nearly every one has.</summary>
    static (Observed Rows, Fit Fit) Interior(Written model, int test, int n = 80, bool censored = false, bool trials = false, Func<Observed, Observed>? change = null)
    {
        var random = Registry.Random(model.Name, test);
        for (int trial = 0; trial < 5; trial++)
        {
            var rows = model.Draw(n, random, censored, trials);
            rows = change is null ? rows : change(rows);
            var fit = Fit(model, rows);
            if (fit.Status == Status.Interior)
                return (rows, fit);
        }
        throw new InvalidOperationException($"{model.Name}: five data sets without an interior maximum");
    }

    static double[] Estimates(Fit fit) => [.. Enumerable.Range(0, fit.Parameters.Count).Select(i => fit[i])];

    static void IsMaximum(string where, Written model, Observed rows, Fit fit)
    {
        double[] estimate = Estimates(fit);
        int k = estimate.Length;
        double[] se = [.. Enumerable.Range(0, k).Select(fit.StandardError)];
        // A reported constant is positive, or a probability.
        double[] steps = [.. Enumerable.Range(0, k).Select(i => Math.Min(0.3 * se[i], model.Parameters.Contains(fit.Parameters[i]) ? 0.1 * Math.Min(estimate[i], Math.Abs(1 - estimate[i])) + 1e-3 * estimate[i] : 1))];
        double F(double[] at) => model.LogLikelihood(at, rows);
        double ℓ = F(estimate), size = Math.Max(Math.Abs(ℓ), rows.Length);
        Assert.True(Math.Abs(fit.LogLikelihood - ℓ) <= 1e-12 * size, $"{where}: log-likelihood {fit.LogLikelihood:R}, by its definition {ℓ:R}");
        double[] score = Numerically.Gradient(F, estimate, steps);
        for (int i = 0; i < k; i++)
            Assert.True(Math.Abs(score[i] * se[i]) <= 1e-9 + 1e-13 * size * se[i] / steps[i], $"{where}: the score of {fit.Parameters[i]} is {score[i] * se[i]:E1} standard errors from 0");
        var hessian = Numerically.Hessian(F, estimate, steps);
        var information = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                information[i, j] = -hessian[i, j];
        var covariance = Numerically.Inverse(information);
        for (int i = 0; i < k; i++)
            for (int j = 0; j <= i; j++)
                Assert.True(Math.Abs(fit.Covariance(i, j) - covariance[i, j]) <= 1e-5 * se[i] * se[j],
                    $"{where}: covariance of {fit.Parameters[i]}, {fit.Parameters[j]} is {fit.Covariance(i, j):R}, by differences {covariance[i, j]:R}");
    }

    [Theory, MemberData(nameof(All))]
    public void The_estimate_is_the_maximum_of_the_model_as_the_books_write_it(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 41);
        IsMaximum(name, model, rows, fit);
        var (weighted, of) = Interior(model, 42, 120, change: r => r with { Weights = [.. Enumerable.Range(0, r.Length).Select(i => (i % 4) * 0.75)] });
        IsMaximum($"{name}, weighted", model, weighted, of);
    }

    [Theory, MemberData(nameof(Censored))]
    public void So_it_is_of_censored_and_of_truncated_rows(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 43, 60, censored: true);
        IsMaximum($"{name}, censored", model, rows, fit);
        double below = rows.Lower.Order().ElementAt(8);
        var (late, of) = Interior(model, 44, 70, true, change: r => r.Rows(Enumerable.Range(0, r.Length).Where(i => r.Lower[i] >= below)) with { Below = below });
        IsMaximum($"{name}, truncated", model, late, of);
    }

    [Theory, MemberData(nameof(WithTrials))]
    public void So_it_is_of_grouped_successes(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 45, trials: true);
        IsMaximum(name, model, rows, fit);
    }

    /// <summary>Where nothing but estimates is asked, the last evaluation is left out.</summary>
    [Theory, MemberData(nameof(All))]
    public void Estimates_alone_are_those_of_the_complete_fit(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 48);
        var alone = Fit(model, rows, new() { Detail = Detail.Estimates });
        Assert.Equal(Status.Interior, alone.Status);
        for (int i = 0; i < fit.Parameters.Count; i++)
            Assert.True(Math.Abs(alone[i] - fit[i]) <= 1e-9 * fit.StandardError(i), $"{name}, {fit.Parameters[i]}: {alone[i]:R}, complete {fit[i]:R}");
    }

    /// <summary>Of all coefficients or of one, near or far from where the maximum is.</summary>
    [Theory, MemberData(nameof(All))]
    public void A_start_that_is_given_changes_no_verdict(string name)
    {
        var model = Written.Find(name);
        var random = Registry.Random(name, 52);
        var failures = new List<string>();
        for (int trial = 0; trial < 40; trial++)
        {
            var rows = model.Draw(random.Next(12, 60), random, false, false);
            var alone = Fit(model, rows);
            double far = trial % 4 == 3 ? 20 : 3;
            // A constant that is reported on its own scale is moved by a factor.
            var start = Enumerable.Range(0, alone.Parameters.Count).Where(i => double.IsFinite(alone[i]) && (trial % 2 == 0 || i == trial / 2 % alone.Parameters.Count))
                .ToDictionary(i => alone.Parameters[i], i => model.Parameters.Contains(alone.Parameters[i]) ? alone[i] < 1 ? 0.9 * random.NextDouble() + 0.05 : 1 + (alone[i] - 1) * random.NextDouble() * far : alone[i] + far * (random.NextDouble() - 0.5));
            var started = Fit(model, rows, new() { Start = start });
            double before = Registry.Claimed(alone), after = Registry.Claimed(started);
            // Without a maximum nothing was said.
            if (alone.Status == Status.IterationLimit)
                continue;
            if (alone.Status != started.Status && !(after > before) || !(after >= before - 1e-6 * (1 + Math.Abs(before))) && !after.Equals(before))
                failures.Add($"{name}, trial {trial} from {string.Join(", ", start)}: {started.Status} {after:R} ({started.Verdict.Reason}), {alone.Status} {before:R} without");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of 40:\n{string.Join("\n", failures.Take(8))}");
    }

    /// <summary>Of a block whose rows all count once or not at all, logarithms are taken together.</summary>
    [Theory, MemberData(nameof(WithTrials))]
    public void So_it_is_of_rows_that_count_once_beside_others_that_do_not(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 46, 600, change: r => r with { Weights = [.. Enumerable.Range(0, r.Length).Select(i => i < 256 ? i % 7 == 0 ? 0 : 1 : 0.5 * (i % 4))] });
        IsMaximum(name, model, rows, fit);
    }

    [Theory, MemberData(nameof(All))]
    public void Derivatives_in_closed_form_are_those_of_jets(string name)
    {
        var model = Written.Find(name);
        var random = Registry.Random(name, 47);
        var rows = model.Draw(60, random, false, WithTrials.Cast<object[]>().Any(row => name.Equals(row[0])));
        model.Family.Accept(new JetLaw(name, rows, random));
    }

    sealed class JetLaw(string name, Observed rows, Random random) : IModelVisitor<bool>
    {
        public bool VisitMultinomial(IReadOnlyList<string> labels) => throw new NotSupportedException();

        public bool VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => throw new NotSupportedException();

        public bool Visit<TModel>() where TModel : struct, IModel<TModel>
        {
            for (int i = 0; i < rows.Length; i++)
            {
                var t = TModel.Statistic(new Row<Real>(rows.Lower[i], rows.M(i)));
                var u = new Vec3<Real>(U(1), U(2), U(3));
                double[] jets = Numbers(ByJets.Differentiate<TModel, Real>(t, u)), closed = Numbers(TModel.Differentiate(t, u));
                double[] parts = Numbers(TModel.Differentiate(t, u, out Real e));
                parts[0] -= TModel.HasFactor ? rows.M(i) * Math.Log(1 + e.Value / rows.M(i)) : 0;
                double unit = jets.Max(Math.Abs);
                for (int k = 0; k < jets.Length; k++)
                {
                    Assert.True(Math.Abs(closed[k] - jets[k]) <= 1e-12 * unit, $"{name}, row {i + 1}, number {k}: {closed[k]:R}, by jets {jets[k]:R}");
                    Assert.True(Math.Abs(parts[k] - jets[k]) <= 1e-12 * unit, $"{name}, row {i + 1}, number {k}: {parts[k]:R} less its factor, by jets {jets[k]:R}");
                }
            }
            return true;

            double U(int slot) => slot <= TModel.Slots ? 2 * random.NextDouble() - 1 : 0;
        }

        static double[] Numbers(Derivatives<Real> d) =>
            [d.F, d.Score.X, d.Score.Y, d.Score.Z, d.Hessian.XX, d.Hessian.XY, d.Hessian.YY, d.Hessian.XZ, d.Hessian.YZ, d.Hessian.ZZ];
    }

    /// <summary>
    /// Products of columns are made in tiles of two by two, four and six, and mirrored where both predictors have the same columns: the
    /// covariances of a normal model with log σ = zᵀγ against ∂²ℓ = −Σ xxᵀ/σ², −2 Σ r xzᵀ/σ², −2 Σ r² zzᵀ/σ² as loops.
    /// </summary>
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 5, false)]
    [InlineData(3, 3, true)]
    [InlineData(6, 4, false)]
    [InlineData(7, 7, true)]
    [InlineData(8, 1, false)]
    [InlineData(9, 6, false)]
    [InlineData(10, 10, true)]
    [InlineData(13, 3, false)]
    public void The_information_of_any_number_of_columns_is_a_sum_over_rows(int ofMean, int ofScale, bool same)
    {
        const int n = 300;
        var random = Registry.Random("columns", ofMean * 16 + ofScale);
        double[][] columns = [.. Enumerable.Range(0, ofMean + ofScale).Select(_ => Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray())];
        double[][] x = columns[..ofMean], z = same ? x : columns[ofMean..];
        double[] y = [.. Enumerable.Range(0, n).Select(i => x.Sum(c => c[i]) + Math.Exp(0.3 * z.Sum(c => c[i])) * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
        static Predictor Of(double[][] columns) => new([.. columns.Select((_, j) => $"c{j}")], [.. columns.Select(c => (ReadOnlyMemory<double>)c)]);
        var batch = new Batch(y, [0, n]) { Predictors = new Dictionary<string, Predictor> { ["mu"] = Of(x), ["sigma"] = Of(z) } };
        foreach (int lanes in new[] { 1, 4, 8 })
        {
            using var engine = new CpuEngine(lanes);
            var fit = engine.Fit(Registry.Find("normal"), batch, new())[0];
            Assert.Equal(Status.Interior, fit.Status);
            double[] estimate = Estimates(fit);
            var information = new double[estimate.Length, estimate.Length];
            for (int i = 0; i < n; i++)
            {
                double r = y[i], logσ = 0;
                for (int j = 0; j < x.Length; j++)
                    r -= estimate[j] * x[j][i];
                for (int j = 0; j < z.Length; j++)
                    logσ += estimate[x.Length + j] * z[j][i];
                double perVariance = Math.Exp(-2 * logσ);
                for (int j = 0; j < estimate.Length; j++)
                {
                    for (int k = 0; k < estimate.Length; k++)
                    {
                        bool first = j < x.Length, second = k < x.Length;
                        double columnJ = first ? x[j][i] : z[j - x.Length][i], columnK = second ? x[k][i] : z[k - x.Length][i];
                        information[j, k] += columnJ * columnK * perVariance * (first && second ? 1 : first || second ? 2 * r : 2 * r * r);
                    }
                }
            }
            var covariance = Numerically.Inverse(information);
            for (int j = 0; j < estimate.Length; j++)
                for (int k = 0; k <= j; k++)
                    Assert.True(Math.Abs(fit.Covariance(j, k) - covariance[j, k]) <= 1e-10 * fit.StandardError(j) * fit.StandardError(k),
                        $"{lanes} lanes, {ofMean} and {ofScale} columns: covariance {j}, {k} is {fit.Covariance(j, k):R}, by its definition {covariance[j, k]:R}");
        }
    }

    /// <summary>Without a formula the parameters are constants on their own scale; with an intercept alone, on their link's, and so where the report knows no such link.</summary>
    [Theory, MemberData(nameof(All))]
    public void An_intercept_alone_is_the_fit_of_the_distribution(string name)
    {
        var model = Written.Find(name);
        var (rows, constants) = Interior(model, 46, change: r => r with { Predictors = new Dictionary<string, Predictor>() });
        var links = Fit(model, rows with { Predictors = model.Parameters.ToDictionary(q => q, _ => Predictor.Constant) });
        Assert.Equal(Status.Interior, links.Status);
        double ℓ = constants.LogLikelihood;
        Assert.True(Math.Abs(links.LogLikelihood - ℓ) <= 1e-12 * Math.Max(Math.Abs(ℓ), rows.Length), $"{name}: log-likelihood {links.LogLikelihood:R}, of constants {ℓ:R}");
        for (int s = 0; s < model.Parameters.Length; s++)
        {
            double constant = constants.Parameters[s] == Predictor.Intercept ? links[s] : model.Inverse[s](links[s]);
            Assert.True(Math.Abs(constant - constants[s]) <= 1e-9 * constants.StandardError(s), $"{name}: {model.Parameters[s]} {constants[s]:R}, from its intercept {constant:R}");
        }
        Assert.Equal(name is "probit_regression" or "cloglog_regression", constants.Parameters.Contains(Predictor.Intercept));

        if (Families.All.All(f => f.Name != model.Density.Family) || double.IsFinite(model.CensoredBelow))
            return;
        using var engine = new CpuEngine();
        var oracle = model.Density;
        var plain = engine.Fit(Registry.Find(oracle.Family), new Batch(rows.Lower, [0, rows.Length], default, oracle.Trials ? rows.Lower.Select(_ => 1.0).ToArray() : default), new())[0];
        double[] made = model.Of([.. model.Inverse.Select((inverse, s) => inverse(links[s]))]);
        for (int i = 0; i < made.Length; i++)
            Assert.True(Math.Abs(plain[oracle.Parameters[i]] - made[i]) <= 1e-9 * plain.StandardError(oracle.Parameters[i]), $"{name}: {oracle.Parameters[i]} {made[i]:R}, of the plain fit {plain[oracle.Parameters[i]]:R}");
        Assert.True(Math.Abs(plain.LogLikelihood - ℓ) <= 1e-12 * Math.Max(Math.Abs(ℓ), rows.Length));
    }

    /// <summary>Another basis of the same columns: what was β becomes <paramref name="back"/>(γ).</summary>
    static void Equivalent(string where, Fit expected, Fit got, Func<string, Fit, double> back, double tolerance = 1e-9)
    {
        Assert.True(expected.Status == got.Status, $"{where}: {got.Status}, {got.Verdict.Reason}");
        Assert.True(Math.Abs(expected.LogLikelihood - got.LogLikelihood) <= 1e-12 * Math.Max(Math.Abs(expected.LogLikelihood), expected.Size),
            $"{where}: log-likelihood {got.LogLikelihood:R}, expected {expected.LogLikelihood:R}");
        for (int i = 0; i < expected.Parameters.Count; i++)
        {
            double found = back(expected.Parameters[i], got);
            Assert.True(Math.Abs(found - expected[i]) <= tolerance * (expected.StandardError(i) + 1e-6 * Math.Abs(expected[i])), $"{where}: {expected.Parameters[i]} = {found:R}, expected {expected[i]:R} ± {expected.StandardError(i):E1}");
        }
    }

    static Observed With(Observed rows, Func<Predictor, Predictor> change) =>
        rows with { Predictors = rows.Predictors.ToDictionary(q => q.Key, q => change(q.Value)) };

    static double[] Map(ReadOnlyMemory<double> column, Func<double, double> f) => Array.ConvertAll(column.ToArray(), v => f(v));

    /// <summary>The intercept of a coefficient's predictor, whose name stands before a colon or not at all.</summary>
    static string Beside(string coefficient, string term) => coefficient[..(coefficient.IndexOf(':') + 1)] + term;

    static bool Is(string coefficient, string term) => coefficient[(coefficient.IndexOf(':') + 1)..] == term;

    [Theory, MemberData(nameof(All))]
    public void Coefficients_follow_their_columns(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 47);
        foreach (double unit in new[] { 1e6, 1e-6, -3 })
            Equivalent($"{name}, x × {unit}", fit, Fit(model, With(rows, p => p with { Columns = [default, Map(p.Columns[1], v => v * unit), p.Columns[2]] })),
                (q, got) => Is(q, "x") ? got[q] * unit : got[q]);
        // Values on a grid, so that moved ones are the same numbers.
        var grid = With(rows, p => p with { Columns = [default, Map(p.Columns[1], v => Math.Round(v * 1024) / 1024), p.Columns[2]] });
        var about = Fit(model, grid);
        Equivalent($"{name}, x + 2000", about, Fit(model, With(grid, p => p with { Columns = [default, Map(p.Columns[1], v => v + 2000), p.Columns[2]] })),
            (q, got) => Is(q, Predictor.Intercept) ? got[q] + 2000 * got[Beside(q, "x")] : got[q], 1e-8);
        Equivalent($"{name}, g + 2x beside x", fit, Fit(model, With(rows, p => p with { Columns = [default, p.Columns[1], p.Columns[2].ToArray().Zip(p.Columns[1].ToArray(), (g, x) => g + 2 * x).ToArray()] })),
            (q, got) => Is(q, "x") ? got[q] + 2 * got[Beside(q, "g")] : got[q]);
        // Two groups' means instead of an intercept and a difference.
        Equivalent($"{name}, 1 − g for the intercept", fit, Fit(model, With(rows, p => new(["not g", "x", "g"], [Map(p.Columns[2], g => 1 - g), p.Columns[1], p.Columns[2]]))),
            (q, got) => Is(q, Predictor.Intercept) ? got[Beside(q, "not g")] : Is(q, "g") ? got[q] - got[Beside(q, "not g")] : got[q]);
        int[] order = [.. Enumerable.Range(0, rows.Length)];
        Registry.Random(name, 48).Shuffle(order);
        Equivalent($"{name}, shuffled", fit, Fit(model, rows.Rows(order)), (q, got) => got[q]);
    }

    [Theory, MemberData(nameof(All))]
    public void An_offset_is_a_known_coefficient(string name)
    {
        var model = Written.Find(name);
        var (rows, _) = Interior(model, 49);
        string known = model.Family.Info.Primary;
        string coefficient = "g";
        var held = Fit(model, rows, new() { Fixed = new Dictionary<string, double> { [coefficient] = 0.3 } });
        var p = rows.Predictors[known];
        var offset = new Dictionary<string, Predictor>(rows.Predictors) { [known] = new([Predictor.Intercept, "x"], [default, p.Columns[1]], Map(p.Columns[2], g => 0.3 * g)) };
        var moved = Fit(model, rows with { Predictors = offset });
        Assert.Equal(0.3, held[coefficient]);
        Assert.Equal(0, held.StandardError(coefficient));
        Equivalent(name, moved, held, (q, got) => got[q]);
        foreach (string q in moved.Parameters)
            Assert.True(Math.Abs(moved.StandardError(q) - held.StandardError(q)) <= 1e-8 * moved.StandardError(q), $"{name}: standard error of {q} {held.StandardError(q):R}, with an offset {moved.StandardError(q):R}");
        Assert.Equal(held.Parameters.Count - 1, (int)Math.Round((held.Aic + 2 * held.LogLikelihood) / 2));

        double ℓ = model.LogLikelihood(Estimates(moved), rows with { Predictors = offset });
        Assert.True(Math.Abs(moved.LogLikelihood - ℓ) <= 1e-12 * Math.Max(Math.Abs(ℓ), rows.Length), $"{name}: log-likelihood {moved.LogLikelihood:R}, by its definition {ℓ:R}");
    }

    public static TheoryData<string> WithConstants => new(Written.Models.Where(w => w.Parameters.Length > 1).Select(w => w.Name));

    [Theory, MemberData(nameof(WithConstants))]
    public void A_constant_held_at_its_estimate_leaves_the_coefficients(string name)
    {
        var model = Written.Find(name);
        var (rows, fit) = Interior(model, 50);
        string constant = model.Parameters[^1];
        var held = Fit(model, rows, new() { Fixed = new Dictionary<string, double> { [constant] = fit[constant] } });
        Equivalent(name, fit, held, (q, got) => got[q]);
        Assert.Equal(fit[constant], held[constant]);
        Assert.Equal(0, held.StandardError(constant));
    }

    static double[] Bits(Fit fit) =>
        [fit.LogLikelihood, fit.Size, fit.Iterations, (double)fit.Status, .. Enumerable.Range(0, fit.Parameters.Count).SelectMany(i => Enumerable.Range(0, i + 1).Select(j => fit.Covariance(i, j)).Append(fit[i]))];

    /// <summary>Data sets of any length, among them blocks that are full, and one row more and less.</summary>
    [Theory, MemberData(nameof(Models))]
    public void A_data_set_gives_the_same_bits_in_any_batch_on_any_threads(string name)
    {
        var model = Written.Find(name);
        var random = Registry.Random(name, 51);
        Observed[] sets = [.. new[] { 40, 256, 3, 257, 1, 300, 64 }.Select(n => model.Draw(n, random))];
        var joined = Join(sets);
        double[][] alone = [.. sets.Select(s => Bits(Fit(model, s)))];
        foreach (int threads in new[] { 1, 3, 16 })
        {
            var table = Fit(model, joined, new() { Threads = threads });
            for (int d = 0; d < sets.Length; d++)
                Assert.Equal(alone[d], Bits(table[d]));
        }
    }

    static Batch Join(Observed[] sets)
    {
        long[] offsets = [0, .. sets.Select((_, d) => sets.Take(d + 1).Sum(s => (long)s.Length))];
        double[] All(Func<Observed, double[]> column) => [.. sets.SelectMany(column)];
        return new(All(s => s.Lower), offsets)
        {
            Upper = All(s => s.Upper),
            Predictors = sets[0].Predictors.ToDictionary(q => q.Key, q => new Predictor(q.Value.Terms,
                [.. q.Value.Columns.Select((c, j) => c.IsEmpty ? c : All(s => s.Predictors[q.Key].Columns[j].ToArray()))])),
        };
    }

    [Theory, MemberData(nameof(All))]
    public void One_four_and_eight_lanes_agree(string name)
    {
        var model = Written.Find(name);
        foreach (int n in new[] { 61, 256, 257, 300 })
        {
            var (rows, _) = Interior(model, 52 + n, n);
            var scalar = Fit(model, rows, lanes: 1);
            foreach (int lanes in new[] { 4, 8 })
                Equivalent($"{name}, n = {n}, {lanes} lanes", scalar, Fit(model, rows, lanes: lanes), (q, got) => got[q]);
        }
    }
}
