namespace Mle;

/// <summary>Σ x, Σ x² and how many.</summary>
struct Moments
{
    public long Count;
    public double Sum, Squares;

    public void Add(double x) => (Count, Sum, Squares) = (Count + 1, Sum + x, Squares + x * x);

    public void Add(Moments other) => (Count, Sum, Squares) = (Count + other.Count, Sum + other.Sum, Squares + other.Squares);

    public readonly double Mean => Sum / Count;

    /// <summary>With divisor n.</summary>
    public readonly double Variance => Math.Max(0, Squares / Count - Mean * Mean);

    public readonly double ErrorOfMean => Math.Sqrt(Variance / Count);

    public readonly void Write(BinaryWriter to)
    {
        to.Write7BitEncodedInt64(Count);
        to.Write(Sum);
        to.Write(Squares);
    }

    public static Moments Read(BinaryReader from) => new() { Count = from.Read7BitEncodedInt64(), Sum = from.ReadDouble(), Squares = from.ReadDouble() };
}

/// <summary>Deviations d = (θ̂ − θ)/unit of one estimand, the unit a power of two.</summary>
sealed class Deviations
{
    public long Infinite, Missing;
    public Moments First, Second;
    public double Cubes;
    public readonly Sketch Sketch = new();

    public void Add(double d)
    {
        if (double.IsNaN(d))
        {
            Missing++;
            return;
        }
        Sketch.Add(d);
        if (double.IsInfinity(d))
        {
            Infinite++;
            return;
        }
        First.Add(d);
        Second.Add(d * d);
        Cubes += d * d * d;
    }

    public long Failed => Missing + Infinite;

    public double Mean => First.Mean;

    /// <summary>With divisor n − 1.</summary>
    public double Variance => First.Variance * First.Count / (First.Count - 1);

    /// <summary>√((m₄ − m₂²(n − 3)/(n − 1))/n), m₄ the fourth moment about the mean, whatever the distribution.</summary>
    public double ErrorOfVariance
    {
        get
        {
            double n = First.Count, mean = Mean, m2 = First.Variance;
            double m4 = Second.Squares / n - 4 * mean * Cubes / n + 6 * mean * mean * Second.Mean - 3 * mean * mean * mean * mean;
            return Math.Sqrt(Math.Max(0, m4 - m2 * m2 * (n - 3) / (n - 1)) / n);
        }
    }

    public void Add(Deviations other)
    {
        (Infinite, Missing, Cubes) = (Infinite + other.Infinite, Missing + other.Missing, Cubes + other.Cubes);
        First.Add(other.First);
        Second.Add(other.Second);
        Sketch.Add(other.Sketch);
    }

    public void Write(BinaryWriter to)
    {
        to.Write7BitEncodedInt64(Infinite);
        to.Write7BitEncodedInt64(Missing);
        First.Write(to);
        Second.Write(to);
        to.Write(Cubes);
        Sketch.Write(to);
    }

    public void Read(BinaryReader from)
    {
        (Infinite, Missing) = (from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64());
        (First, Second, Cubes) = (Moments.Read(from), Moments.Read(from), from.ReadDouble());
        Sketch.Read(from);
    }
}

/// <summary>Standard errors of a method, squared: v, with what goes with d.</summary>
struct Spread
{
    public Moments V;
    public double WithD, WithSquare;

    public void Add(double v, double d)
    {
        V.Add(v);
        (WithD, WithSquare) = (WithD + v * d, WithSquare + v * d * d);
    }

    public void Add(Spread other)
    {
        V.Add(other.V);
        (WithD, WithSquare) = (WithD + other.WithD, WithSquare + other.WithSquare);
    }

    public readonly void Write(BinaryWriter to)
    {
        V.Write(to);
        to.Write(WithD);
        to.Write(WithSquare);
    }

    public static Spread Read(BinaryReader from) => new() { V = Moments.Read(from), WithD = from.ReadDouble(), WithSquare = from.ReadDouble() };
}

