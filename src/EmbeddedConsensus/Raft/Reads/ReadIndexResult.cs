namespace EmbeddedConsensus.Raft;

/// <summary>The end of a request made with <see cref="RaftNode.ReadIndex"/>.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="IsConfirmed">Whether a quorum confirmed the leader after the request was made. If not, the leader was
/// lost, is not known or too many reads wait: ask again.</param>
/// <param name="Index">A state machine that has applied this index serves a linearizable read; zero when not
/// confirmed.</param>
internal readonly record struct ReadIndexResult(ulong RequestId, bool IsConfirmed, ulong Index);
