using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The disks of all members are slow when all of them are killed. Unflushed data dies with its process, and
/// here there is much of it: a write that was acknowledged before it was durable is gone.</summary>
internal sealed class PowerLossFault : IFault
{
    private const int FlushDelayMs = 400;
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Max = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Name => "kill -9 of all while their disks are slow";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        await context.Cluster.AskAllAsync(new NodeRequest.SlowDisk(FlushDelayMs), Timeout);
        await context.HoldAsync(Min, Max);
        await Task.WhenAll(context.Cluster.Members.Select(static member => member.KillAsync()));
        await Task.WhenAll(context.Cluster.Members.Select(context.Cluster.StartAsync));
    }
}
