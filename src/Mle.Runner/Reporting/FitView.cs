using System.Globalization;
using Mle.Runner.Reading;
using Spectre.Console;

namespace Mle.Runner.Reporting;

/// <summary>The fits as a person reads them: one in full; of many the verdicts, the spread and the first few.</summary>
sealed class FitView(Terminal terminal, Fitted fitted, Intervals intervals)
{
    /// <summary>Up to this many data sets are listed; of more, only the first <see cref="Sample"/>.</summary>
    const int Listed = 20, Sample = 5;

    /// <summary>A table with tests rather grows than breaks the names of coefficients.</summary>
    const int Widened = 110;

    /// <summary>Columns of estimates that fit a line of 80.</summary>
    const int Widest = 3;

    public void Show()
    {
        if (fitted.Data.Groups is null)
            One();
        else
            Many();
    }

    static readonly Text[] Blank = [new(""), new("")];

    string Title => fitted.Data.Value is { } column ? $"{fitted.Data.Source}, {column}" : fitted.Data.Source;

    /// <summary>What the coefficients add up to, one line for each predictor.</summary>
    IEnumerable<string> Predictors() =>
        from parameter in fitted.Family.Info.Parameters
        where fitted.Data.Designs.ContainsKey(parameter.Name)
        let terms = fitted.Data.Designs[parameter.Name].Terms.Formula.Right
        select $"{Linked(parameter)} ~ {terms}";

    string Linked(Parameter parameter) => (fitted.Family.Name, parameter.Link) switch
    {
        ("probit_regression", _) => $"probit({parameter.Name})",
        ("cloglog_regression", _) => $"cloglog({parameter.Name})",
        (_, Link.Log) => $"log({parameter.Name})",
        (_, Link.Logit) => $"logit({parameter.Name})",
        _ => parameter.Name,
    };

    void One()
    {
        var fit = fitted.Table[0];
        terminal.Out.WriteLine($"{fitted.Family.Name}: {Title}, n = {Number.Short(fit.Size)}");
        foreach (string predictor in Predictors())
            terminal.Out.WriteLine("  " + predictor);
        if (fitted.Free.Any(i => !double.IsNaN(fit[i])))
            Estimates(fit);
        terminal.Show(Screen.Verdict(fit.Status));
        terminal.Out.WriteLine($", iterations {fit.Iterations}");
        Explain(fit.Verdict);
    }

    void Estimates(Fit fit)
    {
        bool tested = fitted.HasCoefficients;
        string level = string.Create(CultureInfo.InvariantCulture, $"{100 * intervals.Level:G6} % interval");
        var table = Screen.Table(tested ? ["", "estimate", "std. error", "z", "p", level] : ["", "estimate", "std. error", level]);
        if (tested)
        {
            table.Columns[0].NoWrap();
            foreach (var column in table.Columns.Skip(1))
                column.PadLeft(0);
        }
        foreach (int i in Enumerable.Range(0, fitted.Table.Parameters.Count))
        {
            if (fitted.Free.Contains(i))
                Add(fitted.Table.Parameters[i], fit[i], fit.StandardError(i), intervals.Of(fitted, 0, i), fitted.IsCoefficient(i));
            else
                table.AddRow([new Text(fitted.Table.Parameters[i]), Screen.Number(fit[i]), new Text("fixed"), .. tested ? Blank : [], new Text("")]);
        }
        foreach (var (term, estimate, error) in fitted.Derived(0))
            Add(term, estimate, error, intervals.OfDerived(estimate, error), false);
        foreach (var (term, estimate, error) in fitted.Asked(0))
            Add(term, estimate, error, intervals.OfQuantity(estimate, error), false);
        terminal.Show(table, tested ? Widened : 0);
        if (fitted.Covariance is { } covariance)
            terminal.Out.WriteLine($"standard errors from the {covariance}");
        if (intervals.IsExact)
            terminal.Out.WriteLine("exact intervals, from the distribution of the estimate");
        terminal.Out.WriteLine($"log-likelihood {Number.Short(fit.LogLikelihood)}   AIC {Number.Short(fit.Aic)}   BIC {Number.Short(fit.Bic)}   mean -loglik {Number.Short(fit.MeanNegativeLogLikelihood)}");

        void Add(string term, double estimate, double error, (double Low, double High) interval, bool coefficient)
        {
            var (z, p) = Intervals.Test(estimate, error);
            Text[] test = !tested ? [] : coefficient ? [new(Number.Rounded(z)), new(Number.Probability(p))] : Blank;
            var (low, high) = interval;
            Func<double, string> text = tested ? Number.Brief : Number.Short;
            table.AddRow([new Text(term), new Text(tested ? Number.Medium(estimate) : Number.Short(estimate)), new Text(text(error)), .. test,
                new Text(double.IsNaN(low) ? "–" : $"{text(low)} to {text(high)}")]);
        }
    }

