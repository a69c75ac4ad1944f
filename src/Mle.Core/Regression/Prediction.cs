namespace Mle;

/// <summary>A quantity and its derivatives: in the linear predictors of a row, or in the parameters of a fit.</summary>
public readonly record struct Predicted(double Value, double[] Slopes);

/// <summary>
/// What a model says of a row whose linear predictors are known: mean, quantiles, and the chances of less and more, with
/// derivatives by jets, for the delta method.
/// </summary>
public abstract class Prediction
{
    /// <exception cref="ArgumentException">The model is one of categories.</exception>
    public static Prediction Of(Family family) => family.Accept<Prediction>(new Choice(family));

    /// <summary>What takes means and quantiles to the whole line, where intervals cannot leave what is possible.</summary>
    public abstract Link Link { get; }

    public abstract bool IsDiscrete { get; }

    public abstract bool TakesTrials { get; }

    /// <summary>E(y); of one trial where there are trials.</summary>
    public abstract Predicted Mean(ReadOnlySpan<double> u);

    /// <summary>log P(Y ≤ y) and log P(Y &gt; y).</summary>
    public abstract (double LogF, double LogS) Tails(double y, double trials, ReadOnlySpan<double> u);

    /// <summary>P(Y &gt; y).</summary>
    public abstract Predicted Survival(double y, double trials, ReadOnlySpan<double> u);

    /// <summary>The least y with P(Y ≤ y) ≥ p; a discrete one has no derivatives.</summary>
    public abstract Predicted Quantile(double p, double trials, ReadOnlySpan<double> u);

    /// <summary>The value of a continuous response with this logarithm of the probability of less, or of more.</summary>
    internal abstract double QuantileOfTail(double logTail, bool upper, ReadOnlySpan<double> u);

    sealed class Choice(Family family) : IModelVisitor<Prediction>
    {
        public Prediction Visit<TModel>() where TModel : struct, IModel<TModel> => new OfModel<TModel>();

        public Prediction VisitMultinomial(IReadOnlyList<string> labels) => throw OfCategories();

        public Prediction VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => throw OfCategories();

        ArgumentException OfCategories() => new($"{family.Name} is a model of categories, which have no mean.");
    }

    sealed class OfModel<TModel> : Prediction where TModel : struct, IModel<TModel>
    {
        public override Link Link =>
            TModel.TakesTrials || TModel.Support is { Low: 0, High: 1 } ? Link.Logit : TModel.Support.Low >= 0 ? Link.Log : Link.Identity;

        public override bool IsDiscrete => TModel.Support.Integer;

        public override bool TakesTrials => TModel.TakesTrials;

        public override Predicted Mean(ReadOnlySpan<double> u) => Differentiate<MeanOf>(0, 1, u);

        public override Predicted Survival(double y, double trials, ReadOnlySpan<double> u)
        {
            var log = Differentiate<LogS>(y, trials, u);
            double s = Math.Exp(log.Value);
            return new(s, Array.ConvertAll(log.Slopes, slope => s == 0 ? 0 : s * slope));
        }

        public override (double LogF, double LogS) Tails(double y, double trials, ReadOnlySpan<double> u)
        {
            TModel.Tails<Real>(TModel.Statistic(new Row<Real>(y, trials)), Point(u), out Real logF, out Real logS);
            return ((double)logF, (double)logS);
        }

        public override Predicted Quantile(double p, double trials, ReadOnlySpan<double> u)
        {
            double y = IsDiscrete ? Count(p, trials, u) : QuantileOfTail(Math.Log(p < 0.5 ? p : 1 - p), p >= 0.5, u);
            if (IsDiscrete || !double.IsFinite(y))
                return new(y, NoSlopes());
            // F(y(u); u) = p: dy/du = −(∂F/∂u)/f.
            bool lower = p < 0.5;
            var tail = lower ? Differentiate<LogF>(y, 1, u) : Differentiate<LogS>(y, 1, u);
            Row<Real> row = new(y), t = TModel.Statistic(row);
            double log = (double)(TModel.LogBase(row, t) + TModel.LogDensity(t, Point(u)));
            double factor = Math.Exp(tail.Value - log) * (lower ? -1 : 1);
            return new(y, Array.ConvertAll(tail.Slopes, slope => factor * slope));
        }

        double[] NoSlopes()
        {
            var none = new double[TModel.Slots];
            Array.Fill(none, double.NaN);
            return none;
        }

        /// <summary>Whether P(Y ≤ y) is no less, or P(Y &gt; y) no more.</summary>
        bool Reaches(double y, double logTail, bool upper, double trials, ReadOnlySpan<double> u)
        {
            var (logF, logS) = Tails(y, trials, u);
            return upper ? logS <= logTail : logF >= logTail;
        }

        double Count(double p, double trials, ReadOnlySpan<double> u)
        {
            double logTail = Math.Log(p < 0.5 ? p : 1 - p);
            bool upper = p >= 0.5;
            double low = TModel.Support.Low - 1, high = Math.Max(1, TModel.Support.Low);
            double most = TModel.TakesTrials ? trials : TModel.Support.High;
            for (; high < most && !Reaches(high, logTail, upper, trials, u); high *= 2)
            {
                if (!(high < 1e15))
                    return double.PositiveInfinity;
                low = high;
            }
            high = Math.Min(high, most);
            while (high - low > 1)
            {
                double middle = Math.Floor((low + high) / 2);
                if (Reaches(middle, logTail, upper, trials, u))
                    high = middle;
                else
                    low = middle;
            }
            return high;
        }

