using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A flush fails once, what it was about is gone, and the next one would succeed: whoever tries again
/// acknowledges what is lost.</summary>
internal sealed class LostFlushFault : DiskFailureFault
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override string Name => "lost flush";

    /// <inheritdoc />
    protected override async Task BreakAsync(FaultContext context, ClusterMember member) =>
        await ChaosCluster.TryAskAsync(member, new NodeRequest.LoseFlush(), Timeout);
}
