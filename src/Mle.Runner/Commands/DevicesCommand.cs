using System.Globalization;
using Mle.Gpu;

namespace Mle.Runner.Commands;

/// <summary>Lists what can compute here, and why what is here cannot.</summary>
sealed class DevicesCommand : Verb
{
    readonly Terminal terminal;

    public DevicesCommand(Terminal terminal) : base("devices", "List what can compute on this machine.", "mle devices")
    {
        this.terminal = terminal;
        SetAction(_ =>
        {
            List();
            return Program.Done;
        });
    }

    void List()
    {
        using var cpu = new CpuEngine();
        Line("cpu", cpu.Description);
        var found = Accelerators.All(out string? missing);
        foreach (var device in found)
        {
            string memory = device.Memory is { } bytes ? string.Create(CultureInfo.InvariantCulture, $", {bytes / (double)(1 << 30):F1} GiB") : "";
            string driver = device.Driver is { } name ? $", {name}" : "";
            string use = device.Unusable is { } why ? $"cannot be used: {why}" : "seen, but this version fits on the CPU only";
            Line(device.Kind.ToString().ToLowerInvariant(), $"{device.Name}{memory}{driver}; {use}");
        }
        if (missing is not null)
            Line("gpu", missing);
    }

    void Line(string kind, string text) => terminal.Out.WriteLine($"{kind,-8}{text}");
}
