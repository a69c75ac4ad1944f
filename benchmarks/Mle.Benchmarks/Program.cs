using System.Globalization;
using BenchmarkDotNet.Running;

namespace Mle.Benchmarks;

static class Program
{
    static int Main(string[] args)
    {
        switch (args)
        {
            case ["workloads"]:
                using (var peers = new PeerWorkloads("", Console.Out))
                    Console.WriteLine(string.Join('\n', peers.All.Keys));
                return 0;
            case ["peers", var data, var workload]:
                using (var peers = new PeerWorkloads(data, Console.Out))
                {
                    if (!peers.All.TryGetValue(workload, out var work))
                    {
                        Console.Error.WriteLine($"'{workload}' is no workload: there are {string.Join(", ", peers.All.Keys)}.");
                        return 1;
                    }
                    work();
                    return 0;
                }
            case ["ledger", var ledger]:
                return PeerLedger.Run(Console.In, ledger);
            case ["guard", var results, .. var rest]:
                return Guard.Run(results, rest is ["write"]);
            case ["calibration", var sets]:
                Calibration.Run(int.Parse(sets, CultureInfo.InvariantCulture), Console.Out);
                return 0;
            default:
                BenchmarkSwitcher.FromAssembly(typeof(HotLoops).Assembly).Run(args);
                return 0;
        }
    }
}
