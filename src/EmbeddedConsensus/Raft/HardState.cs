namespace EmbeddedConsensus.Raft;

/// <summary>What a replica must remember across a crash (Raft paper, figure 2, "persistent state").</summary>
/// <param name="Term">The latest term seen.</param>
/// <param name="Vote">Whom the replica voted for in that term, or none.</param>
/// <param name="Commit">The highest index known to be committed. It may lag behind the truth: it is a hint that
/// shortens recovery, and is not worth a write of its own.</param>
public readonly record struct HardState(ulong Term, MemberId Vote, ulong Commit);
