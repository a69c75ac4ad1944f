using System.Globalization;
using System.Text;
using System.Text.Json;
using Mle.Runner.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mle.Runner.Studies;

/// <summary>Where something stands in a file, both counted from 1.</summary>
readonly record struct Place(string File, long Line, long Column)
{
    public Place(string file, Mark mark) : this(file, mark.Line, mark.Column)
    {
    }

    public BadInput Refuse(string why) => new($"{File}, line {Line}, column {Column}: {why}.");
}

/// <summary>A piece of a YAML file that knows its place, so that whatever is wrong with it is said with line and column.</summary>
abstract record Yaml(Place At)
{
    /// <summary>Deeper nesting is no study, and would exhaust the stack.</summary>
    const int Deepest = 20;

    /// <summary>The file as a whole: one document that is a mapping.</summary>
    public static Mapping Load(string path)
    {
        try
        {
            using var text = new StringReader(InputFile.Text(path));
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw new BadInput($"{path} is empty.");
            parser.Consume<DocumentStart>();
            var root = Read(parser, path, 0);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
                throw new Place(path, second.Start).Refuse("a second document begins; a file holds one");
            return root as Mapping ?? throw root.Refuse($"a mapping of keys is needed, not {root.Kind}");
        }
        catch (YamlException e)
        {
            throw new Place(path, e.Start).Refuse($"this is not YAML: {e.Message.TrimEnd('.')}");
        }
    }

    static Yaml Read(IParser parser, string file, int depth)
    {
        var at = new Place(file, parser.Current!.Start);
        if (depth > Deepest)
            throw at.Refuse($"nested deeper than {Deepest}");
        if (parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
            return new Scalar(at, scalar.Value, scalar.Style != ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<Yaml>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Read(parser, file, depth + 1));
            return new Sequence(at, items);
        }
        if (!parser.TryConsume<MappingStart>(out _))
            throw at.Refuse("aliases are not read; write it out");
        var fields = new List<Entry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Read(parser, file, depth + 1) as Scalar ?? throw at.Refuse("a key must be a word");
            if (fields.Any(f => f.Key == key.Text))
                throw key.Refuse($"'{key.Text}' is there twice");
            fields.Add(new(key.Text, key.At, Read(parser, file, depth + 1)));
        }
        return new Mapping(at, fields);
    }

    /// <summary>What it is, in words.</summary>
    public abstract string Kind { get; }

    /// <summary>The same for everything that means the same: one line, keys in order, numbers by their shortest digits.</summary>
    public abstract string Canonical { get; }

    public BadInput Refuse(string why) => At.Refuse(why);

    /// <summary>What is wrong with the meaning of a text, with the place where it stands.</summary>
    public T Explain<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is BadInput or ArgumentException)
        {
            throw Refuse(e.Message.TrimEnd('.'));
        }
    }

    /// <summary>The elements of a list, of which there is at least one; what is no list is its only element.</summary>
    public IReadOnlyList<Yaml> AsList(string what) => this switch
    {
        Sequence { Items: [] } => throw Refuse($"{what} is an empty list"),
        Sequence list => list.Items,
        _ => [this],
    };

    /// <summary>A mapping whose keys are all known.</summary>
    public Mapping AsSection(string what, IReadOnlyList<string> known)
    {
        var map = AsMap(what, $"with {string.Join(", ", known)}");
        foreach (var field in map.Entries)
            if (!known.Contains(field.Key))
                throw field.At.Refuse($"'{field.Key}' is no key of {what}; there are {string.Join(", ", known)}{DidYouMean(field.Key, known)}");
        return map;
    }

    /// <summary>A mapping whose keys are names.</summary>
    public Mapping AsMap(string what, string needed) => this as Mapping ?? throw Refuse($"{what} must be a mapping {needed}, not {Kind}");

    public string AsText(string what) => this is Scalar scalar ? scalar.Text : throw Refuse($"{what} must be a text, not {Kind}");

    public string OneOf(string what, IReadOnlyList<string> allowed) => AsText(what) is var text && allowed.Contains(text) ? text
        : throw Refuse($"{what} must be one of {string.Join(", ", allowed)}, not '{text}'{DidYouMean(text, allowed)}");

    public bool AsFlag(string what) => this is Scalar { Quoted: false, Text: "true" or "false" } flag ? flag.Text == "true"
        : throw Refuse($"{what} must be true or false, not {Kind}");

    /// <param name="needed">In words, such as "a number between 0 and 1".</param>
    public double AsNumber(string what, string needed, Func<double, bool> allowed) => this is Scalar { Value: { } value } && allowed(value) ? value
        : throw Refuse($"{what} must be {needed}, not {Kind}");

    public double AsNumber(string what) => AsNumber(what, "a finite number", _ => true);

    public double AsWhole(string what, double least, double most) =>
        AsNumber(what, $"a whole number from {Number.Text(least)} {(double.IsInfinity(most) ? "on" : $"to {Number.Text(most)}")}",
            value => value >= least && value <= most && value == Math.Floor(value));

    /// <summary>Half a sentence about the known word that is closest, where one is close.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known)
    {
        string? closest = known.MinBy(one => Distance(word, one));
        return closest is not null && Distance(word, closest) is var steps && steps <= Math.Max(1, closest.Length / 3) && steps < closest.Length ? $"; did you mean '{closest}'?" : "";
    }

    /// <summary>Levenshtein's, with neighbours that changed places as one step.</summary>
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}

/// <summary>A number, a word or a text.</summary>
/// <param name="Quoted">Whether it is a text whatever it looks like.</param>
sealed record Scalar(Place At, string Text, bool Quoted) : Yaml(At)
{
    /// <summary>Null where it is none, or not finite.</summary>
    public double? Value =>
        !Quoted && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    public override string Kind => Quoted ? $"the text \"{Text}\"" : Text.Length == 0 ? "nothing" : $"'{Text}'";

    public override string Canonical => Value is { } value ? Number.Text(value == 0 ? 0 : value) : JsonSerializer.Serialize(Text);
}

sealed record Sequence(Place At, IReadOnlyList<Yaml> Items) : Yaml(At)
{
    public override string Kind => "a list";

    public override string Canonical => $"[{string.Join(", ", Items.Select(item => item.Canonical))}]";
}

/// <param name="At">Of the key.</param>
sealed record Entry(string Key, Place At, Yaml Value);

sealed record Mapping(Place At, IReadOnlyList<Entry> Entries) : Yaml(At)
{
    public override string Kind => "a mapping";

    public override string Canonical =>
        $"{{{string.Join(", ", Entries.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{JsonSerializer.Serialize(f.Key)}: {f.Value.Canonical}"))}}}";

    public Yaml? this[string key] => Entries.FirstOrDefault(f => f.Key == key)?.Value;

    public Yaml Needed(string what, string key) => this[key] ?? throw Refuse($"{what} needs the key '{key}'");

    /// <summary>The same with another value, in its place or at the end.</summary>
    public Mapping With(string key, Yaml value) => this with
    {
        Entries = this[key] is null ? [.. Entries, new(key, value.At, value)] : [.. Entries.Select(f => f.Key == key ? f with { Value = value } : f)],
    };
}
