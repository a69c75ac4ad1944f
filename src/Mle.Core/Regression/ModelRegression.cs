namespace Mle;

/// <summary>The rows of a model.</summary>
readonly struct ModelRows<TModel> : IResponseRows where TModel : struct, IModel<TModel>
{
    public Support Support => TModel.Support;

    public bool TakesTrials => TModel.TakesTrials;

    public double CensoredBelow => TModel.CensoredBelow;

    public int Statistics => TModel.Statistics;

    public Row<T> Statistic<T>(Row<T> y) where T : unmanaged, IReal<T> => TModel.Statistic(y);

    public bool HasLogBase(bool trials) => TModel.HasLogBase && (trials || !TModel.TakesTrials);

    public T LogBase<T>(Row<T> y, Row<T> t) where T : unmanaged, IReal<T> => TModel.LogBase(y, t);

    public int Cone(Kind kind, double y, double trials, int slot) => TModel.Cone(kind, y, trials, slot);
}

/// <summary>Regressions of models with up to three parameters, and fits of their families to censored or truncated data.</summary>
sealed class ModelRegression<TModel, T>(IEngine engine, Family family, Batch batch, FitOptions options, IClimber? climber)
    : Regression<ModelRows<TModel>, ModelResponse<TModel, T>, T>(engine, family, batch, options, LayoutOf(batch, options), default, default)
    where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
{
    FitTable? marginals;
    object? gate;

    /// <summary>Of a binomial that of single trials, which takes no column of ones.</summary>
    readonly Family marginal = Families.Find(TModel.TakesTrials && batch.Trials.IsEmpty ? Distributions.Bernoulli.Info.Name : TModel.Marginal)!;

    protected override Equivariance Equivariance => TModel.Equivariance;

    protected override bool Climb(IReadOnlyList<Ascent> ascents) => climber?.Climb<TModel>(ascents, Options) ?? false;

    protected override void Check()
    {
        var info = TModel.Info;
        for (int s = 0; s < TModel.Slots; s++)
            if (!IsSmooth(s) && !Options.Fixed.ContainsKey(info.Parameters[s].Name) && !Options.FixedEach.ContainsKey(info.Parameters[s].Name))
                throw new ArgumentException($"The likelihood of {info.Name} jumps or has kinks in {info.Parameters[s].Name}: with predictors, and to censored, truncated or sampled rows, it is fitted only where {info.Parameters[s].Name} is fixed.");
        base.Check();
    }

    protected override bool IsSmooth(int slot) => Component(TModel.Smooth, slot) > 0;

    protected override double End(int slot) => Component(TModel.Ends, slot);

    static double Component(Vec3<Real> of, int slot) => slot == 0 ? of.X : slot == 1 ? of.Y : of.Z;

    protected override bool HasSeveralMaxima => TModel.HasSeveralMaxima;

    protected override IReadOnlyList<Limit> Limits => TModel.Limits;

    protected override bool Concentrates => TModel.Slots > 1 && (TModel.Equivariance != Equivariance.None || TModel.Marginal == "beta") && TModel.Marginal is not ("gpd" or "lomax");

    /// <summary>A linear model with constant variance, all of whose rows are exact, is a projection.</summary>
    protected override bool Closed(int d, int from, int end, Rows<ModelRows<TModel>> data)
    {
        if (TModel.Marginal != "normal" || data.Count(Kind.Exact) < end - from && Batch.Weights.IsEmpty || data.Count(Kind.Right) + data.Count(Kind.Left) + data.Count(Kind.Interval) > 0
            || Batch.Predictors.ContainsKey("sigma") || Layout.Free < Layout.All.Count || !Options.Penalty.IsNone
            || Options.Information == Information.Robust || Batch.Weighting == Weighting.Sampling)
            return false;
        var slot = Layout.Slots[0];
        int p = slot.Columns.Count;
        var fit = LeastSquares.Solve(slot.Columns, Batch.Values, Batch.Weights, slot.Offset, from, end - from);
        double n = data.Size, σσ = fit.ResidualSumOfSquares / n, σ = Math.Sqrt(σσ);
        double[] estimates = [.. fit.Coefficients, σ];
        if (fit.Aliased.Length > 0)
        {
            Write(d, Aliased(from, end)!, estimates);
            return true;
        }
        if (fit.ExactFit)
        {
            estimates[p] = double.NaN;
            Write(d, new(Status.NoFiniteMle, "the terms explain every observation: the likelihood is unbounded as sigma -> 0", Cause.Unbounded,
                double.PositiveInfinity, Findings.At(("sigma", 0))), estimates);
            return true;
        }
        for (int i = 0; i <= p; i++)
            Table.Estimates(i)[d] = estimates[i];
        if (Options.Detail != Detail.Complete)
            return true;
        Table.LogLikelihood[d] = -0.5 * n * (Math.Log(2 * Math.PI) + Math.Log(σσ) + 1);
        for (int i = 0; i < p; i++)
            for (int j = 0; j <= i; j++)
                Table.Covariances(i, j)[d] = σσ * fit.UnscaledCovariance[i * p + j];
        Table.Covariances(p, p)[d] = σσ / (2 * n);
        return true;
    }

    static Layout LayoutOf(Batch batch, FitOptions options)
    {
        var info = TModel.Info;
        if (batch.Predictors.Keys.FirstOrDefault(name => info.Parameters.All(p => p.Name != name)) is { } unknown)
            throw new ArgumentException($"{info.Name} has no parameter '{unknown}' to predict; it has {string.Join(", ", info.Parameters.Select(p => p.Name))}.");
        return new([.. info.Parameters.Select(p => (p, batch.Predictors.GetValueOrDefault(p.Name) ?? (TModel.IsLinked ? null : Predictor.Constant)))],
            (s, term) => info.Parameters[s].Name == info.Primary ? term : $"{info.Parameters[s].Name}:{term}", options, batch.Count);
    }

    /// <summary>The family without predictors, fitted to rows of which censored ones have values between their ends: once, where a start is needed.</summary>
    FitTable Marginals => LazyInitializer.EnsureInitialized(ref marginals, ref gate, Make);

    FitTable Make()
    {
        var values = Batch.Values;
        if (!Batch.Upper.IsEmpty || TModel.CensoredBelow > double.NegativeInfinity)
        {
            var data = new Rows<ModelRows<TModel>>(default, Batch, IsPredicted);
            var imputed = new double[values.Length];
            for (int d = 0; d < Batch.Count; d++)
            {
                int from = (int)Batch.Offsets[d], end = (int)Batch.Offsets[d + 1];
                double spread = data.Moments(from, end).Spread;
                for (int i = from; i < end; i++)
                    imputed[i] = data.Imputed(i, from, spread);
            }
            values = imputed;
        }
        return Marginal(values, [.. Batch.Offsets], Batch.Trials);
    }

    FitTable Marginal(ReadOnlyMemory<double> values, long[] offsets, ReadOnlyMemory<double> trials) =>
        Engine.Fit(marginal, new Batch(values, offsets, default, trials),
            new() { Detail = Detail.Estimates, Threads = Options.Threads, Cancellation = Options.Cancellation });

    /// <summary>
    /// Where that leads nowhere: the same with as many values again beyond the rows' ends and the limits of truncation, so that
    /// the distribution does not end where the data do.
    /// </summary>
    protected override bool StartAgain(int d, Rows<ModelRows<TModel>> data, Standardization unit, Span<double> u)
    {
        if (TModel.TakesTrials || Batch.Upper.IsEmpty && Batch.TruncatedBelow.IsEmpty && Batch.TruncatedAbove.IsEmpty)
            return false;
        int from = (int)Batch.Offsets[d], end = (int)Batch.Offsets[d + 1];
        double spread = data.Moments(from, end).Spread;
        List<double> values = [];
        for (int i = from; i < end; i++)
        {
            double value = data.Imputed(i, from, 2 * spread);
            values.Add(value);
            for (int side = -1; side <= 1; side += 2)
            {
                double beyond = value + side * spread * (1 + 2 * ((i - from) * 0.7548776662466927 % 1));
                if ((i - from) % 4 == (side + 1) / 2 && TModel.Support.Contains(TModel.Support.Integer ? Math.Round(beyond) : beyond))
                    values.Add(TModel.Support.Integer ? Math.Round(beyond) : beyond);
            }
        }
        Start(Marginal(values.ToArray(), [0, values.Count], default)[0], unit, u);
        return true;
    }

    protected override void Start(int d, Standardization unit, Span<double> u) => Start(Marginals[d], unit, u);

    void Start(Fit fit, Standardization unit, Span<double> u)
    {
        var parameters = marginal.Info.Parameters;
        Span<double> θ = stackalloc double[3];
        var limit = fit.Verdict.Limit;
        for (int i = 0; i < parameters.Length; i++)
        {
            double value = fit[i];
            if (double.IsNaN(value) && limit is not null && limit.TryGetValue(parameters[i].Name, out double at))
                value = at;
            double coordinate = new Slot(parameters[i].Link, parameters[i].Role, value, value, value, value).Coordinate(value, unit);
            // Where the marginal family has no finite maximum, a factor of e³ towards where it would be.
            θ[i] = double.IsNaN(coordinate) ? 0 : double.IsInfinity(coordinate) ? 3 * Math.Sign(coordinate)
                : parameters[i].Link == Link.Identity ? coordinate : Math.Clamp(coordinate, -20, 20);
        }
        var start = TModel.Start(new(θ[0], θ[1], θ[2]));
        for (int s = 0; s < u.Length; s++)
            u[s] = s == 0 ? start.X : s == 1 ? start.Y : start.Z;
    }
}
