namespace Mle;

/// <summary>All families, one line each, in the order in which <c>mle families</c> lists them.</summary>
public static class Families
{
    public static IReadOnlyList<Family> All { get; } =
    [
        new Family<Distributions.Normal>(),
        new Family<Distributions.Gamma>(),
        new Family<Distributions.Weibull>(),
    ];

    public static Family? Find(string name) => All.FirstOrDefault(f => f.Name == name);

    /// <summary>The categorical family over these categories.</summary>
    public static Family Categorical(IReadOnlyList<string> labels) => new Categorical(labels);
}

/// <summary>The registry's entry of a family type.</summary>
sealed class Family<TFamily> : Family where TFamily : struct, IFamily<TFamily>
{
    public override FamilyInfo Info => TFamily.Info;

    public override TResult Accept<TResult>(IFamilyVisitor<TResult> visitor) => visitor.Visit<TFamily>();
}
