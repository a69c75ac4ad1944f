namespace Mle;

/// <summary>Log-likelihood, score and Hessian of one data set on the reported scale; free parameters only.</summary>
/// <param name="Parameters">The names that score and Hessian are in.</param>
public sealed record Evaluation(IReadOnlyList<string> Parameters, double LogLikelihood, double[] Score, double[,] Hessian);

/// <summary>A processor that fits batches: SIMD units of a CPU, or a GPU.</summary>
public interface IEngine : IDisposable
{
    /// <summary>Such as "CPU, 8 lanes, 16 threads".</summary>
    string Description { get; }

    /// <summary>
    /// Compiles what the fit of this batch needs on this engine, so that its cost is paid, and can be measured, apart from
    /// the first fit. Nothing on an engine that needs nothing.
    /// </summary>
    void Prepare(Family family, Batch batch, FitOptions options);

    /// <summary>Fits every data set of the batch. Bad data give a verdict, never an exception.</summary>
    /// <exception cref="DeviceException">The device failed; no table was made.</exception>
    /// <exception cref="ArgumentException">An option names no parameter of the family, or a value outside its domain.</exception>
    FitTable Fit(Family family, Batch batch, FitOptions options);

    /// <summary>
    /// Fits every replicate of every data set: entry d·B + b of the table is replicate b of data set d. The same replicates
    /// have the same bits for any number of threads, and whatever other data sets are in the batch.
    /// </summary>
    /// <exception cref="DeviceException">The device failed; no table was made.</exception>
    /// <exception cref="ArgumentException">As for a batch; or there are more fits than a table holds.</exception>
    FitTable Fit(Family family, Replicates replicates, FitOptions options) => replicates.Fit(this, family, options);

    /// <summary>ℓ, ∇ℓ and ∇²ℓ of every data set at one point, given by parameter name; fixed parameters in the options.</summary>
    Evaluation[] Evaluate(Family family, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options);
}

/// <summary>
/// A device ran out of memory, was lost, or refused a kernel. The data and the options are not at fault: another engine
/// can fit them.
/// </summary>
/// <param name="message">What failed, on which device, in one sentence.</param>
public sealed class DeviceException(string message, Exception? cause = null) : Exception(message, cause);
