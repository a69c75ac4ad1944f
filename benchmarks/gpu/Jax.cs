using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mle.Gpu.Benchmarks;

/// <summary>The same fits by JAX, in a process of its own, on the same data.</summary>
static class Jax
{
    static readonly string script = Path.Combine(AppContext.BaseDirectory, "jax_newton.py");

    /// <summary>What jax_newton.py has a Newton iteration for.</summary>
    public static readonly string[] Cases = ["gamma", "weibull", "t4"];

    /// <param name="Device">Such as gpu.</param>
    /// <param name="Sets">Fewer than asked for where memory was too small.</param>
    /// <param name="Seconds">With results left on the device, and fetched: the fastest and the median repeat.</param>
    public sealed record Answer(string Version, string Device, int Sets, double CompileSeconds, int Repeats, double[] Seconds, double[] SecondsFetched);

    /// <summary>Why JAX cannot be used, in words; null when it can.</summary>
    public static string? Missing(TimeSpan limit)
    {
        try
        {
            Python(["-c", "import jax"], limit);
            return null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or TimeoutException)
        {
            return e.Message;
        }
    }

    /// <returns>Also two estimates of each data set, one set after another.</returns>
    public static (Answer Answer, double[] Estimates) Fit(string name, double[] values, int length, double seconds, TimeSpan limit)
    {
        string data = Path.GetTempFileName(), estimates = Path.GetTempFileName();
        try
        {
            using (var file = File.Create(data))
                for (int i = 0; i < values.Length; i += 1 << 24)
                    file.Write(MemoryMarshal.AsBytes(values.AsSpan(i, Math.Min(1 << 24, values.Length - i))));
            string answer = Python([script, name, data, $"{length}", $"{seconds}", estimates], limit);
            return (
                JsonSerializer.Deserialize<Answer>(answer, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!,
                MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(estimates)).ToArray());
        }
        finally
        {
            File.Delete(data);
            File.Delete(estimates);
        }
    }

    static string Python(string[] arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // It would take most of the device's memory at its start.
        start.Environment["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false";
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync();
        var error = python.StandardError.ReadToEndAsync();
        if (!python.WaitForExit(limit > TimeSpan.Zero ? limit : TimeSpan.Zero))
        {
            python.Kill(entireProcessTree: true);
            throw new TimeoutException("no time left");
        }
        if (python.ExitCode != 0)
            throw new InvalidOperationException(error.Result.TrimEnd().Split('\n')[^1]);
        return output.Result;
    }
}
