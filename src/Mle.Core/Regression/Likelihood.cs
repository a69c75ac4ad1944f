namespace Mle;

/// <summary>ℓ(β) of a data set less its penalty, with all workers taking chunks of its blocks.</summary>
/// <remarks>Chunks and the order in which they are added do not depend on the number of workers.</remarks>
sealed class Likelihood<TResponse, T>(TResponse response) where TResponse : struct, IResponse<T> where T : unmanaged, IReal<T>
{
    readonly Sums<TResponse, T> sums = new(response);
    double[][] parts = [];

    /// <summary>Every how many blocks one is taken: more than 1 for a rough fit to start from.</summary>
    public int Stride { get; set; } = 1;

    public int Threads { get; set; } = 1;

    public bool Firth { get; set; }

    /// <summary>One pass over a large design takes longer than anyone waits.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Blocks in a chunk: enough against handing it out and adding its jet.</summary>
    const int Chunk = 64;

    /// <summary>Numbers of all jets that wait to be added, unless there are more workers: 128 MB.</summary>
    const int Waiting = 1 << 24;

    public void At(Ascent ascent, double[] β, double[] jet)
    {
        var design = ascent.Design;
        Array.Clear(jet, 0, DenseJet<HostStore>.Numbers(design.Coefficients));
        Gather(design, jet, (own, from, count, part) => own.Add(design, from, count, Stride, β, part));
        if (Firth)
        {
            ascent.Hold(jet);
            AddFirth(ascent, β, jet);
        }
        ascent.Restrict(β, jet);
    }

    /// <summary>Adds all chunks to a jet in their order.</summary>
    void Gather(Design design, double[] jet, Action<Sums<TResponse, T>, int, int, double[]> add)
    {
        int blocks = (design.Blocks + Stride - 1) / Stride, chunks = (blocks + Chunk - 1) / Chunk;
        int numbers = DenseJet<HostStore>.Numbers(design.Coefficients);
        if (chunks == 1)
        {
            add(sums, 0, blocks, jet);
            return;
        }
        int wave = Math.Min(chunks, Math.Clamp(Waiting / numbers, Threads, 8 * Threads));
        if (parts.Length < wave || parts[0].Length < numbers)
            parts = [.. Enumerable.Range(0, wave).Select(_ => new double[numbers])];
        for (int first = 0; first < chunks; first += wave)
        {
            int some = Math.Min(wave, chunks - first), begin = first;
            Parallel.For(0, some, new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = Cancellation }, () => new Sums<TResponse, T>(response), (c, _, own) =>
            {
                Array.Clear(parts[c], 0, numbers);
                int from = (begin + c) * Chunk;
                add(own, from * Stride, Math.Min(Chunk, blocks - from), parts[c]);
                return own;
            }, _ => { });
            for (int c = 0; c < some; c++)
                for (int i = 0; i < numbers; i++)
                    jet[i] += parts[c][i];
        }
    }

    /// <summary>ℓ* = ℓ + ½ log det I with I = −H: see <see cref="Sums{TResponse, T}.AddFirth"/>.</summary>
    void AddFirth(Ascent ascent, double[] β, double[] jet)
    {
        var design = ascent.Design;
        int count = design.Coefficients;
        var inverse = new double[count * (count + 1) / 2];
        double pivot = new DenseJet<HostStore>(new(jet), count).Invert(inverse, out double logDeterminant);
        // Where I is singular its determinant is 0.
        jet[0] += pivot > 0 ? 0.5 * logDeterminant : double.NegativeInfinity;
        if (pivot <= 0)
            return;
        for (int i = 0; ascent.Known is { } known && i < count; i++)
            if (known[i])
                inverse[DenseJet<HostStore>.Entry(i, i)] = 0;
        Gather(design, jet, (own, from, some, part) => own.AddFirth(design, from, some, Stride, β, inverse, part));
    }

    /// <summary>The same sums with products of rows' scores in the Hessian's place.</summary>
    public void Outer(Design design, double[] β, double[] jet, Weighing weighing)
    {
        Array.Clear(jet, 0, DenseJet<HostStore>.Numbers(design.Coefficients));
        Gather(design, jet, (own, from, count, part) => own.Add(design, from, count, 1, β, part, weighing));
    }

    /// <inheritdoc cref="Sums{TResponse, T}.Reach"/>
    public double Reach(Design design, double[] δ) => sums.Reach(design, δ);

    /// <inheritdoc cref="Sums{TResponse, T}.IsAbove"/>
    public bool IsAbove(Design design, double[] β, double δ, Func<int, int, bool> counts) => sums.IsAbove(design, β, δ, counts);

    /// <inheritdoc cref="Sums{TResponse, T}.Rows"/>
    public void Rows(Design design, double[] β, Action<Design, int, double[], double[]> look) => sums.Rows(design, β, look);

    /// <inheritdoc cref="Sums{TResponse, T}.Each"/>
    public void Each(Design design, double[] β, Action<Design, int, double[]> look) => sums.Each(design, β, look);
}

/// <summary>The likelihood as what the solver climbs.</summary>
readonly struct Climb<TResponse, T>(Likelihood<TResponse, T> likelihood, Ascent ascent)
    : IObjective<DensePoint<HostStore>, DenseJet<HostStore>, Real>
    where TResponse : struct, IResponse<T> where T : unmanaged, IReal<T>
{
    /// <summary>
    /// Longest way of any row's predictor in a step with Firth's penalty. Where a predictor is far out the information is
    /// e⁻ᵘ, and its determinant is rounding soon: 7 successes and 400 failures in two groups jumped to u = 50, and stayed.
    /// </summary>
    const double LongestReach = 4;

    public void At(in DensePoint<HostStore> β, Real active, ref DenseJet<HostStore> jet) => likelihood.At(ascent, β.Store.Array, jet.Store.Array);

    public DensePoint<HostStore> Retract(in DensePoint<HostStore> from, in DensePoint<HostStore> to, Real length)
    {
        double share = Ascent.Share(length);
        if (likelihood.Firth)
        {
            double[] δ = [.. to.Store.Array.Zip(from.Store.Array, (a, b) => a - b)];
            share = Math.Min(share, LongestReach / likelihood.Reach(ascent.Design, δ));
        }
        return to.Shorten(from, share);
    }

    public DensePoint<HostStore> If(Real where, DensePoint<HostStore> to, DensePoint<HostStore> from) => from.Take(where, to);
}
