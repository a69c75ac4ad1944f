using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Xunit.Abstractions;

namespace Mle.Tests.Laws;

/// <summary>Distribution functions: against 340-digit values, against the density, against themselves, and their jets.</summary>
public class TailLaws(ITestOutputHelper output)
{
    public static TheoryData<string> All => Registry.Names;

    /// <summary>One line of data/tails/tails.csv.</summary>
    sealed record Known(double[] Parameters, double X, double Trials, double LogF, double LogS);

    static readonly ILookup<string, Known> Reference = File.ReadLines(Path.Combine(Folder(), "tails.csv"))
        .Select(line => line.Split(','))
        .ToLookup(c => c[0], c => new Known([.. c[1].Split(' ').Select(Number)], Number(c[2]), Number(c[3]), Number(c[4]), Number(c[5])));

    static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../data/tails");

    static double Number(string s) => double.Parse(s, CultureInfo.InvariantCulture);

    /// <summary>
    /// Relative, of the logarithm. Where F is e^(−690), log S is −F and has 690 times the relative error of log F: the last
    /// bits of a power or an exponential with many roundings before it.
    /// </summary>
    static double Tolerance(string name) => name switch
    {
        "gev" => 2e-12,
        "generalized_gamma" => 5e-12,
        _ => 1e-12,
    };

    [Theory, MemberData(nameof(All))]
    public void Both_tails_match_340_digits(string name)
    {
        Assert.NotEmpty(Reference[name]);
        var law = Law.Of(name);
        var (worst, where) = (0.0, "");
        foreach (var known in Reference[name])
        {
            var (logF, logS) = law.Tails(known.Parameters, known.X, known.Trials);
            foreach (var (side, got, expected) in new[] { ("log F", logF, known.LogF), ("log S", logS, known.LogS) })
            {
                double error = Math.Abs(got / expected - 1);
                if (!(error <= worst))
                    (worst, where) = (error, $"{side} at x = {known.X:R} of ({string.Join(", ", known.Parameters)}): {got:R}, expected {expected:R}");
            }
        }
        output.WriteLine($"{name}: {worst:E1}, {where}");
        Assert.True(worst <= Tolerance(name), $"{name}: relative error {worst:E2}, {where}");
    }

