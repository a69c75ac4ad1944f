using System.CommandLine;
using System.CommandLine.Parsing;
using Mle.Runner.Reading;

namespace Mle.Runner.Commands;

/// <summary>The options that name the data, the family and the engine: the same for every command that computes.</summary>
/// <param name="models">Whether rows may have models: formulas, censoring, truncation, sampling weights.</param>
sealed class DataOptions(bool models)
{
    static readonly string[] Formats = ["csv", "npy", "f64"];

    public readonly Argument<string?> File = new("FILE")
    {
        Description = "CSV (also .gz), NumPy .npy or raw float64; - is standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public readonly Option<string> Family = new("--family", "-f") { Description = "what to fit; mle families lists them", HelpName = "NAME" };
    public readonly Option<string> Value = Column("--value", "the column of the observations");
    public readonly Option<string> By = Column("--by", "fit each group of rows with the same text here by itself");
    public readonly Option<string> Weights = Column("--weights", "weights that multiply each log-density");
    public readonly Option<string> Count = Column("--count", "how often each row was observed (the same as weights)");
    public readonly Option<string> Trials = Column("--trials", "binomial trials");
    public readonly Option<string[]> Fix = new("--fix") { Description = "hold a parameter at a value; may be repeated", HelpName = "p=v", DefaultValueFactory = _ => [] };
    public readonly Option<string> Format = Syntax.OneOf("--format", Formats, "how to read FILE; the ending decides otherwise, csv for standard input");
    public readonly Option<int?> Length = Syntax.Whole("--length", 1, "observations in each data set of a vector or a raw file");
    /// <summary>For commands that say how sure estimates are: these add it.</summary>
    public readonly Option<string> Cluster = Column("--cluster", "rows with the same text here are not independent: standard errors are a clustered sandwich's");

    /// <summary>For commands that resample.</summary>
    public readonly Option<string> Strata = Column("--strata", "rows with the same text here are resampled by themselves");
    public readonly Option<string> Engine = Syntax.Engine();
    public readonly Option<int?> Threads = Syntax.Whole("--threads", 1, "processor threads; all of them otherwise, with the same answer");

    readonly ModelOptions model = new();

    public void AddTo(Command command)
    {
        Family.CompletionSources.Add([.. FamiliesCommand.All.Select(f => f.Name)]);
        command.Add(File);
        foreach (Option option in new Option[] { Family, Value, By, Weights, Count, Trials, Fix, Format, Length, Engine, Threads })
            command.Add(option);
        if (models)
            model.AddTo(command);
    }

    static Option<string> Column(string name, string description) => new(name) { Description = description, HelpName = "COL" };

    /// <summary>The model that --family and --formula name.</summary>
    public ModelText ModelOf(ParseResult parsed) => new(
        parsed.GetValue(Family) ?? throw new BadInput("Say which family to fit: --family NAME; mle families lists them."), model.FormulaOf(parsed));

    public string? FormulaOf(ParseResult parsed) => model.FormulaOf(parsed);

    /// <summary>Checks what can be checked before a byte is read, so that a typing mistake costs no time.</summary>
    public void Check(ParseResult parsed)
    {
        CheckFile(parsed);
        Check(parsed, ModelOf(parsed));
    }

    public void CheckFile(ParseResult parsed)
    {
        if (parsed.GetValue(File) is null)
            throw new BadInput($"Say which file to read: mle {parsed.CommandResult.Command.Name} FILE --family NAME --value COL.");
    }

    /// <summary>The same for one of several models.</summary>
    public void Check(ParseResult parsed, ModelText text)
    {
        string name = text.Family;
        if (FamiliesCommand.Find(name) is { IsDistribution: false } && !models && name != Categorical)
            throw new BadInput($"{name} is a model of rows with predictors, which mle {parsed.CommandResult.Command.Name} does not know; mle fit does.");
        if (parsed.GetValue(Weights) is not null && parsed.GetValue(Count) is not null)
            throw new BadInput("--weights and --count say the same; one of them is needed.");
        CheckTrials(parsed, name);
        if (FormatOf(parsed) == "csv")
        {
            if (parsed.GetValue(Length) is not null)
                throw new BadInput("--length goes with .npy and raw files; --by COL makes the groups of a CSV file.");
            var family = Named(parsed, text);
            model.Check(parsed, text, RolesOf(parsed, text), family);
            return;
        }
        foreach (var option in new[] { Value, By, Weights, Count, Trials, Cluster, Strata })
            if (parsed.GetValue(option) is not null)
                throw new BadInput($"{option.Name} names a column of a CSV file, but {parsed.GetValue(File)} is read as {FormatOf(parsed)}.");
        if (model.Given(parsed) is { } given)
            throw new BadInput($"{given} goes with a CSV file, but {parsed.GetValue(File)} is read as {FormatOf(parsed)}.");
        if (Named(parsed, text).IsOfCategories())
            throw new BadInput($"The family {name} needs a CSV file, with the categories as text.");
    }

    void CheckTrials(ParseResult parsed, string name)
    {
        bool given = parsed.GetValue(Trials) is not null;
        if (name == "binomial" && !given)
            throw new BadInput("The family binomial needs a column of trials: --trials COL.");
        if (given && name != "binomial" && !TakesTrials(name))
            throw new BadInput($"The family {name} has no trials; --trials goes with binomial and its regressions.");
    }

    static bool TakesTrials(string name) => name is "logistic_regression" or "probit_regression" or "cloglog_regression";

    public Dataset Read(ParseResult parsed, Terminal terminal) => Read(parsed, terminal, [ModelOf(parsed)])[0];

    /// <summary>The same rows for each of several models, read once.</summary>
    public Dataset[] Read(ParseResult parsed, Terminal terminal, IReadOnlyList<ModelText> texts)
    {
        string file = parsed.GetValue(File)!;
        return FormatOf(parsed) switch
        {
            "npy" => [.. Enumerable.Repeat(NpyFile.Read(file, parsed.GetValue(Length), terminal), texts.Count)],
            "f64" => [.. Enumerable.Repeat(RawFile.Read(file, parsed.GetValue(Length), terminal), texts.Count)],
            _ => CsvFile.ReadAll(file, [.. texts.Select(text => RolesOf(parsed, text))], terminal),
        };
    }

    Roles RolesOf(ParseResult parsed, ModelText text)
    {
        var family = Named(parsed, text);
        return model.Complete(parsed, text, new(
            parsed.GetValue(Value), parsed.GetValue(By), parsed.GetValue(Weights) ?? parsed.GetValue(Count), parsed.GetValue(Trials),
            family.Name == Categorical)
        {
            Cluster = parsed.GetValue(Cluster),
            Strata = parsed.GetValue(Strata),
        }, family);
    }

    const string Categorical = "categorical";

    /// <summary>The family, before the data have shown the categories of one that has any.</summary>
    Family Named(ParseResult parsed, ModelText text) => FamiliesCommand.Find(model.FamilyName(parsed, text));

    /// <summary>The family, with the categories of the data.</summary>
    public Family FamilyOf(ParseResult parsed, Dataset data) => FamilyOf(parsed, ModelOf(parsed), data);

    public Family FamilyOf(ParseResult parsed, ModelText text, Dataset data) => FamiliesCommand.Find(Named(parsed, text).Name, data.Categories);

    public IReadOnlyDictionary<string, double> Known(ParseResult parsed, Family family, Dataset data) => Syntax.ByParameter(
        "--fix", parsed.GetValue(Fix)!, family, "a parameter and a finite number, such as mu=0,", Syntax.Finite, data.HasCoefficients(family));

    string FormatOf(ParseResult parsed)
    {
        string name = parsed.GetValue(File)!;
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return parsed.GetValue(Format) ?? Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".npy" => "npy",
            ".f64" => "f64",
            _ => "csv",
        };
    }
}
