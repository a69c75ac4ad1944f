using System.Runtime.InteropServices;

namespace Mle.Runner.Reading;

/// <summary>Raw little-endian float64, nothing else.</summary>
static class RawFile
{
    public static Dataset Read(string path, int? length, Terminal terminal) => InputFile.Read(path, terminal, (bytes, tick) =>
    {
        string source = InputFile.Title(path);
        var buffer = new byte[1 << 20];
        var values = new Column();
        for (int kept = 0; ;)
        {
            int read = bytes.ReadAtLeast(buffer.AsSpan(kept), 1, throwOnEndOfStream: false);
            if (read == 0 && kept > 0)
                throw new BadInput($"{source} ends within a value: float64 takes 8 bytes, and {kept} are left over.");
            if (read == 0)
                return Dataset.Equal(source, values.Take(), length);
            kept += read;
            foreach (double value in MemoryMarshal.Cast<byte, double>(buffer.AsSpan(0, kept)))
                values.Add(value);
            buffer.AsSpan(kept - kept % sizeof(double), kept % sizeof(double)).CopyTo(buffer);
            kept %= sizeof(double);
            tick();
        }
    });
}
