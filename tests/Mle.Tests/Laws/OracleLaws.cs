using MathNet.Numerics.Distributions;

namespace Mle.Tests.Laws;

/// <summary>The oracles themselves: complete, and the same as MathNet's where MathNet has the distribution.</summary>
public class OracleLaws
{
    [Fact]
    public void Every_family_has_an_oracle_and_every_oracle_a_family() =>
        Assert.Equal(Oracles.All.Select(o => o.Family).Order(), Families.All.Select(f => f.Name).Order());

    public static TheoryData<string> WithBook => new(Oracles.All.Where(o => o.Book is not null).Select(o => o.Family));

    [Theory, MemberData(nameof(WithBook))]
    public void The_formula_is_MathNets(string family)
    {
        var oracle = Oracles.Of(family);
        var random = Registry.Random(family, 1);
        for (int trial = 0; trial < 50; trial++)
        {
            double[] p = oracle.Any(random);
            var sample = Sample.Draw(oracle, p, 5, random);
            for (int i = 0; i < sample.Length; i++)
            {
                double x = sample.X[i], ours = oracle.Log(p, x, sample.M(i));
                double book = oracle.Book!(p, sample.M(i)) switch
                {
                    IContinuousDistribution c => c.DensityLn(x),
                    IDiscreteDistribution d => d.ProbabilityLn((int)x),
                    _ => double.NaN,
                };
                // MathNet loses digits in tails and for large shapes; what matters here is that no constant is missing.
                Assert.True(Math.Abs(ours - book) <= 1e-7 * (1 + Math.Abs(ours)), $"{family} at ({string.Join(", ", p)}), x = {x:R}: {ours:R}, MathNet {book:R}");
            }
        }
    }
}
