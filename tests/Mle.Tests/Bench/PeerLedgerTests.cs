using System.Text.Json;
using Mle.Benchmarks;
using Mle.Runner.Bench;
using Mle.Tests.Runner;

namespace Mle.Tests.Bench;

/// <summary>The peers' ledger: estimates are cross-checked, and no peer may do more than we.</summary>
[Collection("command line")]
public sealed class PeerLedgerTests : IDisposable
{
    readonly CommandLine command = new();

    public void Dispose() => command.Dispose();

    static string Raw(string? peer, double estimate, double seconds, params string[] computes) => JsonSerializer.Serialize(
        new PeerLedger.Raw(peer, "W", computes, "rows", 1, 10, 100, [seconds, seconds, seconds], [estimate, 0], 1e-6, ""), PeerLedger.Options);

    (int Code, string Error, Ledger Ledger) Made(params string[] lines)
    {
        // Errors go to the console's stream, as those of the command do.
        var (error, path) = (Console.Error, command.At("peers.json"));
        var told = new StringWriter();
        Console.SetError(told);
        try
        {
            return (PeerLedger.Run(new StringReader(string.Join('\n', lines)), path), told.ToString(), Ledger.Read(path));
        }
        finally
        {
            Console.SetError(error);
        }
    }

    [Fact]
    public void Rounds_are_pooled_and_what_is_missing_is_named()
    {
        var (code, error, ledger) = Made(
            """{"version":"g++","is":"12"}""", """{"not_measured":"JAX","why":"not installed"}""",
            Raw(null, 2, 0.1, "estimates"), Raw("C++", 2 * (1 + 5e-7), 0.3, "estimates"), Raw(null, 2, 0.2, "estimates"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal([6, 3], ledger.Lines.OrderBy(l => l.Peer).Select(l => l.Seconds.Repeats));
        Assert.Equal(0.15, ledger.Lines.Single(l => l.Peer is null).Seconds.Median, 12);
        Assert.Equal("12", ledger.Machine.Versions["g++"]);
        Assert.Equal("not installed", ledger.NotMeasured["JAX"]);
    }

    [Fact]
    public void Estimates_that_differ_from_ours_fail()
    {
        var (code, error, ledger) = Made(Raw(null, 2, 0.1, "estimates"), Raw("C++", 2 * (1 + 2e-6), 0.3, "estimates"));
        Assert.Equal((1, false), (code, ledger.Passed));
        Assert.Equal("W, C++: an estimate differs by 2E-06 of ours, and 1E-06 is allowed.\n", error);
    }

    [Fact]
    public void A_peer_that_does_more_work_fails()
    {
        var (code, error, _) = Made(Raw(null, 2, 0.1, "estimates"), Raw("C++", 2, 0.3, "estimates", "covariances"));
        Assert.Equal(1, code);
        Assert.Equal("W: C++ computes estimates, covariances on 1 threads, and no line of ours does as much.\n", error);
    }
}
