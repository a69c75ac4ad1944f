namespace Mle;

/// <summary>
/// The fits of a batch as a structure of arrays: entry d of every column is data set d. What most fits do not have
/// (a reason, a limit, a bound) stands apart in <see cref="Verdicts"/>.
/// </summary>
public sealed class FitTable
{
    readonly double[][] estimates, covariances;

    /// <param name="parameters">The names of all reported parameters, fixed ones included.</param>
    /// <param name="free">How many of them are estimated.</param>
    /// <param name="count">The number of data sets.</param>
    /// <param name="detail">Whether log-likelihoods and covariances are kept.</param>
    public FitTable(IReadOnlyList<string> parameters, int free, long count, Detail detail)
    {
        Parameters = parameters;
        FreeParameters = free;
        int k = parameters.Count;
        estimates = Columns(k, count);
        covariances = Columns(detail == Detail.Complete ? k * (k + 1) / 2 : 0, count);
        LogLikelihood = new double[detail == Detail.Complete ? count : 0];
        Size = new double[count];
        Iterations = new int[count];
        Status = new Status[count];
    }

    public IReadOnlyList<string> Parameters { get; }

    /// <summary>k, the number of estimated parameters, those on a bound included.</summary>
    public int FreeParameters { get; }

    public int Count => Status.Length;

    /// <summary>Estimates of one parameter; NaN where there is none.</summary>
    public double[] Estimates(int parameter) => estimates[parameter];

    /// <summary>
    /// Entries (i, j) of the inverse observed information on the reported scale; 0 in rows of fixed parameters,
    /// NaN where the theory gives none.
    /// </summary>
    public double[] Covariances(int i, int j) => covariances[Math.Max(i, j) * (Math.Max(i, j) + 1) / 2 + Math.Min(i, j)];

    /// <summary>Σ wᵢ log f(xᵢ) with every constant.</summary>
    public double[] LogLikelihood { get; }

    /// <summary>n: the number of observations, or the sum of the weights.</summary>
    public double[] Size { get; }

    public int[] Iterations { get; }

    public Status[] Status { get; }

    /// <summary>+∞ where the family's likelihood has no upper bound and its interior maxima are local ones; else NaN.</summary>
    public double Supremum { get; set; } = double.NaN;

    /// <summary>More about the fits that need words, by data set.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<long, Verdict> Verdicts { get; } = new();

    public Fit this[int d] => new(this, d);

    /// <summary>Puts another fit of data set d in the place of this one.</summary>
    internal void Replace(int d, FitTable by, int e)
    {
        for (int i = 0; i < estimates.Length; i++)
            estimates[i][d] = by.estimates[i][e];
        for (int i = 0; i < covariances.Length; i++)
            covariances[i][d] = by.covariances[i][e];
        (LogLikelihood[d], Size[d], Iterations[d], Status[d]) = (by.LogLikelihood[e], by.Size[e], by.Iterations[e], by.Status[e]);
        if (by.Verdicts.TryGetValue(e, out var verdict))
            Verdicts[d] = verdict;
        else
            Verdicts.TryRemove(d, out _);
    }

    /// <summary>Takes over the fits of another table, which become those from this one on.</summary>
    internal void Take(FitTable part, int at)
    {
        Supremum = part.Supremum;
        for (int i = 0; i < estimates.Length; i++)
            part.estimates[i].CopyTo(estimates[i], at);
        for (int i = 0; i < covariances.Length; i++)
            part.covariances[i].CopyTo(covariances[i], at);
        if (part.LogLikelihood.Length > 0)
            part.LogLikelihood.CopyTo(LogLikelihood, at);
        part.Size.CopyTo(Size, at);
        part.Iterations.CopyTo(Iterations, at);
        part.Status.CopyTo(Status, at);
        foreach (var (d, verdict) in part.Verdicts)
            Verdicts[at + d] = verdict;
    }

    static double[][] Columns(int columns, long count)
    {
        var made = new double[columns][];
        for (int i = 0; i < columns; i++)
            made[i] = new double[count];
        return made;
    }
}

/// <summary>One fit of a table.</summary>
public readonly struct Fit(FitTable table, int index)
{
    public Status Status => table.Status[index];

    /// <summary>The reason behind the verdict, and what goes with it.</summary>
    public Verdict Verdict => table.Verdicts.TryGetValue(index, out var verdict) ? verdict : new(Status, "", Supremum: table.Supremum);

    public double LogLikelihood => table.LogLikelihood[index];

    public double Size => table.Size[index];

    public int Iterations => table.Iterations[index];

    /// <summary>The estimate of a parameter.</summary>
    /// <exception cref="ArgumentException">The family has no parameter of that name.</exception>
    public double this[string parameter] => table.Estimates(Index(parameter))[index];

    public double this[int parameter] => table.Estimates(parameter)[index];

    public double StandardError(int parameter) => Math.Sqrt(table.Covariances(parameter, parameter)[index]);

    public double StandardError(string parameter) => StandardError(Index(parameter));

    public double Covariance(int i, int j) => table.Covariances(i, j)[index];

    public IReadOnlyList<string> Parameters => table.Parameters;

    public double Aic => -2 * LogLikelihood + 2 * table.FreeParameters;

    public double Bic => -2 * LogLikelihood + table.FreeParameters * Math.Log(Size);

    /// <summary>−ℓ/n, the sample's estimate of the cross-entropy.</summary>
    public double MeanNegativeLogLikelihood => -LogLikelihood / Size;

    int Index(string parameter)
    {
        for (int i = 0; i < table.Parameters.Count; i++)
            if (table.Parameters[i] == parameter)
                return i;
        throw new ArgumentException($"No parameter '{parameter}'; there are {string.Join(", ", table.Parameters)}.", nameof(parameter));
    }
}
