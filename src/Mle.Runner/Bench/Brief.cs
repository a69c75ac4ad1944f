using System.Globalization;

namespace Mle.Runner.Bench;

/// <summary>Numbers of three digits with the prefixes of units; a number below 1 without a unit has none.</summary>
static class Brief
{
    static readonly (string Prefix, double Size)[] prefixes = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1), ("m", 1e-3), ("µ", 1e-6), ("n", 1e-9)];

    public static string Of(double? value, string unit = "")
    {
        if (value is not { } v)
            return "–";
        if (unit == "" && Math.Abs(v) < 0.9995)
            return v.ToString("G3", CultureInfo.InvariantCulture);
        var (prefix, size) = prefixes.FirstOrDefault(p => Math.Abs(v) >= 0.9995 * p.Size, v == 0 ? ("", 1) : prefixes[^1]);
        return string.Create(CultureInfo.InvariantCulture, $"{Digits(v / size)} {prefix}{unit}").TrimEnd();
    }

    /// <summary>How many times as much.</summary>
    public static string Times(double ratio) => (ratio < 99.95 ? ratio.ToString("F2", CultureInfo.InvariantCulture) : Of(ratio)) + "×";

    static string Digits(double v) => v.ToString(Math.Abs(v) switch { >= 99.95 => "F0", >= 9.995 => "F1", _ => "F2" }, CultureInfo.InvariantCulture);

    public static string Percent(double? value) => value is { } v ? $"{Math.Round(100 * v).ToString("F0", CultureInfo.InvariantCulture)} %" : "–";
}
