using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What random numbers are for: numbers of two purposes are never the same.</summary>
public enum Purpose
{
    /// <summary>Observations of a generated data set.</summary>
    Data,

    /// <summary>How often each row is in a resample.</summary>
    Resample,

    /// <summary>Which observations of a scenario are contaminated.</summary>
    Contaminated,

    /// <summary>What these are.</summary>
    Contaminant,

    /// <summary>Each observation's limit above which it is censored.</summary>
    Censoring,

    /// <summary>The predictors of a design.</summary>
    Design,
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
    const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    const int Rounds = 10;
    const ulong Word = 0xFFFFFFFF;

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
        for (int round = 0; round < Rounds; round++)
        {
            ulong p = (ulong)M0 * a, q = (ulong)M1 * c;
            a = (uint)(q >> 32) ^ b ^ key0;
            b = (uint)q;
            c = (uint)(p >> 32) ^ d ^ key1;
            d = (uint)p;
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return (a, b, c, d);
    }

    /// <summary>The same block of the draws in the lanes of a vector, a word in the low half of every lane.</summary>
    [MethodImpl(NoInlining)]
    internal void Block(Vector256<ulong> draws, uint block, out Vector256<ulong> a, out Vector256<ulong> b, out Vector256<ulong> c, out Vector256<ulong> d)
    {
        // High halves hold what is left over: nothing reads them before the end.
        var (w, x, y, z) = (draws, Vector256.Create((ulong)replicate), Vector256.Create((ulong)set), Vector256.Create((ulong)(purpose | block)));
        var (k0, k1) = (Vector256.Create((ulong)key0), Vector256.Create((ulong)key1));
        // Two rounds at a time, so that no word is moved from one register to another.
        for (int round = 0; round < Rounds; round += 2)
        {
            Vector256<ulong> p = Product(w, M0), q = Product(y, M1);
            w = (q >> 32) ^ (x ^ k0);
            y = (p >> 32) ^ (z ^ k1);
            k0 += Vector256.Create((ulong)Weyl0);
            k1 += Vector256.Create((ulong)Weyl1);
            z = Product(w, M0);
            x = Product(y, M1);
            w = (x >> 32) ^ (q ^ k0);
            y = (z >> 32) ^ (p ^ k1);
            k0 += Vector256.Create((ulong)Weyl0);
            k1 += Vector256.Create((ulong)Weyl1);
        }
        var word = Vector256.Create(Word);
        (a, b, c, d) = (w & word, x & word, y & word, z & word);
    }

    /// <summary>The low half of every lane by m, all 64 bits of it.</summary>
    [MethodImpl(AggressiveInlining)]
    static Vector256<ulong> Product(Vector256<ulong> x, uint m) => Avx2.IsSupported
        ? Avx2.Multiply(x.AsUInt32(), Vector256.Create((ulong)m).AsUInt32()) : (x & Vector256.Create(Word)) * (ulong)m;

    /// <summary>The same block of the draws in the lanes of a vector, a word in the low half of every lane.</summary>
    [MethodImpl(NoInlining)]
    internal void Block(Vector512<ulong> draws, uint block, out Vector512<ulong> a, out Vector512<ulong> b, out Vector512<ulong> c, out Vector512<ulong> d)
    {
        // High halves hold what is left over: nothing reads them before the end.
        var (w, x, y, z) = (draws, Vector512.Create((ulong)replicate), Vector512.Create((ulong)set), Vector512.Create((ulong)(purpose | block)));
        var (k0, k1) = (Vector512.Create((ulong)key0), Vector512.Create((ulong)key1));
        // Two rounds at a time, so that no word is moved from one register to another.
        for (int round = 0; round < Rounds; round += 2)
        {
            Vector512<ulong> p = Product(w, M0), q = Product(y, M1);
            w = (q >> 32) ^ (x ^ k0);
            y = (p >> 32) ^ (z ^ k1);
            k0 += Vector512.Create((ulong)Weyl0);
            k1 += Vector512.Create((ulong)Weyl1);
            z = Product(w, M0);
            x = Product(y, M1);
            w = (x >> 32) ^ (q ^ k0);
            y = (z >> 32) ^ (p ^ k1);
            k0 += Vector512.Create((ulong)Weyl0);
            k1 += Vector512.Create((ulong)Weyl1);
        }
        var word = Vector512.Create(Word);
        (a, b, c, d) = (w & word, x & word, y & word, z & word);
    }

    /// <summary>The low half of every lane by m, all 64 bits of it.</summary>
    [MethodImpl(AggressiveInlining)]
    static Vector512<ulong> Product(Vector512<ulong> x, uint m) => Avx512F.IsSupported
        ? Avx512F.Multiply(x.AsUInt32(), Vector512.Create((ulong)m).AsUInt32()) : (x & Vector512.Create(Word)) * (ulong)m;

    /// <summary>A number in (0, 1) from 52 bits of two words: the middle of one of 2⁵² cells, so that 1 − u is one as well.</summary>
    [MethodImpl(AggressiveInlining)]
    public static double Uniform(uint high, uint low) =>
        ((((ulong)high << 20) | (low >> 12)) + 0.5) * (1.0 / (1ul << 52));
}
