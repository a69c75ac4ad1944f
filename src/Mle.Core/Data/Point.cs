namespace Mle;

/// <summary>A point at which ℓ, ∇ℓ and ∇²ℓ of every data set are wanted.</summary>
public sealed class Point<TFamily> where TFamily : struct, IFamily<TFamily>
{
    readonly FamilyInfo info;
    readonly Given given;
    readonly int[] free;

    /// <exception cref="ArgumentException">A parameter has no value, or one outside its domain.</exception>
    public Point(FamilyInfo info, IReadOnlyDictionary<string, double> at, FitOptions options)
    {
        this.info = info;
        if (options.FixedEach.Count + options.StartEach.Count > 0)
            throw new ArgumentException("A point is the same for all data sets; values for each cannot be given.");
        var point = new Dictionary<string, double>(at);
        foreach (var (name, value) in options.Fixed)
            point[name] = value;
        given = new Given(info, options with { Fixed = point }, 0);
        if (given.FreeCount > 0)
            throw new ArgumentException($"A value is needed for {string.Join(", ", info.Parameters.Where((_, i) => given.IsFree(i)).Select(p => p.Name))}.");
        free = [.. Enumerable.Range(0, info.Parameters.Length).Where(i => !options.Fixed.ContainsKey(info.Parameters[i].Name))];
    }

    /// <summary>The point as plain data.</summary>
    public Slots Slots => given.Slots;

    /// <summary>The point in the solver's coordinates of a data set with this standardisation.</summary>
    public Vec3<Real> Coordinates(Standardization unit) => given.Slots.Prior(unit, default, default).Known;

    /// <summary>What a data set's sums come to on the reported scale; −∞ where an observation is outside the support.</summary>
    public Evaluation Report(Summary<Real> summary, Standardization unit, double logBase, Derivatives<Real> sums)
    {
        var evaluation = OnReportedScale(unit, logBase, summary.Size, sums);
        return Excludes(summary, unit, logBase) ? evaluation with { LogLikelihood = double.NegativeInfinity } : evaluation;
    }

    /// <summary>Where the ends of the support are parameters, sums of statistics cannot tell.</summary>
    bool Excludes(Summary<Real> summary, Standardization unit, double logBase)
    {
        var θ = Coordinates(unit);
        int code = (int)TFamily.Absent(summary, θ, default).Value;
        return code > 0 && TFamily.Explain(code, new(summary, unit, logBase, θ, default, θ, 0.0, 0.0)).Status == Status.InvalidData;
    }

    /// <summary>Derivatives in θ become derivatives in the reported parameters v: with θ′ = dθ/dv, g_v = g θ′ and H_v = H θ′θ′ᵀ + g θ″.</summary>
    Evaluation OnReportedScale(Standardization unit, double logBase, double n, Derivatives<Real> at)
    {
        double[] g = [at.Score.X, at.Score.Y, at.Score.Z];
        var h = at.Hessian;
        double[,] hessian = { { h.XX, h.XY, h.XZ }, { h.XY, h.YY, h.YZ }, { h.XZ, h.YZ, h.ZZ } };
        double[] first = new double[3], second = new double[3];
        for (int i = 0; i < info.Parameters.Length; i++)
        {
            var parameter = info.Parameters[i];
            double v = unit.Unmap(parameter.Role, given.Known(i)), slope = 1 / unit.Slope(parameter.Role);
            (first[i], second[i]) = parameter.Link switch
            {
                Link.Log => (slope / v, -slope * slope / (v * v)),
                Link.Logit => (slope / (v * (1 - v)), slope * slope * (2 * v - 1) / (v * v * (1 - v) * (1 - v))),
                _ => (slope, 0.0),
            };
        }
        int k = free.Length;
        var score = new double[k];
        var reported = new double[k, k];
        for (int a = 0; a < k; a++)
        {
            score[a] = g[free[a]] * first[free[a]];
            for (int b = 0; b < k; b++)
                reported[a, b] = hessian[free[a], free[b]] * first[free[a]] * first[free[b]] + (a == b ? g[free[a]] * second[free[a]] : 0);
        }
        return new([.. free.Select(i => info.Parameters[i].Name)],
            unit.LogLikelihood(at.F + logBase, n), score, reported);
    }
}
