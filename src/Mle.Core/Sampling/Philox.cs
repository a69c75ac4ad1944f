using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What random numbers are for: numbers of two purposes are never the same.</summary>
public enum Purpose
{
    /// <summary>Observations of a generated data set.</summary>
    Data,

    /// <summary>How often each row is in a resample.</summary>
    Resample,

    /// <summary>Where a discrete observation lies between two steps of its distribution function.</summary>
    Residual,
}

/// <summary>
/// Philox 4x32-10: random words that are a function of their address, so that any of them can be had alone, on any device, in
/// any order. The key is the seed. The counter's words are, from the first: the draw (which observation of the data set), the
/// replicate, the data set (or a study's cell), and the purpose (8 bits) above the block (24 bits), which counts on where a
/// draw needs more than four words.
/// </summary>
/// <remarks>Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC11, 2011. Kernel code.</remarks>
public readonly struct Philox
{
    readonly uint key0, key1, replicate, set, purpose;

    /// <param name="set">The data set, or a study's cell.</param>
    public Philox(ulong seed, Purpose purpose, uint set, uint replicate)
    {
        (key0, key1) = ((uint)seed, (uint)(seed >> 32));
        (this.set, this.replicate, this.purpose) = (set, replicate, (uint)purpose << 24);
    }

    /// <summary>The four words of one block of a draw.</summary>
    [MethodImpl(AggressiveInlining)]
    public (uint A, uint B, uint C, uint D) Block(uint draw, uint block) => Block(draw, replicate, set, purpose | block, key0, key1);

    /// <summary>The generator itself.</summary>
    public static (uint A, uint B, uint C, uint D) Block(uint a, uint b, uint c, uint d, uint key0, uint key1)
    {
        const uint m0 = 0xD2511F53, m1 = 0xCD9E8D57, weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;
        for (int round = 0; round < 10; round++)
        {
            ulong p = (ulong)m0 * a, q = (ulong)m1 * c;
            a = (uint)(q >> 32) ^ b ^ key0;
            b = (uint)q;
            c = (uint)(p >> 32) ^ d ^ key1;
            d = (uint)p;
            key0 += weyl0;
            key1 += weyl1;
        }
        return (a, b, c, d);
    }

    /// <summary>A number in (0, 1) from 52 bits of two words: the middle of one of 2⁵² cells, so that 1 − u is one as well.</summary>
    [MethodImpl(AggressiveInlining)]
    public static double Uniform(uint high, uint low) =>
        ((((ulong)high << 20) | (low >> 12)) + 0.5) * (1.0 / (1ul << 52));
}

/// <summary>Uniform numbers for the draws in the lanes of a vector, each from its own stream.</summary>
public interface IRandom<T> where T : unmanaged, IReal<T>
{
    /// <summary>The next number in (0, 1) of every lane.</summary>
    T Uniform();
}

/// <summary>The stream of one draw. Kernel code.</summary>
public struct DrawStream(Philox source, uint draw) : IRandom<Real>
{
    readonly Philox source = source;
    readonly uint draw = draw;
    uint next;
    (uint, uint) kept;

    public Real Uniform()
    {
        uint at = next++;
        if ((at & 1) != 0)
            return Philox.Uniform(kept.Item1, kept.Item2);
        var (a, b, c, d) = source.Block(draw, at >> 1);
        kept = (c, d);
        return Philox.Uniform(a, b);
    }
}
