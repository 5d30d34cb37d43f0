using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The leader is stopped, the others elect another one and commit writes; then it resumes while cut off,
/// unaware that time has passed. Until its check for a quorum fails, its callers ask a deposed leader, and every read
/// that it answers on its own is stale.</summary>
internal sealed class SleepingLeaderFault : IFault
{
    private static readonly TimeSpan LeaderTimeout = NodeHost.ElectionTimeout * 8;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MinHeadStart = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxHeadStart = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan MinAwake = NodeHost.ElectionTimeout;
    private static readonly TimeSpan MaxAwake = NodeHost.ElectionTimeout * 2;

    /// <inheritdoc />
    public string Name => "SIGSTOP of the leader, cut off when it wakes";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) =>
        ProcessSignals.AreAvailable ? null : "this system has no SIGSTOP";

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        if (await WaitForLeaderAsync(context, except: null) is not { } old)
        {
            // The network is too disturbed for an election.
            return;
        }

        CutOff(context, old);
        old.Pause();
        try
        {
            if (await WaitForLeaderAsync(context, except: old) is not null)
            {
                await context.HoldAsync(MinHeadStart, MaxHeadStart);
                old.Resume();
                context.Did("leaders resumed deposed and cut off", 1);
                await context.HoldAsync(MinAwake, MaxAwake);
            }
        }
        finally
        {
            old.Resume();
            context.Cluster.Links.UnblockFrom(this);
        }
    }

    private void CutOff(FaultContext context, ClusterMember leader)
    {
        foreach (ClusterMember other in context.Cluster.Members.Where(member => member != leader))
        {
            context.Cluster.Links.Between(leader.Id, other.Id).Block(this);
            context.Cluster.Links.Between(other.Id, leader.Id).Block(this);
        }
    }

    /// <summary>Waits for a leader. While the network is disturbed there may be none for a long time.</summary>
    private static async Task<ClusterMember?> WaitForLeaderAsync(FaultContext context, ClusterMember? except)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < LeaderTimeout)
        {
            if (context.Cluster.Leader is { } leader && leader != except)
            {
                return leader;
            }

            await Task.Delay(PollInterval);
        }

        return null;
    }
}
