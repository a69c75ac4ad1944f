namespace Mle.Tests.Regression;

/// <summary>Multinomial and ordered models, against their probabilities written down again.</summary>
public class CategoryLaws
{
    const double Infinity = double.PositiveInfinity;

    public static TheoryData<string> All => new("multinomial_logit", "ordered_logit", "ordered_probit");

    public static TheoryData<string> Ordered => new("ordered_logit", "ordered_probit");

    sealed record Data(double[] Y, double[] X, double[] G, double[]? Weights, int K)
    {
        public int Length => Y.Length;

        public double W(int i) => Weights is null ? 1 : Weights[i];
    }

    static Data Draw(string name, Random random, int n, int k, bool weights = false)
    {
        double[] x = [.. Enumerable.Range(0, n).Select(_ => 2 * random.NextDouble() - 1)], g = [.. Enumerable.Range(0, n).Select(i => (double)(i % 3 == 0 ? 1 : 0))];
        double[] truth = name == "multinomial_logit"
            ? [.. Enumerable.Range(1, k - 1).SelectMany(j => new[] { 0.3 / j, 0.5 * j - 1, 0.4 })]
            : [0.8, -0.5, .. Enumerable.Range(1, k - 1).Select(j => 1.2 * (j - 0.5 * k))];
        var data = new Data(new double[n], x, g, weights ? [.. Enumerable.Range(0, n).Select(i => i % 4 * 0.75)] : null, k);
        for (int i = 0; i < n; i++)
        {
            double u = random.NextDouble();
            while (data.Y[i] < k - 1 && (u -= Probability(name, data, truth, i, (int)data.Y[i])) > 0)
                data.Y[i]++;
        }
        return data;
    }

