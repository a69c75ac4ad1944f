namespace Mle.Tests.Regression;

/// <summary>Maxima that do not exist, that lie on an edge, or that are not one: said so, by name, with the supremum.</summary>
public class ExistenceTests
{
    const double Infinity = double.PositiveInfinity;

    static Fit Fit(string name, Batch batch, FitOptions? options = null) => Fit(Families.Find(name)!, batch, options);

    static Fit Fit(Family family, Batch batch, FitOptions? options = null)
    {
        using var engine = new CpuEngine();
        return engine.Fit(family, batch, options ?? new())[0];
    }

    static Predictor Terms(params (string Name, double[] Column)[] terms) =>
        new([Predictor.Intercept, .. terms.Select(t => t.Name)], [default, .. terms.Select(t => (ReadOnlyMemory<double>)t.Column)]);

    static Batch Data(Family family, double[] y, Predictor predictor, double[]? weights = null, double[]? trials = null, double[]? upper = null) =>
        new(y, [0, y.Length], weights, trials) { Upper = upper, Predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = predictor } };

    static Batch Data(string name, double[] y, Predictor predictor, double[]? weights = null, double[]? trials = null, double[]? upper = null) =>
        Data(Families.Find(name)!, y, predictor, weights, trials, upper);

    /// <summary>The certificate asks the data and not the path: neither many iterations nor few change what it says.</summary>
    static Fit Separated(Family family, Batch batch, double supremum, params (string Name, double At)[] limits)
    {
        foreach (int limit in new[] { 200, 1, 3 })
        {
            var fit = Fit(family, batch, new() { IterationLimit = limit });
            Assert.True(fit.Status == Status.NoFiniteMle && fit.Verdict.Cause == Cause.Separated, $"{family.Name}, {limit} iterations: {fit.Status}, {fit.Verdict.Cause}, {fit.Verdict.Reason}");
            foreach (var (name, at) in limits)
                Assert.True(fit.Verdict.Limit!.TryGetValue(name, out double found) && found == at, $"{family.Name}: {name} should run to {at}; {fit.Verdict.Reason}");
            Assert.True(fit.Verdict.Limit!.Count == limits.Length, $"{family.Name}: {fit.Verdict.Reason}");
            foreach (var (name, _) in limits)
                Assert.Contains(name, fit.Verdict.Reason);
            Assert.All(fit.Parameters, name => Assert.Equal(double.NaN, fit[name]));
            Assert.Equal(double.NaN, fit.LogLikelihood);
            if (limit == 200)
                Assert.True(Math.Abs(fit.Verdict.Supremum - supremum) <= 1e-10 * (1 + Math.Abs(supremum)), $"{family.Name}: supremum {fit.Verdict.Supremum:R}, expected {supremum:R}");
        }
        return Fit(family, batch);
    }

    static Fit Separated(string name, Batch batch, double supremum, params (string Name, double At)[] limits) => Separated(Families.Find(name)!, batch, supremum, limits);

    public static TheoryData<string> Binary => new("logistic_regression", "probit_regression", "cloglog_regression");

    [Theory, MemberData(nameof(Binary))]
    public void Complete_separation(string name)
    {
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8], y = [0, 0, 0, 0, 1, 1, 1, 1];
        var fit = Separated(name, Data(name, y, Terms(("x", x))), 0, ("x", Infinity), (Predictor.Intercept, -Infinity));
        Assert.Contains("complete separation", fit.Verdict.Reason);
        Separated(name, Data(name, [.. y.Select(v => 1 - v)], Terms(("x", x))), 0, ("x", -Infinity), (Predictor.Intercept, Infinity));
    }

    /// <summary>One group has successes alone: its coefficient runs away, and the others have the maximum of the other rows.</summary>
    [Theory, MemberData(nameof(Binary))]
    public void Quasi_complete_separation_leaves_the_maximum_of_the_other_rows(string name)
    {
        double[] g = [0, 0, 0, 0, 0, 0, 1, 1, 1], x = [0.3, 1.2, -0.7, 2.0, 0.1, 1.5, 0.4, -0.2, 0.9], y = [0, 1, 1, 0, 0, 1, 1, 1, 1];
        int[] others = [0, 1, 2, 3, 4, 5];
        var rest = Fit(name, Data(name, [.. others.Select(i => y[i])], Terms(("x", [.. others.Select(i => x[i])]))));
        Assert.Equal(Status.Interior, rest.Status);
        var fit = Separated(name, Data(name, y, Terms(("x", x), ("g", g))), rest.LogLikelihood, ("g", Infinity));
        Assert.Contains("3 of 9 rows", fit.Verdict.Reason);
    }

    [Theory, MemberData(nameof(Binary))]
    public void Separation_of_grouped_successes(string name)
    {
        double[] g = [0, 0, 1, 1], y = [3, 5, 7, 4], trials = [8, 9, 7, 4];
        var rest = Fit(name, Data(name, [3, 5], Terms(), trials: [8, 9]));
        Separated(name, Data(name, y, Terms(("g", g)), trials: trials), rest.LogLikelihood, ("g", Infinity));
        // One failure in the group, and nothing is separated.
        Assert.Equal(Status.Interior, Fit(name, Data(name, [3, 5, 6, 4], Terms(("g", g)), trials: trials)).Status);
    }

    /// <summary>A row of weight 0 is none: neither may it hide a separation nor make one.</summary>
    [Theory, MemberData(nameof(Binary))]
    public void Rows_of_weight_0_do_not_count(string name)
    {
        double[] x = [1, 2, 3, 4, 5, 6], y = [0, 0, 1, 0, 1, 1];
        Assert.Equal(Status.Interior, Fit(name, Data(name, y, Terms(("x", x)))).Status);
        Separated(name, Data(name, y, Terms(("x", x)), [1, 1, 0, 1, 1, 1]), 0, ("x", Infinity), (Predictor.Intercept, -Infinity));
    }

    [Fact]
    public void Poisson_with_an_empty_cell()
    {
        double[] a = [0, 0, 0, 0, 1, 1, 1, 1], b = [0, 0, 1, 1, 0, 0, 1, 1], ab = [0, 0, 0, 0, 0, 0, 1, 1], y = [2, 4, 1, 3, 5, 2, 0, 0];
        var rest = Fit("poisson_regression", Data("poisson_regression", y[..6], Terms(("a", a[..6]), ("b", b[..6]))));
        Separated("poisson_regression", Data("poisson_regression", y, Terms(("a", a), ("b", b), ("a:b", ab))), rest.LogLikelihood, ("a:b", -Infinity));
    }

    [Fact]
    public void Multinomial_with_an_empty_cell()
    {
        var family = Families.OfCategories["multinomial_logit"](["a", "b", "c"]);
        double[] g = [0, 0, 0, 0, 0, 1, 1, 1, 1], y = [0, 1, 2, 0, 1, 0, 1, 1, 0];
        // In the group c does not occur: two categories there, three elsewhere, each at its shares.
        double supremum = 2 * Math.Log(0.4) + 2 * Math.Log(0.4) + Math.Log(0.2) + 4 * Math.Log(0.5);
        var fit = Fit(family, Data(family, y, Terms(("g", g))));
        Assert.Equal((Status.NoFiniteMle, Cause.Separated), (fit.Status, fit.Verdict.Cause));
        Assert.Equal(-Infinity, fit.Verdict.Limit!["c:g"]);
        Assert.Equal(["c:g"], fit.Verdict.Limit!.Keys);
        Assert.Equal(supremum, fit.Verdict.Supremum, 1e-9);
    }

    [Theory]
    [InlineData("multinomial_logit")]
    [InlineData("ordered_logit")]
    [InlineData("ordered_probit")]
    public void Categories_completely_separated(string name)
    {
        var family = Families.OfCategories[name](["a", "b", "c"]);
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8, 9], y = [0, 0, 0, 1, 1, 1, 2, 2, 2];
        foreach (int limit in new[] { 200, 1, 3 })
        {
            var fit = Fit(family, Data(family, y, Terms(("x", x))), new() { IterationLimit = limit });
            Assert.Equal((Status.NoFiniteMle, Cause.Separated), (fit.Status, fit.Verdict.Cause));
            Assert.Equal(0, fit.Verdict.Supremum);
            Assert.Contains("complete separation", fit.Verdict.Reason);
        }
    }

    [Theory]
    [InlineData("ordered_logit")]
    [InlineData("ordered_probit")]
    public void Ordered_categories_that_never_occur(string name)
    {
        double[] x = [0.1, 0.7, -0.4, 1.3, 0.2, 2.2, -1.1, 0.9], y = [0, 2, 0, 2, 2, 2, 0, 0];
        var two = Families.OfCategories[name](["a", "c"]);
        var rest = Fit(two, Data(two, [.. y.Select(v => v / 2)], Terms(("x", x))));
        Assert.Equal(Status.Interior, rest.Status);

        var three = Families.OfCategories[name](["a", "b", "c"]);
        var middle = Fit(three, Data(three, y, Terms(("x", x))));
        Assert.Equal(Status.Boundary, middle.Status);
        Assert.Equal("P(b) = 0", middle.Verdict.Bound);
        Assert.Equal(rest.LogLikelihood, middle.LogLikelihood, 1e-10);
        Assert.Equal(rest["x"], middle["x"], 1e-8);
        Assert.Equal(middle["zeta1"], middle["zeta2"]);

        var end = Fit(three, Data(three, [.. y.Select(v => v / 2)], Terms(("x", x))));
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (end.Status, end.Verdict.Cause));
        Assert.Equal(Infinity, end.Verdict.Limit!["zeta2"]);
        Assert.Equal(rest.LogLikelihood, end.Verdict.Supremum, 1e-10);
    }

    /// <summary>
    /// Half of the data sets separated by a plane through them, the others with successes and failures at the corners of one
    /// simplex, each inside the other's hull: no plane can have them on two sides.
    /// </summary>
    [Fact]
    public void A_thousand_verdicts_of_separation_by_construction()
    {
        var random = new Random(20260);
        int wrong = 0;
        for (int trial = 0; trial < 1000; trial++)
        {
            int p = 1 + random.Next(4), n = 3 * p + 4 + random.Next(30);
            bool separated = trial % 2 == 0;
            double[][] x = [.. Enumerable.Range(0, p).Select(_ => Enumerable.Range(0, n).Select(_ => random.Next(3) == 0 ? random.Next(-1, 2) : Normal(random)).ToArray())];
            double[] plane = [.. Enumerable.Range(0, p + 1).Select(_ => Normal(random))], y = new double[n];
            for (int i = 0; i < n; i++)
            {
                double side = plane[p] + Enumerable.Range(0, p).Sum(j => plane[j] * x[j][i]);
                y[i] = side > 0 ? 1 : 0;
            }
            if (y.Distinct().Count() == 1)
                y[0] = 1 - y[0];
            if (!separated)
            {
                // The same p + 1 points in general position once as successes and once as failures.
                for (int k = 0; k <= p; k++)
                    for (int twice = 0; twice < 2; twice++)
                    {
                        int i = 2 * k + twice;
                        for (int j = 0; j < p; j++)
                            x[j][i] = twice == 1 ? x[j][i - 1] : (k == j ? 1 : 0) + 0.1 * Normal(random);
                        y[i] = twice;
                    }
            }
            else if (y.Sum() is 1 || y.Sum() == n - 1)
            {
                // One point against the rest need not be on a side of its own: move it there.
                int one = Array.IndexOf(y, y.Sum() is 1 ? 1.0 : 0.0);
                x[0][one] = 1000;
            }
            var fit = Fit("logistic_regression", Data("logistic_regression", y, Terms([.. x.Select((c, j) => ($"x{j}", c))])));
            bool found = fit.Status == Status.NoFiniteMle && fit.Verdict.Cause == Cause.Separated;
            if (found != separated || !found && fit.Status != Status.Interior)
                wrong++;
        }
        Assert.Equal(0, wrong);
    }

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [Theory]
    [InlineData("exponential")]
    [InlineData("weibull")]
    [InlineData("lognormal")]
    [InlineData("gamma")]
    [InlineData("normal")]
    public void No_event_at_all(string name)
    {
        double[] t = [3, 1, 4, 1.5, 9];
        var fit = Fit(name, new Batch(t, [0, 5]) { Upper = new[] { Infinity, Infinity, Infinity, Infinity, Infinity } });
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (fit.Status, fit.Verdict.Cause));
        Assert.Equal(0, fit.Verdict.Supremum);
        if (name == "exponential")
            Assert.Equal(0, fit.Verdict.Limit!["rate"]);
        if (name == "weibull")
            Assert.Equal(Infinity, fit.Verdict.Limit!["scale"]);
    }

    [Fact]
    public void No_event_in_a_group()
    {
        double[] g = [0, 0, 0, 0, 1, 1, 1], t = [3, 1, 4, 1.5, 9, 2, 6], upper = [3, 1, Infinity, 1.5, Infinity, Infinity, Infinity];
        var rest = Fit("weibull_aft", Data("weibull_aft", t[..4], Terms(), upper: upper[..4]));
        Assert.Equal(Status.Interior, rest.Status);
        Separated("weibull_aft", Data("weibull_aft", t, Terms(("g", g)), upper: upper), rest.LogLikelihood, ("g", Infinity));
    }

    [Fact]
    public void One_point_in_every_interval()
    {
        double[] lower = [1, 0.5, 1.2, -2], upper = [3, 2, 1.8, 1.5];
        var fit = Fit("normal", new Batch(lower, [0, 4]) { Upper = upper });
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (fit.Status, fit.Verdict.Cause));
        Assert.Equal(0, fit.Verdict.Supremum);
        // One interval away from the others' common part.
        upper[3] = 1.1;
        Assert.Equal(Status.Interior, Fit("normal", new Batch(lower, [0, 4]) { Upper = upper }).Status);
        // The same with one exact value among the intervals.
        var exact = Fit("normal", new Batch(new[] { 1.5, 0.5, 1.2 }, [0, 3]) { Upper = new[] { 1.5, 2, 1.8 } });
        Assert.Equal((Status.NoFiniteMle, Cause.Unbounded), (exact.Status, exact.Verdict.Cause));
        Assert.Equal(Infinity, exact.Verdict.Supremum);
    }

    [Fact]
    public void Counts_that_vary_less_than_Poisson_s_have_its_fit_for_a_limit()
    {
        double[] x = [0, 1, 2, 3, 4, 5, 6, 7], y = [2, 2, 3, 3, 4, 5, 5, 7];
        var poisson = Fit("poisson_regression", Data("poisson_regression", y, Terms(("x", x))));
        var fit = Fit("negative_binomial_regression", Data("negative_binomial_regression", y, Terms(("x", x))));
        Assert.Equal((Status.NoFiniteMle, Cause.Limit), (fit.Status, fit.Verdict.Cause));
        Assert.Equal("poisson_regression", fit.Verdict.LimitFamily);
        Assert.Equal(poisson.LogLikelihood, fit.Verdict.Supremum, 1e-10);
        Assert.Equal(Infinity, fit.Verdict.Limit!["size"]);
        Assert.Equal(poisson["x"], fit.Verdict.Limit!["x"], 1e-9);
    }

    /// <summary>
    /// The score of 1/size at the Poisson fit is ½ Σ ((y − μ)² − y): where it is negative, a finite size may be better all
    /// the same. Such data are rare; here they are searched for, and the verdict held against a profile of the size.
    /// </summary>
    [Fact]
    public void A_finite_size_may_be_best_although_the_likelihood_falls_from_the_limit()
    {
        var random = new Random(3);
        var (model, found) = (Written.Find("negative_binomial_regression"), 0);
        for (int trial = 0; trial < 400; trial++)
        {
            int n = 8 + random.Next(8);
            double[] x = [.. Enumerable.Range(0, n).Select(_ => Normal(random))];
            double[] y = [.. x.Select(v => (double)MathNet.Numerics.Distributions.Poisson.Sample(random, Math.Exp(0.3 + v) * (random.Next(5) == 0 ? 2 : 0.9)))];
            if (y.Count(v => v > 0) < 3)
                continue;
            var rows = new Observed(y, y) { Predictors = new Dictionary<string, Predictor> { ["mu"] = Terms(("x", x)) } };
            var poisson = Fit("poisson_regression", rows.Batch);
            if (poisson.Status != Status.Interior)
                continue;
            double score = y.Select((v, i) => (Math.Pow(v - Math.Exp(poisson[0] + poisson[1] * x[i]), 2) - v) / 2).Sum();
            if (score >= 0)
                continue;
            // A profile over the size on a grid, by coefficients climbed for each.
            double best = double.NegativeInfinity;
            for (double size = 0.3; size < 200; size *= 1.5)
            {
                double fixedSize = size;
                best = Math.Max(best, Numerically.Climb(b => model.LogLikelihood([b[0], b[1], fixedSize], rows), [poisson[0], poisson[1]], 0.2, 160).Value);
            }
            var fit = Fit("negative_binomial_regression", rows.Batch);
            string where = $"trial {trial}: y = {string.Join(" ", y)}, x = {string.Join(" ", x)}: {fit.Verdict.Reason}";
            if (best > poisson.LogLikelihood + 1e-6)
            {
                found++;
                Assert.True(fit.Status == Status.Interior, where);
                Assert.True(fit.LogLikelihood >= best - 1e-9, $"{where}, {fit.LogLikelihood:R} below {best:R}");
            }
            else
            {
                Assert.True(fit.Status == Status.NoFiniteMle || fit.Status == Status.Interior && fit.LogLikelihood > poisson.LogLikelihood, where);
            }
        }
        Assert.True(found > 0, "no data set of this kind was found");
    }

    [Theory]
    [InlineData("zero_inflated_poisson_regression", "poisson_regression")]
    [InlineData("zero_inflated_negative_binomial_regression", "negative_binomial_regression")]
    public void Zeros_that_the_counts_explain_are_not_inflated(string name, string counts)
    {
        double[] x = [.. Enumerable.Range(0, 24).Select(i => i % 8 / 4.0)];
        double[] y = [2, 9, 1, 12, 4, 11, 7, 25, 3, 1, 8, 4, 14, 3, 19, 9, 1, 5, 3, 9, 2, 18, 6, 30];
        var inner = Fit(counts, Data(counts, y, Terms(("x", x))));
        Assert.Equal(Status.Interior, inner.Status == Status.NoFiniteMle ? Status.Boundary : inner.Status);
        var fit = Fit(name, Data(name, y, Terms(("x", x))));
        Assert.True(fit.Status == Status.Boundary, $"{fit.Status}: {fit.Verdict.Reason}");
        Assert.Equal("pi = 0", fit.Verdict.Bound);
        Assert.Equal(0, fit["pi"]);
        Assert.Equal(inner["x"], fit["x"], 1e-8);
        Assert.Equal(inner.LogLikelihood, fit.LogLikelihood, 1e-9);
    }

    [Fact]
    public void Terms_that_explain_everything_leave_no_error()
    {
        double[] x = [1, 2, 3, 4, 5], y = [.. x.Select(v => 2 + 3 * v)];
        var fit = Fit("gaussian_linear", Data("gaussian_linear", y, Terms(("x", x))));
        Assert.Equal((Status.NoFiniteMle, Cause.Unbounded), (fit.Status, fit.Verdict.Cause));
        Assert.Equal(Infinity, fit.Verdict.Supremum);
        Assert.Equal(0, fit.Verdict.Limit!["sigma"]);
        Assert.Equal((2.0, 3.0), (Math.Round(fit[Predictor.Intercept], 12), Math.Round(fit["x"], 12)));
    }

    public static TheoryData<string> Regressions => new("gaussian_linear", "logistic_regression", "probit_regression", "cloglog_regression", "poisson_regression", "negative_binomial_regression", "gamma_regression", "beta_regression", "weibull_aft", "lognormal_aft", "tobit");

    /// <summary>Later terms that are combinations of earlier ones are named, whatever the model.</summary>
    [Theory, MemberData(nameof(Regressions))]
    public void Aliased_terms_are_named(string name)
    {
        var rows = Written.Find(name).Draw(60, Registry.Random(name, 61));
        var p = rows.Predictors[Families.Find(name)!.Info.Primary];
        double[] x = p.Columns[1].ToArray(), g = p.Columns[2].ToArray();
        var fit = Fit(name, (rows with { Predictors = With(new([.. p.Terms, "not g", "x + 2g"], [.. p.Columns, g.Select(v => 1 - v).ToArray(), x.Zip(g, (a, b) => a + 2 * b).ToArray()])) }).Batch);
        Assert.Equal(Status.NotIdentified, fit.Status);
        Assert.StartsWith("not g, x + 2g are linear combinations", fit.Verdict.Reason);
        Assert.All(Enumerable.Range(0, fit.Parameters.Count), i => Assert.False(fit.StandardError(i) >= 0));

        // A constant beside the intercept.
        fit = Fit(name, (rows with { Predictors = With(new([.. p.Terms, "seven"], [.. p.Columns, x.Select(_ => 7.0).ToArray()])) }).Batch);
        Assert.Equal(Status.NotIdentified, fit.Status);
        Assert.StartsWith("seven is a linear combination", fit.Verdict.Reason);

        // More terms than rows: those of the first rows are enough.
        var random = Registry.Random(name, 62);
        var few = rows.Rows([0, 1, 2, 3, 4]);
        double[][] many = [.. Enumerable.Range(0, 7).Select(_ => few.Lower.Select(_ => Normal(random)).ToArray())];
        fit = Fit(name, (few with { Predictors = With(Terms([.. many.Select((c, j) => ($"z{j}", c))])) }).Batch);
        Assert.True(fit.Status is Status.NotIdentified or Status.NoFiniteMle, $"{fit.Status}: {fit.Verdict.Reason}");
        if (fit.Status == Status.NotIdentified)
            Assert.StartsWith("z4, z5, z6 are", fit.Verdict.Reason);

        Dictionary<string, Predictor> With(Predictor changed) => new(rows.Predictors) { [Families.Find(name)!.Info.Primary] = changed };
    }

    /// <summary>The first row that cannot be is named, and what is wrong with it.</summary>
    [Theory]
    [InlineData("logistic_regression", new[] { 0, 1, 2.0, 1 }, "row 3: the value 2")]
    [InlineData("poisson_regression", new[] { 0, 1.5, 2.0, 1 }, "row 2: the value 1.5")]
    [InlineData("gamma_regression", new[] { 3, 1.5, 2.0, -1 }, "row 4: the value -1")]
    [InlineData("beta_regression", new[] { 0.5, 1, 0.2, 0.1 }, "row 2: the value 1")]
    [InlineData("gaussian_linear", new[] { 0.5, 1, double.NaN, 0.1 }, "row 3: ")]
    [InlineData("weibull_aft", new[] { 0.5, 0, 3, 0.1 }, "row 2: the value 0")]
    [InlineData("zero_inflated_poisson_regression", new[] { 0.0, 0, -3, 1 }, "row 3: the value -3")]
    public void Invalid_responses(string name, double[] y, string reason)
    {
        var fit = Fit(name, Data(name, y, Terms(("x", [1, 2, 3, 5]))));
        Assert.Equal(Status.InvalidData, fit.Status);
        Assert.StartsWith(reason, fit.Verdict.Reason);
        Assert.Equal(4, fit.Size);
        Assert.Equal(double.NaN, fit.LogLikelihood);
    }

    [Fact]
    public void Invalid_columns_weights_and_intervals()
    {
        double[] y = [1, 2, 4, 3], x = [1, 2, 3, 5];
        Says("row 2: x = NaN", Data("poisson_regression", y, Terms(("x", [1, double.NaN, 3, 5]))));
        Says("row 4: x = Infinity", Data("poisson_regression", y, Terms(("x", [1, 2, 3, Infinity]))));
        Says("row 3: the offset = NaN", Data("poisson_regression", y, new([Predictor.Intercept], [default], new double[] { 1, 2, double.NaN, 3 })));
        Says("row 1: the weight -1", Data("poisson_regression", y, Terms(("x", x)), [-1, 1, 1, 1]));
        Says("the weights are all 0", Data("poisson_regression", y, Terms(("x", x)), [0, 0, 0, 0]));
        Says("row 3: the interval from 4 to 3", Data("poisson_regression", y, Terms(("x", x)), upper: [1, 2, 3, 3]));
        Says("row 2: 1.5 trials", Data("logistic_regression", [1, 0, 0, 1], Terms(("x", x)), trials: [1, 1.5, 1, 1]), "logistic_regression");
        Says("row 1: the value 2", Data("logistic_regression", [2, 0, 0, 1], Terms(("x", x)), trials: [1, 1, 1, 1]), "logistic_regression");
        Says("row 2: the value 2", new(y, [0, 4]) { TruncatedBelow = new[] { 0.0, 3, 0, 0 } }, "poisson");
        Says("no observations", new(default, [0, 0]) { Predictors = new Dictionary<string, Predictor> { ["mu"] = Predictor.Constant } });

        static void Says(string reason, Batch batch, string name = "poisson_regression")
        {
            var fit = Fit(name, batch);
            Assert.True(fit.Status == Status.InvalidData && fit.Verdict.Reason.StartsWith(reason), $"{fit.Status}: {fit.Verdict.Reason}, expected {reason}");
        }
    }

    [Fact]
    public void Misuse_is_an_exception_that_names_it()
    {
        double[] y = [1, 2, 4, 3], x = [1, 2, 3, 5];
        Throws("4 rows", Data("poisson_regression", y, Terms(("x", [1, 2, 3]))));
        Throws("no parameter 'sigma'", new(y, [0, 4]) { Predictors = new Dictionary<string, Predictor> { ["sigma"] = Predictor.Constant } });
        Throws("takes no trials", Data("poisson_regression", y, Terms(("x", x)), trials: [1, 1, 1, 1]));
        Throws("no parameter 'z'", Data("poisson_regression", y, Terms(("x", x))), new() { Fixed = new Dictionary<string, double> { ["z"] = 1 } });
        Throws("take no bounds", Data("poisson_regression", y, Terms(("x", x))), new() { Bounds = new Dictionary<string, (double, double)> { ["x"] = (0, 1) } });

        static void Throws(string what, Batch batch, FitOptions? options = null) =>
            Assert.Contains(what, Assert.Throws<ArgumentException>(() => Fit("poisson_regression", batch, options)).Message);
    }
}
