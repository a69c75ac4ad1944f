using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>What to predict of a row.</summary>
/// <param name="Quantiles">The chances whose quantiles are wanted.</param>
/// <param name="Survivals">The values whose chance of being exceeded is wanted.</param>
/// <param name="Seed">Of the random numbers that quantile residuals of counts need; null where no residuals are wanted.</param>
sealed record Wanted(IReadOnlyList<double> Quantiles, IReadOnlyList<double> Survivals, int? Seed);

/// <summary>One predicted number; NaN where there is no error or no interval.</summary>
readonly record struct PredictedValue(int Row, string Quantity, double Value, double Error, double Low, double High);

/// <summary>Means, quantiles and chances of rows under a fit, with intervals by the delta method.</summary>
sealed class Predictions
{
    readonly FitFile file;
    readonly Frame frame;
    readonly Wanted wanted;
    readonly Intervals intervals;
    readonly Prediction? prediction;
    readonly Random? random;
    readonly double[]? trials, response;

    /// <summary>Of each parameter of the family: its predictor, or null, and its place among the fit's estimates.</summary>
    readonly (Predictor? Predictor, Link Link, int At)[] slots;

    public Predictions(FitFile file, Frame frame, Wanted wanted, double level)
    {
        (this.file, this.frame, this.wanted, intervals) = (file, frame, wanted, new(level, Scale.Link));
        prediction = file.Categories is null ? Prediction.Of(file.Family) : null;
        random = wanted.Seed is { } seed ? new(seed) : null;
        trials = file.Trials is { } column && frame.Fields.ContainsKey(column) ? frame.Numbers(column) : null;
        response = wanted.Seed is null ? null : Arithmetic.Column(file.Response!, file.Response!.Response!, frame);
        int at = 0;
        slots = [.. file.Family.Info.Parameters.Select(p =>
        {
            var predictor = file.Designs.TryGetValue(p.Name, out var design)
                ? design.Predictor(frame, p.Name == file.Family.Info.Primary ? file.Offset : null) : null;
            var slot = (predictor, p.Link, at);
            at += predictor?.Terms.Count ?? 1;
            return slot;
        })];
    }

    /// <summary>The columns that predictions read, and what for.</summary>
    public static Dictionary<string, Need> Needs(FitFile file, Wanted wanted)
    {
        var needs = new Dictionary<string, Need>();
        void Need(string column, Need need) => needs[column] = needs.TryGetValue(column, out var other) && other != need ? Reading.Need.Any : need;

        foreach (var design in file.Designs.Values)
            Design.Need(design.Terms, Need);
        if (file.Offset is { } offset)
            Need(offset, Reading.Need.Number);
        if (wanted.Seed is not null)
            foreach (string column in Formula.Columns(file.Response!.Response!))
                Need(column, Reading.Need.Number);
        if (file.Trials is { } trials && (wanted.Seed is not null || wanted.Quantiles.Count > 0 || wanted.Survivals.Count > 0))
            Need(trials, Reading.Need.Number);
        if (file.By is { } by)
            Need(by, Reading.Need.Text);
        return needs;
    }

    public string? Group(int row) => file.By is null ? null : frame.Fields[file.By] is var field ? field.Texts![(int)field.Values[row]] : null;

    public IEnumerable<PredictedValue> Of(int row)
    {
        if (file.Of(Group(row)) is not { } fit)
            throw new BadInput($"{frame.Source}, column '{file.By}', row {row + 1}: the fit has no group '{Group(row)}'.");
        return prediction is null ? Categories(row, fit) : Numbers(prediction, row, fit);
    }

    IEnumerable<PredictedValue> Numbers(Prediction of, int row, FitFile.Estimates fit)
    {
        double[] u = [.. slots.Select(slot => Predictor(slot, row, fit.Values))];
        double m = trials?[row] ?? 1;
        yield return Value(row, "mean", of.Mean(u), of.Link, fit);
        foreach (double p in wanted.Quantiles)
            yield return Value(row, $"quantile {Number.Text(p)}", of.Quantile(p, m, u), of.Link, fit);
        foreach (double t in wanted.Survivals)
            yield return Value(row, $"survival {Number.Text(t)}", of.Survival(t, m, u), Link.Logit, fit);
        if (random is not null)
            yield return new(row, "residual", Residual(of, response![row], m, u), double.NaN, double.NaN, double.NaN);
    }

