using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>
/// A probability family, written once: log f(x; θ) = log h(x) + LogKernel(t(x), η(θ)) − LogNormalizer(η(θ)).
/// </summary>
/// <remarks>
/// The members before <see cref="Info"/> are kernel code: they run as vector lanes, as scalars, in GPU kernels and on
/// jets. x is the standardised observation (<see cref="Equivariance"/>); θ is the solver's unconstrained point, linked
/// to the reported parameters slot by slot (<see cref="Parameter"/>); η is what the formula reads, computed once per
/// iterate so that no parameter-only function is in the data loop.
/// </remarks>
public interface IFamily<TSelf> where TSelf : struct, IFamily<TSelf>
{
    /// <summary>The number of parameters.</summary>
    static abstract int Slots { get; }

    /// <summary>How the family moves with its data.</summary>
    static abstract Equivariance Equivariance { get; }

    static abstract Support Support { get; }

    /// <summary>What has to be kept of a data set.</summary>
    static abstract Keep Keep { get; }

    /// <summary>How many statistics an observation has; loading adds up no more than these.</summary>
    static virtual int Statistics => 3;

    /// <summary>Whether t.A = log x, so that its sum can be had from a product (see <see cref="LogSum"/>), or a short logarithm serves.</summary>
    static virtual bool LogFirst => false;

    /// <summary>Whether t.B = log(1 − x) likewise.</summary>
    static virtual bool LogSecond => false;

    /// <summary>Whether every observation comes with a number of trials.</summary>
    static virtual bool TakesTrials => false;

    /// <summary>t(x), once, when data are loaded; x.B holds the trials.</summary>
    static abstract Row<T> Statistic<T>(Row<T> x) where T : unmanaged, IReal<T>;

    /// <summary>Whether log h(x) is not 0 throughout.</summary>
    static virtual bool HasLogBase => false;

    /// <summary>
    /// log h(x), summed once, when data are loaded: only what the sums of t cannot give, such as log x!. t is Statistic(x),
    /// so that no logarithm is taken twice.
    /// </summary>
    static virtual T LogBase<T>(Row<T> x, Row<T> t) where T : unmanaged, IReal<T> => 0.0;

    static abstract Vec3<T> Natural<T>(in Vec3<T> θ) where T : unmanaged, IReal<T>;

    /// <summary>
    /// Whether some fits run in coordinates φ of their own, the family's chart: one in which a limiting family that lies
    /// at infinity in θ is an edge that can be reached, and the likelihood smooth across it.
    /// </summary>
    static virtual bool HasChart => false;

    /// <summary>1 where a fit with these free slots runs in the chart. Slots that are not free must be the same in both.</summary>
    static virtual R Charted<R>(Vec3<R> free) where R : unmanaged, IReal<R> => 0.0;

    /// <summary>η(θ(φ)), without passing through the θ that may be infinite.</summary>
    static virtual Vec3<T> ChartNatural<T>(in Vec3<T> φ) where T : unmanaged, IReal<T> => TSelf.Natural(φ);

    static virtual Vec3<T> ToChart<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ;

    static virtual Vec3<T> FromChart<T>(Vec3<T> φ) where T : unmanaged, IReal<T> => φ;

    /// <summary>The box in φ.</summary>
    static virtual (Vec3<R> Low, Vec3<R> High) ChartRegion<R>(in Summary<R> s) where R : unmanaged, IReal<R> => TSelf.Region<R>();

    static abstract T LogNormalizer<T>(Vec3<T> η) where T : unmanaged, IReal<T>;

    static abstract T LogKernel<T>(Row<T> t, Vec3<T> η) where T : unmanaged, IReal<T>;

    /// <inheritdoc cref="IModel{TSelf}.Differentiate{T}(Row{T}, Vec3{T})"/>
    static virtual Derivatives<T> Differentiate<T>(Row<T> t, Vec3<T> θ) where T : unmanaged, IReal<T> => ByJets.Differentiate<Direct<TSelf>, T>(t, θ);

