namespace Mle;

/// <summary>A log-likelihood's value and derivatives at a point, and the step that they suggest.</summary>
public interface IAscent<TSelf, TPoint, R> where TPoint : struct where R : unmanaged, IReal<R>
{
    R Value { get; }

    /// <summary>
    /// to = from + δ with (damping·D − H) δ = g; the Newton decrement gᵀδ and the length of δ. 1 where the damped
    /// information is positive definite, else 0. D is diagonal, the sums of |H| by rows: whatever the units of the
    /// coordinates, a damping of 1 makes the matrix definite and takes no more than about half of each Newton step.
    /// </summary>
    R Ascend(in TPoint from, R damping, ref TPoint to, out R decrement, out R length);

    /// <summary>This where <paramref name="where"/> is above 0, else the other.</summary>
    TSelf If(R where, TSelf other);
}

public static class Damping
{
    /// <summary>The part of the whole |H| that D has in a row where H is 0.</summary>
    public const double Least = 1e-9;
}
