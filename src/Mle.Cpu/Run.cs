using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mle;

/// <summary>One call of Fit for one family: hands blocks of data sets to workers and writes what they find.</summary>
/// <typeparam name="T">The vectors that load the data.</typeparam>
/// <typeparam name="R">What is solved: one data set, or one in each lane.</typeparam>
abstract class Run<TFamily, T, R, TJet>(FamilyInfo info, Batch batch, FitOptions options, Given given)
    where TFamily : struct, IFamily<TFamily>
    where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    where TJet : unmanaged, IJet<TJet, R>
{
    /// <summary>Observations in a worker's block: large against the cost of handing it out, small against the batch.</summary>
    const int BlockSize = 1 << 16;

    protected readonly FamilyInfo Info = info;
    protected readonly FitOptions Options = options;
    protected readonly Given Given = given;
    protected readonly FitTable Table = new(
        [.. info.Parameters.Select(p => p.Name)], given.FreeCount, batch.Count, options.Detail);
    readonly (Vec3<Real>, Vec3<Real>) region = TFamily.Region<Real>();

    protected int Threads => Options.Threads > 0 ? Options.Threads : Environment.ProcessorCount;

    /// <summary>How many data sets are solved together.</summary>
    protected static int Side => Unsafe.SizeOf<R>() / sizeof(double);

    public FitTable Fit()
    {
        if (!batch.Trials.IsEmpty != TakesTrials)
            throw new ArgumentException(TakesTrials
                ? $"The family {Info.Name} needs a column of trials." : $"The family {Info.Name} takes no trials.");
        var bounds = Blocks();
        long done = 0;
        // A giant data set keeps all workers busy by itself.
        bool giant = batch.Count < Threads;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = giant ? 1 : Threads, CancellationToken = Options.Cancellation };
        Parallel.For(0, bounds.Count - 1, parallel, () => new Workspace(), (block, _, space) =>
        {
            Work(bounds[block], bounds[block + 1], giant ? Threads : 1, space);
            if (Options.Progress is { } progress)
                progress.Report(Interlocked.Add(ref done, bounds[block + 1] - bounds[block]));
            return space;
        }, _ => { });
        return Table;
    }

    static bool TakesTrials => TFamily.Info.Name == "binomial";

    /// <summary>Cuts the batch where blocks become large, at multiples of what is solved together.</summary>
    List<int> Blocks()
    {
        var offsets = batch.Bounds;
        List<int> bounds = [0];
        for (int d = Side; d < batch.Count; d += Side)
            if (offsets[d] - offsets[bounds[^1]] >= BlockSize || d - bounds[^1] >= BlockSize / 16)
                bounds.Add(d);
        bounds.Add(batch.Count);
        return bounds;
    }

    protected abstract void Work(int from, int to, int threads, Workspace space);

    protected Loaded Load(int d, int threads, Workspace space)
    {
        int from = (int)batch.Bounds[d], length = (int)(batch.Bounds[d + 1] - from);
        return Loading.Load<TFamily, T>(
            batch.Values.Span.Slice(from, length),
            batch.Weights.IsEmpty ? default : batch.Weights.Span.Slice(from, length),
            batch.Trials.IsEmpty ? default : batch.Trials.Span.Slice(from, length), Options.Detail, threads, space);
    }

    protected Prior<Real> PriorOf(in Loaded loaded) => Given.Prior(loaded.Unit, region);

    protected void Refuse(int d, string reason)
    {
        for (int i = 0; i < Info.Parameters.Length; i++)
        {
            Table.Estimates(i)[d] = double.NaN;
            if (Options.Detail == Detail.Complete)
                for (int j = 0; j <= i; j++)
                    Table.Covariances(i, j)[d] = double.NaN;
        }
        if (Options.Detail == Detail.Complete)
            Table.LogLikelihood[d] = double.NaN;
        Table.Status[d] = Status.InvalidData;
        Table.Verdicts[d] = new(Status.InvalidData, reason);
    }

    /// <summary>Writes one lane of an outcome as fit d.</summary>
    protected void Write(int d, in Loaded loaded, in Prior<Real> prior, in Outcome<Real> o)
    {
        Table.Size[d] = loaded.Summary.Size;
        Table.Iterations[d] = (int)o.Iterations.Value;
        int code = (int)o.Code.Value, k = Info.Parameters.Length;
        Span<double> θ = [o.θ.X, o.θ.Y, o.θ.Z], slope = stackalloc double[3];
        for (int i = 0; i < k; i++)
        {
            var parameter = Info.Parameters[i];
            if (!Given.IsFree(i))
            {
                Table.Estimates(i)[d] = Given.Known(i);
                slope[i] = 0;
                continue;
            }
            double v, dv;
            switch (parameter.Link)
            {
                case Link.Log:
                    v = dv = Math.Exp(θ[i]);
                    break;
                case Link.Logit:
                    v = 1 / (1 + Math.Exp(-θ[i]));
                    dv = v * (1 - v);
                    break;
                default:
                    (v, dv) = (θ[i], 1);
                    break;
            }
            Table.Estimates(i)[d] = loaded.Unit.Map(parameter.Role, v);
            slope[i] = dv * loaded.Unit.Slope(parameter.Role);
        }
        if (Options.Detail == Detail.Complete)
        {
            var c = o.Covariance;
            Span<double> packed = [c.XX, c.XY, c.YY, c.XZ, c.YZ, c.ZZ];
            for (int j = 0, at = 0; j < k; j++)
                for (int i = 0; i <= j; i++, at++)
                    Table.Covariances(i, j)[d] = packed[at] * slope[i] * slope[j];
            Table.LogLikelihood[d] = loaded.Unit.LogLikelihood(o.Value + loaded.LogBase, loaded.Summary.Size);
        }
        if (code != 0)
            Judge(d, code, loaded, prior, o);
    }

    /// <summary>Puts a code into words, and takes back the numbers that it makes meaningless.</summary>
    void Judge(int d, int code, in Loaded loaded, in Prior<Real> prior, in Outcome<Real> o)
    {
        var findings = new Findings(
            loaded.Summary, loaded.Unit, loaded.LogBase, prior.Known, prior.Free, o.θ, o.Value, o.LimitValue);
        var verdict = code switch
        {
            Codes.UserBound => OnUserBound(d, o),
            Codes.IterationLimit => new(Status.IterationLimit, $"no maximum was found in {o.Iterations.Value} iterations"),
            _ => TFamily.Explain(code, findings),
        };
        Table.Status[d] = verdict.Status;
        Table.Verdicts[d] = verdict;
        bool complete = Options.Detail == Detail.Complete;
        for (int i = 0; i < Info.Parameters.Length; i++)
        {
            bool free = Given.IsFree(i);
            if (verdict.Status == Status.Boundary && verdict.Limit is { } at && at.TryGetValue(Info.Parameters[i].Name, out double edge))
                Table.Estimates(i)[d] = edge;
            else if (verdict.Status == Status.NoFiniteMle && free)
                Table.Estimates(i)[d] = double.NaN;
            for (int j = 0; complete && j <= i; j++)
                if (!Keeps(verdict, i) || !Keeps(verdict, j))
                    Table.Covariances(i, j)[d] = free && Given.IsFree(j) ? double.NaN : 0;
        }
        if (complete && verdict.Status == Status.NoFiniteMle)
            Table.LogLikelihood[d] = double.NaN;
        else if (complete && verdict.Status == Status.Boundary && !double.IsNaN(verdict.Supremum))
            Table.LogLikelihood[d] = verdict.Supremum;
    }

    /// <summary>Whether the theory still gives this parameter a standard error: only beside an order statistic.</summary>
    bool Keeps(Verdict verdict, int slot) =>
        verdict.Status == Status.IterationLimit
        || verdict.Status == Status.Nonregular && Slot(TFamily.Smooth<Real>(), slot) > 0;

    static double Slot(Vec3<Real> of, int slot) => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    Verdict OnUserBound(int d, in Outcome<Real> o)
    {
        var held = new List<string>();
        double score = double.NaN;
        foreach (var (name, (low, high)) in Options.Bounds)
        {
            int slot = Array.FindIndex(Info.Parameters, p => p.Name == name);
            double v = Table.Estimates(slot)[d];
            if (Math.Abs(v - low) <= 1e-12 * Math.Abs(low) || Math.Abs(v - high) <= 1e-12 * Math.Abs(high))
            {
                held.Add(FormattableString.Invariant($"{name} = {v}"));
                score = Slot(o.Score, slot);
            }
        }
        string bound = string.Join(", ", held);
        return new(Status.Boundary, $"the likelihood still rises beyond the given bound {bound}", Bound: bound, BoundScore: score);
    }
}

