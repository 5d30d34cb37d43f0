namespace EmbeddedConsensus.Raft;

/// <summary>How far a leader has replicated to a member.</summary>
/// <param name="Id">The member.</param>
/// <param name="IsLearner">Whether it has no vote.</param>
/// <param name="State">How entries are sent to it.</param>
/// <param name="Match">The last index known to be durable there.</param>
/// <param name="Next">The next index to send.</param>
/// <param name="IsActive">Whether it was heard from since the last quorum check.</param>
/// <param name="PendingSnapshot">The snapshot being sent to it, or the default.</param>
internal readonly record struct PeerStatus(
    MemberId Id, bool IsLearner, ProgressState State, ulong Match, ulong Next, bool IsActive,
    LogPosition PendingSnapshot);
