namespace Mle.Tests.Sampling;

/// <summary>Responses that are drawn at a regression's rows, by their quantile residuals: F(y) at the row's own predictors is uniform.</summary>
public class RegressionDraws
{
    const int N = 6_000, From = 37;

    public static TheoryData<string> Models => new(Families.Models.Select(m => m.Name).Concat(["gev", "beta", "negative_binomial", "binomial", "laplace"]));

    /// <summary>A batch of two data sets of which the second is drawn, with a predictor of every parameter but the last.</summary>
    static (Batch Batch, double[] Estimates, double[][] U) Setting(Family family, bool trials)
    {
        var random = Registry.Random(family.Name, 71);
        double[] x = Column(), offset = Column(), m = [.. Column().Select(v => Math.Round(20 + 15 * v))];
        double[] Column() => [.. Enumerable.Range(0, From + N).Select(_ => 2 * random.NextDouble() - 1)];
        var (predictors, estimates, u) = (new Dictionary<string, Predictor>(), new List<double>(), new List<double[]>());
        var parameters = family.Info.Parameters;
        for (int s = 0; s < parameters.Length; s++)
        {
            if (s == 0 || s < parameters.Length - 1)
            {
                predictors[parameters[s].Name] = new([Predictor.Intercept, "x"], [default, x], s == 0 ? offset : default);
                estimates.AddRange([0.4, -0.7]);
                u.Add([.. x.Select((v, i) => 0.4 - 0.7 * v + (s == 0 ? offset[i] : 0))]);
            }
            else
            {
                estimates.Add(0.3);
                double constant = parameters[s].Link switch { Link.Log => Math.Log(0.3), Link.Logit => Math.Log(0.3 / 0.7), _ => 0.3 };
                u.Add([.. x.Select(_ => constant)]);
            }
        }
        return (new(new double[From + N], [0, From, From + N], default, trials ? m : default) { Predictors = predictors }, [.. estimates], [.. u]);
    }

    static double[] Draw(Family family, double[] estimates, Batch batch, int lanes)
    {
        var y = new double[N];
        Sampler.Of(family, lanes).Fill(estimates, batch, 1, new(5, Purpose.Data, 1, 0), y);
        return y;
    }

    [Theory, MemberData(nameof(Models))]
    public void Residuals_are_uniform(string name)
    {
        var family = Registry.Find(name);
        var law = Prediction.Of(family);
        var (batch, estimates, u) = Setting(family, law.TakesTrials);
        double[] y = Draw(family, estimates, batch, 4);
        Assert.Equal(y, Draw(family, estimates, batch, 1));
        Assert.Equal(y, Draw(family, estimates, batch, 8));
        Uniform(Enumerable.Range(0, N).Select(i =>
        {
            double[] at = [.. u.Select(slot => slot[From + i])];
            double m = batch.Trials.IsEmpty ? 1 : batch.Trials.Span[From + i], upper = Math.Exp(law.Tails(y[i], m, at).LogF);
            bool step = law.IsDiscrete || name == "tobit" && y[i] == 0;
            double lower = law.IsDiscrete ? Math.Exp(law.Tails(y[i] - 1, m, at).LogF) : 0;
            return step ? lower + (upper - lower) * Between(i) : upper;
        }));
        if (name == "tobit")
            Assert.Equal(0, y.Min());
    }

    /// <summary>Kolmogorov's statistic, at a chance of 1e-9.</summary>
    static void Uniform(IEnumerable<double> residuals)
    {
        double[] sorted = [.. residuals.Order()];
        double largest = sorted.Select((r, i) => Math.Max(Math.Abs(r - (double)i / N), Math.Abs(r - (i + 1.0) / N))).Max();
        Assert.True(largest < 3.28 / Math.Sqrt(N), $"Kolmogorov's D = {largest:R}");
    }

    static double Between(int i) => new DrawStream(new(6, Purpose.Data, 0, 0), (uint)i).Uniform().Value;

    public static TheoryData<string> Ordinal => ["multinomial_logit", "ordered_logit", "ordered_probit"];

    [Theory, MemberData(nameof(Ordinal))]
    public void Categories_are_drawn_by_their_chances(string name)
    {
        var family = Families.OfCategories[name](["a", "b", "c"]);
        var (batch, _, _) = Setting(family, false);
        var (x, offset) = (batch.Predictors["u"].Columns[1], batch.Predictors["u"].Offset);
        double[] estimates = name == "multinomial_logit" ? [0.4, -0.7, -0.2, 1.1] : [-0.7, -0.5, 0.8];
        double[] y = Draw(family, estimates, batch, 0);
        Uniform(Enumerable.Range(0, N).Select(i =>
        {
            double v = x.Span[From + i], o = offset.Span[From + i];
            var chances = name == "multinomial_logit"
                ? CategoryPrediction.Multinomial([0.4 - 0.7 * v + o, -0.2 + 1.1 * v + o])
                : CategoryPrediction.Ordered(family, -0.7 * v + o, [-0.5, 0.8]);
            return chances.Take((int)y[i]).Sum(c => c.Value) + Between(i) * chances[(int)y[i]].Value;
        }));
    }

    [Fact]
    public void Constants_give_the_draws_of_rows_that_have_no_predictors()
    {
        double[] rows = new double[100], constants = new double[100];
        var sampler = Sampler.Of(Families.OfCategories["ordered_logit"](["a", "b", "c"]));
        sampler.Fill([-1, 1], Batch.Single(new double[100]), 0, new(5, Purpose.Data, 0, 0), rows);
        sampler.Fill([-1, 1], default, new(5, Purpose.Data, 0, 0), constants);
        Assert.Equal(constants, rows);
        Assert.Equal([0, 1, 2], rows.Distinct().Order());
    }

    [Fact]
    public void Room_for_another_number_of_rows_is_refused() => Assert.Throws<ArgumentException>(() =>
        Sampler.Of(Registry.Find("normal")).Fill([0, 1], Batch.Single(new double[3]), 0, new(1, Purpose.Data, 0, 0), new double[2]));
}
