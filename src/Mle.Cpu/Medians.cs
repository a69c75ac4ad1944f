namespace Mle;

/// <summary>Weighted medians, by selection where all weights are 1.</summary>
static class Medians
{
    /// <summary>Octiles are those of at most this many observations, evenly spaced in the data set.</summary>
    const int Octiled = 1024;

    /// <summary>The interval of medians of standardised x, the median distance from its midpoint, and more of their kind.</summary>
    public static Order<Real> Of(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weights, Standardization unit)
    {
        var values = new double[x.Length];
        double perUnit = unit.PerScale;
        for (int i = 0; i < x.Length; i++)
            values[i] = (x[i] - unit.Center) * perUnit;
        if (weights.IsEmpty && x.Length <= Octiled)
            return OfSorted(values);
        var (low, high) = Interval(values, weights);
        double median = 0.5 * (low + high);
        for (int i = 0; i < x.Length; i++)
            values[i] = Math.Abs((x[i] - unit.Center) * perUnit - median);
        var (least, most) = Interval(values, weights);
        double tiesLow = 0, tiesHigh = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double v = (x[i] - unit.Center) * perUnit, w = weights.IsEmpty ? 1 : weights[i];
            tiesLow += v == low ? w : 0;
            tiesHigh += v == high ? w : 0;
        }
        int step = (x.Length + Octiled - 1) / Octiled, some = (x.Length + step - 1) / step;
        for (int i = 0; i < some; i++)
            values[i] = (x[i * step] - unit.Center) * perUnit;
        Array.Sort(values, 0, some);
        return Octiles(values, some, low, high, 0.5 * (least + most), tiesLow, tiesHigh);
    }

    /// <summary>The same for few observations, where one sort gives all.</summary>
    static Order<Real> OfSorted(double[] v)
    {
        Array.Sort(v);
        int n = v.Length;
        double low = v[(n - 1) / 2], high = v[n / 2], median = 0.5 * (low + high), least = 0, most = 0;
        // Distances from the median in increasing order, from the middle outwards on both sides.
        int down = (n - 1) / 2, up = down + 1;
        for (int i = 0; i <= n / 2; i++)
        {
            bool below = up >= n || down >= 0 && median - v[down] <= v[up] - median;
            double distance = Math.Abs(median - v[below ? down-- : up++]);
            if (i == (n - 1) / 2)
                least = distance;
            most = distance;
        }
        return Octiles(v, n, low, high, 0.5 * (least + most), Ties(v, (n - 1) / 2), Ties(v, n / 2));
    }

    static int Ties(double[] sorted, int at)
    {
        int from = at, to = at;
        while (from > 0 && sorted[from - 1] == sorted[at])
            from--;
        while (to < sorted.Length && sorted[to] == sorted[at])
            to++;
        return to - from;
    }

    static Order<Real> Octiles(double[] sorted, int n, double low, double high, double spread, double tiesLow, double tiesHigh)
    {
        double At(int j) => sorted[(int)Math.Round((n - 1) * j / 8.0)];
        return new(low, high, spread, tiesLow, tiesHigh, At(1), At(2), At(3), At(4), At(5), At(6), At(7));
    }

    static (double Low, double High) Interval(double[] values, ReadOnlySpan<double> weights)
    {
        if (weights.IsEmpty)
        {
            int n = values.Length;
            double upper = Select(values, n / 2);
            if (n % 2 == 1)
                return (upper, upper);
            double lower = values[0];
            for (int i = 1; i < n / 2; i++)
                lower = Math.Max(lower, values[i]);
            return (lower, upper);
        }
        var order = weights.ToArray();
        Array.Sort(values, order);
        double half = order.Sum() / 2, below = 0;
        for (int i = 0; ; i++)
        {
            below += order[i];
            if (below < half)
                continue;
            int next = i;
            if (below == half)
                do next++; while (order[next] == 0);
            return (values[i], values[next]);
        }
    }

    /// <summary>Hoare's selection: afterwards the k smallest stand before position k.</summary>
    static double Select(double[] v, int k)
    {
        int left = 0, right = v.Length - 1;
        while (left < right)
        {
            double pivot = Math.Max(Math.Min(v[left], v[right]), Math.Min(Math.Max(v[left], v[right]), v[(left + right) >>> 1]));
            int i = left, j = right;
            while (i <= j)
            {
                while (v[i] < pivot)
                    i++;
                while (v[j] > pivot)
                    j--;
                if (i > j)
                    break;
                (v[i], v[j]) = (v[j], v[i]);
                i++;
                j--;
            }
            if (k <= j)
                right = j;
            else if (k >= i)
                left = i;
            else
                break;
        }
        return v[k];
    }
}
