using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>Regressions, and rows that are censored, truncated or weighted, by a group for each data set and by the whole grid.</summary>
/// <remarks>They share no kernel with the other tests, and run beside them on engines of their own.</remarks>
public class RegressionTests(Devices devices) : IClassFixture<Devices>
{
    /// <summary>A model of each shape: one, two and three parameters, closed forms and jets, predictors of one parameter and of several.</summary>
    public static TheoryData<string, string, string> Cells => Devices.Of(
        ["logistic_regression", "poisson_regression", "negative_binomial_regression", "gamma_regression", "zero_inflated_poisson_regression", "normal",
            "hurdle_negative_binomial_regression", "beta_regression"], ["group", "grid"]);

    public static TheoryData<string, string, string> Lifetimes => Devices.Of(["weibull_aft", "lognormal_aft", "exponential"], ["group", "grid"]);

    public static TheoryData<string> Accelerators => Devices.Accelerators;

    static readonly int[] Lengths = [40, 300, 25];

    static double[] Column(Random random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() * 2 - 1)];

    static void Agree(GpuEngine engine, Family family, Batch batch, FitOptions? options = null)
    {
        using var processor = new CpuEngine();
        options ??= new();
        var expected = processor.Fit(family, batch, options);
        Assert.Contains(Status.Interior, expected.Status);
        var found = engine.Fit(family, batch, options);
        Agreement.Holds([.. Enumerable.Range(1, batch.Count).Select(d => $"data set {d}")], expected, found);
        Assert.Equal(Agreement.Bits(found), Agreement.Bits(engine.Fit(family, batch, options)));
    }

    static long[] Offsets()
    {
        var offsets = new long[Lengths.Length + 1];
        for (int d = 0; d < Lengths.Length; d++)
            offsets[d + 1] = offsets[d] + Lengths[d];
        return offsets;
    }

    /// <summary>A response of the model's support that grows with x.</summary>
    static double Draw(Support support, double x, Random random)
    {
        double e = -Math.Log(1 - random.NextDouble()) * Math.Exp(0.5 * x);
        return support switch
        {
            { Integer: true } => random.Next(4) == 0 ? 0 : Math.Floor(4 * e),
            { High: 1 } => 0.02 + 0.96 * e / (1 + e),
            _ => e,
        };
    }

    [Theory, MemberData(nameof(Cells))]
    public void Models_agree(string accelerator, string team, string name)
    {
        var random = Registry.Random(name, 50);
        var family = Registry.Find(name);
        int n = Lengths.Sum();
        double[] a = Column(random, n), b = Column(random, n), offset = Column(random, n);
        var support = name.StartsWith("logistic") ? Support.Counts(0, 3) : name.StartsWith("beta") ? new(0, false, 1, false, false)
            : name.Contains("poisson") || name.Contains("binomial") ? Support.Counts() : Support.Positive;
        double[] y = [.. a.Select(x => Draw(support, x, random))], trials = [.. y.Select(_ => 3.0)];
        bool counted = name.StartsWith("logistic");
        if (counted)
            y = [.. y.Select(v => Math.Min(v, 3))];
        var predictors = new Dictionary<string, Predictor>
        {
            [family.Info.Primary] = new([Predictor.Intercept, "a", "b"], [default, a, b], offset.Select(o => 0.1 * o).ToArray()),
        };
        if (name == "normal")
            predictors["sigma"] = new([Predictor.Intercept, "a"], [default, a]);
        var batch = new Batch(y, Offsets(), y.Select(_ => 1.0 + random.Next(3)).ToArray(), counted ? trials : default) { Predictors = predictors };
        Agree(devices.Engine(accelerator, team), family, batch);
    }

    /// <summary>More blocks than one group takes, and some over.</summary>
    [Theory, MemberData(nameof(Accelerators))]
    public void A_large_design_is_summed_in_parts(string accelerator)
    {
        const int n = 16 * 256 + 300;
        var random = Registry.Random("parts", 54);
        double[] x = Column(random, n), y = [.. x.Select(v => Draw(Support.Counts(), v, random))];
        Agree(devices.Engine(accelerator, "grid"), Registry.Find("poisson_regression"),
            new Batch(y, new long[] { 0, n }) { Predictors = new Dictionary<string, Predictor> { ["mu"] = new([Predictor.Intercept, "x"], [default, x]) } });
    }

    [Theory, MemberData(nameof(Lifetimes))]
    public void Censored_and_truncated_rows_agree(string accelerator, string team, string name)
    {
        var random = Registry.Random(name, 51);
        var family = Registry.Find(name);
        int n = Lengths.Sum();
        double[] x = Column(random, n), y = [.. x.Select(v => Draw(Support.Positive, v, random))], upper = [.. y];
        for (int i = 0; i < n; i++)
            (y[i], upper[i]) = (i % 4) switch
            {
                0 => (0.5 * y[i], double.PositiveInfinity),
                1 => (0, 1.5 * y[i]),
                2 => (0.5 * y[i], 1.5 * y[i]),
                _ => (y[i], y[i]),
            };
        var engine = devices.Engine(accelerator, team);
        var predictors = new Dictionary<string, Predictor> { [family.Info.Primary] = new([Predictor.Intercept, "x"], [default, x]) };
        Agree(engine, family, new Batch(y, Offsets()) { Upper = upper, Predictors = predictors });
        double[] late = [.. upper.Select((u, i) => 0.5 * (double.IsFinite(u) ? u : y[i]))];
        Agree(engine, family, new Batch(late.Select(v => v * 2).ToArray(), Offsets()) { TruncatedBelow = late });
    }

    [Theory, MemberData(nameof(Accelerators))]
    public void What_is_known_and_penalties_count_alike(string accelerator)
    {
        var random = Registry.Random("known", 52);
        int n = Lengths.Sum();
        double[] x = Column(random, n), y = [.. x.Select(v => Draw(Support.Counts(), v, random))];
        var family = Registry.Find("negative_binomial_regression");
        var batch = new Batch(y, Offsets()) { Predictors = new Dictionary<string, Predictor> { ["mu"] = new([Predictor.Intercept, "x"], [default, x]) } };
        foreach (string team in new[] { "group", "grid" })
        {
            var engine = devices.Engine(accelerator, team);
            Agree(engine, family, batch, new() { Fixed = new Dictionary<string, double> { ["size"] = 2, ["x"] = 0.4 } });
            Agree(engine, family, batch, new() { Penalty = new() { Ridge = 3 } });
            Agree(engine, family, batch, new() { Information = Information.Robust });
        }
    }

    /// <summary>What has no kernel is climbed by the host, and judged in the same way.</summary>
    [Theory, MemberData(nameof(Accelerators))]
    public void Categories_agree(string accelerator)
    {
        var random = Registry.Random("categories", 53);
        int n = Lengths.Sum();
        double[] x = Column(random, n), y = [.. x.Select(v => Math.Min(2.0, Draw(Support.Counts(), v, random)))];
        foreach (string name in new[] { "multinomial_logit", "ordered_probit" })
            Agree(devices.Engine(accelerator, "group"), Families.OfCategories[name](["a", "b", "c"]),
                new Batch(y, Offsets()) { Predictors = new Dictionary<string, Predictor> { ["u"] = new([Predictor.Intercept, "x"], [default, x]) } });
    }
}
