using System.CommandLine;
using System.Globalization;
using System.Text;
using Mle.Runner.Reading;
using Mle.Runner.Reporting;
using Spectre.Console;

namespace Mle.Runner.Commands;

/// <summary>Predicts rows from a regression that <c>mle fit</c> wrote.</summary>
sealed class PredictCommand : Verb
{
    /// <summary>Rows that are shown; more go to a file.</summary>
    const int Shown = 20;

    readonly Argument<string> fit = new("FIT.json") { Description = "a regression, as mle fit --out FIT.json wrote it" };
    readonly Argument<string> file = new("NEWDATA.csv") { Description = "the rows to predict, with the columns that the formulas name; - is standard input" };
    readonly Option<string[]> quantile = new("--quantile") { Description = "also the value that is not exceeded with this chance; may be repeated", HelpName = "P", DefaultValueFactory = _ => [] };
    readonly Option<string[]> survival = new("--survival") { Description = "also the chance of more than this; may be repeated", HelpName = "T", DefaultValueFactory = _ => [] };
    readonly Option<bool> residuals = new("--residuals") { Description = "also quantile residuals, which are standard normal where the model is right; the rows need the response" };
    readonly Option<int?> seed = Syntax.Whole("--seed", 0, "of the random numbers that residuals of counts need; 1 otherwise");
    readonly Option<string?> level = new("--level") { Description = "of the confidence intervals; 0.95 otherwise", HelpName = "P" };
    readonly Option<string?> output = new("--out") { Description = "write all as a tidy table: FILE.csv, or - for standard output", HelpName = "FILE" };

    readonly Terminal terminal;

    public PredictCommand(Terminal terminal) : base(
        "predict", "Predict rows from a regression: means, quantiles, chances, with intervals.",
        """
        mle fit examples/quine.csv -f negative_binomial_regression --formula "Days ~ Age + Sex" --out fit.json
        mle predict fit.json examples/quine.csv --quantile 0.9 --survival 30
        """)
    {
        this.terminal = terminal;
        Add(fit);
        Add(file);
        foreach (Option option in new Option[] { quantile, survival, residuals, seed, level, output })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var wanted = new Wanted(
            Numbers("--quantile", parsed.GetValue(quantile)!, p => p is > 0 and < 1, "a number between 0 and 1"),
            Numbers("--survival", parsed.GetValue(survival)!, _ => true, "a finite number"),
            parsed.GetValue(residuals) ? parsed.GetValue(seed) ?? 1 : null);
        double share = Syntax.Level(parsed.GetValue(level)) ?? 0.95;
        if (parsed.GetValue(output) is { } path and not "-" && Path.GetExtension(path) != ".csv")
            throw new BadInput($"--out {path}: a name that ends in .csv is needed, or - for standard output.");
        var model = FitFile.Read(parsed.GetValue(fit)!);
        Check(model, wanted);
        var frame = CsvFile.Read(parsed.GetValue(file)!, _ => Predictions.Needs(model, wanted), null, terminal);
        var predictions = new Predictions(model, frame, wanted, share);
        switch (parsed.GetValue(output))
        {
            case null:
                Show(predictions, frame, share);
                break;
            case "-":
                terminal.Out.Flush();
                Write(terminal.Out.BaseStream, predictions, frame, model);
                break;
            case var name:
                AtomicFile.Write(name, stream => Write(stream, predictions, frame, model));
                break;
        }
        return Program.Done;
    }

    static void Check(FitFile model, Wanted wanted)
    {
        if (model.Categories is not null && (wanted.Quantiles.Count > 0 || wanted.Survivals.Count > 0 || wanted.Seed is not null))
            throw new BadInput($"{model.Family.Name} predicts the chances of categories, which have no quantiles, tails or residuals.");
        if (wanted.Seed is not null && model.Response is null)
            throw new BadInput("The response of this fit is an interval; --residuals needs one that was a column.");
    }

    static double[] Numbers(string option, string[] texts, Func<double, bool> allowed, string needed) =>
        [.. texts.Select(text => Syntax.Finite(text) is { } value && allowed(value) ? value : throw new BadInput($"{option} {text}: {needed} is needed."))];

    void Write(Stream stream, Predictions predictions, Frame frame, FitFile model)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        using var progress = new Progress(terminal, "predicted", "rows", frame.Rows);
        writer.Write(model.By is null ? "row,quantity,estimate,std.error,conf.low,conf.high\n" : "row,by,quantity,estimate,std.error,conf.low,conf.high\n");
        for (int row = 0; row < frame.Rows; row++)
        {
            if (row % 1024 == 0)
            {
                terminal.Interrupted.ThrowIfCancellationRequested();
                progress.Report(row);
            }
            string start = (row + 1).ToString(CultureInfo.InvariantCulture) + "," + (predictions.Group(row) is { } group ? Tidy.Quoted(group) + "," : "");
            foreach (var p in predictions.Of(row))
                writer.Write($"{start}{Tidy.Quoted(p.Quantity)},{Number.Text(p.Value)},{Number.Text(p.Error)},{Number.Text(p.Low)},{Number.Text(p.High)}\n");
        }
    }

    void Show(Predictions predictions, Frame frame, double share)
    {
        var table = Screen.Table(["row", "", "estimate", "std. error", string.Create(CultureInfo.InvariantCulture, $"{100 * share:G6} % interval")]);
        for (int row = 0; row < Math.Min(Shown, frame.Rows); row++)
            foreach (var p in predictions.Of(row))
                table.AddRow(
                    new Text((row + 1).ToString(CultureInfo.InvariantCulture)), new Text(p.Quantity), Screen.Number(p.Value), Screen.Number(p.Error),
                    new Text(double.IsNaN(p.Low) ? "–" : $"{Number.Short(p.Low)} to {Number.Short(p.High)}"));
        terminal.Show(table);
        if (frame.Rows > Shown)
            terminal.Out.WriteLine($"The first {Shown} of {Number.Short((long)frame.Rows)} rows; --out predictions.csv writes all.");
    }
}
