using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mle.Tests;

/// <summary>Design §2 as a test: dependencies point one way, and kernel code stays legal for kernels.</summary>
public partial class LayerTests
{
    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    static readonly string[] Layers = ["Numerics", "Fitting", "Families"];

    static IEnumerable<(string File, string Code)> Sources(string layer) =>
        Directory.EnumerateFiles(Path.Combine(Root(), "src", "Mle.Core", layer), "*.cs", SearchOption.AllDirectories).Order()
            .Select(f => (Path.GetRelativePath(Root(), f), Strip(File.ReadAllText(f))));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|@""(?:[^""]|"""")*""|""(?:\\.|[^""\\\n])*""|'(?:\\.|[^'\\])'", RegexOptions.Singleline)]
    private static partial Regex CommentsAndLiterals();

    /// <summary>Types that stand by themselves: nested ones are their owner's affair.</summary>
    [GeneratedRegex(@"^(?:\w+ )*(?:class|struct|interface|enum|record(?: class| struct)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    static string Strip(string code) => CommentsAndLiterals().Replace(code, "\"\"");

    static HashSet<string> Declared(string layer) =>
        [.. Sources(layer).SelectMany(s => Declaration().Matches(s.Code).Select(m => m.Groups[1].Value))];

    [Theory]
    [InlineData("Numerics")]
    [InlineData("Fitting")]
    public void A_layer_names_no_type_of_a_layer_above_it(string layer)
    {
        int level = Array.IndexOf(Layers, layer);
        // A name that a lower layer declares too (Numerics' Gamma, the gamma family) cannot be told apart by scanning.
        var below = Layers.Take(level + 1).SelectMany(Declared).ToHashSet();
        var above = Layers.Skip(level + 1).SelectMany(Declared).Where(t => !below.Contains(t)).ToHashSet();
        var found = Sources(layer).SelectMany(s => Regex.Matches(s.Code, @"\b\w+\b").Select(m => m.Value).Where(above.Contains).Distinct()
            .Select(type => $"{s.File} names {type}")).ToList();
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    /// <summary>What runs on the host only although it lives beside kernel code.</summary>
    static readonly HashSet<string> HostTypes = ["FitOptions", "Given", "Verdict", "Findings", "Family", "FamilyInfo", "Parameter", "Categorical", "Families", "Model"];

    [Theory]
    [InlineData("Numerics")]
    [InlineData("Fitting")]
    [InlineData("Families")]
    public void Kernel_code_has_no_classes_exceptions_or_static_arrays(string layer)
    {
        var found = new List<string>();
        foreach (var (file, code) in Sources(layer))
        {
            var types = Regex.Matches(code, @"\b(static\s+(?:partial\s+)?)?(class|record\s+struct|record|struct|interface)\s+(\w+)").ToList();
            foreach (var type in types)
                if (type.Groups[2].Value is "class" or "record" && !type.Groups[1].Success && !HostTypes.Contains(type.Groups[3].Value))
                    found.Add($"{file}: {type.Value}");
            bool host = types.Where(t => t.Groups[2].Value is "class" or "record").Any(t => HostTypes.Contains(t.Groups[3].Value));
            if (!host && Regex.IsMatch(code, @"\bthrow\b"))
                found.Add($"{file}: throw");
            if (!host && Regex.IsMatch(code, @"\bstatic\s+(?:readonly\s+)?\w+(?:<[^>]*>)?\s*\[\s*\]"))
                found.Add($"{file}: static array");
            if (code.Contains("InlineArray"))
                found.Add($"{file}: InlineArray");
        }
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("Mle.Core")]
    [InlineData("Mle.Cpu", "Mle.Core")]
    public void Projects_reference_only_what_lies_below_them(string project, params string[] below)
    {
        var file = XDocument.Load(Path.Combine(Root(), "src", project, project + ".csproj"));
        Assert.Empty(file.Descendants("PackageReference"));
        Assert.Equal(below, file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))));
    }

    [Theory]
    [InlineData(typeof(Family))]
    [InlineData(typeof(CpuEngine))]
    public void Compiled_engines_need_nothing_but_the_runtime(Type type) =>
        Assert.All(type.Assembly.GetReferencedAssemblies(), a => Assert.Matches("^(System|Mle\\.Core$)", a.Name!));
}
