using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mle.Tests.Studies;

/// <summary>The command as it was built, in a process of its own.</summary>
static class BuiltCommand
{
    public const int SigInt = 2, SigKill = 9, SigTerm = 15;

    public static int SigStop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static int SigCont => OperatingSystem.IsMacOS() ? 19 : 18;

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "mle.dll");

    /// <summary>The host of the runtime that this test runs on.</summary>
    public static string Host { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public static Process Start(params string[] args) => Start(Host, [Assembly, .. args]);

    /// <summary>Another program, with what it writes at hand.</summary>
    public static Process Start(string program, string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Its exit code and what it wrote.</summary>
    public static (int Code, string Out, string Error) End(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Waits until a file is so long, or the process has ended.</summary>
    public static void Await(Process process, string file, long length)
    {
        while ((!File.Exists(file) || new FileInfo(file).Length < length) && !process.WaitForExit(1))
        {
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    public static extern int Signal(int process, int signal);
}
