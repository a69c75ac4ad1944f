namespace Mle.Runner;

/// <summary>
/// From where on a GPU fits a batch sooner than the processor, when the data start in the host's memory. Derived from
/// measurements of the processor and the rate of a bus; no GPU has been measured.
/// </summary>
sealed record BreakEven
{
    /// <summary>Seconds until a GPU fits anything: 0.3 to 1 for opening it and compiling the kernels.</summary>
    public double StartUp { get; init; } = 1;

    /// <summary>Bytes a second to the GPU: PCIe 4 in practice, 1.75 G observations/s.</summary>
    public double Upload { get; init; } = 14e9;

    /// <summary>
    /// Seconds that a fit costs one thread for each observation: <c>mle fit --threads 1 --timings</c>, 5,000 data sets of
    /// 200, on an AMD EPYC with vectors of four. Families that keep the same differ widely, and this is about their median:
    /// a cheap one that goes to the GPU too early loses less than its start-up, a dear one that stays here far more.
    /// </summary>
    static double Work(Keep keep) => keep switch
    {
        // Two threads sum 5 G observations/s, three times what the bus carries: such data never pay.
        Keep.Sums => 0,
        // 16 (weibull) to 450 (generalized_gamma).
        Keep.Rows => 30e-9,
        // 52 (laplace) to 415 (student_t).
        Keep.RowsAndMedian => 200e-9,
        // negative_binomial. 2 where one data set is so long that few of its values are distinct.
        _ => 19e-9,
    };

    /// <summary>
    /// Whether a GPU is ahead. With two threads that is from 70 million observations on for rows, 10 million where a
    /// median is kept too, 112 million for tables.
    /// </summary>
    /// <param name="threads">The processor's; 0 for all.</param>
    public bool Passed(Family family, Batch batch, int threads)
    {
        long n = batch.Offsets[^1] - batch.Offsets[0];
        int columns = 1 + (batch.Weights.IsEmpty ? 0 : 1) + (batch.Trials.IsEmpty ? 0 : 1);
        double processor = n * Work(family.Accept(new WhatIsKept())) / (threads > 0 ? threads : Environment.ProcessorCount);
        return processor > StartUp + sizeof(double) * columns * n / Upload;
    }

    sealed class WhatIsKept : IFamilyVisitor<Keep>
    {
        public Keep Visit<TFamily>() where TFamily : struct, IFamily<TFamily> => TFamily.Keep;

        /// <summary>Sums of weights.</summary>
        public Keep VisitCategorical() => Keep.Sums;
    }
}
