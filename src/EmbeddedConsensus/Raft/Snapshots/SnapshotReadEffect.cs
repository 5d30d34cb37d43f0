namespace EmbeddedConsensus.Raft;

/// <summary>Read bytes of a published snapshot for a peer. It ends in one call of
/// <see cref="RaftNode.SnapshotReadCompleted"/>. The driver keeps the snapshot open while
/// <see cref="PeerStatus.PendingSnapshot"/> of any peer names it.</summary>
/// <param name="Id">Names the read.</param>
/// <param name="Peer">The peer that needs them.</param>
/// <param name="Snapshot">Which snapshot: the newest one when the transfer began.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes; fewer at the end of the snapshot.</param>
internal readonly record struct SnapshotReadEffect(
    ulong Id, MemberId Peer, LogPosition Snapshot, long Offset, int Length);
