namespace Mle;

/// <summary>Parameters in which likelihoods have jumps or kinks: ends of the support, Laplace's location.</summary>
static class Nonregular
{
    public const string Remark = "the end of the support is tested: the exact distribution, not χ² with one degree of freedom a parameter";

    /// <summary>Why derivatives in this parameter prove nothing; null where the likelihood is smooth in it.</summary>
    public static string? WhyNotSmooth(Specification model, string parameter)
    {
        int slot = Array.FindIndex(model.Family.Info.Parameters, p => p.Name == parameter);
        if (IsSmooth(model) || slot < 0 || model.Family.Accept(new Slots())[slot])
            return null;
        return $"needs a likelihood that is smooth in {parameter}, and that of {model.Family} is not";
    }

    /// <summary>Whether the likelihood is smooth in all of its parameters.</summary>
    public static bool IsSmooth(Specification model) => model.Family is Categorical || model.Family.Accept(new Slots()).All(smooth => smooth);

    sealed class Slots : IModelVisitor<bool[]>
    {
        public bool[] Visit<TModel>() where TModel : struct, IModel<TModel>
        {
            Vec3<Real> smooth = TModel.Smooth;
            return [smooth.X > 0.0, smooth.Y > 0.0, smooth.Z > 0.0];
        }

        public bool[] VisitMultinomial(IReadOnlyList<string> labels) => [true];

        public bool[] VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => [true];
    }

    /// <summary>
    /// log P(2(ℓ̂ − ℓ̂₀) &gt; x) for ends of the support, exact at every n; null where χ² holds, NaN where nothing is known.
    /// </summary>
    /// <remarks>
    /// n log(θ₀/x₍ₙ₎) of a uniform on (0, θ₀), and nα log(x₍₁₎/xm) of a Pareto, have the standard exponential distribution. Where the other
    /// parameter is estimated too, the ratio of the two estimated ranges (a uniform's), or of Σ log(x/x₍₁₎) and Σ log(x/xm)
    /// (Malik, Metrika 15, 1970), has the Beta(n − 1, 1) distribution; a uniform's range itself has the Beta(n − 1, 2) one.
    /// </remarks>
    public static double? LogPValue(Nesting nesting, double x, double n)
    {
        string[] tested = [.. nesting.Restricted.Select(i => nesting.Parameters[i])];
        bool oneKnown = nesting.Alternative.Options.Fixed.Count > 0;
        switch (nesting.Alternative.Family.Name)
        {
            case "uniform" when tested.Length == 2:
                return -x * (n - 1) / (2 * n) + Math.Log(n - (n - 1) * Math.Exp(-x / (2 * n)));
            case "pareto" when tested.Length == 2:
                return double.NaN;
            case "uniform" or "pareto" when tested is ["a" or "b" or "xm"]:
                return oneKnown ? -x / 2 : -x * (n - 1) / (2 * n);
            default:
                return null;
        }
    }
}
