using Mle.Tests.Regression;

namespace Mle.Tests.Inference;

/// <summary>What rows add, for every family and every way in which they may be observed.</summary>
public class ContributionLaws
{
    /// <summary>A problem whose maximum is regular, and its fit.</summary>
    sealed record Problem(string Where, Family Family, Batch Batch, FitTable Table, FitOptions Options)
    {
        public Contributions Rows => Contributions.Of(Family, Batch, 0, Table, Options);

        public double[] Estimates => [.. Enumerable.Range(0, Table.Parameters.Count).Select(i => Table.Estimates(i)[0])];
    }

    public static readonly string[] Schemes = ["exact", "weighted", "sampling", .. Observed.Schemes];

    public static TheoryData<string, string> Observations
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var family in Families.All.Where(f => Traits.Of(f).Smooth.Take(f.Info.Parameters.Length).All(smooth => smooth)))
                foreach (string scheme in Schemes)
                    cases.Add(family.Name, scheme);
            return cases;
        }
    }

    public static TheoryData<string> Models => [.. Families.Models.Select(f => f.Name)];

    static Problem? Solve(string where, Family family, Batch batch, FitOptions options)
    {
        using var engine = new CpuEngine();
        var table = engine.Fit(family, batch, options);
        return table.Status[0] == Status.Interior ? new(where, family, batch, table, options) : null;
    }

    /// <summary>The first of some samples of a family with one scheme that has an interior maximum.</summary>
    static Problem? Sampled(string name, string scheme)
    {
        var (oracle, random) = (Oracles.Of(name), Registry.Random(name + scheme, 51));
        bool integer = Traits.Of(Registry.Find(name)).Support.Integer;
        for (int trial = 0; trial < 4; trial++)
        {
            double[] truth = oracle.Points[trial % oracle.Points.Length];
            int n = scheme is "truncated" or "mixed" ? 120 : 40;
            var rows = Observed.Schemes.Contains(scheme) ? Observed.Draw(scheme, oracle, truth, n, integer, random)
                : Observed.Exactly(Sample.Draw(oracle, truth, n, random)) with
                {
                    Weights = scheme == "exact" ? null : [.. Enumerable.Range(0, n).Select(i => scheme == "weighted" ? i % 4 : 0.5 + i % 3)],
                    Weighting = scheme == "sampling" ? Weighting.Sampling : Weighting.Frequency,
                };
            // Rows with and without weight, of any kind.
            if (scheme is "left" or "mixed")
                rows = rows with { Weights = [.. Enumerable.Range(0, rows.Length).Select(i => 0.75 * (i % 3))] };
            var batch = scheme is "exact" or "weighted" ? new Batch(rows.Lower, [0, rows.Length], rows.Weights, rows.Trials) : rows.Batch;
            if (Solve($"{name}, {scheme}, trial {trial}", Registry.Find(name), batch, new()) is { } problem)
                return problem;
        }
        return null;
    }

    /// <summary>Regressions on a column far from 0 and a group, with weights, an offset and censored rows by turns.</summary>
    static IEnumerable<Problem> Regressions(string name)
    {
        var (written, random) = (Written.Find(name), Registry.Random(name, 52));
        for (int trial = 0; trial < 3; trial++)
        {
            bool positive = !written.Support.Integer && double.IsNegativeInfinity(written.CensoredBelow);
            var rows = written.Draw(150, random, censored: trial == 1 && positive, trials: trial == 2 && name is "logistic_regression");
            if (trial == 1)
                rows = rows with { Weights = [.. Enumerable.Range(0, rows.Length).Select(i => 0.5 * (i % 4))] };
            double[] offset = [.. Enumerable.Range(0, rows.Length).Select(i => trial == 2 ? 0.1 * (i % 5) : 0)];
            rows = rows with
            {
                Predictors = rows.Predictors.ToDictionary(p => p.Key, p => new Predictor(
                    p.Value.Terms, [.. p.Value.Columns.Select((x, j) => j == 1 ? x.ToArray().Select(v => 20 + v).ToArray() : x)], trial == 2 ? offset : default)),
            };
            if (Solve($"{name}, trial {trial}", written.Family, rows.Batch, new()) is { } problem)
                yield return problem;
        }
    }

    public static TheoryData<string> OfCategories => new("multinomial_logit", "ordered_logit", "ordered_probit");

    static Problem Categories(string name)
    {
        var random = Registry.Random(name, 53);
        double[] x = [.. Enumerable.Range(0, 150).Select(_ => 5 + random.NextDouble())], y = [.. x.Select(v => Math.Floor(2.9999 * Math.Clamp(v - 5 + 0.5 * random.NextDouble() - 0.25, 0, 1)))];
        var batch = new Batch(y, [0, 150], new ReadOnlyMemory<double>([.. y.Select((_, i) => 0.5 + i % 3)]))
        {
            Predictors = new Dictionary<string, Predictor> { ["u"] = new([Predictor.Intercept, "x"], [default, x]) },
        };
        return Solve(name, Families.OfCategories[name](["a", "b", "c"]), batch, new())!;
    }

    static void Close(string what, double expected, double got, double allowed) =>
        Assert.True(Math.Abs(expected - got) <= allowed, $"{what}: {got:R} instead of {expected:R}, allowed {allowed:G3}");

    static void TotalsAreSums(Problem problem)
    {
        var (rows, fit) = (problem.Rows, problem.Table[0]);
        double ℓ = 0, size = 1;
        for (int i = 0; i < rows.Weight.Length; i++)
            (ℓ, size) = (ℓ + rows.Weight[i] * rows.LogLikelihood[i], size + Math.Abs(rows.Weight[i] * rows.LogLikelihood[i]));
        Close($"{problem.Where}, Σ wℓ", fit.LogLikelihood, ℓ, 1e-12 * size);
        Close($"{problem.Where}, the total", fit.LogLikelihood, rows.Total.LogLikelihood, 1e-12 * size);
        for (int j = 0; j < rows.Parameters.Count; j++)
        {
            double[] s = rows.Score(j);
            double sum = 0, bulk = 0;
            for (int i = 0; i < s.Length; i++)
                (sum, bulk) = (sum + rows.Weight[i] * s[i], bulk + Math.Abs(rows.Weight[i] * s[i]));
            Close($"{problem.Where}, Σ ws in {rows.Parameters[j]}", rows.Total.Score[j], sum, 1e-12 * bulk);
            Close($"{problem.Where}, score in {rows.Parameters[j]}", 0, sum, 1e-9 * bulk);
        }
    }

    static void ScoresAreSlopes(Problem problem)
    {
        var rows = problem.Rows;
        double[] at = problem.Estimates;
        string[] names = [.. problem.Table.Parameters];
        for (int j = 0; j < rows.Parameters.Count; j++)
        {
            int place = Array.IndexOf(names, rows.Parameters[j]);
            // Small against the parameter too, where the sample says little of it.
            double step = 1e-3 * Math.Min(problem.Table[0].StandardError(place), problem.Table.Parameters.Count > 3 ? double.MaxValue : Math.Abs(at[place]));
            var (low, high, lower, higher) = (At(-step), At(step), At(-2 * step), At(2 * step));
            double[] score = rows.Score(j);
            double scale = score.Max(Math.Abs), noise = rows.LogLikelihood.Max(Math.Abs) * 1e-13 / step;
            for (int i = 0; i < score.Length; i++)
            {
                double slope = (8 * (high.LogLikelihood[i] - low.LogLikelihood[i]) - (higher.LogLikelihood[i] - lower.LogLikelihood[i])) / (12 * step);
                Close($"{problem.Where}, row {i}, score in {rows.Parameters[j]}", slope, score[i], 1e-7 * scale + noise);
            }
            for (int k = 0; k < rows.Parameters.Count; k++)
            {
                double slope = (8 * (high.Total.Score[k] - low.Total.Score[k]) - (higher.Total.Score[k] - lower.Total.Score[k])) / (12 * step);
                double size = Math.Sqrt(Math.Abs(rows.Total.Hessian[j, j] * rows.Total.Hessian[k, k]));
                Close($"{problem.Where}, Hessian in {rows.Parameters[j]}, {rows.Parameters[k]}", slope, rows.Total.Hessian[k, j], 1e-6 * size);
            }

            Contributions At(double δ)
            {
                double[] moved = [.. at];
                moved[place] += δ;
                return Contributions.Of(problem.Family, problem.Batch, 0, moved, problem.Options);
            }
        }
    }

    [Theory, MemberData(nameof(Observations))]
    public void Rows_of_any_family_add_up_and_their_scores_are_slopes(string name, string scheme)
    {
        if (Sampled(name, scheme) is not { } problem)
            return;
        TotalsAreSums(problem);
        ScoresAreSlopes(problem);
        using var engine = new CpuEngine();
        if (scheme != "sampling")
            Same(problem.Where, Of(problem.Table), Covariance.Of(problem.Rows, CovarianceKind.Observed), 1e-8);
        var robust = scheme == "sampling" ? problem.Table : engine.Fit(problem.Family, problem.Batch, new() { Information = Information.Robust });
        Same(problem.Where + ", robust", Of(robust), Sandwich(problem), 1e-8);
    }

    [Theory, MemberData(nameof(Models))]
    public void Rows_of_regressions_add_up_and_their_scores_are_slopes(string name)
    {
        int trial = 0;
        foreach (var problem in Regressions(name))
        {
            TotalsAreSums(problem);
            if (trial++ < 2)
                ScoresAreSlopes(problem);
        }
        Assert.True(trial > 0);
    }

    [Theory, MemberData(nameof(OfCategories))]
    public void Rows_of_categories_add_up_and_their_scores_are_slopes(string name)
    {
        TotalsAreSums(Categories(name));
        ScoresAreSlopes(Categories(name));
    }

    static double[,] Sandwich(Problem problem) => Covariance.Of(problem.Rows, CovarianceKind.Sandwich, problem.Batch.Weighting);

    static void Same(string where, double[,] expected, double[,] got, double tolerance)
    {
        for (int i = 0; i < expected.GetLength(0); i++)
            for (int j = 0; j < expected.GetLength(0); j++)
                Close($"{where}, covariance {i}, {j}", expected[i, j], got[i, j], tolerance * Math.Sqrt(expected[i, i] * expected[j, j]));
    }

    static double[,] Of(FitTable table)
    {
        int k = table.Parameters.Count;
        var made = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                made[i, j] = table.Covariances(i, j)[0];
        return made;
    }
}
