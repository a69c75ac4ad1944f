namespace Mle;

/// <summary>One climb: a design, where it starts, and where it ended.</summary>
sealed class Ascent(Design design, int count)
{
    public Design Design => design;

    /// <summary>β in the design's own units: the start, then the maximum.</summary>
    public double[] Point { get; } = new double[count];

    /// <summary>The numbers of the jet there.</summary>
    public double[] Numbers { get; } = new double[DenseJet<HostStore>.Room(count)];

    /// <summary>Coefficients that stay where they are.</summary>
    public bool[]? Known { get; set; }

    /// <summary>The weight of βⱼ² in the penalty.</summary>
    public double[]? Ridge { get; set; }

    public Ending Ending { get; set; }

    public int Iterations { get; set; }
}

/// <summary>A device that climbs for the host, which loads and judges.</summary>
interface IClimber
{
    /// <returns>False where it cannot; then nothing was changed.</returns>
    bool Climb<TModel>(IReadOnlyList<Ascent> ascents, FitOptions options) where TModel : struct, IModel<TModel>;
}

/// <summary>The fit of a batch that is no plain sample, with vectors of so many lanes on the host.</summary>
/// <param name="engine">What other fits that this one needs are made by.</param>
/// <param name="climber">What climbs; the host where it is null or cannot.</param>
sealed class Regressing(IEngine engine, int lanes, Family family, Batch batch, FitOptions options, IClimber? climber) : IModelVisitor<FitTable>
{
    public static bool Takes(Family family, Batch batch, FitOptions options) =>
        !(batch.IsPlain && family.IsDistribution && options.Information == Information.Default && options.Penalty.IsNone);

    public FitTable Visit<TModel>() where TModel : struct, IModel<TModel> => lanes switch
    {
        Lanes512.Count => new ModelRegression<TModel, Lanes512>(engine, family, batch, options, climber).Fit(),
        Lanes256.Count => new ModelRegression<TModel, Lanes256>(engine, family, batch, options, climber).Fit(),
        _ => new ModelRegression<TModel, Real>(engine, family, batch, options, climber).Fit(),
    };

    public FitTable VisitMultinomial(IReadOnlyList<string> labels) => lanes switch
    {
        Lanes512.Count => new MultinomialRegression<Lanes512>(engine, family, labels, batch, options).Fit(),
        Lanes256.Count => new MultinomialRegression<Lanes256>(engine, family, labels, batch, options).Fit(),
        _ => new MultinomialRegression<Real>(engine, family, labels, batch, options).Fit(),
    };

    public FitTable VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => lanes switch
    {
        Lanes512.Count => new OrderedRegression<TLink, Lanes512>(engine, family, labels, batch, options).Fit(),
        Lanes256.Count => new OrderedRegression<TLink, Lanes256>(engine, family, labels, batch, options).Fit(),
        _ => new OrderedRegression<TLink, Real>(engine, family, labels, batch, options).Fit(),
    };
}
