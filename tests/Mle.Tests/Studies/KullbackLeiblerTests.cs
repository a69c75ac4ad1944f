namespace Mle.Tests.Studies;

/// <summary>Entropies, divergences and nearest distributions against closed forms.</summary>
public class KullbackLeiblerTests
{
    static KullbackLeibler Of(string family, params double[] parameters) => KullbackLeibler.Of(new(Registry.Find(family), parameters, 10))!;

    static double[] Nearest(KullbackLeibler law, string family, FitOptions? options = null)
    {
        using var engine = new CpuEngine();
        return law.Nearest(engine, Registry.Find(family), options ?? new())!;
    }

    [Theory]
    [InlineData("normal", "1 2", 2.112085713764618)]
    [InlineData("exponential", "3", -0.09861228866810969)]
    [InlineData("weibull", "1.5 2", 1.4200868160297588)]
    [InlineData("laplace", "0 1", 1.6931471805599454)]
    [InlineData("geometric", "0.5", 1.3862943611198906)]
    public void Entropies_are_exact(string family, string parameters, double nats)
    {
        // Weibull: γ(1 − 1/k) + log(λ/k) + 1.
        if (family == "weibull")
            nats = 0.5772156649015329 * (1 - 1 / 1.5) + Math.Log(2 / 1.5) + 1;
        Assert.Equal(nats, Of(family, [.. parameters.Split(' ').Select(double.Parse)]).Entropy, 11);
    }

    /// <summary>From gamma(k, 1) to an exponential the nearest has rate 1/k, at log k − k + (k − 1)ψ(k) − log Γ(k) + 1.</summary>
    [Theory, InlineData(0.5), InlineData(2)]
    public void The_nearest_exponential_to_a_gamma_has_its_mean(double k)
    {
        var law = Of("gamma", k, 1);
        double[] nearest = Nearest(law, "exponential");
        Assert.Equal(1 / k, nearest[0], 11);
        double ψ = MathNet.Numerics.SpecialFunctions.DiGamma(k), divergence = Math.Log(k) - k + (k - 1) * ψ - MathNet.Numerics.SpecialFunctions.GammaLn(k) + 1;
        Assert.Equal(divergence, law.Divergence(Registry.Find("exponential"), nearest), 10);
    }

    [Fact]
    public void The_nearest_laplace_to_a_normal_has_the_mean_absolute_deviation()
    {
        double[] nearest = Nearest(Of("normal", 3, 2), "laplace");
        Assert.Equal(3, nearest[0], 8);
        Assert.Equal(2 * Math.Sqrt(2 / Math.PI), nearest[1], 10);
    }

    [Fact]
    public void The_nearest_poisson_has_the_mean() => Assert.Equal(3, Nearest(Of("negative_binomial", 2, 3), "poisson")[0], 11);

    [Fact]
    public void A_mixture_is_nearest_to_the_normal_with_its_moments()
    {
        var law = KullbackLeibler.Of(new Scenario(Registry.Find("normal"), [0, 1], 10) { Contamination = new(0.1, Registry.Find("normal"), [5, 3]) })!;
        double[] nearest = Nearest(law, "normal");
        Assert.Equal(0.5, nearest[0], 9);
        Assert.Equal(Math.Sqrt(0.9 * 1 + 0.1 * (9 + 25) - 0.25), nearest[1], 9);
        // Finely summed.
        double H = 0;
        for (double x = -40; x < 45; x += 1e-3)
        {
            double g = 0.9 * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) + 0.1 * Math.Exp(-(x - 5) * (x - 5) / 18) / (3 * Math.Sqrt(2 * Math.PI));
            H -= g > 0 ? g * Math.Log(g) * 1e-3 : 0;
        }
        Assert.Equal(H, law.Entropy, 8);
    }

    [Fact]
    public void Its_own_family_is_at_no_distance()
    {
        foreach (var (family, at) in new (string, double[])[] { ("weibull", [1.5, 2]), ("gamma", [2, 3]), ("poisson", [4]), ("gumbel", [1, 2]), ("binomial", [0.3]) })
        {
            var law = Of(family, at);
            Assert.Equal(0, law.Divergence(Registry.Find(family), at), 11);
            double[] nearest = Nearest(law, family);
            for (int i = 0; i < at.Length; i++)
                Assert.Equal(at[i], nearest[i], 1e-8 * at[i]);
        }
    }

    [Fact]
    public void What_cannot_be_drawn_by_a_law_is_infinitely_far() =>
        Assert.Equal(double.PositiveInfinity, Of("normal", 0, 1).Divergence(Registry.Find("exponential"), [1]));

    [Fact]
    public void Truncated_laws_are_fitted_as_such()
    {
        var law = KullbackLeibler.Of(new Scenario(Registry.Find("exponential"), [2], 10) { Truncation = (0.2, 1) })!;
        Assert.Equal(2, Nearest(law, "exponential")[0], 1e-9);
        // Of an exponential from 0.2 to 1: log(Z) + 2E, the mean by parts.
        double z = Math.Exp(-0.4) - Math.Exp(-2), mean = 0.5 + (0.2 * Math.Exp(-0.4) - Math.Exp(-2)) / z;
        Assert.Equal(Math.Log(z / 2) + 2 * mean, law.Entropy, 11);
        Assert.Null(KullbackLeibler.Of(new Scenario(Registry.Find("exponential"), [2], 10) { Censoring = new() { Above = 1 } }));
    }
}
