using System.Diagnostics;
using System.Globalization;

namespace Mle.Runner;

/// <summary>
/// Rate and time left of long work, on the error stream: one line that is overwritten on a terminal, a new line now and
/// then otherwise. Work that is done within the first interval says nothing.
/// </summary>
class Progress(Terminal terminal, string verb, string unit, long total) : IProgress<long>, IDisposable
{
    readonly TimeSpan interval = terminal.Live ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(10);
    readonly long started = Stopwatch.GetTimestamp();
    readonly Lock gate = new();
    TimeSpan next = terminal.Live ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10);
    bool shown;

    public void Report(long done)
    {
        lock (gate)
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed < next)
                return;
            next = elapsed + interval;
            string line = Describe(done, elapsed);
            terminal.Error.Write(terminal.Live ? $"\r{line,-78}" : line + "\n");
            shown = true;
        }
    }

    protected virtual string Describe(long done, TimeSpan elapsed) => Line(verb, unit, done, total, elapsed);

    public static string Line(string verb, string unit, long done, long total, TimeSpan elapsed)
    {
        double rate = done / elapsed.TotalSeconds;
        string line = string.Create(CultureInfo.InvariantCulture, $"{verb} {done:N0} {unit}, {(rate < 10 ? $"{rate:0.#}" : $"{rate:N0}")} {unit}/s");
        if (total <= 0)
            return line;
        var left = TimeSpan.FromSeconds(rate > 0 ? Math.Ceiling((total - done) / rate) : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{line}, {100.0 * done / total:F0} %, {left:hh\\:mm\\:ss} left");
    }

    public void Dispose()
    {
        if (shown && terminal.Live)
            terminal.Error.Write($"\r{"",-78}\r");
    }
}
