using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>What other threads may know of a replica's consensus, taken behind a turn of its lane.</summary>
internal sealed record ReplicaView(
    ReplicaRole Role, MemberId Leader, ulong Term, ulong LastIndex, ulong CommitIndex, ulong AppliedIndex,
    ClusterConfiguration Configuration, ulong ConfigurationIndex, ClusterConfiguration CommittedConfiguration,
    ulong CommittedConfigurationIndex, MembershipState Membership, bool HoldsLease);
