namespace Mle;

/// <summary>
/// Fisher's information E[ssᵀ] of one exact observation in its linear predictors, from nothing but the model's density and
/// tails.
/// </summary>
/// <remarks>
/// Where log f is linear in as many statistics t as there are predictors, E[ssᵀ] = −E[∇²log f], and the second derivatives at
/// the t that makes the score 0, which is E t, are theirs. Other counts are summed. Other densities are integrated over
/// probability, ∫₀¹ s(Q(p))s(Q(p))ᵀ dp, each half by <see cref="DoubleExponential"/>, with quantiles Q from the tail that is accurate.
/// </remarks>
abstract class RowInformation
{
    readonly Dictionary<(double, double, double, double), double[]> known = [];

    /// <summary>Σ w E[ssᵀ] of some rows, as a lower triangle in the design's coefficients.</summary>
    /// <exception cref="ArgumentException">The rows are not exact, or there is no such information.</exception>
    public static double[] Of(Contributions rows)
    {
        var (family, batch, options, at) = rows.Problem;
        if (!batch.Upper.IsEmpty || family.Name == "tobit")
            throw new ArgumentException("The expected information of censored rows needs the distribution of what censors them; the observed one does not.");
        if (!batch.TruncatedBelow.IsEmpty || !batch.TruncatedAbove.IsEmpty)
            throw new ArgumentException("There is no expected information of truncated rows here; the observed one and the sandwich are there for them.");
        if (batch.Weighting == Weighting.Sampling)
            throw new ArgumentException("Sampling weights ask for the sandwich: the expected information knows nothing of how rows were drawn.");
        return family.Accept(new Choice()) is { } one ? rows.Information(one) : OfCategories(family, rows);
    }

    /// <summary>Every category in every row's place, by its probability.</summary>
    static double[] OfCategories(Family family, Contributions rows)
    {
        var (_, batch, options, at) = rows.Problem;
        double[] total = [];
        for (int j = 0; j < Labels(family); j++)
        {
            var values = new double[batch.Values.Length];
            Array.Fill(values, j);
            var all = new Batch(values, [0, values.Length], batch.Weights) { Predictors = batch.Predictors };
            var part = Contributions.Of(family, all, 0, at, options);
            double[] meat = part.Meat(i => part.Weight[i] * Math.Exp(part.LogLikelihood[i]));
            total = total.Length == 0 ? meat : [.. total.Zip(meat, (a, b) => a + b)];
        }
        return total;
    }

    static int Labels(Family family) => family.Accept(new Counting());

    /// <summary>E[ssᵀ] as a lower triangle, at some predictors; points that are alike up to origin and unit are computed once.</summary>
    public double[] At(ReadOnlySpan<double> u, double trials)
    {
        Span<double> standard = stackalloc double[3], factors = stackalloc double[3];
        standard.Clear();
        u.CopyTo(standard);
        Standardize(standard, factors);
        var key = (standard[0], standard[1], standard[2], trials);
        if (!known.TryGetValue(key, out double[]? made))
            known.Add(key, made = Compute(standard[..u.Length], trials));
        double[] scaled = [.. made];
        for (int s = 0, i = 0; s < u.Length; s++)
            for (int r = 0; r <= s; r++)
                scaled[i++] *= factors[s] * factors[r];
        return scaled;
    }

    /// <summary>The predictors of y about its location and in its own unit, and what scores in them are multiplied by on the way back.</summary>
    protected abstract void Standardize(Span<double> u, Span<double> factors);

    protected abstract double[] Compute(ReadOnlySpan<double> u, double trials);

    sealed class Choice : IModelVisitor<RowInformation?>
    {
        public RowInformation? Visit<TModel>() where TModel : struct, IModel<TModel> => new OfModel<TModel>();

        public RowInformation? VisitMultinomial(IReadOnlyList<string> labels) => null;

        public RowInformation? VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => null;
    }

    sealed class Counting : IModelVisitor<int>
    {
        public int Visit<TModel>() where TModel : struct, IModel<TModel> => 0;

        public int VisitMultinomial(IReadOnlyList<string> labels) => labels.Count;

        public int VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => labels.Count;
    }

    sealed class OfModel<TModel> : RowInformation where TModel : struct, IModel<TModel>
    {
        /// <summary>Of the trapezoidal rule: with 1/8 the information of a Weibull has 13 digits.</summary>
        const double Step = 1.0 / 16;

        /// <summary>What the last points may add to an integral that ends.</summary>
        const double Rest = 1e-10;

        readonly Prediction prediction = Prediction.Of(new Model<TModel>());

        static int Triangle => TModel.Slots * (TModel.Slots + 1) / 2;

        protected override void Standardize(Span<double> u, Span<double> factors)
        {
            factors.Fill(1);
            if (TModel.Equivariance == Equivariance.None)
                return;
            double m = double.NaN;
            for (int s = 0; s < TModel.Slots; s++)
            {
                double up = Moves(s);
                if (double.IsNaN(m) && up != 0)
                    m = up * u[s];
                if (up != 0)
                    u[s] -= up * m;
            }
            for (int s = 0; s < TModel.Slots && !double.IsNaN(m); s++)
                if (TModel.Info.Parameters[s].Role == Role.Location)
                    (u[s], factors[s]) = (TModel.Equivariance == Equivariance.LocationScale ? 0 : u[s] * Math.Exp(-m), Math.Exp(-m));
        }

