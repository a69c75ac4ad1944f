using System.ComponentModel;
using System.Diagnostics;

namespace Mle.Gpu;

/// <summary>What the driver of NVIDIA's devices says of them while they work, through NVML's command.</summary>
static class Nvidia
{
    /// <summary>The properties of all devices, a line for each after the headers; null where there is no such driver.</summary>
    /// <param name="busy">Called over and over until the answer is there.</param>
    public static string? Ask(string properties, Action busy)
    {
        try
        {
            using var smi = Process.Start(new ProcessStartInfo("nvidia-smi", [$"--query-gpu={properties}", "--format=csv"]) { RedirectStandardOutput = true })!;
            var answer = smi.StandardOutput.ReadToEndAsync();
            while (!answer.IsCompleted)
                busy();
            smi.WaitForExit();
            return smi.ExitCode == 0 ? answer.Result.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
