using System.Security.Cryptography;
using System.Text;
using Mle.Runner.Commands;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Runner.Studies;

/// <summary>A study as it is written in YAML; study.schema.json describes the keys.</summary>
/// <param name="Populations">What each cell's data are drawn from.</param>
sealed record StudyFile(Study Study, IReadOnlyList<Population> Populations)
{
    /// <summary>Of the format: part of every fingerprint, because the same text may come to mean something else.</summary>
    const int Version = 1;

    const string What = "a study";

    /// <summary>Values fitted in a block, where none is asked for: a second's work or so.</summary>
    const double BlockValues = 4e6;

    /// <inheritdoc cref="Open"/>
    public static Study Read(string path) => Open(path).Study;

    /// <exception cref="BadInput">It is no study, with line and column.</exception>
    public static StudyFile Open(string path)
    {
        var root = Yaml.Load(path);
        root.AsSection(What, StudyKeys.Study);
        root.Needed(What, "data");
        return new Reader(root, Path.GetDirectoryName(Path.GetFullPath(path))!).Read();
    }

    sealed class Reader(Mapping root, string folder)
    {
        readonly ulong seed = (ulong)(root["seed"]?.AsWhole("seed", 0, 1L << 53) ?? 1);
        readonly Yaml? estimands = root["estimands"];

        public StudyFile Read()
        {
            var settings = Grid.Of(root);
            var made = settings.Select(CellOf).ToArray();
            long replicates = (long)root.Needed(What, "replicates").AsWhole("replicates", 1, uint.MaxValue);
            var methods = MethodsOf(made.Select(m => m.Cell));
            var bootstrap = BootstrapOf();
            double perReplicate = made.Max(m => (double)m.Cell.Scenario.Length) * (methods.Any(m => m.Kind >= IntervalKind.Normal) ? 1 + bootstrap.Replicates : 1);
            long block = (long?)root["block"]?.AsWhole("block", 1, int.MaxValue) ?? (long)Math.Clamp(BlockValues / perReplicate, 100, 65536);
            var study = new Study(root["name"]?.AsText("name") ?? Path.GetFileNameWithoutExtension(root.At.File), [], seed, [.. made.Select(m => m.Cell)], replicates)
            {
                Methods = methods,
                Levels = LevelsOf(),
                Bootstrap = bootstrap,
                CommonRandomNumbers = root["common-random-numbers"]?.AsFlag("common-random-numbers") ?? false,
                HalfWidth = root["half-width"]?.AsNumber("half-width", "a number between 0 and 0.5", v => v is > 0 and < 0.5) ?? double.NaN,
                BlockSize = (int)Math.Min(block, replicates),
            };
            (root["intervals"] ?? root).Explain(() =>
            {
                Block.Check(study);
                return study;
            });
            return new(study with { Fingerprint = Fingerprint(study, settings, [.. made.Select(m => m.Design)]) }, [.. made.Select(m => m.Population)]);
        }

        /// <summary>Every value that results depend on, in one order and one notation.</summary>
        byte[] Fingerprint(Study study, IReadOnlyList<Setting> settings, IReadOnlyList<string?> designs)
        {
            var text = new StringBuilder($"mle study {Version}\n{study.Seed} {study.Replicates} {study.BlockSize} {Number.Text(study.HalfWidth)} {study.CommonRandomNumbers}\n");
            text.AppendJoin(' ', study.Methods.Select(m => m.Name)).Append('\n');
            text.AppendJoin(' ', study.Levels.Select(Number.Text)).Append('\n');
            text.Append($"{study.Bootstrap.Replicates} {study.Bootstrap.Kind}\n{estimands?.Canonical}\n");
            foreach (var setting in settings)
                text.Append($"{setting.Data.Canonical} {setting.Fit?.Canonical}\n");
            foreach (string design in designs.OfType<string>().Distinct())
                text.Append(design);
            return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        }

