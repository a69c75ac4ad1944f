namespace Mle.Tests.Laws;

/// <summary>
/// One log-likelihood, four ways: the family's sums (closed forms and all), its kernel on jets row by row, and central
/// differences of the oracle; by IEngine.Evaluate on the reported scale.
/// </summary>
public class DerivativeLaws
{
    public static TheoryData<string> All => Registry.Names;

    /// <summary>
    /// Relative to the sum of absolute values. Closed forms are good to 1e-14; it is the jets that lose digits where they
    /// differentiate something like (log(1 + u)/u − 1)/u, which the kernels of Lomax and Student's t contain.
    /// </summary>
    const double Rounding = 1e-11;

    [Theory, MemberData(nameof(All))]
    public void Sums_and_closed_forms_are_the_kernels_jets(string name)
    {
        var oracle = Oracles.Of(name);
        var random = Registry.Random(name, 2);
        for (int trial = 0; trial < 40; trial++)
        {
            double[] p = oracle.Any(random);
            var sample = Sample.Draw(oracle, p, random.Next(1, 30), random);
            if (trial % 2 == 1)
                sample = sample.Weighted(random);
            Registry.Find(name).Accept(new JetLaw(oracle, p, sample));
        }
    }

    /// <summary>Compares in the solver's coordinates, at unstandardised data.</summary>
    sealed class JetLaw(Oracle oracle, double[] p, Sample sample) : IFamilyVisitor<bool>
    {
        public bool VisitCategorical() => throw new NotSupportedException();

        public bool Visit<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            double[] θ = new double[3];
            var parameters = TFamily.Info.Parameters;
            for (int i = 0; i < parameters.Length; i++)
                θ[i] = Link(parameters[i].Link, p[Array.IndexOf(oracle.Parameters, parameters[i].Name)]);
            var point = new Vec3<Real>(θ[0], θ[1], θ[2]);
            switch (TFamily.Slots)
            {
                case 1: Compare<TFamily, Jet1<Real>>(point); break;
                case 2: Compare<TFamily, Jet2<Real>>(point); break;
                default: Compare<TFamily, Jet3<Real>>(point); break;
            }
            return true;
        }

        static double Link(Link link, double v) => link switch
        {
            Mle.Link.Log => Math.Log(v),
            Mle.Link.Logit => Math.Log(v / (1 - v)),
            _ => v,
        };

