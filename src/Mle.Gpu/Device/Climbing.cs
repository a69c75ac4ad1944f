using ILGPU;

namespace Mle.Gpu;

/// <summary>
/// How rows of a design may have been observed. The code for other kinds than exact is long, and only a method that is
/// never called is left out of a kernel before it is optimised: a branch on a constant is not.
/// </summary>
interface IKinds
{
    static abstract Derivatives<Real> Differentiate<TModel>(int kind, Row<Real> t, Row<Real> upper, Vec3<Real> u) where TModel : struct, IModel<TModel>;
}

readonly struct ExactOnly : IKinds
{
    public static Derivatives<Real> Differentiate<TModel>(int kind, Row<Real> t, Row<Real> upper, Vec3<Real> u) where TModel : struct, IModel<TModel> =>
        Exact.Differentiate<TModel, Real>(t, upper, u, out _);
}

readonly struct AnyKind : IKinds
{
    public static Derivatives<Real> Differentiate<TModel>(int kind, Row<Real> t, Row<Real> upper, Vec3<Real> u) where TModel : struct, IModel<TModel> =>
        kind == (int)Kind.Exact ? Exact.Differentiate<TModel, Real>(t, upper, u, out _)
        : kind == (int)Kind.Right ? Censored<Right>.Differentiate<TModel, Real>(t, upper, u, out _)
        : kind == (int)Kind.Left ? Censored<Left>.Differentiate<TModel, Real>(t, upper, u, out _)
        : Censored<Interval>.Differentiate<TModel, Real>(t, upper, u, out _);
}

/// <summary>One of the sums of a jet over rows: a row's derivative Which times its columns Left and Right; none where −1.</summary>
readonly struct Product(int which, int left, int right, int i, int j)
{
    public readonly int Which = which, Left = left, Right = right;

    /// <summary>The coefficients that it is a derivative in; −1 where it is none.</summary>
    public readonly int I = i, J = j;
}

/// <summary>How the rows of a block were observed, and how many it has: the last of a kind may be filled up.</summary>
readonly struct Filled(int kind, int rows)
{
    public readonly int Kind = kind, Rows = rows;
}

/// <summary>Where a design stands in device memory, and how its blocks are cut; see <see cref="Design"/>.</summary>
/// <param name="first">Its first block among those of all designs.</param>
readonly struct Placed(int data, int block, int blocks, int stride, int first, Vec3<Real> shifts)
{
    public readonly int Data = data, Block = block, Blocks = blocks, Stride = stride, First = first;
    public readonly Vec3<Real> Shifts = shifts;
}

/// <summary>What all designs of a batch have in common.</summary>
/// <param name="predictors">The columns of each predictor, one after another.</param>
/// <param name="known">1 for coefficients that stay where they are; empty where none does.</param>
readonly struct Shape(
    ArrayView<double> data, ArrayView<Filled> blocks, ArrayView<int> predictors, ArrayView<Product> products, ArrayView<int> known,
    int count, int columns, int response, Vec3<Real> at, Vec3<Real> offsets)
{
    public readonly ArrayView<double> Data = data;
    public readonly ArrayView<Filled> Blocks = blocks;
    public readonly ArrayView<int> Predictors = predictors, Known = known;
    public readonly ArrayView<Product> Products = products;
    public readonly int Count = count, Columns = columns, Response = response;

    /// <summary>Where each predictor's coefficients begin, and its offsets' column or −1.</summary>
    public readonly Vec3<Real> At = at, Offsets = offsets;
}

/// <summary>Numbers in global memory that a group shares: its first thread writes.</summary>
readonly struct GroupStore(ArrayView<double> numbers) : IStore
{
    readonly ArrayView<double> numbers = numbers;

    public double this[int i]
    {
        get => numbers[i];
        set => numbers[i] = value;
    }

    public bool Leads => Group.IdxX == 0;

    public void Meet() => Group.Barrier();

    public ArrayView<double> Numbers => numbers;
}

