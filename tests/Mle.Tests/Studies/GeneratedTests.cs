namespace Mle.Tests.Studies;

/// <summary>Data of scenarios: each replicate by itself, and the law that it has.</summary>
public class GeneratedTests
{
    static Scenario Weibull(int n) => new(Registry.Find("weibull"), [1.5, 2], n);

    static double[] Values(Batch batch) => batch.Values.ToArray();

    static double[] One(Scenario scenario, uint replicate, uint stream = 3) => Values(new Generated(scenario, 9, stream, replicate, 1).Make(0, 1));

    public static TheoryData<string> Kinds => new() { "plain", "contaminated", "truncated", "censored", "predicted" };

    static Scenario Of(string kind, int n) => kind switch
    {
        "contaminated" => Weibull(n) with { Contamination = new(0.2, Registry.Find("lognormal"), [3, 0.1]) },
        "truncated" => Weibull(n) with { Truncation = (1, 2.5) },
        "censored" => Weibull(n) with { Censoring = new() { Above = 2.5, Below = 0.5, Random = (Registry.Find("exponential"), [0.2]) } },
        "predicted" => new(Registry.Find("poisson"), [0.3, 0.8], n)
        {
            Predictors = new Dictionary<string, Predictor> { ["lambda"] = new(["(Intercept)", "x"], [default, Enumerable.Range(0, n).Select(i => i / (double)n).ToArray()]) },
        },
        _ => Weibull(n),
    };

    [Theory, MemberData(nameof(Kinds))]
    public void A_replicate_is_the_same_alone_and_among_others(string kind)
    {
        var scenario = Of(kind, 37);
        var together = new Generated(scenario, 9, 3, 10, 20).Make(0, 20);
        for (int r = 0; r < 20; r++)
            Assert.Equal(together.Values.Slice(37 * r, 37).ToArray(), One(scenario, 10 + (uint)r));
        Assert.NotEqual(One(scenario, 10), One(scenario, 11));
        Assert.NotEqual(One(scenario, 10), One(scenario, 10, stream: 4));
    }

    /// <summary>Largest distance to a distribution function, times √n: 1.95 has a chance of 0.001.</summary>
    static double Kolmogorov(double[] x, Func<double, double> F)
    {
        Array.Sort(x);
        return Math.Sqrt(x.Length) * x.Select((v, i) => Math.Max(F(v) - i / (double)x.Length, (i + 1) / (double)x.Length - F(v))).Max();
    }

    static double F(double x) => 1 - Math.Exp(-Math.Pow(x / 2, 1.5));

    [Fact]
    public void Contaminated_observations_are_a_mixture() => Assert.InRange(Kolmogorov(One(Of("contaminated", 100_000), 0),
        x => 0.8 * F(x) + 0.2 * MathNet.Numerics.Distributions.LogNormal.CDF(3, 0.1, x)), 0.3, 1.95);

    [Fact]
    public void Truncated_observations_have_the_conditional_law() =>
        Assert.InRange(Kolmogorov(One(Of("truncated", 100_000), 0), x => (F(x) - F(1)) / (F(2.5) - F(1))), 0.3, 1.95);

    [Fact]
    public void Nothing_inside_the_limits_is_said()
    {
        var error = Assert.Throws<AggregateException>(() => One(Weibull(5) with { Truncation = (1e6, 1e7) }, 0));
        Assert.Contains("weibull", error.InnerException!.Message);
    }

    [Fact]
    public void Censored_observations_are_known_to_be_beyond_their_limit()
    {
        const int n = 100_000;
        var data = new Generated(Of("censored", n), 9, 3, 0, 1).Make(0, 1);
        double[] low = Values(data), high = data.Upper.ToArray();
        int left = low.Count(double.IsNegativeInfinity), exact = low.Where((x, i) => x == high[i]).Count();
        Assert.All(low.Where(double.IsNegativeInfinity), _ => { });
        Assert.Equal(F(0.5) - Early(), left / (double)n, 0.006);
        Assert.True(low.Where((x, i) => double.IsPositiveInfinity(high[i])).All(x => x is > 0 and <= 2.5));
        Assert.True(low.Where((x, i) => x == high[i]).All(x => x is > 0.5 and <= 2.5));
        Assert.InRange(exact, n / 3, n);

        // Those censored on the right before 0.5 and before they happen: ∫ over the limit c of 0.2e^(−0.2c)(F(½) − F(c)).
        static double Early()
        {
            double sum = 0;
            for (int i = 0; i < 1000; i++)
            {
                double c = 0.5 * (i + 0.5) / 1000;
                sum += 0.2 * Math.Exp(-0.2 * c) * (F(0.5) - F(c)) * 0.5 / 1000;
            }
            return sum;
        }
    }

    [Fact]
    public void Cells_share_random_numbers_on_request()
    {
        var family = Registry.Find("weibull");
        Cell Of(double scale) => new(new Dictionary<string, string>(), new(family, [1.5, scale], 10), family, new(), []);
        var study = new Study("", [], 1, [Of(2), Of(4)], 10) { CommonRandomNumbers = true };
        double[] First(Study s, int cell) => Values(new Generated(s, cell, 4, 1).Make(0, 1));
        Assert.Equal(First(study, 0), First(study, 1).Select(x => x / 2).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12 * a);
        var others = study with { CommonRandomNumbers = false };
        Assert.NotEqual(First(others, 0)[0], First(others, 1)[0] / 2, 1e-6);
    }
}
