namespace Mle.Tests.Laws;

/// <summary>
/// 200 random parameter points a family: the engine's verdict against a slow derivative-free search from many starts,
/// on the oracle.
/// </summary>
public class SearchLaws
{
    public static TheoryData<string> All => Registry.Names;

    public static TheoryData<string> Several => Registry.Where(t => t.Slots > 1);

    [Theory, MemberData(nameof(All))]
    public void No_search_beats_an_interior_maximum_or_a_stated_supremum(string name)
    {
        var random = Registry.Random(name, 17);
        Judge(name, 200, null, random, i =>
            // Small samples are where maxima fail to exist and where there are several; a few large ones for the sums.
            i % 50 == 49 ? 5000 : i % 10 == 9 ? random.Next(100, 700) : random.Next(5, 50));
    }

    /// <summary>With a parameter known the others may have several maxima (the location of a Cauchy), or another criterion of existence.</summary>
    [Theory, MemberData(nameof(Several))]
    public void Nor_where_a_parameter_is_known(string name)
    {
        foreach (string known in Oracles.Of(name).Parameters)
        {
            var random = Registry.Random(name, 18);
            Judge(name, 40, known, random, _ => random.Next(3, 25));
        }
    }

    /// <summary>A start is a help: one that leads nowhere must not make what is said of the whole likelihood another.</summary>
    [Theory, MemberData(nameof(All))]
    public void A_start_that_is_given_changes_no_verdict(string name)
    {
        var (oracle, family, random) = (Oracles.Of(name), Registry.Find(name), Registry.Random(name, 34));
        using var engine = new CpuEngine();
        var failures = new List<string>();
        for (int i = 0; i < 300; i++)
        {
            var sample = Sample.Draw(oracle, oracle.Any(random), random.Next(4, 40), random);
            int given = i % oracle.Parameters.Length;
            double at = oracle.Any(random)[given];
            var alone = engine.Fit(family, sample.Batch, new())[0];
            var started = engine.Fit(family, sample.Batch, new() { Start = new Dictionary<string, double> { [oracle.Parameters[given]] = at } })[0];
            double before = Registry.Claimed(alone), after = Registry.Claimed(started);
            // It may lead to a local maximum that is better than any that was found without.
            if (!(after >= before - 1e-6 * (1 + Math.Abs(before)) || after.Equals(before)) || (after <= before + 1e-6 * (1 + Math.Abs(before)) && alone.Status != started.Status))
                failures.Add($"{name}, n = {sample.Length}, {oracle.Parameters[given]} from {at}: {started.Status} {after:R} ({started.Verdict.Reason}), {alone.Status} {before:R} without");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of 300:\n{string.Join("\n", failures.Take(8))}");
    }

    static void Judge(string name, int points, string? known, Random random, Func<int, int> length)
    {
        var (oracle, family) = (Oracles.Of(name), Registry.Find(name));
        using var engine = new CpuEngine();
        var failures = new List<string>();
        var verdicts = new SortedDictionary<string, int>();
        for (int i = 0; i < points; i++)
        {
            double[] truth = oracle.Any(random);
            var sample = Sample.Draw(oracle, truth, length(i), random);
            int held = Array.IndexOf(oracle.Parameters, known);
            // A known scale is tried small too: that is where the likelihood of a location has its several maxima.
            if (held >= 0 && Registry.Parameters(oracle, family)[held].Role == Role.Scale && oracle.Support is null && i % 2 == 1)
                truth[held] /= 8;
            var fit = engine.Fit(family, sample.Batch, new() { Fixed = held < 0 ? new Dictionary<string, double>() : new() { [known!] = truth[held] } })[0];
            verdicts[fit.Status.ToString()] = verdicts.GetValueOrDefault(fit.Status.ToString()) + 1;
            string where = $"{name}, point {i} ({string.Join(", ", truth)}){(known is null ? "" : $" with {known} known")}, n = {sample.Length}";
            if (fit.Status is Status.IterationLimit or Status.InvalidData)
            {
                failures.Add($"{where}: {fit.Status} {fit.Verdict.Reason} [{(sample.Length < 9 ? string.Join(", ", sample.X) : "")}]");
                continue;
            }
            double claimed = Registry.Claimed(fit);
            if (double.IsNaN(claimed))
            {
                failures.Add($"{where}: {fit.Status} ({fit.Verdict.Reason}) states no log-likelihood");
                continue;
            }
            if (claimed == double.PositiveInfinity)
                continue;
            var (at, best) = Search(oracle, family, sample, truth, held, fit, random);
            // What rises up to the edge of a declared region rises beyond it, without bound: no maximum was found there.
            if (best > claimed + 1e-9 * (1 + Math.Abs(claimed)) && !AtEdge(oracle, family, at, sample.N))
                failures.Add($"{where}: {fit.Status} ({fit.Verdict.Reason}) claims {claimed:R} at ({string.Join(", ", Registry.Estimates(oracle, fit))}), the search found {best - claimed:E2} more at ({string.Join(", ", at)})");
            if (fit.Status == Status.Interior && Registry.Estimates(oracle, fit).Any(v => !double.IsFinite(v)))
                failures.Add($"{where}: interior at ({string.Join(", ", Registry.Estimates(oracle, fit))})");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {points} ({string.Join(", ", verdicts.Select(v => $"{v.Key} {v.Value}"))}):\n{string.Join("\n", failures.Take(12))}");
    }

    static bool AtEdge(Oracle oracle, Family family, double[] at, double n)
    {
        var parameters = Registry.Parameters(oracle, family);
        var traits = Traits.Of(family);
        bool Inside(int moved, double by)
        {
            var θ = new double[3];
            for (int i = 0; i < at.Length; i++)
            {
                double v = parameters[i].Role != Role.Shape ? 0 : parameters[i].Link == Link.Identity ? at[i] : Math.Log(at[i]);
                θ[Array.FindIndex(family.Info.Parameters, r => r.Name == oracle.Parameters[i])] = v + (i == moved ? by : 0);
            }
            return traits.Inside(θ, n);
        }
        return Enumerable.Range(0, at.Length).Any(i => parameters[i].Role == Role.Shape && !(Inside(i, 0.01) && Inside(i, -0.01)));
    }

    /// <summary>Nelder–Mead in unconstrained coordinates within the family's declared region.</summary>
    static (double[] At, double Value) Search(Oracle oracle, Family family, Sample sample, double[] truth, int held, Fit fit, Random random)
    {
        var parameters = Registry.Parameters(oracle, family);
        var traits = Traits.Of(family);
        int[] slot = [.. oracle.Parameters.Select(q => Array.FindIndex(family.Info.Parameters, r => r.Name == q))];
        int[] free = [.. Enumerable.Range(0, truth.Length).Where(i => i != held)];
        double middle = sample.X.Order().ElementAt(sample.Length / 2);
        double spread = Math.Max(1e-300, sample.X.Average(x => Math.Abs(x - middle)));
        double[] Reported(double[] u)
        {
            var p = (double[])truth.Clone();
            for (int j = 0; j < free.Length; j++)
                p[free[j]] = parameters[free[j]].Link switch
                {
                    Link.Log => Math.Exp(u[j]),
                    Link.Logit => 1 / (1 + Math.Exp(-u[j])),
                    _ => parameters[free[j]].Role == Role.Location ? middle + spread * u[j] : u[j],
                };
            return p;
        }

        double Free(int i, double v) => parameters[i].Link switch
        {
            Link.Log => Math.Log(v),
            Link.Logit => Math.Log(v / (1 - v)),
            _ => parameters[i].Role == Role.Location ? (v - middle) / spread : v,
        };
        double F(double[] u)
        {
            if (u.Any(v => Math.Abs(v) > 300))
                return double.NegativeInfinity;
            // Only shapes have a region of their own: places and sizes are the data's, and stand at 0 here.
            var θ = new double[3];
            for (int j = 0; j < free.Length; j++)
                θ[slot[free[j]]] = parameters[free[j]].Role == Role.Shape ? u[j] : 0;
            return traits.Inside(θ, sample.N) ? Numerically.LogLikelihood(oracle, Reported(u), sample) : double.NegativeInfinity;
        }

        int evaluations = (sample.Length > 1000 ? 60 : 200) * free.Length;
        double[] start = [.. free.Select(i => Free(i, truth[i]))];
        var best = Numerically.Climb(F, start, 0.5, evaluations);
        for (int attempt = 0; attempt < (sample.Length > 1000 ? 0 : 4); attempt++)
        {
            double[] from = [.. free.Select((i, j) => parameters[i].Role == Role.Location
                // A location's maximum may hide at any observation (Cauchy, Student's t).
                ? attempt % 2 == 1 ? (sample.X[random.Next(sample.Length)] - middle) / spread : 2 * random.NextDouble() - 1
                : start[j] + 4 * (random.NextDouble() - 0.5))];
            var found = Numerically.Climb(F, from, attempt % 2 == 1 ? 0.1 : 0.7, evaluations);
            if (found.Value > best.Value)
                best = found;
        }
        // Closer to where the engine says it is: a maximum just beside it would show a fit that stopped too early.
        double[] near = [.. free.Select(i => Free(i, Registry.Estimates(oracle, fit)[i]))];
        if (near.All(double.IsFinite))
        {
            var found = Numerically.Climb(F, near, 0.01, evaluations / 2);
            if (found.Value > best.Value)
                best = found;
        }
        return (Reported(best.At), best.Value);
    }
}
