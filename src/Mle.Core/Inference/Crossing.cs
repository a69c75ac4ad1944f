namespace Mle;

/// <summary>
/// The search for one end of an interval: where the profile log-likelihood has fallen by a given amount. It walks outward
/// along t, asks for one value after another, and is told how far the likelihood falls there.
/// </summary>
/// <remarks>
/// About a maximum inside, y = √fall is nearly linear in t (the signed root of the likelihood ratio); towards a supremum at
/// an edge or at infinity, y = log fall is. Each step goes where the polynomial t(y) through the last points, and through
/// the maximum with the slope that its standard error gives, meets the target: inverse interpolation of rising degree, whose
/// error is the product of all errors before. Where that leaves the bracket, the bracket is cut. Barndorff-Nielsen and Cox,
/// Inference and Asymptotics, 1994, ch. 3; Brent, Algorithms for Minimization Without Derivatives, 1973, ch. 4.
/// </remarks>
sealed class Crossing
{
    /// <summary>In y: what is left after one more interpolation is its product with the errors before.</summary>
    const double Close = 1e-6;

    const int Limit = 120, Degree = 5;

    /// <summary>How much farther out a step may go than where the likelihood is known to be high enough.</summary>
    const double Growth = 4;

    readonly Func<double, double> value;
    readonly double target, edge, slope;
    readonly bool isLogarithmic;
    readonly List<(double Y, double T)> points = [];
    double t, step, inside, outside = double.PositiveInfinity, failed = double.PositiveInfinity, yInside, yOutside;
    int steps;

    /// <summary>About a maximum at t = 0.</summary>
    /// <param name="value">The parameter's value at t.</param>
    /// <param name="fall">2(ℓ̂ − ℓ) at the end that is sought.</param>
    /// <param name="edge">The largest t that is tried.</param>
    /// <param name="slope">dt/dy at the maximum; NaN where it has no standard error.</param>
    public static Crossing AboutMaximum(Func<double, double> value, double fall, double edge, double slope) =>
        new(value, Math.Sqrt(fall), edge, slope, false) { t = Math.Min(Math.Sqrt(fall), edge) };

    /// <summary>From a supremum at t → −∞.</summary>
    /// <param name="start">Where to begin.</param>
    public static Crossing FromEdge(Func<double, double> value, double fall, double edge, double start) =>
        new(value, Math.Log(fall), edge, double.NaN, true) { t = Math.Min(start, edge), inside = double.NegativeInfinity, step = 1 };

    Crossing(Func<double, double> value, double target, double edge, double slope, bool isLogarithmic) =>
        (this.value, this.target, this.edge, this.slope, this.isLogarithmic) = (value, target, edge, slope, isLogarithmic);

    /// <summary>The value to try next; after the search the end.</summary>
    public double Value => value(t);

    public bool IsDone { get; private set; }

    /// <summary>Whether the likelihood is still high enough at the edge.</summary>
    public bool ReachedEdge { get; private set; }

    /// <summary>Whether the likelihood could not be found where it was needed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether it is too low all the way to the supremum, which is attained with a jump.</summary>
    public bool Jumps { get; private set; }

    /// <summary>The largest fall that was seen on this side of the end.</summary>
    public double Fall { get; private set; }

    /// <summary>What was asked for: 2(ℓ̂ − ℓ) at <see cref="Value"/>; +∞ where it is impossible, NaN where it is not known.</summary>
    public void Told(double fall)
    {
        double y = isLogarithmic ? Math.Log(Math.Max(fall, double.Epsilon)) : Math.Sqrt(Math.Max(fall, 0));
        if (double.IsNaN(fall))
            (failed, Failed) = (Math.Min(failed, t), double.IsFinite(outside));
        else if (y < target)
            (inside, yInside, Fall) = (t, y, Math.Max(fall, Fall));
        else
            (outside, yOutside) = (t, y);
        if (double.IsFinite(y) && fall > 0)
            points.Add((y, t));
        if (Math.Abs(y - target) <= Close)
        {
            double last = Interpolated();
            Finish(Math.Abs(last - t) <= 0.1 * Math.Abs(t) + 1e-3 ? Math.Min(last, edge) : t);
        }
        else if (Failed || ++steps == Limit)
            (Failed, IsDone) = (true, true);
        else
            Advance();
    }

    void Advance()
    {
        if (double.IsInfinity(outside))
        {
            if (double.IsFinite(failed))
                Halve(inside, failed);
            else if (inside >= edge)
                (ReachedEdge, IsDone) = (true, true);
            else
                t = Math.Min(Outward(), edge);
        }
        else if (double.IsInfinity(inside))
        {
            t -= step;
            step *= 2;
            // Below the last digit of the supremum's place there is nothing between.
            if (step > 128 || Value == value(double.NegativeInfinity))
                (Jumps, IsDone) = (true, true);
        }
        else if (outside - inside <= 1e-13 * Math.Max(1, Math.Abs(outside)))
            Finish(outside);
        else
            Narrow();
    }

    double Outward()
    {
        if (isLogarithmic)
        {
            double next = inside + step;
            step *= 2;
            return next;
        }
        double best = Interpolated();
        return best > inside ? Math.Clamp(best, 1.25 * inside, Growth * inside) : Growth * inside;
    }

    void Narrow()
    {
        double best = Interpolated(), width = outside - inside;
        // Where many steps were taken the profile has a kink or a jump, which halving finds.
        if (steps % 8 == 7 || steps > 40 || !(inside < best && best < outside))
            best = double.IsFinite(yOutside) && steps < 20 ? inside + width * Math.Clamp((target - yInside) / (yOutside - yInside), 0.1, 0.9) : inside + width / 2;
        t = best;
    }

    void Halve(double from, double to)
    {
        if (to - from <= 1e-3 * Math.Abs(to))
            (Failed, IsDone) = (true, true);
        t = double.IsInfinity(from) ? to - step : from + (to - from) / 2;
    }

    void Finish(double end) => (t, IsDone) = (end, true);

    /// <summary>Newton's polynomial in divided differences, at the target.</summary>
    double Interpolated()
    {
        Span<double> y = stackalloc double[Degree + 2], c = stackalloc double[Degree + 2];
        int count = 0, doubled = 0;
        if (!isLogarithmic)
        {
            count = double.IsNaN(slope) ? 1 : 2;
            doubled = count - 1;
            y[..count].Clear();
            c[..count].Clear();
        }
        for (int i = Math.Max(0, points.Count - Degree); i < points.Count; i++)
            (y[count], c[count++]) = points[i];
        if (count == 0)
            return double.NaN;
        for (int order = 1; order < count; order++)
            for (int i = count - 1; i >= order; i--)
                c[i] = order == 1 && i == 1 && doubled == 1 ? slope : (c[i] - c[i - 1]) / (y[i] - y[i - order]);
        double at = c[count - 1];
        for (int i = count - 2; i >= 0; i--)
            at = at * (target - y[i]) + c[i];
        return at;
    }
}