    /// <summary>
    /// log F(x) = log P(X ≤ x) and log S(x) = log P(X &gt; x), each accurate in its own tail: no logarithm of a rounded
    /// difference. 0 and −∞ with derivatives of 0 where x is at an end of the support or beyond it; a t that does not tell
    /// on which side of the end x was, such as x², says nothing beyond.
    /// </summary>
    static abstract void Tails<T>(Row<T> t, Vec3<T> η, out T logF, out T logS) where T : unmanaged, IReal<T>;

    /// <summary>E X, of a binomial of one trial; NaN or ∞ where there is none.</summary>
    static abstract T Mean<T>(Vec3<T> θ) where T : unmanaged, IReal<T>;

    /// <summary>What <see cref="Draw"/> reads of the parameters: functions of them alone, which would else be had for every draw.</summary>
    static virtual Vec3<T> Drawing<T>(Vec3<T> θ) where T : unmanaged, IReal<T> => θ;

    /// <summary>
    /// An observation in every lane, in the units of the data and within the support. It may loop, but a lane's value must not
    /// depend on the other lanes: see <see cref="IRandom{T}.Skip"/>. Inlined where it is short; elsewhere not, so that all of the
    /// compiler's budget for inlining is the formula's.
    /// </summary>
    /// <param name="η">From <see cref="Drawing"/>.</param>
    /// <param name="trials">Where the family takes them.</param>
    static abstract T Draw<T, TRandom>(in Vec3<T> η, in T trials, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>;

    /// <inheritdoc cref="IModel{TSelf}.Limits"/>
    static virtual IReadOnlyList<Limit> Limits => [];

    /// <inheritdoc cref="IModel{TSelf}.Cone"/>
    static virtual int Cone(Kind kind, double x, double trials, int slot) => Cones.Of(TSelf.Info, kind, x, slot);

    /// <summary>The part of the kernel that is linear in t, where <see cref="KernelSum"/> leaves it out: taken at Σ t.</summary>
    static virtual T LogLinear<T>(Row<T> sums, Vec3<T> η) where T : unmanaged, IReal<T> => 0.0;

    /// <summary>Whether <see cref="Constants"/> has a closed form: where jets cost as much as the rows, or are all that there is to a fit.</summary>
    static virtual bool HasConstants => false;

    /// <summary>
    /// What no row changes, LogLinear at Σ t less n times LogNormalizer, with its derivatives in the leading slots of η or in all. Of a
    /// family that collapses it is all of ℓ, and LogKernel stands for LogLinear.
    /// </summary>
    static virtual Derivatives<R> Constants<R>(Row<R> sums, R size, Vec3<R> η, int leading) where R : unmanaged, IReal<R> => default;

    /// <summary>
    /// Σ w LogKernel with its derivatives in η, not yet completed over workers in any other way than by the sample's
    /// Total. The default differentiates LogKernel by jets; a family overrides it with fewer sums or a closed form
    /// where that pays, and the laws in the tests hold the two together.
    /// </summary>
    static virtual Derivatives<R> KernelSum<TSample, T, R>(TSample sample, Vec3<R> η)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var at = Kernel.Broadcast<T, R>(η);
        return TSelf.Slots switch
        {
            1 => Kernel.Sum<TSelf, Jet1<T>, TSample, T, R>(sample, at),
            2 => Kernel.Sum<TSelf, Jet2<T>, TSample, T, R>(sample, at),
            _ => Kernel.Sum<TSelf, Jet3<T>, TSample, T, R>(sample, at),
        };
    }

    /// <summary>
    /// Whether order statistics are needed before the fit. Where not, they are taken only for the data sets in which no
    /// interior maximum is found without them, and those are fitted again.
    /// </summary>
    static virtual bool OrderFirst(Vec3<Real> known, Vec3<Real> free) => true;

    /// <summary>Whether Start is the maximum itself, whatever is known: then there is nothing to iterate.</summary>
    static virtual bool StartIsMaximum => false;

    /// <summary>Whether the likelihood has no upper bound, so that an interior maximum is a local one.</summary>
    static virtual bool IsUnbounded(Vec3<Real> free) => false;

    /// <summary>How many points the maximisation starts from.</summary>
    static virtual int Starts => 1;