        /// <summary>By bisection on the doubles between two ends, so that nothing depends on the scale of y.</summary>
        internal override double QuantileOfTail(double logTail, bool upper, ReadOnlySpan<double> u)
        {
            long low = Ordinal(Math.Max(TModel.Support.Low, -double.MaxValue)), high = Ordinal(Math.Min(TModel.Support.High, double.MaxValue));
            while ((Int128)high - low > 1)
            {
                long middle = (long)(((Int128)low + high) / 2);
                if (Reaches(Value(middle), logTail, upper, 1, u))
                    high = middle;
                else
                    low = middle;
            }
            return Value(high);
        }

        /// <summary>The doubles in their order, as whole numbers.</summary>
        static long Ordinal(double y) => BitConverter.DoubleToInt64Bits(y) is var bits && bits < 0 ? long.MinValue - bits : bits;

        static double Value(long ordinal) => BitConverter.Int64BitsToDouble(ordinal < 0 ? long.MinValue - ordinal : ordinal);

        static Vec3<Real> Point(ReadOnlySpan<double> u) => new(u[0], u.Length > 1 ? u[1] : 0.0, u.Length > 2 ? u[2] : 0.0);

        static Predicted Differentiate<TQuantity>(double y, double trials, ReadOnlySpan<double> u) where TQuantity : struct, IQuantity
        {
            var t = TModel.Statistic(new Row<Real>(y, trials));
            var at = Point(u);
            var parts = TModel.Slots switch
            {
                1 => TQuantity.At(t.Lift<Jet1<Real>>(), Jet1<Real>.At(at)).Parts,
                2 => TQuantity.At(t.Lift<Jet2<Real>>(), Jet2<Real>.At(at)).Parts,
                _ => TQuantity.At(t.Lift<Jet3<Real>>(), Jet3<Real>.At(at)).Parts,
            };
            double[] slopes = [(double)parts.Score.X, (double)parts.Score.Y, (double)parts.Score.Z];
            return new((double)parts.F, slopes[..TModel.Slots]);
        }

        interface IQuantity
        {
            static abstract T At<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>;
        }

        readonly struct MeanOf : IQuantity
        {
            public static T At<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T> => TModel.Mean(u);
        }

        readonly struct LogF : IQuantity
        {
            public static T At<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
            {
                TModel.Tails(t, u, out T logF, out _);
                return logF;
            }
        }

        readonly struct LogS : IQuantity
        {
            public static T At<T>(Row<T> t, Vec3<T> u) where T : unmanaged, IReal<T>
            {
                TModel.Tails(t, u, out _, out T logS);
                return logS;
            }
        }
    }
}

/// <summary>The chance of each of K categories and its derivatives in the linear predictors, and in the thresholds of ordered ones.</summary>
public static class CategoryPrediction
{
    /// <summary>Multinomial logit: from the predictors of all categories but the first.</summary>
    public static Predicted[] Multinomial(ReadOnlySpan<double> u)
    {
        double largest = 0;
        foreach (double one in u)
            largest = Math.Max(largest, one);
        var p = new double[u.Length + 1];
        double sum = p[0] = Math.Exp(-largest);
        for (int k = 0; k < u.Length; k++)
            sum += p[k + 1] = Math.Exp(u[k] - largest);
        var made = new Predicted[p.Length];
        for (int j = 0; j < p.Length; j++)
        {
            var slopes = new double[u.Length];
            for (int k = 0; k < slopes.Length; k++)
                slopes[k] = p[j] / sum * ((j == k + 1 ? 1 : 0) - p[k + 1] / sum);
            made[j] = new(p[j] / sum, slopes);
        }
        return made;
    }

    /// <summary>Ordered categories: derivatives in u, then in each threshold.</summary>
    public static Predicted[] Ordered(Family family, double u, ReadOnlySpan<double> thresholds) =>
        family.Accept(new OrderedAt(u, thresholds.ToArray()));

    sealed class OrderedAt(double u, double[] thresholds) : IModelVisitor<Predicted[]>
    {
        public Predicted[] Visit<TModel>() where TModel : struct, IModel<TModel> => throw new ArgumentException($"{TModel.Info.Name} has no ordered categories.");

        public Predicted[] VisitMultinomial(IReadOnlyList<string> labels) => throw new ArgumentException("multinomial_logit has no ordered categories.");

        public Predicted[] VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink>
        {
            int count = thresholds.Length + 1;
            var made = new Predicted[count];
            // F and its density at each threshold; 0 and 1 beyond the ends.
            var (below, slope) = (new double[count + 1], new double[count + 1]);
            var above = new double[count + 1];
            (above[0], below[count]) = (1, 1);
            for (int k = 1; k < count; k++)
            {
                TLink.Tails(Jet1<Real>.At(new(thresholds[k - 1] - u)).X, out var logF, out var logS);
                below[k] = Math.Exp((double)logF.Parts.F);
                above[k] = Math.Exp((double)logS.Parts.F);
                slope[k] = below[k] * (double)logF.Parts.Score.X;
            }
            for (int j = 0; j < count; j++)
            {
                var slopes = new double[count];
                slopes[0] = slope[j] - slope[j + 1];
                if (j > 0)
                    slopes[j] -= slope[j];
                if (j < count - 1)
                    slopes[j + 1] += slope[j + 1];
                // By the smaller tail, where the difference keeps its digits.
                double p = below[j + 1] < 0.5 ? below[j + 1] - below[j] : above[j] - above[j + 1];
                made[j] = new(p, slopes);
            }
            return made;
        }
    }
}
