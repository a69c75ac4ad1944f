using System.Runtime.CompilerServices;

namespace Mle;

/// <summary>
/// Counts of deviations by size, 64 bins to a power of two on either side of 0: any quantile to within 1/64 of itself, closer
/// where values are dense, and two of them add up exactly.
/// </summary>
sealed class Sketch
{
    const int Bits = 6, Octaves = 64, LeastOctave = -40, Side = Octaves << Bits;

    /// <summary>−∞ and what is beyond, the negative bins, 0, the positive ones, and ∞.</summary>
    readonly long[] counts = new long[2 * Side + 3];

    const int Zero = Side + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double d) => counts[Place(d)]++;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Place(double d)
    {
        long bits = BitConverter.DoubleToInt64Bits(d), size = bits & long.MaxValue;
        long bin = (size >> (52 - Bits)) - ((1023L + LeastOctave) << Bits) + 1;
        int off = (int)Math.Clamp(bin, 0, Side + 1);
        return bits < 0 ? Zero - off : Zero + off;
    }

    public void Add(Sketch other)
    {
        for (int i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
    }

    public long Total => counts.Sum();

    /// <summary>The value below which so many lie, evenly spread within a bin; infinite at the ends.</summary>
    public double At(double rank)
    {
        double before = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0 && before + counts[i] >= rank)
            {
                var (low, high) = Edges(i);
                return i == 0 ? double.NegativeInfinity : i == counts.Length - 1 ? double.PositiveInfinity
                    : low + (high - low) * Math.Clamp((rank - before) / counts[i], 0, 1);
            }
            before += counts[i];
        }
        return double.NaN;
    }

    /// <summary>How many lie below a value, likewise.</summary>
    public double Below(double value)
    {
        int place = Place(value);
        double before = 0;
        for (int i = 0; i < place; i++)
            before += counts[i];
        var (low, high) = Edges(place);
        double share = high > low && double.IsFinite(high - low) ? Math.Clamp((value - low) / (high - low), 0, 1) : 0.5;
        return before + share * counts[place];
    }

    static (double Low, double High) Edges(int place)
    {
        int off = Math.Abs(place - Zero);
        double near = Edge(off), far = off > Side ? double.PositiveInfinity : Edge(off + 1);
        return off == 0 ? (-Edge(1), Edge(1)) : place < Zero ? (-far, -near) : (near, far);
    }

    /// <summary>The smaller edge of a bin that is not 0's.</summary>
    static double Edge(int off) => BitConverter.Int64BitsToDouble((off - 1 + ((1023L + LeastOctave) << Bits)) << (52 - Bits));

    public void Write(BinaryWriter to)
    {
        to.Write7BitEncodedInt(counts.Count(c => c > 0));
        int last = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            to.Write7BitEncodedInt(i - last);
            to.Write7BitEncodedInt64(counts[i]);
            last = i;
        }
    }

    /// <exception cref="FormatException">These are no counts.</exception>
    public void Read(BinaryReader from)
    {
        int kept = from.Read7BitEncodedInt();
        for (int i = 0, at = 0; i < kept; i++)
        {
            at += from.Read7BitEncodedInt();
            if (at < 0 || at >= counts.Length)
                throw new FormatException("a count of no bin");
            counts[at] = from.Read7BitEncodedInt64();
        }
    }
}
