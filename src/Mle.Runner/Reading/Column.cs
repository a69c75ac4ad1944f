namespace Mle.Runner.Reading;

/// <summary>A column of numbers while it grows.</summary>
sealed class Column
{
    double[] values = new double[1024];

    public int Count { get; private set; }

    public void Add(double value)
    {
        if (Count == values.Length)
        {
            if (Count == Array.MaxLength)
                throw new BadInput($"There are more than {Array.MaxLength} rows, which is all that one call can hold.");
            Array.Resize(ref values, (int)Math.Min(2L * Count, Array.MaxLength));
        }
        values[Count++] = value;
    }

    public ReadOnlyMemory<double> Values => values.AsMemory(0, Count);
}
