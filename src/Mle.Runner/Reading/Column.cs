using System.Text;

namespace Mle.Runner.Reading;

/// <summary>Numbers while they come in: in pieces, so that a long column is not copied each time that it outgrows its place.</summary>
sealed class Column
{
    const int Piece = 1 << 16;

    readonly List<double[]?> pieces = [];
    double[] last = [];
    int used;

    public long Count => (pieces.Count - 1L) * Piece + used;

    public void Add(double value)
    {
        if (used == last.Length)
        {
            if (pieces.Count == Array.MaxLength / Piece)
                throw new BadInput($"There are more than {(long)pieces.Count * Piece} rows, which is all that one call can hold.");
            pieces.Add(last = GC.AllocateUninitializedArray<double>(Piece));
            used = 0;
        }
        last[used++] = value;
    }

    public void Replace(Func<double, double> with)
    {
        foreach (double[]? piece in pieces)
            for (int i = 0; i < (piece == last ? used : Piece); i++)
                piece![i] = with(piece[i]);
    }

    /// <summary>All of them in one piece; the column is gone then.</summary>
    public double[] Take()
    {
        double[] all = GC.AllocateUninitializedArray<double>(pieces.Count == 0 ? 0 : (int)Count);
        for (int i = 0; i < pieces.Count; i++)
        {
            pieces[i].AsSpan(0, i + 1 < pieces.Count ? Piece : used).CopyTo(all.AsSpan(i * Piece));
            pieces[i] = null;
        }
        return all;
    }
}

/// <summary>What a column is needed for.</summary>
enum Need
{
    /// <summary>Arithmetic: anything else is a mistake.</summary>
    Number,

    /// <summary>A term: texts where any field is no number.</summary>
    Any,

    /// <summary>Names of categories, whatever they look like.</summary>
    Text,
}

/// <summary>A column of a file as it was read.</summary>
/// <param name="Values">Numbers, or places in the texts; NaN where the field was missing.</param>
/// <param name="Texts">In order of appearance, where the column holds texts.</param>
sealed record Field(string Name, double[] Values, string[]? Texts);

/// <summary>Reads the fields of one column, and finds out what it holds while it does.</summary>
sealed class FieldReader(string name, int at, Need need)
{
    /// <summary>A column of more different fields that are all numbers is one of numbers.</summary>
    const int MostNumbers = 1 << 12;

    readonly Column column = new();
    readonly List<double> numbers = [];
    Labels? labels = need == Need.Number ? null : new();
    bool hasText = need == Need.Text;

    public string Name => name;

    public int At => at;

    public string Needed => need == Need.Number ? "a number" : "a value";

    /// <summary>False where the field is missing, or not what is needed.</summary>
    public bool Add(ReadOnlySpan<byte> field)
    {
        if (labels is null)
        {
            bool read = Number.TryParse(field, out double number) && !double.IsNaN(number);
            if (read || need == Need.Number || IsMissing(field))
            {
                column.Add(read ? number : double.NaN);
                return read;
            }
            labels = new();
            column.Replace(value => double.IsNaN(value) ? value : Code(Encoding.UTF8.GetBytes(Number.Text(value))));
        }
        if (IsMissing(field))
        {
            column.Add(double.NaN);
            return false;
        }
        column.Add(Code(field));
        if (!hasText && labels.Count > MostNumbers)
            Unlabel();
        return true;
    }

    public Field Take()
    {
        if (labels is not null && !hasText)
            Unlabel();
        return new(name, column.Take(), labels?.Texts());
    }

    int Code(ReadOnlySpan<byte> field)
    {
        int code = labels!.Code(field);
        if (code == numbers.Count)
        {
            numbers.Add(Number.TryParse(field, out double number) ? number : double.NaN);
            hasText |= double.IsNaN(numbers[code]);
        }
        return code;
    }

    void Unlabel()
    {
        column.Replace(code => double.IsNaN(code) ? code : numbers[(int)code]);
        labels = null;
        numbers.Clear();
    }

    /// <summary>Empty, or R's word for it.</summary>
    static bool IsMissing(ReadOnlySpan<byte> field) => field.Trim(" \t"u8) is [] || (Number.TryParse(field, out double value) && double.IsNaN(value));
}
