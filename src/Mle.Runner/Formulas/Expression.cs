using Mle.Runner.Reporting;

namespace Mle.Runner.Formulas;

/// <summary>What the names of an expression may stand for.</summary>
/// <param name="Places">The place of a parameter among all that a fit reports, by every name that it has.</param>
/// <param name="Count">How many a fit reports.</param>
/// <param name="Family">What mean(), quantile(p), survival(y) and probability(y) are of; null where rows have models.</param>
sealed record Scope(IReadOnlyDictionary<string, int> Places, int Count, Family? Family);

/// <summary>A quantity that is written in terms of a fit's parameters, such as "median = scale*log(2)^(1/shape)".</summary>
sealed class Expression
{
    static readonly Dictionary<string, (Func<double, double> Of, Func<double, double, double> Slope)> Functions = new()
    {
        ["log"] = (Math.Log, (x, _) => 1 / x),
        ["exp"] = (Math.Exp, (_, f) => f),
        ["sqrt"] = (Math.Sqrt, (_, f) => 0.5 / f),
        ["abs"] = (Math.Abs, (x, _) => x < 0 ? -1 : 1),
        ["log2"] = (Math.Log2, (x, _) => 1 / (x * Math.Log(2))),
        ["log10"] = (Math.Log10, (x, _) => 1 / (x * Math.Log(10))),
        ["log1p"] = (x => (double)Real.Log1p(x), (x, _) => 1 / (1 + x)),
        ["expm1"] = (x => (double)Real.Expm1(x), (_, f) => f + 1),
        ["gamma"] = (x => Math.Exp((double)Real.Polygamma(-1, x)), (x, f) => f * (double)Real.Polygamma(0, x)),
        ["lgamma"] = (x => (double)Real.Polygamma(-1, x), (x, _) => (double)Real.Polygamma(0, x)),
        ["pnorm"] = (x => Math.Exp((double)Real.LogNormalCdf(x)), (x, _) => NormalDensity(x)),
        ["qnorm"] = (p => (double)Normal.Quantile<Real>(p), (_, f) => 1 / NormalDensity(f)),
    };

    /// <summary>Those of the family, with what they need.</summary>
    static readonly Dictionary<string, Func<double, (Func<Prediction, double[], Predicted> Of, string? Refusal)>> OfFamily = new()
    {
        ["mean"] = _ => ((family, u) => family.Mean(u), null),
        ["quantile"] = p => ((family, u) => family.Quantile(p, 1, u), p is > 0 and < 1 ? null : "a number between 0 and 1"),
        ["survival"] = y => ((family, u) => family.Survival(y, 1, u), double.IsFinite(y) ? null : "a finite number"),
        ["probability"] = y => ((family, u) => Below(family, y, u), double.IsFinite(y) ? null : "a finite number"),
    };

    readonly Node root;

    Expression(string text, string name, string expression) => (Text, Term, root) = (text, name, Formula.Side(expression));

    public string Text { get; }

    /// <summary>What the quantity is called: as it is given, or the expression itself.</summary>
    public string Term { get; }

    static string Known => string.Join(", ", Functions.Keys.Concat(OfFamily.Keys));

    /// <summary>EXPR or NAME=EXPR, checked as far as that can be done without a fit.</summary>
    public static Expression Parse(string text)
    {
        int equals = text.IndexOf('=');
        // One within backticks belongs to a parameter's name.
        if (equals >= 0 && text.AsSpan(0, equals).Count('`') % 2 != 0)
            equals = -1;
        string expression = text[(equals + 1)..].Trim();
        var made = new Expression(expression, equals < 0 ? expression : text[..equals].Trim(), expression);
        if (made.Term.Length == 0)
            throw Formula.Refuse(text, 0, "a name is needed before '=', as in median = scale*log(2)");
        made.Check(made.root);
        return made;
    }

    /// <summary>The quantity in the parameters of a fit.</summary>
    public Quantity In(Scope scope) => In(root, scope);

    void Check(Node node)
    {
        foreach (var inner in Inside(node))
            Check(inner);
    }

