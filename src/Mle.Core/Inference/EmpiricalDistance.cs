namespace Mle;

/// <summary>
/// How far the empirical distribution function Fₙ of a sample lies from a distribution function F.
/// </summary>
/// <param name="KolmogorovSmirnov">D = sup |Fₙ(x) − F(x)|.</param>
/// <param name="AndersonDarling">A² = n ∫ (Fₙ − F)² / (F (1 − F)) dF; NaN for counts.</param>
/// <param name="CramerVonMises">W² = n ∫ (Fₙ − F)² dF; NaN for counts.</param>
/// <param name="ChiSquare">X² = Σ (O − E)² / E over cells of E ≥ 5; NaN for continuous families.</param>
/// <remarks>Stephens, in D'Agostino and Stephens, Goodness-of-Fit Techniques, 1986, ch. 4; Pearson's X² ch. 3.</remarks>
public readonly record struct EmpiricalDistance(double KolmogorovSmirnov, double AndersonDarling, double CramerVonMises, double ChiSquare)
{
    /// <summary>The least expectation of a cell of X².</summary>
    public const double LeastExpected = 5;

    /// <summary>The one of the four that is asked for.</summary>
    public double this[Statistic statistic] => statistic switch
    {
        Statistic.KolmogorovSmirnov => KolmogorovSmirnov,
        Statistic.AndersonDarling => AndersonDarling,
        Statistic.CramerVonMises => CramerVonMises,
        _ => ChiSquare,
    };

    /// <summary>From a continuous F at the sorted observations.</summary>
    /// <param name="logF">log F(x₍ᵢ₎), growing.</param>
    /// <param name="logS">log (1 − F(x₍ᵢ₎)).</param>
    public static EmpiricalDistance Continuous(ReadOnlySpan<double> logF, ReadOnlySpan<double> logS)
    {
        int n = logF.Length;
        double d = 0, step = 1.0 / n, w = step / 12, a = 0;
        for (int i = 0; i < n; i++)
        {
            double u = Math.Exp(logF[i]), below = u - i * step, middle = u - (i + 0.5) * step;
            d = Math.Max(d, Math.Max(below, step - below));
            w += middle * middle;
            a += (2 * i + 1) * (logF[i] + logS[n - 1 - i]);
        }
        return new(d, -n - a / n, w, double.NaN);
    }

    /// <summary>
    /// From the distribution function of counts. A cell of X² ends at the first observed value at which at least five
    /// observations are expected in it; what is left at the end joins the last cell.
    /// </summary>
    /// <param name="logF">log F at each distinct value, growing.</param>
    /// <param name="logS">log (1 − F) there.</param>
    /// <param name="before">log F one below each of them.</param>
    /// <param name="observed">How often each value was observed.</param>
    public static EmpiricalDistance Counts(ReadOnlySpan<double> logF, ReadOnlySpan<double> logS, ReadOnlySpan<double> before, ReadOnlySpan<int> observed)
    {
        double n = 0;
        foreach (int o in observed)
            n += o;
        double d = 0, seen = 0, chi = 0, from = 0, inCell = 0, lastExpected = 0, lastObserved = 0;
        for (int j = 0; j < observed.Length; j++)
        {
            double f = Math.Exp(logF[j]);
            d = Math.Max(d, Math.Abs(Math.Exp(before[j]) - seen / n));
            seen += observed[j];
            d = Math.Max(d, Math.Abs(f - seen / n));
            inCell += observed[j];
            if (n * (f - from) < LeastExpected)
                continue;
            if (lastExpected > 0)
                chi += Square(lastObserved - lastExpected) / lastExpected;
            (lastExpected, lastObserved, from, inCell) = (n * (f - from), inCell, f, 0);
        }
        double rest = n * Math.Exp(logS[^1]) + n * (Math.Exp(logF[^1]) - from);
        if (rest >= LeastExpected && lastExpected > 0)
            chi += Square(inCell - rest) / rest + Square(lastObserved - lastExpected) / lastExpected;
        else
            chi += Square(lastObserved + inCell - lastExpected - rest) / (lastExpected + rest);
        return new(d, double.NaN, double.NaN, chi);
    }

    static double Square(double x) => x * x;

    /// <summary>Measures samples one after another, in memory of its own.</summary>
    internal sealed class Measure
    {
        double[] values = [], logF = [], logS = [], before = [];
        int[] observed = [];

        /// <param name="trials">For families of trials, of all observations.</param>
        /// <param name="sample">Is sorted.</param>
        public EmpiricalDistance Of(Law law, double trials, Span<double> sample)
        {
            int n = sample.Length;
            if (values.Length < n)
                (values, logF, logS, before, observed) = (new double[n], new double[n], new double[n], new double[n], new int[n]);
            sample.Sort();
            var distribution = DistributionFunction.Of(law.Family);
            if (!law.Family.IsDiscrete)
            {
                distribution.Tails(law.Parameters, trials, sample, logF, logS);
                return Continuous(logF.AsSpan(0, n), logS.AsSpan(0, n));
            }
            int distinct = 0;
            for (int i = 0; i < n; i++)
            {
                if (i == 0 || sample[i] > sample[i - 1])
                    (values[distinct], observed[distinct++]) = (sample[i] - 1, 0);
                observed[distinct - 1]++;
            }
            distribution.Tails(law.Parameters, trials, values.AsSpan(0, distinct), before, logS);
            for (int j = 0; j < distinct; j++)
                values[j]++;
            distribution.Tails(law.Parameters, trials, values.AsSpan(0, distinct), logF, logS);
            return Counts(logF.AsSpan(0, distinct), logS.AsSpan(0, distinct), before.AsSpan(0, distinct), observed.AsSpan(0, distinct));
        }
    }
}
