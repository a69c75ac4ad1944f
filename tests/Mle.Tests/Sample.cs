namespace Mle.Tests;

/// <summary>One data set of the tests: values and, where the family or the test has them, trials and weights.</summary>
public sealed record Sample(double[] X, double[]? Trials = null, double[]? Weights = null)
{
    public int Length => X.Length;

    public double N => Weights?.Sum() ?? X.Length;

    public double M(int i) => Trials is null ? 1 : Trials[i];

    public double W(int i) => Weights is null ? 1 : Weights[i];

    public Batch Batch => Mle.Batch.Single(X, Weights, Trials);

    /// <summary>The same rows in another order, or some of them.</summary>
    public Sample Rows(IEnumerable<int> rows)
    {
        int[] order = [.. rows];
        return new([.. order.Select(i => X[i])], Trials is null ? null : [.. order.Select(i => Trials[i])], Weights is null ? null : [.. order.Select(i => Weights[i])]);
    }

    public Sample Map(Func<double, double> x) => this with { X = [.. X.Select(x)] };

    /// <summary>n observations of a family at known parameters, by the oracle's sampler; a value that rounding pushed off the support is drawn again.</summary>
    public static Sample Draw(Oracle oracle, double[] p, int n, Random random)
    {
        var x = new double[n];
        double[]? trials = oracle.Trials ? new double[n] : null;
        for (int i = 0; i < n; i++)
        {
            double m = trials is null ? 1 : trials[i] = random.Next(1, 20);
            do
                x[i] = oracle.Draw(p, random, m);
            while (!double.IsFinite(oracle.Log(p, x[i], m)));
        }
        return new(x, trials);
    }

    /// <summary>Whole-number weights, some of them 0.</summary>
    public Sample Weighted(Random random) => this with { Weights = [1, .. X.Skip(1).Select(_ => (double)random.Next(0, 4))] };

    /// <summary>Data sets of any lengths in one batch.</summary>
    public static Batch Join(IReadOnlyList<Sample> samples)
    {
        var offsets = new long[samples.Count + 1];
        for (int d = 0; d < samples.Count; d++)
            offsets[d + 1] = offsets[d] + samples[d].Length;
        double[]? All(Func<Sample, double[]?> column) =>
            samples.Count == 0 || column(samples[0]) is null ? null : [.. samples.SelectMany(s => column(s)!)];
        return new(All(s => s.X) ?? [], offsets, All(s => s.Weights), All(s => s.Trials));
    }
}