    [Theory, MemberData(nameof(All))]
    public void The_tails_add_up_to_one_and_their_slope_is_the_density(string name)
    {
        var law = Law.Of(name);
        var oracle = Oracles.Of(name);
        var random = Registry.Random(name, 21);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] p = oracle.Any(random);
            var sample = Sample.Draw(oracle, p, 10, random);
            for (int i = 0; i < sample.Length; i++)
            {
                double x = sample.X[i], m = sample.M(i);
                var (logF, logS) = law.Tails(law.Ordered(p), x, m);
                string at = $"{name} at ({string.Join(", ", p)}), x = {x:R}";
                Assert.True(Math.Abs(Math.Exp(logF) + Math.Exp(logS) - 1) <= 1e-14, $"{at}: F = exp({logF:R}), S = exp({logS:R})");
                double density = Math.Exp(oracle.Log(p, x, m));
                if (law.Support.Integer)
                {
                    var (below, above) = law.Tails(law.Ordered(p), x - 1, m);
                    double mass = logF < logS ? Math.Exp(logF) - Math.Exp(below) : Math.Exp(above) - Math.Exp(logS);
                    Close("F(x) − F(x − 1)", mass, density, 1e-12 + 1e-11 * density);
                }
                else
                {
                    // A step over which the density changes little, and which ends before a kink or an end of the support.
                    var (low, high) = oracle.Support?.Invoke(p) ?? (law.Support.Low, law.Support.High);
                    double room = Math.Min(x - low, high - x);
                    if (name == "laplace")
                        room = Math.Abs(x - p[0]);
                    double h = Math.Min(0.2 * room, 0.05 * Math.Min(Math.Exp(logF), Math.Exp(logS)) / density);
                    Close("dF/dx", Numerically.Gradient(q => Part(q[0]), [x], [h])[0], density, 1e-8 * density + (1e-15 + 2e-14 * Math.Abs(x) * density) / h);
                }
                double Part(double at)
                {
                    var (f, s) = law.Tails(law.Ordered(p), at, m);
                    return logF < logS ? Math.Exp(f) : -Math.Exp(s);
                }
                void Close(string what, double got, double expected, double tolerance) =>
                    Assert.True(Math.Abs(got - expected) <= tolerance, $"{at}: {what} is {got:R}, the density {expected:R} ± {tolerance:E1}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Jets_differentiate_both_tails_in_the_solvers_coordinates(string name)
    {
        var law = Law.Of(name);
        var oracle = Oracles.Of(name);
        var random = Registry.Random(name, 22);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] p = law.Ordered(oracle.Any(random));
            var sample = Sample.Draw(oracle, law.Named(p), 4, random);
            for (int i = 0; i < sample.Length; i++)
                Check(p, sample.X[i], sample.M(i));
        }
        foreach (var known in Reference[name])
            Check(known.Parameters, known.X, known.Trials);

        void Check(double[] p, double x, double m)
        {
            double[] θ = law.Coordinates(p);
            var (f, s) = law.Jets(θ, x, m);
            Compare("log F", f, q => law.At(q, x, m).LogF);
            Compare("log S", s, q => law.At(q, x, m).LogS);

            void Compare(string side, Derivatives<Real> jet, Func<double[], double> value)
            {
                double[] score = [jet.Score.X, jet.Score.Y, jet.Score.Z];
                double[,] h = { { jet.Hessian.XX, jet.Hessian.XY, jet.Hessian.XZ }, { jet.Hessian.XY, jet.Hessian.YY, jet.Hessian.YZ }, { jet.Hessian.XZ, jet.Hessian.YZ, jet.Hessian.ZZ } };
                Assert.True(jet.F == value(θ) || Math.Abs(jet.F / value(θ) - 1) <= 1e-12, $"{name}: {side} {value(θ):R}, of a jet {jet.F:R}");
                if (jet.F == 0.0 || double.IsInfinity(jet.F))
                {
                    Assert.All(score, d => Assert.Equal(0, d));
                    return;
                }
                // Beside a tail's own size the steps stay below the room that x has to the end of the support.
                double[] steps = [.. θ.Select((t, k) => Step(k))];
                double[] g = Numerically.Gradient(value, θ, steps);
                double[,] d = Numerically.Hessian(value, θ, steps);
                double unit = Math.Abs(jet.F);
                for (int k = 0; k < θ.Length; k++)
                {
                    // Values are good to 1e-12, and the last differences are taken over a tenth of a step and less.
                    Close($"∂{k}", score[k], g[k], 1e-7 * Math.Abs(g[k]) + 1e-11 * unit / steps[k]);
                    for (int l = 0; l <= k; l++)
                        Close($"∂{k}∂{l}", h[k, l], d[k, l], 1e-5 * Math.Abs(d[k, l]) + 1e-11 * unit / (steps[k] * steps[l]));
                }

                double Step(int k)
                {
                    double step = 0.02;
                    while (step > 1e-9 && !(Smooth(step) && Smooth(-step)))
                        step /= 2;
                    return step;
                    bool Smooth(double by)
                    {
                        var q = (double[])θ.Clone();
                        q[k] += 2 * by;
                        double there = value(q);
                        return double.IsFinite(there) && there != 0 && there / jet.F > 0.5 && there / jet.F < 2.0 && (name != "laplace" || k > 0 || (x - q[0]) * (x - θ[0]) > 0);
                    }
                }

                void Close(string what, double got, double expected, double tolerance) => Assert.True(Math.Abs(got - expected) <= tolerance,
                    $"{name} at ({string.Join(", ", p)}), x = {x:R}, {what} {side} = {jet.F:R}: {got:R}, by differences {expected:R} ± {tolerance:E1}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Jets_stay_finite_far_out(string name)
    {
        var law = Law.Of(name);
        foreach (var known in Reference[name])
        {
            var (f, s) = law.Jets(law.Coordinates(known.Parameters), known.X, known.Trials);
            foreach (var jet in new[] { f, s })
            {
                double[] parts = [jet.F, jet.Score.X, jet.Score.Y, jet.Score.Z, jet.Hessian.XX, jet.Hessian.XY, jet.Hessian.YY, jet.Hessian.XZ, jet.Hessian.YZ, jet.Hessian.ZZ];
                Assert.True(parts.All(double.IsFinite), $"{name} at ({string.Join(", ", known.Parameters)}), x = {known.X:R}: {string.Join(", ", parts)}");
            }
        }
    }

    /// <summary>Near the normal, where the normal's own tail is taken at another deviate: quadrature of the density in 60 digits (mpmath).</summary>
    [Theory]
    [InlineData(10000.5, -0.3, -0.96209465871263974, -0.48141520706181531)]
    [InlineData(1e6, 1.5, -0.069143624762223014, -2.7059420380643543)]
    [InlineData(1e6, -12, -75.405417741196346, -1.7858425623825449e-33)]
    [InlineData(1e8, -30, -454.31921447099673, -4.9166821429151003e-198)]
    [InlineData(1e8, 3000, 0, -4308893.694269983)]
    [InlineData(1e12, -5, -15.064998393820164, -2.8665161301208199e-7)]
    [InlineData(1e15, 2.25, -0.012299806091449518, -4.4043153811532627)]
    public void Students_tails_near_the_normal(double df, double z, double logF, double logS)
    {
        var (f, s) = Law.Of("student_t").Tails([0, 1, df], z, 1);
        // The smaller of the two is the exponential of the other.
        Assert.Equal(logF, f, 1e-13 * Math.Abs(logF) * Math.Max(1, -logS));
        Assert.Equal(logS, s, 1e-13 * Math.Abs(logS) * Math.Max(1, -logF));
    }

    /// <summary>On both sides of the degrees of freedom and of the distance from which on that is done: values and jets.</summary>
    [Theory]
    [InlineData(499.9999, 500.0001, 3, 3)]
    [InlineData(499.9999, 500.0001, -4.9, -4.9)]
    [InlineData(20_000, 20_000, 31.6227765, 31.6227767)]
    public void Students_tails_pass_into_the_normals(double df, double another, double z, double next)
    {
        var law = Law.Of("student_t");
        var (a, b) = (law.Jets(law.Coordinates([0, 1, df]), z, 1), law.Jets(law.Coordinates([0, 1, another]), next, 1));
        foreach (var (one, other) in new[] { (a.LogF, b.LogF), (a.LogS, b.LogS) })
        {
            double moved = one.Score.X * (z - next) + one.Score.Z * Math.Log(another / df);
            Assert.Equal(1, (one.F + moved) / other.F, 1e-9);
            Assert.Equal(1, one.Score.X / other.Score.X, 1e-4);
            Assert.Equal(1, one.Score.Z / other.Score.Z, 1e-4);
            Assert.Equal(1, one.Hessian.ZZ / other.Hessian.ZZ, 1e-4);
            Assert.Equal(1, one.Hessian.XZ / other.Hessian.XZ, 1e-4);
        }
    }

    /// <summary>Where the incomplete beta function of z² has no derivative in z, a series takes over.</summary>
    [Theory]
    [InlineData(0.7)]
    [InlineData(4)]
    [InlineData(300)]
    public void Students_tails_are_smooth_through_the_location(double df)
    {
        const double edge = 1e-5;
        var law = Law.Of("student_t");
        double[] θ = law.Coordinates([0, 1, df]);
        double density = Math.Exp(Oracles.Of("student_t").Log([0, 1, df], 0, 1));
        var (f, s) = law.Jets(θ, 0, 1);
        Assert.Equal(Math.Log(0.5), f.F, 1e-15);
        Assert.Equal(-2 * density, f.Score.X, 1e-14);
        Assert.Equal(2 * density, s.Score.X, 1e-14);
        foreach (double side in new[] { -edge, edge })
        {
            Derivatives<Real> inside = law.Jets(θ, side * (1 - 1e-9), 1).LogF, outside = law.Jets(θ, side * (1 + 1e-9), 1).LogF;
            Assert.Equal(inside.F, outside.F, 1e-13);
            Assert.Equal(inside.Score.X, outside.Score.X, 1e-9);
            Assert.Equal(inside.Score.Z, outside.Score.Z, 1e-9);
            Assert.Equal(inside.Hessian.XX, outside.Hessian.XX, 1e-7);
            Assert.Equal(inside.Hessian.XZ, outside.Hessian.XZ, 1e-7);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void At_and_beyond_the_ends_of_the_support_nothing_depends_on_the_parameters(string name)
    {
        var law = Law.Of(name);
        var oracle = Oracles.Of(name);
        foreach (double[] p in oracle.Points)
        {
            var (low, high) = oracle.Support?.Invoke(p) ?? (law.Support.Low, law.Support.High);
            double[] θ = law.Coordinates(law.Ordered(p));
            if (law.Support.Integer)
                Expect(low - 1, double.NegativeInfinity, 0);
            else if (double.IsFinite(low))
                Expect(low, double.NegativeInfinity, 0);
            if (name is "uniform" or "pareto" or "gev" or "gpd" && double.IsFinite(low))
                Expect(low - 0.5 * Math.Abs(low), double.NegativeInfinity, 0);
            if (name is "uniform" or "gev" or "gpd" && double.IsFinite(high))
                Expect(high + 0.5 * Math.Abs(high), 0, double.NegativeInfinity);
            if (oracle.Trials || name is "bernoulli" or "beta")
                Expect(name == "binomial" ? 7 : 1, 0, double.NegativeInfinity);

            void Expect(double x, double logF, double logS)
            {
                var (f, s) = law.Jets(θ, x, 7);
                Assert.Equal((logF, logS), ((double)f.F + 0.0, (double)s.F + 0.0));
                foreach (var jet in new[] { f, s })
                    Assert.All(new double[] { jet.Score.X, jet.Score.Y, jet.Score.Z, jet.Hessian.XX, jet.Hessian.XY, jet.Hessian.YY, jet.Hessian.XZ, jet.Hessian.YZ, jet.Hessian.ZZ },
                        d => Assert.Equal(0, d));
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Lanes_give_the_bits_of_one_number(string name)
    {
        var law = Law.Of(name);
        foreach (var known in Reference[name].GroupBy(k => string.Join(' ', k.Parameters)).SelectMany(g => g.Chunk(4)).Where(c => c.Length == 4))
        {
            var lanes = law.Lanes(known[0].Parameters, known.Select(k => k.X).ToArray(), known[0].Trials);
            for (int i = 0; i < 4; i++)
            {
                var (logF, logS) = law.Tails(known[i].Parameters, known[i].X, known[i].Trials);
                // Loops end when the slowest lane does, so that the others may add a last bit.
                Assert.True(Math.Abs(lanes[i].LogF - logF) <= 1e-13 * Math.Abs(logF) && Math.Abs(lanes[i].LogS - logS) <= 1e-13 * Math.Abs(logS),
                    $"{name} at ({string.Join(", ", known[i].Parameters)}), x = {known[i].X:R}: {lanes[i]}, one by one {(logF, logS)}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Mean_is_the_integral_of_x(string name)
    {
        var law = Law.Of(name);
        var oracle = Oracles.Of(name);
        var random = Registry.Random(name, 23);
        for (int trial = 0; trial < 8; trial++)
        {
            double[] p = trial < oracle.Points.Length ? oracle.Points[trial] : oracle.Any(random), θ = law.Coordinates(law.Ordered(p));
            var jet = law.Mean(θ);
            double mean = jet.F;
            if (Index(p) <= 1)
            {
                Assert.False(double.IsFinite(mean), $"{name} at ({string.Join(", ", p)}): {mean:R}");
                continue;
            }
            if (Index(p) < 1.4)
                continue;
            double expected = law.Support.Integer ? Sum(p) : Integral(p);
            Assert.True(Math.Abs(mean - expected) <= 1e-9 * Math.Abs(expected) + 1e-9 * Size(p), $"{name} at ({string.Join(", ", p)}): {mean:R}, by integration {expected:R}");
            double[] score = [jet.Score.X, jet.Score.Y, jet.Score.Z];
            double[] slope = Numerically.Gradient(q => law.Mean(q).F, θ, [.. θ.Select(_ => 0.01)]);
            for (int k = 0; k < θ.Length; k++)
                Assert.True(Math.Abs(score[k] - slope[k]) <= 1e-7 * Math.Abs(slope[k]) + 1e-9 * Math.Abs(mean), $"{name} at ({string.Join(", ", p)}), ∂{k}: {score[k]:R}, by differences {slope[k]:R}");
        }

        // S(x) falls as x^(−index): up to 1 there is no mean, and little above it the quadrature does not see all of it.
        double Index(double[] p) => name switch
        {
            "cauchy" => 1,
            "pareto" => p[1],
            "lomax" or "loglogistic" or "inverse_gamma" => p[0],
            "gev" when p[2] > 0 => 1 / p[2],
            "gpd" when p[1] > 0 => 1 / p[1],
            "student_t" => p[2],
            _ => double.PositiveInfinity,
        };

        double Size(double[] p) => name is "normal" or "laplace" or "logistic" or "gumbel" or "gev" or "student_t" ? p[1] : name == "uniform" ? p[1] - p[0] : 0;

        double Sum(double[] p)
        {
            if (oracle.Trials)
                return p[0];
            double sum = 0;
            for (int x = (int)law.Support.Low; x <= law.Support.High && (x < 300 || oracle.Log(p, x, 1) > -60); x++)
                sum += x * Math.Exp(oracle.Log(p, x, 1));
            return sum;
        }

        // E X = ∫ S over x > c less ∫ F over x < c, plus c: both tails without a cancelling digit.
        double Integral(double[] p)
        {
            var (low, high) = oracle.Support?.Invoke(p) ?? (law.Support.Low, law.Support.High);
            double[] draws = [.. Sample.Draw(oracle, p, 801, random).X.Order()];
            double centre = name == "laplace" ? p[0] : draws[400], spread = draws[600] - draws[200];
            var (x, w) = Numerically.Nodes(centre, high, centre + spread);
            double mean = centre;
            for (int i = 0; i < x.Length; i++)
                mean += w[i] * Math.Exp(law.Tails(law.Ordered(p), x[i], 1).LogS);
            (x, w) = Numerically.Nodes(low, centre, centre - spread);
            for (int i = 0; i < x.Length; i++)
                mean -= w[i] * Math.Exp(law.Tails(law.Ordered(p), x[i], 1).LogF);
            return mean;
        }
    }

    /// <summary>A family's distribution function with everything generic closed.</summary>
    abstract class Law(string name)
    {
        readonly Oracle oracle = Oracles.Of(name);

        public static Law Of(string name) => Registry.Find(name).Accept(new Closing(name));

        sealed class Closing(string name) : IFamilyVisitor<Law>
        {
            public Law Visit<TFamily>() where TFamily : struct, IFamily<TFamily> => TFamily.Slots switch
            {
                1 => new Law<TFamily, Jet1<Real>>(name),
                2 => new Law<TFamily, Jet2<Real>>(name),
                _ => new Law<TFamily, Jet3<Real>>(name),
            };

            public Law VisitCategorical() => throw new NotSupportedException();
        }

        Parameter[] Declared => Registry.Find(name).Info.Parameters;

        public abstract Support Support { get; }

        /// <summary>Oracle parameters in the registry's order, and back.</summary>
        public double[] Ordered(double[] p) => [.. Declared.Select(d => p[Array.IndexOf(oracle.Parameters, d.Name)])];

        public double[] Named(double[] p) => [.. oracle.Parameters.Select(n => p[Array.FindIndex(Declared, d => d.Name == n)])];

        public double[] Coordinates(double[] p) => [.. Declared.Zip(p, (d, v) => d.Link switch
        {
            Link.Log => Math.Log(v),
            Link.Logit => Math.Log(v / (1 - v)),
            _ => v,
        })];

        protected static Vec3<Real> Point(double[] θ) => new(θ[0], θ.Length > 1 ? θ[1] : 0, θ.Length > 2 ? θ[2] : 0);

        public (double LogF, double LogS) Tails(double[] p, double x, double trials) => At(Coordinates(p), x, trials);

        public abstract (double LogF, double LogS) At(double[] θ, double x, double trials);

        public abstract (double LogF, double LogS)[] Lanes(double[] p, double[] x, double trials);

        public abstract (Derivatives<Real> LogF, Derivatives<Real> LogS) Jets(double[] θ, double x, double trials);

        public abstract Derivatives<Real> Mean(double[] θ);
    }

    sealed class Law<TFamily, TJet>(string name) : Law(name)
        where TFamily : struct, IFamily<TFamily> where TJet : unmanaged, IJet<TJet, Real>
    {
        public override Support Support => TFamily.Support;

        public override (double LogF, double LogS) At(double[] θ, double x, double trials)
        {
            TFamily.Tails(TFamily.Statistic(new Row<Real>(x, trials)), TFamily.Natural(Point(θ)), out var logF, out var logS);
            return (logF, logS);
        }

        public override (double LogF, double LogS)[] Lanes(double[] p, double[] x, double trials)
        {
            var t = TFamily.Statistic(new Row<Lanes256>(new(Vector256.Create(x)), trials));
            TFamily.Tails(t, TFamily.Natural(Kernel.Broadcast<Lanes256, Real>(Point(Coordinates(p)))), out var logF, out var logS);
            return [.. Enumerable.Range(0, 4).Select(i => (logF.Value[i], logS.Value[i]))];
        }

        public override (Derivatives<Real> LogF, Derivatives<Real> LogS) Jets(double[] θ, double x, double trials)
        {
            var t = TFamily.Statistic(new Row<Real>(x, trials)).Lift<TJet>();
            TFamily.Tails(t, TFamily.Natural(TJet.At(Point(θ))), out var logF, out var logS);
            return (logF.Parts, logS.Parts);
        }

        public override Derivatives<Real> Mean(double[] θ) => TFamily.Mean(TJet.At(Point(θ))).Parts;
    }
}
