using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mle.Tests.Numerics;

/// <summary>A function of one variable as text over any lanes.</summary>
public interface IFunction
{
    static abstract T Of<T>(T x) where T : unmanaged, IReal<T>;
}

/// <summary>The committed 106-bit answers, and how far a result is from one.</summary>
public static class Reference
{
    public static double[][] Read(string name)
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Folder(), name + ".csv.gz")), CompressionMode.Decompress));
        var rows = new List<double[]>();
        while (file.ReadLine() is { } line)
            rows.Add(Array.ConvertAll(line.Split(','), s => double.Parse(s, CultureInfo.InvariantCulture)));
        return [.. rows];
    }

    static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../data/numerics");

    public static double Ulps(double actual, double high, double low)
    {
        if (actual == high) return Math.Abs(low) / Ulp(high);
        return double.IsFinite(actual) ? Math.Abs(actual - high - low) / Ulp(high) : double.PositiveInfinity;
    }

    /// <summary>The spacing of the doubles in the binade of x.</summary>
    static double Ulp(double x) => Math.Max(double.Epsilon, Math.BitIncrement(x = Math.Pow(2, Math.ILogB(x))) - x);

    public static double[] Real<TFunction>(double[] x) where TFunction : struct, IFunction
        => Array.ConvertAll(x, v => TFunction.Of<Real>(v).Value);

    public static double[] Lanes256<TFunction>(double[] x) where TFunction : struct, IFunction
    {
        var result = new double[x.Length];
        for (int i = 0; i < x.Length; i += Mle.Lanes256.Count)
        {
            int from = Math.Max(0, Math.Min(i, x.Length - Mle.Lanes256.Count));
            TFunction.Of(new Lanes256(Vector256.Create(x, from))).Value.CopyTo(result, from);
        }
        return result;
    }

    public static double[] Lanes512<TFunction>(double[] x) where TFunction : struct, IFunction
    {
        var result = new double[x.Length];
        for (int i = 0; i < x.Length; i += Mle.Lanes512.Count)
        {
            int from = Math.Max(0, Math.Min(i, x.Length - Mle.Lanes512.Count));
            TFunction.Of(new Lanes512(Vector512.Create(x, from))).Value.CopyTo(result, from);
        }
        return result;
    }
}
