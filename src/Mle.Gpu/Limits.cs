namespace Mle.Gpu;

/// <summary>What a processor can do, measured.</summary>
/// <param name="Copy">Bytes per second, those read and those written, of a copy within its memory.</param>
/// <param name="Read">Bytes per second that are only read.</param>
/// <param name="Bus">Bytes per second from pinned host memory; +∞ where the processor works on that memory itself.</param>
/// <param name="Float64">Multiply-adds per second.</param>
public sealed record Limits(double Copy, double Read, double Bus, double Float64);
