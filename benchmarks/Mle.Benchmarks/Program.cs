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
                foreach (string workload in PeerWorkloads.Names)
                    Console.WriteLine(workload);
                return 0;
            case ["peers", var data, var workload]:
                return new PeerWorkloads(workload, Console.Out).Run(data) ? 0 : 1;
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