/// <summary>Intervals of a method, for one estimand and level.</summary>
sealed class Coverage
{
    public long Missing, Covering, Rejecting, Unbounded;
    public Moments Length;
    public readonly Sketch Low = new(), High = new();

    public void Add(Coverage other)
    {
        (Missing, Covering, Rejecting, Unbounded) =
            (Missing + other.Missing, Covering + other.Covering, Rejecting + other.Rejecting, Unbounded + other.Unbounded);
        Length.Add(other.Length);
        Low.Add(other.Low);
        High.Add(other.High);
    }

    public void Write(BinaryWriter to)
    {
        foreach (long count in (long[])[Missing, Covering, Rejecting, Unbounded])
            to.Write7BitEncodedInt64(count);
        Length.Write(to);
        Low.Write(to);
        High.Write(to);
    }

    public void Read(BinaryReader from)
    {
        (Missing, Covering) = (from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64());
        (Rejecting, Unbounded) = (from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64());
        Length = Moments.Read(from);
        Low.Read(from);
        High.Read(from);
    }
}

/// <summary>What became of some replicates of a cell: sums and counts, which add up with those of other blocks.</summary>
public sealed class Block
{
    internal readonly long[] Verdicts = new long[Enum.GetValues<Status>().Length];
    internal readonly Deviations[] Deviations;
    internal readonly Spread[,] Spreads;
    internal readonly Coverage[,,] Coverages;

    /// <summary>−ℓ/n.</summary>
    internal Moments NegativeLogLikelihood;

    internal Block(Study study, int cell)
    {
        int estimands = study.Cells[cell].Estimands.Count;
        Deviations = [.. Enumerable.Range(0, estimands).Select(_ => new Deviations())];
        Spreads = new Spread[study.Methods.Count, estimands];
        Coverages = new Coverage[study.Methods.Count, estimands, study.Levels.Count];
        foreach (var (m, t, l) in Places())
            Coverages[m, t, l] = new();
    }

    public long Replicates { get; private set; }

    IEnumerable<(int M, int T, int L)> Places() =>
        from m in Enumerable.Range(0, Coverages.GetLength(0))
        from t in Enumerable.Range(0, Coverages.GetLength(1))
        from l in Enumerable.Range(0, Coverages.GetLength(2))
        select (m, t, l);

    /// <summary>Fits and judges the replicates of one block. The same bits on the same kind of engine, whatever the threads.</summary>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="ArgumentException">A method does not suit the cell, in one sentence; <see cref="Check"/> says so before.</exception>
    public static Block Of(IEngine engine, Study study, int cell, int number, FitOptions options)
    {
        long first = (long)number * study.BlockSize;
        int count = (int)Math.Min(study.BlockSize, study.Replicates - first);
        var judged = new Judged(engine, study, cell, (uint)first, count, options);
        var block = new Block(study, cell) { Replicates = count };
        block.Count(judged.Fits);
        for (int t = 0; t < block.Deviations.Length; t++)
        {
            var frame = Frame.Of(study.Cells[cell].Estimands[t]);
            foreach (double value in judged.Values[t])
                block.Deviations[t].Add(frame.Of(value));
            for (int m = 0; m < study.Methods.Count; m++)
            {
                if (judged.Errors[m, t] is { } errors)
                    block.Spreads[m, t] = Spread(errors, judged.Values[t], frame);
                for (int l = 0; l < study.Levels.Count; l++)
                    Cover(block.Coverages[m, t, l], judged.Intervals[m, t, l], study.Cells[cell].Estimands[t], frame);
            }
        }
        return block;
    }

    /// <summary>Refuses a study that asks for what there is not, naming the cell, the method and the estimand.</summary>
    /// <exception cref="ArgumentException">In one sentence.</exception>
    public static void Check(Study study)
    {
        for (int cell = 0; cell < study.Cells.Count; cell++)
            Judged.Check(study, cell);
    }

