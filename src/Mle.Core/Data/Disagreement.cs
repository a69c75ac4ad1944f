using System.Globalization;

namespace Mle;

/// <summary>
/// How far fits lie from those of another engine. What engines owe each other are equal verdicts, log-likelihoods within
/// 1e-12·max(|ℓ|, n), and estimates within 1e-9 standard errors.
/// </summary>
public sealed class Disagreement
{
    const double LogLikelihoodLimit = 1e-12, EstimateLimit = 1e-9;

    /// <summary>How many verdicts differ; the numbers of those fits are not compared.</summary>
    public int Verdicts { get; private set; }

    /// <summary>The largest difference of log-likelihoods, in units of max(|ℓ|, n).</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>The largest difference of estimates, in standard errors.</summary>
    public double Estimate { get; private set; }

    /// <summary>What exceeds its limit most; null where nothing does.</summary>
    public Excess? Worst { get; private set; }

    /// <summary>Compares complete fits of one data set.</summary>
    public void Add(int dataSet, Fit found, Fit expected)
    {
        if ((found.Status, found.Verdict.Cause) != (expected.Status, expected.Verdict.Cause))
        {
            Verdicts++;
            if (IsWorst(double.PositiveInfinity))
                Worst = new(dataSet, "the verdict", Words(found), Words(expected), "none may differ", double.PositiveInfinity);
            return;
        }
        double difference = Difference(found.LogLikelihood, expected.LogLikelihood, Math.Max(Math.Abs(expected.LogLikelihood), expected.Size));
        LogLikelihood = Math.Max(LogLikelihood, difference);
        if (IsWorst(difference / LogLikelihoodLimit))
            Worst = new(dataSet, "the log-likelihood", Text(found.LogLikelihood), Text(expected.LogLikelihood),
                $"{Text(LogLikelihoodLimit)} max(|log-likelihood|, n) is allowed", difference / LogLikelihoodLimit);
        for (int i = 0; i < expected.Parameters.Count; i++)
        {
            // Where there is no standard error, a thousandth of the estimate stands for it.
            double error = expected.StandardError(i), unit = double.IsFinite(error) && error > 0 ? error : 1e-3 * Math.Abs(expected[i]);
            difference = Difference(found[i], expected[i], unit);
            Estimate = Math.Max(Estimate, difference);
            if (IsWorst(difference / EstimateLimit))
                Worst = new(dataSet, expected.Parameters[i], Text(found[i]), Text(expected[i]),
                    $"{Text(EstimateLimit)} standard errors are allowed", difference / EstimateLimit);
        }
    }

    bool IsWorst(double times) => times > (Worst?.Times ?? 1);

    /// <summary>0 for what is the same, infinities and NaN included; +∞ for what cannot be measured in this unit.</summary>
    static double Difference(double found, double expected, double unit)
    {
        double difference = found.Equals(expected) ? 0 : Math.Abs(found - expected) / unit;
        return double.IsNaN(difference) ? double.PositiveInfinity : difference;
    }

    static string Words(Fit fit) =>
        Verdict.Word(fit.Status) + (fit.Verdict.Cause == Cause.None ? "" : $" ({fit.Verdict.Cause.ToString().ToLowerInvariant()})");

    static string Text(double value) => double.IsNaN(value) ? "none" : value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A disagreement beyond what is allowed.</summary>
/// <param name="Quantity">Of the data set, in words.</param>
/// <param name="Times">The difference, over the largest allowed.</param>
public sealed record Excess(int DataSet, string Quantity, string Found, string Expected, string Allowed, double Times);
