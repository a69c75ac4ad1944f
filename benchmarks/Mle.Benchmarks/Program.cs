using BenchmarkDotNet.Running;
using Mle.Benchmarks;

if (args is ["peers", var data])
    PeerWorkloads.Run(data, Console.Out);
else
    BenchmarkSwitcher.FromAssembly(typeof(HotLoops).Assembly).Run(args);