    void Count(FitTable fits)
    {
        for (int f = 0; f < fits.Count; f++)
        {
            Verdicts[(int)fits.Status[f]]++;
            double mean = -fits.LogLikelihood[f] / fits.Size[f];
            if (fits.Status[f] <= Status.Boundary && double.IsFinite(mean))
                NegativeLogLikelihood.Add(mean);
        }
    }

    static Spread Spread(double[] errors, double[] values, Frame frame)
    {
        Spread spread = default;
        for (int f = 0; f < errors.Length; f++)
        {
            double e = errors[f] * frame.PerUnit, d = frame.Of(values[f]);
            if (double.IsFinite(e) && double.IsFinite(d))
                spread.Add(e * e, d);
        }
        return spread;
    }

    static void Cover(Coverage to, (double Low, double High)[] intervals, Estimand estimand, Frame frame)
    {
        double θ = estimand.Truth, none = estimand.Null;
        foreach (var (low, high) in intervals)
        {
            if (double.IsNaN(low) || double.IsNaN(high))
            {
                to.Missing++;
                continue;
            }
            to.Covering += low <= θ && θ <= high ? 1 : 0;
            to.Rejecting += none < low || none > high ? 1 : 0;
            to.Low.Add(frame.Of(low));
            to.High.Add(frame.Of(high));
            double length = (high - low) * frame.PerUnit;
            if (double.IsFinite(length))
                to.Length.Add(length);
            else
                to.Unbounded++;
        }
    }

    internal void Add(Block other)
    {
        Replicates += other.Replicates;
        for (int i = 0; i < Verdicts.Length; i++)
            Verdicts[i] += other.Verdicts[i];
        NegativeLogLikelihood.Add(other.NegativeLogLikelihood);
        for (int t = 0; t < Deviations.Length; t++)
            Deviations[t].Add(other.Deviations[t]);
        foreach (var (m, t, l) in Places())
        {
            if (l == 0)
                Spreads[m, t].Add(other.Spreads[m, t]);
            Coverages[m, t, l].Add(other.Coverages[m, t, l]);
        }
    }

    /// <summary>As a journal keeps it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        to.Write7BitEncodedInt64(Replicates);
        foreach (long count in Verdicts)
            to.Write7BitEncodedInt64(count);
        NegativeLogLikelihood.Write(to);
        foreach (var one in Deviations)
            one.Write(to);
        foreach (var (m, t, l) in Places())
        {
            if (l == 0)
                Spreads[m, t].Write(to);
            Coverages[m, t, l].Write(to);
        }
        to.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="FormatException">These are not the bytes of a block of this study's cell.</exception>
    public static Block Parse(Study study, int cell, ReadOnlySpan<byte> bytes)
    {
        var from = new BinaryReader(new MemoryStream(bytes.ToArray()));
        try
        {
            var block = new Block(study, cell) { Replicates = from.Read7BitEncodedInt64() };
            for (int i = 0; i < block.Verdicts.Length; i++)
                block.Verdicts[i] = from.Read7BitEncodedInt64();
            block.NegativeLogLikelihood = Moments.Read(from);
            foreach (var one in block.Deviations)
                one.Read(from);
            foreach (var (m, t, l) in block.Places())
            {
                if (l == 0)
                    block.Spreads[m, t] = Mle.Spread.Read(from);
                block.Coverages[m, t, l].Read(from);
            }
            return from.BaseStream.Position == bytes.Length ? block : throw new FormatException("there are more bytes than a block has");
        }
        catch (EndOfStreamException)
        {
            throw new FormatException("there are fewer bytes than a block has");
        }
    }
}

/// <summary>Where an estimand's deviations are measured from, and in which power of two.</summary>
readonly record struct Frame(double Center, double Unit)
{
    /// <summary>1/unit, which is exact.</summary>
    public double PerUnit { get; } = 1 / Unit;

    public static Frame Of(Estimand estimand) => double.IsFinite(estimand.Truth) && estimand.Truth != 0
        ? new(estimand.Truth, Math.ScaleB(1, Math.ILogB(estimand.Truth))) : new(0, 1);

    public double Of(double value) => (value - Center) * PerUnit;
}
