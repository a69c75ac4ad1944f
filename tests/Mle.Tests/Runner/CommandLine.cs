using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Mle.Runner;

namespace Mle.Tests.Runner;

/// <summary>What a command line did.</summary>
sealed record Outcome(int Code, string Out, string Error);

/// <summary>Runs the command in this process, in a folder of its own.</summary>
sealed class CommandLine : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("mle-").FullName;

    // The program sets it before it opens a file; here other tests may have opened one.
    [ModuleInitializer]
    internal static void ReadGzipStrictly() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>The committed part of the reference set.</summary>
    public static string Reference(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../data/reference", name));

    public string At(string name) => Path.Combine(folder, name);

    public string File(string name, string text) => File(name, Encoding.UTF8.GetBytes(text));

    public string File(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public string[] Files() => [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order()];

    public static byte[] Gzip(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    public static Outcome Run(params string[] args) => RunWith([], default, args);

    public static Outcome RunOn(Engines engines, params string[] args) => Run([], default, engines, args);

    public static Outcome RunWith(byte[] input, CancellationToken interrupted, params string[] args) => Run(input, interrupted, Engines.OfMachine, args);

    static Outcome Run(byte[] input, CancellationToken interrupted, Engines engines, string[] args)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        int code;
        using (var terminal = new Terminal(new MemoryStream(input), output, error) { Interrupted = interrupted })
            code = Program.Run(args, terminal, engines);
        return new(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
