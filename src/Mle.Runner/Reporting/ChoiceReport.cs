using System.Text;
using System.Text.Json;
using Mle.Runner.Reading;
using Spectre.Console;

namespace Mle.Runner.Reporting;

/// <summary>Models side by side: a table of one data set, how often each is the best of many, and tidy rows.</summary>
/// <param name="labels">The names of the models, in the order in which they were given.</param>
/// <param name="pair">The two that Vuong's test is asked of; of one data set otherwise the best two.</param>
sealed class ChoiceReport(Dataset data, string[] labels, ModelChoice models, FitTable any, (int First, int Second)? pair)
{
    const int Listed = 20, Sample = 5, Widened = 118;

    int Count => data.Batch.Count;

    Vuong? VuongOf(int d, IReadOnlyList<Candidate> choices)
    {
        if (pair is { } asked)
            return models.Vuong(asked.First, asked.Second, d);
        return data.Groups is null && choices is [{ IsRanked: true } best, { IsRanked: true } next, ..] ? models.Vuong(best.Model, next.Model, d) : null;
    }

    public void Show(Terminal terminal, double level)
    {
        string title = data.Value is { } column ? $"{data.Source}, {column}" : data.Source;
        terminal.Out.WriteLine(data.Groups is null ? $"{title}, n = {Number.Short(any[0].Size)}" : $"{title}, {Number.Short((long)Count)} data sets by {data.By}");
        if (data.Groups is null)
            One(terminal, level);
        else
            Many(terminal, data.Groups);
    }

    void One(Terminal terminal, double level)
    {
        var choices = models.Of(0);
        var table = Screen.Table(["", "k", "loglik", "AIC", "ΔAIC", "weight", "AICc", "BIC", "verdict"]);
        table.Columns[0].NoWrap();
        foreach (var c in choices)
            table.AddRow([new Text($"{c.Model + 1} {labels[c.Model]}"), new Text(c.K.ToString()), Screen.Number(c.LogLikelihood),
                .. new[] { c.Aic, c.Delta, c.Weight, c.Aicc, c.Bic }.Select(v => new Text(double.IsNaN(v) ? "–" : Number.Medium(v))), Screen.Verdict(c.Status)]);
        terminal.Show(table, Widened);
        foreach (var c in choices.Where(c => c.Remark is not null))
            Indented(terminal, $"{labels[c.Model]}: {c.Remark}");
        if (VuongOf(0, choices) is { } v)
            Indented(terminal, InWords(v, level));
    }

    string InWords(Vuong v, double level)
    {
        var (first, second) = (labels[v.First], labels[v.Second]);
        if (v.Refusal is { } why)
            return $"no Vuong test of {first} against {second}: {why}";
        string p = Number.Probability(Vuong.PValue(v.Z)), corrected = $"with AIC's correction z = {Number.Rounded(v.ZAic)}, with BIC's {Number.Rounded(v.ZBic)}";
        string different = $"Vuong's test of {first} against {second}: that they are the same has p = {Number.Probability(v.VariancePValue)}";
        return v.VariancePValue > 1 - level
            ? $"{different}, so that the data do not tell them apart (z = {Number.Rounded(v.Z)} means little then; {corrected})"
            : $"{different}; z = {Number.Rounded(v.Z)} (positive for {first}), p = {p}; {corrected}";
    }

