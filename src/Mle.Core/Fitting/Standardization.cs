using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// x = Center + Scale·x′ between the data as given and the standardised ones that are fitted. The scale is a power of
/// two, so that data multiplied by one give the same bits.
/// </summary>
public readonly struct Standardization(double center, int exponent)
{
    readonly double scale = PowerOfTwo(exponent), perScale = PowerOfTwo(-exponent);

    /// <summary>2ᵉ for |e| ≤ 1022, which Math.ScaleB takes ten times as long for.</summary>
    static double PowerOfTwo(int e) => BitConverter.Int64BitsToDouble((long)(e + 1023) << 52);

    public double Center { get; } = center;

    public int Exponent { get; } = exponent;

    public double Scale => scale;

    public double PerScale => perScale;

    public double LogScale => Exponent * Elementary.LogOfTwo;

    /// <summary>Rows that origin and unit are taken from: enough that sums about it lose no digits, short enough to stay in cache.</summary>
    public const int Head = 4096;

    /// <summary>
    /// Origin and unit from the first two observations, where these are enough: sums need no better unit than the size of
    /// one observation, and no better origin than one of them; about it they lose no more than a factor n of the last digit.
    /// </summary>
    [MethodImpl(AggressiveInlining)]
    public static bool TryLeading<TFamily>(double first, double second, int length, out Standardization unit)
        where TFamily : struct, IFamily<TFamily>
    {
        bool location = TFamily.Equivariance == Equivariance.LocationScale;
        int binade = Binade(location && length > 1 ? second - first : first);
        unit = new(location ? first : 0, Clamp(binade));
        return (TFamily.Keep == Keep.Sums && length <= Head || !location) && binade > -1023 && binade < 1024;
    }

    /// <summary>Origin and mean distance from it, of the leading rows.</summary>
    public static Standardization About(double center, double size) => new(center, size == 0 ? 0 : Clamp(Binade(size)));

    /// <summary>The unit half way between the binades of the smallest and the largest observation that is not 0.</summary>
    public static Standardization Between(int least, int most) => new(0, least > most ? 0 : Clamp((least + most) / 2));

    /// <summary>⌊log₂|x|⌋ of a normal number, −1023 of a subnormal one.</summary>
    public static int Binade(double x) => (int)((BitConverter.DoubleToInt64Bits(x) >> 52) & 0x7FF) - 1023;

    static int Clamp(int exponent) => exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent;

    public Units<Real> Units => new(Center, scale, perScale, LogScale);

    /// <summary>A standardised parameter value on the scale of the data.</summary>
    public double Map(Role role, double v) => role switch
    {
        Role.Location => Center + scale * v,
        Role.Scale => scale * v,
        Role.Rate => perScale * v,
        Role.LogScale => v + LogScale,
        _ => v,
    };

    /// <summary>The inverse of <see cref="Map"/>.</summary>
    public double Unmap(Role role, double v) => role switch
    {
        Role.Location => perScale * (v - Center),
        Role.Scale => perScale * v,
        Role.Rate => scale * v,
        Role.LogScale => v - LogScale,
        _ => v,
    };

    /// <summary>The derivative of <see cref="Map"/> in v.</summary>
    public double Slope(Role role) => role switch
    {
        Role.Location or Role.Scale => scale,
        Role.Rate => perScale,
        _ => 1,
    };

    /// <summary>The log-likelihood of n observations as given, from that of the standardised ones.</summary>
    public double LogLikelihood(double ℓ, double n) => ℓ - n * LogScale;
}

/// <summary>What a verdict is put into words from: one data set and what its fit ended with.</summary>
/// <param name="Summary">In standardised units.</param>
/// <param name="Unit">The way back to the data as given.</param>
/// <param name="LogBase">Σ w log h(x).</param>
/// <param name="Known">The slots that are not free, in the solver's coordinates.</param>
/// <param name="Free">1 for slots that are estimated.</param>
/// <param name="θ">The last iterate; meaningless for a code from Absent.</param>
/// <param name="Value">ℓ(θ) without LogBase.</param>
/// <param name="Limit">What the family's LimitValue said.</param>
public sealed record Findings(
    Summary<Real> Summary, Standardization Unit, double LogBase, Vec3<Real> Known, Vec3<Real> Free,
    Vec3<Real> θ, double Value, double Limit)
{
    public double N => Summary.Size;

    public bool IsFree(int slot) => (slot == 0 ? Free.X : slot == 1 ? Free.Y : Free.Z) > 0;

    /// <summary>A log-likelihood without LogBase, completed and in the units of the data.</summary>
    public double Complete(double ℓ) => double.IsInfinity(ℓ) ? ℓ : Unit.LogLikelihood(ℓ + LogBase, N);

    /// <summary>A standardised value as the user sees it.</summary>
    public double Map(Role role, double v) => Unit.Map(role, v);

    /// <summary>Names with values on the scale of the data, for Limit.</summary>
    public static IReadOnlyDictionary<string, double> At(params (string Name, double Value)[] values)
    {
        var named = new Dictionary<string, double>();
        foreach (var (name, value) in values)
            named[name] = value;
        return named;
    }
}
