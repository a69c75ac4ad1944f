using System.Globalization;

namespace Mle.Runner.Formulas;

/// <summary>A formula as R users write it: what stands left of ~, if anything, and what stands right of it.</summary>
sealed record Formula(string Text, Node? Response, Node Right)
{
    public static Formula Parse(string text) => new Parser(text).Formula();

    /// <summary>One side of a formula by itself.</summary>
    public static Node Side(string text) => new Parser(text).Side();

    /// <summary>A refusal that shows where in the formula.</summary>
    public BadInput Refuse(Node node, string why) => Refuse(Text, node.At, why);

    public static BadInput Refuse(string text, int at, string why) => new($"The formula '{text}', position {at + 1}: {why}.");

    /// <summary>The columns that a piece of a formula reads.</summary>
    public static IEnumerable<string> Columns(Node node) => node switch
    {
        Name name => [name.Column],
        Call call => call.Arguments.SelectMany(Columns),
        Argument => [],
        Parentheses inner => Columns(inner.Inner),
        Unary unary => Columns(unary.Operand),
        Operation operation => Columns(operation.Left).Concat(Columns(operation.Right)),
        _ => [],
    };

    /// <summary>By recursive descent, with R's precedence: ^, signs, :, * and /, + and −.</summary>
    sealed class Parser(string text)
    {
        /// <summary>Deeper nesting is no formula, and would exhaust the stack.</summary>
        const int Deepest = 200;

        int at, depth;

        public Formula Formula()
        {
            Node? response = Next == '~' ? null : Sum();
            if (!Take('~'))
                throw Unexpected("'~', as in y ~ x");
            var right = Sum();
            if (Next != '\0')
                throw Unexpected("an operator (+ - * : ^) or the end");
            return new(text, response, right);
        }

        public Node Side()
        {
            var node = Sum();
            return Next == '\0' ? node : throw Unexpected("an operator (+ - * / ^) or the end");
        }

        /// <summary>The next character that is not blank; \0 at the end.</summary>
        char Next
        {
            get
            {
                while (at < text.Length && char.IsWhiteSpace(text[at]))
                    at++;
                return at < text.Length ? text[at] : '\0';
            }
        }

        bool Take(char c)
        {
            if (Next != c)
                return false;
            at++;
            return true;
        }

        BadInput Unexpected(string needed) =>
            Refuse(text, at, Next == '\0' ? $"{needed} is needed, but the formula ends" : $"'{Next}' stands where {needed} is needed");

        Node Sum()
        {
            var left = Product();
            while (Next is '+' or '-')
            {
                int start = at;
                char sign = text[at++];
                left = new Operation(start, sign, left, Product());
            }
            return left;
        }

        Node Product()
        {
            var left = Interaction();
            while (Next is '*' or '/')
            {
                int start = at;
                char sign = text[at++];
                left = new Operation(start, sign, left, Interaction());
            }
            return left;
        }

        Node Interaction()
        {
            var left = Signed();
            while (Next == ':')
                left = new Operation(at++, ':', left, Signed());
            return left;
        }

        Node Signed()
        {
            if (++depth > Deepest)
                throw Refuse(text, at, $"more than {Deepest} pieces within each other are no formula");
            var node = Next is '+' or '-' ? new Unary(at, text[at++], Signed()) : Power();
            depth--;
            return node;
        }

        Node Power()
        {
            var left = Primary();
            return Next == '^' ? new Operation(at++, '^', left, Signed()) : left;
        }

        Node Primary()
        {
            char c = Next;
            int start = at;
            if (Take('('))
            {
                var inner = Sum();
                Close();
                return new Parentheses(start, inner);
            }
            if (c == '`')
                return new Name(start, Until('`'));
            if (c is '"' or '\'')
                return new Quoted(start, Until(c));
            if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
                return Number(start);
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '.' or '_'))
                at++;
            string word = text[start..at];
            if (word.Length == 0)
                throw Unexpected("a column, a number, a function or '('");
            return word == "." ? new Dot(start) : Take('(') ? new Call(start, word, Arguments()) : new Name(start, word);
        }

        List<Node> Arguments()
        {
            var arguments = new List<Node>();
            if (Take(')'))
                return arguments;
            do
            {
                var argument = Sum();
                arguments.Add(argument is Name name && Take('=') ? new Argument(name.At, name.Column, Sum()) : argument);
            }
            while (Take(','));
            Close();
            return arguments;
        }

        void Close()
        {
            if (!Take(')'))
                throw Unexpected("')'");
        }

        string Until(char quote)
        {
            int start = at + 1, end = text.IndexOf(quote, start);
            if (end <= start)
                throw Refuse(text, at, end < 0 ? $"the {quote} is never closed" : "a name is needed between the quotation marks");
            at = end + 1;
            return text[start..end];
        }

        Constant Number(int start)
        {
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (at < text.Length && text[at] is 'e' or 'E')
            {
                int digits = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
                if (digits < text.Length && char.IsAsciiDigit(text[digits]))
                    for (at = digits; at < text.Length && char.IsAsciiDigit(text[at]); at++)
                        continue;
            }
            return double.TryParse(text.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? new(start, value) : throw Refuse(text, start, $"'{text[start..at]}' is not a number");
        }
    }
}
