using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Mle;

/// <summary>What a Hessian's place is filled with.</summary>
enum Weighing
{
    /// <summary>Σ w ∂²log f.</summary>
    Hessian,

    /// <summary>Σ w ssᵀ: every row of a frequency is an observation with score s.</summary>
    Outer,

    /// <summary>Σ w² ssᵀ: a row is one observation whatever it weighs.</summary>
    OuterSquared,
}

/// <summary>
/// ℓ(β) of a regression. In every block: predictors u = Xβ, rows' derivatives in u, then score Xᵀg and Hessian XᵀHX as
/// matrix work on columns that are still in cache.
/// </summary>
sealed class Sums<TResponse, T>(TResponse response) where TResponse : struct, IResponse<T> where T : unmanaged, IReal<T>
{
    double[] u = [], derivatives = [], bends = [];
    Design? window;

    static int LaneCount => Unsafe.SizeOf<T>() / sizeof(double);

    void Make(Design design)
    {
        int slots = response.Slots, rows = design.Block, pairs = slots * (slots + 1) / 2;
        if (u.Length < slots * rows)
            (u, derivatives) = (new double[slots * rows], new double[(slots + pairs) * rows]);
    }

    /// <summary>Hands over every block with its rows' weighted derivatives, where more is wanted than their sums.</summary>
    public void Each(Design design, double[] β, Action<Design, int, double[]> look)
    {
        Make(design);
        for (int block = 0; block < design.Blocks; block++)
        {
            var held = design.Holding(block, ref window);
            Differentiate(held, block, β);
            look(held, block, derivatives);
        }
    }

    /// <summary>Likewise with log f of its rows beside their derivatives.</summary>
    public void Rows(Design design, double[] β, Action<Design, int, double[], double[]> look)
    {
        Make(design);
        var values = new double[design.Block];
        for (int block = 0; block < design.Blocks; block++)
        {
            var held = design.Holding(block, ref window);
            Differentiate(held, block, β);
            response.Values(held, block, u, values);
            look(held, block, values, derivatives);
        }
    }

    /// <summary>Adds count blocks, every so many, of ℓ, its score and its Hessian to the numbers of a jet.</summary>
    public void Add(Design design, int from, int count, int every, double[] β, double[] jet, Weighing weighing = Weighing.Hessian)
    {
        Make(design);
        int slots = response.Slots, rows = design.Block;
        int score = 1, hessian = 1 + design.Coefficients;
        for (int i = 0, block = from; i < count; i++, block += every)
        {
            var held = design.Holding(block, ref window);
            jet[0] += Differentiate(held, block, β);
            if (weighing != Weighing.Hessian)
                Square(held, block, weighing == Weighing.Outer);
            for (int s = 0, pair = 0; s < slots; s++)
            {
                var left = held.Predictors[s];
                Scores(held, block, left, s * rows, jet, score + held.At[s]);
                for (int r = 0; r <= s; r++, pair++)
                    Products(held, block, left, held.Predictors[r], (slots + pair) * rows, jet, hessian, held.At[s], held.At[r]);
            }
        }
    }

    /// <summary>
    /// Likewise of ½ log det I, whose value is known, for one predictor: with hᵢ a row's curvature and qᵢ = xᵢᵀI⁻¹xᵢ the score is
    /// ½ Σ hᵢ′qᵢxᵢ, and where the leverages hᵢqᵢ are held fixed the Hessian is ½ Σ hᵢqᵢ (log hᵢ)″ xᵢxᵢᵀ: exact for saturated
    /// models. The other part is a sum over pairs of rows.
    /// </summary>
    public void AddFirth(Design design, int from, int count, int every, double[] β, double[] inverse, double[] jet)
    {
        Make(design);
        int rows = design.Block;
        if (bends.Length < 2 * rows)
            bends = new double[2 * rows];
        for (int i = 0, block = from; i < count; i++, block += every)
        {
            var held = design.Holding(block, ref window);
            Differentiate(held, block, β);
            response.Bend(held, block, u, bends);
            Distances(held, block, inverse);
            for (int r = 0; r < rows; r++)
            {
                double h = -derivatives[rows + r], dh = -bends[r], ddh = -bends[rows + r], q = u[r];
                derivatives[r] = 0.5 * q * dh;
                derivatives[rows + r] = h > 0 ? 0.5 * q * (ddh - dh * dh / h) : 0;
            }
            Scores(held, block, held.Predictors[0], 0, jet, 1);
            Products(held, block, held.Predictors[0], held.Predictors[0], rows, jet, 1 + held.Coefficients, 0, 0);
        }
    }