        void Compare<TFamily, TJet>(Vec3<Real> θ) where TFamily : struct, IFamily<TFamily> where TJet : unmanaged, IJet<TJet, Real>
        {
            // The kernel at jets over η, row after row: what automatic differentiation alone says.
            var at = TFamily.Natural(θ);
            var η = TJet.At(at);
            double[] expected = new double[10], scale = new double[10];
            double n = 0, a = 0, b = 0, c = 0, logBase = 0;
            for (int i = 0; i < sample.Length; i++)
            {
                double w = sample.W(i);
                if (w == 0)
                    continue;
                var x = new Row<Real>(sample.X[i], sample.M(i));
                var t = TFamily.Statistic(x);
                double[] parts = Numbers(TFamily.LogKernel(t.Lift<TJet>(), η).Parts);
                for (int k = 0; k < 10; k++)
                {
                    expected[k] += w * parts[k];
                    scale[k] += w * Math.Abs(parts[k]);
                }
                logBase += w * TFamily.LogBase(x, t);
                (n, a, b, c) = (n + w, a + w * t.A, b + w * t.B, c + w * t.C);
            }

            double normalizer = n * TFamily.LogNormalizer(at);
            Check("LogKernel − LogNormalizer + LogBase against the oracle", expected[0] - normalizer + logBase, Numerically.LogLikelihood(oracle, p, sample), 0,
                scale[0] + Math.Abs(normalizer) + Math.Abs(logBase) + Numerically.Magnitude(oracle, p, sample));

            // A sum of closed forms may cancel where the jet's own terms do: the largest part of the same order is the unit,
            // and a logarithm near 0 is good to its absolute rounding only, as a log-likelihood is to that of n.
            var unit = scale.Select((s, k) => Math.Max(Math.Max(s, 1e-3 * n), 1e-6 * (k == 0 ? scale[0] : k < 4 ? scale[1..4].Max() : scale[4..].Max()))).ToArray();
            var sums = new Row<Real>(a, b, c);
            if (TFamily.Keep == Keep.Sums)
            {
                double[] collapsed = Numbers(TFamily.LogKernel(sums.Lift<TJet>(), η).Parts);
                for (int k = 0; k < 10; k++)
                    Check("kernel at the sums", collapsed[k], expected[k], k, unit[k]);
                if (!TFamily.HasConstants)
                    return;
                double[] closed = Numbers(TFamily.Constants(sums, n, at, TJet.Leading)), normal = Numbers(TFamily.LogNormalizer(η).Parts);
                for (int k = 0; k < 10; k++)
                    Check("constants of sums", closed[k], collapsed[k] - n * normal[k], k, Math.Max(unit[k], Math.Abs(collapsed[k]) + n * Math.Abs(normal[k])));
                return;
            }
            double[] linear = Numbers(TFamily.LogLinear(sums.Lift<TJet>(), η).Parts);
            if (TFamily.HasConstants)
            {
                var all = Jet3<Real>.At(at);
                double[] constants = Numbers(TFamily.Constants(sums, n, at, 3)), two = Numbers(TFamily.Constants(sums, n, at, 2));
                foreach (int k in (int[])[0, 1, 2, 4, 5, 6])
                    Check("constants of two slots", two[k], constants[k], k, unit[k]);
                double[] rising = Numbers(TFamily.LogLinear(sums.Lift<Jet3<Real>>(), all).Parts), normalizers = Numbers(TFamily.LogNormalizer(all).Parts);
                for (int k = 0; k < 10; k++)
                    Check("constants", constants[k], rising[k] - n * normalizers[k], k, Math.Max(unit[k], Math.Abs(rising[k]) + n * Math.Abs(normalizers[k])));
            }
            foreach (var (form, rows) in Forms<TFamily>())
            {
                double[] sum = Numbers(TFamily.KernelSum<Held, Real, Real>(rows, at));
                for (int k = 0; k < 10; k++)
                    Check(form, sum[k] + linear[k], expected[k], k, unit[k]);
            }

            if (TFamily.HasChart)
            {
                var chart = TFamily.ToChart(θ);
                Vec3<Real> back = TFamily.FromChart(chart), same = TFamily.ChartNatural(chart);
                double[] once = [θ.X, θ.Y, θ.Z, at.X, at.Y, at.Z], twice = [back.X, back.Y, back.Z, same.X, same.Y, same.Z];
                for (int k = 0; k < 6; k++)
                    Check("the chart and back", twice[k], once[k], k, 1e-2 + once.Max(Math.Abs));
            }
        }

        /// <summary>How the loader may hold the data of this family.</summary>
        IEnumerable<(string Name, Held Rows)> Forms<TFamily>() where TFamily : struct, IFamily<TFamily>
        {
            if (TFamily.Keep != Keep.Table)
            {
                yield return ("rows", new Held(
                    [.. sample.X.Select((x, i) => new Row<Real>(TFamily.Statistic(new Row<Real>(x, sample.M(i))).A))], sample.Weights));
                yield break;
            }
            var counts = sample.X.Select((x, i) => (X: x, W: sample.W(i))).GroupBy(q => q.X)
                .Select(g => (X: g.Key, W: g.Sum(q => q.W))).Where(q => q.W > 0).OrderBy(q => q.X).ToArray();
            yield return ("distinct values", new Held([.. counts.Select(q => new Row<Real>(q.X, 0.0))], [.. counts.Select(q => q.W)]));
            int high = (int)counts[^1].X;
            yield return ("tails", new Held(
                [.. Enumerable.Range(0, high).Select(j => new Row<Real>(j, 1.0))],
                [.. Enumerable.Range(0, high).Select(j => counts.Where(q => q.X > j).Sum(q => q.W))]));
        }

        void Check(string what, double got, double expected, int part, double size) => Assert.True(
            Math.Abs(got - expected) <= Rounding * size || got.Equals(expected),
            $"{oracle.Family} at ({string.Join(", ", p)}), n = {sample.Length}, {what}, part {part}: {got:R}, expected {expected:R}, rounding unit {size:R}");

