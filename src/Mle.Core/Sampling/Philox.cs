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
    const ulong Word = 0xFFFFFFFF, Magic = 0x4330000000000000;

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
            Round(ref w, x, ref y, z, k0, k1, out var p, out var q);
            k0 += Vector256.Create((ulong)Weyl0);
            k1 += Vector256.Create((ulong)Weyl1);
            Round(ref w, q, ref y, p, k0, k1, out z, out x);
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
    [MethodImpl(AggressiveInlining)]
    internal void Block(Vector512<ulong> draws, uint block, out Vector512<ulong> a, out Vector512<ulong> b, out Vector512<ulong> c, out Vector512<ulong> d)
    {
        // High halves hold what is left over: nothing reads them before the end.
        var (w, x, y, z) = (draws, Vector512.Create((ulong)replicate), Vector512.Create((ulong)set), Vector512.Create((ulong)(purpose | block)));
        var (k0, k1) = (Vector512.Create((ulong)key0), Vector512.Create((ulong)key1));
        // Two rounds at a time, so that no word is moved from one register to another.
        for (int round = 0; round < Rounds; round += 2)
        {
            Round(ref w, x, ref y, z, k0, k1, out var p, out var q);
            k0 += Vector512.Create((ulong)Weyl0);
            k1 += Vector512.Create((ulong)Weyl1);
            Round(ref w, q, ref y, p, k0, k1, out z, out x);
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

    /// <summary>The same without a conversion: 2⁵² + bits, less 2⁵² − ½, is exact.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static Lanes256 Uniform(Vector256<ulong> high, Vector256<ulong> low)
    {
        var bits = (high << 20) | (low >> 12) | Vector256.Create(Magic);
        return new((bits.AsDouble() - Vector256.Create((1ul << 52) - 0.5)) * Vector256.Create(1.0 / (1ul << 52)));
    }

    /// <summary>The same without a conversion: 2⁵² + bits, less 2⁵² − ½, is exact.</summary>
    [MethodImpl(AggressiveInlining)]
    internal static Lanes512 Uniform(Vector512<ulong> high, Vector512<ulong> low)
    {
        var bits = (high << 20) | (low >> 12) | Vector512.Create(Magic);
        return new((bits.AsDouble() - Vector512.Create((1ul << 52) - 0.5)) * Vector512.Create(1.0 / (1ul << 52)));
    }

    /// <summary>
    /// The first and the second number of successive draws, from their first blocks: two vectors in turn, for a round waits for the one
    /// before. Processors with vectors of eight look far enough ahead to begin the next one by themselves.
    /// </summary>
    /// <returns>How many: those that were asked for, up to whole pairs of vectors.</returns>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    internal int Uniforms(uint draw, int count, Span<double> first, Span<double> second)
    {
        int i = 0;
        for (; Avx512F.IsSupported && i < count; i += Lanes512.Count)
        {
            Block(Vector512.Create((ulong)draw + (ulong)i) + Vector512<ulong>.Indices, 0, out var a, out var b, out var c, out var d);
            Uniform(a, b).Value.CopyTo(first[i..]);
            Uniform(c, d).Value.CopyTo(second[i..]);
        }
        for (; i < count; i += 2 * Lanes256.Count)
        {
            var a = Vector256.Create((ulong)draw + (ulong)i) + Vector256<ulong>.Indices;
            Vector256<ulong> b = Vector256.Create((ulong)replicate), c = Vector256.Create((ulong)set), d = Vector256.Create((ulong)purpose);
            Vector256<ulong> e = a + Vector256.Create((ulong)Lanes256.Count), f = b, g = c, h = d;
            Vector256<ulong> k0 = Vector256.Create((ulong)key0), k1 = Vector256.Create((ulong)key1);
            for (int round = 0; round < Rounds; round += 2)
            {
                Round(ref a, b, ref c, d, k0, k1, out var p, out var q);
                Round(ref e, f, ref g, h, k0, k1, out var r, out var s);
                k0 += Vector256.Create((ulong)Weyl0);
                k1 += Vector256.Create((ulong)Weyl1);
                Round(ref a, q, ref c, p, k0, k1, out d, out b);
                Round(ref e, s, ref g, r, k0, k1, out h, out f);
                k0 += Vector256.Create((ulong)Weyl0);
                k1 += Vector256.Create((ulong)Weyl1);
            }
            var word = Vector256.Create(Word);
            Uniform(a & word, b & word).Value.CopyTo(first[i..]);
            Uniform(c & word, d & word).Value.CopyTo(second[i..]);
            Uniform(e & word, f & word).Value.CopyTo(first[(i + Lanes256.Count)..]);
            Uniform(g & word, h & word).Value.CopyTo(second[(i + Lanes256.Count)..]);
        }
        return i;
    }

    /// <summary>One round, whose products are the other two words.</summary>
    [MethodImpl(AggressiveInlining)]
    static void Round(
        ref Vector256<ulong> a, Vector256<ulong> b, ref Vector256<ulong> c, Vector256<ulong> d, Vector256<ulong> k0, Vector256<ulong> k1,
        out Vector256<ulong> p, out Vector256<ulong> q)
    {
        p = Product(a, M0);
        q = Product(c, M1);
        a = (q >> 32) ^ (b ^ k0);
        c = (p >> 32) ^ (d ^ k1);
    }

    /// <summary>One round, whose products are the other two words.</summary>
    [MethodImpl(AggressiveInlining)]
    static void Round(
        ref Vector512<ulong> a, Vector512<ulong> b, ref Vector512<ulong> c, Vector512<ulong> d, Vector512<ulong> k0, Vector512<ulong> k1,
        out Vector512<ulong> p, out Vector512<ulong> q)
    {
        p = Product(a, M0);
        q = Product(c, M1);
        a = (q >> 32) ^ (b ^ k0);
        c = (p >> 32) ^ (d ^ k1);
    }
}
