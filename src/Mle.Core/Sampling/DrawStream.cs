using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Uniform numbers for the draws in the lanes of a vector, each from its own stream.</summary>
public interface IRandom<T> where T : unmanaged, IReal<T>
{
    /// <summary>The next number in (0, 1) of every lane.</summary>
    T Uniform();

    /// <summary>The variate that is made from the next number of every lane.</summary>
    T Next<TVariate>() where TVariate : struct, IVariate<TVariate>;

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

    /// <summary>Goes to the beginning of other draws.</summary>
    void Begin(uint first);

    /// <summary>
    /// Says that draws from this one on will be asked for, which may make their first two numbers in bulk: one vector's numbers,
    /// and what is made from them, are a chain of operations that wait for each other.
    /// </summary>
    /// <param name="room">Of <see cref="Ahead.Room"/> numbers, for as long as these draws last; overwritten.</param>
    /// <param name="rows">At most <see cref="Ahead.Rows"/>.</param>
    unsafe void Prepare(uint first, int rows, double* room);
}

/// <summary>Numbers that a stream of vectors makes in advance.</summary>
static class Ahead
{
    /// <summary>A multiple of every vector's length, few enough to stay in the nearest cache.</summary>
    public const int Rows = 256;

    /// <summary>First the variates made from each draw's first number, then each draw's second number.</summary>
    public const int Room = 2 * Rows;
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
    uint draw = draw, next;
    (uint, uint) kept;

    public static DrawStream At(Philox source, uint first) => new(source, first);

    public void Begin(uint first) => (draw, next) = (first, 0);

    public Real Uniform()
    {
        uint at = next++;
        if ((at & 1) != 0)
            return Philox.Uniform(kept.Item1, kept.Item2);
        var (a, b, c, d) = source.Block(draw, at >> 1);
        kept = (c, d);
        return Philox.Uniform(a, b);
    }

    public Real Next<TVariate>() where TVariate : struct, IVariate<TVariate> => TVariate.From(Uniform());

    public readonly unsafe void Prepare(uint first, int rows, double* room) { }

    public void Skip() => next = Place.AfterVariate(next);
}

/// <summary>The streams of four successive draws, with the bits that <see cref="DrawStream"/> gives each of them.</summary>
public unsafe struct DrawStream256(Philox source, uint first) : IDrawStream<DrawStream256, Lanes256>
{
    readonly Philox source = source;
    Vector256<ulong> high, low;
    uint first = first, next, prepared;
    int rows;
    double* room;

    /// <summary>What room holds: variates of this kind.</summary>
    Type? made;

    [MethodImpl(AggressiveInlining)]
    public static DrawStream256 At(Philox source, uint first) => new(source, first);

    [MethodImpl(AggressiveInlining)]
    public void Begin(uint first) => (this.first, next) = (first, 0);

    public void Prepare(uint first, int rows, double* room)
    {
        (prepared, this.rows, made) = (first, rows, null);
        this.room = room;
    }

    [MethodImpl(AggressiveInlining)]
    public Lanes256 Next<TVariate>() where TVariate : struct, IVariate<TVariate>
    {
        if (next != 0 || room == null)
            return Late<TVariate>();
        if (made != typeof(TVariate))
            Make<TVariate>();
        next = 1;
        return *(Lanes256*)(room + (first - prepared));
    }

    [MethodImpl(AggressiveInlining)]
    public Lanes256 Uniform()
    {
        if (next != 1 || room == null)
            return Next<UniformVariate>();
        next = 2;
        return *(Lanes256*)(room + Ahead.Rows + (first - prepared));
    }

    [MethodImpl(NoInlining)]
    void Make<TVariate>() where TVariate : struct, IVariate<TVariate>
    {
        int filled = source.Uniforms(prepared, rows, new Span<double>(room, Ahead.Rows), new Span<double>(room + Ahead.Rows, Ahead.Rows));
        TVariate.Transform(new Span<Lanes256>(room, filled / 4));
        made = typeof(TVariate);
    }

    [MethodImpl(NoInlining)]
    Lanes256 Late<TVariate>() where TVariate : struct, IVariate<TVariate> => TVariate.From(Late());

    Lanes256 Late()
    {
        uint at = next++;
        // The number at 1 may follow one that was made in advance.
        if ((at & 1) == 0 || at == 1)
        {
            source.Block(Vector256.Create((ulong)first) + Vector256<ulong>.Indices, at >> 1, out var a, out var b, out high, out low);
            if ((at & 1) == 0)
                return Philox.Uniform(a, b);
        }
        return Philox.Uniform(high, low);
    }

    public void Skip() => next = Place.AfterVariate(next);
}

/// <summary>The streams of eight successive draws, with the bits that <see cref="DrawStream"/> gives each of them.</summary>
public unsafe struct DrawStream512(Philox source, uint first) : IDrawStream<DrawStream512, Lanes512>
{
    readonly Philox source = source;
    Vector512<ulong> high, low;
    uint first = first, next, prepared;
    int rows;
    double* room;

    /// <summary>What room holds: variates of this kind.</summary>
    Type? made;

    [MethodImpl(AggressiveInlining)]
    public static DrawStream512 At(Philox source, uint first) => new(source, first);

    [MethodImpl(AggressiveInlining)]
    public void Begin(uint first) => (this.first, next) = (first, 0);

    public void Prepare(uint first, int rows, double* room)
    {
        (prepared, this.rows, made) = (first, rows, null);
        this.room = room;
    }

    [MethodImpl(AggressiveInlining)]
    public Lanes512 Next<TVariate>() where TVariate : struct, IVariate<TVariate>
    {
        if (next != 0 || room == null)
            return Late<TVariate>();
        if (made != typeof(TVariate))
            Make<TVariate>();
        next = 1;
        return *(Lanes512*)(room + (first - prepared));
    }

    [MethodImpl(AggressiveInlining)]
    public Lanes512 Uniform()
    {
        if (next != 1 || room == null)
            return Next<UniformVariate>();
        next = 2;
        return *(Lanes512*)(room + Ahead.Rows + (first - prepared));
    }

    [MethodImpl(NoInlining)]
    void Make<TVariate>() where TVariate : struct, IVariate<TVariate>
    {
        int filled = source.Uniforms(prepared, rows, new Span<double>(room, Ahead.Rows), new Span<double>(room + Ahead.Rows, Ahead.Rows));
        TVariate.Transform(new Span<Lanes512>(room, filled / 8));
        made = typeof(TVariate);
    }

    [MethodImpl(NoInlining)]
    Lanes512 Late<TVariate>() where TVariate : struct, IVariate<TVariate> => TVariate.From(Late());

    Lanes512 Late()
    {
        uint at = next++;
        // The number at 1 may follow one that was made in advance.
        if ((at & 1) == 0 || at == 1)
        {
            source.Block(Vector512.Create((ulong)first) + Vector512<ulong>.Indices, at >> 1, out var a, out var b, out high, out low);
            if ((at & 1) == 0)
                return Philox.Uniform(a, b);
        }
        return Philox.Uniform(high, low);
    }

    public void Skip() => next = Place.AfterVariate(next);
}