    /// <summary>Whether rᵢ² &gt; δ|hᵢ| for the score r and the curvature h of every row that counts, with one predictor.</summary>
    [MethodImpl(AggressiveOptimization)]
    public bool IsAbove(Design design, double[] β, double δ)
    {
        Make(design);
        T zero = 0.0, bound = δ;
        for (int block = 0; block < design.Blocks; block++)
        {
            var held = design.Holding(block, ref window);
            Differentiate(held, block, β);
            ref double weights = ref Lanes.At(held.Data, held.Weights(block));
            ref double scores = ref Lanes.At(derivatives, 0);
            T below = zero;
            for (int i = 0; i < held.Block; i += LaneCount)
            {
                T r = Lanes.Read<T>(ref scores, i), h = Lanes.Read<T>(ref scores, held.Block + i);
                below = T.Max(below, T.IfLess(bound * T.Abs(h), r * r, zero, T.Abs(Lanes.Read<T>(ref weights, i))));
            }
            if (T.AnyLess(zero, below))
                return false;
        }
        return true;
    }

    /// <summary>max |xᵢ·δ|: how far a step moves any row's predictor.</summary>
    public double Reach(Design design, double[] δ)
    {
        var columns = design.Predictors[0];
        double most = 0;
        for (int block = 0; block < design.Blocks; block++)
        {
            var held = design.Holding(block, ref window);
            for (int r = 0; r < held.Block; r++)
            {
                double sum = 0;
                for (int j = 0; j < columns.Length; j++)
                    sum += δ[j] * held.Data[held.Column(block, columns[j]) + r];
                most = Math.Max(most, Math.Abs(sum));
            }
        }
        return most;
    }

    /// <summary>qᵢ = xᵢᵀI⁻¹xᵢ in the predictor's place.</summary>
    void Distances(Design design, int block, double[] inverse)
    {
        var columns = design.Predictors[0];
        ref double q = ref Lanes.At(u, 0);
        for (int i = 0; i < design.Block; i += LaneCount)
        {
            T sum = 0.0;
            for (int j = 0; j < columns.Length; j++)
            {
                T own = Lanes.Read<T>(ref Lanes.At(design.Data, design.Column(block, columns[j])), i);
                T others = inverse[DenseJet<HostStore>.Entry(j, j)] * own;
                for (int k = 0; k < j; k++)
                    others = T.MultiplyAdd(2 * inverse[DenseJet<HostStore>.Entry(j, k)], Lanes.Read<T>(ref Lanes.At(design.Data, design.Column(block, columns[k])), i), others);
                sum = T.MultiplyAdd(own, others, sum);
            }
            Lanes.Write(ref q, i, sum);
        }
    }

    /// <summary>Σ w log f of a block, with its rows' weighted derivatives.</summary>
    double Differentiate(Design design, int block, double[] β)
    {
        for (int s = 0; s < response.Slots; s++)
            Predict(design, block, s, β);
        return T.Sum(response.Sum(design, block, u, derivatives));
    }

    /// <summary>Products of rows' scores in the place of their second derivatives; of scores that hold w twice, one w is taken off.</summary>
    void Square(Design design, int block, bool once)
    {
        int slots = response.Slots, rows = design.Block, weights = design.Weights(block);
        for (int s = 0, pair = slots; s < slots; s++)
            for (int r = 0; r <= s; r++, pair++)
                for (int i = 0; i < rows; i++)
                {
                    double w = design.Data[weights + i], product = derivatives[s * rows + i] * derivatives[r * rows + i];
                    derivatives[pair * rows + i] = once ? w == 0 ? 0 : product / w : product;
                }
    }

