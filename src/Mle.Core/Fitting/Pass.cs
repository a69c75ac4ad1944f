using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What one pass over a data set, or a part of it, finds.</summary>
public struct Pass
{
    /// <summary>Σ w t; on a processor C of a family that keeps rows is Σ w (t.A − shift)².</summary>
    public double A, B, C;

    /// <summary>Σ w log h.</summary>
    public double Base;

    /// <summary>Of x as given, where the weight is positive.</summary>
    public double Low, High;

    /// <summary>0 when all observations are integers, where they must be, and nothing is infinite or NaN.</summary>
    public double Fraction;

    public double Size, LeastWeight;

    /// <summary>Of no observations.</summary>
    public static Pass None
    {
        [MethodImpl(AggressiveInlining)]
        get => new() { Low = double.PositiveInfinity, High = double.NegativeInfinity, LeastWeight = double.PositiveInfinity };
    }

    /// <summary>Whether all observations and weights are valid, as far as sums can tell; they also overflow.</summary>
    [MethodImpl(AggressiveInlining)]
    public readonly bool Within(Support support) =>
        double.IsFinite(Size) && Size > 0 && LeastWeight >= 0 && Doubt<Real>(support, A, B, Fraction, Low, High).Value == 0;

    /// <summary>The same of observations alone, many data sets at a time: 0 where they are valid, otherwise above.</summary>
    [MethodImpl(AggressiveInlining)]
    public static R Doubt<R>(Support support, R a, R b, R fraction, R low, R high) where R : unmanaged, IReal<R>
    {
        R zero = 0.0, one = 1.0;
        R none = R.IfLess(a - a + (b - b) + (low - low) + (high - high) + fraction, double.Epsilon, zero, one);
        R below = support.LowIncluded ? R.IfLess(low, support.Low, one, zero) : R.IfLess(support.Low, low, zero, one);
        R above = support.HighIncluded ? R.IfLess(support.High, high, one, zero) : R.IfLess(high, support.High, zero, one);
        return none + below + above;
    }

    public readonly Pass Merge(Pass next) => new()
    {
        A = A + next.A,
        B = B + next.B,
        C = C + next.C,
        Base = Base + next.Base,
        Low = Math.Min(Low, next.Low),
        High = Math.Max(High, next.High),
        Fraction = Fraction + next.Fraction,
        Size = Size + next.Size,
        LeastWeight = Math.Min(LeastWeight, next.LeastWeight),
    };

    /// <summary>The first row that cannot be an observation, in words; null where there is none.</summary>
    public static string? Offender(Support support, ReadOnlySpan<double> x, ReadOnlySpan<double> weights, ReadOnlySpan<double> trials)
    {
        if (x.IsEmpty)
            return "no observations";
        double total = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double w = weights.IsEmpty ? 1 : weights[i];
            if (!(w >= 0 && double.IsFinite(w)))
                return FormattableString.Invariant($"row {i + 1}: the weight {w} must be a finite number ≥ 0");
            total += w;
            if (!trials.IsEmpty && !(trials[i] >= 0 && trials[i] == Math.Floor(trials[i]) && double.IsFinite(trials[i])))
                return FormattableString.Invariant($"row {i + 1}: {trials[i]} trials must be an integer ≥ 0");
            double high = trials.IsEmpty ? support.High : trials[i];
            if (!double.IsFinite(x[i]) || !(support with { High = high, HighIncluded = support.HighIncluded || !trials.IsEmpty }).Contains(x[i]))
                return FormattableString.Invariant($"row {i + 1}: the value {x[i]} must be {support.InWords(high)}");
        }
        return total > 0 ? null : "the weights are all 0";
    }
}
