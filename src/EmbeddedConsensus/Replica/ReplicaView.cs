using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>What other threads see of a replica's consensus: its state after a turn of the consensus thread.</summary>
internal sealed record ReplicaView(
    ReplicaRole Role, MemberId Leader, ulong Term, ulong LastIndex, ulong CommitIndex, ulong AppliedIndex,
    ClusterConfiguration Configuration, ulong ConfigurationIndex, ClusterConfiguration CommittedConfiguration,
    ulong CommittedConfigurationIndex, MembershipState Membership, bool HoldsLease, FounderReport Founder,
    bool IsAskingFounders, TimeSpan StalledFor = default)
{
    /// <summary>Whether the replica cannot prove that it found the whole end of its log.</summary>
    public bool IsInDoubt { get; init; }
}