/// <summary>
/// Sums over the rows of a design by a group: each thread takes a row's derivatives into shared memory, then some of the sums
/// over all rows that are there. Nothing is added by two threads, so that the order of every sum is fixed.
/// </summary>
readonly struct Tiles<TModel, TKinds>(Shape shape, Placed placed, ArrayView<double> tile)
    where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
{
    /// <summary>Threads of a group at most: as many rows as it has threads are summed at once.</summary>
    public const int Rows = 64;

    /// <summary>Value, three scores and six second derivatives of each.</summary>
    public const int Room = 10 * Rows;

    readonly Shape shape = shape;
    readonly Placed placed = placed;
    readonly ArrayView<double> tile = tile;

    /// <summary>Adds blocks from to to, into sums that begin at 0.</summary>
    public void Add(ArrayView<double> β, ArrayView<double> sums, int from, int to)
    {
        int rank = Group.IdxX, size = Group.DimX;
        for (int e = rank; e < shape.Products.Length; e += size)
            sums[e] = 0;
        for (int block = from; block < to; block++)
        {
            var filled = shape.Blocks[placed.First + block];
            for (int first = 0; first < filled.Rows; first += size)
            {
                int left = filled.Rows - first, rows = left < size ? left : size;
                if (rank < rows)
                    Differentiate(β, filled.Kind, block, first + rank, rank);
                Group.Barrier();
                int at = placed.Data + block * placed.Stride + first;
                for (int e = rank; e < shape.Products.Length; e += size)
                    sums[e] += Sum(shape.Products[e], at, rows);
                Group.Barrier();
            }
        }
        for (int e = rank; e < shape.Products.Length && shape.Known.Length > 0; e += size)
        {
            var product = shape.Products[e];
            bool stays = product.I >= 0 && shape.Known[product.I] != 0 || product.J >= 0 && shape.Known[product.J] != 0;
            if (stays)
                sums[e] = product.I == product.J ? -1.0 : 0.0;
        }
        Group.Barrier();
    }

    double Sum(Product product, int at, int rows)
    {
        double sum = 0;
        int left = at + product.Left * placed.Block, right = at + product.Right * placed.Block, derivative = product.Which * Rows;
        for (int r = 0; r < rows; r++)
        {
            double d = tile[derivative + r];
            if (product.Left >= 0)
                d *= shape.Data[left + r];
            if (product.Right >= 0)
                d *= shape.Data[right + r];
            sum += d;
        }
        return sum;
    }

    void Differentiate(ArrayView<double> β, int kind, int block, int row, int rank)
    {
        int at = placed.Data + block * placed.Stride + row, size = placed.Block;
        double w = shape.Data[at + (shape.Columns + shape.Response) * size];
        Real x = Predictor(β, at, 0, shape.At.X, shape.At.Y, shape.Offsets.X, placed.Shifts.X), y = 0.0, z = 0.0;
        if (TModel.Slots > 1)
            y = Predictor(β, at, 1, shape.At.Y, TModel.Slots > 2 ? shape.At.Z : shape.Count, shape.Offsets.Y, placed.Shifts.Y);
        if (TModel.Slots > 2)
            z = Predictor(β, at, 2, shape.At.Z, shape.Count, shape.Offsets.Z, placed.Shifts.Z);
        var upper = Statistics(at, shape.Response > TModel.Statistics ? TModel.Statistics : 0);
        var d = TKinds.Differentiate<TModel>(kind, Statistics(at, 0), upper, new(x, y, z));
        tile[rank] = w * d.F;
        tile[Rows + rank] = w * d.Score.X;
        tile[(1 + TModel.Slots) * Rows + rank] = w * d.Hessian.XX;
        if (TModel.Slots > 1)
        {
            tile[2 * Rows + rank] = w * d.Score.Y;
            tile[(2 + TModel.Slots) * Rows + rank] = w * d.Hessian.XY;
            tile[(3 + TModel.Slots) * Rows + rank] = w * d.Hessian.YY;
        }
        if (TModel.Slots > 2)
        {
            tile[3 * Rows + rank] = w * d.Score.Z;
            tile[7 * Rows + rank] = w * d.Hessian.XZ;
            tile[8 * Rows + rank] = w * d.Hessian.YZ;
            tile[9 * Rows + rank] = w * d.Hessian.ZZ;
        }
    }

    double Predictor(ArrayView<double> β, int at, int slot, double from, double to, double offset, double shift)
    {
        double u = shift;
        if (offset >= 0)
            u += shape.Data[at + (shape.Columns + shape.Response + 1 + (int)offset) * placed.Block];
        for (int j = (int)from; j < (int)to; j++)
            u += β[j] * shape.Data[at + shape.Predictors[j] * placed.Block];
        return u;
    }

    Row<Real> Statistics(int at, int first)
    {
        int size = placed.Block, from = at + (shape.Columns + first) * size;
        Real b = 0.0, c = 0.0;
        if (TModel.Statistics > 1)
            b = shape.Data[from + size];
        if (TModel.Statistics > 2)
            c = shape.Data[from + 2 * size];
        return new(shape.Data[from], b, c);
    }
}

