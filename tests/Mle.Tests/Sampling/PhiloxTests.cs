using System.Runtime.Intrinsics;

namespace Mle.Tests.Sampling;

public class PhiloxTests
{
    /// <summary>The file kat_vectors of Random123 1.14, philox4x32 of 10 rounds.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void The_generator_gives_its_published_words(uint a, uint b, uint c, uint d, uint key0, uint key1, uint w, uint x, uint y, uint z) =>
        Assert.Equal((w, x, y, z), Philox.Block(a, b, c, d, key0, key1));

    /// <summary>Key: the seed. Counter: draw, replicate, data set, then the purpose above the block.</summary>
    [Fact]
    public void An_address_is_the_counter_that_it_is_said_to_be() => Assert.Equal(
        Philox.Block(7, 5, 3, 0x01000009, 0x89abcdef, 0x01234567),
        new Philox(0x0123456789abcdef, Purpose.Resample, set: 3, replicate: 5).Block(draw: 7, block: 9));

    public static TheoryData<ulong, uint> Sources => new() { { 0, 0 }, { 1, 17 }, { 0xfedcba9876543210, 0xfffffff0 } };

    [Theory, MemberData(nameof(Sources))]
    public void Vectors_give_the_bits_of_each_draw_alone(ulong seed, uint first)
    {
        var source = new Philox(seed, Purpose.Data, uint.MaxValue, 3);
        var four = new DrawStream256(source, first);
        var eight = new DrawStream512(source, first);
        var alone = Enumerable.Range(0, 8).Select(i => new DrawStream(source, first + (uint)i)).ToArray();
        for (int k = 0; k < 40; k++)
        {
            var (x, y) = (four.Uniform().Value, eight.Uniform().Value);
            for (int i = 0; i < 8; i++)
            {
                double u = alone[i].Uniform().Value;
                Assert.InRange(u, double.Epsilon, Math.BitDecrement(1));
                Assert.Equal(u, y[i]);
                if (i < 4)
                    Assert.Equal(u, x[i]);
            }
            if (k % 7 == 3)
            {
                four.Skip();
                eight.Skip();
                for (int i = 0; i < 8; i++)
                    alone[i].Skip();
            }
        }
    }

    /// <summary>Whatever is asked for first, of whatever vector of the block.</summary>
    [Fact]
    public unsafe void Numbers_made_in_advance_have_the_bits_of_those_made_one_by_one()
    {
        const uint first = 0xffffffa0;
        var source = new Philox(5, Purpose.Data, 2, 9);
        double* room = stackalloc double[Ahead.Room];
        var (four, eight) = (new DrawStream256(source, 0), new DrawStream512(source, 0));
        foreach (int turn in new[] { 0, 1 })
        {
            for (int i = 0; i < 104; i += 8)
            {
                var alone = Enumerable.Range(0, 8).Select(l => new DrawStream(source, first + (uint)(i + l))).ToArray();
                if (turn == 0)
                {
                    if (i == 0)
                        four.Prepare(first, 100, room);
                    four.Begin(first + (uint)i);
                }
                else
                {
                    if (i == 0)
                        eight.Prepare(first, 100, room);
                    eight.Begin(first + (uint)i);
                }
                for (int k = 0; k < 5; k++)
                {
                    bool normal = (i / 8 + k) % 3 == 0;
                    double[] got = new double[8];
                    if (turn == 0)
                        (normal ? four.Next<NormalVariate>() : four.Uniform()).Value.CopyTo(got);
                    else
                        (normal ? eight.Next<LogExponentialVariate>() : eight.Uniform()).Value.CopyTo(got);
                    for (int l = 0; l < (turn == 0 ? 4 : 8); l++)
                        Assert.Equal((!normal ? alone[l].Uniform() : turn == 0 ? alone[l].Next<NormalVariate>() : alone[l].Next<LogExponentialVariate>()).Value, got[l]);
                }
            }
        }
    }

    [Fact]
    public void What_follows_a_variate_does_not_depend_on_the_numbers_it_took()
    {
        var source = new Philox(1, Purpose.Data, 0, 0);
        var (few, many) = (new DrawStream(source, 5), new DrawStream(source, 5));
        few.Uniform();
        for (int i = 0; i < 1000; i++)
            many.Uniform();
        few.Skip();
        many.Skip();
        Assert.Equal(few.Uniform().Value, many.Uniform().Value);
    }

    [Fact]
    public void Uniform_numbers_are_the_middles_of_cells()
    {
        Assert.Equal(Math.ScaleB(0.5, -52), Philox.Uniform(0, 0));
        Assert.Equal(1 - Math.ScaleB(0.5, -52), Philox.Uniform(uint.MaxValue, uint.MaxValue));
        Assert.Equal(0.5 + Math.ScaleB(0.5, -52), Philox.Uniform(0x80000000, 0));
    }

    /// <summary>Against the distribution function, which has a test of its own; by hand at three values of R's qnorm.</summary>
    [Fact]
    public void The_normal_quantile_inverts_the_distribution_function()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            double u = i % 2 == 0 ? 1 - random.NextDouble() : Math.Pow(2, -53 * random.NextDouble());
            double z = Normal.Quantile<Real>(Math.Min(u, Math.BitDecrement(1.0))).Value, back = Math.Exp(Normal.LogCdf<Real>(z).Value);
            Assert.True(Math.Abs(back - u) <= 8e-16 * (2 + z * z) * u, $"Φ⁻¹({u:R}) = {z:R}, which Φ takes to {back:R}");
            Assert.Equal(z, Normal.Quantile(new Lanes256(Vector256.Create(0.5, u, 1e-20, 0.9))).Value[1]);
        }
        Assert.Equal(1.959963984540054, Normal.Quantile<Real>(0.975).Value, 1e-15);
        Assert.Equal(-6.361340902404056, Normal.Quantile<Real>(1e-10).Value, 5e-15);
        Assert.Equal(-8.209536151601387, Normal.Quantile<Real>(Math.ScaleB(1, -53)).Value, 1e-14);
    }
}
