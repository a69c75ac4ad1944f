using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    public abstract void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to);

    /// <summary>One data set of a batch anew: responses at its rows' predictors, offsets and trials.</summary>
    /// <param name="estimates">On the reported scale, in the order of the <see cref="FitTable"/> of the batch's fit.</param>
    /// <param name="set">Which data set; its first row is draw 0.</param>
    /// <param name="to">As many as the data set has rows.</param>
    public void Fill(ReadOnlySpan<double> estimates, Batch batch, int set, Philox source, Span<double> to)
    {
        int from = (int)batch.Bounds[set], length = (int)batch.Bounds[set + 1] - from;
        if (to.Length != length)
            throw new ArgumentException($"Data set {set} has {length} rows; there is room for {to.Length}.", nameof(to));
        var trials = batch.Trials.IsEmpty ? default : batch.Trials.Span.Slice(from, length);
        if (batch.Predictors.Count == 0)
            Fill(estimates, trials, source, to);
        else
            Fill(estimates, LayoutOf(batch), from, trials, source, to);
    }

    private protected abstract Layout LayoutOf(Batch batch);

    /// <param name="from">The data set's first row in the columns of predictors.</param>
    private protected abstract void Fill(ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to);

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
            double β = layout.All[k].Coefficient(estimates[k]);
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

    sealed class OfModel<TModel, T, TRandom> : Sampler
        where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T> where TRandom : struct, IDrawStream<TRandom, T>
    {
        /// <summary>Rows whose predictors are computed at a time, a multiple of every vector's length.</summary>
        const int Block = 256;

        static readonly Parameter[] parameters = TModel.Info.Parameters;

        static int Lanes
        {
            [MethodImpl(AggressiveInlining)]
            get => Unsafe.SizeOf<T>() / sizeof(double);
        }

        public override void Fill(ReadOnlySpan<double> values, ReadOnlySpan<double> trials, Philox source, Span<double> to)
        {
            Span<double> u = stackalloc double[3];
            u.Clear();
            for (int s = 0; s < parameters.Length; s++)
                u[s] = TModel.IsLinked ? new Layout.Reported(s, 0, "", parameters[s].Link).Coefficient(values[s]) : values[s];
            Draw(new Vec3<T>(u[0], u[1], u[2]), default, trials, source, 0, to);
        }

        private protected override Layout LayoutOf(Batch batch) => new(
            [.. parameters.Select(p => (p, batch.Predictors.GetValueOrDefault(p.Name) ?? (TModel.IsLinked ? null : Predictor.Constant)))],
            (_, term) => term, new());

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to)
        {
            Span<double> u = stackalloc double[3 * Block];
            u.Clear();
            for (int i = 0; i < to.Length; i += Block)
            {
                int rows = Math.Min(Block, to.Length - i);
                for (int s = 0; s < parameters.Length; s++)
                    Predict(estimates, layout, s, from + i, u.Slice(s * Block, rows));
                Draw(default, u, trials.IsEmpty ? trials : trials.Slice(i, rows), source, (uint)i, to.Slice(i, rows));
            }
        }

        /// <param name="same">The predictors, where they are constants.</param>
        /// <param name="u">Else those of a block of rows, slot after slot.</param>
        /// <param name="first">The first row's draw.</param>
        [MethodImpl(NoInlining)]
        static void Draw(Vec3<T> same, ReadOnlySpan<double> u, ReadOnlySpan<double> trials, Philox source, uint first, Span<double> to)
        {
            int whole = to.Length - to.Length % Lanes;
            for (int i = 0; i < whole; i += Lanes)
            {
                T m = trials.IsEmpty ? 1.0 : Mle.Lanes.Read<T>(ref At(trials), i);
                Mle.Lanes.Write(ref MemoryMarshal.GetReference(to), i, One(u.IsEmpty ? same : Predictors(u, i), m, source, first + (uint)i));
            }
            if (whole == to.Length)
                return;
            // What is left over, with lanes to spare.
            Span<double> row = stackalloc double[Lanes], drawn = stackalloc double[Lanes];
            row.Fill(1);
            if (!trials.IsEmpty)
                trials[whole..].CopyTo(row);
            Mle.Lanes.Write(ref drawn[0], 0, One(u.IsEmpty ? same : Predictors(u, whole), Mle.Lanes.Read<T>(ref row[0], 0), source, first + (uint)whole));
            drawn[..(to.Length - whole)].CopyTo(to[whole..]);
        }

        /// <summary>Alone, so that the compiler's inlining budget is the model's.</summary>
        [MethodImpl(NoInlining)]
        static T One(Vec3<T> u, T trials, Philox source, uint first)
        {
            var random = TRandom.At(source, first);
            return TModel.Draw(u, trials, ref random);
        }

        [MethodImpl(AggressiveInlining)]
        static Vec3<T> Predictors(ReadOnlySpan<double> u, int i) =>
            new(Mle.Lanes.Read<T>(ref At(u), i), Mle.Lanes.Read<T>(ref At(u), Block + i), Mle.Lanes.Read<T>(ref At(u), 2 * Block + i));

        [MethodImpl(AggressiveInlining)]
        static ref double At(ReadOnlySpan<double> numbers) => ref MemoryMarshal.GetReference(numbers);
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

        private protected static double Place(Philox source, int i) => new DrawStream(source, (uint)i).Uniform();
    }

    sealed class OfShares : OfCategories
    {
        public override void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to)
        {
            double[] cumulative = parameters.ToArray();
            for (int j = 1; j < cumulative.Length; j++)
                cumulative[j] += cumulative[j - 1];
            for (int i = 0; i < to.Length; i++)
                to[i] = First(cumulative, Place(source, i));
        }

        private protected override Layout LayoutOf(Batch batch) => throw new ArgumentException("The categorical family takes no predictors; multinomial_logit does.");

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to) => throw new NotSupportedException();
    }

    /// <summary>Models of categories, whose constants are a layout without predictors.</summary>
    abstract class OfRows : OfCategories
    {
        static readonly Batch noPredictors = new(default, [0]);

        public override void Fill(ReadOnlySpan<double> parameters, ReadOnlySpan<double> trials, Philox source, Span<double> to) =>
            Fill(parameters, LayoutOf(noPredictors), 0, trials, source, to);

        private protected override void Fill(
            ReadOnlySpan<double> estimates, Layout layout, int from, ReadOnlySpan<double> trials, Philox source, Span<double> to)
        {
            var u = new double[layout.Slots.Count];
            for (int i = 0; i < to.Length; i++)
            {
                for (int s = 0; s < u.Length; s++)
                    Predict(estimates, layout, s, from + i, u.AsSpan(s, 1));
                to[i] = Category(u, Place(source, i));
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
