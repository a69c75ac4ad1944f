namespace Mle;

/// <summary>The bare reductions: ℓ, ∇ℓ and ∇²ℓ of every data set at one point.</summary>
static class Reduction
{
    public static Evaluation[] Evaluate<TFamily, T>(
        FamilyInfo info, Batch batch, IReadOnlyDictionary<string, double> at, FitOptions options)
        where TFamily : struct, IFamily<TFamily> where T : unmanaged, IReal<T>
    {
        var point = new Dictionary<string, double>(at);
        foreach (var (name, value) in options.Fixed)
            point[name] = value;
        var given = new Given(info, options with { Fixed = point });
        if (given.FreeCount > 0)
            throw new ArgumentException($"A value is needed for {string.Join(", ", info.Parameters.Where((_, i) => given.IsFree(i)).Select(p => p.Name))}.");
        int[] free = [.. Enumerable.Range(0, info.Parameters.Length).Where(i => !options.Fixed.ContainsKey(info.Parameters[i].Name))];
        var evaluations = new Evaluation[batch.Count];
        using var space = new Workspace();
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        for (int d = 0; d < batch.Count; d++)
        {
            Loaded loaded = default;
            Loading.Load<TFamily, T>(batch, d, Detail.Complete, false, space, ref loaded);
            if (loaded.Invalid is not null)
                throw new ArgumentException($"data set {d + 1}, {loaded.Invalid}");
            var θ = given.Prior(loaded.Unit, TFamily.Region<Real>()).Known;
            var sample = space.Sample<TFamily, T>(loaded.Rows, threads);
            Jet3<Real> jet = default;
            new LogLikelihood<TFamily, LaneSample<TFamily, T>, T, Real, Jet3<Real>>(sample, loaded.Summary, default, false).Unrestricted(θ, 1.0, ref jet);
            var evaluation = Report(info, given, free, loaded, jet.Parts);
            evaluations[d] = Excludes<TFamily>(loaded, θ) ? evaluation with { LogLikelihood = double.NegativeInfinity } : evaluation;
        }
        return evaluations;
    }

    /// <summary>Whether an observation is outside the support at θ: where the ends are parameters, sums of statistics cannot tell.</summary>
    static bool Excludes<TFamily>(in Loaded loaded, Vec3<Real> θ) where TFamily : struct, IFamily<TFamily>
    {
        int code = (int)TFamily.Absent(loaded.Summary, θ, default).Value;
        return code > 0 && TFamily.Explain(code, new(loaded.Summary, loaded.Unit, loaded.LogBase, θ, default, θ, 0.0, 0.0)).Status == Status.InvalidData;
    }

    /// <summary>Derivatives in θ become derivatives in the reported parameters v: with θ′ = dθ/dv, g_v = g θ′ and H_v = H θ′θ′ᵀ + g θ″.</summary>
    static Evaluation Report(FamilyInfo info, Given given, int[] free, in Loaded loaded, Derivatives<Real> at)
    {
        double[] g = [at.Score.X, at.Score.Y, at.Score.Z];
        var h = at.Hessian;
        double[,] hessian = { { h.XX, h.XY, h.XZ }, { h.XY, h.YY, h.YZ }, { h.XZ, h.YZ, h.ZZ } };
        double[] first = new double[3], second = new double[3];
        for (int i = 0; i < info.Parameters.Length; i++)
        {
            var parameter = info.Parameters[i];
            double v = loaded.Unit.Unmap(parameter.Role, given.Known(i)), unit = 1 / loaded.Unit.Slope(parameter.Role);
            (first[i], second[i]) = parameter.Link switch
            {
                Link.Log => (unit / v, -unit * unit / (v * v)),
                Link.Logit => (unit / (v * (1 - v)), unit * unit * (2 * v - 1) / (v * v * (1 - v) * (1 - v))),
                _ => (unit, 0.0),
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
            loaded.Unit.LogLikelihood(at.F + loaded.LogBase, loaded.Summary.Size), score, reported);
    }
}
