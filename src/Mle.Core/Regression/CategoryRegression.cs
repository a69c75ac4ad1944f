using System.Diagnostics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>Rows whose response is the number of a category.</summary>
readonly struct CategoryRows(int categories) : IResponseRows
{
    public Support Support => Support.Counts(0, categories - 1);

    public bool TakesTrials => false;

    public double CensoredBelow => double.NegativeInfinity;

    public int Statistics => 1;

    public Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => new(y.A);

    public bool HasLogBase(bool trials) => false;

    public T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => 0.0;

    /// <summary>What a category says is of several predictors at once: see the regressions' own certificates.</summary>
    public int Cone(Kind kind, double y, double trials, int slot) => 0;
}

/// <summary>log pⱼ = uⱼ − log Σ e^(uₖ), u₀ = 0: ∂ = δⱼₖ − pₖ, ∂² = pₖpₗ − δₖₗpₖ.</summary>
readonly struct MultinomialResponse<T>(int categories) : IResponse<T> where T : unmanaged, IReal<T>
{
    public int Slots => categories - 1;

    [MethodImpl(NoInlining | AggressiveOptimization)]
    public T Sum(Design design, int block, double[] u, double[] derivatives)
    {
        int rows = design.Block, slots = categories - 1;
        ref double y = ref Lanes.At(design.Data, design.Statistic(block, 0));
        ref double weights = ref Lanes.At(design.Data, design.Weights(block));
        ref double at = ref Lanes.At(u, 0);
        ref double to = ref Lanes.At(derivatives, 0);
        T total = 0.0, zero = 0.0, one = 1.0;
        for (int i = 0; i < rows; i += Unsafe.SizeOf<T>() / sizeof(double))
        {
            T w = Lanes.Read<T>(ref weights, i), category = Lanes.Read<T>(ref y, i), most = zero, own = zero;
            for (int k = 0; k < slots; k++)
                most = T.Max(most, Lanes.Read<T>(ref at, k * rows + i));
            T sum = T.Exp(-most);
            for (int k = 0; k < slots; k++)
            {
                T v = Lanes.Read<T>(ref at, k * rows + i), e = T.Exp(v - most);
                sum += e;
                own = T.IfLess(T.Abs(category - (k + 1.0)), 0.5, v, own);
                Lanes.Write(ref to, k * rows + i, e);
            }
            total = T.MultiplyAdd(w, own - most - T.Log(sum), total);
            T share = T.Reciprocal(sum);
            for (int k = 0; k < slots; k++)
                Lanes.Write(ref to, k * rows + i, share * Lanes.Read<T>(ref to, k * rows + i));
            for (int k = 0, pair = slots; k < slots; k++)
            {
                T p = Lanes.Read<T>(ref to, k * rows + i), wp = w * p;
                for (int l = 0; l < k; l++, pair++)
                    Lanes.Write(ref to, pair * rows + i, wp * Lanes.Read<T>(ref to, l * rows + i));
                Lanes.Write(ref to, pair++ * rows + i, wp * (p - one));
            }
            for (int k = 0; k < slots; k++)
            {
                T p = Lanes.Read<T>(ref to, k * rows + i);
                Lanes.Write(ref to, k * rows + i, w * (T.IfLess(T.Abs(category - (k + 1.0)), 0.5, one, zero) - p));
            }
        }
        return total;
    }

    public void Values(Design design, int block, double[] u, double[] values)
    {
        int rows = design.Block, slots = categories - 1;
        for (int i = 0; i < rows; i++)
        {
            int category = (int)design.Data[design.Statistic(block, 0) + i];
            double most = 0, sum = 0;
            for (int k = 0; k < slots; k++)
                most = Math.Max(most, u[k * rows + i]);
            for (int k = 0; k < slots; k++)
                sum += Math.Exp(u[k * rows + i] - most);
            values[i] = (category > 0 ? u[(category - 1) * rows + i] : 0) - most - Math.Log(sum + Math.Exp(-most));
        }
    }

    /// <summary>Of two categories, with p = 1/(1 + e⁻ᵘ): −pq(q − p) and −pq(1 − 6pq).</summary>
    public void Bend(Design design, int block, double[] u, double[] bends)
    {
        int rows = design.Block;
        for (int i = 0; i < rows; i++)
        {
            double e = Math.Exp(-Math.Abs(u[i])), less = e / (1 + e), more = 1 / (1 + e), pq = less * more, w = design.Data[design.Weights(block) + i];
            bends[i] = w * pq * (u[i] < 0 ? less - more : more - less);
            bends[rows + i] = -w * pq * (1 - 6 * pq);
        }
    }
}