        /// <summary>How a predictor moves with log y: 0 where it does not, or is no logarithm.</summary>
        static double Moves(int s) => (TModel.Info.Parameters[s].Role, TModel.Info.Parameters[s].Link) switch
        {
            (Role.Scale, Link.Log) or (Role.LogScale, _) => 1,
            (Role.Rate, Link.Log) => -1,
            _ => 0,
        };

        protected override double[] Compute(ReadOnlySpan<double> u, double trials) =>
            TModel.IsLinear && TModel.Statistics == TModel.Slots && Curvature(Point(u)) is { } linear ? linear
            : TModel.Support.Integer ? Summed(u, trials) : Integrated(u);

        static Vec3<Real> Point(ReadOnlySpan<double> u) => new(u[0], u.Length > 1 ? u[1] : 0.0, u.Length > 2 ? u[2] : 0.0);

        /// <summary>−∇²log f at the statistics that make the score 0; null where they are not determined.</summary>
        static double[]? Curvature(Vec3<Real> u)
        {
            int k = TModel.Slots;
            if (k > 2)
                return null;
            var none = Score(default, u);
            var (first, second) = (Less(Score(new(1.0), u), none), Less(Score(new(0.0, 1.0), u), none));
            double determinant = k == 1 ? first[0] : first[0] * second[1] - first[1] * second[0];
            if (!(Math.Abs(determinant) > 1e-12 * (k == 1 ? 0 : Math.Abs(first[0] * second[1]) + Math.Abs(first[1] * second[0]))))
                return null;
            var mean = k == 1 ? new Row<Real>(-none[0] / determinant)
                : new Row<Real>((-none[0] * second[1] + none[1] * second[0]) / determinant, (-first[0] * none[1] + first[1] * none[0]) / determinant);
            var h = TModel.Differentiate(mean, u).Hessian;
            return k == 1 ? [-h.XX] : [-h.XX, -h.XY, -h.YY];
        }

        static double[] Less(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

        static double[] Score(Row<Real> t, Vec3<Real> u)
        {
            Vec3<Real> s = TModel.Differentiate(t, u).Score;
            return [s.X, s.Y, s.Z];
        }

        /// <summary>Adds w ssᵀ.</summary>
        /// <returns>The largest share of a diagonal entry that this is.</returns>
        static double Add(double[] sum, double[] s, double w)
        {
            double most = 0;
            for (int a = 0, at = 0; a < TModel.Slots; a++)
                for (int b = 0; b <= a; b++, at++)
                {
                    sum[at] += w * s[a] * s[b];
                    if (a == b && sum[at] > 0)
                        most = Math.Max(most, w * s[a] * s[b] / sum[at]);
                }
            return most;
        }

        /// <summary>From the median outward on both sides until what is left adds no digit.</summary>
        double[] Summed(ReadOnlySpan<double> u, double trials)
        {
            const double rest = 1e-17;
            var sum = new double[Triangle];
            var point = Point(u);
            double high = TModel.TakesTrials ? trials : TModel.Support.High, middle = prediction.Quantile(0.5, trials, u).Value;
            for (int side = -1; side <= 1; side += 2)
                for (double y = side < 0 ? middle : middle + 1; y >= TModel.Support.Low && y <= high; y += side)
                {
                    Row<Real> row = new(y, trials), t = TModel.Statistic(row);
                    double mass = Math.Exp((TModel.HasLogBase ? TModel.LogBase(row, t) : 0.0) + TModel.LogDensity(t, point));
                    double share = Add(sum, Score(t, point), mass);
                    if (mass > rest || share > rest)
                        continue;
                    var (logF, logS) = prediction.Tails(y, trials, u);
                    double left = Math.Exp(side < 0 ? logF : logS);
                    if (left <= rest && (mass == 0 || share * left <= rest * mass))
                        break;
                }
            return sum;
        }

        double[] Integrated(ReadOnlySpan<double> u)
        {
            var sum = new double[Triangle];
            var point = Point(u);
            for (int side = 0; side < 2; side++)
            {
                double share = 1;
                foreach (var (_, logV, weight) in DoubleExponential.Points(Step))
                {
                    double y = prediction.QuantileOfTail(logV - Elementary.LogOfTwo, side == 1, u);
                    var at = TModel.Differentiate(TModel.Statistic(new Row<Real>(y, 1.0)), point);
                    double[] s = [at.Score.X, at.Score.Y, at.Score.Z];
                    // No double lies between y and the end of the support.
                    if (!double.IsFinite(at.F) || !s.All(double.IsFinite))
                        break;
                    share = Add(sum, s, 0.5 * weight);
                }
                if (!(share < Rest))
                    throw new ArgumentException($"The expected information of {TModel.Info.Name} is infinite here, or too far out in a tail to be computed; the observed one is there.");
            }
            return sum;
        }
    }
}
