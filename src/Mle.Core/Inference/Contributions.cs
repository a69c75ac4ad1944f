namespace Mle;

/// <summary>
/// What each row of one data set adds at one point of the reported parameters: its log-likelihood ℓᵢ and its score
/// sᵢ = ∂ℓᵢ/∂v, unweighted, and their weighted totals. Rows may be observed in any way: exactly, censored, truncated, with
/// weights, predictors and offsets.
/// </summary>
/// <remarks>
/// Inside, scores are kept as slopes in the rows' predictors and in the units in which designs are standardised, so that
/// sums of their products lose no digits where columns are far from 0.
/// </remarks>
public sealed class Contributions
{
    readonly Term[] terms;
    readonly double[][] slopes;
    readonly ReadOnlyMemory<double>[] offsets;
    readonly DenseJet<HostStore> jet;
    readonly double[]? ridge;
    readonly int[] free;
    readonly double[]?[] scores;

    /// <summary>One coefficient or parameter, in the order in which they are reported.</summary>
    /// <param name="Slot">The predictor that it belongs to.</param>
    /// <param name="Column">x for every row; empty for a column of ones.</param>
    /// <param name="Mean">What is taken off x in the design.</param>
    /// <param name="Scale">What x is divided by then.</param>
    /// <param name="Factor">The unit of the predictor in the design.</param>
    /// <param name="Link">How the reported v is made of the coefficient c.</param>
    /// <param name="IsEnd">Whether it is an end of the support.</param>
    internal readonly record struct Term(
        string Name, int Slot, ReadOnlyMemory<double> Column, double Mean, double Scale, double Factor, Link Link, double Coefficient,
        bool IsFree, bool IsSmooth, bool IsEnd)
    {
        /// <summary>dc/dv and d²c/dv².</summary>
        public (double First, double Second) Slopes
        {
            get
            {
                double v = Link.Value(Coefficient), spread = Link.Slope(v);
                return Link switch
                {
                    Link.Log => (1 / v, -1 / (v * v)),
                    Link.Logit => (1 / spread, (2 * v - 1) / (spread * spread)),
                    _ => (1, 0),
                };
            }
        }
    }

    internal Contributions(
        Term[] terms, ReadOnlyMemory<double>[] offsets, double[] logLikelihood, double[][] slopes, double[] weight, double total, DenseJet<HostStore> jet, double[]? ridge,
        (int From, double Slope)[][] map, string? undefined = null)
    {
        (this.terms, this.offsets, this.slopes, this.jet, this.ridge, Map) = (terms, offsets, slopes, jet, ridge, map);
        (LogLikelihood, Weight) = (logLikelihood, weight);
        free = [.. Enumerable.Range(0, terms.Length).Where(i => terms[i].IsFree)];
        scores = new double[free.Length][];
        Parameters = [.. free.Select(i => terms[i].Name)];
        Undefined = free.Where(i => !terms[i].IsSmooth).ToDictionary(i => terms[i].Name, i => undefined ?? (terms[i].IsEnd
            ? $"{terms[i].Name} is an end of the support, where the likelihood jumps: it has no score"
            : $"the score in {terms[i].Name} jumps at every observation: there is no observed information"));
        Total = Sum(logLikelihood.Contains(double.NegativeInfinity) ? double.NegativeInfinity : total);
    }

    /// <summary>The free parameters.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>ℓᵢ with every constant, unweighted; 0 for rows of weight 0, which are not looked at.</summary>
    public double[] LogLikelihood { get; }

    /// <summary>What ℓᵢ and sᵢ count in the totals: the frequency weight, or the sampling weight times n/Σw; 1 without weights.</summary>
    public double[] Weight { get; }

    /// <summary>Σ wᵢℓᵢ, Σ wᵢsᵢ and the Hessian, on the reported scale; of a penalised fit without the penalty.</summary>
    public Evaluation Total { get; }

    /// <summary>
    /// Why a parameter has no score or no observed information, by name. The score of one that is an end of the support is NaN;
    /// of one where it jumps it is one-sided, and its rows of the Hessian are NaN.
    /// </summary>
    public IReadOnlyDictionary<string, string> Undefined { get; }

    /// <summary>sᵢ in one of the free parameters, for every row; computed when it is first asked for.</summary>
    public double[] Score(int parameter)
    {
        if (scores[parameter] is { } made)
            return made;
        var term = terms[free[parameter]];
        double slope = term.IsEnd ? double.NaN : term.Slopes.First / term.Factor;
        double[] g = slopes[term.Slot];
        var x = term.Column.Span;
        made = new double[g.Length];
        for (int i = 0; i < made.Length; i++)
            made[i] = g[i] * slope * (x.IsEmpty ? 1 : x[i]);
        return scores[parameter] = made;
    }

