using System.Text;

namespace Mle.Runner;

/// <summary>Where a command reads and writes: the process's own streams, or a test's.</summary>
public sealed class Terminal(Stream input, Stream output, Stream error) : IDisposable
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public Stream In { get; } = input;

    /// <summary>For data; flushed when the command ends, so that 100,000 lines are not 100,000 writes.</summary>
    public StreamWriter Out { get; } = new(output, Utf8, 1 << 16);

    /// <summary>For logs.</summary>
    public StreamWriter Error { get; } = new(error, Utf8) { AutoFlush = true };

    /// <summary>Whether tables may have colours.</summary>
    public bool Colour { get; init; }

    /// <summary>Whether a line of progress may be overwritten.</summary>
    public bool Live { get; init; }

    public int Width { get; init; } = 80;

    public CancellationToken Interrupted { get; init; }

    /// <summary>
    /// Whether an interruption, and also SIGTERM, is waited for however long it takes: set by work that must come to a place where it
    /// can be gone on with. A second Ctrl-C does not wait.
    /// </summary>
    public bool Patient { get; set; }

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess(CancellationToken interrupted) =>
        new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError())
        {
            Colour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Live = !Console.IsErrorRedirected,
            // A terminal that does not know its width says 0.
            Width = Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 80 : Math.Clamp(Console.WindowWidth, 60, 120),
            Interrupted = interrupted,
        };

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
    }
}
