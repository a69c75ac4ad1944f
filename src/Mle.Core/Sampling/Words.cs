using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Random words of one replicate in bulk, by vectors where the machine has them. Places in a column of words stand for
/// addresses in an order that vectors write without shuffling: of the sixteen words of four blocks first the words A and B of
/// each, then C and D of each.
/// </summary>
/// <param name="set">The data set, or a study's cell.</param>
readonly struct Words(ulong seed, Purpose purpose, uint set, uint replicate)
{
    /// <summary>Columns of words are a multiple of this long.</summary>
    public const int Group = 32;

    /// <summary>
    /// How many indices below n are taken from one word: digits of a fraction in base n. Up to 2²⁴ values for all of them, few
    /// enough that one word in 256 at most has to be drawn again.
    /// </summary>
    const double MostValues = 1 << 24;

    readonly Philox source = new(seed, purpose, set, replicate);
    readonly uint key0 = (uint)seed, key1 = (uint)(seed >> 32), fourth = (uint)purpose << 24;

    /// <summary>The words of the draws from this one on, four each.</summary>
    /// <param name="to">As many as wanted, rounded up to whole groups.</param>
    public void Fill(uint draw, Span<uint> to)
    {
        if (Avx2.IsSupported)
            Vectors(draw, to);
        else
            for (int i = 0; i < to.Length; i++)
                to[i] = At(draw, i, 0);
    }

    /// <summary>The word at a place of a column that begins with this draw.</summary>
    uint At(uint draw, int place, uint block)
    {
        var (a, b, c, d) = source.Block(draw + (uint)(place / 16 * 4 + place % 8 / 2), block);
        return (place / 8 % 2 * 2 + place % 2) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Vectors(uint draw, Span<uint> to)
    {
        Vector256<uint> m0 = Vector256.Create(0xD2511F53u), m1 = Vector256.Create(0xCD9E8D57u);
        Vector256<uint> weyl0 = Vector256.Create(0x9E3779B9u), weyl1 = Vector256.Create(0xBB67AE85u);
        ref uint first = ref MemoryMarshal.GetReference(to);
        for (int i = 0; i < to.Length; i += Group)
        {
            // A lane of 64 bits is one 32-bit word of a block; what is above it is never read.
            var a = Vector256.Create(0ul, 1, 2, 3) + Vector256.Create((ulong)draw + (ulong)(i / 4));
            Vector256<ulong> b = Vector256.Create((ulong)replicate), c = Vector256.Create((ulong)set), d = Vector256.Create((ulong)fourth);
            Vector256<ulong> e = a + Vector256.Create(4ul), f = b, g = c, h = d;
            Vector256<uint> k0 = Vector256.Create(key0), k1 = Vector256.Create(key1);
            for (int round = 0; round < 10; round++)
            {
                Round(ref a, ref b, ref c, ref d, k0.AsUInt64(), k1.AsUInt64(), m0, m1);
                Round(ref e, ref f, ref g, ref h, k0.AsUInt64(), k1.AsUInt64(), m0, m1);
                k0 += weyl0;
                k1 += weyl1;
            }
            Put(a, b, ref first, i);
            Put(c, d, ref first, i + 8);
            Put(e, f, ref first, i + 16);
            Put(g, h, ref first, i + 24);
        }
    }

    [MethodImpl(AggressiveInlining)]
    static void Round(
        ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d,
        Vector256<ulong> k0, Vector256<ulong> k1, Vector256<uint> m0, Vector256<uint> m1)
    {
        Vector256<ulong> p = Avx2.Multiply(a.AsUInt32(), m0), q = Avx2.Multiply(c.AsUInt32(), m1);
        (a, b, c, d) = ((q >>> 32) ^ (b ^ k0), q, (p >>> 32) ^ (d ^ k1), p);
    }

    [MethodImpl(AggressiveInlining)]
    static void Put(Vector256<ulong> even, Vector256<ulong> odd, ref uint to, int at) =>
        Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), 0xAA).StoreUnsafe(ref to, (nuint)at);

    /// <summary>Room that <see cref="Indices"/> needs for the words of so many indices.</summary>
    public static int Room(int count) => (count + Group - 1) / Group * Group;

    /// <summary>
    /// Independent indices below n, each as likely as any other, exactly: w·nᵏ = (k digits in base n)·2³² + rest, and a word
    /// whose rest is below 2³² mod nᵏ gives way to the one of its draw's next block. Which draw an index came from does not
    /// show in its place.
    /// </summary>
    /// <remarks>Lemire, Fast random integer generation in an interval, ACM TOMACS 29, 2019.</remarks>
    /// <param name="draw">The first of the draws that may be used up, one for each index at most.</param>
    /// <param name="words">Room.</param>
    public void Indices(uint draw, uint n, uint[] words, Span<uint> to)
    {
        int digits = 1;
        ulong power = n;
        for (; power * (double)n <= MostValues && digits < 8; digits++)
            power *= n;
        uint least = (uint)((1ul << 32) % power);
        int count = (to.Length + digits - 1) / digits;
        Fill(draw, words.AsSpan(0, Room(count)));
        int whole = Avx2.IsSupported ? to.Length / (8 * digits) * 8 : 0;
        for (int from = 0; from < whole;)
        {
            // Ends early at eight words of which one has to be drawn again.
            from = Digits(words, from, whole, n, digits, least, to);
            if (from < whole)
                for (int end = from + 8; from < end; from++)
                    Digits(draw, from, words[from], n, digits, least, to.Slice(from * digits, digits));
        }
        for (int i = whole; i < count; i++)
            Digits(draw, i, words[i], n, digits, least, to[(i * digits)..Math.Min(to.Length, (i + 1) * digits)]);
    }

    void Digits(uint draw, int place, uint word, uint n, int digits, uint least, Span<uint> to)
    {
        for (uint block = 1; ; block++)
        {
            for (int j = 0; j < digits; j++)
            {
                ulong product = (ulong)word * n;
                if (j < to.Length)
                    to[j] = (uint)(product >> 32);
                word = (uint)product;
            }
            if (word >= least)
                return;
            word = At(draw, place, block);
        }
    }

    /// <returns>The first word that is not done.</returns>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    static int Digits(uint[] words, int from, int to, uint n, int digits, uint least, Span<uint> indices)
    {
        Vector256<uint> factor = Vector256.Create(n), limit = Vector256.Create(least);
        ref uint word = ref MemoryMarshal.GetArrayDataReference(words);
        ref uint index = ref MemoryMarshal.GetReference(indices);
        for (; from < to; from += 8)
        {
            var p = Vector256.LoadUnsafe(ref word, (nuint)from).AsUInt64();
            var q = p >>> 32;
            for (int j = 0; j < digits; j++)
            {
                (p, q) = (Avx2.Multiply(p.AsUInt32(), factor), Avx2.Multiply(q.AsUInt32(), factor));
                Avx2.Blend((p >>> 32).AsUInt32(), q.AsUInt32(), 0xAA).StoreUnsafe(ref index, (nuint)(from * digits + 8 * j));
            }
            if (Vector256.LessThanAny(Avx2.Blend(p.AsUInt32(), (q << 32).AsUInt32(), 0xAA), limit))
                return from;
        }
        return to;
    }
}
