using System.CommandLine;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;
using Mle.Runner.Studies;

namespace Mle.Runner.Commands;

/// <summary>Writes data sets drawn from a family.</summary>
sealed class SimulateCommand : Verb
{
    readonly Option<string?> family = new("--family", "-f") { Description = "what to draw from; mle families lists them", HelpName = "NAME" };
    readonly Option<string[]> parameters = new("--parameters")
    {
        Description = "the value of every parameter, or coefficient by R's name; may be repeated",
        HelpName = "p=v,…",
        DefaultValueFactory = _ => [],
    };
    readonly Option<int?> length = Syntax.Whole("--n", 1, "observations of a data set");
    readonly Option<int?> replicates = Syntax.Whole("--replicates", 1, "data sets; 1 otherwise");
    readonly Option<string?> seed = new("--seed") { Description = "of the random numbers; 1 otherwise: the same seed gives the same data", HelpName = "N" };
    readonly Option<int?> trials = Syntax.Whole("--trials", 1, "of every observation, for families of trials");
    readonly Option<string?> above = new("--censor-above") { Description = "values above this are only known to be larger", HelpName = "V" };
    readonly Option<string?> below = new("--censor-below") { Description = "values up to this are only known to be no larger", HelpName = "V" };
    readonly Option<string?> truncate = new("--truncate") { Description = "only values between these are seen; either may be left out", HelpName = "a,b" };
    readonly Option<string?> formula = new("--formula") { Description = "what the family's first parameter depends on, as R has it", HelpName = "\"~ x\"" };
    readonly Option<string?> design = new("--design") { Description = "the CSV file of the predictors, one observation for every row", HelpName = "FILE" };
    readonly Option<string?> output = new("--out") { Description = "write here: .csv, or for plain samples .npy or raw .f64; standard output otherwise", HelpName = "FILE" };
    readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no logs" };

    readonly Terminal terminal;

    public SimulateCommand(Terminal terminal) : base(
        "simulate", "Write data sets drawn from a family, as mle fit reads them.",
        """
        mle simulate -f weibull --parameters shape=1.5,scale=2 --n 100 --out x.csv
        mle simulate -f normal --parameters mu=0,sigma=1 --n 9 | mle fit - -f normal
        """)
    {
        this.terminal = terminal;
        family.CompletionSources.Add(StudyKeys.Families);
        foreach (Option option in new Option[] { family, parameters, length, replicates, seed, trials, above, below, truncate, formula, design, output, quiet })
            Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        ulong number = Syntax.Seed(parsed.GetValue(seed));
        var population = PopulationOf(parsed);
        long count = parsed.GetValue(replicates) ?? 1;
        string? path = parsed.GetValue(output);
        var file = new GeneratedFile(population, (first, some) => new(population.Scenario, number, 0, first, some), count, terminal.Interrupted);
        file.Check(path);
        using var progress = parsed.GetValue(quiet) ? null : new Progress(terminal, "drew", "replicates", count);
        if (path is not null)
            file.Write(path, progress);
        else
        {
            terminal.Out.Flush();
            file.WriteCsv(terminal.Out.BaseStream, progress);
        }
        return Program.Done;
    }

    Population PopulationOf(ParseResult parsed)
    {
        var of = FamiliesCommand.Find(parsed.GetValue(family) ?? throw new BadInput("Say what to draw from: --family NAME; mle families lists them."));
        var formulas = new Dictionary<string, Formula>();
        if (parsed.GetValue(formula) is { } text)
            formulas.Add(of.Info.Primary, Formula.Parse(text));
        string? file = parsed.GetValue(design);
        if (file is null != formulas.Count is 0)
            throw new BadInput("--formula and --design go together.");
        var frame = file is null ? null : DataSection.Written(file);
        if (frame is not null && parsed.GetValue(length) is not null)
            throw new BadInput($"--n goes with plain samples; there are as many observations as {file} has rows.");
        int n = frame?.Rows ?? parsed.GetValue(length) ?? throw new BadInput("Say how many observations to draw: --n N.");
        var values = Syntax.ByParameter(
            "--parameters", parsed.GetValue(parameters)!.SelectMany(Split), of, "a parameter and a finite number, such as shape=2,", Syntax.Finite, coefficients: true);
        var population = Population.Of(of, values, n, parsed.GetValue(trials), formulas, frame, (_, why) => new BadInput($"--parameters: {why}."));
        return population with { Scenario = population.Scenario with { Censoring = CensoringOf(parsed), Truncation = TruncationOf(parsed) } };
    }

    /// <summary>At commas outside of parentheses, which are part of a coefficient's name.</summary>
    static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] != ',' || depth > 0)
                continue;
            yield return text[start..i];
            start = i + 1;
        }
        yield return text[start..];
    }

    Censoring? CensoringOf(ParseResult parsed)
    {
        if (LimitOf(parsed, above) is var high && LimitOf(parsed, below) is var low && (high ?? low) is null)
            return null;
        var made = new Censoring { Above = high ?? double.PositiveInfinity, Below = low ?? double.NegativeInfinity };
        return made.Below < made.Above ? made : throw new BadInput("--censor-below must be less than --censor-above.");
    }

    static double? LimitOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } text ? null
        : Syntax.Finite(text) ?? throw new BadInput($"{option.Name} {text}: a finite number is needed.");

    (double, double) TruncationOf(ParseResult parsed) => parsed.GetValue(truncate) is not { } text ? (double.NegativeInfinity, double.PositiveInfinity)
        : Syntax.Interval(text, ',') ?? throw new BadInput($"--truncate {text}: two limits in their order are needed, such as 0,10 or 3, where one may be left out.");
}
