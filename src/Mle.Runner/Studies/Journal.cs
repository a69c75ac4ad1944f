using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Mle.Runner.Studies;

/// <summary>
/// The finished blocks of one shard of a study, in a file that only grows. Numbers are little-endian:
/// <code>
/// header  "MLESTUDY", version, length of the header, shard, shards, length of the fingerprint, fingerprint, name, checksum
/// record  length of the payload, cell, block, payload, checksum
/// </code>
/// A checksum is the first eight bytes of the SHA-256 of everything before it in the header or record. Each record is on the
/// disk before the next one is begun, so that a crash can only tear the tail, which the next opening cuts off.
/// </summary>
sealed class Journal : IDisposable
{
    const int Version = 1, Checksum = 8, Fixed = 28, Head = 12;

    static ReadOnlySpan<byte> Magic => "MLESTUDY"u8;

    readonly FileStream stream;
    readonly Study study;
    readonly Lock gate = new();
    readonly Dictionary<(int Cell, int Block), (long At, int Length)> index = [];
    long end;

    Journal(string path, FileStream stream, Study study, Shard shard, long start)
    {
        (Path, this.stream, this.study, Shard, end) = (path, stream, study, shard, start);
        Scan();
    }

    /// <summary>Where the journal of a shard is unless someone says otherwise: beside the study.</summary>
    public static string PathOf(string study, Shard shard) =>
        System.IO.Path.ChangeExtension(study, shard.IsWhole ? "journal" : $"{shard.Index}-of-{shard.Count}.journal");