    void Explain(Verdict verdict)
    {
        var lines = new List<string>();
        if (verdict.Reason.Length > 0)
            lines.Add(verdict.Reason);
        if (verdict.Bound is { } bound)
            lines.Add("on the bound " + bound + (double.IsNaN(verdict.BoundScore) ? "" : $", where the score is {Number.Short(verdict.BoundScore)}"));
        // Of a separated fit the reason says which coefficients run where.
        if (verdict.Limit is { } limit && verdict.Cause != Cause.Separated)
            lines.Add("limit " + string.Join(", ", limit.Select(entry => $"{entry.Key} = {Number.Short(entry.Value)}"))
                + (verdict.LimitFamily is { } family ? $" ({family})" : ""));
        if (!double.IsNaN(verdict.Supremum) && verdict.Status != Status.Interior)
            lines.Add($"supremum of the log-likelihood {Number.Short(verdict.Supremum)}");
        if (verdict.LocationInterval is { } interval)
            lines.Add($"every location from {Number.Short(interval.Low)} to {Number.Short(interval.High)} attains the maximum");
        foreach (string line in lines)
            Indented(line);
    }

    void Many()
    {
        var (data, table) = (fitted.Data, fitted.Table);
        terminal.Out.WriteLine($"{fitted.Family.Name}: {Title}, {Number.Short((long)table.Count)} data sets by {data.By}, {Number.Short((long)data.Batch.Values.Length)} rows");
        Verdicts();
        if (table.Count > Listed)
            Spread();
        int shown = table.Count > Listed ? Sample : table.Count;
        int[] columns = [.. fitted.Free.Take(Widest)];
        var list = Screen.Table([data.By!, "n", .. columns.Select(i => table.Parameters[i]), "loglik", "verdict"]);
        for (int d = 0; d < shown; d++)
        {
            var fit = table[d];
            list.AddRow([
                new Text(data.Groups![d]), Screen.Number(fit.Size), .. columns.Select(i => Screen.Number(fit[i])),
                Screen.Number(fit.LogLikelihood), Screen.Verdict(fit.Status)]);
        }
        terminal.Show(list);
        if (shown < table.Count)
            terminal.Out.WriteLine($"The first {shown} of {Number.Short((long)table.Count)}; --out fits.csv writes all.");
    }

    void Verdicts()
    {
        var table = Screen.Table(["verdict", "data sets"]);
        var reasons = new List<string>();
        foreach (var status in Enum.GetValues<Status>())
        {
            long count = fitted.Table.Status.LongCount(s => s == status);
            if (count == 0)
                continue;
            table.AddRow(Screen.Verdict(status), new Text(Number.Short(count)));
            int first = Array.IndexOf(fitted.Table.Status, status);
            if (status != Status.Interior && fitted.Table[first].Verdict.Reason is { Length: > 0 } reason)
                reasons.Add($"{Verdict.Word(status)}, first {fitted.Data.By} {fitted.Data.Groups![first]}: {reason}");
        }
        terminal.Show(table);
        foreach (string reason in reasons)
            Indented(reason);
    }

    void Indented(string line) => terminal.Show(new Padder(new Text(line), new Padding(2, 0, 0, 0)));

    void Spread()
    {
        double[] quantiles = [0, 0.05, 0.5, 0.95, 1];
        var table = Screen.Table(["estimates", "least", "5 %", "median", "95 %", "greatest"]);
        foreach (int i in fitted.Free)
        {
            double[] sorted = [.. fitted.Table.Estimates(i).Where(double.IsFinite)];
            if (sorted.Length == 0)
                continue;
            Array.Sort(sorted);
            table.AddRow([
                new Text(fitted.Table.Parameters[i]),
                .. quantiles.Select(q => Screen.Number(sorted[(int)Math.Round(q * (sorted.Length - 1))]))]);
        }
        terminal.Show(table);
    }
}
