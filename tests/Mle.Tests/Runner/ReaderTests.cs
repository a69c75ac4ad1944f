using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mle.Runner;
using Mle.Runner.Reading;

namespace Mle.Tests.Runner;

/// <summary>The readers against naive ones.</summary>
public sealed class ReaderTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static Terminal Silent(byte[]? input = null) => new(new MemoryStream(input ?? []), new MemoryStream(), new MemoryStream());

    Dataset Csv(string text, Roles roles)
    {
        using var terminal = Silent();
        return CsvFile.Read(command.File("a.csv", text), roles, terminal);
    }

    static double[] Values(Dataset data) => data.Batch.Values.ToArray();

    /// <summary>Decimals of every shape that double.Parse takes.</summary>
    static readonly Gen<string> Decimals =
        from sign in Gen.Elements("", "-", "+")
        from whole in Digits(0, 25)
        from fraction in Gen.OneOf(Gen.Constant(""), Digits(0, 25).Select(d => "." + d))
        from exponent in Gen.OneOf(
            Gen.Constant(""),
            from e in Gen.Choose(-360, 330) from letter in Gen.Elements("e", "E") select letter + e.ToString(CultureInfo.InvariantCulture))
        where whole.Length + fraction.Length > 1
        select sign + whole + fraction + exponent;

    static Gen<string> Digits(int least, int most) =>
        from n in Gen.Choose(least, most)
        from digits in Gen.Choose('0', '9').Select(c => (char)c).ArrayOf(n)
        select new string(digits);

    static readonly Gen<string> Doubles =
        ArbMap.Default.GeneratorFor<long>().Select(BitConverter.Int64BitsToDouble).Where(double.IsFinite).Select(d => d.ToString("R", CultureInfo.InvariantCulture));

    [Fact]
    public void Numbers_are_those_of_double_Parse_bit_for_bit() =>
        Prop.ForAll(Gen.OneOf(Decimals, Doubles).ToArbitrary(), text =>
        {
            bool ours = Number.TryParse(text, out double value);
            bool theirs = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed);
            return ours == theirs && (!ours || BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(parsed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Theory]
    [InlineData("Inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("+Infinity", double.PositiveInfinity)]
    [InlineData(" 2.5\t", 2.5)]
    [InlineData("NA", double.NaN)]
    [InlineData("nan", double.NaN)]
    [InlineData("1e400", double.PositiveInfinity)]
    public void Numbers_are_as_R_writes_them(string text, double value)
    {
        Assert.True(Number.TryParse(text, out double read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData("1 2")]
    [InlineData("--1")]
    [InlineData("infinite")]
    public void Anything_else_is_no_number(string text) => Assert.False(Number.TryParse(text, out _));

    /// <summary>Group names with everything that CSV has to quote.</summary>
    static readonly Gen<(string Group, double Value)[]> Tables =
        (from key in Gen.Elements("a", "", "b,c", "say \"hi\"", "two\nlines", "long enough to be hashed", "long enough to be hashes", "é", "1234567", "12345678")
         from value in ArbMap.Default.GeneratorFor<int>()
         select (key, value / 7.0)).ArrayOf().Where(rows => rows.Length > 0);

    [Fact]
    public void Groups_are_those_of_a_naive_reader_whatever_is_quoted() =>
        Prop.ForAll(Tables.ToArbitrary(), rows =>
        {
            var text = new StringBuilder("note,\"the group\",y\r\n");
            foreach (var (group, value) in rows)
                text.Append(CultureInfo.InvariantCulture, $"\"x,\"\"y\"\"\",\"{group.Replace("\"", "\"\"")}\",{value:R}\r\n");
            var data = Csv(text.ToString(), new("y", By: "the group"));
            var naive = rows.GroupBy(row => row.Group).ToArray();
            var offsets = naive.Aggregate(new List<long> { 0 }, (ends, g) => [.. ends, ends[^1] + g.Count()]);
            return data.Groups!.SequenceEqual(naive.Select(g => g.Key))
                && Values(data).SequenceEqual(naive.SelectMany(g => g.Select(row => row.Value)))
                && data.Batch.Offsets.SequenceEqual(offsets);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(10, false)]
    [InlineData(100_000, true)]
    public void Many_groups_keep_the_order_of_their_rows_in_every_column(int groups, bool longNames)
    {
        var random = new Random(1);
        string Name(int g) => longNames ? $"group number {g}" : g.ToString();
        var rows = Enumerable.Range(0, 200_000).Select(i => (Group: random.Next(groups), Value: (double)i, Weight: 2.0 * i)).ToArray();
        var data = Csv("w,y,g\n" + string.Concat(rows.Select(r => $"{r.Weight},{r.Value},{Name(r.Group)}\n")), new("y", By: "g", Weights: "w"));
        var naive = rows.GroupBy(r => r.Group).ToArray();
        Assert.Equal(naive.Select(g => Name(g.Key)), data.Groups!);
        Assert.Equal(naive.SelectMany(g => g).Select(r => r.Value), Values(data));
        Assert.Equal(naive.SelectMany(g => g).Select(r => r.Weight), data.Batch.Weights.ToArray());
    }

    [Theory]
    [InlineData("y\n1\n2\n3")]
    [InlineData("y\r\n1\r\n2\r\n3\r\n")]
    [InlineData("\uFEFFy\n1\n2\n3\n")]
    [InlineData("y\n1\n\n2\n\n3\n\n")]
    [InlineData("x;y\n0;1\n0;2\n0;3\n")]
    [InlineData("x\ty\n0\t1\n0\t2\n0\t3\n")]
    [InlineData("x, y\n0, 1\n0, 2\n0, 3\n", " y")]
    [InlineData("x,\"y\"\n0,\"1\"\n0,\"2\"\n0,\"3\"\n")]
    public void Text_comes_in_many_dresses(string text, string column = "y") => Assert.Equal([1, 2, 3], Values(Csv(text, new(column))));

    [Fact]
    public void Gzipped_files_and_standard_input_read_like_plain_ones()
    {
        string text = "y\n" + string.Concat(Enumerable.Range(1, 50_000).Select(i => i / 8.0 + "\n"));
        double[] expected = Values(Csv(text, new("y")));
        using var piped = Silent(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, Values(CsvFile.Read("-", new("y"), piped)));
        Assert.Equal(expected, Values(CsvFile.Read(command.File("a.csv.gz", CommandLine.Gzip(text)), new("y"), piped)));
        byte[] members = [.. CommandLine.Gzip(text[..1000]), .. CommandLine.Gzip(text[1000..])];
        Assert.Equal(expected, Values(CsvFile.Read(command.File("b.csv.gz", members), new("y"), piped)));
    }

    [Fact]
    public void Categories_are_coded_in_order_of_appearance_and_counts_are_weights()
    {
        var data = Csv("c,k\nblue,3\nred,1\nblue,2\n", new("c", Weights: "k", Categorical: true));
        Assert.Equal(["blue", "red"], data.Categories!);
        Assert.Equal([0, 1, 0], Values(data));
        Assert.Equal([3, 1, 2], data.Batch.Weights.ToArray());
    }

    public static byte[] Npy(string type, string shape, byte[] values, bool fortran = false, int version = 1)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}";
        header = header.PadRight((header.Length + 11 + 64) / 64 * 64 - 11 + 0) + "\n";
        var size = new byte[version == 1 ? 2 : 4];
        if (version == 1)
            BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)header.Length);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. size, .. Encoding.Latin1.GetBytes(header), .. values];
    }

    Dataset ReadNpy(byte[] bytes, int? length = null)
    {
        using var terminal = Silent();
        return NpyFile.Read(command.File("a.npy", bytes), length, terminal);
    }

    [Fact]
    public void Arrays_of_every_type_are_read()
    {
        foreach (var (type, values) in new (string, byte[])[]
        {
            ("<f8", Bytes<double>([1, 2, 3, 4, 5, 6])), ("<f4", Bytes<float>([1, 2, 3, 4, 5, 6])), ("<i8", Bytes<long>([1, 2, 3, 4, 5, 6])),
            ("<i4", Bytes<int>([1, 2, 3, 4, 5, 6])), ("<i2", Bytes<short>([1, 2, 3, 4, 5, 6])), ("|i1", Bytes<sbyte>([1, 2, 3, 4, 5, 6])),
            ("<u8", Bytes<ulong>([1, 2, 3, 4, 5, 6])), ("<u4", Bytes<uint>([1, 2, 3, 4, 5, 6])), ("<u2", Bytes<ushort>([1, 2, 3, 4, 5, 6])), ("|u1", [1, 2, 3, 4, 5, 6]),
        })
        {
            Assert.Equal([1, 2, 3, 4, 5, 6], Values(ReadNpy(Npy(type, "(6,)", values))));
            var matrix = ReadNpy(Npy(type, "(2, 3)", values, version: 2));
            Assert.Equal([0, 3, 6], matrix.Batch.Offsets);
            Assert.Equal(["1", "2"], matrix.Groups!);
        }

        static byte[] Bytes<T>(T[] values) where T : struct => MemoryMarshal.AsBytes<T>(values).ToArray();
    }

    [Fact]
    public void Raw_values_are_cut_into_equal_data_sets()
    {
        double[] values = [.. Enumerable.Range(0, 300_000).Select(i => Math.Sqrt(i))];
        using var terminal = Silent(MemoryMarshal.AsBytes<double>(values).ToArray());
        var data = RawFile.Read("-", 1000, terminal);
        Assert.Equal(values, Values(data));
        Assert.Equal(300, data.Batch.Count);
        Assert.Equal("300", data.Groups![^1]);
    }
}