    /// <summary>The journals of all shards that are there, or else that of the whole.</summary>
    public static string[] Beside(string study)
    {
        string whole = PathOf(study, Shard.Whole), name = System.IO.Path.GetFileNameWithoutExtension(study);
        string[] shards = [.. Directory.GetFiles(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(study))!, "*-of-*.journal")
            .Where(f => Regex.IsMatch(System.IO.Path.GetFileName(f), $@"^{Regex.Escape(name)}\.[0-9]+-of-[0-9]+\.journal\z")).Order(StringComparer.Ordinal)];
        return shards.Length > 0 ? shards : File.Exists(whole) ? [whole]
            : throw new Unfinished(Program.Incomplete, $"the study is incomplete: there is no journal beside {study}.");
    }

    public string Path { get; }

    public Shard Shard { get; }

    /// <summary>Bytes behind the last record that is whole and right.</summary>
    public long Torn { get; private set; }

    public int Count
    {
        get
        {
            lock (gate)
                return index.Count;
        }
    }

    /// <summary>
    /// To go on with, or new. The file is this process's alone until it is closed; a torn tail is cut off.
    /// </summary>
    /// <param name="open">Opens the file for reading and writing and keeps others out; null for the plain way.</param>
    /// <exception cref="BadInput">It is another study's or shard's, a newer program's, or no journal.</exception>
    /// <exception cref="Unfinished">Another process has it.</exception>
    public static Journal Open(string path, Study study, Shard shard, Func<string, FileStream>? open = null)
    {
        byte[] header = HeaderOf(study, shard);
        var stream = Reach(path, open ?? (p => new(p, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)));
        try
        {
            long length = stream.Length;
            var (owner, start) = length == 0 ? (null, 0) : ReadHeader(path, stream);
            if (owner is null)
            {
                if (length > header.Length)
                    throw new BadInput($"{path} is a journal whose header is damaged: what it holds cannot be trusted, and without it the study starts anew.");
                stream.SetLength(0);
                stream.Write(header);
                start = header.Length;
            }
            else if (owner != OwnerOf(study, shard))
                throw new BadInput($"{path} is the journal of {owner}, not of {OwnerOf(study, shard)}.");
            var journal = new Journal(path, stream, study, shard, start);
            if (journal.Torn > 0)
                stream.SetLength(journal.end);
            return journal;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>To look at, without changing anything; null where not even the header was written.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static Journal? Read(string path, Study study)
    {
        var stream = Reach(path, p => new(p, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
        try
        {
            var (owner, start) = stream.Length == 0 ? (null, 0) : ReadHeader(path, stream);
            if (owner is null)
            {
                stream.Dispose();
                return null;
            }
            if (owner.Fingerprint != OwnerOf(study, owner.Shard).Fingerprint)
                throw new BadInput($"{path} is the journal of {owner}, not of {OwnerOf(study, owner.Shard)}.");
            return new(path, stream, study, owner.Shard, start);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether it holds a block.</summary>
    public bool Holds(int cell, int block)
    {
        lock (gate)
            return index.ContainsKey((cell, block));
    }

    /// <summary>The payload of a block that it holds.</summary>
    public byte[] this[int cell, int block]
    {
        get
        {
            lock (gate)
            {
                var (at, length) = index[(cell, block)];
                byte[] payload = new byte[length];
                stream.Position = at;
                stream.ReadExactly(payload);
                return payload;
            }
        }
    }

    /// <inheritdoc cref="this"/>
    /// <exception cref="Failure">The payload is no block of this cell.</exception>
    public Block Block(int cell, int block)
    {
        try
        {
            return Mle.Block.Parse(study, cell, this[cell, block]);
        }
        catch (FormatException e)
        {
            throw new Failure($"{Path} has something else as block {block + 1} of cell {cell + 1}: {e.Message}");
        }
    }

    /// <summary>Keeps a block: when this returns it is on the disk.</summary>
    /// <exception cref="IOException">It is not; what was kept before still is.</exception>
    public void Append(int cell, int block, ReadOnlySpan<byte> payload)
    {
        byte[] record = new byte[Head + payload.Length + Checksum];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), cell);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), block);
        payload.CopyTo(record.AsSpan(Head));
        Seal(record);
        lock (gate)
        {
            try
            {
                stream.Position = end;
                stream.Write(record);
                stream.Flush(flushToDisk: true);
            }
            catch (ArgumentOutOfRangeException e)
            {
                // What .NET makes of EFBIG.
                throw new IOException("the file would be larger than the system or a limit allows", e);
            }
            index.Add((cell, block), (end + Head, payload.Length));
            end += record.Length;
        }
    }

    public void Dispose() => stream.Dispose();

    /// <summary>Finds the records, up to the first that is not whole and right.</summary>
    void Scan()
    {
        long length = stream.Length;
        stream.Position = end;
        // Not disposed: that would close the file.
        var buffered = new BufferedStream(stream, 1 << 16);
        byte[] head = new byte[Head];
        while (buffered.ReadAtLeast(head, Head, throwOnEndOfStream: false) == Head)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(head), cell = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)), block = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
            if (size < 0 || size > length - end - Head - Checksum)
                break;
            byte[] record = new byte[Head + size + Checksum];
            head.CopyTo(record, 0);
            buffered.ReadExactly(record.AsSpan(Head));
            if (!IsSealed(record) || !Shard.Owns(study, cell, block) || !index.TryAdd((cell, block), (end + Head, size)))
                break;
            end += record.Length;
        }
        Torn = length - end;
    }

    /// <summary>Whose a journal is.</summary>
    sealed record Owner(string Fingerprint, string Name, Shard Shard)
    {
        // A study by another name is the same study.
        public bool Equals(Owner? other) => other is not null && (Fingerprint, Shard) == (other.Fingerprint, other.Shard);

        public override int GetHashCode() => HashCode.Combine(Fingerprint, Shard);

        public override string ToString() => $"study {Name} ({Fingerprint[..Math.Min(8, Fingerprint.Length)]}){(Shard.IsWhole ? "" : $", shard {Shard}")}";
    }

    static Owner OwnerOf(Study study, Shard shard) => new(Convert.ToHexStringLower(study.Fingerprint), study.Name, shard);

    static byte[] HeaderOf(Study study, Shard shard)
    {
        byte[] name = Encoding.UTF8.GetBytes(study.Name);
        byte[] header = new byte[Fixed + study.Fingerprint.Length + name.Length + Checksum];
        Magic.CopyTo(header);
        int[] numbers = [Version, header.Length, shard.Index, shard.Count, study.Fingerprint.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(Magic.Length + 4 * i), numbers[i]);
        study.Fingerprint.CopyTo(header, Fixed);
        name.CopyTo(header, Fixed + study.Fingerprint.Length);
        Seal(header);
        return header;
    }

    /// <summary>Whose it is and where its records begin; no owner where the header is begun and not whole.</summary>
    static (Owner? Owner, long Start) ReadHeader(string path, FileStream stream)
    {
        // What a power failure leaves may have its length and not its bytes.
        byte[] header = new byte[Math.Min(stream.Length, 1 << 16)];
        stream.Position = 0;
        stream.ReadExactly(header);
        var written = header.AsSpan().TrimEnd((byte)0);
        if (!(written.Length < Magic.Length ? Magic.StartsWith(written) : written.StartsWith(Magic)))
            throw new BadInput($"{path} is not the journal of a study.");
        int Int(int i) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Magic.Length + 4 * i));
        if (header.Length < Fixed + Checksum || Int(1) < Fixed + Checksum || Int(1) > header.Length || !IsSealed(header.AsSpan(0, Int(1))))
            return (null, 0);
        if (Int(0) > Version)
            throw new BadInput($"{path} is a journal of version {Int(0)}, made by a newer program; this one reads version {Version}.");
        var fingerprint = header.AsSpan(Fixed, Int(4));
        string name = Encoding.UTF8.GetString(header.AsSpan(Fixed + fingerprint.Length, Int(1) - Fixed - fingerprint.Length - Checksum));
        return (new(Convert.ToHexStringLower(fingerprint), name, new(Int(2), Int(3))), Int(1));
    }

    static void Seal(Span<byte> sealedBytes) => SHA256.HashData(sealedBytes[..^Checksum]).AsSpan(0, Checksum).CopyTo(sealedBytes[^Checksum..]);

    static bool IsSealed(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes[..^Checksum]).AsSpan(0, Checksum).SequenceEqual(bytes[^Checksum..]);

    static FileStream Reach(string path, Func<string, FileStream> open)
    {
        try
        {
            return open(path);
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new Unfinished(Program.Resumable, $"{path} is in use by another run of this study, which holds it until it ends.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput($"There is no journal {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure($"{path} cannot be opened: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS, and a sharing violation.</summary>
    static bool IsLocked(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
