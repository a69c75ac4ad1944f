using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// Draws data sets from a family or a regression model on the host. Observation i is draw i of the source, whatever the number
/// of observations, the width of vectors or the thread. Has no state: one serves all threads.
/// </summary>
public abstract class Sampler
{
    /// <summary>The sampler of a family with the machine's widest vectors.</summary>
    public static Sampler Of(Family family) => Of(family, Regressing.Widest);

    /// <param name="lanes">Doubles per vector: 8, 4 or 1.</param>
    internal static Sampler Of(Family family, int lanes) =>
        family is Categorical ? new OfShares() : family.Accept(new Choice(family, lanes));

    /// <summary>Independent draws at the same parameters.</summary>
    /// <param name="parameters">
    /// On the reported scale, in the order of the family's parameters: the K probabilities of a categorical, the intercepts of
    /// K − 1 categories of a multinomial logit, the thresholds of ordered categories, the predictor of a probit or cloglog.
    /// </param>
    /// <param name="trials">Of each observation; where empty, 1.</param>
    /// <param name="source">With the purpose Data, and the data set and replicate that are drawn.</param>
    /// <param name="first">The number of the first draw.</param>
    public abstract void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first = 0);

    /// <summary>One data set of a batch anew: responses at its rows' predictors, offsets and trials.</summary>
    /// <param name="estimates">On the reported scale, in the order of the <see cref="FitTable"/> of the batch's fit.</param>
    /// <param name="set">Which data set.</param>
    /// <param name="to">As many as the data set has rows.</param>
    /// <param name="first">The number of the draw that is its first row.</param>
    public void Fill(ReadOnlySpan<double> estimates, Batch batch, int set, Philox source, Span<double> to, uint first = 0)
    {
        int from = (int)batch.Bounds[set], length = (int)batch.Bounds[set + 1] - from;
        if (to.Length != length)
            throw new ArgumentException($"Data set {set} has {length} rows; there is room for {to.Length}.", nameof(to));
        var trials = batch.Trials.IsEmpty ? default : batch.Trials.Span.Slice(from, length);
        if (batch.Predictors.Count == 0)
            Fill(estimates, trials, source, to, first);
        else
            Fill(estimates, LayoutOf(batch), from, trials, source, to, first);
    }

    private protected abstract Layout LayoutOf(Batch batch);

    /// <param name="from">The data set's first row in the columns of predictors.</param>
    private protected abstract void Fill(ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first);

    /// <summary>Where a model draws from, given its parameters on the reported scale.</summary>
    internal static Vec3<Real> Point<TModel>(IReadOnlyList<double> values) where TModel : struct, IModel<TModel> => Point<TModel>([.. values]);

    static Vec3<Real> Point<TModel>(ReadOnlySpan<double> values) where TModel : struct, IModel<TModel>
    {
        Span<double> u = stackalloc double[3];
        u.Clear();
        for (int s = 0; s < TModel.Info.Parameters.Length; s++)
            u[s] = TModel.IsLinked ? TModel.Info.Parameters[s].Link.Coordinate(values[s]) : values[s];
        return new(u[0], u[1], u[2]);
    }

    /// <summary>The linear predictor of a slot in some rows.</summary>
    /// <param name="row">The first of them.</param>
    static void Predict(ReadOnlySpan<double> estimates, Layout layout, int slot, int row, Span<double> u)
    {
        var predictor = layout.Slots[slot];
        if (predictor.Offset.IsEmpty)
            u.Clear();
        else
            predictor.Offset.Span.Slice(row, u.Length).CopyTo(u);
        for (int k = 0; k < layout.All.Count; k++)
        {
            if (layout.All[k].Slot != slot)
                continue;
            double β = layout.All[k].Link.Coordinate(estimates[k]);
            var column = predictor.Columns[layout.All[k].Term];
            if (column.IsEmpty)
            {
                for (int i = 0; i < u.Length; i++)
                    u[i] += β;
                continue;
            }
            var x = column.Span.Slice(row, u.Length);
            for (int i = 0; i < u.Length; i++)
                u[i] += β * x[i];
        }
    }

    sealed class Choice(Family family, int lanes) : IModelVisitor<Sampler>
    {
        public Sampler Visit<TModel>() where TModel : struct, IModel<TModel> => lanes switch
        {
            Lanes512.Count => new OfModel<TModel, Lanes512, DrawStream512>(),
            Lanes256.Count => new OfModel<TModel, Lanes256, DrawStream256>(),
            _ => new OfModel<TModel, Real, DrawStream>(),
        };

        public Sampler VisitMultinomial(IReadOnlyList<string> labels) => new OfMultinomial(family, labels);

        public Sampler VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => new OfOrdered<TLink>(family, labels);
    }

    sealed unsafe class OfModel<TModel, T, TRandom> : Sampler
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T> where TRandom : struct, IDrawStream<TRandom, T>
    {
        /// <summary>Rows that are drawn at a time.</summary>
        const int Block = Ahead.Rows;

        static readonly Parameter[] parameters = TModel.Info.Parameters;

        static int Lanes
        {
            [MethodImpl(AggressiveInlining)]
            get => Unsafe.SizeOf<T>() / sizeof(double);
        }

        public override void Fill(ReadOnlySpan<double> values, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first)
        {
            var at = Point<TModel>(values);
            var same = TModel.Drawing(new Vec3<T>(at.X.Value, at.Y.Value, at.Z.Value));
            Span<double> m = stackalloc double[Block], y = stackalloc double[Block];
            double* room = stackalloc double[Ahead.Room];
            m[..Math.Min(Block, to.Length + Lanes)].Fill(1);
            var random = TRandom.At(source, 0);
            for (int i = 0; i < to.Length; i += Block)
            {
                int rows = Math.Min(Block, to.Length - i);
                random.Prepare(first + (uint)i, rows, room);
                if (!trials.IsEmpty)
                    trials.Slice(i, rows).CopyTo(m);
                Draw(same, m, y, rows, first + (uint)i, ref random);
                y[..rows].CopyTo(to[i..]);
            }
        }

        private protected override Layout LayoutOf(Batch batch) => new(
            [.. parameters.Select(p => (p, batch.Predictors.GetValueOrDefault(p.Name) ?? (TModel.IsLinked ? null : Predictor.Constant)))],
            (_, term) => term, new(), batch.Count);

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first)
        {
            Span<double> u = stackalloc double[3 * Block], m = stackalloc double[Block], y = stackalloc double[Block];
            double* room = stackalloc double[Ahead.Room];
            u.Clear();
            m.Fill(1);
            var random = TRandom.At(source, 0);
            for (int i = 0; i < to.Length; i += Block)
            {
                int rows = Math.Min(Block, to.Length - i);
                random.Prepare(first + (uint)i, rows, room);
                for (int s = 0; s < parameters.Length; s++)
                    Predict(estimates, layout, s, from + i, u.Slice(s * Block, rows));
                if (!trials.IsEmpty)
                    trials.Slice(i, rows).CopyTo(m);
                Draw(u, m, y, rows, first + (uint)i, ref random);
                y[..rows].CopyTo(to[i..]);
            }
        }

        /// <summary>Whole vectors, of which the last may have lanes to spare.</summary>
        [MethodImpl(NoInlining)]
        static void Draw(Vec3<T> u, Span<double> trials, Span<double> to, int rows, uint first, ref TRandom random)
        {
            ref double m = ref trials[0], y = ref to[0];
            for (int i = 0; i < rows; i += Lanes)
            {
                random.Begin(first + (uint)i);
                Mle.Lanes.Write(ref y, i, TModel.Draw(u, Mle.Lanes.Read<T>(ref m, i), ref random));
            }
        }

        /// <summary>The same at predictors of each row, slot after slot.</summary>
        [MethodImpl(NoInlining)]
        static void Draw(Span<double> predictors, Span<double> trials, Span<double> to, int rows, uint first, ref TRandom random)
        {
            ref double m = ref trials[0], y = ref to[0], u = ref predictors[0];
            for (int i = 0; i < rows; i += Lanes)
            {
                random.Begin(first + (uint)i);
                var at = TModel.Drawing(new Vec3<T>(Mle.Lanes.Read<T>(ref u, i), Mle.Lanes.Read<T>(ref u, Block + i), Mle.Lanes.Read<T>(ref u, 2 * Block + i)));
                Mle.Lanes.Write(ref y, i, TModel.Draw(at, Mle.Lanes.Read<T>(ref m, i), ref random));
            }
        }
    }

    /// <summary>Categories: the number of the first whose cumulative share reaches u.</summary>
    abstract class OfCategories : Sampler
    {
        /// <summary>Shares that need not add up to 1, cumulated.</summary>
        private protected static int First(ReadOnlySpan<double> cumulative, double u)
        {
            int j = 0;
            while (j < cumulative.Length - 1 && !(u * cumulative[^1] <= cumulative[j]))
                j++;
            return j;
        }

        private protected static double Place(Philox source, uint draw) => new DrawStream(source, draw).Uniform();
    }

    sealed class OfShares : OfCategories
    {
        public override void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first)
        {
            double[] cumulative = parameters.ToArray();
            for (int j = 1; j < cumulative.Length; j++)
                cumulative[j] += cumulative[j - 1];
            for (int i = 0; i < to.Length; i++)
                to[i] = First(cumulative, Place(source, first + (uint)i));
        }

        private protected override Layout LayoutOf(Batch batch) => throw new ArgumentException("The categorical family takes no predictors; multinomial_logit does.");

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first) => throw new NotSupportedException();
    }

    /// <summary>Models of categories, whose constants are a layout without predictors.</summary>
    abstract class OfRows : OfCategories
    {
        static readonly Batch noPredictors = new(default, [0]);

        public override void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first) =>
            Fill(parameters, LayoutOf(noPredictors), 0, trials, source, to, first);

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to, uint first)
        {
            var u = new double[layout.Slots.Count];
            for (int i = 0; i < to.Length; i++)
            {
                for (int s = 0; s < u.Length; s++)
                    Predict(estimates, layout, s, from + i, u.AsSpan(s, 1));
                to[i] = Category(u, Place(source, first + (uint)i));
            }
        }

        /// <param name="u">The row's predictors; may be overwritten.</param>
        private protected abstract int Category(Span<double> u, double place);
    }

    sealed class OfMultinomial(Family family, IReadOnlyList<string> labels) : OfRows
    {
        private protected override Layout LayoutOf(Batch batch) => MultinomialRegression<Real>.LayoutOf(family, labels, batch, new());

        private protected override int Category(Span<double> u, double place)
        {
            Span<double> cumulative = stackalloc double[u.Length + 1];
            double most = 0;
            foreach (double one in u)
                most = Math.Max(most, one);
            cumulative[0] = Math.Exp(-most);
            for (int k = 0; k < u.Length; k++)
                cumulative[k + 1] = cumulative[k] + Math.Exp(u[k] - most);
            return First(cumulative, place);
        }
    }

    sealed class OfOrdered<TLink>(Family family, IReadOnlyList<string> labels) : OfRows where TLink : struct, ILink<TLink>
    {
        private protected override Layout LayoutOf(Batch batch) => OrderedRegression<TLink, Real>.LayoutOf(family, labels, batch, new());

        /// <summary>How many thresholds are passed: F(ζ − u) below the place.</summary>
        private protected override int Category(Span<double> u, double place)
        {
            int passed = 0;
            for (int k = 1; k < u.Length; k++)
            {
                TLink.Tails<Real>(u[k] - u[0], out Real logF, out _);
                passed += Math.Exp(logF.Value) < place ? 1 : 0;
            }
            return passed;
        }
    }
}
