namespace Mle;

/// <summary>A log-likelihood's value and derivatives at a point, and the step that they suggest.</summary>
public interface IAscent<TSelf, TPoint, R> where TPoint : struct where R : unmanaged, IReal<R>
{
    R Value { get; }

    /// <summary>The size of the Hessian's diagonal: the unit in which damping is measured.</summary>
    R Curvature { get; }

    /// <summary>
    /// to = from + δ with (damping·I − H) δ = g; the Newton decrement gᵀδ and the length of δ. 1 where the damped
    /// information is positive definite, else 0.
    /// </summary>
    R Ascend(TPoint from, R damping, ref TPoint to, out R decrement, out R length);

    /// <summary>This where <paramref name="where"/> is above 0, else the other.</summary>
    TSelf If(R where, TSelf other);
}
