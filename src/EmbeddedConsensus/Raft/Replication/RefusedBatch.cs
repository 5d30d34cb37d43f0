namespace EmbeddedConsensus.Raft;

/// <summary>A batch of forwarded proposals that the leader did not take.</summary>
/// <param name="Batch">The number that it was proposed under.</param>
/// <param name="IsUnsound">Whether the leader found a proposal in it that no member can execute. Otherwise it has no
/// room now.</param>
internal readonly record struct RefusedBatch(ulong Batch, bool IsUnsound);