    static double F(string name, double u) => name == "ordered_probit" ? 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-u / Math.Sqrt(2)) : 1 / (1 + Math.Exp(-u));

    static double Probability(string name, Data data, double[] b, int i, int j)
    {
        if (name == "multinomial_logit")
        {
            double[] u = [0, .. Enumerable.Range(0, data.K - 1).Select(c => b[3 * c] + b[3 * c + 1] * data.X[i] + b[3 * c + 2] * data.G[i])];
            return Math.Exp(u[j]) / u.Sum(Math.Exp);
        }
        double at = b[0] * data.X[i] + b[1] * data.G[i];
        return (j == data.K - 1 ? 1 : F(name, b[2 + j] - at)) - (j == 0 ? 0 : F(name, b[1 + j] - at));
    }

    static double LogLikelihood(string name, Data data, double[] b) =>
        Enumerable.Range(0, data.Length).Sum(i => data.W(i) == 0 ? 0 : data.W(i) * Math.Log(Probability(name, data, b, i, (int)data.Y[i])));

    static Family Family(string name, int k) => Families.OfCategories[name]([.. Enumerable.Range(0, k).Select(j => $"c{j}")]);

    static Batch Batch(Data data) => new(data.Y, [0, data.Length], data.Weights)
    {
        Predictors = new Dictionary<string, Predictor> { ["u"] = new([Predictor.Intercept, "x", "g"], [default, data.X, data.G]) },
    };

    static Fit Fit(string name, Data data, FitOptions? options = null, int lanes = 0)
    {
        using var engine = new CpuEngine(lanes);
        return engine.Fit(Family(name, data.K), Batch(data), options ?? new())[0];
    }

    static double[] Estimates(Fit fit) => [.. Enumerable.Range(0, fit.Parameters.Count).Select(i => fit[i])];

    [Theory, MemberData(nameof(All))]
    public void The_estimate_is_the_maximum_of_the_model_as_the_books_write_it(string name)
    {
        foreach (int k in new[] { 2, 3, 5 })
            foreach (bool weights in new[] { false, true })
            {
                var data = Draw(name, Registry.Random(name, 71 + k), 40 * k, k, weights);
                var fit = Fit(name, data);
                string where = $"{name}, {k} categories{(weights ? ", weighted" : "")}";
                Assert.True(fit.Status == Status.Interior, $"{where}: {fit.Status}, {fit.Verdict.Reason}");
                double[] estimate = Estimates(fit), se = [.. Enumerable.Range(0, estimate.Length).Select(fit.StandardError)];
                double[] steps = [.. se.Select(s => 0.2 * s)];
                double ℓ = LogLikelihood(name, data, estimate);
                Assert.Equal(ℓ, fit.LogLikelihood, 1e-12 * Math.Abs(ℓ));
                double[] score = Numerically.Gradient(b => LogLikelihood(name, data, b), estimate, steps);
                for (int i = 0; i < score.Length; i++)
                    Assert.True(Math.Abs(score[i] * se[i]) <= 1e-9, $"{where}: the score of {fit.Parameters[i]} is {score[i] * se[i]:E1} standard errors from 0");
                double[,] h = Numerically.Hessian(b => LogLikelihood(name, data, b), estimate, steps);
                for (int i = 0; i < score.Length; i++)
                    for (int j = 0; j < score.Length; j++)
                        h[i, j] = -h[i, j];
                var covariance = Numerically.Inverse(h);
                for (int i = 0; i < score.Length; i++)
                    for (int j = 0; j <= i; j++)
                        Assert.True(Math.Abs(fit.Covariance(i, j) - covariance[i, j]) <= 1e-5 * se[i] * se[j], $"{where}: covariance of {fit.Parameters[i]}, {fit.Parameters[j]} is {fit.Covariance(i, j):R}, by differences {covariance[i, j]:R}");
            }
    }

    [Theory, MemberData(nameof(All))]
    public void Two_categories_are_a_binary_regression(string name)
    {
        var data = Draw(name, Registry.Random(name, 81), 90, 2);
        var fit = Fit(name, data);
        using var engine = new CpuEngine();
        var binary = engine.Fit(Registry.Find(name == "ordered_probit" ? "probit_regression" : "logistic_regression"), new Batch(data.Y, [0, data.Length])
        {
            Predictors = new Dictionary<string, Predictor> { ["p"] = new([Predictor.Intercept, "x", "g"], [default, data.X, data.G]) },
        }, new())[0];
        Assert.Equal(binary.LogLikelihood, fit.LogLikelihood, 1e-12 * Math.Abs(binary.LogLikelihood));
        string x = name == "multinomial_logit" ? "c1:x" : "x";
        Assert.Equal(binary["x"], fit[x], 1e-9);
        Assert.Equal(binary.StandardError("x"), fit.StandardError(x), 1e-8);
        // P(y ≤ 0) = F(ζ − u).
        Assert.Equal(binary[Predictor.Intercept], name == "multinomial_logit" ? fit["c1:(Intercept)"] : -fit["zeta1"], 1e-9);
    }

    /// <summary>Another category first: differences of the others' coefficients.</summary>
    [Fact]
    public void Categories_may_be_named_in_any_order()
    {
        const string name = "multinomial_logit";
        var data = Draw(name, new Random(5), 200, 4);
        var fit = Fit(name, data);
        int[] to = [2, 0, 3, 1];
        var moved = Fit(name, data with { Y = [.. data.Y.Select(y => (double)to[(int)y])] });
        Assert.Equal(fit.LogLikelihood, moved.LogLikelihood, 1e-11);
        double[] b = [0, 0, 0, .. Estimates(fit)], c = [0, 0, 0, .. Estimates(moved)];
        for (int y = 0; y < 4; y++)
            for (int j = 0; j < 3; j++)
                Assert.Equal(b[3 * y + j] - b[3 * Array.IndexOf(to, 0) + j], c[3 * to[y] + j], 1e-9);
    }

    /// <summary>From the other end: every coefficient and threshold has the other sign.</summary>
    [Theory, MemberData(nameof(Ordered))]
    public void Order_reversed_reverses_the_signs(string name)
    {
        var data = Draw(name, Registry.Random(name, 82), 150, 4);
        var (fit, back) = (Fit(name, data), Fit(name, data with { Y = [.. data.Y.Select(y => 3 - y)] }));
        Assert.Equal(fit.LogLikelihood, back.LogLikelihood, 1e-11);
        Assert.Equal(-fit["x"], back["x"], 1e-9);
        for (int j = 1; j <= 3; j++)
            Assert.Equal(-fit[$"zeta{j}"], back[$"zeta{4 - j}"], 1e-9);
    }

    /// <summary>Without terms the thresholds are at the cumulative shares, and so are the categories' log ratios.</summary>
    [Theory, MemberData(nameof(All))]
    public void Without_terms_the_shares_are_the_answer(string name)
    {
        double[] y = [0, 0, 0, 1, 1, 2, 2, 2, 2, 2];
        using var engine = new CpuEngine();
        var fit = engine.Fit(Family(name, 3), new Batch(y, [0, 10]), new())[0];
        Assert.Equal(Status.Interior, fit.Status);
        Assert.Equal(3 * Math.Log(0.3) + 2 * Math.Log(0.2) + 5 * Math.Log(0.5), fit.LogLikelihood, 1e-12);
        if (name == "multinomial_logit")
            Assert.Equal((Math.Log(2 / 3.0), Math.Log(5 / 3.0)), (Math.Round(fit[0], 14), Math.Round(fit[1], 14)), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-10);
        else
            Assert.Equal(0.3, F(name, fit["zeta1"]), 1e-12);
    }

    [Theory, MemberData(nameof(All))]
    public void Lanes_threads_weights_and_units(string name)
    {
        foreach (int n in new[] { 97, 256, 300 })
        {
            var data = Draw(name, Registry.Random(name, 83), n, 3);
            var fit = Fit(name, data);
            Assert.Equal(Status.Interior, fit.Status);
            foreach (int lanes in new[] { 1, 4, 8 })
                Close($"{lanes} lanes", Fit(name, data, lanes: lanes));
            Close("two threads", Fit(name, data, new() { Threads = 2 }), 0);
            Close("seven threads", Fit(name, data, new() { Threads = 7 }), 0);
            Close("x × 1e6", Fit(name, data with { X = [.. data.X.Select(x => 1e6 * x)] }), unit: 1e6);
            // Every third row twice, by a weight and by a row.
            int[] rows = [.. Enumerable.Range(0, n).SelectMany(i => Enumerable.Repeat(i, i % 3 == 0 ? 2 : 1))];
            var twice = Fit(name, new([.. rows.Select(i => data.Y[i])], [.. rows.Select(i => data.X[i])], [.. rows.Select(i => data.G[i])], null, 3));
            var weighted = Fit(name, data with { Weights = [.. Enumerable.Range(0, n).Select(i => i % 3 == 0 ? 2.0 : 1.0)] });
            (fit, string was) = (twice, $"{name}, n = {n}");
            Close($"{was}, weights", weighted);

            void Close(string what, Fit got, double tolerance = 1e-9, double unit = 1)
            {
                Assert.True(Math.Abs(fit.LogLikelihood - got.LogLikelihood) <= (tolerance == 0 ? 0 : 1e-12 * Math.Abs(fit.LogLikelihood)), $"{name}, n = {n}, {what}: log-likelihood {got.LogLikelihood:R}, expected {fit.LogLikelihood:R}");
                for (int i = 0; i < fit.Parameters.Count; i++)
                {
                    double factor = fit.Parameters[i].EndsWith('x') ? unit : 1;
                    Assert.True(Math.Abs(fit[i] - got[i] * factor) <= tolerance * fit.StandardError(i), $"{name}, n = {n}, {what}: {fit.Parameters[i]} {got[i]:R}, expected {fit[i]:R}");
                    Assert.True(Math.Abs(fit.StandardError(i) - got.StandardError(i) * factor) <= tolerance * fit.StandardError(i), $"{name}, n = {n}, {what}: standard error of {fit.Parameters[i]}");
                }
            }
        }
    }

    [Fact]
    public void A_category_that_is_none_is_named()
    {
        using var engine = new CpuEngine();
        foreach (double wrong in new[] { 3, -1, 0.5, Infinity })
        {
            var fit = engine.Fit(Family("multinomial_logit", 3), new Batch(new[] { 0, 1, wrong, 2 }, [0, 4]), new())[0];
            Assert.Equal(Status.InvalidData, fit.Status);
            Assert.StartsWith("row 3: ", fit.Verdict.Reason);
        }
    }
}
