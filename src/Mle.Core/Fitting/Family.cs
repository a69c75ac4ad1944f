namespace Mle;

/// <summary>
/// What a parameter becomes when the data x become c + s·x. Every fit is done on standardised data and mapped back, so
/// that neither the unit nor the origin of the data can disturb it.
/// </summary>
public enum Role
{
    /// <summary>Unchanged: shapes, probabilities, counts.</summary>
    Shape,

    /// <summary>c + s·v.</summary>
    Location,

    /// <summary>s·v.</summary>
    Scale,

    /// <summary>v/s.</summary>
    Rate,

    /// <summary>v + log s: a location of log x.</summary>
    LogScale,
}

/// <param name="Name">As users write it.</param>
/// <param name="Domain">In words, such as "> 0".</param>
public sealed record Parameter(string Name, Link Link, Role Role, string Domain);

/// <summary>What a person wants to know about a family; <c>mle families NAME</c> prints it.</summary>
/// <param name="Name">As users write it, such as "inverse_gaussian".</param>
/// <param name="Density">The density or probability mass, in the book's letters.</param>
/// <param name="NoMaximum">When the maximum does not exist, in words.</param>
/// <param name="Source">Paper or book.</param>
public sealed record FamilyInfo(
    string Name, string Density, string Support, Parameter[] Parameters, string NoMaximum, string Source)
{
    /// <summary>The parameter that a formula is for, where none is named: the location, or what comes closest to it.</summary>
    public string Primary { get; init; } = (
        Parameters.FirstOrDefault(p => p.Role == Role.Location)
        ?? Parameters.FirstOrDefault(p => p.Role is Role.LogScale)
        ?? Parameters.FirstOrDefault(p => p.Role is Role.Scale or Role.Rate)
        ?? Parameters[0]).Name;
}

/// <summary>What to do with a family once its type is known: the registry closes the generics in one place.</summary>
public interface IFamilyVisitor<TResult>
{
    TResult Visit<TFamily>() where TFamily : struct, IFamily<TFamily>;

    /// <summary>K probabilities do not fit the three slots of the others.</summary>
    TResult VisitCategorical();
}

/// <summary>The same for data that need a model of each row: regressions, and censored, truncated or sampled observations.</summary>
public interface IModelVisitor<TResult>
{
    TResult Visit<TModel>() where TModel : struct, IModel<TModel>;

    /// <summary>K categories, a predictor for each but the first.</summary>
    TResult VisitMultinomial(IReadOnlyList<string> labels);

    /// <summary>K ordered categories, one predictor and K − 1 thresholds.</summary>
    TResult VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink>;
}

/// <summary>A probability family as data: what the registry holds and users name.</summary>
public abstract class Family
{
    public abstract FamilyInfo Info { get; }

    public string Name => Info.Name;

    /// <summary>Whether it is a distribution by itself; else a model of rows.</summary>
    public virtual bool IsDistribution => true;

    /// <summary>Whether observations have probabilities, and no densities: counts and categories.</summary>
    public virtual bool IsDiscrete => true;

    /// <summary>Whether every observation has a number of trials.</summary>
    public virtual bool NeedsTrials => false;

    public abstract TResult Accept<TResult>(IFamilyVisitor<TResult> visitor);

    public abstract TResult Accept<TResult>(IModelVisitor<TResult> visitor);

    public override string ToString() => Name;
}
