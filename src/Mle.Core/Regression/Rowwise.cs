namespace Mle;

/// <summary>The model at a point that is given, row by row.</summary>
abstract partial class Regression<TRows, TResponse, T>
{
    /// <summary>Whether the likelihood has derivatives in the parameter of a slot.</summary>
    protected virtual bool IsSmooth(int slot) => true;

    /// <inheritdoc cref="IModel{TSelf}.Ends"/>
    protected virtual double End(int slot) => 0;

    /// <summary>What the rows of the only data set add at a point of all reported parameters, in their order.</summary>
    /// <exception cref="ArgumentException">A parameter cannot have this value, or a row cannot be.</exception>
    public Contributions Contribute(double[] at)
    {
        CheckColumns();
        for (int i = 0; i < at.Length; i++)
            Layout.Check(i, at[i]);
        var worker = new Worker(this, Options.Workers);
        worker.Stand(0, at);
        return Rowwise(worker, at);
    }

    /// <summary>The same at the point where a worker stands.</summary>
    Contributions Rowwise(Worker worker, double[]? at = null)
    {
        int n = worker.Data.Length, count = Layout.All.Count;
        double[] coefficients = at is null ? Coefficients(worker) : [.. at.Select((v, i) => Layout.All[i].Link.Coordinate(v))];
        var (values, slopes) = worker.Rowwise();
        var weights = new double[n];
        for (int i = 0; i < n; i++)
            weights[i] = worker.Data.Scale * worker.Data.Weight(worker.First + i);
        var terms = new Contributions.Term[count];
        for (int i = 0; i < count; i++)
        {
            var one = Layout.All[i];
            var column = Layout.Slots[one.Slot].Columns[one.Term];
            var (mean, scale) = worker.Standard(one.Slot, one.Term);
            terms[i] = new(one.Name, one.Slot, column.IsEmpty ? column : column.Slice(worker.First, n), mean, scale,
                worker.Moved(one.Slot), one.Link, coefficients[i], !Layout.IsKnown(i), IsSmooth(one.Slot), End(one.Slot) != 0);
        }
        Exclude(worker, coefficients, values);
        ReadOnlyMemory<double>[] offsets = [.. Layout.Slots.Select(s => s.Offset.IsEmpty ? default : s.Offset.Slice(worker.First, n))];
        return new(terms, offsets, values, slopes, weights, worker.Complete(worker.Jet.Value), worker.Jet, Ridge(worker), Map(worker, coefficients, Known()));
    }

    /// <summary>−∞ for rows beyond an end of the support that is a parameter, where formulas go on.</summary>
    void Exclude(Worker worker, double[] coefficients, double[] values)
    {
        for (int i = 0; i < coefficients.Length; i++)
        {
            double end = End(Layout.All[i].Slot);
            // Without predictors: with them there are no fits.
            for (int r = 0; end != 0 && !IsPredicted && r < values.Length; r++)
                if (worker.Data.Weight(worker.First + r) > 0 && end * (Batch.Values.Span[worker.First + r] - coefficients[i]) > 0)
                    values[r] = double.NegativeInfinity;
        }
    }
}

/// <summary>The rows of one data set at a point of its reported parameters.</summary>
sealed class Standing(Family family, Batch batch, FitOptions options, double[] at) : IModelVisitor<Contributions>
{
    // Nothing is climbed, so that there are no other fits to make.
    const IEngine? Nobody = null;

    public Contributions Visit<TModel>() where TModel : struct, IModel<TModel> => Regressing.Widest switch
    {
        Lanes512.Count => new ModelRegression<TModel, Lanes512>(Nobody!, family, batch, options, null).Contribute(at),
        Lanes256.Count => new ModelRegression<TModel, Lanes256>(Nobody!, family, batch, options, null).Contribute(at),
        _ => new ModelRegression<TModel, Real>(Nobody!, family, batch, options, null).Contribute(at),
    };

    public Contributions VisitMultinomial(IReadOnlyList<string> labels) => Regressing.Widest switch
    {
        Lanes512.Count => new MultinomialRegression<Lanes512>(Nobody!, family, labels, batch, options).Contribute(at),
        Lanes256.Count => new MultinomialRegression<Lanes256>(Nobody!, family, labels, batch, options).Contribute(at),
        _ => new MultinomialRegression<Real>(Nobody!, family, labels, batch, options).Contribute(at),
    };

    public Contributions VisitOrdered<TLink>(IReadOnlyList<string> labels) where TLink : struct, ILink<TLink> => Regressing.Widest switch
    {
        Lanes512.Count => new OrderedRegression<TLink, Lanes512>(Nobody!, family, labels, batch, options).Contribute(at),
        Lanes256.Count => new OrderedRegression<TLink, Lanes256>(Nobody!, family, labels, batch, options).Contribute(at),
        _ => new OrderedRegression<TLink, Real>(Nobody!, family, labels, batch, options).Contribute(at),
    };
}
