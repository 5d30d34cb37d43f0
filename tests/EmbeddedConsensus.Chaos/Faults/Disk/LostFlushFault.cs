using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A flush fails once and its data is lost, but the next flush would succeed: a store that retries
/// acknowledges lost data.</summary>
internal sealed class LostFlushFault : DiskFailureFault
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override string Name => "lost flush";

    /// <inheritdoc />
    protected override async Task BreakAsync(FaultContext context, ClusterMember member) =>
        await ChaosCluster.TryAskAsync(member, new NodeRequest.LoseFlush(), Timeout);
}
