using System.Runtime.CompilerServices;
using System.Text;
using Mle.Runner;
using Xunit.Abstractions;

namespace Mle.Gpu.Tests;

/// <summary>The published reference set, through the command and the teams that an engine chooses by itself.</summary>
[Collection(Devices.Name)]
public class ReferenceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Accelerators => Devices.Accelerators;

    static string Cases([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../Mle.Tests/data/reference/cases.json"));

    [Theory, MemberData(nameof(Accelerators))]
    public void Every_reference_case_passes(string accelerator)
    {
        var (report, errors) = (new MemoryStream(), new MemoryStream());
        int code;
        using (var terminal = new Terminal(Stream.Null, report, errors))
            code = Program.Run(["check", Cases(), "--engine", accelerator], terminal);
        string text = Encoding.UTF8.GetString(report.ToArray());
        output.WriteLine(text + Encoding.UTF8.GetString(errors.ToArray()));
        Assert.Equal(0, code);
        Assert.EndsWith(" passed, 0 failed, 0 skipped\n", text);
    }
}
