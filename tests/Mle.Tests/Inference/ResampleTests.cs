namespace Mle.Tests.Inference;

/// <summary>What resamples are made of: the random words, and the weights of rows.</summary>
public class ResampleTests
{
    static double[] Numbers(int n) => [.. Enumerable.Range(1, n).Select(i => (double)i)];

    static double[] Weigh(Resamples resamples, int b, int d = 0)
    {
        var weights = new double[resamples.Length(d * resamples.Count)];
        ((Resampler)resamples.Worker()).Weigh(d, b, weights);
        return weights;
    }

    /// <summary>The definition, word by word and digit by digit.</summary>
    static int[] Indices(ulong seed, uint set, uint replicate, int n)
    {
        int digits = 1;
        System.Numerics.BigInteger power = n;
        for (; digits < 8 && power * n <= 1 << 24; digits++)
            power *= n;
        var source = new Philox(seed, Purpose.Resample, set, replicate);
        var made = new List<int>();
        for (int place = 0; made.Count < n; place++)
        {
            uint draw = (uint)(place / 16 * 4 + place % 8 / 2);
            for (uint block = 0; ; block++)
            {
                var (a, b, c, d) = source.Block(draw, block);
                System.Numerics.BigInteger all = new uint[] { a, b, c, d }[place / 8 % 2 * 2 + place % 2] * power, two32 = 1L << 32;
                if (all % two32 < two32 % power)
                    continue;
                var value = all / two32;
                var own = new List<int>();
                for (int j = 0; j < digits; j++, value /= n)
                    own.Insert(0, (int)(value % n));
                made.AddRange(own);
                break;
            }
        }
        return [.. made.Take(n)];
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(37), InlineData(100), InlineData(255), InlineData(256), InlineData(257), InlineData(1000), InlineData(4095), InlineData(5000)]
    public void Indices_are_the_digits_of_words_that_are_not_refused(int n)
    {
        var resamples = new Resamples(Batch.Single(Numbers(n)), 40, 77, first: 3);
        var worker = (Resampler)resamples.Worker();
        for (int b = 0; b < 40; b++)
            Assert.Equal(Indices(77, 3, (uint)b, n).Order(), worker.Draw(0, b).ToArray().Select(i => (int)i).Order());
    }

    /// <summary>χ² of the number of times that a row is drawn against the binomial, over rows and resamples; and that all rows are drawn alike.</summary>
    [Theory]
    [InlineData(2, 20000), InlineData(5, 20000), InlineData(30, 5000), InlineData(300, 500), InlineData(1000, 300)]
    public void Counts_are_multinomial(int n, int resamples)
    {
        var source = new Resamples(Batch.Single(Numbers(n)), resamples, 5);
        var worker = (Resampler)source.Worker();
        var weights = new double[n];
        double[] totals = new double[n], seen = new double[7];
        double products = 0;
        for (int b = 0; b < resamples; b++)
        {
            worker.Weigh(0, b, weights);
            Assert.Equal(n, weights.Sum());
            for (int i = 0; i < n; i++)
            {
                totals[i] += weights[i];
                seen[(int)Math.Min(6, weights[i])]++;
            }
            products += (weights[0] - 1) * (weights[1] - 1);
        }
        double chance = 1.0 / n, likely = Math.Pow(1 - chance, n), tail = 1, χ2 = 0;
        int cells = 0;
        for (int k = 0; k < 7; k++)
        {
            double p = k == 6 ? tail : likely, expected = p * resamples * n;
            tail -= likely;
            likely *= (n - k) * chance / ((k + 1) * (1 - chance));
            if (expected < 5)
                continue;
            χ2 += (seen[k] - expected) * (seen[k] - expected) / expected;
            cells++;
        }
        // Counts of one resample lean on each other, so that the statistic is smaller than independent ones', not larger.
        Assert.InRange(χ2, 0, cells + 6 * Math.Sqrt(2 * cells));
        double spread = totals.Sum(t => (t - resamples) * (t - resamples) / resamples);
        Assert.InRange(spread, (n - 1) - 5 * Math.Sqrt(2.0 * n), (n - 1) + 5 * Math.Sqrt(2.0 * n) + 10);
        // Covariance −1/n.
        Assert.InRange(products / resamples, -chance - 5 / Math.Sqrt(resamples), -chance + 5 / Math.Sqrt(resamples));
    }

    [Fact]
    public void Frequency_weights_are_that_many_observations()
    {
        double[] w = [3, 0, 1, 40, 6, 1000, 0];
        const int count = 4000;
        var resamples = new Resamples(Batch.Single(Numbers(7), w), count, 9);
        var all = Enumerable.Range(0, count).Select(b => Weigh(resamples, b)).ToArray();
        double total = w.Sum();
        for (int i = 0; i < w.Length; i++)
        {
            double mean = all.Average(r => r[i]), variance = all.Average(r => (r[i] - mean) * (r[i] - mean)), expected = w[i] * (1 - w[i] / total);
            Assert.InRange(mean, w[i] - 5 * Math.Sqrt(expected / count), w[i] + 5 * Math.Sqrt(expected / count));
            Assert.InRange(variance, expected * (1 - 0.15), expected * (1 + 0.15));
        }
        Assert.All(all, r => Assert.Equal(total, r.Sum()));
        Assert.All(all, r => Assert.All(r, v => Assert.Equal(Math.Round(v), v)));
    }