    /// <summary>What the rows of data set d add at a point.</summary>
    /// <param name="at">A value for each parameter that a fit reports, in its order.</param>
    /// <exception cref="ArgumentException">A parameter cannot have this value, or a row cannot be.</exception>
    public static Contributions Of(Family family, Batch batch, int d, ReadOnlySpan<double> at, FitOptions options)
    {
        var one = batch.Slice(d);
        var plain = options with
        {
            Detail = Detail.Complete,
            Progress = null,
            Start = new Dictionary<string, double>(),
            Bounds = new Dictionary<string, (double, double)>(),
        };
        double[] point = at.ToArray();
        var made = family is Categorical ? OfCategories(family, one, point, plain) : family.Accept(new Standing(family, one, plain, point));
        made.Problem = (family, one, plain, point);
        return made;
    }

    /// <summary>The same at the estimates of a fit.</summary>
    public static Contributions Of(Family family, Batch batch, int d, FitTable table, FitOptions options) =>
        Of(family, batch, d, [.. Enumerable.Range(0, table.Parameters.Count).Select(i => table.Estimates(i)[d])], options);

    /// <summary>ℓᵢ = log p of the row's category; probabilities that sum to 1 have no scores of their own.</summary>
    static Contributions OfCategories(Family family, Batch batch, double[] p, FitOptions options)
    {
        int n = batch.Values.Length;
        double[] weight = batch.Weights.IsEmpty ? [.. Enumerable.Repeat(1.0, n)] : batch.Weights.ToArray();
        double[] log = [.. batch.Values.ToArray().Select((y, i) => weight[i] == 0 ? 0 : Math.Log(p[(int)y]))];
        double total = log.Zip(weight, (ℓ, w) => w == 0 ? 0 : w * ℓ).Sum();
        Term[] terms = [.. family.Info.Parameters.Select(q => new Term(q.Name, 0, default, 0, 1, 1, Link.Identity, 0, !options.Fixed.ContainsKey(q.Name), false, true))];
        var room = new double[DenseJet<HostStore>.Room(p.Length)];
        return new(terms, [default], log, [new double[n]], weight, total, new(new(room), p.Length), null, [.. p.Select(_ => Array.Empty<(int, double)>())],
            "probabilities that sum to 1 have no scores of their own");
    }

    /// <summary>Derivatives in the design's coefficients become derivatives in the reported v: with J = dβ/dv, Jᵀg and JᵀHJ + g·d²β/dv².</summary>
    Evaluation Sum(double total)
    {
        int count = terms.Length;
        // The design's coefficients that a reported one is part of: its own, and the intercept where its column is centred.
        var parts = new (int At, double Slope)[count][];
        for (int i = 0; i < count; i++)
        {
            int intercept = terms[i].Mean == 0 ? -1 : Array.FindIndex(terms, t => t.Slot == terms[i].Slot && t.Column.IsEmpty);
            parts[i] = intercept < 0 ? [(i, terms[i].Scale / terms[i].Factor)]
                : [(i, terms[i].Scale / terms[i].Factor), (intercept, terms[i].Mean / terms[i].Factor)];
        }
        int k = free.Length;
        var score = new double[k];
        var hessian = new double[k, k];
        for (int a = 0; a < k; a++)
        {
            var (first, second) = terms[free[a]].Slopes;
            double inCoefficient = 0;
            foreach (var (p, slope) in parts[free[a]])
                inCoefficient += slope * jet.Score(p);
            score[a] = terms[free[a]].IsEnd ? double.NaN : first * inCoefficient;
            for (int b = 0; b < k; b++)
            {
                double sum = 0;
                foreach (var (p, left) in parts[free[a]])
                    foreach (var (q, right) in parts[free[b]])
                        sum += left * right * (p >= q ? jet.Hessian(p, q) : jet.Hessian(q, p));
                hessian[a, b] = !terms[free[a]].IsSmooth || !terms[free[b]].IsSmooth ? double.NaN
                    : sum * first * terms[free[b]].Slopes.First + (a == b ? inCoefficient * second : 0);
            }
        }
        return new(Parameters, total, score, hessian);
    }

    /// <summary>What the rows are of, and the point.</summary>
    internal (Family Family, Batch Batch, FitOptions Options, double[] At) Problem { get; private set; }

    /// <summary>Whether some free parameter is an end of the support.</summary>
    internal bool HasEnd => terms.Any(t => t.IsFree && t.IsEnd);

    /// <summary>The map from the design's coefficients to all reported parameters.</summary>
    internal (int From, double Slope)[][] Map { get; }

    /// <summary>The places of the free parameters among all.</summary>
    internal IReadOnlyList<int> Free => free;

    internal int Count => terms.Length;

