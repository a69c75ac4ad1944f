using System.Net;
using System.Text;

namespace Mle.Runner.Bench;

/// <summary>
/// Ledgers as one page that needs nothing but itself: a roofline, the workloads beside each other, and scaling. A click in the
/// legend hides a line of a machine, and shows it again.
/// </summary>
sealed class Page
{
    static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22"];

    /// <summary>One place of one machine: what the legend can hide.</summary>
    sealed record Place(int Number, string Name, Ledger Ledger, string Where)
    {
        public string Colour => Colours[Number % Colours.Length];

        public IEnumerable<Line> Lines => Ledger.Lines.Where(l => l.Peer is null && l.Where == Where);

        public Limit? Limit => Ledger.Limits.FirstOrDefault(l => Line.Place(l.Engine, l.Lanes, l.Threads) == Where);
    }

    readonly List<Place> places = [];

    Page(IEnumerable<(string Name, Ledger Ledger)> ledgers)
    {
        foreach (var (name, ledger) in ledgers)
            foreach (string where in ledger.Lines.Where(l => l.Peer is null).Select(l => l.Where).Distinct())
                places.Add(new(places.Count, $"{name} {where}", ledger, where));
    }

    public static string Of(IReadOnlyList<(string Name, Ledger Ledger)> ledgers)
    {
        var page = new Page(ledgers);
        using var template = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream("page.html")!);
        string machines = string.Concat(ledgers.Select(l =>
            $"<li>{Text(l.Name)}: {Text(l.Ledger.Machine.Processor)}, {l.Ledger.Machine.Cores} cores{string.Concat(l.Ledger.Devices.Where(d => d.Engine != "cpu").Select(d => $", {Text(d.Name)}"))}; {Text(l.Ledger.Date)}, {Text(l.Ledger.Commit)}</li>\n"));
        string legend = string.Concat(page.places.Select(p =>
            $"<button data-key=\"{p.Number}\" aria-pressed=\"true\"><span style=\"background:{p.Colour}\"></span>{Text(p.Name)}</button>\n"));
        var figures = new List<string> { page.Roofline(), page.Workloads() };
        figures.AddRange(new[] { "data sets", "observations", "threads" }.Select(page.Scaling).OfType<string>());
        return template.ReadToEnd().Replace("<!--machines-->", machines).Replace("<!--legend-->", legend)
            .Replace("<!--figures-->", string.Concat(figures.Select(f => $"<figure>\n{f}</figure>\n")));
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Rate against intensity, under the roof that bandwidth and multiply-adds make.</summary>
    string Roofline()
    {
        var points = places.SelectMany(p => p.Lines.Where(l => l.Bytes > 0).Select(l => (Place: p, Line: l, Intensity: l.Operations!.Value / l.Bytes!.Value))).ToArray();
        double[] roofs = [.. places.Where(p => p.Limit is not null).Select(p => p.Limit!.Float64)];
        var x = Figure.Range([0.1, .. points.Select(p => p.Intensity)]);
        var y = Figure.Range([.. points.Select(p => p.Line.OperationsPerSecond!.Value), .. roofs]);
        var figure = new Figure("Roofline", "float64 operations per byte read", "float64 operations/s", x, y);
        foreach (var place in places.Where(p => p.Limit is not null))
        {
            double bandwidth = Math.Max(place.Limit!.Copy, place.Limit.Read), peak = place.Limit.Float64, knee = peak / bandwidth;
            double begin = Math.Max(x.Item1, y.Item1 / bandwidth);
            (double, double)[] roof = knee <= begin || knee >= x.Item2 ? [(begin, Math.Min(peak, begin * bandwidth)), (x.Item2, Math.Min(peak, x.Item2 * bandwidth))]
                : [(begin, begin * bandwidth), (knee, peak), (x.Item2, peak)];
            figure.Line(place.Number, place.Colour, true, $"{place.Name}: {Brief.Of(bandwidth, "B/s")}, {Brief.Of(peak)} multiply-adds/s", roof);
        }
        foreach (var (place, line, intensity) in points)
            figure.Dot(place.Number, place.Colour, $"{place.Name}, {line.Workload}: {Brief.Of(line.OperationsPerSecond)} operations/s, {Brief.Percent(line.Fraction)} of {line.BoundBy}", intensity, line.OperationsPerSecond!.Value,
                place == places.First(p => p.Lines.Any(l => l.Workload == line.Workload)) ? line.Workload : null);
        return figure.Svg;
    }

