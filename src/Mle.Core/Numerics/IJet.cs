namespace Mle;

/// <summary>
/// A value with its first and second derivatives in a few variables (forward-mode automatic differentiation), and
/// at once the accumulator of a log-likelihood with its score and Hessian.
/// </summary>
public interface IJet<TSelf, T> : IReal<TSelf>, IAscent<TSelf, Vec3<T>, T> where TSelf : unmanaged, IJet<TSelf, T> where T : unmanaged, IReal<T>
{
    static abstract TSelf Constant(T value);

    /// <summary>How many slots are variables.</summary>
    static abstract int Leading { get; }

    /// <summary>The leading slots as variables, the others as constants.</summary>
    static abstract Vec3<TSelf> At(Vec3<T> point);

    static abstract TSelf From(Derivatives<T> parts);

    /// <summary>Value and derivatives; slots that were not differentiated have zeros.</summary>
    Derivatives<T> Parts { get; }

    /// <summary>A function of η, given by its derivatives in η, as a function of what η depends on.</summary>
    static abstract TSelf Compose(in Derivatives<T> outer, in Vec3<TSelf> η);

    /// <summary>w times the jet.</summary>
    TSelf Times(T weight);

    /// <summary>The jet of a problem in which only the free slots move: the others get score 0 and a row of −I.</summary>
    TSelf Restrict(Vec3<T> free);

    /// <summary>(−H)⁻¹.</summary>
    Symmetric3<T> Covariance();
}
