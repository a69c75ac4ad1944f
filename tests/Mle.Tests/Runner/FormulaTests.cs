using Mle.Runner;
using Mle.Runner.Formulas;
using Mle.Runner.Reading;

namespace Mle.Tests.Runner;

/// <summary>Design matrices beside those of R's model.matrix, written down from R's documented rules.</summary>
public sealed class FormulaTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    const string Data = """
        y,x,z,g,h,k,odd name
        1,1,2,b,u,10,5
        2,2,3,a,v,2,6
        3,4,5,c,u,10,7
        4,3,1,a,v,2,8
        5,5,4,b,u,1,9
        6,7,9,c,v,1,4

        """;

    Dataset Read(string formula, string data = Data, string? by = null)
    {
        using var terminal = new Terminal(new MemoryStream(), new MemoryStream(), new MemoryStream());
        var roles = new Roles(null, by) { Primary = "mu", Formulas = new Dictionary<string, Formula> { ["mu"] = Formula.Parse(formula) } };
        roles = roles.Responding();
        roles.Check();
        return CsvFile.Read(command.File("d.csv", data), roles, terminal);
    }

    Predictor Design(string formula, string data = Data) => Read(formula, data).Batch.Predictors["mu"];

    static double[] Column(Predictor design, string term)
    {
        int at = design.Terms.ToList().IndexOf(term);
        Assert.True(at >= 0, $"{term} is not among {string.Join(", ", design.Terms)}");
        return design.Columns[at].ToArray();
    }

    /// <summary>The names of coefficients as lm gives them.</summary>
    [Theory]
    [InlineData("y ~ x", "(Intercept) x")]
    [InlineData("y ~ x - 1", "x")]
    [InlineData("y ~ 0 + x", "x")]
    [InlineData("y ~ -1 + x + 1", "(Intercept) x")]
    [InlineData("y ~ 1", "(Intercept)")]
    [InlineData("y ~ g", "(Intercept) gb gc")]
    [InlineData("y ~ factor(k)", "(Intercept) factor(k)2 factor(k)10")]
    [InlineData("y ~ g - 1", "ga gb gc")]
    [InlineData("y ~ x + g - 1", "x ga gb gc")]
    [InlineData("y ~ g + h - 1", "ga gb gc hv")]
    [InlineData("y ~ x:z", "(Intercept) x:z")]
    [InlineData("y ~ x*z", "(Intercept) x z x:z")]
    [InlineData("y ~ z:x + x", "(Intercept) x z:x")]
    [InlineData("y ~ x + z:x", "(Intercept) x x:z")]
    [InlineData("y ~ (x + z + g)^2", "(Intercept) x z gb gc x:z x:gb x:gc z:gb z:gc")]
    [InlineData("y ~ (x + z)^2 - x", "(Intercept) z x:z")]
    [InlineData("y ~ g*h", "(Intercept) gb gc hv gb:hv gc:hv")]
    [InlineData("y ~ g:h", "(Intercept) ga:hu gb:hu gc:hu ga:hv gb:hv gc:hv")]
    [InlineData("y ~ g:h - 1", "ga:hu gb:hu gc:hu ga:hv gb:hv gc:hv")]
    [InlineData("y ~ g + g:h", "(Intercept) gb gc ga:hv gb:hv gc:hv")]
    [InlineData("y ~ g/h", "(Intercept) gb gc ga:hv gb:hv gc:hv")]
    [InlineData("y ~ x:g", "(Intercept) x:ga x:gb x:gc")]
    [InlineData("y ~ x + x:g", "(Intercept) x x:gb x:gc")]
    [InlineData("y ~ g/x - 1", "ga gb gc ga:x gb:x gc:x")]
    [InlineData("y ~ poly(x, 2)", "(Intercept) poly(x, 2)1 poly(x, 2)2")]
    [InlineData("y ~ poly(x,1)", "(Intercept) poly(x, 1)")]
    [InlineData("y ~ poly(x,2,raw=TRUE)", "(Intercept) poly(x, 2, raw = TRUE)1 poly(x, 2, raw = TRUE)2")]
    [InlineData("y ~ log(x) + I(x^2) + sqrt( x+z )", "(Intercept) log(x) I(x^2) sqrt(x + z)")]
    [InlineData("log(y) ~ exp(x/10)", "(Intercept) exp(x/10)")]
    [InlineData("y ~ x + offset(log(z))", "(Intercept) x")]
    [InlineData("y ~ `odd name`", "(Intercept) `odd name`")]
    [InlineData("y ~ .", "(Intercept) x z gb gc hv k `odd name`")]
    [InlineData("y ~ . - k - g", "(Intercept) x z hv `odd name`")]
    public void Terms_and_coefficients_are_called_as_R_calls_them(string formula, string names) =>
        Assert.Equal(names, string.Join(' ', Design(formula).Terms));

    [Fact]
    public void Columns_are_those_of_model_matrix()
    {
        var design = Design("y ~ g*x + I((x - 1)^2) + x:z");
        Assert.True(design.Columns[0].IsEmpty);
        Assert.Equal([1, 0, 0, 0, 1, 0], Column(design, "gb"));
        Assert.Equal([0, 0, 1, 0, 0, 1], Column(design, "gc"));
        Assert.Equal([1, 2, 4, 3, 5, 7], Column(design, "x"));
        Assert.Equal([0, 1, 9, 4, 16, 36], Column(design, "I((x - 1)^2)"));
        Assert.Equal([1, 0, 0, 0, 5, 0], Column(design, "gb:x"));
        Assert.Equal([2, 6, 20, 3, 20, 63], Column(design, "x:z"));
    }

    [Fact]
    public void Arithmetic_follows_the_precedence_of_R()
    {
        var design = Design("y ~ I(-x^2) + I(2^-x) + I(z/x*2 - 1e-1) + I(2^2^x/4) + log10(x) + log1p(abs(-z))");
        Assert.Equal([-1, -4, -16, -9, -25, -49], Column(design, "I(-x^2)"));
        Assert.Equal([1 / 2.0, 1 / 4.0, 1 / 16.0, 1 / 8.0, 1 / 32.0, 1 / 128.0], Column(design, "I(2^-x)"));
        Assert.Equal(2 / 1.0 * 2 - 0.1, Column(design, "I(z/x * 2 - 0.1)")[0]);
        Assert.Equal([1, 4], Column(design, "I(2^2^x/4)")[..2]);
        Assert.Equal(Math.Log(3), Column(design, "log1p(abs(-z))")[0], 15);
    }

    [Fact]
    public void Offsets_add_up()
    {
        var design = Design("y ~ offset(x) + z + offset(log(z))");
        Assert.Equal([1 + Math.Log(2), 2 + Math.Log(3)], design.Offset.ToArray()[..2]);
    }

    /// <summary>poly(1:5, 2) in R: −2…2 over √10, and (2, −1, −2, −1, 2) over √14.</summary>
    [Fact]
    public void Polynomials_are_those_of_poly()
    {
        var design = Design("y ~ poly(x, 2)", "y,x\n1,1\n1,2\n1,3\n1,4\n1,5\n");
        double[] first = [-2, -1, 0, 1, 2], second = [2, -1, -2, -1, 2];
        Assert.Equal(first.Select(v => v / Math.Sqrt(10)), Column(design, "poly(x, 2)1"), Near);
        Assert.Equal(second.Select(v => v / Math.Sqrt(14)), Column(design, "poly(x, 2)2"), Near);

        static bool Near(double a, double b) => Math.Abs(a - b) < 1e-15;
    }

    [Fact]
    public void Polynomials_are_orthonormal_wherever_the_data_lie()
    {
        string data = "y,x\n" + string.Concat(Enumerable.Range(0, 50).Select(i => FormattableString.Invariant($"1,{1e5 + i * i / 10.0}\n")));
        var design = Design("y ~ poly(x, 5)", data);
        for (int a = 1; a <= 5; a++)
            for (int b = 1; b <= a; b++)
                Assert.Equal(a == b ? 1 : 0, design.Columns[a].ToArray().Zip(design.Columns[b].ToArray(), (u, v) => u * v).Sum(), 1e-11);
        var refusal = Assert.Throws<BadInput>(() => Design("y ~ poly(x, 3)", "y,x\n1,1\n1,2\n1,3\n1,3\n"));
        Assert.Contains("too few different values for degree 3", refusal.Message);
    }

    [Theory]
    [InlineData("y ~ x +", "position 8: a column, a number, a function or '(' is needed, but the formula ends")]
    [InlineData("y x", "position 3: 'x' stands where '~', as in y ~ x is needed")]
    [InlineData("y ~ (x + z", "position 11: ')' is needed, but the formula ends")]
    [InlineData("y ~ x ? z", "position 7: '?' stands where an operator (+ - * : ^) or the end is needed")]
    [InlineData("y ~ x + sinh(z)", "position 9: there is no function 'sinh'; there are log, log2,")]
    [InlineData("y ~ 2*x", "position 5: '2' is no term;")]
    [InlineData("y ~ x^z", "position 7: a whole number from 1 to 10 is needed")]
    [InlineData("y ~ `x", "position 5: the ` is never closed")]
    [InlineData("y ~ poly(x)", "position 5: 'poly(x)': poly takes a column and a degree from 1 to 30")]
    [InlineData("y ~ factor(x, z)", "factor takes one column")]
    [InlineData("y ~ x:offset(z)", "position 7: an offset is added to the rest")]
    [InlineData("y ~ log(x, 2)", "'log(x, 2)' is no arithmetic")]
    [InlineData("y ~ x - x - 1", "no term is left")]
    [InlineData("Surv(x, z, g) ~ 1", "is neither Surv(time, event)")]
    public void Mistakes_are_shown_where_they_are(string formula, string why)
    {
        var refusal = Assert.Throws<BadInput>(() => Design(formula));
        Assert.StartsWith($"The formula '{formula}', position ", refusal.Message);
        Assert.Contains(why, refusal.Message);
    }

    [Theory]
    [InlineData("y ~ w", "has no column 'w'; its columns are y, x, z, g, h, k, odd name.")]
    [InlineData("y ~ log(g)", "column 'g', row 1: 'b' is not a number; every row needs a number.")]
    [InlineData("y ~ log(x - 1)", "log(x - 1), row 1: -Inf is not finite; every row needs a finite number.")]
    [InlineData("y ~ log(2 - x)", "log(2 - x), row 2: -Inf is not finite; every row needs a finite number.")]
    [InlineData("g ~ x", "column 'g', row 1: 'b' is not a number; every row needs a number.")]
    public void What_the_data_refuse_is_named_with_its_place(string formula, string why) =>
        Assert.EndsWith(why, Assert.Throws<BadInput>(() => Design(formula)).Message);

    [Theory]
    [InlineData("y,x\n1,\n", "column 'x', row 1: the field is empty; every row needs a value.")]
    [InlineData("y,x\n1,a\n2,NA\n", "column 'x', row 2: 'NA' is no value; every row needs a value.")]
    public void Missing_values_are_not_dropped(string data, string why) =>
        Assert.EndsWith(why, Assert.Throws<BadInput>(() => Design("y ~ x", data)).Message);

    /// <summary>A column of many different numbers that ends in a text was one of texts all along.</summary>
    [Fact]
    public void What_a_column_holds_is_decided_by_all_of_it()
    {
        string numbers = string.Concat(Enumerable.Range(1, 5000).Select(i => $"1,{i % 900}\n"));
        Assert.Equal(900, Design("y ~ x", "y,x\n" + numbers + "1,last\n").Terms.Count - 1);
        Assert.Equal(["(Intercept)", "x"], Design("y ~ x", "y,x\n" + numbers).Terms);
        string many = string.Concat(Enumerable.Range(1, 5000).Select(i => $"1,{i}.50\n"));
        Assert.Equal(5000.5, Design("y ~ x", "y,x\n" + many).Columns[1].Span[^1]);
        Assert.Contains("has 5001 levels; a factor may have 1000", Assert.Throws<BadInput>(() => Design("y ~ x", "y,x\n" + many + "1,last\n")).Message);
    }

    [Fact]
    public void Groups_share_the_levels_of_the_file_and_keep_their_rows_together()
    {
        var data = Read("y ~ g + x", Data, by: "h");
        Assert.Equal(["u", "v"], data.Groups!);
        Assert.Equal([1, 3, 5, 2, 4, 6], data.Batch.Values.ToArray());
        var design = data.Batch.Predictors["mu"];
        Assert.Equal([1, 0, 1, 0, 0, 0], Column(design, "gb"));
        Assert.Equal([1, 4, 5, 2, 3, 7], Column(design, "x"));
    }

    [Fact]
    public void A_bad_row_spoils_its_own_group()
    {
        var data = Read("y ~ log(x)", "y,x,h\n1,1,u\n2,0,v\n3,2,u\n4,,w\n5,1,w\n", by: "h");
        Assert.Equal([1, 2], data.Faults!.Keys.Order());
        Assert.Equal("log(x), row 1: -Inf is not finite; every row needs a finite number", data.Faults[1]);
        Assert.Equal("column 'x', row 4: the field is empty; every row needs a number", data.Faults[2]);
    }

    [Fact]
    public void Survival_times_name_their_censoring()
    {
        var right = Read("Surv(x, e) ~ z", "x,e,z\n3,1,0\n4,0,1\n").Batch;
        Assert.Equal([3, 4], right.Values.ToArray());
        Assert.Equal([3, double.PositiveInfinity], right.Upper.ToArray());
        var interval = Read("Surv(a, b, type = \"interval2\") ~ z", "a,b,z\n-Inf,1,0\n4,5,1\n").Batch;
        Assert.Equal([double.NegativeInfinity, 4], interval.Values.ToArray());
        Assert.Equal([1, 5], interval.Upper.ToArray());
        Assert.Contains("2 is neither 1 (observed) nor 0 (censored)", Assert.Throws<BadInput>(() => Read("Surv(x, e) ~ z", "x,e,z\n3,2,0\n")).Message);
    }
}