    /// <summary>Bars beside each other, of each workload against its fastest.</summary>
    string Workloads()
    {
        const int width = 640, left = 90, bar = 9, gap = 14, top = 30;
        var text = new StringBuilder();
        int at = top;
        foreach (string workload in places.SelectMany(p => p.Lines).Select(l => l.Workload).Distinct())
        {
            var bars = places.SelectMany(p => p.Lines.Where(l => l.Workload == workload).Select(l => (Place: p, Line: l))).ToArray();
            double most = bars.Max(b => b.Line.Observations / b.Line.Seconds.Lower);
            text.Append($"<text text-anchor=\"end\" x=\"{left - 6}\" y=\"{at + bar * bars.Length / 2 + 4}\">{Text(workload)}</text>\n");
            foreach (var (place, line) in bars)
            {
                double X(double seconds) => left + (width - left - 12) * (line.Observations / seconds) / most;
                string N(double v) => v.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
                string tip = $"{place.Name}: {Brief.Of(line.FitsPerSecond)} fits/s, {Brief.Of(line.ObservationsPerSecond)} observations/s, {line.Data}";
                text.Append($"<rect data-series=\"{place.Number}\" fill=\"{place.Colour}\" x=\"{left}\" y=\"{at}\" width=\"{N(X(line.Seconds.Median) - left)}\" height=\"{bar - 1}\"><title>{Text(tip)}</title></rect>\n");
                text.Append($"<line class=\"whisker\" data-series=\"{place.Number}\" x1=\"{N(X(line.Seconds.Upper))}\" x2=\"{N(X(line.Seconds.Lower))}\" y1=\"{at + bar / 2}\" y2=\"{at + bar / 2}\"/>\n");
                at += bar;
            }
            at += gap;
        }
        return $"<svg viewBox=\"0 0 {width} {at}\" role=\"img\" aria-label=\"Workloads\">\n<text class=\"title\" x=\"{left}\" y=\"18\">Observations/s, against the fastest of each workload</text>\n{text}</svg>\n";
    }

    /// <summary>Null where no ledger has such series.</summary>
    string? Scaling(string against)
    {
        var series = places.SelectMany(p => p.Ledger.Series.Where(s => s.Against == against && Belongs(s, p)).Select(s => (Place: p, Series: s))).ToArray();
        if (series.Length == 0)
            return null;
        var points = series.SelectMany(s => s.Series.Points).ToArray();
        var figure = new Figure($"Time against {against}", against, "time", Figure.Range(points.Select(p => p.At)), Figure.Range(points.Select(p => p.Seconds.Median)), "s");
        foreach (var (place, one) in series)
        {
            figure.Line(place.Number, place.Colour, one.Workload != "normal", $"{place.Name}, {one.Workload}", one.Points.Select(p => (p.At, p.Seconds.Median)));
            foreach (var point in one.Points)
            {
                figure.Dot(place.Number, place.Colour, $"{place.Name}, {one.Workload}, {point.At:N0} {against}: {Brief.Of(point.Seconds.Median, "s")}", point.At, point.Seconds.Median, point == one.Points[^1] ? one.Workload : null);
                figure.Whisker(place.Number, place.Colour, point.At, point.Seconds.Lower, point.Seconds.Upper);
            }
        }
        return figure.Svg;

        // Series over threads belong to the place with all of them.
        static bool Belongs(Series series, Place place) => series.Engine == place.Lines.First().Engine && series.Lanes == place.Lines.First().Lanes
            && (series.Threads ?? (series.Lanes is null ? null : (int)series.Points.DefaultIfEmpty().Max(p => p?.At ?? 0))) == place.Lines.First().Threads;
    }
}