    /// <summary>u = shift + offset + Σ βⱼ xⱼ, four columns at a time.</summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Predict(Design design, int block, int s, double[] β)
    {
        var columns = design.Predictors[s];
        int rows = design.Block, at = design.At[s], count = columns.Length;
        ref double to = ref Lanes.At(u, s * rows);
        T shift = design.Shifts[s];
        if (design.Offsets[s] >= 0)
        {
            ref double offset = ref Lanes.At(design.Data, design.Offset(block, s));
            for (int i = 0; i < rows; i += LaneCount)
                Lanes.Write(ref to, i, shift + Lanes.Read<T>(ref offset, i));
        }
        else
        {
            for (int i = 0; i < rows; i += LaneCount)
                Lanes.Write(ref to, i, shift);
        }
        for (int j = 0; j < count; j += 4)
        {
            ref double a = ref Lanes.At(design.Data, design.Column(block, columns[j]));
            ref double b = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 1, count - 1)]));
            ref double c = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 2, count - 1)]));
            ref double d = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 3, count - 1)]));
            T βa = β[at + j], βb = j + 1 < count ? β[at + j + 1] : 0, βc = j + 2 < count ? β[at + j + 2] : 0, βd = j + 3 < count ? β[at + j + 3] : 0;
            for (int i = 0; i < rows; i += LaneCount)
            {
                T sum = T.MultiplyAdd(βa, Lanes.Read<T>(ref a, i), Lanes.Read<T>(ref to, i));
                sum = T.MultiplyAdd(βb, Lanes.Read<T>(ref b, i), sum);
                sum = T.MultiplyAdd(βc, Lanes.Read<T>(ref c, i), sum);
                Lanes.Write(ref to, i, T.MultiplyAdd(βd, Lanes.Read<T>(ref d, i), sum));
            }
        }
    }

    /// <summary>Xᵀg, two columns at a time.</summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Scores(Design design, int block, int[] columns, int g, double[] jet, int to)
    {
        int rows = design.Block, last = columns.Length - 1;
        ref double score = ref Lanes.At(derivatives, g);
        for (int j = 0; j <= last; j += 2)
        {
            ref double a = ref Lanes.At(design.Data, design.Column(block, columns[j]));
            ref double b = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 1, last)]));
            T sumA = 0.0, sumB = 0.0;
            for (int i = 0; i < rows; i += LaneCount)
            {
                T one = Lanes.Read<T>(ref score, i);
                sumA = T.MultiplyAdd(one, Lanes.Read<T>(ref a, i), sumA);
                sumB = T.MultiplyAdd(one, Lanes.Read<T>(ref b, i), sumB);
            }
            jet[to + j] += T.Sum(sumA);
            if (j < last)
                jet[to + j + 1] += T.Sum(sumB);
        }
    }

    /// <summary>
    /// XᵀHZ into rows from atX and columns from atZ of the lower triangle, in tiles of two by four that stay in registers.
    /// Where X is Z the product is symmetric, and a half of it is enough.
    /// </summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Products(Design design, int block, int[] x, int[] z, int h, double[] jet, int hessian, int atX, int atZ)
    {
        bool same = x == z;
        int rows = design.Block, lastX = x.Length - 1;
        // Nothing is read from memory here: the time to fetch, once, what the next block needs.
        int ahead = design.Start(block) + design.Stride, end = atX + atZ > 0 ? 0 : Math.Min(ahead + design.Stride, design.Data.Length - Design.Line);
        ref double weight = ref Lanes.At(derivatives, h);
        for (int j = 0; j <= lastX; j += 2)
        {
            ref double xa = ref Lanes.At(design.Data, design.Column(block, x[j]));
            ref double xb = ref Lanes.At(design.Data, design.Column(block, x[Math.Min(j + 1, lastX)]));
            int lastZ = same ? Math.Min(j + 1, lastX) : z.Length - 1;
            for (int k = 0; k <= lastZ; k += 4)
            {
                ref double za = ref Lanes.At(design.Data, design.Column(block, z[k]));
                ref double zb = ref Lanes.At(design.Data, design.Column(block, z[Math.Min(k + 1, lastZ)]));
                ref double zc = ref Lanes.At(design.Data, design.Column(block, z[Math.Min(k + 2, lastZ)]));
                ref double zd = ref Lanes.At(design.Data, design.Column(block, z[Math.Min(k + 3, lastZ)]));
                T aa = 0.0, ab = 0.0, ac = 0.0, ad = 0.0, ba = 0.0, bb = 0.0, bc = 0.0, bd = 0.0;
                for (int i = 0; i < rows; i += LaneCount)
                {
                    if (ahead < end)
                    {
                        Lanes.Prefetch(ref Lanes.At(design.Data, ahead));
                        Lanes.Prefetch(ref Lanes.At(design.Data, ahead + Design.Line));
                    }
                    ahead += 2 * Design.Line;
                    T w = Lanes.Read<T>(ref weight, i), a = w * Lanes.Read<T>(ref xa, i), b = w * Lanes.Read<T>(ref xb, i);
                    T one = Lanes.Read<T>(ref za, i), two = Lanes.Read<T>(ref zb, i);
                    aa = T.MultiplyAdd(a, one, aa);
                    ba = T.MultiplyAdd(b, one, ba);
                    ab = T.MultiplyAdd(a, two, ab);
                    bb = T.MultiplyAdd(b, two, bb);
                    T three = Lanes.Read<T>(ref zc, i), four = Lanes.Read<T>(ref zd, i);
                    ac = T.MultiplyAdd(a, three, ac);
                    bc = T.MultiplyAdd(b, three, bc);
                    ad = T.MultiplyAdd(a, four, ad);
                    bd = T.MultiplyAdd(b, four, bd);
                }
                bool mirror = same && atX != atZ;
                Store(jet, hessian, atX, j, atZ, k, same ? j : lastZ, mirror, aa, ab, ac, ad);
                if (j < lastX)
                    Store(jet, hessian, atX, j + 1, atZ, k, lastZ, mirror, ba, bb, bc, bd);
            }
        }
    }

    /// <summary>Four sums into row j of a block of the lower triangle, up to its column last; and, mirrored, into its column j.</summary>
    static void Store(double[] jet, int hessian, int atX, int j, int atZ, int k, int last, bool mirror, T a, T b, T c, T d)
    {
        Add(k, a);
        if (k + 1 <= last)
            Add(k + 1, b);
        if (k + 2 <= last)
            Add(k + 2, c);
        if (k + 3 <= last)
            Add(k + 3, d);

        void Add(int column, T lanes)
        {
            if (column > last)
                return;
            double sum = T.Sum(lanes);
            jet[hessian + DenseJet<HostStore>.Entry(atX + j, atZ + column)] += sum;
            if (mirror && column != j)
                jet[hessian + DenseJet<HostStore>.Entry(atX + column, atZ + j)] += sum;
        }
    }
}
