namespace Mle.Gpu;

/// <summary>A fit of one batch, its family known.</summary>
interface IRun
{
    /// <summary>Compiles for the teams that will work on the batch.</summary>
    void Prepare();

    /// <summary>Fits a batch that is on the device.</summary>
    FitTable On(DeviceBatch resident);

    /// <summary>Fits a batch that something brings to the device chunk by chunk.</summary>
    FitTable InChunks(Action<DeviceBatch, int, int> send);

    /// <summary>Starts the kernels on a batch that is on the device, and leaves their results there.</summary>
    void Start(DeviceBatch resident);
}

/// <summary>One call of Fit for one family: launches the kernels, and makes a table of what they find.</summary>
sealed class Run<TFamily, TJet>(GpuEngine engine, FamilyInfo info, Batch batch, FitOptions options, Given given) : IRun
    where TFamily : struct, IFamily<TFamily> where TJet : unmanaged, IJet<TJet, Real>
{
    readonly Judgement<TFamily> judgement = new(info, batch, options, given);
    readonly KernelSet<TFamily> kernels = new(engine);
    readonly (Vec3<Real> Low, Vec3<Real> High) region = TFamily.Region<Real>();

    FitTable Table => judgement.Table;

    bool Complete => options.Detail == Detail.Complete;

    bool Restricted => given.Restricts<TFamily>();

    Terms Terms => new(
        judgement.Slots, region.Low, region.High, Restricted ? 1 : 0, given.Bounded ? 1 : 0, options.IterationLimit, Complete ? 1 : 0);

    Wanted Wanted(bool ordered) => (Complete ? Gpu.Wanted.Complete : 0) | (ordered ? Gpu.Wanted.Ordered : 0);

    public void Prepare()
    {
        var teams = new HashSet<Team>();
        for (int d = 0; d < batch.Count && teams.Count < 4; d++)
            teams.Add(engine.Teams.Of((int)(batch.Bounds[d + 1] - batch.Bounds[d])));
        foreach (var team in teams)
            kernels.Prepare<TJet>(team);
    }

    public FitTable On(DeviceBatch resident)
    {
        Begin(resident);
        Finish(resident);
        return Table;
    }

    public FitTable InChunks(Action<DeviceBatch, int, int> send)
    {
        Chunks.Through(engine, batch, options.Cancellation, send, Begin, chunk =>
        {
            Finish(chunk);
            options.Progress?.Report(chunk.From + chunk.Count);
        });
        return Table;
    }

    public void Start(DeviceBatch resident) => Start(resident, resident.All, judgement.OrderFirst);

    void Begin(DeviceBatch chunk) => Solve(chunk, chunk.All, judgement.OrderFirst);

    void Solve(DeviceBatch chunk, IEnumerable<Launch> launches, bool ordered)
    {
        Start(chunk, launches, ordered);
        chunk.Codes.Fetch(chunk.Stream, chunk.Count);
        chunk.Iterations.Fetch(chunk.Stream, chunk.Count);
        chunk.Numbers.Fetch(chunk.Stream, chunk.Count * DeviceBatch.NumbersOf<TFamily>());
    }

    void Start(DeviceBatch chunk, IEnumerable<Launch> launches, bool ordered)
    {
        var said = chunk.Said.Send(chunk.Stream, given.IsIndividual ? Enumerable.Range(chunk.From, chunk.Count).Select(judgement.SlotsOf).ToArray() : new[] { judgement.Slots });
        foreach (var launch in launches)
        {
            if (launch.Team == Team.Grid)
            {
                kernels.Reserve(chunk, launch.Longest);
                continue;
            }
            kernels.Load(chunk, launch, Wanted(ordered));
            kernels.Fit<TJet>(chunk, launch, Terms, said);
        }
    }

    void Finish(DeviceBatch chunk)
    {
        chunk.Stream.Synchronize();
        Copy(chunk);
        var codes = chunk.Codes.Fetched;
        if (!judgement.OrderFirst)
        {
            List<int> doubts = [];
            for (int d = 0; d < chunk.Count; d++)
                if (codes[d] > 0 && !IsGiant(chunk, d))
                    doubts.Add(d);
            if (doubts.Count > 0)
            {
                Solve(chunk, chunk.Some(doubts), true);
                chunk.Stream.Synchronize();
                Copy(chunk);
                codes = chunk.Codes.Fetched;
            }
        }
        foreach (var launch in chunk.All)
            if (launch.Team == Team.Grid)
                foreach (int d in launch.Members)
                    Giant(chunk, d);
        bool fetched = false;
        for (int d = 0; d < chunk.Count; d++)
        {
            if (judgement.Refuses(chunk.From + d, chunk.Length(d)))
                continue;
            if (codes[d] == Results.Invalid && !IsGiant(chunk, d))
                Refuse(chunk, d);
            if (codes[d] <= 0 || IsGiant(chunk, d))
                continue;
            if (!fetched)
                Fetch(chunk);
            fetched = true;
            var loaded = chunk.Loaded.Fetched[d];
            var order = TFamily.Keep == Keep.RowsAndMedian ? chunk.Orders.Fetched[d] : default;
            Judge(chunk.From + d, loaded, order, chunk.Outcomes.Fetched[d]);
        }
    }

    bool IsGiant(DeviceBatch chunk, int d) => chunk.Length(d) >= engine.Teams.Grid;

    /// <summary>Brings what a verdict is put into words from.</summary>
    static void Fetch(DeviceBatch chunk)
    {
        chunk.Loaded.Fetch(chunk.Stream, chunk.Count);
        if (TFamily.Keep == Keep.RowsAndMedian)
            chunk.Orders.Fetch(chunk.Stream, chunk.Count);
        chunk.Outcomes.Fetch(chunk.Stream, chunk.Count);
        chunk.Stream.Synchronize();
    }

    /// <summary>The chunk's columns become part of the table's.</summary>
    void Copy(DeviceBatch chunk)
    {
        var numbers = chunk.Numbers.Fetched;
        int at = 0, count = chunk.Count;
        void Next(ReadOnlySpan<double> from, double[] to)
        {
            from.Slice(at, count).CopyTo(to.AsSpan(chunk.From));
            at += count;
        }
        for (int i = 0; i < TFamily.Slots; i++)
            Next(numbers, Table.Estimates(i));
        for (int j = 0; Complete && j < TFamily.Slots; j++)
            for (int i = 0; i <= j; i++)
                Next(numbers, Table.Covariances(i, j));
        if (Complete)
            Next(numbers, Table.LogLikelihood);
        Next(numbers, Table.Size);
        chunk.Iterations.Fetched[..count].CopyTo(Table.Iterations.AsSpan(chunk.From));
    }

    void Refuse(DeviceBatch chunk, int d) => judgement.Refuse(chunk.From + d, chunk.Length(d), chunk.Offender<TFamily>(d));

    void Judge(int d, Loaded loaded, Order<Real> order, Outcome<Real> outcome) =>
        judgement.Judge(d, loaded.Summary(order), loaded.Unit, loaded.LogBase, judgement.Prior(judgement.SlotsOf(d), loaded.Unit), outcome);

    /// <summary>A data set that is worth the whole grid: the solver runs here, its sums there.</summary>
    void Giant(DeviceBatch chunk, int d)
    {
        foreach (bool ordered in judgement.OrderFirst ? new[] { true } : [false, true])
        {
            Loaded loaded = default;
            Order<Real> order = default;
            Loading.Load<TFamily, GridObservations<TFamily>>(
                new(kernels, chunk, d), chunk.Columns(TFamily.Keep), Wanted(ordered), ref loaded, ref order);
            if (loaded.Invalid != 0)
            {
                Refuse(chunk, d);
                return;
            }
            var (unit, slots) = (loaded.Unit, judgement.SlotsOf(chunk.From + d));
            Outcome<Real> outcome = default;
            Estimation.Fit<TFamily, GridSample<TFamily>, Real, Real, TJet>(
                GridSample<TFamily>.Of(kernels, chunk, d, loaded), loaded.Summary(order), judgement.Prior(slots, unit), slots.Start(unit),
                Restricted, given.Bounded, options.IterationLimit, Complete, ref outcome);
            Write(chunk.From + d, slots, loaded, outcome);
            if (outcome.Code.Value == 0)
                return;
            if (ordered)
                Judge(chunk.From + d, loaded, order, outcome);
        }
    }

    void Write(int d, Slots slots, Loaded loaded, Outcome<Real> outcome)
    {
        var v = slots.Report(loaded.Unit.Units, outcome.θ, outcome.Covariance, out var c);
        double[] estimates = [v.X, v.Y, v.Z], packed = [c.XX, c.XY, c.YY, c.XZ, c.YZ, c.ZZ];
        for (int j = 0, at = 0; j < TFamily.Slots; j++)
        {
            Table.Estimates(j)[d] = estimates[j];
            for (int i = 0; Complete && i <= j; i++)
                Table.Covariances(i, j)[d] = packed[at++];
        }
        if (Complete)
            Table.LogLikelihood[d] = loaded.Unit.LogLikelihood(outcome.Value + loaded.LogBase, loaded.Size);
        Table.Size[d] = loaded.Size;
        Table.Iterations[d] = (int)outcome.Iterations.Value;
    }
}
