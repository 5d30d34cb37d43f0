namespace EmbeddedConsensus.Raft;

/// <summary>Why a member is refused by another (<see cref="RaftMessageType.MemberRefused"/>). The values go over the
/// wire: never renumber them.</summary>
internal enum RefusalReason : byte
{
    /// <summary>The member held the log durably once and holds nothing now: its disk was lost.</summary>
    LostDisk = 1,

    /// <summary>The member belongs to another cluster.</summary>
    WrongCluster = 2,
}