    [Fact]
    public void Observations_that_are_no_whole_number_cannot_be_drawn()
    {
        var batch = Batch.Single(Numbers(3), new[] { 1, 0.25, 1 });
        Assert.Contains("2.25", Assert.Throws<ArgumentException>(() => Weigh(new(batch, 1, 1), 0)).Message);
        foreach (var kind in new[] { Resampling.Bayesian, Resampling.Poisson })
            Assert.Equal(2.25, Weigh(new(batch, 5, 1, kind), 3).Sum(), 12);
    }

    [Fact]
    public void Sampling_weights_are_multiplied()
    {
        double[] w = [0.5, 7, 2, 3.25];
        var batch = new Batch(Numbers(4), [0, 4], w) { Weighting = Weighting.Sampling };
        for (int b = 0; b < 20; b++)
        {
            double[] drawn = [.. Weigh(new(batch, 20, 4), b).Zip(w, (r, own) => r / own)];
            Assert.Equal(4, drawn.Sum());
            Assert.All(drawn, v => Assert.Equal(Math.Round(v), v));
        }
    }

    [Theory]
    [InlineData(Resampling.Nonparametric), InlineData(Resampling.Bayesian), InlineData(Resampling.Poisson)]
    public void Strata_keep_their_size_and_clusters_stay_whole(Resampling kind)
    {
        int[] strata = [2, 1, 2, 1, 1, 2, 2, 2, 1, 2], clusters = [10, 20, 10, 20, 30, 40, 50, 40, 31, 50];
        var batch = Batch.Single(Numbers(10));
        var seen = new HashSet<double>();
        for (int b = 0; b < 50; b++)
        {
            double[] inStrata = Weigh(new(batch, 50, 4, kind, strata), b);
            foreach (int s in new[] { 1, 2 })
                if (inStrata.Where((_, i) => strata[i] == s).Any(v => v > 0))
                    Assert.Equal(strata.Count(v => v == s), inStrata.Where((_, i) => strata[i] == s).Sum(), 12);
            double[] both = Weigh(new(batch, 50, 4, kind, strata, clusters), b);
            foreach (int c in clusters.Distinct())
                Assert.Single(both.Where((_, i) => clusters[i] == c).Distinct());
            // Three clusters in each stratum.
            foreach (int s in new[] { 1, 2 })
                if (both.Where((_, i) => strata[i] == s).Any(v => v > 0))
                    Assert.Equal(3, clusters.Zip(strata).Select((c, i) => (c.First, c.Second, both[i])).Where(c => c.Second == s).Distinct().Sum(c => c.Item3), 12);
            seen.Add(both[0]);
        }
        Assert.True(seen.Count > 2);
    }

    [Fact]
    public void A_cluster_in_two_strata_is_refused()
    {
        var resamples = new Resamples(Batch.Single(Numbers(3)), 1, 4, strata: new[] { 1, 2, 2 }, clusters: new[] { 7, 7, 8 });
        Assert.Contains("row 2", Assert.Throws<ArgumentException>(() => Weigh(resamples, 0)).Message);
    }

    [Fact]
    public void Random_weights_have_the_moments_of_their_laws()
    {
        const int n = 20, count = 4000;
        var batch = Batch.Single(Numbers(n));
        double Variance(Resampling kind) => Enumerable.Range(0, count).Average(b => Math.Pow(Weigh(new(batch, count, 6, kind), b)[b % n] - 1, 2));
        // n·Dirichlet(1, …, 1), and n/N times a multinomial of N.
        Assert.InRange(Variance(Resampling.Bayesian), 0.9 * (n - 1) / (n + 1), 1.1 * (n - 1) / (n + 1));
        Assert.InRange(Variance(Resampling.Poisson), 0.9 * (n - 1.0) / n, 1.2 * (n - 1.0) / n * (1 + 1.5 / n));
        for (int b = 0; b < 30; b++)
            Assert.Equal(n, Weigh(new(batch, count, 6, Resampling.Poisson), b).Sum(), 10);
        // All are 0 once in e resamples of one row.
        int empty = Enumerable.Range(0, count).Count(b => Weigh(new(Batch.Single(Numbers(1)), count, 6, Resampling.Poisson), b)[0] == 0);
        Assert.InRange(empty / (double)count, Math.Exp(-1) - 0.04, Math.Exp(-1) + 0.04);
    }
}