        static double[] Numbers(Derivatives<Real> d) =>
            [d.F, d.Score.X, d.Score.Y, d.Score.Z, d.Hessian.XX, d.Hessian.XY, d.Hessian.YY, d.Hessian.XZ, d.Hessian.YZ, d.Hessian.ZZ];
    }

    /// <summary>Rows in memory, as one GPU thread would see them.</summary>
    readonly struct Held(Row<Real>[] rows, double[]? weights) : ISample<Real, Real>
    {
        public int Count => rows.Length;

        public int Whole => weights is null ? rows.Length : 0;

        public bool Tails => rows.Length > 0 && rows[0].B > 0.0;

        public Row<Real> this[int i] => rows[i];

        public Real Weight(int i) => weights is null ? 1.0 : weights[i];

        public Row<Real> Total(Row<Real> partial) => partial;

        public Derivatives<Real> KernelSum<TFamily>(Vec3<Real> η, Real active) where TFamily : struct, IFamily<TFamily> =>
            TFamily.KernelSum<Held, Real, Real>(this, η);

        public Powers<Real> Expand<TFamily>(Vec3<Real> start) where TFamily : struct, IFamily<TFamily> =>
            TFamily.Expand<Held, Real, Real>(this, start);
    }

    [Theory, MemberData(nameof(All))]
    public void Evaluate_gives_the_oracles_log_likelihood_and_its_derivatives(string name)
    {
        var oracle = Oracles.Of(name);
        var family = Registry.Find(name);
        var random = Registry.Random(name, 3);
        using var engine = new CpuEngine();
        for (int trial = 0; trial < 24; trial++)
        {
            double[] p = oracle.Any(random);
            var sample = Sample.Draw(oracle, p, random.Next(1, 60), random);
            if (trial % 2 == 1)
                sample = sample.Weighted(random);
            var at = engine.Evaluate(family, sample.Batch, Registry.Named(oracle, p), new())[0];
            double ℓ = Numerically.LogLikelihood(oracle, p, sample), unit = Numerically.Magnitude(oracle, p, sample);
            Assert.True(Math.Abs(at.LogLikelihood - ℓ) <= 1e-12 * unit,
                $"{name} at ({string.Join(", ", p)}), n = {sample.Length}: log-likelihood {at.LogLikelihood:R}, oracle {ℓ:R}, relative {(at.LogLikelihood - ℓ) / unit:E1}");
            CompareDerivatives(oracle, family, p, sample, at, trial);
        }
    }

    static void CompareDerivatives(Oracle oracle, Family family, double[] p, Sample sample, Evaluation at, int trial)
    {
        var parameters = Registry.Parameters(oracle, family);
        int k = p.Length;
        int[] order = [.. oracle.Parameters.Select(n => at.Parameters.ToList().IndexOf(n))];
        var reported = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                reported[i, j] = at.Hessian[order[i], order[j]];
        double[] steps = Numerically.Steps(parameters, p, reported);
        // Differences may not cross an edge of the support or the kink of |x − location|.
        for (int i = 0; i < k; i++)
            steps[i] = Math.Min(steps[i], Room(oracle, p, i, sample));
        double F(double[] q) => Numerically.LogLikelihood(oracle, q, sample);
        double[] g = Numerically.Gradient(F, p, steps);
        double[,] h = Numerically.Hessian(F, p, steps);
        double unit = Numerically.Magnitude(oracle, p, sample);
        for (int i = 0; i < k; i++)
        {
            // Differences at step s know ℓ to 1e-16·unit, so ℓ′ to 1e-16·unit/s and ℓ″ to 1e-16·unit/s².
            double si = Math.Sqrt(Math.Abs(h[i, i])), slack = 1e-14 * unit / steps[i];
            Close($"score {oracle.Parameters[i]}", at.Score[order[i]], g[i], 1e-8 * (Math.Abs(g[i]) + si) + slack);
            for (int j = 0; j <= i; j++)
            {
                double sj = Math.Sqrt(Math.Abs(h[j, j]));
                Close($"Hessian {oracle.Parameters[i]}, {oracle.Parameters[j]}", reported[i, j], h[i, j],
                    1e-6 * (Math.Abs(h[i, j]) + si * sj) + 1e-13 * unit / (steps[i] * steps[j]));
            }
        }
        void Close(string what, double got, double expected, double tolerance) => Assert.True(
            Math.Abs(got - expected) <= tolerance,
            $"{oracle.Family}, trial {trial}, at ({string.Join(", ", p)}), n = {sample.Length}: {what} {got:R}, by differences {expected:R} ± {tolerance:E1}");
    }

    /// <summary>How far a parameter may move until the log-likelihood is no longer analytic.</summary>
    static double Room(Oracle oracle, double[] p, int i, Sample sample)
    {
        double room = double.PositiveInfinity;
        if (oracle.Family == "laplace" && i == 0)
            room = sample.X.Min(x => Math.Abs(x - p[0])) / 2;
        else if (oracle.Support is not null)
        {
            // Halve until both neighbours, and a little beyond, still contain all data.
            room = Math.Max(1, Math.Abs(p[i]));
            while (room > 1e-12 * Math.Max(1, Math.Abs(p[i])) && !(Contains(2 * room) && Contains(-2 * room)))
                room /= 2;
        }
        return room;

        bool Contains(double move)
        {
            var q = (double[])p.Clone();
            q[i] += move;
            return double.IsFinite(Numerically.LogLikelihood(oracle, q, sample));
        }
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("pareto")]
    [InlineData("gev")]
    [InlineData("gpd")]
    public void Outside_a_support_that_moves_with_the_parameters_the_log_likelihood_is_minus_infinity(string name)
    {
        var oracle = Oracles.Of(name);
        using var engine = new CpuEngine();
        foreach (double[] p in oracle.Points)
        {
            var (low, high) = oracle.Support!(p);
            double width = double.IsFinite(low) && double.IsFinite(high) ? high - low : Math.Abs(double.IsFinite(low) ? low : high) + 1;
            double inside = double.IsFinite(low) ? low + width / 2 : high - width / 2;
            double outside = double.IsFinite(high) ? high + width / 100 : low - width / 100;
            if (!Traits.Of(Registry.Find(name)).Support.Contains(outside))
                continue;
            var at = engine.Evaluate(Registry.Find(name), Batch.Single(new[] { inside, outside }), Registry.Named(oracle, p), new())[0];
            Assert.Equal(double.NegativeInfinity, at.LogLikelihood);
        }
    }

    public static TheoryData<string> Continuous => Registry.Where(t => !t.Support.Integer);

    [Theory, MemberData(nameof(Continuous))]
    public void Far_out_the_log_likelihood_is_a_number_or_minus_infinity(string name)
    {
        var oracle = Oracles.Of(name);
        using var engine = new CpuEngine();
        foreach (double[] p in oracle.Points)
        {
            foreach (double x in new[] { -1e100, -1e30, -1e10, 1e-100, 1e-30, 1e10, 1e30, 1e100 })
            {
                double expected = oracle.Log(p, x, 1);
                if (!Traits.Of(Registry.Find(name)).Support.Contains(x) || double.IsNaN(expected))
                    continue;
                double got = engine.Evaluate(Registry.Find(name), Batch.Single(new[] { x }), Registry.Named(oracle, p), new())[0].LogLikelihood;
                Assert.True(got.Equals(expected) || Math.Abs(got - expected) <= 1e-11 * Math.Max(1, Math.Abs(expected)),
                    $"{name} at ({string.Join(", ", p)}), x = {x}: {got:R}, expected {expected:R}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Fixed_parameters_leave_score_and_Hessian_of_the_others(string name)
    {
        var oracle = Oracles.Of(name);
        var random = Registry.Random(name, 4);
        using var engine = new CpuEngine();
        double[] p = oracle.Points[0];
        var sample = Sample.Draw(oracle, p, 20, random);
        var whole = engine.Evaluate(Registry.Find(name), sample.Batch, Registry.Named(oracle, p), new())[0];
        foreach (string known in oracle.Parameters)
        {
            var some = engine.Evaluate(Registry.Find(name), sample.Batch, Registry.Named(oracle, p),
                new() { Fixed = new Dictionary<string, double> { [known] = p[Array.IndexOf(oracle.Parameters, known)] } })[0];
            Assert.Equal(whole.Parameters.Where(q => q != known), some.Parameters);
            Assert.Equal(whole.LogLikelihood, some.LogLikelihood);
            for (int i = 0; i < some.Parameters.Count; i++)
                Assert.Equal(whole.Score[whole.Parameters.ToList().IndexOf(some.Parameters[i])], some.Score[i]);
        }
    }
}
