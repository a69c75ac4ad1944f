namespace Mle.Gpu.Benchmarks;

/// <summary>Data sets of lengths that every team works on, drawn from a distribution on the family's support.</summary>
sealed class Ragged : IFamilyVisitor<Batch?>
{
    /// <summary>All four teams, on data sets short enough to be checked in a moment.</summary>
    public static readonly TeamPolicy Teams = new(16, 128, 1024);

    static readonly int[] lengths = [1, 2, 3, 7, 15, 16, 31, 33, 100, 127, 128, 129, 300, 500, 1023, 1024, 3001];

    const int OfEach = 3;

    public Batch? Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
    {
        long[] offsets = [0, .. Enumerable.Repeat(lengths, OfEach).SelectMany(l => l).Select(l => (long)l)];
        for (int d = 1; d < offsets.Length; d++)
            offsets[d] += offsets[d - 1];
        double[] values = new double[offsets[^1]], trials = new double[TFamily.TakesTrials ? values.Length : 0];
        for (int d = 0; d + 1 < offsets.Length; d++)
        {
            var draws = new Draws((ulong)d);
            double a = draws.Uniform(1.5, 4), b = draws.Uniform(2, 4);
            for (long i = offsets[d]; i < offsets[d + 1]; i++)
            {
                if (TFamily.TakesTrials)
                    trials[i] = Math.Ceiling(draws.Uniform(0, 20));
                values[i] = Draw<TFamily>(draws, a, b, TFamily.TakesTrials ? trials[i] : 0, heavy: d % 2 == 1);
            }
        }
        // One data set of each team that cannot be fitted.
        foreach (int d in new[] { 1, 8, 13, 15 })
            values[offsets[d]] = double.NaN;
        return new(values, offsets, default, trials);
    }

    static double Draw<TFamily>(Draws draws, double a, double b, double trials, bool heavy) where TFamily : struct, IFamily<TFamily>
    {
        var support = TFamily.Support;
        return TFamily.TakesTrials ? Math.Floor(draws.Beta(a, b) * (trials + 1))
            : support is { Integer: true, High: 1 } ? Math.Round(draws.Beta(a, b))
            : support.Integer ? support.Low + draws.Poisson(draws.Gamma(a) * b)
            : support.High == 1 ? draws.Beta(a, b)
            : support.Low >= 0 ? draws.Gamma(a) * (heavy ? 1 / draws.Gamma(b) : b)
            : a + b * (heavy ? draws.T4() : draws.Normal());
    }

    /// <summary>The host counts them.</summary>
    public Batch? VisitCategorical() => null;
}
