using System.IO.Compression;
using System.Text.Json;

namespace Mle.Runner.Reading;

/// <summary>A data file as a stream of bytes: plain, gzipped, or standard input.</summary>
static class InputFile
{
    public const string StandardInput = "-";

    // Without it, .NET takes a .gz that ends in the middle for a shorter one.
    static InputFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>How messages name it.</summary>
    public static string Title(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>A file of JSON as a whole.</summary>
    public static JsonDocument Json(string path)
    {
        try
        {
            return JsonDocument.Parse(Text(path));
        }
        catch (JsonException e)
        {
            throw new BadInput($"{path} is not JSON: {e.Message}");
        }
    }

    /// <summary>A file of text as a whole.</summary>
    public static string Text(string path)
    {
        try
        {
            return Directory.Exists(path) ? throw new BadInput($"{path} is a folder; a file is needed.") : File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput($"There is no file {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInput($"{path} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Opens the file, hands it to a reader, and puts what can go wrong with files into a sentence.</summary>
    /// <param name="read">Gets the bytes and a measure of how far the file has been read.</param>
    public static T Read<T>(string path, Terminal terminal, Func<Stream, Action, T> read)
    {
        try
        {
            if (path == StandardInput)
                return read(terminal.In, terminal.Interrupted.ThrowIfCancellationRequested);
            if (Directory.Exists(path))
                throw new BadInput($"{path} is a folder; a file is needed.");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            bool gzipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            if (file.Length == 0)
                throw new BadInput($"{path} is empty.");
            file.Position = 0;
            using var bytes = gzipped ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            using var progress = new Progress(terminal, "read", "MB", file.Length >> 20);
            return read(bytes, () =>
            {
                terminal.Interrupted.ThrowIfCancellationRequested();
                progress.Report(file.Position >> 20);
            });
        }
        catch (InvalidDataException e)
        {
            throw new BadInput($"{Title(path)} is not a complete .gz file: {e.Message.TrimEnd('.')}.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput($"There is no file {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInput($"{Title(path)} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }
}
