namespace Mle.Runner.Studies;

/// <summary>The sections of a study that differ from cell to cell, resolved for one cell.</summary>
/// <param name="Settings">What tells it from the others: "n" → "50".</param>
sealed record Setting(Mapping Data, Mapping? Fit, IReadOnlyDictionary<string, string> Settings);

/// <summary>
/// The cells of a study file. Every list within data or fit stands for alternatives, and all of them are combined, the last list
/// running fastest; a listed cell takes some values of its own, of which lists again are alternatives.
/// </summary>
static class Grid
{
    /// <summary>More are a mistake, such as a list of data in the place of one of settings.</summary>
    const int Most = 100_000;

    /// <summary>Whose lists are no alternatives.</summary>
    const string Exempt = "data.predictors";

    public static IReadOnlyList<Setting> Of(Mapping study)
    {
        var sections = new Mapping(study.At, [.. study.Entries.Where(f => f.Key is "data" or "fit")]);
        var varied = new Dictionary<string, string[]>();
        var trees = new List<Mapping>();
        foreach (var start in Starts(study, sections, varied))
            foreach (var tree in Expand(start, varied))
            {
                if (trees.Count == Most)
                    throw study.Refuse($"the lists in data and fit make more than {Most} cells");
                trees.Add(tree);
            }
        return [.. trees.Select(tree => new Setting(Section(tree, "data", StudyKeys.Data)!, Section(tree, "fit", StudyKeys.Fit), Settings(tree, varied)))];
    }

    static Mapping? Section(Mapping tree, string name, IReadOnlyList<string> keys) => tree[name]?.AsSection(name, keys);

    static string Name(IEnumerable<string> path) => string.Join('.', path);

    static bool Ends(string path, string end) => path == end || path.EndsWith("." + end);

    static IEnumerable<Mapping> Starts(Mapping study, Mapping sections, Dictionary<string, string[]> varied)
    {
        if (study["cells"] is not { } cells)
        {
            yield return sections;
            yield break;
        }
        foreach (var cell in cells.AsList("cells"))
        {
            var start = sections;
            foreach (var field in cell.AsMap("a cell", "of settings, such as {n: 10, shape: 2}").Entries)
            {
                string[] path = Resolve(sections, field);
                varied.TryAdd(Name(path), path);
                start = Replace(start, path, field.Value);
            }
            yield return start;
        }
    }

    /// <summary>The path that a cell's key is short for: it ends with it, and no other does.</summary>
    static string[] Resolve(Mapping sections, Entry field)
    {
        string[][] all = [.. Paths(sections, [])], meant = [.. all.Where(path => Ends(Name(path), field.Key))];
        if (meant.Length == 0)
            meant = [.. StudyKeys.Data.Select(key => new[] { "data", key }).Concat(StudyKeys.Fit.Select(key => new[] { "fit", key })).Where(path => Ends(Name(path), field.Key))];
        return meant switch
        {
            [var one] => one,
            [] => throw field.At.Refuse($"'{field.Key}' is no setting of data or fit; there are {string.Join(", ", all.Select(Name))}{Yaml.DidYouMean(field.Key, all.Select(path => path[^1]))}"),
            _ => throw field.At.Refuse($"'{field.Key}' may be {string.Join(" or ", meant.Select(Name))}; write which"),
        };
    }

    static IEnumerable<string[]> Paths(Mapping map, string[] before) => map.Entries.SelectMany(f =>
        (before.Length > 0 ? [[.. before, f.Key]] : Array.Empty<string[]>()).Concat(f.Value is Mapping inner ? Paths(inner, [.. before, f.Key]) : []));

    static IEnumerable<Mapping> Expand(Mapping tree, Dictionary<string, string[]> varied)
    {
        if (FirstList(tree, []) is not var (path, list))
        {
            yield return tree;
            yield break;
        }
        varied.TryAdd(Name(path), path);
        foreach (var item in list.AsList(Name(path)))
            foreach (var made in Expand(Replace(tree, path, item), varied))
                yield return made;
    }

    static (string[] Path, Yaml List)? FirstList(Mapping map, string[] before)
    {
        foreach (var field in map.Entries)
        {
            string[] path = [.. before, field.Key];
            if (field.Value is Sequence)
                return (path, field.Value);
            if (field.Value is Mapping inner && Name(path) != Exempt && FirstList(inner, path) is { } found)
                return found;
        }
        return null;
    }

    static Mapping Replace(Mapping map, ReadOnlySpan<string> path, Yaml by) => map.With(path[0],
        path.Length == 1 ? by : Replace(map[path[0]] as Mapping ?? new Mapping(by.At, []), path[1..], by));

    /// <summary>By the shortest ends of their paths that tell them apart.</summary>
    static Dictionary<string, string> Settings(Mapping tree, Dictionary<string, string[]> varied)
    {
        var made = new Dictionary<string, string>();
        foreach (var (whole, path) in varied)
        {
            string name = Enumerable.Range(1, path.Length).Select(k => Name(path[^k..])).First(end => end == whole || varied.Keys.Count(other => Ends(other, end)) == 1);
            Yaml? value = path.Aggregate((Yaml?)tree, (node, word) => (node as Mapping)?[word]);
            if (value is not null)
                made[name] = value is Scalar scalar ? scalar.Text : value.Canonical.Replace("\"", "");
        }
        return made;
    }
}
