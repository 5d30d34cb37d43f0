using BenchmarkDotNet.Running;
using EmbeddedConsensus.Benchmarks.Cluster;

// The load generator drives whole clusters; everything else runs in BenchmarkDotNet.
if (args is [LoadCommand.Name or FollowerProcess.CommandName, ..])
{
    return await LoadCommand.RunAsync(args);
}

BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(args);
return 0;
