namespace Mle.Gpu.Benchmarks;

/// <summary>Random numbers of a fixed seed, the same on every machine and for any number of threads: SplitMix64.</summary>
sealed class Draws(ulong seed)
{
    ulong state = Mix(seed);

    static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>Above 0 and below 1.</summary>
    public double Uniform() => ((Mix(state += 0x9E3779B97F4A7C15) >> 12) + 0.5) * (1.0 / (1L << 52));

    public double Uniform(double low, double high) => low + (high - low) * Uniform();

    public double Exponential() => -Math.Log(Uniform());

    public double Normal() => Math.Sqrt(2 * Exponential()) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Marsaglia and Tsang, A simple method for generating gamma variables, 2000.</summary>
    public double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(Uniform(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(), v = 1 + c * x;
            v = v * v * v;
            if (v > 0 && Math.Log(Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }

    public double Beta(double a, double b)
    {
        double x = Gamma(a);
        return Math.Clamp(x / (x + Gamma(b)), 1e-12, 1 - 1e-12);
    }

    public double Poisson(double mean)
    {
        // Waiting times add up to one unit; means here are small.
        double product = Uniform(), limit = Math.Exp(-mean);
        int count = 0;
        for (; product > limit; product *= Uniform())
            count++;
        return count;
    }

    /// <summary>Student's t with 4 degrees of freedom: χ²₄ is twice the sum of two exponentials.</summary>
    public double T4() => Normal() / Math.Sqrt(0.5 * (Exponential() + Exponential()));
}
