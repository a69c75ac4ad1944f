using BenchmarkDotNet.Running;
using Mle.Benchmarks;

if (args is ["peers", var data])
    PeerWorkloads.Run(data, Console.Out);
else if (args is ["ledger", var ledger])
    return PeerLedger.Run(Console.In, ledger);
else if (args is ["guard", var results, .. var rest])
    return Guard.Run(results, rest is ["write"]);
else if (args is ["calibration", var sets])
    Calibration.Run(int.Parse(sets, System.Globalization.CultureInfo.InvariantCulture), Console.Out);
else
    BenchmarkSwitcher.FromAssembly(typeof(HotLoops).Assembly).Run(args);
return 0;
