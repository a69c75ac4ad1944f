namespace Mle;

/// <summary>
/// Parametric replicates: every response drawn anew from the fitted model, at its row's predictors, offset and trials. A
/// frequency weight w of plain data is w observations.
/// </summary>
/// <remarks>Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 2.2.</remarks>
public sealed class Draws : Replicates
{
    readonly FitTable fits;
    readonly Sampler sampler;

    /// <param name="fits">The batch's fits, whose estimates are drawn from. Where one has none, neither have its replicates, and their fits are invalid.</param>
    /// <exception cref="ArgumentException">How the rows came about is no part of the model: censored, truncated or sampled ones, or weighted ones of a regression.</exception>
    public Draws(Family family, Batch data, FitTable fits, int count, ulong seed, uint first = 0) : base(data, count, seed, first)
    {
        string? obstacle = !data.Upper.IsEmpty ? "censored" : !data.TruncatedBelow.IsEmpty || !data.TruncatedAbove.IsEmpty ? "truncated"
            : data.Weighting == Weighting.Sampling ? "sampled with unequal chances"
            : !data.Weights.IsEmpty && (data.Predictors.Count > 0 || !data.Trials.IsEmpty) ? "weighted beside predictors or trials" : null;
        if (obstacle is not null)
            throw new ArgumentException($"Rows that are {obstacle} cannot be drawn anew from the fitted model, which does not say how they came about; they can be resampled.");
        (this.fits, sampler) = (fits, Sampler.Of(family));
    }

    /// <inheritdoc/>
    public override long Length(int fit) => Data.Weights.IsEmpty ? base.Length(fit) : Observations(fit / Count);

    public override Replicator Worker() => new Drawer(this);

    /// <summary>Σ w, rounded; invalid weights, and more observations than an array holds, count as none.</summary>
    int Observations(int d)
    {
        double sum = 0;
        foreach (double w in Data.Weights.Span[(int)Data.Bounds[d]..(int)Data.Bounds[d + 1]])
            sum += w >= 0 ? w : double.NaN;
        return sum <= Array.MaxLength ? (int)Math.Round(sum) : 0;
    }

    sealed class Drawer(Draws source) : Redrawer(source)
    {
        public override void Fill(int d, int b, Span<double> values)
        {
            Span<double> estimates = stackalloc double[source.fits.Parameters.Count];
            for (int i = 0; i < estimates.Length; i++)
                estimates[i] = source.fits.Estimates(i)[d];
            if (estimates.Contains(double.NaN))
                values.Fill(double.NaN);
            else if (source.Data.Weights.IsEmpty)
                source.sampler.Fill(estimates, source.Data, d, Stream(d, b), values);
            else
                source.sampler.Fill(estimates, default, Stream(d, b), values);
        }

        Philox Stream(int d, int b) => new(source.Seed, Purpose.Data, source.First + (uint)d, (uint)b);
    }
}
