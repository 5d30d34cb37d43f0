using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The disk of a member takes a flush and never ends it as long as the process lives, while its network works
/// on.</summary>
internal sealed class HangingDiskFault : DiskFailureFault
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override string Name => "hanging disk";

    /// <inheritdoc />
    protected override async Task BreakAsync(FaultContext context, ClusterMember member) =>
        await ChaosCluster.TryAskAsync(member, new NodeRequest.HangDisk(), Timeout);
}
