using System.Text.Json;

namespace Mle.Runner.Reporting;

/// <summary>Everything about one fit, as <c>mle fit --spec --json</c> prints it and <c>mle check</c> compares it.</summary>
sealed class FitReport
{
    readonly Fitted fitted;
    readonly int index;
    readonly string[] names;

    /// <param name="rename">Another name for a parameter, where a reference set has one.</param>
    public FitReport(Fitted fitted, int index, IReadOnlyDictionary<string, string>? rename = null)
    {
        (this.fitted, this.index) = (fitted, index);
        names = [.. fitted.Table.Parameters.Select(p => rename?.GetValueOrDefault(p) ?? p)];
        Known = [.. fitted.Free.Where(i => !double.IsNaN(Fit.StandardError(i)))];
    }

    public Fit Fit => fitted.Table[index];

    public Verdict Verdict => Fit.Verdict;

    public int K => fitted.Table.FreeParameters;

    public string? Group => fitted.Data.Groups?[index];

    /// <summary>The free parameters that have a standard error.</summary>
    public int[] Known { get; }

    public double? Estimate(string name) => Find(fitted.Free, name) is { } i ? Fit[i] : null;

    public double? StandardError(string name) => Find(Known, name) is { } i ? Fit.StandardError(i) : null;

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
        foreach (int i in fitted.Free)
            writer.Number(names[i], Fit[i]);
        writer.WriteEndObject();
        WriteErrors(writer);
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
        foreach (int i in Known)
            writer.Number(names[i], Fit.StandardError(i));
        writer.WriteEndObject();
        writer.Matrix("cov", [.. Known.Select(i => names[i])], (i, j) => Fit.Covariance(Known[i], Known[j]));
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
