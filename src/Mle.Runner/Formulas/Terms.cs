namespace Mle.Runner.Formulas;

/// <summary>
/// What the right side of a formula means: its variables in order of appearance, and its terms, each a product of
/// variables, in R's order: by how many there are.
/// </summary>
/// <param name="Others">The columns that . stood for.</param>
sealed record Terms(
    Formula Formula, IReadOnlyList<Node> Variables, IReadOnlyList<int[]> Products, bool Intercept, IReadOnlyList<Node> Offsets, IReadOnlyList<string> Others)
{
    /// <param name="others">The columns that . stands for.</param>
    public static Terms Of(Formula formula, IReadOnlyList<string> others) => new Expansion(formula, others).Terms();

    /// <summary>Whether a formula's . has to be told what it stands for.</summary>
    public static bool NeedsOthers(Node node) => node switch
    {
        Dot => true,
        Parentheses inner => NeedsOthers(inner.Inner),
        Unary unary => NeedsOthers(unary.Operand),
        Operation operation => NeedsOthers(operation.Left) || NeedsOthers(operation.Right),
        _ => false,
    };

    sealed class Expansion(Formula formula, IReadOnlyList<string> others)
    {
        readonly List<Node> variables = [], offsets = [];
        readonly Dictionary<string, int> places = [];
        bool intercept = true;

        public Terms Terms()
        {
            var products = Expand(formula.Right, additive: true);
            return new(formula, variables, [.. products.OrderBy(p => p.Length)], intercept, offsets, NeedsOthers(formula.Right) ? others : []);
        }

        /// <param name="additive">Whether what is found is added to the model as it is: only there do offsets and 1 have a meaning.</param>
        List<int[]> Expand(Node node, bool additive)
        {
            switch (node)
            {
                case Parentheses p:
                    return Expand(p.Inner, additive);
                case Constant { Value: 0 or 1 } c when additive:
                    intercept = c.Value == 1;
                    return [];
                case Unary { Operand: Constant { Value: 0 or 1 } c } u when additive:
                    intercept = c.Value == 1 == (u.Sign == '+');
                    return [];
                case Unary { Sign: '+' } u:
                    return Expand(u.Operand, additive);
                case Operation { Operator: '+' } o:
                    return Union(Expand(o.Left, additive), Expand(o.Right, additive));
                case Operation { Operator: '-', Right: Constant { Value: 0 or 1 } c } o when additive:
                    var kept = Expand(o.Left, additive);
                    intercept = c.Value == 0;
                    return kept;
                case Operation { Operator: '-' } o:
                    var removed = Expand(o.Right, additive: false);
                    return [.. Expand(o.Left, additive).Where(p => !removed.Any(p.SequenceEqual))];
                case Operation { Operator: ':' } o:
                    return Cross(Expand(o.Left, additive: false), Expand(o.Right, additive: false));
                case Operation { Operator: '*' } o:
                    var (left, right) = (Expand(o.Left, additive: false), Expand(o.Right, additive: false));
                    return Union(Union(left, right), Cross(left, right));
                case Operation { Operator: '/' } o:
                    var (outer, inner) = (Expand(o.Left, additive: false), Expand(o.Right, additive: false));
                    return Union(outer, Cross([[.. outer.SelectMany(p => p).Distinct().Order()]], inner));
                case Operation { Operator: '^' } o:
                    return Power(o);
                case Dot:
                    return [.. others.Select(column => new[] { Place(new Name(node.At, column)) })];
                case Call { Function: "offset", Arguments: [var offset] }:
                    if (!additive)
                        throw formula.Refuse(node, "an offset is added to the rest, and in no product");
                    offsets.Add(offset);
                    return [];
                case Name or Call:
                    return [[Place(node)]];
                default:
                    throw formula.Refuse(node, $"'{node}' is no term; columns, functions, 0 and 1 are, and I() makes one of arithmetic");
            }
        }

        List<int[]> Power(Operation o)
        {
            if (o.Right is not Constant { Value: >= 1 and <= 10 } n || n.Value != Math.Floor(n.Value))
                throw formula.Refuse(o.Right, "a whole number from 1 to 10 is needed as the degree of interaction; I(x^2) is a power of x");
            var of = Expand(o.Left, additive: false);
            var made = of;
            for (int i = 1; i < n.Value; i++)
                made = Cross(made, of);
            return made;
        }

        int Place(Node variable)
        {
            if (!places.TryGetValue(variable.ToString(), out int place))
            {
                places.Add(variable.ToString(), place = variables.Count);
                variables.Add(variable);
            }
            return place;
        }

        static List<int[]> Cross(List<int[]> left, List<int[]> right) =>
            Distinct(left.SelectMany(a => right.Select(b => a.Union(b).Order().ToArray())));

        static List<int[]> Union(List<int[]> left, List<int[]> right) => Distinct(left.Concat(right));

        static List<int[]> Distinct(IEnumerable<int[]> products) => [.. products.DistinctBy(p => string.Join(':', p))];
    }
}
