namespace Mle;

/// <summary>Numbers that are kept somewhere: an array on the host, a view on a device.</summary>
public interface IStore
{
    double this[int i] { get; set; }

    /// <summary>Whether this worker is the one who writes, of several who share the numbers.</summary>
    bool Leads { get; }

    /// <summary>Waits for all who share the numbers.</summary>
    void Meet();
}

/// <summary>Numbers in an array, which nobody shares.</summary>
public readonly struct HostStore(double[] numbers) : IStore
{
    public bool Leads => true;

    public void Meet() { }

    public double this[int i]
    {
        get => numbers[i];
        set => numbers[i] = value;
    }

    public double[] Array => numbers;
}

/// <summary>Coefficients, as many as a model has.</summary>
public readonly struct DensePoint<TStore>(TStore store, int count) where TStore : struct, IStore
{
    readonly TStore store = store;

    public readonly int Count = count;

    public double this[int i]
    {
        get => store[i];
        set
        {
            var to = store;
            to[i] = value;
        }
    }

    public TStore Store => store;

    /// <summary>The other point's numbers in this one's place, where above 0.</summary>
    public DensePoint<TStore> Take(Real where, DensePoint<TStore> other)
    {
        var to = store;
        // Nobody waits behind a condition: OpenCL's compilers for processors may get that wrong.
        for (int i = 0; to.Leads && Real.Less(0.0, where) && i < Count; i++)
            to[i] = other[i];
        to.Meet();
        return this;
    }

    /// <summary>No further from another point than this share of the way.</summary>
    public DensePoint<TStore> Shorten(DensePoint<TStore> from, double share)
    {
        var to = store;
        for (int i = 0; to.Leads && share < 1 && i < Count; i++)
            to[i] = from[i] + share * (to[i] - from[i]);
        to.Meet();
        return this;
    }
}