/// <summary>
/// log[F(ζⱼ − u) − F(ζⱼ₋₁ − u)] in the slots u, ζ₁, …: a row's category is an interval between thresholds, or what lies beyond
/// the last on one side.
/// </summary>
readonly struct OrderedResponse<TLink, T>(int categories) : IResponse<T> where TLink : struct, ILink<TLink> where T : unmanaged, IReal<T>
{
    public int Slots => categories;

    public T Sum(Design design, int block, double[] u, double[] derivatives)
    {
        int rows = design.Block;
        Array.Clear(derivatives, 0, (categories + categories * (categories + 1) / 2) * rows);
        double total = 0;
        for (int i = 0; i < rows; i++)
        {
            double w = design.Data[design.Weights(block) + i];
            int j = (int)design.Data[design.Statistic(block, 0) + i];
            if (w == 0)
                continue;
            var d = Log(u, i, rows, j).Parts;
            total += w * d.F;
            int upper = j + 1, lower = j;
            derivatives[i] = w * d.Score.X;
            derivatives[Pair(0, 0) * rows + i] = w * d.Hessian.XX;
            if (j < categories - 1)
            {
                derivatives[upper * rows + i] = w * d.Score.Y;
                derivatives[Pair(upper, 0) * rows + i] = w * d.Hessian.XY;
                derivatives[Pair(upper, upper) * rows + i] = w * d.Hessian.YY;
            }
            if (j > 0)
            {
                derivatives[lower * rows + i] = w * d.Score.Z;
                derivatives[Pair(lower, 0) * rows + i] = w * d.Hessian.XZ;
                derivatives[Pair(lower, lower) * rows + i] = w * d.Hessian.ZZ;
            }
            if (j > 0 && j < categories - 1)
                derivatives[Pair(upper, lower) * rows + i] = w * d.Hessian.YZ;
        }
        T sum = 0.0;
        return sum + T.IfLess(0.0, 1.0, total / (Unsafe.SizeOf<T>() / sizeof(double)), 0.0);
    }

    public void Values(Design design, int block, double[] u, double[] values)
    {
        for (int i = 0; i < design.Block; i++)
            values[i] = Log(u, i, design.Block, (int)design.Data[design.Statistic(block, 0) + i]).Parts.F;
    }

    public void Bend(Design design, int block, double[] u, double[] bends) => throw new UnreachableException("Thresholds are predictors too: there are never less than two.");

    int Pair(int s, int r) => categories + DenseJet<HostStore>.Entry(s, r);

    /// <summary>log p of category j in row i, in u, the upper threshold and the lower one.</summary>
    Jet3<Real> Log(double[] u, int i, int rows, int j)
    {
        var at = Jet3<Real>.At(new(u[i], j < categories - 1 ? u[(j + 1) * rows + i] : 0, j > 0 ? u[j * rows + i] : 0));
        Jet3<Real> upperF = 0.0, upperS = double.NegativeInfinity, lowerF = double.NegativeInfinity, lowerS = 0.0;
        if (j < categories - 1)
            TLink.Tails(at.Y - at.X, out upperF, out upperS);
        if (j > 0)
            TLink.Tails(at.Z - at.X, out lowerF, out lowerS);
        return j == 0 ? upperF : j == categories - 1 ? lowerS : Interval.Between(lowerF, lowerS, upperF, upperS);
    }
}