    /// <summary>
    /// A start, exact where a closed form exists. Slots that are not free arrive in <paramref name="known"/> and must
    /// be returned as they are. One that is not a number says that this attempt is not needed.
    /// </summary>
    static abstract Vec3<R> Start<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free, int attempt) where R : unmanaged, IReal<R>;

    /// <summary>
    /// Whether one pass over the rows at the start gives a much better one, in whose place a few passes would be needed. It is
    /// taken where all slots are free and nothing bounds them.
    /// </summary>
    static virtual bool Expands => false;

    /// <summary>The sums over the rows that this takes, at a start.</summary>
    static virtual Powers<R> Expand<TSample, T, R>(TSample sample, Vec3<R> start)
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R> => default;

    /// <summary>The better start; the one that there is where the sums, for lack of any, are 0.</summary>
    static virtual Vec3<R> Approach<R>(in Summary<R> s, Vec3<R> start, Powers<R> sums) where R : unmanaged, IReal<R> => start;

    /// <summary>1 for the slots that the solver moves; 0 for those whose maximum is an order statistic, set by the start.</summary>
    static virtual Vec3<R> Smooth<R>() where R : unmanaged, IReal<R> => new(1.0, 1.0, 1.0);

    /// <summary>−1 for a parameter that is the lower end of the support, 1 for one that is its upper end, 0 for others.</summary>
    static virtual Vec3<R> Ends<R>() where R : unmanaged, IReal<R> => new(0.0, 0.0, 0.0);

    /// <summary>
    /// Whether the summary's Low and High have to be the smallest and the largest observation. Otherwise they may be any two that
    /// differ, if there are such, which is all that a criterion of existence may need.
    /// </summary>
    static virtual bool ReadsExtremes => true;

    /// <summary>
    /// A positive code where an exact criterion on the data shows before any iteration that there is no interior
    /// maximum, else 0. <see cref="Explain"/> puts the code into words.
    /// </summary>
    static virtual R Absent<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> => 0.0;

    /// <summary>
    /// The supremum of the log-likelihood over the limiting family that the parameters may run to (LogBase left out),
    /// or −∞: an interior maximum counts only when it is not below.
    /// </summary>
    static virtual R LimitValue<R>(in Summary<R> s, Vec3<R> known, Vec3<R> free) where R : unmanaged, IReal<R> =>
        double.NegativeInfinity;

    /// <summary>
    /// A code for a point that the solver found: 0 for interior; NoMaximum on an edge of the region beyond which the
    /// likelihood is unbounded, which counts only where no start leads to a maximum.
    /// </summary>
    static virtual R Judge<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> => 0.0;

    /// <summary>A code for where a search ended that did not converge.</summary>
    static virtual R Stray<R>(in Summary<R> s, Vec3<R> θ, Vec3<R> free) where R : unmanaged, IReal<R> => (double)Codes.IterationLimit;

    /// <summary>The box in θ in which the family looks for its maximum.</summary>
    static virtual (Vec3<R> Low, Vec3<R> High) Region<R>() where R : unmanaged, IReal<R> => (
        new(double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity),
        new(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity));

    static abstract FamilyInfo Info { get; }

    /// <summary>
    /// The verdict behind a code. For a boundary verdict, Limit holds the estimates and Supremum the log-likelihood
    /// that is attained there.
    /// </summary>
    /// <param name="code">From Absent or Judge, or <see cref="Codes"/>.</param>
    /// <param name="data">The data set, in standardised units, and the way back.</param>
    static abstract Verdict Explain(int code, Findings data);
}

/// <summary>A family of counts that hurdles are made of.</summary>
public interface ICounts<TSelf> where TSelf : struct, IFamily<TSelf>
{
    /// <summary>An observation that is not 0, given as in <see cref="IFamily{TSelf}.Draw"/>.</summary>
    static abstract T DrawPositive<T, TRandom>(Vec3<T> θ, ref TRandom random)
        where T : unmanaged, IReal<T> where TRandom : struct, IRandom<T>;
}

/// <summary>Codes that the fitting itself gives; a family's own are 1 to 99.</summary>
public static class Codes
{
    public const int Interior = 0, AtLimit = 100, UserBound = 101, NoMaximum = 102, IterationLimit = 103;
}

/// <summary>How the parameters move when x becomes c + s·x.</summary>
public enum Equivariance { None, Scale, LocationScale }

/// <summary>What must be kept of a data set after loading.</summary>
public enum Keep
{
    /// <summary>Σ t: the kernel is linear in t.</summary>
    Sums,

