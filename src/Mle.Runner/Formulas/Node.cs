using System.Globalization;

namespace Mle.Runner.Formulas;

/// <summary>A piece of a formula; as text it reads as R would write it, which is what coefficients are named by.</summary>
/// <param name="At">Where it begins in the formula.</param>
abstract record Node(int At);

sealed record Constant(int At, double Value) : Node(At)
{
    public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A column.</summary>
sealed record Name(int At, string Column) : Node(At)
{
    /// <summary>Whether R takes it as a name without backticks.</summary>
    static bool IsPlain(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_')
        && (char.IsLetter(name[0]) || (name[0] == '.' && !(name.Length > 1 && char.IsDigit(name[1]))));

    public override string ToString() => Column.Length > 0 && IsPlain(Column) ? Column : $"`{Column}`";
}

/// <summary>All columns that have no other part.</summary>
sealed record Dot(int At) : Node(At)
{
    public override string ToString() => ".";
}

/// <summary>Text in quotation marks: an option of a function.</summary>
sealed record Quoted(int At, string Text) : Node(At)
{
    public override string ToString() => $"\"{Text}\"";
}

/// <summary>An argument with its name, such as raw = TRUE.</summary>
sealed record Argument(int At, string Name, Node Value) : Node(At)
{
    public override string ToString() => $"{Name} = {Value}";
}

sealed record Call(int At, string Function, IReadOnlyList<Node> Arguments) : Node(At)
{
    public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
}

sealed record Parentheses(int At, Node Inner) : Node(At)
{
    public override string ToString() => $"({Inner})";
}

/// <summary>A sign.</summary>
sealed record Unary(int At, char Sign, Node Operand) : Node(At)
{
    public override string ToString() => $"{Sign}{Operand}";
}

/// <summary>One of + − * / : ^.</summary>
sealed record Operation(int At, char Operator, Node Left, Node Right) : Node(At)
{
    public override string ToString() => Operator is '+' or '-' or '*' ? $"{Left} {Operator} {Right}" : $"{Left}{Operator}{Right}";
}