/// <summary>Multinomial logit: a predictor for each category but the first, of the same terms.</summary>
sealed class MultinomialRegression<T>(IEngine engine, Family family, IReadOnlyList<string> labels, Batch batch, FitOptions options)
    : Regression<CategoryRows, MultinomialResponse<T>, T>(engine, family, batch, options, LayoutOf(family, labels, batch, options), new(labels.Count), new(labels.Count))
    where T : unmanaged, IReal<T>
{
    internal static Layout LayoutOf(Family family, IReadOnlyList<string> labels, Batch batch, FitOptions options)
    {
        if (labels.Count < 2)
            throw new ArgumentException($"{family.Name} needs two categories or more.");
        var predictor = Categories.PredictorOf(family, batch) ?? Predictor.Constant;
        return new([.. Enumerable.Range(1, labels.Count - 1).Select(_ => (family.Info.Parameters[0] with { Role = Role.Shape }, (Predictor?)predictor))],
            (s, term) => $"{labels[s + 1]}:{term}", options, batch.Count);
    }

    /// <summary>Log ratios of the categories' numbers.</summary>
    protected override void Start(int d, Standardization unit, Span<double> u)
    {
        var shares = Categories.Shares(Batch, d, labels.Count);
        for (int s = 0; s < u.Length; s++)
            u[s] = Math.Log(shares[s + 1] / shares[0]);
    }

    /// <summary>
    /// As for one predictor: with v = the category's predictor less another's, a row's slope is E v and its curvature Var v ≤
    /// max v · E v, so that nothing is separated where every probability of another category is above the decrement.
    /// </summary>
    protected override bool Overlaps(Worker worker, double decrement)
    {
        T zero = 0.0, none = double.PositiveInfinity, least = none;
        int rows = worker.Design.Block, slots = labels.Count - 1, lanes = Unsafe.SizeOf<T>() / sizeof(double);
        worker.Likelihood.Each(worker.Design, worker.Point, (design, block, derivatives) =>
        {
            ref double weights = ref Lanes.At(design.Data, design.Weights(block));
            ref double categories = ref Lanes.At(design.Data, design.Statistic(block, 0));
            for (int r = 0; r < rows; r += lanes)
            {
                // −w Pₖ where k is not the row's category, else above 0; less all of them, the same of the category that has no predictor.
                T sum = zero, others = none;
                for (int k = 0; k < slots; k++)
                {
                    T score = Lanes.Read<T>(ref derivatives[0], k * rows + r);
                    sum += score;
                    others = T.Min(others, T.IfLess(zero, score, none, -score));
                }
                others = T.Min(others, T.IfLess(zero, Lanes.Read<T>(ref categories, r), sum, none));
                least = T.Min(least, T.IfLess(zero, Lanes.Read<T>(ref weights, r), others, none));
            }
        });
        return T.Least(least) > decrement;
    }

    /// <summary>(d_y − dₖ)·x ≥ 0 for every row's category y and all others k.</summary>
    protected override Verdict? Separated(int d, Worker worker)
    {
        var columns = Layout.Slots[0].Columns;
        int others = labels.Count - 1, p = columns.Count;
        int[] rows = [.. worker.Data.InOrder().Select(r => r.Row)];
        return Categories.Separated(others * p, rows.Length * others, Layout, (i, a) =>
        {
            int row = rows[i / others], y = (int)Batch.Values.Span[row], k = i % others;
            k += k >= y ? 1 : 0;
            a.Clear();
            for (int j = 0; j < p; j++)
            {
                double x = columns[j].IsEmpty ? 1 : columns[j].Span[row];
                if (y > 0)
                    a[(y - 1) * p + j] = x;
                if (k > 0)
                    a[(k - 1) * p + j] = -x;
            }
            return false;
        }, i => rows[i / others]) is var (limits, separated, complete) ? Words(limits, separated, rows.Length, complete ? 0 : worker.Approached()) : null;
    }
}

