namespace Mle.Runner.Reporting;

/// <summary>An output file that appears whole or not at all: written beside its place and renamed.</summary>
static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string beside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure($"{path} cannot be written: {e.Message.TrimEnd('.')}.");
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
