using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Hands leadership over to another member, and waits until it has been taken.</summary>
internal sealed class LeadershipHandover(
    MemberId self, ReplicaLifecycle lifecycle, ConsensusInbox consensus, ConsensusLoop loop, TimeSpan limit,
    TimeProvider time)
{
    // An attempt can fail: the successor was not active, or its log was behind.
    private const int PollsPerAttempt = 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <summary>Hands leadership over, if this member leads and there is another voter.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False when this member should have handed over and no other one took the lead.</returns>
    public async Task<bool> TryLeaveLeadAsync(CancellationToken cancellationToken) =>
        loop.View is not { Role: ReplicaRole.Leader, Configuration.Voters.Length: > 1 }
        || await TransferAsync(null, cancellationToken).ConfigureAwait(false);

    /// <summary>Hands leadership to a voter. Ends when another member leads, when the transfer takes too long, or when
    /// the replica no longer runs.</summary>
    /// <param name="target">The voter; null for the one that has most of the log.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether <paramref name="target"/> leads now; without one, whether another member does.</returns>
    public async Task<bool> TransferAsync(MemberId? target, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(limit, time);
        using CancellationTokenSource ended =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            for (int poll = 0; lifecycle.State == StoreState.Running && !IsOther(loop.View.Leader); poll++)
            {
                if (poll % PollsPerAttempt == 0)
                {
                    consensus.Post(core => Begin(core.Node, target));
                }

                await Task.Delay(Poll, time, ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up. What has come about by now counts.
        }

        return target is { } wanted ? loop.View.Leader == wanted : IsOther(loop.View.Leader);
    }

    private bool IsOther(MemberId leader) => leader != self && !leader.IsNone;

    private static void Begin(RaftNode node, MemberId? target)
    {
        MemberId successor = target ?? FurthestPeer(node);
        if (!successor.IsNone)
        {
            node.TransferLeadership(successor);
        }
    }

    /// <summary>The voter that has most of the log; an active one before one that is not.</summary>
    private static MemberId FurthestPeer(RaftNode node)
    {
        PeerStatus best = default;
        foreach (PeerStatus peer in node.Status.Peers)
        {
            if (!peer.IsLearner && peer.Id != node.Status.Id
                && (best.Id.IsNone || (peer.IsActive, peer.Match).CompareTo((best.IsActive, best.Match)) > 0))
            {
                best = peer;
            }
        }

        return best.Id;
    }
}
