using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Mle.Runner.Reading;

/// <summary>NumPy's .npy: one data set, or one a row of a matrix in C order.</summary>
static partial class NpyFile
{
    public static Dataset Read(string path, int? length, Terminal terminal) => InputFile.Read(path, terminal, (bytes, tick) =>
    {
        string source = InputFile.Title(path);
        var (type, shape) = Header(bytes, source);
        if (shape.Length is not (1 or 2))
            throw new BadInput($"{source} has {shape.Length} dimensions; a vector or a matrix with a data set in each row is needed.");
        if (shape.Length == 2 && length is not null && length != shape[1])
            throw new BadInput($"{source} has {shape[1]} columns, but --length says {length}.");
        long count = shape.Aggregate(1L, (product, n) => checked(product * n));
        if (count > Array.MaxLength)
            throw new BadInput($"{source} holds {count} values; one call holds at most {Array.MaxLength}.");
        var values = GC.AllocateUninitializedArray<double>((int)count);
        switch (type)
        {
            case "<f8": Fill<double>(bytes, values, x => x, source, tick); break;
            case "<f4": Fill<float>(bytes, values, x => x, source, tick); break;
            case "<i8": Fill<long>(bytes, values, x => x, source, tick); break;
            case "<i4": Fill<int>(bytes, values, x => x, source, tick); break;
            case "<i2": Fill<short>(bytes, values, x => x, source, tick); break;
            case "|i1": Fill<sbyte>(bytes, values, x => x, source, tick); break;
            case "<u8": Fill<ulong>(bytes, values, x => x, source, tick); break;
            case "<u4": Fill<uint>(bytes, values, x => x, source, tick); break;
            case "<u2": Fill<ushort>(bytes, values, x => x, source, tick); break;
            case "|u1" or "|b1": Fill<byte>(bytes, values, x => x, source, tick); break;
            default: throw new BadInput($"{source} holds values of type '{type}'; little-endian floats and integers can be read.");
        }
        return Dataset.Equal(source, values, shape.Length == 2 ? (int)shape[1] : length);
    });

    static (string Type, long[] Shape) Header(Stream bytes, string source)
    {
        Span<byte> prefix = stackalloc byte[12];
        Exactly(bytes, prefix[..8], source);
        if (prefix[0] != 0x93 || !prefix[1..].StartsWith("NUMPY"u8))
            throw new BadInput($"{source} is not a .npy file: it does not begin with \\x93NUMPY.");
        int size = prefix[6] == 1 ? 2 : 4;
        Exactly(bytes, prefix.Slice(8, size), source);
        var header = new byte[size == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]) : Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]), 1 << 20)];
        Exactly(bytes, header, source);
        string text = Encoding.Latin1.GetString(header);
        var match = HeaderFields().Match(text);
        if (!match.Success)
            throw new BadInput($"{source} is not a .npy array of numbers: its header is {text.Trim()}.");
        if (match.Groups["fortran"].Value == "True" && match.Groups["shape"].Value.Trim(',', ' ').Contains(','))
            throw new BadInput($"{source} is in Fortran order; save it in C order, with numpy.ascontiguousarray.");
        var shape = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (match.Groups["type"].Value, [.. shape.Select(n => long.Parse(n, CultureInfo.InvariantCulture))]);
    }

    static void Fill<T>(Stream bytes, double[] values, Func<T, double> convert, string source, Action tick) where T : unmanaged
    {
        var block = new T[1 << 16];
        for (int from = 0; from < values.Length; from += block.Length)
        {
            var part = block.AsSpan(0, Math.Min(block.Length, values.Length - from));
            Exactly(bytes, MemoryMarshal.AsBytes(part), source);
            for (int i = 0; i < part.Length; i++)
                values[from + i] = convert(part[i]);
            tick();
        }
    }

    static void Exactly(Stream bytes, Span<byte> buffer, string source)
    {
        if (bytes.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw new BadInput($"{source} ends before the values that its header promises.");
    }

    [GeneratedRegex("'descr':\\s*'(?<type>[^']*)'.*'fortran_order':\\s*(?<fortran>True|False).*'shape':\\s*\\((?<shape>[0-9, ]*)\\)")]
    private static partial Regex HeaderFields();
}
