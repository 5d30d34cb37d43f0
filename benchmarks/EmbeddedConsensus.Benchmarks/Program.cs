using BenchmarkDotNet.Running;
using EmbeddedConsensus.Benchmarks.Cluster;
using EmbeddedConsensus.Benchmarks.Leases;
using EmbeddedConsensus.Benchmarks.Mvcc;
using EmbeddedConsensus.Benchmarks.Watches;

// The load generator drives whole clusters; everything else runs in BenchmarkDotNet.
if (args is [LoadCommand.Name or FollowerProcess.CommandName, ..])
{
    return await LoadCommand.RunAsync(args);
}

if (args is [LeaseCommand.Name, ..])
{
    return await LeaseCommand.RunAsync(args);
}

if (args is [WatchCommands.Fanout or WatchCommands.CatchUp, ..])
{
    return await WatchCommands.RunAsync(args);
}

if (args is [{ } verb, ..] && StoreFigures.Find(verb) is { } figure)
{
    figure(args);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(args);
return 0;
