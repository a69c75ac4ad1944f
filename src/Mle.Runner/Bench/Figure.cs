using System.Globalization;
using System.Net;
using System.Text;

namespace Mle.Runner.Bench;

/// <summary>One plot as SVG, with marks that belong to series which a page can hide.</summary>
/// <param name="x">The abscissa's ends; both axes are logarithmic.</param>
/// <param name="unit">Of the ordinate's marks.</param>
sealed class Figure(string title, string xLabel, string yLabel, (double Low, double High) x, (double Low, double High) y, string unit = "")
{
    const int Width = 640, Height = 400, Left = 70, Right = 24, Top = 30, Bottom = 48;

    readonly StringBuilder marks = new();

    static string N(double v) => v.ToString("0.##", CultureInfo.InvariantCulture);

    static double At(double v, (double Low, double High) range) => Math.Log(v / range.Low) / Math.Log(range.High / range.Low);

    double X(double v) => Left + (Width - Left - Right) * At(v, x);

    double Y(double v) => Height - Bottom - (Height - Top - Bottom) * At(v, y);

    /// <summary>The smallest range from a power of ten to another that holds all.</summary>
    public static (double, double) Range(IEnumerable<double> values)
    {
        double[] all = [.. values.Where(v => v > 0 && double.IsFinite(v)).DefaultIfEmpty(1)];
        double low = Math.Pow(10, Math.Floor(Math.Log10(all.Min()))), high = Math.Pow(10, Math.Ceiling(Math.Log10(all.Max())));
        return (low, high > low ? high : 10 * low);
    }

    public void Line(int series, string colour, bool dashed, string tip, IEnumerable<(double X, double Y)> points) =>
        marks.Append(CultureInfo.InvariantCulture, $"<polyline data-series=\"{series}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"{(dashed ? " stroke-dasharray=\"6 4\"" : "")} points=\"{string.Join(' ', points.Select(p => $"{N(X(p.X))},{N(Y(p.Y))}"))}\"><title>{Text(tip)}</title></polyline>\n");

    public void Dot(int series, string colour, string tip, double atX, double atY, string? label = null)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<circle data-series=\"{series}\" fill=\"{colour}\" cx=\"{N(X(atX))}\" cy=\"{N(Y(atY))}\" r=\"4\"><title>{Text(tip)}</title></circle>\n");
        // To the left of the mark where the right has no room.
        bool left = At(atX, x) > 0.85;
        if (label is not null)
            marks.Append(CultureInfo.InvariantCulture, $"<text data-series=\"{series}\" text-anchor=\"{(left ? "end" : "start")}\" x=\"{N(X(atX) + (left ? -6 : 6))}\" y=\"{N(Y(atY) - 5)}\">{Text(label)}</text>\n");
    }

    /// <summary>From one height to another, such as quartiles.</summary>
    public void Whisker(int series, string colour, double atX, double low, double high) =>
        marks.Append(CultureInfo.InvariantCulture, $"<line data-series=\"{series}\" stroke=\"{colour}\" x1=\"{N(X(atX))}\" x2=\"{N(X(atX))}\" y1=\"{N(Y(low))}\" y2=\"{N(Y(high))}\"/>\n");

    static string Text(string text) => WebUtility.HtmlEncode(text);

    public string Svg
    {
        get
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(title)}\">\n<text class=\"title\" x=\"{Left}\" y=\"18\">{Text(title)}</text>\n<g class=\"grid\">\n");
            foreach (double v in Decades(x))
                text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{N(X(v))}\" x2=\"{N(X(v))}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text text-anchor=\"middle\" x=\"{N(X(v))}\" y=\"{Height - Bottom + 16}\">{Brief.Of(v)}</text>\n");
            foreach (double v in Decades(y))
                text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{N(Y(v))}\" y2=\"{N(Y(v))}\"/><text text-anchor=\"end\" x=\"{Left - 6}\" y=\"{N(Y(v) + 4)}\">{Brief.Of(v, unit)}</text>\n");
            text.Append(CultureInfo.InvariantCulture, $"</g>\n<text text-anchor=\"middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\">{Text(xLabel)}</text>\n<text text-anchor=\"middle\" transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\">{Text(yLabel)}</text>\n");
            return text.Append(marks).Append("</svg>\n").ToString();
        }
    }

    static IEnumerable<double> Decades((double Low, double High) range)
    {
        int decades = (int)Math.Round(Math.Log10(range.High / range.Low));
        for (int i = 0; i <= decades; i += decades > 8 ? 2 : 1)
            yield return range.Low * Math.Pow(10, i);
    }
}
