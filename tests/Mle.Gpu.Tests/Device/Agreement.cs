using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>What every engine owes the processor's: the same verdicts, and numbers within rounding.</summary>
static class Agreement
{
    const double LogLikelihoods = 1e-12, Estimates = 1e-9, Covariances = 1e-8, Derivatives = 1e-11;

    /// <param name="names">What each data set is.</param>
    public static void Holds(IReadOnlyList<string> names, FitTable expected, FitTable found) =>
        None(Enumerable.Range(0, names.Count).SelectMany(d => Differences(expected, found, d).Select(difference => $"{names[d]}: {difference}")));

    /// <param name="at">The point of evaluation, in the oracle's order.</param>
    public static void Holds(Oracle oracle, double[] at, IReadOnlyList<Sample> samples, Evaluation[] expected, Evaluation[] found) =>
        None(samples.SelectMany((sample, d) => Differences(expected[d], found[d], sample.N, Numerically.Magnitude(oracle, at, sample))
            .Select(difference => $"n = {sample.Length}: {difference}")));

    static void None(IEnumerable<string> differences)
    {
        string[] all = [.. differences];
        Assert.True(all.Length == 0, $"{all.Length} differences from the processor:\n{string.Join("\n", all.Take(20))}");
    }

    static IEnumerable<string> Differences(FitTable expectedTable, FitTable foundTable, int d)
    {
        Fit expected = expectedTable[d], found = foundTable[d];
        Verdict e = expected.Verdict, f = found.Verdict;
        if ((f.Status, f.Cause, f.LimitFamily, f.Bound) != (e.Status, e.Cause, e.LimitFamily, e.Bound))
            return [$"{Words(f)} instead of {Words(e)}"];
        if (e.Status == Status.InvalidData && f.Reason != e.Reason)
            return [$"\"{f.Reason}\" instead of \"{e.Reason}\""];
        bool complete = expectedTable.LogLikelihood.Length > 0;
        double[] errors = [.. expected.Parameters.Select((_, i) => complete ? expected.StandardError(i) : double.NaN)];
        List<string?> all = [Apart("size", found.Size, expected.Size, 0)];
        for (int i = 0; i < errors.Length; i++)
        {
            // Where the theory gives no standard error, a part of the estimate stands for it.
            double unit = errors[i] > 0 ? errors[i] : 1e-3 * Math.Abs(expected[i]);
            all.Add(Apart(expected.Parameters[i], found[i], expected[i], Estimates * unit));
            for (int j = 0; complete && j <= i; j++)
            {
                // No covariance exceeds the product of its standard errors, unless a variance has underflowed to 0: that of a scale of 1e-170 has.
                double covariance = expected.Covariance(i, j);
                all.Add(Apart($"covariance {i}, {j}", found.Covariance(i, j), covariance, Covariances * Math.Max(errors[i] * errors[j], Math.Abs(covariance))));
            }
        }
        if (complete)
        {
            all.Add(Apart("log-likelihood", found.LogLikelihood, expected.LogLikelihood, LogLikelihoods * Math.Max(Math.Abs(expected.LogLikelihood), expected.Size)));
            all.Add(Apart("supremum", f.Supremum, e.Supremum, LogLikelihoods * Math.Max(Math.Abs(e.Supremum), expected.Size)));
        }
        return all.OfType<string>();
    }

    static string Words(Verdict v) => $"{Verdict.Word(v.Status)} {v.Cause} {v.LimitFamily}{v.Bound} ({v.Reason})";

    /// <param name="magnitude">Of what the log-likelihood is a sum of.</param>
    static IEnumerable<string> Differences(Evaluation expected, Evaluation found, double n, double magnitude)
    {
        List<string?> all = [Apart("log-likelihood", found.LogLikelihood, expected.LogLikelihood, LogLikelihoods * magnitude)];
        int k = expected.Score.Length;
        // A row's score is of the order of the curvature's root, and what cancels in the sum was that large.
        double[] sizes = [.. expected.Score.Select((g, i) => Math.Abs(g) + Math.Sqrt(n * Math.Abs(expected.Hessian[i, i])))];
        for (int i = 0; i < k; i++)
        {
            all.Add(Apart($"score {i}", found.Score[i], expected.Score[i], Derivatives * sizes[i]));
            for (int j = 0; j < k; j++)
                all.Add(Apart($"Hessian {i}, {j}", found.Hessian[i, j], expected.Hessian[i, j], Derivatives * sizes[i] * sizes[j] / n));
        }
        return all.OfType<string>();
    }

    static string? Apart(string what, double found, double expected, double allowed) =>
        found.Equals(expected) || Math.Abs(found - expected) <= allowed ? null
        : $"{what} {found:R} instead of {expected:R}, {Math.Abs(found - expected) / allowed:G2} times what is allowed";

    /// <summary>Every number of a table.</summary>
    public static double[] Bits(FitTable table)
    {
        int k = table.Parameters.Count;
        bool complete = table.LogLikelihood.Length > 0;
        return
        [
            .. Enumerable.Range(0, k).SelectMany(table.Estimates),
            .. Enumerable.Range(0, complete ? k : 0).SelectMany(i => Enumerable.Range(0, i + 1).SelectMany(j => table.Covariances(i, j))),
            .. table.LogLikelihood, .. table.Size, .. table.Iterations.Select(i => (double)i), .. table.Status.Select(s => (double)s),
        ];
    }
}