    /// <summary>(−H)⁻¹ in the design's coefficients, of the penalised log-likelihood; those that are known apart.</summary>
    /// <returns>Whether −H is positive definite.</returns>
    internal bool Bread(double[] inverse) => Bread((double[])jet.Store.Array.Clone(), inverse);

    /// <summary>The same of an information in the place of −H, given as a lower triangle.</summary>
    internal bool Bread(double[] information, double[] inverse, int count)
    {
        var numbers = new double[DenseJet<HostStore>.Room(count)];
        for (int i = 0; i < information.Length; i++)
            numbers[1 + count + i] = -information[i];
        return Bread(numbers, inverse);
    }

    bool Bread(double[] information, double[] inverse)
    {
        for (int i = 0; ridge is not null && i < Count; i++)
            information[1 + Count + DenseJet<HostStore>.Entry(i, i)] -= 2 * ridge[i];
        Apart(information);
        return new DenseJet<HostStore>(new(information), Count).Invert(inverse) > 0;
    }

    /// <summary>Rows of −1 for what is known, in the Hessian of a jet.</summary>
    void Apart(double[] numbers)
    {
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count && !terms[i].IsFree; j++)
                numbers[1 + Count + (j <= i ? DenseJet<HostStore>.Entry(i, j) : DenseJet<HostStore>.Entry(j, i))] = i == j ? -1 : 0;
    }

    /// <summary>Σ w ssᵀ of the scores in the design's coefficients, as a lower triangle, with other weights than the rows' own.</summary>
    internal double[] Meat(Func<int, double> weight)
    {
        var meat = new double[Count * (Count + 1) / 2];
        var s = new double[Count];
        for (int i = 0; i < Weight.Length; i++)
        {
            if (Weight[i] == 0)
                continue;
            for (int a = 0; a < Count; a++)
                s[a] = slopes[terms[a].Slot][i] * Standard(i, a);
            Add(meat, s, weight(i));
        }
        return meat;
    }

    /// <summary>Σ w ssᵀ where rows are counted, Σ w² ssᵀ where each is one observation whatever it weighs.</summary>
    internal double[] Meat(Weighting weighting) => Meat(weighting == Weighting.Sampling ? i => Weight[i] * Weight[i] : i => Weight[i]);

    /// <summary>Σ w E[ssᵀ] likewise, from a row's information in its predictors.</summary>
    internal double[] Information(RowInformation of)
    {
        var sum = new double[Count * (Count + 1) / 2];
        var u = new double[offsets.Length];
        for (int i = 0; i < Weight.Length; i++)
        {
            if (Weight[i] == 0)
                continue;
            for (int s = 0; s < u.Length; s++)
                u[s] = offsets[s].IsEmpty ? 0 : offsets[s].Span[i];
            foreach (var term in terms)
                u[term.Slot] += term.Coefficient * (term.Column.IsEmpty ? 1 : term.Column.Span[i]);
            double[] row = of.At(u, Problem.Batch.Trials.IsEmpty ? 1 : Problem.Batch.Trials.Span[i]);
            for (int a = 0, at = 0; a < Count; a++)
                for (int b = 0; b <= a; b++)
                {
                    var (p, q) = (terms[a], terms[b]);
                    double both = row[p.Slot >= q.Slot ? DenseJet<HostStore>.Entry(p.Slot, q.Slot) : DenseJet<HostStore>.Entry(q.Slot, p.Slot)];
                    sum[at++] += Weight[i] * both * p.Factor * q.Factor * Standard(i, a) * Standard(i, b);
                }
        }
        return sum;
    }

    /// <summary>Σ SSᵀ over clusters with S = Σ ws, likewise.</summary>
    internal double[] Meat(ReadOnlySpan<int> clusters)
    {
        var sums = new Dictionary<int, double[]>();
        for (int i = 0; i < Weight.Length; i++)
        {
            if (Weight[i] == 0)
                continue;
            if (!sums.TryGetValue(clusters[i], out double[]? sum))
                sums.Add(clusters[i], sum = new double[Count]);
            for (int a = 0; a < Count; a++)
                sum[a] += Weight[i] * slopes[terms[a].Slot][i] * Standard(i, a);
        }
        var meat = new double[Count * (Count + 1) / 2];
        foreach (double[] sum in sums.Values)
            Add(meat, sum, 1);
        return meat;
    }

    /// <summary>x of a row in the design.</summary>
    double Standard(int i, int a) => terms[a].Column.IsEmpty ? 1 : (terms[a].Column.Span[i] - terms[a].Mean) / terms[a].Scale;

    static void Add(double[] meat, double[] s, double w)
    {
        for (int a = 0, at = 0; a < s.Length; a++)
            for (int b = 0; b <= a; b++)
                meat[at++] += w * s[a] * s[b];
    }
}
