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
    /// <summary>Up to as many coefficients sums are held, at most 2 MB of them; with 500 it is the same time either way.</summary>
    const int MostHeld = 256;

    double[] u = [], derivatives = [], bends = [];

    /// <summary>Sums of products in lanes, in the order in which they are made: lanes are added up once for all blocks.</summary>
    T[] held = new T[12];

    /// <summary>Which of them is next.</summary>
    int next;

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
            var shown = design.Holding(block, ref window);
            Differentiate(shown, block, β);
            look(shown, block, derivatives);
        }
    }

    /// <summary>Likewise with log f of its rows beside their derivatives.</summary>
    public void Rows(Design design, double[] β, Action<Design, int, double[], double[]> look)
    {
        Make(design);
        var values = new double[design.Block];
        for (int block = 0; block < design.Blocks; block++)
        {
            var shown = design.Holding(block, ref window);
            Differentiate(shown, block, β);
            response.Values(shown, block, u, values);
            look(shown, block, values, derivatives);
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
            var shown = design.Holding(block, ref window);
            jet[0] += Differentiate(shown, block, β);
            if (weighing != Weighing.Hessian)
                Square(shown, block, weighing == Weighing.Outer);
            bool last = i == count - 1;
            next = 0;
            for (int s = 0, pair = 0; s < slots; s++)
            {
                var left = shown.Predictors[s];
                Scores(shown, block, left, s * rows, last, jet, score + shown.At[s]);
                for (int r = 0; r <= s; r++, pair++)
                    Products(shown, block, left, shown.Predictors[r], (slots + pair) * rows, last, jet, hessian, shown.At[s], shown.At[r]);
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
            var shown = design.Holding(block, ref window);
            Differentiate(shown, block, β);
            response.Bend(shown, block, u, bends);
            Distances(shown, block, inverse);
            for (int r = 0; r < rows; r++)
            {
                double h = -derivatives[rows + r], dh = -bends[r], ddh = -bends[rows + r], q = u[r];
                derivatives[r] = 0.5 * q * dh;
                derivatives[rows + r] = h > 0 ? 0.5 * q * (ddh - dh * dh / h) : 0;
            }
            bool last = i == count - 1;
            next = 0;
            Scores(shown, block, shown.Predictors[0], 0, last, jet, 1);
            Products(shown, block, shown.Predictors[0], shown.Predictors[0], rows, last, jet, 1 + shown.Coefficients, 0, 0);
        }
    }

    /// <summary>Whether rᵢ² &gt; δ|hᵢ| for the score r and the curvature h of every row that counts, with one predictor.</summary>
    /// <param name="counts">Of a block, and a row in it: asked only where the row is not above.</param>
    [MethodImpl(AggressiveOptimization)]
    public bool IsAbove(Design design, double[] β, double δ, Func<int, int, bool> counts)
    {
        Make(design);
        T zero = 0.0, bound = δ;
        for (int block = 0; block < design.Blocks; block++)
        {
            var shown = design.Holding(block, ref window);
            Differentiate(shown, block, β);
            ref double weights = ref Lanes.At(shown.Data, shown.Weights(block));
            ref double scores = ref Lanes.At(derivatives, 0);
            T below = zero;
            for (int i = 0; i < shown.Block; i += LaneCount)
            {
                T r = Lanes.Read<T>(ref scores, i), h = Lanes.Read<T>(ref scores, shown.Block + i);
                below = T.Max(below, T.IfLess(bound * T.Abs(h), r * r, zero, T.Abs(Lanes.Read<T>(ref weights, i))));
            }
            if (!T.AnyLess(zero, below))
                continue;
            for (int r = 0; r < shown.Block; r++)
            {
                bool above = derivatives[r] * derivatives[r] > δ * Math.Abs(derivatives[shown.Block + r]);
                if (!above && shown.Data[shown.Weights(block) + r] != 0 && counts(block, r))
                    return false;
            }
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
            var shown = design.Holding(block, ref window);
            for (int r = 0; r < shown.Block; r++)
            {
                double sum = 0;
                for (int j = 0; j < columns.Length; j++)
                    sum += δ[j] * shown.Data[shown.Column(block, columns[j]) + r];
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

    /// <summary>As many sums as are made together, which go on from the block before.</summary>
    ref T Held(Design design, int count)
    {
        int at = next;
        if (design.Coefficients <= MostHeld)
            next += count;
        if (held.Length < at + count)
            Array.Resize(ref held, 2 * (at + count));
        return ref held[at];
    }

    /// <summary>Whether lanes are to be added up now.</summary>
    static bool Ends(Design design, bool last) => last || design.Coefficients > MostHeld;

    /// <summary>A sum over its lanes; the next begins with 0.</summary>
    static double Total(ref T sum)
    {
        double total = T.Sum(sum);
        sum = 0.0;
        return total;
    }

    /// <summary>Xᵀg, four columns at a time.</summary>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Scores(Design design, int block, int[] columns, int g, bool last, double[] jet, int to)
    {
        int rows = design.Block, most = columns.Length - 1;
        ref double score = ref Lanes.At(derivatives, g);
        for (int j = 0; j <= most; j += 4)
        {
            ref double xa = ref Lanes.At(design.Data, design.Column(block, columns[j]));
            ref double xb = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 1, most)]));
            ref double xc = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 2, most)]));
            ref double xd = ref Lanes.At(design.Data, design.Column(block, columns[Math.Min(j + 3, most)]));
            ref T sums = ref Held(design, 4);
            T a = sums, b = Unsafe.Add(ref sums, 1), c = Unsafe.Add(ref sums, 2), d = Unsafe.Add(ref sums, 3);
            for (int i = 0; i < rows; i += LaneCount)
            {
                T one = Lanes.Read<T>(ref score, i);
                a = T.MultiplyAdd(one, Lanes.Read<T>(ref xa, i), a);
                b = T.MultiplyAdd(one, Lanes.Read<T>(ref xb, i), b);
                c = T.MultiplyAdd(one, Lanes.Read<T>(ref xc, i), c);
                d = T.MultiplyAdd(one, Lanes.Read<T>(ref xd, i), d);
            }
            (sums, Unsafe.Add(ref sums, 1), Unsafe.Add(ref sums, 2), Unsafe.Add(ref sums, 3)) = (a, b, c, d);
            for (int k = 0; Ends(design, last) && k < 4; k++)
            {
                double total = Total(ref Unsafe.Add(ref sums, k));
                if (j + k <= most)
                    jet[to + j + k] += total;
            }
        }
    }

    /// <summary>
    /// XᵀHZ into rows from atX and columns from atZ of the lower triangle, in tiles of two rows and up to six columns, with as many as
    /// are left: of ten columns a fifth fewer operations than four at a time. Where X is Z the product is symmetric, and a half is enough.
    /// </summary>
    void Products(Design design, int block, int[] x, int[] z, int h, bool last, double[] jet, int hessian, int atX, int atZ)
    {
        bool same = x == z, mirror = same && atX != atZ;
        // Nothing is read from memory here: the time to fetch, once, what the next block needs.
        int ahead = atX + atZ > 0 ? int.MaxValue : design.Start(block) + design.Stride;
        for (int j = 0; j < x.Length; j += 2)
        {
            int end = same ? Math.Min(j + 2, x.Length) : z.Length, width;
            for (int k = 0; k < end; k += width)
            {
                width = (end - k) switch { > 4 => 6, > 2 => 4, _ => 2 };
                ref T sums = ref Held(design, 2 * width);
                switch (width)
                {
                    case 6: Tile<Six>(design, block, x, z, h, j, k, end, ref ahead, ref sums); break;
                    case 4: Tile<Four>(design, block, x, z, h, j, k, end, ref ahead, ref sums); break;
                    default: Tile<Two>(design, block, x, z, h, j, k, end, ref ahead, ref sums); break;
                }
                if (!Ends(design, last))
                    continue;
                for (int t = 0; t < 2 * width; t++)
                {
                    int row = j + t / width, column = k + t % width;
                    double total = Total(ref Unsafe.Add(ref sums, t));
                    if (row >= x.Length || column >= (same ? row + 1 : end))
                        continue;
                    jet[hessian + DenseJet<HostStore>.Entry(atX + row, atZ + column)] += total;
                    if (mirror && column != row)
                        jet[hessian + DenseJet<HostStore>.Entry(atX + column, atZ + row)] += total;
                }
            }
        }
    }

    interface IWidth
    {
        static abstract int Columns { get; }
    }

    readonly struct Two : IWidth
    {
        public static int Columns => 2;
    }

    readonly struct Four : IWidth
    {
        public static int Columns => 4;
    }

    readonly struct Six : IWidth
    {
        public static int Columns => 6;
    }

    /// <summary>Rows j and j + 1 of XᵀHZ, in columns from k up to the end, in registers.</summary>
    /// <param name="ahead">What is fetched next.</param>
    /// <param name="sums">They go on here: row j, then the other.</param>
    [MethodImpl(NoInlining | AggressiveOptimization)]
    void Tile<TWidth>(Design design, int block, int[] x, int[] z, int h, int j, int k, int end, ref int ahead, ref T sums) where TWidth : struct, IWidth
    {
        int rows = design.Block, columns = TWidth.Columns, first = design.Start(block);
        int line = ahead, last = Math.Min(first + 2 * design.Stride, design.Data.Length - Lanes.Line);
        ref double weight = ref Lanes.At(derivatives, h);
        ref double xa = ref Lanes.At(design.Data, first + x[j] * rows);
        ref double xb = ref Lanes.At(design.Data, first + x[Math.Min(j + 1, x.Length - 1)] * rows);
        ref double z0 = ref Lanes.At(design.Data, first + z[k] * rows);
        ref double z1 = ref Lanes.At(design.Data, first + z[Math.Min(k + 1, end - 1)] * rows);
        ref double z2 = ref Lanes.At(design.Data, first + z[Math.Min(k + 2, end - 1)] * rows);
        ref double z3 = ref Lanes.At(design.Data, first + z[Math.Min(k + 3, end - 1)] * rows);
        ref double z4 = ref Lanes.At(design.Data, first + z[Math.Min(k + 4, end - 1)] * rows);
        ref double z5 = ref Lanes.At(design.Data, first + z[Math.Min(k + 5, end - 1)] * rows);
        ref T others = ref Unsafe.Add(ref sums, columns);
        T a0 = sums, a1 = Unsafe.Add(ref sums, 1), a2 = a0, a3 = a0, a4 = a0, a5 = a0, b0 = others, b1 = Unsafe.Add(ref others, 1), b2 = b0, b3 = b0, b4 = b0, b5 = b0;
        if (TWidth.Columns > 2)
            (a2, a3, b2, b3) = (Unsafe.Add(ref sums, 2), Unsafe.Add(ref sums, 3), Unsafe.Add(ref others, 2), Unsafe.Add(ref others, 3));
        if (TWidth.Columns > 4)
            (a4, a5, b4, b5) = (Unsafe.Add(ref sums, 4), Unsafe.Add(ref sums, 5), Unsafe.Add(ref others, 4), Unsafe.Add(ref others, 5));
        for (int i = 0; i < rows; i += LaneCount)
        {
            if (line < last)
            {
                Lanes.Prefetch(ref Lanes.At(design.Data, line));
                Lanes.Prefetch(ref Lanes.At(design.Data, line + Lanes.Line));
                line += 2 * Lanes.Line;
            }
            T w = Lanes.Read<T>(ref weight, i), a = w * Lanes.Read<T>(ref xa, i), b = w * Lanes.Read<T>(ref xb, i);
            Add(a, b, Lanes.Read<T>(ref z0, i), ref a0, ref b0);
            Add(a, b, Lanes.Read<T>(ref z1, i), ref a1, ref b1);
            if (TWidth.Columns > 2)
            {
                Add(a, b, Lanes.Read<T>(ref z2, i), ref a2, ref b2);
                Add(a, b, Lanes.Read<T>(ref z3, i), ref a3, ref b3);
            }
            if (TWidth.Columns > 4)
            {
                Add(a, b, Lanes.Read<T>(ref z4, i), ref a4, ref b4);
                Add(a, b, Lanes.Read<T>(ref z5, i), ref a5, ref b5);
            }
        }
        ahead = line;
        (sums, Unsafe.Add(ref sums, 1), others, Unsafe.Add(ref others, 1)) = (a0, a1, b0, b1);
        if (TWidth.Columns > 2)
            (Unsafe.Add(ref sums, 2), Unsafe.Add(ref sums, 3), Unsafe.Add(ref others, 2), Unsafe.Add(ref others, 3)) = (a2, a3, b2, b3);
        if (TWidth.Columns > 4)
            (Unsafe.Add(ref sums, 4), Unsafe.Add(ref sums, 5), Unsafe.Add(ref others, 4), Unsafe.Add(ref others, 5)) = (a4, a5, b4, b5);
    }

    [MethodImpl(AggressiveInlining)]
    static void Add(T a, T b, T z, ref T sumA, ref T sumB)
    {
        sumA = T.MultiplyAdd(a, z, sumA);
        sumB = T.MultiplyAdd(b, z, sumB);
    }
}