    /// <summary>The pieces of a piece that is arithmetic.</summary>
    IReadOnlyList<Node> Inside(Node node) => node switch
    {
        Constant or Name => [],
        Parentheses p => [p.Inner],
        Unary u => [u.Operand],
        Operation { Operator: not ':' } o => [o.Left, o.Right],
        Call { Arguments: [var argument] } call when Functions.ContainsKey(call.Function) || OfFamily.ContainsKey(call.Function) && call.Function != "mean" => [argument],
        Call { Function: "mean", Arguments: [] } => [],
        Call call when Functions.ContainsKey(call.Function) || OfFamily.ContainsKey(call.Function) =>
            throw Refuse(node, call.Function == "mean" ? "mean() takes no argument" : $"{call.Function} takes one argument"),
        Call call => throw Refuse(node, $"there is no function '{call.Function}'; there are {Known}"),
        _ => throw Refuse(node, $"'{node}' is no arithmetic; parameters, with backticks where they are no plain names, numbers, + - * / ^ and functions are"),
    };

    BadInput Refuse(Node node, string why) => Formula.Refuse(Text, node.At, why);

    Quantity In(Node node, Scope scope)
    {
        switch (node)
        {
            case Constant c:
                return Quantity.Constant(c.Value, scope.Count);
            case Name name when scope.Places.TryGetValue(name.Column, out int place):
                return Quantity.Parameter(place, scope.Count);
            case Name { Column: "pi" }:
                return Quantity.Constant(Math.PI, scope.Count);
            case Name name:
                throw Refuse(node, $"there is no parameter '{name.Column}'; there are {string.Join(", ", scope.Places.Keys)}");
            case Parentheses p:
                return In(p.Inner, scope);
            case Unary u:
                return u.Sign == '+' ? In(u.Operand, scope) : Quantity.Of(In(u.Operand, scope), x => -x, (_, _) => -1);
            case Operation o:
                return In(o.Operator, In(o.Left, scope), In(o.Right, scope));
            case Call call when Functions.TryGetValue(call.Function, out var function):
                return Quantity.Of(In(call.Arguments[0], scope), function.Of, function.Slope);
            default:
                return OfTheFamily((Call)node, scope);
        }
    }

    static Quantity In(char operation, Quantity a, Quantity b) => operation switch
    {
        '+' => Quantity.Of(a, b, (x, y) => x + y, (_, _) => 1, (_, _) => 1),
        '-' => Quantity.Of(a, b, (x, y) => x - y, (_, _) => 1, (_, _) => -1),
        '*' => Quantity.Of(a, b, (x, y) => x * y, (_, y) => y, (x, _) => x),
        '/' => Quantity.Of(a, b, (x, y) => x / y, (_, y) => 1 / y, (x, y) => -x / y / y),
        _ => Quantity.Of(a, b, Math.Pow, (x, y) => y * Math.Pow(x, y - 1), (x, y) => Math.Pow(x, y) * Math.Log(x)),
    };

    Quantity OfTheFamily(Call call, Scope scope)
    {
        var family = scope.Family ?? throw Refuse(call, $"{call.Function}() is of a family whose rows are all alike; of a regression mle predict gives it row by row");
        double at = 0;
        if (call.Arguments is [var argument])
        {
            if (Names(argument).FirstOrDefault() is { } name)
                throw Refuse(name, $"{call.Function}() takes a number, and '{name}' is a parameter");
            at = In(argument, scope).Value(new double[scope.Count]);
        }
        var (of, needed) = OfFamily[call.Function](at);
        if (needed is not null)
            throw Refuse(call.Arguments[0], $"{call.Function}() takes {needed}");
        if (call.Arguments.Count > 0 && Prediction.Of(family).TakesTrials)
            throw Refuse(call, $"{call.Function}() of {family.Name} depends on a row's number of trials");
        return Quantity.OfFamily(family, of);
    }

    IEnumerable<Name> Names(Node node) => node is Name { Column: not "pi" } name ? [name] : Inside(node).SelectMany(Names);

    /// <summary>P(Y ≤ y): what P(Y &gt; y) gains it loses.</summary>
    static Predicted Below(Prediction family, double y, double[] u) =>
        new(Math.Exp(family.Tails(y, 1, u).LogF), Array.ConvertAll(family.Survival(y, 1, u).Slopes, slope => -slope));

    static double NormalDensity(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
}
