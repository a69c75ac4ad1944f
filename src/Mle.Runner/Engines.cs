namespace Mle.Runner;

/// <summary>The choice of the engine: the option, else the environment variable MLE_ENGINE, else automatic.</summary>
static class Engines
{
    public const string Variable = "MLE_ENGINE";

    public static readonly string[] Names = ["auto", "cpu", "cuda", "opencl"];

    public static IEngine Open(string? option)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        string name = option ?? (string.IsNullOrEmpty(variable) ? "auto" : variable);
        return name switch
        {
            "auto" or "cpu" => new CpuEngine(),
            "cuda" or "opencl" => throw new Failure($"The engine '{name}' cannot fit yet: this version fits on the CPU only; use --engine cpu."),
            _ => throw new BadInput($"There is no engine '{name}' ({(option is null ? Variable : "--engine")}); there are {string.Join(", ", Names)}."),
        };
    }
}
