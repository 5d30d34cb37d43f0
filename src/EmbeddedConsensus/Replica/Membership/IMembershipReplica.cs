using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>A replica as its membership service sees it. Safe for several threads; returns at once.</summary>
internal interface IMembershipReplica
{
    /// <summary>This member.</summary>
    MemberId Self { get; }

    /// <summary>This member's present life; 0 before the recovery.</summary>
    ulong Incarnation { get; }

    /// <summary>The state of the replica's life.</summary>
    StoreState State { get; }

    /// <summary>Why the replica has ended by itself, or null.</summary>
    Exception? Fault { get; }

    /// <summary>Consensus after its last turn; null before the recovery, when no membership service runs.</summary>
    ReplicaView? View { get; }

    /// <summary>Throws when the replica does not take calls.</summary>
    void ThrowIfNotRunning();

    /// <summary>Passes a call to consensus, or fails it when the replica does not take calls.</summary>
    void Submit(PendingCall call);

    /// <summary>Passes a message to consensus.</summary>
    /// <returns>Completes when there is room for more.</returns>
    ValueTask ReceiveAsync(RaftMessage message);

    /// <summary>Passes what the other founders report to consensus.</summary>
    void TakeReports(ImmutableArray<FounderReport> reports);

    /// <summary>A peer could not be reached.</summary>
    void PeerUnreachable(MemberId peer);

    /// <summary>This member does not belong to the cluster: it leaves.</summary>
    /// <param name="reason">Why; every call gets it.</param>
    void Leave(ConsensusStoreException reason);
}
