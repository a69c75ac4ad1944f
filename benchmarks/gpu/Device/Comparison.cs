using System.Runtime.InteropServices;

namespace Mle.Gpu.Benchmarks;

/// <summary>Holds the fits of two engines together.</summary>
static class Comparison
{
    public static Agreement Of(string name, FitTable found, FitTable expected)
    {
        var disagreement = new Disagreement();
        for (int d = 0; d < expected.Count; d++)
            disagreement.Add(d, found[d], expected[d]);
        return new(name, expected.Count, disagreement.Verdicts, disagreement.LogLikelihood, disagreement.Estimate, disagreement.Worst is not { } worst ? null
            : $"{worst.Quantity} of data set {worst.DataSet + 1}, n = {expected.Size[worst.DataSet]}, is {worst.Found}, on the CPU {worst.Expected}");
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
}
