using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>The kinds of message between replicas. The values go over the wire: never renumber them.</summary>
[Experimental("ECS0002")]
public enum RaftMessageType : byte
{
    /// <summary>A leader replicates entries, or probes with none (AppendEntries).</summary>
    Append = 1,

    /// <summary>Answers <see cref="Append"/>, and an installed snapshot.</summary>
    AppendResponse = 2,

    /// <summary>A candidate asks for a vote (RequestVote).</summary>
    Vote = 3,

    /// <summary>Answers <see cref="Vote"/>.</summary>
    VoteResponse = 4,

    /// <summary>Would you vote for me? Asked before a term is raised (dissertation, section 9.6).</summary>
    PreVote = 5,

    /// <summary>Answers <see cref="PreVote"/>.</summary>
    PreVoteResponse = 6,

    /// <summary>A leader shows that it lives, and confirms a read round.</summary>
    Heartbeat = 7,

    /// <summary>Answers <see cref="Heartbeat"/>.</summary>
    HeartbeatResponse = 8,

    /// <summary>A piece of a snapshot.</summary>
    SnapshotChunk = 9,

    /// <summary>Answers <see cref="SnapshotChunk"/> with the offset that the follower has reached.</summary>
    SnapshotChunkResponse = 10,

    /// <summary>A follower hands proposals to the leader, under a number in
    /// <see cref="RaftMessage.Context"/>.</summary>
    Propose = 11,

    /// <summary>A follower asks the leader for a read index (dissertation, section 6.4).</summary>
    ReadIndex = 12,

    /// <summary>Answers <see cref="ReadIndex"/>.</summary>
    ReadIndexResponse = 13,

    /// <summary>A leader tells its successor to campaign at once (dissertation, section 3.10).</summary>
    TimeoutNow = 14,

    /// <summary>A follower asks the leader to hand over leadership.</summary>
    TransferLeadership = 15,

    /// <summary>The leader refused a <see cref="Propose"/> because too much is in flight, or it is unsound
    /// (<see cref="RaftMessage.Reject"/>); <see cref="RaftMessage.Context"/> says which.</summary>
    ProposeRejected = 16,

    /// <summary>Notifies a member that it was removed; <see cref="RaftMessage.Index"/> is that of the configuration
    /// that the sender goes by.</summary>
    MemberRemoved = 17,

    /// <summary>Notifies a member that it is refused; <see cref="RaftMessage.Context"/> says why.</summary>
    MemberRefused = 18,
}