/// <summary>Cumulative link models: one predictor without an intercept, and the thresholds as constants of their own.</summary>
sealed class OrderedRegression<TLink, T>(IEngine engine, Family family, IReadOnlyList<string> labels, Batch batch, FitOptions options)
    : Regression<CategoryRows, OrderedResponse<TLink, T>, T>(engine, family, batch, options, LayoutOf(family, labels, batch, options), new(labels.Count), new(labels.Count))
    where TLink : struct, ILink<TLink> where T : unmanaged, IReal<T>
{
    internal static Layout LayoutOf(Family family, IReadOnlyList<string> labels, Batch batch, FitOptions options)
    {
        if (labels.Count < 2)
            throw new ArgumentException($"{family.Name} needs two categories or more.");
        var given = Categories.PredictorOf(family, batch) ?? new([], []);
        int[] kept = [.. Enumerable.Range(0, given.Terms.Count).Where(j => !given.Columns[j].IsEmpty)];
        // The thresholds are the intercepts.
        Predictor predictor = new([.. kept.Select(j => given.Terms[j])], [.. kept.Select(j => given.Columns[j])], given.Offset);
        var constant = family.Info.Parameters[0] with { Role = Role.Shape };
        return new([(constant, predictor), .. Enumerable.Range(1, labels.Count - 1).Select(j => (constant with { Name = $"zeta{j}" }, (Predictor?)null))],
            (_, term) => term, options, batch.Count);
    }

    /// <summary>Quantiles of the categories' cumulative shares.</summary>
    protected override void Start(int d, Standardization unit, Span<double> u)
    {
        var shares = Categories.Shares(Batch, d, labels.Count);
        double below = 0;
        for (int j = 1; j < u.Length; j++)
            u[j] = TLink.Quantile(below += shares[j - 1]);
    }

    /// <summary>
    /// As for one predictor, in the distances to both thresholds; the form of the second derivatives is at most twice its
    /// diagonal.
    /// </summary>
    protected override bool Overlaps(Worker worker, double decrement)
    {
        double least = double.PositiveInfinity;
        int rows = worker.Design.Block, slots = labels.Count;
        worker.Likelihood.Each(worker.Design, worker.Point, (design, block, derivatives) =>
        {
            for (int r = 0; r < rows; r++)
            {
                int category = (int)design.Data[design.Statistic(block, 0) + r];
                for (int s = Math.Max(category, 1); design.Data[design.Weights(block) + r] > 0 && s <= Math.Min(category + 1, slots - 1); s++)
                {
                    double score = derivatives[s * rows + r], curvature = derivatives[(slots + DenseJet<HostStore>.Entry(s, s)) * rows + r];
                    least = Math.Min(least, score * score / Math.Abs(2 * curvature));
                }
            }
        });
        return least > decrement;
    }

    /// <summary>ζ − x·β never falls at the upper threshold of a row's category, and never rises at the lower one.</summary>
    protected override Verdict? Separated(int d, Worker worker)
    {
        var columns = Layout.Slots[0].Columns;
        int p = columns.Count;
        (int Row, int Threshold, int Sign)[] sides = [.. worker.Data.InOrder().SelectMany(r => Sides(r.Row))];
        return Categories.Separated(p + labels.Count - 1, sides.Length, Layout, (i, a) =>
        {
            var (row, threshold, sign) = sides[i];
            a.Clear();
            for (int j = 0; j < p; j++)
                a[j] = -sign * columns[j].Span[row];
            a[p + threshold] = sign;
            return false;
        }, i => sides[i].Row) is var (limits, separated, complete) ? Words(limits, separated, worker.Data.Count(Kind.Exact), complete ? 0 : worker.Approached()) : null;
    }

    IEnumerable<(int, int, int)> Sides(int row)
    {
        int y = (int)Batch.Values.Span[row];
        if (y < labels.Count - 1)
            yield return (row, y, 1);
        if (y > 0)
            yield return (row, y - 1, -1);
    }

    /// <summary>A category that never occurs has probability 0: its thresholds coincide, or lie at infinity.</summary>
    protected override bool Closed(int d, int from, int end, Rows<CategoryRows> data)
    {
        var counts = new double[labels.Count];
        foreach (var (i, _, _) in data.InOrder())
            counts[(int)Batch.Values.Span[i]]++;
        int[] kept = [.. Enumerable.Range(0, counts.Length).Where(j => counts[j] > 0)];
        if (kept.Length == counts.Length)
            return false;
        var limits = new Dictionary<string, double>();
        double supremum = 0;
        int p = Layout.Slots[0].Terms.Count;
        if (kept.Length > 1)
        {
            var slice = Batch.Slice(d);
            double[] codes = [.. slice.Values.ToArray().Select(y => (double)Array.IndexOf(kept, (int)y))];
            var fit = Engine.Fit(new Ordered<TLink>([.. kept.Select(j => labels[j])]), Copy(slice, codes), Options.Alone(d) with { Progress = null });
            supremum = double.IsNaN(fit.LogLikelihood[0]) ? fit[0].Verdict.Supremum : fit.LogLikelihood[0];
            for (int i = 0; i < p; i++)
                limits[Table.Parameters[i]] = fit.Estimates(i)[0];
            for (int j = 1; j < counts.Length; j++)
            {
                int below = kept.Count(k => k < j);
                limits[$"zeta{j}"] = below == 0 ? double.NegativeInfinity : below == kept.Length ? double.PositiveInfinity : fit.Estimates(p + below - 1)[0];
            }
        }
        string empty = string.Join(", ", Enumerable.Range(0, counts.Length).Except(kept).Select(j => labels[j]));
        bool inside = kept[0] == 0 && kept[^1] == counts.Length - 1;
        var verdict = inside
            ? new Verdict(Status.Boundary, $"{empty} never occurs: its thresholds coincide", Supremum: supremum, Limit: limits, Bound: $"P({empty}) = 0")
            : new Verdict(Status.NoFiniteMle, $"{empty} never occurs: a threshold runs away", Cause.Limit, supremum, limits);
        Write(d, verdict, inside ? [.. Layout.All.Select(r => limits[r.Name])] : null);
        if (inside && Options.Detail == Detail.Complete)
            Table.LogLikelihood[d] = supremum;
        return true;
    }
}