/// <summary>Families that keep rows or a table: one data set after another.</summary>
sealed class RowByRow<TFamily, T, TJet>(FamilyInfo info, Batch batch, FitOptions options, Given given)
    : Run<TFamily, T, Real, TJet>(info, batch, options, given)
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, Real>
{
    protected override void Work(int from, int to, int threads, Workspace space)
    {
        for (int d = from; d < to; d++)
        {
            var loaded = Load(d, threads, space);
            if (loaded.Invalid is not null)
            {
                Refuse(d, loaded.Invalid);
                continue;
            }
            var sample = new LaneSample<T>(
                space.A, space.Paired ? space.B : null, space.Weighted ? space.Weights : null, 0, loaded.Rows, threads);
            var prior = PriorOf(loaded);
            Outcome<Real> outcome = default;
            Estimation.Fit<TFamily, LaneSample<T>, T, Real, TJet>(
                sample, loaded.Summary, prior, Given.Start(loaded.Unit), Given.Bounded, Options.IterationLimit,
                Options.Detail == Detail.Complete, ref outcome);
            Write(d, loaded, prior, outcome);
        }
    }
}

/// <summary>Collapsed families: as many data sets side by side as a vector has lanes.</summary>
sealed class Collapsed<TFamily, T, TJet>(FamilyInfo info, Batch batch, FitOptions options, Given given)
    : Run<TFamily, T, T, TJet>(info, batch, options, given)
    where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T> where TJet : unmanaged, IJet<TJet, T>
{
    protected override void Work(int from, int to, int threads, Workspace space)
    {
        var loaded = new Loaded[Side];
        var priors = new Prior<Real>[Side];
        var starts = new Vec3<Real>[Side];
        var index = new int[Side];
        for (int d = from; d < to; d += Side)
        {
            int fitted = 0;
            for (int i = d; i < Math.Min(d + Side, to); i++)
            {
                loaded[fitted] = Load(i, threads, space);
                if (loaded[fitted].Invalid is { } reason)
                    Refuse(i, reason);
                else
                    index[fitted++] = i;
            }
            if (fitted == 0)
                continue;
            loaded.AsSpan(fitted).Fill(loaded[0]);
            for (int i = 0; i < Side; i++)
            {
                priors[i] = PriorOf(loaded[i]);
                starts[i] = Given.Start(loaded[i].Unit);
            }
            Outcome<T> side = default;
            Estimation.Fit<TFamily, NoSample<T>, T, T, TJet>(
                default, Gather(loaded), Gather(priors), Gather(starts), Given.Bounded, Options.IterationLimit,
                Options.Detail == Detail.Complete, ref side);
            for (int i = 0; i < fitted; i++)
                Write(index[i], loaded[i], priors[i], Scatter(side, i));
        }
    }

    static T Gather(Func<int, double> lane)
    {
        Span<T> packed = stackalloc T[1];
        var lanes = MemoryMarshal.Cast<T, double>(packed);
        for (int i = 0; i < lanes.Length; i++)
            lanes[i] = lane(i);
        return packed[0];
    }

    static Summary<T> Gather(Loaded[] l) => new(
        Gather(i => l[i].Summary.Size),
        new(Gather(i => l[i].Summary.Sums.A), Gather(i => l[i].Summary.Sums.B), Gather(i => l[i].Summary.Sums.C)),
        Gather(i => l[i].Summary.Variance), Gather(i => l[i].Summary.Low), Gather(i => l[i].Summary.High), 0.0, 0.0, 0.0);

    static Vec3<T> Gather(Vec3<Real>[] v) => new(Gather(i => v[i].X), Gather(i => v[i].Y), Gather(i => v[i].Z));

    static Prior<T> Gather(Prior<Real>[] p) => new(
        Gather([.. p.Select(q => q.Known)]), Gather([.. p.Select(q => q.Free)]),
        Gather([.. p.Select(q => q.Low)]), Gather([.. p.Select(q => q.High)]));

    static Real Lane(T packed, int i)
    {
        Span<T> one = [packed];
        return MemoryMarshal.Cast<T, double>(one)[i];
    }

    static Vec3<Real> Lane(Vec3<T> v, int i) => new(Lane(v.X, i), Lane(v.Y, i), Lane(v.Z, i));

    static Outcome<Real> Scatter(in Outcome<T> o, int i) => new()
    {
        θ = Lane(o.θ, i),
        Value = Lane(o.Value, i),
        Score = Lane(o.Score, i),
        Covariance = new(Lane(o.Covariance.XX, i), Lane(o.Covariance.XY, i), Lane(o.Covariance.YY, i),
            Lane(o.Covariance.XZ, i), Lane(o.Covariance.YZ, i), Lane(o.Covariance.ZZ, i)),
        Iterations = Lane(o.Iterations, i),
        Code = Lane(o.Code, i),
        LimitValue = Lane(o.LimitValue, i),
    };
}
