using Mle.Tests;

namespace Mle.Gpu.Tests;

/// <summary>Data sets at the edges of what can be fitted, and beyond.</summary>
static class Awkward
{
    public static IEnumerable<(string Name, Sample Sample)> Plain(string family, Random random)
    {
        var traits = Traits.Of(Registry.Find(family));
        var good = Good(family, random);
        yield return ("nothing", good.Rows([]));
        yield return ("one row", good.Rows([0]));
        yield return ("all equal", good.Map(_ => good.X[0]));
        yield return ("all 0", good.Map(_ => 0));
        yield return ("all 1", good.Map(_ => 1));
        yield return ("one differs", With(good.Map(_ => 1), 4, 2));
        yield return ("NaN in row 8", With(good, 7, double.NaN));
        yield return ("infinite first row", With(good, 0, double.PositiveInfinity));
        if (double.IsFinite(traits.Support.Low))
            yield return ("below the support", With(good, 11, traits.Support.Low - 1));
        if (double.IsFinite(traits.Support.High))
            yield return ("above the support", With(good, 11, traits.Support.High + 1));
        if (traits.Support.Integer)
            yield return ("a fraction", With(good, 5, 1.5));
        if (good.Trials is { } trials)
            yield return ("fractional trials", good with { Trials = [.. trials.Select(m => m + 0.5)] });
        if (traits.Support is { Integer: true, High: double.PositiveInfinity } && good.Trials is null)
            yield return ("huge counts", new([9999900000, 10000100001]));
    }

    /// <summary>Data that can be fitted, in numbers of which sums lose their digits, overflow or vanish.</summary>
    public static IEnumerable<(string Name, Sample Sample)> Extreme(string family, Random random)
    {
        var traits = Traits.Of(Registry.Find(family));
        var good = Good(family, random);
        if (traits.Equivariance != Equivariance.None)
            foreach (double unit in new[] { 1e-80, 1e80 })
                yield return ($"times {unit}", good.Map(x => x * unit));
        if (traits.Equivariance == Equivariance.LocationScale)
            yield return ("far from 0", good.Map(x => x + 1e6));
        if (traits.Equivariance == Equivariance.Scale)
        {
            yield return ("tiny first row", With(good, 0, 1e-170));
            yield return ("subnormal row", With(good, 3, 1e-310));
        }
        if (traits.Support is { Low: 0, High: 1, Integer: false })
            yield return ("near 0", good.Map(x => x * 1e-7));
    }

    public static IEnumerable<(string Name, Sample Sample)> Weighted(string family, Random random)
    {
        var good = Good(family, random);
        Sample Weights(Func<int, double> w) => good with { Weights = [.. Enumerable.Range(0, good.Length).Select(w)] };
        yield return ("weights of 0", Weights(_ => 0));
        foreach (double w in new[] { -1, double.NaN, double.PositiveInfinity })
            yield return ($"a weight of {w}", Weights(i => i == 9 ? w : 1));
        yield return ("one row that counts", Weights(i => i == 6 ? 2.5 : 0));
        yield return ("NaN without weight", With(Weights(i => i == 3 ? 0 : 1), 3, double.NaN));
        // Beyond every end, and its square overflows: nothing of it may be multiplied by its weight of 0.
        if (Traits.Of(Registry.Find(family)).Support is { Integer: false } support)
            yield return ("far off without weight", With(Weights(i => i == 3 ? 0 : 1) with { X = [.. good.X.Select((_, i) => (1 - Math.Pow(1 - (i + 1) / 14.0, 0.3)) / 0.6)] }, 3, support.High < 2 ? 1 - 1e-9 : 1e200));
        yield return ("equal where it counts", With(Weights(i => i == 3 ? 0 : 1).Map(_ => 1), 3, 2));
    }

    static Sample Good(string family, Random random) => Sample.Draw(Oracles.Of(family), Oracles.Of(family).Points[0], 13, random);

    static Sample With(Sample good, int row, double value) => good with { X = [.. good.X.Select((x, i) => i == row ? value : x)] };
}