/// <summary>The log-likelihood of one design as what the solver climbs, a group together.</summary>
readonly struct GroupClimb<TModel, TKinds>(Tiles<TModel, TKinds> tiles, int blocks, ArrayView<double> ridge)
    : IObjective<DensePoint<GroupStore>, DenseJet<GroupStore>, Real>
    where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
{
    readonly Tiles<TModel, TKinds> tiles = tiles;
    readonly int blocks = blocks;
    readonly ArrayView<double> ridge = ridge;

    public void At(in DensePoint<GroupStore> β, Real active, ref DenseJet<GroupStore> jet)
    {
        tiles.Add(β.Store.Numbers, jet.Store.Numbers, 0, blocks);
        var numbers = jet.Store.Numbers;
        int count = jet.Count;
        for (int j = 0; jet.Store.Leads && j < ridge.Length; j++)
        {
            numbers[0] -= ridge[j] * β[j] * β[j];
            numbers[1 + j] -= 2 * ridge[j] * β[j];
            numbers[1 + count + DenseJet<GroupStore>.Entry(j, j)] -= 2 * ridge[j];
        }
        Group.Barrier();
    }

    public DensePoint<GroupStore> Retract(in DensePoint<GroupStore> from, in DensePoint<GroupStore> to, Real length) => to.Shorten(from, Ascent.Share(length));

    public DensePoint<GroupStore> If(Real where, DensePoint<GroupStore> to, DensePoint<GroupStore> from) => from.Take(where, to);
}

/// <summary>Entry points of regressions.</summary>
static class RegressionKernels
{
    /// <summary>Climbs designs, one group each, from start to end.</summary>
    /// <param name="points">Of each design, its coefficients: the start, then the maximum.</param>
    /// <param name="room">Of each design, another point, the jet there, and one more.</param>
    /// <param name="ends">Of each design, how the climb ended, and after how many iterations.</param>
    public static void Climb<TModel, TKinds>(
        Shape shape, ArrayView<Placed> placed, ArrayView<double> points, ArrayView<double> room, ArrayView<double> ridge, int limit, ArrayView<int> ends)
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        int d = Grid.IdxX, count = shape.Count, jet = DenseJet<GroupStore>.Room(count), own = d * (count + 2 * jet);
        var one = placed[d];
        var climb = new GroupClimb<TModel, TKinds>(new(shape, one, SharedMemory.Allocate<double>(Tiles<TModel, TKinds>.Room)), one.Blocks,
            ridge.SubView(ridge.Length > 0 ? d * count : 0, ridge.Length > 0 ? count : 0));
        DensePoint<GroupStore> θ = new(new(points.SubView(d * count, count)), count), to = new(new(room.SubView(own, count)), count);
        DenseJet<GroupStore> here = new(new(room.SubView(own + count, jet)), count), there = new(new(room.SubView(own + count + jet, jet)), count);
        Real ending = Newton.Maximize<GroupClimb<TModel, TKinds>, DensePoint<GroupStore>, DenseJet<GroupStore>, Real>(
            ref climb, ref θ, ref to, ref here, ref there, 0.0, limit, Newton.NoStep, out Real iterations);
        if (Group.IdxX == 0)
        {
            ends[2 * d] = (int)ending.Value;
            ends[2 * d + 1] = (int)iterations.Value;
        }
    }

    /// <summary>Sums over one large design, each group over a part of its blocks.</summary>
    public static void Sum<TModel, TKinds>(Shape shape, Placed placed, ArrayView<double> point, int blocks, ArrayView<double> parts)
        where TModel : struct, IModel<TModel> where TKinds : struct, IKinds
    {
        int from = Grid.IdxX * blocks, to = from + blocks, numbers = DenseJet<GroupStore>.Numbers(shape.Count);
        new Tiles<TModel, TKinds>(shape, placed, SharedMemory.Allocate<double>(Tiles<TModel, TKinds>.Room))
            .Add(point, parts.SubView(Grid.IdxX * numbers, numbers), from, to < placed.Blocks ? to : placed.Blocks);
    }
}
