using System.Globalization;
using BenchmarkDotNet.Running;

namespace Mle.Benchmarks;

static class Program
{
    static int Main(string[] args)
    {
        switch (args)
        {
            case ["peers", var data]:
                PeerWorkloads.Run(data, Console.Out);
                return 0;
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
