using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member's disk is full to the last byte.</summary>
internal sealed class FullDiskFault : DiskFailureFault
{
    /// <inheritdoc />
    public override string Name => "full disk";

    /// <inheritdoc />
    public override string? WhyImpossible(ChaosCluster cluster) =>
        cluster.Members.All(static member => member.Disk.CanBeFull)
            ? null
            : "mounting a small file system is not allowed here; run as root";

    /// <inheritdoc />
    protected override Task BreakAsync(FaultContext context, ClusterMember member)
    {
        long bytes = member.Disk.Fill();
        context.Did("MiB of disks filled up", bytes >> 20);
        return Task.CompletedTask;
    }
}