    /// <summary>Every row's t, which is one statistic of an observation that is no integer.</summary>
    Rows,

    /// <summary>The same, and the median and spread of x.</summary>
    RowsAndMedian,

    /// <summary>
    /// The distinct values with their weights, as the family's own table; Sums.C is then Σ w (x − m)² about the integer m
    /// nearest the mean.
    /// </summary>
    Table,
}

/// <summary>Where observations may lie.</summary>
public readonly record struct Support(double Low, bool LowIncluded, double High, bool HighIncluded, bool Integer)
{
    public static Support Line
    {
        [MethodImpl(AggressiveInlining)]
        get => new(double.NegativeInfinity, false, double.PositiveInfinity, false, false);
    }

    public static Support Positive
    {
        [MethodImpl(AggressiveInlining)]
        get => new(0, false, double.PositiveInfinity, false, false);
    }

    public static Support NonNegative
    {
        [MethodImpl(AggressiveInlining)]
        get => new(0, true, double.PositiveInfinity, false, false);
    }

    /// <summary>The integers from low on.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Support Counts(double low = 0, double high = double.PositiveInfinity) =>
        new(low, true, high, double.IsFinite(high), true);

    public bool Contains(double x) =>
        (LowIncluded ? x >= Low : x > Low) && (HighIncluded ? x <= High : x < High) && (!Integer || x == Math.Floor(x));

    /// <summary>Such as "an integer ≥ 0", with another upper end where a row has its own.</summary>
    public string InWords(double high)
    {
        string noun = Integer ? "an integer" : "a finite number";
        string low = double.IsFinite(Low) ? FormattableString.Invariant($" {(LowIncluded ? "≥" : ">")} {Low}") : "";
        string upTo = double.IsFinite(high) ? FormattableString.Invariant($"{(low == "" ? "" : " and")} {(HighIncluded || Integer ? "≤" : "<")} {high}") : "";
        return noun + low + upTo;
    }
}

/// <summary>The sums that <see cref="IFamily{TSelf}.KernelSum"/> makes by default.</summary>
public static class Kernel
{
    /// <summary>The same parameters in every lane.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vec3<T> Broadcast<T, R>(Vec3<R> η) where T : unmanaged, IReal<T> where R : unmanaged, IReal<R> =>
        new(R.Lead(η.X), R.Lead(η.Y), R.Lead(η.Z));

    public static Derivatives<R> Sum<TFamily, TJet, TSample, T, R>(TSample sample, Vec3<T> η)
        where TFamily : struct, IFamily<TFamily>
        where TJet : unmanaged, IJet<TJet, T>
        where TSample : struct, ISample<T, R>, allows ref struct
        where T : unmanaged, IReal<T> where R : unmanaged, IReal<R>
    {
        var s = Loop.Over<Term<TFamily, TJet, T>, TJet, TSample, T, R>(new(TJet.At(η)), sample, default).Parts;
        Vec3<T> g = s.Score;
        Symmetric3<T> h = s.Hessian;
        if (TFamily.Slots == 1)
        {
            Row<R> one = sample.Total(new(s.F, g.X, h.XX));
            return new(one.A, one.B, one.C);
        }
        Row<R> first = sample.Total(new(s.F, g.X, g.Y)), second = sample.Total(new(h.XX, h.XY, h.YY));
        if (TFamily.Slots == 2)
            return new(first.A, first.B, first.C, second.A, second.B, second.C);
        Row<R> third = sample.Total(new(g.Z, h.XZ, h.YZ));
        return new(first.A, first.B, first.C, third.A, second.A, second.B, second.C, third.B, third.C, sample.Total(new(h.ZZ)).A);
    }

    readonly struct Term<TFamily, TJet, T>(Vec3<TJet> η) : ITerm<TJet, T>
        where TFamily : struct, IFamily<TFamily>
        where TJet : unmanaged, IJet<TJet, T> where T : unmanaged, IReal<T>
    {
        readonly Vec3<TJet> η = η;

        [MethodImpl(AggressiveInlining)]
        public TJet Add(TJet sums, Row<T> row, T weight) =>
            sums + TFamily.LogKernel(row.Lift<TJet>(), η).Times(weight);
    }
}
