using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Uniform numbers for the draws in the lanes of a vector, each from its own stream.</summary>
public interface IRandom<T> where T : unmanaged, IReal<T>
{
    /// <summary>The next number in (0, 1) of every lane.</summary>
    T Uniform();

    /// <summary>
    /// Goes on to the numbers of the next variate, so that what follows does not depend on how many numbers the one before took,
    /// in this lane or beside it. A draw may be made of 32 variates of 2²⁰ numbers each.
    /// </summary>
    void Skip();
}

/// <summary>The streams of as many successive draws as T has lanes.</summary>
public interface IDrawStream<TSelf, T> : IRandom<T> where TSelf : struct, IDrawStream<TSelf, T> where T : unmanaged, IReal<T>
{
    /// <param name="first">The draw in the first lane.</param>
    static abstract TSelf At(Philox source, uint first);
}

/// <summary>Where a stream stands: the number of the next uniform, two to a block.</summary>
static class Place
{
    const uint PerVariate = 1 << 20;

    [MethodImpl(AggressiveInlining)]
    public static uint AfterVariate(uint next) => (next | (PerVariate - 1)) + 1;
}

/// <summary>The stream of one draw. Kernel code.</summary>
public struct DrawStream(Philox source, uint draw) : IDrawStream<DrawStream, Real>
{
    readonly Philox source = source;
    readonly uint draw = draw;
    uint next;
    (uint, uint) kept;

    public static DrawStream At(Philox source, uint first) => new(source, first);

    public Real Uniform()
    {
        uint at = next++;
        if ((at & 1) != 0)
            return Philox.Uniform(kept.Item1, kept.Item2);
        var (a, b, c, d) = source.Block(draw, at >> 1);
        kept = (c, d);
        return Philox.Uniform(a, b);
    }

    public void Skip() => next = Place.AfterVariate(next);
}

/// <summary>The streams of four successive draws, with the bits that <see cref="DrawStream"/> gives each of them.</summary>
public struct DrawStream256(Philox source, uint first) : IDrawStream<DrawStream256, Lanes256>
{
    const ulong Magic = 0x4330000000000000;

    readonly Philox source = source;
    readonly Vector256<ulong> draws = Vector256.Create((ulong)first) + Vector256<ulong>.Indices;
    uint next;
    Vector256<ulong> high, low;

    public static DrawStream256 At(Philox source, uint first) => new(source, first);

    public Lanes256 Uniform()
    {
        uint at = next++;
        if ((at & 1) != 0)
            return Uniform(high, low);
        source.Block(draws, at >> 1, out var a, out var b, out high, out low);
        return Uniform(a, b);
    }

    public void Skip() => next = Place.AfterVariate(next);

    /// <summary><see cref="Philox.Uniform"/> without a conversion: 2⁵² + bits, less 2⁵² − ½, is exact.</summary>
    [MethodImpl(AggressiveInlining)]
    static Lanes256 Uniform(Vector256<ulong> high, Vector256<ulong> low)
    {
        var bits = (high << 20) | (low >> 12) | Vector256.Create(Magic);
        return new((bits.AsDouble() - Vector256.Create((1ul << 52) - 0.5)) * Vector256.Create(1.0 / (1ul << 52)));
    }
}

/// <summary>The streams of eight successive draws, with the bits that <see cref="DrawStream"/> gives each of them.</summary>
public struct DrawStream512(Philox source, uint first) : IDrawStream<DrawStream512, Lanes512>
{
    const ulong Magic = 0x4330000000000000;

    readonly Philox source = source;
    readonly Vector512<ulong> draws = Vector512.Create((ulong)first) + Vector512<ulong>.Indices;
    uint next;
    Vector512<ulong> high, low;

    public static DrawStream512 At(Philox source, uint first) => new(source, first);

    public Lanes512 Uniform()
    {
        uint at = next++;
        if ((at & 1) != 0)
            return Uniform(high, low);
        source.Block(draws, at >> 1, out var a, out var b, out high, out low);
        return Uniform(a, b);
    }

    public void Skip() => next = Place.AfterVariate(next);

    /// <summary><see cref="Philox.Uniform"/> without a conversion: 2⁵² + bits, less 2⁵² − ½, is exact.</summary>
    [MethodImpl(AggressiveInlining)]
    static Lanes512 Uniform(Vector512<ulong> high, Vector512<ulong> low)
    {
        var bits = (high << 20) | (low >> 12) | Vector512.Create(Magic);
        return new((bits.AsDouble() - Vector512.Create((1ul << 52) - 0.5)) * Vector512.Create(1.0 / (1ul << 52)));
    }
}
