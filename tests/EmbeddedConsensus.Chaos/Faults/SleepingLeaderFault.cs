using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The leader stands still, the others elect another one and write on; then it wakes up cut off, in the belief
/// that no time has passed. Until it finds out that nobody answers, its callers ask one that leads no more: each answer
/// that it gives by itself is stale.</summary>
internal sealed class SleepingLeaderFault : IFault
{
    private static readonly TimeSpan SuccessorTimeout = NodeHost.ElectionTimeout * 8;
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
        if (context.Cluster.Leader is not { } old)
        {
            // None is known at the moment; the deck comes to this again.
            return;
        }

        CutOff(context, old);
        old.Pause();
        try
        {
            if (await WaitForSuccessorAsync(context, old))
            {
                await context.HoldAsync(MinHeadStart, MaxHeadStart);
                old.Resume();
                context.Did("leaders that woke up deposed and cut off", 1);
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

    /// <summary>Waits for another leader; while the network between the others is bad, there may be none.</summary>
    private static async Task<bool> WaitForSuccessorAsync(FaultContext context, ClusterMember old)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < SuccessorTimeout)
        {
            if (context.Cluster.Leader is { } leader && leader != old)
            {
                return true;
            }

            await Task.Delay(PollInterval);
        }

        return false;
    }
}
