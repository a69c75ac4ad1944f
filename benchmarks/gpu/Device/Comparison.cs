using System.Runtime.InteropServices;

namespace Mle.Gpu.Benchmarks;

/// <summary>Holds the fits of two engines together.</summary>
static class Comparison
{
    /// <summary>Of max(|ℓ|, n), and of a standard error: how far engines may lie apart.</summary>
    const double LogLikelihoodLimit = 1e-12, EstimateLimit = 1e-9;

    public static Agreement Of(string name, FitTable found, FitTable expected)
    {
        int verdicts = 0;
        double logLikelihood = 0, estimate = 0, excess = 1;
        string? worst = null;
        for (int d = 0; d < expected.Count; d++)
        {
            Fit f = found[d], e = expected[d];
            if (f.Status != e.Status || f.Verdict.Cause != e.Verdict.Cause)
            {
                verdicts++;
                Note(d, "verdict", double.PositiveInfinity, $"{f.Status} ({f.Verdict.Reason})", $"{e.Status} ({e.Verdict.Reason})");
                continue;
            }
            double difference = Difference(f.LogLikelihood, e.LogLikelihood, Math.Max(Math.Abs(e.LogLikelihood), e.Size));
            logLikelihood = Math.Max(logLikelihood, difference);
            Note(d, "log-likelihood", difference / LogLikelihoodLimit, $"{f.LogLikelihood:R}", $"{e.LogLikelihood:R}");
            for (int i = 0; i < expected.Parameters.Count; i++)
            {
                // Where there is no standard error, a thousandth of the estimate stands for it.
                double error = e.StandardError(i);
                difference = Difference(f[i], e[i], double.IsFinite(error) && error > 0 ? error : 1e-3 * Math.Abs(e[i]));
                estimate = Math.Max(estimate, difference);
                Note(d, expected.Parameters[i], difference / EstimateLimit, $"{f[i]:R}", $"{e[i]:R}");
            }
        }
        return new(name, expected.Count, verdicts, logLikelihood, estimate, worst);

        void Note(int d, string quantity, double by, string was, string should)
        {
            if (!(by > excess))
                return;
            excess = by;
            worst = $"{quantity} of data set {d + 1}, n = {expected.Size[d]}, is {was}, on the CPU {should}";
        }
    }

    /// <summary>Whether every number and verdict is the same, to the last bit.</summary>
    public static bool SameBits(FitTable a, FitTable b)
    {
        int k = a.Parameters.Count;
        return a.Status.AsSpan().SequenceEqual(b.Status) && a.Iterations.AsSpan().SequenceEqual(b.Iterations)
            && Same(a.LogLikelihood, b.LogLikelihood) && Same(a.Size, b.Size)
            && Enumerable.Range(0, k).All(i => Same(a.Estimates(i), b.Estimates(i))
                && Enumerable.Range(0, i + 1).All(j => Same(a.Covariances(i, j), b.Covariances(i, j))));
    }

    static bool Same(double[] a, double[] b) => MemoryMarshal.AsBytes(a.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(b.AsSpan()));

    /// <summary>0 for what is the same, infinities and NaN included; +∞ for what cannot be measured in this unit.</summary>
    static double Difference(double found, double expected, double unit)
    {
        double difference = found.Equals(expected) ? 0 : Math.Abs(found - expected) / unit;
        return double.IsNaN(difference) ? double.PositiveInfinity : difference;
    }
}
