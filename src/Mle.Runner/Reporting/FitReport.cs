using System.Text.Json;

namespace Mle.Runner.Reporting;

/// <summary>Everything about one fit, as <c>mle fit --spec --json</c> prints it and <c>mle check</c> compares it.</summary>
sealed class FitReport
{
    readonly Fitted fitted;
    readonly int index;
    readonly Intervals intervals;
    readonly string[] names;
    readonly (string Name, double Estimate, double Error)[] asked;

    /// <param name="rename">Another name for a parameter, where a reference set has one.</param>
    public FitReport(Fitted fitted, int index, Intervals intervals, IReadOnlyDictionary<string, string>? rename = null)
    {
        (this.fitted, this.index, this.intervals) = (fitted, index, intervals);
        asked = [.. fitted.Asked(index)];
        names = [.. fitted.Table.Parameters.Select(p => rename?.GetValueOrDefault(p) ?? p)];
        Known = [.. fitted.Free.Where(i => !double.IsNaN(Fit.StandardError(i)))];
    }

    public Fit Fit => fitted.Table[index];

    public Verdict Verdict => Fit.Verdict;

    public int K => fitted.Table.FreeParameters;

    public string? Group => fitted.Data.Groups?[index];

    /// <summary>The free parameters that have a standard error.</summary>
    public int[] Known { get; }

    public double Level => intervals.Level;

    public double? Estimate(string name) => Asked(name) is { } quantity ? quantity.Estimate : Find(fitted.Free, name) is { } i ? Fit[i] : null;

    public double? StandardError(string name) => Asked(name) is { } quantity ? quantity.Error : Find(Known, name) is { } i ? Fit.StandardError(i) : null;

    /// <summary>NaN where there is none.</summary>
    public (double Low, double High) Interval(string name) => Asked(name) is { } quantity ? intervals.OfQuantity(quantity.Estimate, quantity.Error)
        : Find(fitted.Free, name) is { } i ? intervals.Of(fitted, index, i) : (double.NaN, double.NaN);

    /// <summary>What was asked by this name of the parameters.</summary>
    (string Name, double Estimate, double Error)? Asked(string name)
    {
        foreach (var quantity in asked)
            if (quantity.Name == name)
                return quantity;
        return null;
    }

    /// <summary>The names of what is estimated, and of what was asked.</summary>
    IEnumerable<string> Terms => fitted.Free.Select(i => names[i]).Concat(asked.Select(quantity => quantity.Name)).Distinct();

    public double? Covariance(string a, string b) =>
        Find(Known, a) is { } i && Find(Known, b) is { } j ? Fit.Covariance(i, j) : null;

    int? Find(int[] among, string name)
    {
        foreach (int i in among)
            if (names[i] == name)
                return i;
        return null;
    }

    public void Write(Utf8JsonWriter writer)
    {
        var verdict = Verdict;
        writer.WriteStartObject();
        if (Group is not null)
            writer.WriteString("group", Group);
        writer.WriteString("status", Mle.Verdict.Word(Fit.Status));
        writer.WriteString("cause", verdict.Cause == Cause.None ? null : verdict.Cause.ToString().ToLowerInvariant());
        writer.WriteString("reason", verdict.Reason.Length == 0 ? null : verdict.Reason);
        writer.Number("n", Fit.Size);
        writer.WriteNumber("k", K);
        writer.WriteStartObject("estimate");
        foreach (string name in Terms)
            writer.Number(name, Estimate(name)!.Value);
        writer.WriteEndObject();
        WriteErrors(writer);
        writer.Number("level", Level);
        Write(writer, "ci_lower", name => Interval(name).Low);
        Write(writer, "ci_upper", name => Interval(name).High);
        writer.Number("loglik", Fit.LogLikelihood);
        writer.Number("aic", Fit.Aic);
        writer.Number("bic", Fit.Bic);
        writer.Number("mean_negative_loglik", Fit.MeanNegativeLogLikelihood);
        writer.WriteNumber("iterations", Fit.Iterations);
        WriteVerdict(writer, verdict);
        var derived = fitted.Derived(index).ToArray();
        if (derived.Length > 0)
        {
            writer.WriteStartObject("derived");
            foreach (var (term, estimate, _) in derived)
                writer.Number(term, estimate);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    void WriteErrors(Utf8JsonWriter writer)
    {
        if (Known.Length == 0)
        {
            writer.WriteNull("se");
            writer.WriteNull("cov");
            return;
        }
        writer.WriteStartObject("se");
        foreach (string name in Terms)
            if (StandardError(name) is { } error)
                writer.Number(name, error);
        writer.WriteEndObject();
        writer.Matrix("cov", [.. Known.Select(i => names[i])], (i, j) => Fit.Covariance(Known[i], Known[j]));
    }

    void Write(Utf8JsonWriter writer, string property, Func<string, double> bound)
    {
        writer.WriteStartObject(property);
        foreach (string name in Terms)
            writer.Number(name, bound(name));
        writer.WriteEndObject();
    }

    static void WriteVerdict(Utf8JsonWriter writer, Verdict verdict)
    {
        if (!double.IsNaN(verdict.Supremum))
            writer.Number("supremum_loglik", verdict.Supremum);
        if (verdict.Limit is { } limit)
        {
            writer.WriteStartObject("limit");
            foreach (var (name, value) in limit)
                writer.Number(name, value);
            writer.WriteEndObject();
        }
        if (verdict.LimitFamily is { } family)
            writer.WriteString("limit_family", family);
        if (verdict.Bound is { } bound)
            writer.WriteString("bound", bound);
        if (!double.IsNaN(verdict.BoundScore))
            writer.Number("bound_score", verdict.BoundScore);
        if (verdict.LocationInterval is { } interval)
        {
            writer.WriteStartArray("location_interval");
            writer.Number(interval.Low);
            writer.Number(interval.High);
            writer.WriteEndArray();
        }
    }
}
