using Mle.Runner.Reading;

namespace Mle.Runner.Formulas;

/// <summary>The arithmetic inside I() and the functions of a formula, row by row.</summary>
static class Arithmetic
{
    static readonly Dictionary<string, Func<double, double>> Functions = new()
    {
        ["log"] = Math.Log,
        ["log2"] = Math.Log2,
        ["log10"] = Math.Log10,
        ["log1p"] = x => (double)Real.Log1p(x),
        ["exp"] = Math.Exp,
        ["sqrt"] = Math.Sqrt,
        ["abs"] = Math.Abs,
        ["I"] = x => x,
    };

    public static string Known => string.Join(", ", Functions.Keys);

    /// <summary>A piece of a formula as a column; a column of the file is itself.</summary>
    public static double[] Column(Formula formula, Node node, Frame frame)
    {
        if (node is Name name)
            return frame.Numbers(name.Column);
        var at = Row(formula, node, frame);
        var made = GC.AllocateUninitializedArray<double>(frame.Rows);
        for (int i = 0; i < made.Length; i++)
            made[i] = at(i);
        return made;
    }

    static Func<int, double> Row(Formula formula, Node node, Frame frame)
    {
        switch (node)
        {
            case Constant c:
                return _ => c.Value;
            case Name name:
                double[] column = frame.Numbers(name.Column);
                return i => column[i];
            case Parentheses p:
                return Row(formula, p.Inner, frame);
            case Unary u:
                var operand = Row(formula, u.Operand, frame);
                return u.Sign == '+' ? operand : i => -operand(i);
            case Operation { Operator: not ':' } o:
                var (left, right) = (Row(formula, o.Left, frame), Row(formula, o.Right, frame));
                return o.Operator switch
                {
                    '+' => i => left(i) + right(i),
                    '-' => i => left(i) - right(i),
                    '*' => i => left(i) * right(i),
                    '/' => i => left(i) / right(i),
                    _ => i => Math.Pow(left(i), right(i)),
                };
            case Call { Arguments: [var argument] } call when Functions.TryGetValue(call.Function, out var function):
                var of = Row(formula, argument, frame);
                return i => function(of(i));
            default:
                throw Refuse(formula, node);
        }
    }

    /// <summary>Refuses what is no arithmetic before a byte is read.</summary>
    public static void Check(Formula formula, Node node)
    {
        switch (node)
        {
            case Constant or Name:
                break;
            case Parentheses p:
                Check(formula, p.Inner);
                break;
            case Unary u:
                Check(formula, u.Operand);
                break;
            case Operation { Operator: not ':' } o:
                Check(formula, o.Left);
                Check(formula, o.Right);
                break;
            case Call { Arguments: [var argument] } call when Functions.ContainsKey(call.Function):
                Check(formula, argument);
                break;
            default:
                throw Refuse(formula, node);
        }
    }

    static BadInput Refuse(Formula formula, Node node) => node is Call call && !Functions.ContainsKey(call.Function)
        ? formula.Refuse(node, $"there is no function '{call.Function}'; there are {Known}, factor, poly and offset")
        : formula.Refuse(node, $"'{node}' is no arithmetic; columns, numbers, + - * / ^ and {Known} of one argument are");
}
