using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>What a replica starts with.</summary>
/// <param name="Node">Consensus.</param>
/// <param name="Machine">The applied state.</param>
/// <param name="Incarnation">Which life of the member this is; never used before.</param>
/// <param name="SnapshotIndex">The index of the newest snapshot; 0 when there is none.</param>
/// <param name="Address">The address at which the other members find this one; null when none is known.</param>
internal sealed record RecoveredReplica(
    RaftNode Node, ReplicatedStateMachine Machine, ulong Incarnation, ulong SnapshotIndex, string? Address);
