using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>The lanes of some <see cref="Standardization"/>s.</summary>
public readonly struct Units<R>(R center, R scale, R perScale, R logScale) where R : unmanaged, IReal<R>
{
    public readonly R Center = center, Scale = scale, PerScale = perScale, LogScale = logScale;

    /// <summary>Those of units 2ᵉ.</summary>
    [MethodImpl(AggressiveInlining)]
    public Units(R center, R e) : this(center, R.ScaleB(1.0, e), R.ScaleB(1.0, -e), e * Elementary.LogOfTwo) { }
}

/// <summary>One slot: how its coordinate θ and the reported parameter v make each other, v = o + s·g(θ), and what is known of it.</summary>
/// <param name="known">The value that the user fixed, on the reported scale; NaN where the slot is estimated.</param>
/// <param name="start">Where the user starts, likewise.</param>
/// <param name="low">The user's bounds, likewise.</param>
/// <param name="high">The user's bounds, likewise.</param>
public readonly struct Slot(Link link, Role role, double known, double start, double low, double high)
{
    readonly Link link = link;
    readonly Role role = role;

    public readonly double Known = known, Start = start, Low = low, High = high;

    /// <summary>The same with a known value and a start of one data set; NaN where there is none.</summary>
    public Slot With(double known, double start) =>
        new(link, role, double.IsNaN(known) ? Known : known, double.IsNaN(start) ? Start : start, Low, High);

    /// <summary>A slot of which nothing is known.</summary>
    public static Slot Of(Parameter parameter) => new(parameter.Link, parameter.Role, double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>A slot that the family does not have.</summary>
    public static Slot Absent => new(Link.Identity, Role.Shape, 0, double.NaN, double.NaN, double.NaN);

    public bool IsFree => double.IsNaN(Known);

    /// <summary>The θ of a reported value; NaN of NaN.</summary>
    [MethodImpl(NoInlining)]
    public double Coordinate(double value, Standardization unit)
    {
        double v = unit.Unmap(role, value);
        Real x = v;
        return link switch
        {
            Link.Log => Real.Log(x),
            Link.Logit => Real.Log(x) - Real.Log(1.0 - x),
            _ => v,
        };
    }

    /// <summary>The reported v, and its slope in θ: 0 where it is known.</summary>
    public R Report<R>(R θ, in Units<R> unit, out R slope) where R : unmanaged, IReal<R>
    {
        if (!IsFree)
        {
            slope = 0.0;
            return Known;
        }
        R one = 1.0, v = θ, first = one;
        if (link == Link.Log)
        {
            v = first = R.Exp(θ);
        }
        else if (link == Link.Logit)
        {
            R e = R.Exp(-θ);
            v = one / (one + e);
            first = e * v * v;
        }
        R scale = role is Role.Location or Role.Scale ? unit.Scale : role == Role.Rate ? unit.PerScale : one;
        slope = scale * first;
        v *= scale;
        return role == Role.Location ? unit.Center + v : role == Role.LogScale ? unit.LogScale + v : v;
    }
}

/// <summary>The slots of a family with what the options say of them: plain data, for the host and for kernels.</summary>
public readonly struct Slots(Slot x, Slot y, Slot z)
{
    public readonly Slot X = x, Y = y, Z = z;

    /// <summary>The prior of a data set with this standardisation, within the family's region.</summary>
    public Prior<Real> Prior(Standardization unit, Vec3<Real> low, Vec3<Real> high) => new(
        new(Known(X, unit), Known(Y, unit), Known(Z, unit)),
        new(Free(X), Free(Y), Free(Z)),
        new(Bound(X, X.Low, unit, low.X, 1), Bound(Y, Y.Low, unit, low.Y, 1), Bound(Z, Z.Low, unit, low.Z, 1)),
        new(Bound(X, X.High, unit, high.X, -1), Bound(Y, Y.High, unit, high.Y, -1), Bound(Z, Z.High, unit, high.Z, -1)));

    /// <summary>The user's starts in θ; NaN where there are none.</summary>
    public Vec3<Real> Start(Standardization unit) => new(
        X.Coordinate(X.Start, unit), Y.Coordinate(Y.Start, unit), Z.Coordinate(Z.Start, unit));

    static double Known(Slot slot, Standardization unit) => slot.IsFree ? 0 : slot.Coordinate(slot.Known, unit);

    static double Free(Slot slot) => slot.IsFree ? 1.0 : 0.0;

    /// <summary>The tighter of two bounds, the larger where the side is 1 and the smaller where it is −1.</summary>
    static double Bound(Slot slot, double given, Standardization unit, double family, double side)
    {
        double bound = slot.Coordinate(given, unit);
        return side * bound > side * family ? bound : family;
    }

    /// <summary>A fit on the reported scale: the estimates, and the covariance with rows of 0 for what is known.</summary>
    public Vec3<R> Report<R>(in Units<R> unit, in Vec3<R> θ, in Symmetric3<R> c, out Symmetric3<R> covariance) where R : unmanaged, IReal<R>
    {
        R x = X.Report(θ.X, unit, out R dx), y = Y.Report(θ.Y, unit, out R dy), z = Z.Report(θ.Z, unit, out R dz);
        covariance = new(
            c.XX * dx * dx, c.XY * dx * dy, c.YY * dy * dy, c.XZ * dx * dz, c.YZ * dy * dz, c.ZZ * dz * dz);
        return new(x, y, z);
    }
}
