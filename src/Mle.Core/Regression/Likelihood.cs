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

    /// <summary>½ the weight of βⱼ² in the penalty, for each coefficient.</summary>
    public double[]? Ridge { get; set; }

    public bool Firth { get; set; }

    /// <summary>Blocks in a chunk: enough against handing it out, few against keeping a jet for each.</summary>
    static int ChunkOf(Design design) => Math.Max(64, design.Coefficients);

    public void At(Design design, double[] β, double[] jet)
    {
        int numbers = DenseJet<HostStore>.Numbers(design.Coefficients), chunk = ChunkOf(design);
        Array.Clear(jet, 0, numbers);
        int chunks = (design.Blocks + chunk - 1) / chunk;
        if (Stride > 1)
        {
            for (int b = 0; b < design.Blocks; b += Stride)
                sums.Add(design, b, b + 1, β, jet);
        }
        else if (chunks == 1)
        {
            sums.Add(design, 0, design.Blocks, β, jet);
        }
        else
        {
            if (parts.Length < chunks || parts[0].Length < numbers)
                parts = [.. Enumerable.Range(0, chunks).Select(_ => new double[numbers])];
            Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = Threads }, () => new Sums<TResponse, T>(response), (c, _, own) =>
            {
                Array.Clear(parts[c], 0, numbers);
                own.Add(design, c * chunk, Math.Min((c + 1) * chunk, design.Blocks), β, parts[c]);
                return own;
            }, _ => { });
            for (int c = 0; c < chunks; c++)
                for (int i = 0; i < numbers; i++)
                    jet[i] += parts[c][i];
        }
        if (Ridge is { } ridge)
            for (int j = 0; j < ridge.Length; j++)
            {
                jet[0] -= ridge[j] * β[j] * β[j];
                jet[1 + j] -= 2 * ridge[j] * β[j];
                jet[1 + ridge.Length + DenseJet<HostStore>.Entry(j, j)] -= 2 * ridge[j];
            }
    }

    /// <summary>The same sums with products of rows' scores in the Hessian's place.</summary>
    public void Outer(Design design, double[] β, double[] jet, Weighing weighing)
    {
        Array.Clear(jet, 0, DenseJet<HostStore>.Numbers(design.Coefficients));
        sums.Add(design, 0, design.Blocks, β, jet, weighing);
    }

    /// <inheritdoc cref="Sums{TResponse, T}.Each"/>
    public void Each(Design design, double[] β, Action<int, double[]> look) => sums.Each(design, β, look);
}

/// <summary>The likelihood as what the solver climbs: known coefficients stay where they are.</summary>
readonly struct Climb<TResponse, T>(Likelihood<TResponse, T> likelihood, Ascent ascent)
    : IObjective<DensePoint<HostStore>, DenseJet<HostStore>, Real>
    where TResponse : struct, IResponse<T> where T : unmanaged, IReal<T>
{
    /// <summary>Longest step: in units of predictors, were all columns to act together.</summary>
    const double LongestStep = 8;

    public void At(DensePoint<HostStore> β, Real active, ref DenseJet<HostStore> jet)
    {
        double[] numbers = jet.Store.Array;
        likelihood.At(ascent.Design, β.Store.Array, numbers);
        if (ascent.Known is not { } known)
            return;
        int count = jet.Count;
        for (int i = 0; i < count; i++)
        {
            if (!known[i])
                continue;
            numbers[1 + i] = 0;
            for (int j = 0; j < count; j++)
                numbers[1 + count + (j <= i ? DenseJet<HostStore>.Entry(i, j) : DenseJet<HostStore>.Entry(j, i))] = i == j ? -1 : 0;
        }
    }

    public DensePoint<HostStore> Retract(DensePoint<HostStore> from, DensePoint<HostStore> to, Real length)
    {
        double scale = length > LongestStep ? LongestStep / length : 1;
        for (int i = 0; scale < 1 && i < to.Count; i++)
            to[i] = from[i] + scale * (to[i] - from[i]);
        return to;
    }

    public DensePoint<HostStore> If(Real where, DensePoint<HostStore> to, DensePoint<HostStore> from) => where > 0.0 ? from.Take(to) : from;
}
