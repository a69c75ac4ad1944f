using System.CommandLine;
using Mle.Runner.Conformance;
using Mle.Runner.Reporting;

namespace Mle.Runner.Commands;

/// <summary>Puts models of the same rows side by side.</summary>
sealed class CompareCommand : Verb
{
    readonly ProblemOptions problem = new("the tidy table as JSON on standard output");
    readonly Option<string[]> models = new("--model") { Description = "a family, or one with its own formula, \"poisson_regression: y ~ x\"; may be repeated", HelpName = "\"FAMILY: y ~ x\"", DefaultValueFactory = _ => [] };
    readonly Option<string?> vuong = new("--vuong") { Description = "Vuong's test of these two by their numbers in the order given, such as 1,3; of one data set the best two otherwise", HelpName = "I,J" };

    readonly Terminal terminal;
    readonly Engines engines;

    public CompareCommand(Terminal terminal, Engines engines) : base(
        "compare", "Compare models of the same rows by AIC, AICc, BIC, Akaike weights and Vuong's test.",
        """
        mle compare examples/groundbeef.csv --family gamma,weibull,lognormal --value serving
        mle compare quine.csv --family poisson_regression,negative_binomial_regression --formula "Days ~ Age + Sex"
        mle compare quine.csv --model "poisson_regression: Days ~ Age" --model "poisson_regression: Days ~ Age*Sex"
        """)
    {
        (this.terminal, this.engines) = (terminal, engines);
        problem.Data.Family.Description = "what to compare, with commas between; --formula is for all of them";
        problem.Data.Family.HelpName = "NAME,…";
        problem.Level.Description = "models are told apart where the first step of Vuong's test rejects at 1 - P; 0.95 otherwise";
        problem.AddTo(this);
        Add(models);
        Add(vuong);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        double level = problem.LevelOf(parsed);
        var spec = problem.CaseOf(parsed);
        var texts = TextsOf(parsed, spec);
        problem.Check(parsed, texts);
        var pair = PairOf(parsed, texts.Length);
        using var engine = engines.Open(parsed.GetValue(problem.Data.Engine), terminal.Error);
        var read = problem.Read(parsed, terminal, spec, texts);
        Specification[] specifications = [.. read.Select(r => new Specification(r.Family, r.Data.Batch, r.Options))];
        ModelChoice.Check(specifications);
        var fits = new FitTable[read.Length];
        using (var progress = parsed.GetValue(problem.Quiet) ? null : new Progress(terminal, "fitted", "data sets", (long)read.Length * read[0].Data.Batch.Count))
            for (int m = 0; m < fits.Length; m++)
            {
                long before = (long)m * read[0].Data.Batch.Count;
                fits[m] = engine.Fit(read[m].Family, read[m].Data.Batch, read[m].Options with { Progress = progress is null ? null : new Later(progress, before) });
                read[m].Data.Mark(fits[m]);
            }
        var report = new ChoiceReport(read[0].Data, Labels(parsed, texts), new ModelChoice(specifications, fits), fits[0], pair);
        problem.Write(parsed, terminal, report.WriteCsv, report.WriteJson, screen => report.Show(screen, level));
        return Program.Done;
    }

    ModelText[] TextsOf(ParseResult parsed, Case? spec)
    {
        string? common = spec is null ? problem.Data.FormulaOf(parsed) : spec.Model.Formula;
        string[] families = parsed.GetValue(problem.Data.Family)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        ModelText[] texts = [.. families.Select(name => new ModelText(name, common)), .. parsed.GetValue(models)!.Select(text => Own(text, common))];
        if (texts.Length < 2)
            throw new BadInput("Two models or more are compared: --family gamma,weibull or --model \"FAMILY: y ~ x\", which may be repeated.");
        foreach (var text in texts)
            FamiliesCommand.Find(text.Family);
        return texts.GroupBy(t => t).FirstOrDefault(g => g.Count() > 1) is { Key: var twice }
            ? throw new BadInput($"{twice.Family} is to be compared with itself; every model is needed once.") : texts;
    }

    static ModelText Own(string text, string? common)
    {
        int colon = text.IndexOf(':'), tilde = text.IndexOf('~');
        return colon > 0 && colon < tilde ? new(text[..colon].Trim(), text[(colon + 1)..].Trim()) : new(text.Trim(), common);
    }

    (int, int)? PairOf(ParseResult parsed, int count)
    {
        if (parsed.GetValue(vuong) is not { } text)
            return null;
        int[] places = [.. text.Split(',').Select(t => int.TryParse(t, out int place) ? place : 0)];
        return places is [var i, var j] && i != j && places.All(p => p >= 1 && p <= count) ? (i - 1, j - 1)
            : throw new BadInput($"--vuong {text}: two different numbers from 1 to {count} are needed, such as 1,2.");
    }

    /// <summary>The names of the models: their families, and with formulas of their own these too.</summary>
    string[] Labels(ParseResult parsed, ModelText[] texts) =>
        [.. texts.Select((text, i) => i >= texts.Length - parsed.GetValue(models)!.Length && text.Formula is { } formula ? $"{text.Family}: {formula}" : text.Family)];
}
