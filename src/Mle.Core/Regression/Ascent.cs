using System.Runtime.Intrinsics;

namespace Mle;

/// <summary>One climb: a design, where it starts, and where it ended.</summary>
sealed class Ascent(Design design, int count)
{
    /// <summary>Longest step: in units of predictors, were all columns to act together.</summary>
    const double LongestStep = 8;

    /// <summary>How much of a step is taken.</summary>
    public static double Share(double length) => length > LongestStep ? LongestStep / length : 1;

    public Design Design => design;

    /// <summary>β in the design's own units: the start, then the maximum.</summary>
    public double[] Point { get; } = new double[count];

    /// <summary>The numbers of the jet there.</summary>
    public double[] Numbers { get; } = new double[DenseJet<HostStore>.Room(count)];

    /// <summary>Coefficients that stay where they are.</summary>
    public bool[]? Known { get; set; }

    /// <summary>The weight of βⱼ² in the penalty.</summary>
    public double[]? Ridge { get; set; }

    /// <summary>Takes the ridge off the numbers of a jet at β, and holds what is known.</summary>
    public void Restrict(double[] β, double[] numbers)
    {
        for (int j = 0; Ridge is not null && j < count; j++)
        {
            numbers[0] -= Ridge[j] * β[j] * β[j];
            numbers[1 + j] -= 2 * Ridge[j] * β[j];
            numbers[1 + count + DenseJet<HostStore>.Entry(j, j)] -= 2 * Ridge[j];
        }
        Hold(numbers);
    }

    /// <summary>What the ridge takes off at the point.</summary>
    public double Taken => Ridge is null ? 0 : Ridge.Zip(Point, (r, β) => r * β * β).Sum();

    /// <summary>Known coefficients have no score, and a curvature of their own alone.</summary>
    public void Hold(double[] numbers)
    {
        for (int i = 0; Known is not null && i < count; i++)
        {
            if (!Known[i])
                continue;
            numbers[1 + i] = 0;
            for (int j = 0; j < count; j++)
                numbers[1 + count + (j <= i ? DenseJet<HostStore>.Entry(i, j) : DenseJet<HostStore>.Entry(j, i))] = i == j ? -1 : 0;
        }
    }

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
    /// <summary>Lanes of the host's widest vectors.</summary>
    public static int Widest => Vector512.IsHardwareAccelerated ? Lanes512.Count : Vector256.IsHardwareAccelerated ? Lanes256.Count : 1;

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