    /// <summary>Φ⁻¹(F(y)); of a count at a random place between F(y − 1) and F(y) (Dunn and Smyth, 1996).</summary>
    double Residual(Prediction of, double y, double m, double[] u)
    {
        var (logF, logS) = of.Tails(y, m, u);
        if (of.IsDiscrete)
        {
            var (logF0, logS0) = of.Tails(y - 1, m, u);
            double place = random!.NextDouble();
            (logF, logS) = (Between(logF0, logF, place), Between(logS, logS0, 1 - place));
        }
        return logF < logS ? -Intervals.Exceeded(logF) : Intervals.Exceeded(logS);

        static double Between(double low, double high, double place) => high + Math.Log(Math.Exp(low - high) * (1 - place) + place);
    }

    IEnumerable<PredictedValue> Categories(int row, FitFile.Estimates fit)
    {
        var primary = slots[0];
        bool ordered = file.Family.Name.StartsWith("ordered_");
        // Thresholds stand in place of an intercept.
        double[] x = [.. Enumerable.Range(0, primary.Predictor?.Terms.Count ?? 1)
            .Where(j => !ordered || primary.Predictor is { } p && !p.Columns[j].IsEmpty).Select(j => Entry(primary.Predictor, j, row))];
        int terms = x.Length, count = file.Categories!.Count;
        double offset = primary.Predictor is { Offset.IsEmpty: false } predictor ? predictor.Offset.Span[row] : 0;
        int predictors = ordered ? 1 : count - 1;
        double[] u = [.. Enumerable.Range(0, predictors).Select(k => offset + Enumerable.Range(0, terms).Sum(j => x[j] * fit.Values[k * terms + j]))];
        var chances = ordered ? CategoryPrediction.Ordered(file.Family, u[0], fit.Values.AsSpan(terms)) : CategoryPrediction.Multinomial(u);
        for (int c = 0; c < count; c++)
        {
            var gradient = new double[fit.Values.Length];
            for (int k = 0; k < predictors; k++)
                for (int j = 0; j < terms; j++)
                    gradient[k * terms + j] = chances[c].Slopes[k] * x[j];
            if (ordered)
                chances[c].Slopes.AsSpan(1).CopyTo(gradient.AsSpan(terms));
            yield return Value(row, $"P({file.Categories[c]})", chances[c].Value, gradient, Link.Logit, fit);
        }
    }

    static double Predictor((Predictor? Predictor, Link Link, int At) slot, int row, double[] estimates)
    {
        if (slot.Predictor is not { } predictor)
            return slot.Link.Coordinate(estimates[slot.At]);
        double u = predictor.Offset.IsEmpty ? 0 : predictor.Offset.Span[row];
        for (int j = 0; j < predictor.Terms.Count; j++)
            u += Entry(predictor, j, row) * estimates[slot.At + j];
        return u;
    }

    static double Entry(Predictor? predictor, int term, int row) =>
        predictor is null || predictor.Columns[term].IsEmpty ? 1 : predictor.Columns[term].Span[row];

    PredictedValue Value(int row, string quantity, Predicted predicted, Link on, FitFile.Estimates fit)
    {
        var gradient = new double[fit.Values.Length];
        for (int s = 0; s < slots.Length; s++)
        {
            var (predictor, link, at) = slots[s];
            double slope = predicted.Slopes[s];
            if (predictor is null)
                gradient[at] = link switch
                {
                    Link.Log => slope / fit.Values[at],
                    Link.Logit => slope / (fit.Values[at] * (1 - fit.Values[at])),
                    _ => slope,
                };
            else
                for (int j = 0; j < predictor.Terms.Count; j++)
                    gradient[at + j] = slope * Entry(predictor, j, row);
        }
        return Value(row, quantity, predicted.Value, gradient, on, fit);
    }

    PredictedValue Value(int row, string quantity, double value, double[] gradient, Link on, FitFile.Estimates fit)
    {
        double variance = 0;
        for (int i = 0; i < gradient.Length; i++)
            // A parameter that does not matter here may have no standard error.
            for (int j = 0; gradient[i] != 0 && j < gradient.Length; j++)
                if (gradient[j] != 0)
                    variance += gradient[i] * gradient[j] * fit.Covariance[i, j];
        double error = Math.Sqrt(variance);
        var (low, high) = error == 0 ? (value, value) : intervals.Of(on, value, error);
        return new(row, quantity, value, error, low, high);
    }
}
