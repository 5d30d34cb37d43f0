using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member's disk accepts a flush and never completes it, while its network keeps working.</summary>
internal sealed class HangingDiskFault : DiskFailureFault
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override string Name => "hanging disk";

    /// <inheritdoc />
    protected override async Task BreakAsync(FaultContext context, ClusterMember member) =>
        await ChaosCluster.TryAskAsync(member, new NodeRequest.HangDisk(), Timeout);
}
