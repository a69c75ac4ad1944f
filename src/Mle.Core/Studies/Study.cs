namespace Mle;

/// <summary>What is estimated: a function of the fitted parameters, beside its true value.</summary>
/// <param name="Name">The term of the summaries.</param>
/// <param name="Of">In the fitted family's reported parameters, as its fits of a cell's data name them.</param>
/// <param name="Truth">What bias and coverage are about; NaN where nothing says what that is, and then there are none.</param>
public sealed record Estimand(string Name, Quantity Of, double Truth)
{
    /// <summary>Where studentized intervals are made, and Wald's that follow the parameter's scale.</summary>
    public Link Scale { get; init; } = Link.Identity;

    /// <summary>Rejected where it lies outside of an interval, which is what power counts; NaN for no power.</summary>
    public double Null { get; init; } = double.NaN;

    /// <summary>
    /// The same in the generating family's parameters, whose Cramér–Rao bound efficiency is measured by; null where there is
    /// none. Of a family fitted to its own data it is <see cref="Of"/>.
    /// </summary>
    public Quantity? Generating { get; init; }

    /// <summary>What <see cref="Truth"/> is when it is not the generating parameter: "θ* that minimises the KL divergence" or the like; null otherwise.</summary>
    public string? Target { get; init; }
}

/// <summary>How an interval is made in every replicate.</summary>
public enum IntervalKind
{
    /// <summary>By the observed information.</summary>
    Wald,

    /// <summary>By the sandwich.</summary>
    Sandwich,

    /// <summary>By the score test, in families with a quadratic variance (Wilson's for the binomial).</summary>
    Score,

    /// <summary><see cref="ExactInterval"/>.</summary>
    Exact,

    /// <summary><see cref="Mle.Profile"/>.</summary>
    Profile,

    /// <summary>The kinds of <see cref="BootstrapInterval"/>.</summary>
    Normal,
    Basic,
    Percentile,
    Studentized,
    Bca,
}

/// <summary>An interval of a study.</summary>
/// <param name="On">Where Wald's intervals are symmetric: Log or Logit for estimands that lie there, else their own scale.</param>
public sealed record Method(IntervalKind Kind, Link On = Link.Identity)
{
    /// <summary>Such as wald, wald:log or bca.</summary>
    public string Name => Kind.ToString().ToLowerInvariant() + (On == Link.Identity ? "" : ":" + On.ToString().ToLowerInvariant());
}

/// <summary>One design: how data come about, what is fitted to them, and what is asked of the fits.</summary>
/// <param name="Settings">What tells this cell from the others, in words: "n" → "50", "shape" → "2".</param>
/// <param name="Options">Known parameters, bounds and the like; threads, progress and cancellation are the run's.</param>
public sealed record Cell(IReadOnlyDictionary<string, string> Settings, Scenario Scenario, Family Fitted, FitOptions Options, IReadOnlyList<Estimand> Estimands);

/// <summary>A simulation study: cells, and how often and how each is looked at.</summary>
/// <remarks>Morris, White and Crowther, Using simulation studies to evaluate statistical methods, Statistics in Medicine 38, 2019.</remarks>
/// <param name="Fingerprint">Of everything that the results depend on: a journal belongs to one of these.</param>
/// <param name="Replicates">Of every cell: at most, where there is a <see cref="HalfWidth"/>.</param>
public sealed record Study(string Name, byte[] Fingerprint, ulong Seed, IReadOnlyList<Cell> Cells, long Replicates)
{
    public IReadOnlyList<Method> Methods { get; init; } = [new(IntervalKind.Wald)];

    /// <summary>Of the intervals.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [0.95];

    /// <summary>Resamples of every replicate where a method needs them, and where these come from.</summary>
    public BootstrapPlan Bootstrap { get; init; } = new();

    /// <summary>Whether all cells see the same random numbers, so that they differ by their designs alone.</summary>
    public bool CommonRandomNumbers { get; init; }

    /// <summary>
    /// A cell is done when Wilson's 95 % interval of each coverage is no wider than twice this, after at least
    /// <see cref="Least"/> replicates and at the end of a block; NaN for all replicates.
    /// </summary>
    public double HalfWidth { get; init; } = double.NaN;

    /// <summary>Replicates before a sequential study may stop.</summary>
    public const long Least = 1000;

    /// <summary>Replicates of a block, the unit of work that is kept or lost whole.</summary>
    public int BlockSize { get; init; } = 1000;

    /// <summary>The random numbers of a cell.</summary>
    internal uint StreamOf(int cell) => CommonRandomNumbers ? 0 : (uint)cell;

    public bool IsSequential => !double.IsNaN(HalfWidth);

    /// <summary>Blocks of a cell: at most, of a sequential one.</summary>
    public int Blocks => (int)((Replicates + BlockSize - 1) / BlockSize);
}
