using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What a block of rows adds, given its predictors.</summary>
interface IResponse<T> where T : unmanaged, IReal<T>
{
    /// <summary>How many predictors a row has.</summary>
    int Slots { get; }

    /// <summary>
    /// Σ w log f over a block in lanes; writes w times the derivatives of every row in its predictors, column after column
    /// of the block's length: the scores, then the lower triangle of the Hessian.
    /// </summary>
    T Sum(Design design, int block, double[] u, double[] derivatives);

    /// <summary>log f of every row, without log h.</summary>
    void Values(Design design, int block, double[] u, double[] values);

    /// <summary>For one predictor: w times the third and fourth derivatives of every row, likewise.</summary>
    void Bend(Design design, int block, double[] u, double[] bends);
}

/// <summary>Rows of a model with up to three predictors, each kind of row in a loop of its own.</summary>
readonly struct ModelResponse<TModel, T> : IResponse<T> where TModel : struct, IModel<TModel> where T : unmanaged, IReal<T>
{
    public int Slots => TModel.Slots;

    public T Sum(Design design, int block, double[] u, double[] derivatives) => design.Kinds[block] switch
    {
        Kind.Exact when TModel.HasFactor && design.CountsOnce[block] => Sum<Once>(design, block, u, derivatives),
        Kind.Exact => Sum<Exact>(design, block, u, derivatives),
        Kind.Right => Sum<Censored<Right>>(design, block, u, derivatives),
        Kind.Left => Sum<Censored<Left>>(design, block, u, derivatives),
        _ => Sum<Censored<Interval>>(design, block, u, derivatives),
    };

    [MethodImpl(NoInlining | AggressiveOptimization)]
    static T Sum<TKind>(Design design, int block, double[] u, double[] derivatives) where TKind : struct, IKind
    {
        int rows = design.Block, lanes = Unsafe.SizeOf<T>() / sizeof(double), statistics = TModel.Statistics;
        ref double t = ref Lanes.At(design.Data, design.Statistic(block, 0));
        ref double high = ref Lanes.At(design.Data, design.Statistic(block, design.Response > statistics ? statistics : 0));
        ref double weights = ref Lanes.At(design.Data, design.Weights(block));
        ref double at = ref Lanes.At(u, 0);
        ref double to = ref Lanes.At(derivatives, 0);
        // Asked for here, while the JIT still inlines.
        bool leavesFactor = TKind.LeavesFactor;
        T sum = 0.0, product = 1.0;
        for (int i = 0; i < rows; i += lanes)
        {
            T w = Lanes.Read<T>(ref weights, i);
            var d = TKind.Differentiate<TModel, T>(Row(ref t, i, rows), Row(ref high, i, rows), Point(ref at, i, rows), out T e);
            sum = T.MultiplyAdd(w, d.F, sum);
            // At most 2²⁵⁶: a block has no more rows.
            if (leavesFactor)
                product = T.MultiplyAdd(product * w, e, product);
            Put(d, w, ref to, i, rows);
        }
        return leavesFactor ? sum - T.Log(product) : sum;
    }

    /// <summary>The derivatives of rows from i on: where the JIT inlines no more, one call.</summary>
    [MethodImpl(AggressiveInlining)]
    static void Put(in Derivatives<T> d, T w, ref double to, int i, int rows)
    {
        int score = i, hessian = TModel.Slots * rows + i;
        Lanes.Write(ref to, score, w * d.Score.X);
        Lanes.Write(ref to, hessian, w * d.Hessian.XX);
        if (TModel.Slots > 1)
        {
            Lanes.Write(ref to, score + rows, w * d.Score.Y);
            Lanes.Write(ref to, hessian + rows, w * d.Hessian.XY);
            Lanes.Write(ref to, hessian + 2 * rows, w * d.Hessian.YY);
        }
        if (TModel.Slots > 2)
        {
            Lanes.Write(ref to, score + 2 * rows, w * d.Score.Z);
            Lanes.Write(ref to, hessian + 3 * rows, w * d.Hessian.XZ);
            Lanes.Write(ref to, hessian + 4 * rows, w * d.Hessian.YZ);
            Lanes.Write(ref to, hessian + 5 * rows, w * d.Hessian.ZZ);
        }
    }

    public void Values(Design design, int block, double[] u, double[] values)
    {
        switch (design.Kinds[block])
        {
            case Kind.Exact: Values<Exact>(design, block, u, values); break;
            case Kind.Right: Values<Censored<Right>>(design, block, u, values); break;
            case Kind.Left: Values<Censored<Left>>(design, block, u, values); break;
            default: Values<Censored<Interval>>(design, block, u, values); break;
        }
    }

    static void Values<TKind>(Design design, int block, double[] u, double[] values) where TKind : struct, IKind
    {
        int rows = design.Block;
        ref double t = ref Lanes.At(design.Data, design.Statistic(block, 0));
        ref double high = ref Lanes.At(design.Data, design.Statistic(block, design.Response > TModel.Statistics ? TModel.Statistics : 0));
        for (int i = 0; i < rows; i += Unsafe.SizeOf<T>() / sizeof(double))
            Lanes.Write(ref values[0], i, TKind.Differentiate<TModel, T>(Row(ref t, i, rows), Row(ref high, i, rows), Point(ref u[0], i, rows), out _).F);
    }

    public void Bend(Design design, int block, double[] u, double[] bends)
    {
        switch (design.Kinds[block])
        {
            case Kind.Exact: Bend<Exact>(design, block, u, bends); break;
            case Kind.Right: Bend<Censored<Right>>(design, block, u, bends); break;
            case Kind.Left: Bend<Censored<Left>>(design, block, u, bends); break;
            default: Bend<Censored<Interval>>(design, block, u, bends); break;
        }
    }

    /// <summary>The second derivative at jets in u is a jet of the third and the fourth.</summary>
    static void Bend<TKind>(Design design, int block, double[] u, double[] bends) where TKind : struct, IKind
    {
        int rows = design.Block;
        ref double t = ref Lanes.At(design.Data, design.Statistic(block, 0));
        ref double high = ref Lanes.At(design.Data, design.Statistic(block, design.Response > TModel.Statistics ? TModel.Statistics : 0));
        ref double weights = ref Lanes.At(design.Data, design.Weights(block));
        for (int i = 0; i < rows; i += Unsafe.SizeOf<T>() / sizeof(double))
        {
            T w = Lanes.Read<T>(ref weights, i), at = Lanes.Read<T>(ref u[0], i);
            var bend = TKind.Differentiate<TModel, Jet1<T>>(
                Row(ref t, i, rows).Lift<Jet1<T>>(), Row(ref high, i, rows).Lift<Jet1<T>>(), new(new(at, 1.0, 0.0)), out _).Hessian.XX;
            Lanes.Write(ref bends[0], i, w * bend.X);
            Lanes.Write(ref bends[0], rows + i, w * bend.XX);
        }
    }

    [MethodImpl(AggressiveInlining)]
    static Vec3<T> Point(ref double u, int i, int rows) => TModel.Slots switch
    {
        1 => new(Lanes.Read<T>(ref u, i)),
        2 => new(Lanes.Read<T>(ref u, i), Lanes.Read<T>(ref u, rows + i)),
        _ => new(Lanes.Read<T>(ref u, i), Lanes.Read<T>(ref u, rows + i), Lanes.Read<T>(ref u, 2 * rows + i)),
    };

    [MethodImpl(AggressiveInlining)]
    static Row<T> Row(ref double t, int i, int rows) => TModel.Statistics switch
    {
        1 => new(Lanes.Read<T>(ref t, i)),
        2 => new(Lanes.Read<T>(ref t, i), Lanes.Read<T>(ref t, rows + i)),
        _ => new(Lanes.Read<T>(ref t, i), Lanes.Read<T>(ref t, rows + i), Lanes.Read<T>(ref t, 2 * rows + i)),
    };
}