static class Categories
{
    public static Predictor? PredictorOf(Family family, Batch batch)
    {
        string name = family.Info.Primary;
        if (batch.Predictors.Keys.FirstOrDefault(key => key != name) is { } unknown)
            throw new ArgumentException($"{family.Name} has no parameter '{unknown}' to predict; its formula is for {name}.");
        return batch.Predictors.GetValueOrDefault(name);
    }

    /// <summary>
    /// Where coefficients run, by name, how many rows some of whose other categories are out of the way then, and whether all
    /// of all rows' are; null where there is no such direction.
    /// </summary>
    public static (Dictionary<string, double> Limits, int Rows, bool Complete)? Separated(int p, int constraints, Layout layout, RowReader read, Func<int, int> rowOf)
    {
        // What is known runs nowhere: a direction is sought in the other coefficients.
        int[] free = [.. Enumerable.Range(0, p).Where(j => !layout.IsKnown(j))];
        var row = new double[p];
        if (Separation.Find(free.Length, constraints, (i, a) =>
            {
                bool equality = read(i, row);
                for (int j = 0; j < free.Length; j++)
                    a[j] = row[free[j]];
                return equality;
            }) is not { } found)
            return null;
        var limits = new Dictionary<string, double>();
        for (int j = 0; j < free.Length; j++)
            if (found.Direction[j] != 0)
                limits[layout.All[free[j]].Name] = found.Direction[j] * double.PositiveInfinity;
        int rows = Enumerable.Range(0, constraints).Where(i => found.Separated[i]).Select(rowOf).Distinct().Count();
        return (limits, rows, found.IsComplete);
    }

    /// <summary>The categories' shares, a half added to each number so that none is 0.</summary>
    public static double[] Shares(Batch batch, int d, int categories)
    {
        var shares = new double[categories];
        Array.Fill(shares, 0.5);
        for (long i = batch.Offsets[d]; i < batch.Offsets[d + 1]; i++)
            shares[(int)batch.Values.Span[(int)i]] += batch.Weights.IsEmpty ? 1 : batch.Weights.Span[(int)i];
        double sum = shares.Sum();
        return [.. shares.Select(s => s / sum)];
    }
}