/// <summary>
/// Value, score and Hessian in any number of coefficients: F, then the score, then the lower triangle of the Hessian row
/// by row. Room for its Cholesky factor follows.
/// </summary>
public readonly struct DenseJet<TStore>(TStore store, int count) : IAscent<DenseJet<TStore>, DensePoint<TStore>, Real>
    where TStore : struct, IStore
{
    readonly TStore store = store;

    public readonly int Count = count;

    public TStore Store => store;

    /// <summary>How many numbers a jet takes, with the room for its factor.</summary>
    public static int Room(int count) => Numbers(count) + count * (count + 1) / 2 + count + 3;

    /// <summary>How many of them are value, score and Hessian.</summary>
    public static int Numbers(int count) => 1 + count + count * (count + 1) / 2;

    public static int Entry(int i, int j) => i * (i + 1) / 2 + j;

    public Real Value => store[0];

    public double Score(int i) => store[1 + i];

    /// <summary>Entry (i, j), j ≤ i.</summary>
    public double Hessian(int i, int j) => store[1 + Count + Entry(i, j)];

    public Real Ascend(in DensePoint<TStore> from, Real damping, ref DensePoint<TStore> to, out Real decrement, out Real length)
    {
        var s = store;
        int answer = Numbers(Count) + Count * (Count + 1) / 2 + Count;
        if (s.Leads)
            Solve(from, damping, to, answer);
        s.Meet();
        decrement = s[answer];
        length = s[answer + 1];
        return s[answer + 2];
    }

    /// <summary>The step by a Cholesky factor; then the decrement, the length, and whether the matrix was definite, at the end of the room.</summary>
    void Solve(DensePoint<TStore> from, double λ, DensePoint<TStore> to, int answer)
    {
        var s = store;
        int factor = Numbers(Count), whole = factor + Count * (Count + 1) / 2;
        double most = 0;
        for (int i = 0; λ > 0 && i < Count; i++)
        {
            double sum = 0;
            for (int j = 0; j < Count; j++)
                sum += Math.Abs(j <= i ? Hessian(i, j) : Hessian(j, i));
            s[whole + i] = sum;
            most = sum > most ? sum : most;
        }
        double definite = 1;
        for (int i = 0; i < Count; i++)
        {
            double scale = λ > 0 ? λ * (s[whole + i] + Damping.Least * most) : 0;
            for (int j = 0; j <= i; j++)
            {
                double sum = -Hessian(i, j) + (i == j ? scale : 0), own = sum;
                for (int k = 0; k < j; k++)
                    sum -= s[factor + Entry(i, k)] * s[factor + Entry(j, k)];
                if (i == j)
                {
                    // What is left of a diagonal after cancellation says nothing about its sign.
                    bool positive = Real.Less(Singular * own, sum);
                    definite = positive ? definite : 0.0;
                    s[factor + Entry(i, i)] = Math.Sqrt(positive ? sum : Math.Abs(own) + 1);
                }
                else
                {
                    s[factor + Entry(i, j)] = sum / s[factor + Entry(j, j)];
                }
            }
        }
        double gain = 0, square = 0;
        for (int i = 0; i < Count; i++)
        {
            double sum = Score(i);
            for (int k = 0; k < i; k++)
                sum -= s[factor + Entry(i, k)] * s[whole + k];
            s[whole + i] = sum / s[factor + Entry(i, i)];
            gain += s[whole + i] * s[whole + i];
        }
        for (int i = Count - 1; i >= 0; i--)
        {
            double sum = s[whole + i];
            for (int k = i + 1; k < Count; k++)
                sum -= s[factor + Entry(k, i)] * s[whole + k];
            double step = sum / s[factor + Entry(i, i)];
            s[whole + i] = step;
            square += step * step;
            to[i] = from[i] + step;
        }
        s[answer] = gain;
        s[answer + 1] = Math.Sqrt(square);
        s[answer + 2] = definite;
    }

    const double Singular = 1e-15;

    public DenseJet<TStore> If(Real where, DenseJet<TStore> other)
    {
        var to = other.store;
        to.Meet();
        for (int i = 0; to.Leads && Real.Less(0.0, where) && i < Numbers(Count); i++)
            to[i] = store[i];
        to.Meet();
        return other;
    }

    /// <summary>(−H)⁻¹ as a lower triangle.</summary>
    /// <returns>The smallest share that elimination leaves of a diagonal entry; at most 0 where −H is not positive definite.</returns>
    public double Invert(Span<double> inverse) => Invert(inverse, out _);

    /// <inheritdoc cref="Invert(Span{double})"/>
    public double Invert(Span<double> inverse, out double logDeterminant)
    {
        double least = 1;
        logDeterminant = 0;
        var l = new double[Count * (Count + 1) / 2];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = -Hessian(i, j);
                for (int k = 0; k < j; k++)
                    sum -= l[Entry(i, k)] * l[Entry(j, k)];
                if (i == j)
                    least = Math.Min(least, sum / -Hessian(i, i));
                if (i == j && !(sum > 0))
                    return 0;
                l[Entry(i, j)] = i == j ? Math.Sqrt(sum) : sum / l[Entry(j, j)];
                if (i == j)
                    logDeterminant += Math.Log(sum);
            }
        // L⁻¹ in place, then L⁻ᵀL⁻¹.
        for (int i = 0; i < Count; i++)
        {
            l[Entry(i, i)] = 1 / l[Entry(i, i)];
            for (int j = 0; j < i; j++)
            {
                double sum = 0;
                for (int k = j; k < i; k++)
                    sum -= l[Entry(i, k)] * l[Entry(k, j)];
                l[Entry(i, j)] = sum * l[Entry(i, i)];
            }
        }
        for (int i = 0; i < Count; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = i; k < Count; k++)
                    sum += l[Entry(k, i)] * l[Entry(k, j)];
                inverse[Entry(i, j)] = sum;
            }
        return least;
    }

    /// <summary>gᵀ(−H)⁻¹g.</summary>
    public double Decrement(ReadOnlySpan<double> inverse)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count; j++)
                sum += Score(i) * Score(j) * inverse[j <= i ? Entry(i, j) : Entry(j, i)];
        return sum;
    }
}