        (Cell Cell, Population Population, string? Design) CellOf(Setting setting)
        {
            var data = new DataSection(setting.Data, folder, seed);
            var population = data.Read();
            var scenario = population.Scenario;
            var fit = setting.Fit;
            Family fitted = fit?["family"] is { } name ? FamiliesCommand.Find(name.OneOf("fit.family", StudyKeys.Families)) : scenario.Family;
            foreach (string parameter in scenario.Predictors.Keys)
                if (fitted.Info.Parameters.All(p => p.Name != parameter))
                    throw fit!["family"]!.Refuse($"{fitted.Name} has no parameter {parameter}, which the data's formula is for");
            if (!fitted.IsDistribution && scenario.Predictors.Count == 0)
                throw fit!["family"]!.Refuse($"{fitted.Name} is a model of rows; the data have no formula");
            if (Prediction.Of(fitted).TakesTrials != Prediction.Of(scenario.Family).TakesTrials)
                throw fit!["family"]!.Refuse($"{scenario.Family.Name} and {fitted.Name} do not both have trials");
            var reported = Reported.Of(fitted, scenario.Predictors, scenario.Length);
            var options = new FitOptions { Fixed = FixedOf(fit?["fixed"], reported) };
            var target = fit?["target"];
            target?.OneOf("fit.target", StudyKeys.Targets);
            var truth = new Truth(population, fitted, reported, options, target);
            return (new(setting.Settings, scenario, fitted, options, EstimandsOf(truth)), population, data.DesignText);
        }

        static Dictionary<string, double> FixedOf(Yaml? section, Reported reported)
        {
            if (section is null)
                return [];
            var map = section.AsMap("fixed", "such as {scale: 2}");
            var values = map.Entries.ToDictionary(e => e.Key, e => e.Value.AsNumber(e.Key));
            foreach (var entry in map.Entries)
                reported.Check(entry.Key, values[entry.Key], (_, why) => entry.At.Refuse(why));
            return values.Count < reported.Parameters.Count ? values : throw section.Refuse("all parameters are fixed; nothing is left to estimate");
        }

        Estimand[] EstimandsOf(Truth truth)
        {
            if (estimands is null)
                return [.. truth.Free.Select(truth.Parameter)];
            Estimand[] made = [.. estimands.AsList("estimands").Select(one => EstimandOf(one, truth))];
            return made.GroupBy(e => e.Name).FirstOrDefault(g => g.Count() > 1) is { } twice ? throw estimands.Refuse($"two estimands are called {twice.Key}") : made;
        }

        static Estimand EstimandOf(Yaml one, Truth truth)
        {
            if (one is not Mapping)
                return truth.Function(one, null, null, double.NaN);
            var section = one.AsSection("an estimand", StudyKeys.Estimand);
            return truth.Function(section.Needed("an estimand", "of"), section["name"]?.AsText("name"), section["truth"], section["null"]?.AsNumber("null") ?? double.NaN);
        }

        Method[] MethodsOf(IEnumerable<Cell> cells)
        {
            if (root["intervals"] is not { } given)
                return [new(IntervalKind.Wald)];
            var listed = given.AsList("intervals");
            var made = new List<Method>();
            foreach (var one in listed)
            {
                string name = one.OneOf("an interval", StudyKeys.Intervals);
                if (name == StudyKeys.Wilson && cells.FirstOrDefault(c => c.Fitted.Name is not ("binomial" or "bernoulli")) is { } other)
                    throw one.Refuse($"wilson is for binomial and bernoulli, and {other.Fitted.Name} is fitted");
                string[] parts = (name == StudyKeys.Wilson ? "score" : name).Split(':');
                var method = new Method(Enum.Parse<IntervalKind>(parts[0], ignoreCase: true), parts.Length > 1 ? Enum.Parse<Link>(parts[1], ignoreCase: true) : Link.Identity);
                if (made.Contains(method))
                    throw one.Refuse($"the interval {name} is there twice");
                made.Add(method);
            }
            return [.. made];
        }

        double[] LevelsOf()
        {
            if (root["levels"] is not { } given)
                return [0.95];
            double[] made = [.. given.AsList("levels").Select(one => one.AsNumber("a level", "a number between 0 and 1", v => v is > 0 and < 1))];
            return made.Distinct().Count() == made.Length ? made : throw given.Refuse("a level is there twice");
        }

        BootstrapPlan BootstrapOf()
        {
            var section = root["bootstrap"]?.AsSection("bootstrap", StudyKeys.Bootstrap);
            return new(
                (int)(section?["replicates"]?.AsWhole("replicates", 2, 1_000_000) ?? 999), seed,
                section?["kind"] is { } kind ? Enum.Parse<BootstrapKind>(kind.OneOf("kind", StudyKeys.Resampling), ignoreCase: true) : BootstrapKind.Nonparametric);
        }
    }
}
