namespace Mle;

/// <summary>A linear predictor u = Σ βⱼ xⱼ + offset over all rows of a batch, on the scale of its parameter's link.</summary>
/// <param name="Terms">The names of the coefficients.</param>
/// <param name="Columns">x of each term, a number for every row; empty for a column of ones.</param>
/// <param name="Offset">A number for every row, or empty.</param>
public sealed record Predictor(
    IReadOnlyList<string> Terms, IReadOnlyList<ReadOnlyMemory<double>> Columns, ReadOnlyMemory<double> Offset = default)
{
    public const string Intercept = "(Intercept)";

    /// <summary>The same value in every row.</summary>
    public static Predictor Constant { get; } = new([Intercept], [default]);
}
