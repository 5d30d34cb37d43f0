using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Log flushes of some members take up to and beyond a heartbeat interval. A process that is killed meanwhile
/// loses what it had not flushed.</summary>
internal sealed class SlowDiskFault : IFault
{
    private const int MaxDelayMs = 200;
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Name => "slow disk";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember[] members =
            context.AnyMembers(1 + context.Random.Next(context.Cluster.Members.Count));
        NodeRequest.SlowDisk slow = new(1 + context.Random.Next(MaxDelayMs));
        await AskAsync(members, slow);
        await context.HoldAsync(Min, Max);
        await AskAsync(members, new NodeRequest.SlowDisk(0));
    }

    // A process that is dead or paused cannot be slowed down; one that is started again is fast.
    private static Task<NodeEvent.Reply[]> AskAsync(ClusterMember[] members, NodeRequest request) =>
        Task.WhenAll(members.Select(member => ChaosCluster.TryAskAsync(member, request, Timeout)));
}
