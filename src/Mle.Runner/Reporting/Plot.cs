using Mle.Runner.Reading;

namespace Mle.Runner.Reporting;

/// <summary>A curve as lines of text, in the dots of braille characters: two across and four down in each.</summary>
static class Plot
{
    const int Rows = 10, Margin = 10;

    static readonly int[,] Dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <param name="mark">A height to draw a line at.</param>
    /// <param name="width">Characters in a line.</param>
    public static IEnumerable<string> Lines(double[] x, double[] y, double mark, int width)
    {
        int columns = width - Margin, across = 2 * columns, down = 4 * Rows;
        double least = Math.Min(mark, y.Where(double.IsFinite).DefaultIfEmpty(0).Min()), most = 0;
        var cells = new int[Rows, columns];
        int last = -1;
        for (int c = 0; c < across; c++)
        {
            double at = x[0] + (x[^1] - x[0]) * c / (across - 1);
            int next = Math.Clamp(Array.FindIndex(x, v => v >= at), 1, x.Length - 1);
            double height = y[next - 1] + (y[next] - y[next - 1]) * (at - x[next - 1]) / (x[next] - x[next - 1]);
            if (!double.IsFinite(height))
            {
                last = -1;
                continue;
            }
            int row = Row(height);
            // A steep curve fills the dots between two columns.
            for (int r = last < 0 ? row : Math.Min(row, last); r <= (last < 0 ? row : Math.Max(row, last)); r++)
                cells[r / 4, c / 2] |= Dots[r % 4, c % 2];
            last = row;
        }
        int marked = Row(mark);
        for (int c = 0; c < across; c += 4)
            cells[marked / 4, c / 2] |= Dots[marked % 4, c % 2];
        for (int r = 0; r < Rows; r++)
        {
            string label = r == 0 ? "0" : r == marked / 4 ? Number.Brief(mark) : r == Rows - 1 ? Number.Brief(least) : "";
            yield return $"{label,Margin - 1} {string.Concat(Enumerable.Range(0, columns).Select(c => (char)(0x2800 + cells[r, c])))}".TrimEnd('\u2800', ' ');
        }
        string left = Number.Medium(x[0]), right = Number.Medium(x[^1]);
        yield return $"{"",Margin}{left}{right.PadLeft(Math.Max(1, columns - left.Length))}";

        int Row(double height) => Math.Clamp((int)Math.Round((most - height) / (most - least) * (down - 1)), 0, down - 1);
    }

    /// <summary>Points (x, y) beside the line y = x, which is dotted: a QQ plot.</summary>
    /// <param name="width">Characters in a line.</param>
    public static IEnumerable<string> Against(double[] x, double[] y, int width)
    {
        int columns = Math.Min(width - Margin, 4 * Rows), across = 2 * columns, down = 4 * Rows;
        double low = x[0], high = x[^1];
        var cells = new int[Rows, columns];
        void Dot(double at, double height)
        {
            int c = (int)Math.Round((at - low) / (high - low) * (across - 1)), r = (int)Math.Round((high - height) / (high - low) * (down - 1));
            if (c >= 0 && c < across && r >= 0 && r < down)
                cells[r / 4, c / 2] |= Dots[r % 4, c % 2];
        }
        for (int c = 0; c < across; c += 4)
            Dot(low + (high - low) * c / (across - 1), low + (high - low) * c / (across - 1));
        for (int i = 0; i < x.Length; i++)
            if (double.IsFinite(y[i]))
                Dot(x[i], y[i]);
        for (int r = 0; r < Rows; r++)
        {
            string label = r == 0 ? Number.Brief(high) : r == Rows - 1 ? Number.Brief(low) : "";
            yield return $"{label,Margin - 1} {string.Concat(Enumerable.Range(0, columns).Select(c => (char)(0x2800 + cells[r, c])))}".TrimEnd('\u2800', ' ');
        }
        yield return $"{"",Margin}{Number.Brief(low)}{Number.Brief(high).PadLeft(columns - Number.Brief(low).Length)}";
    }
}