    void Many(Terminal terminal, string[] groups)
    {
        var all = Enumerable.Range(0, Count).Select(models.Of).ToArray();
        var wins = Screen.Table(["", "best by AIC", "ranked", "mean weight"]);
        wins.Columns[0].NoWrap();
        for (int m = 0; m < labels.Length; m++)
        {
            Candidate[] ranked = [.. all.SelectMany(choices => choices).Where(c => c.Model == m && c.IsRanked)];
            wins.AddRow(new Text($"{m + 1} {labels[m]}"), new Text(Number.Short(ranked.LongCount(c => c.Delta == 0))), new Text(Number.Short(ranked.LongLength)),
                Screen.Number(ranked.Length == 0 ? double.NaN : ranked.Average(c => c.Weight)));
        }
        terminal.Show(wins, Widened);
        int shown = Count > Listed ? Sample : Count;
        var table = Screen.Table([data.By!, "n", "best", "AIC", "weight", "next", "ΔAIC", .. pair is null ? Array.Empty<string>() : ["p (same)", "Vuong's z"]]);
        for (int d = 0; d < shown; d++)
        {
            Candidate? best = all[d][0] is { IsRanked: true } first ? first : null, next = all[d].Count > 1 && all[d][1] is { IsRanked: true } second ? second : null;
            Text[] tested = VuongOf(d, all[d]) is { } v ? [new(Number.Probability(v.VariancePValue)), new(Number.Rounded(v.Z))] : [];
            table.AddRow([new Text(groups[d]), Screen.Number(any[d].Size), new Text(best is null ? "none" : labels[best.Model]), Screen.Number(best?.Aic ?? double.NaN),
                new Text(best is null ? "–" : Number.Brief(best.Weight)), new Text(next is null ? "none" : labels[next.Model]), new Text(next is null ? "–" : Number.Brief(next.Delta)), .. tested]);
        }
        terminal.Show(table, Widened);
        if (shown < Count)
            terminal.Out.WriteLine($"The first {shown} of {Number.Short((long)Count)}; --out choice.csv writes all.");
    }

    static void Indented(Terminal terminal, string line) => terminal.Show(new Padder(new Text(line), new Padding(2, 0, 0, 0)));

    readonly record struct Field(string Name, double Value);

    static Field[] Numbers(Candidate c, double n) =>
    [
        new("k", c.K), new("n", n), new("loglik", c.LogLikelihood), new("aic", c.Aic), new("aicc", c.Aicc), new("bic", c.Bic), new("delta.aic", c.Delta), new("weight", c.Weight),
    ];

    static Field[] Numbers(Vuong v) =>
    [
        new("loglik.ratio", v.LogRatio), new("variance", v.Variance), new("p.variance", v.VariancePValue), new("z", v.Z), new("p.value", Vuong.PValue(v.Z)),
        new("z.aic", v.ZAic), new("p.value.aic", Vuong.PValue(v.ZAic)), new("z.bic", v.ZBic), new("p.value.bic", Vuong.PValue(v.ZBic)),
    ];

    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        for (int d = 0; d < Count; d++)
        {
            var choices = models.Of(d);
            foreach (var c in choices)
            {
                writer.WriteStartObject();
                writer.WriteString("by", data.Groups?[d]);
                writer.WriteString("model", labels[c.Model]);
                foreach (var field in Numbers(c, any[d].Size))
                    writer.Number(field.Name, field.Value);
                writer.WriteString("status", Verdict.Word(c.Status));
                writer.WriteString("remark", c.Remark);
                writer.WriteEndObject();
            }
            if (VuongOf(d, choices) is not { } v)
                continue;
            writer.WriteStartObject();
            writer.WriteString("by", data.Groups?[d]);
            writer.WriteString("test", "vuong");
            writer.WriteString("model", labels[v.First]);
            writer.WriteString("against", labels[v.Second]);
            foreach (var field in Numbers(v))
                writer.Number(field.Name, field.Value);
            writer.WriteString("remark", v.Refusal);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>The models; of Vuong's test the columns beside the first of the two.</summary>
    public void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write("by,model,k,n,loglik,aic,aicc,bic,delta.aic,weight,status,remark,vuong.against,vuong.loglik.ratio,vuong.variance,vuong.p.variance,vuong.z,vuong.p.value,vuong.z.aic,vuong.p.value.aic,vuong.z.bic,vuong.p.value.bic\n");
        for (int d = 0; d < Count; d++)
        {
            var choices = models.Of(d);
            var v = VuongOf(d, choices);
            foreach (var c in choices)
            {
                var tested = v?.First == c.Model ? Numbers(v) : [.. Enumerable.Repeat(new Field("", double.NaN), 9)];
                writer.Write(string.Join(',', (string[])[Tidy.Quoted(data.Groups?[d] ?? ""), Tidy.Quoted(labels[c.Model]), .. Numbers(c, any[d].Size).Select(f => Number.Text(f.Value)),
                    Verdict.Word(c.Status), Tidy.Quoted(c.Remark ?? ""), v?.First == c.Model ? Tidy.Quoted(labels[v.Second]) : "", .. tested.Select(f => Number.Text(f.Value))]));
                writer.Write('\n');
            }
        }
    }
}
