using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>A message between two replicas. Which fields mean something depends on <see cref="Type"/>.</summary>
/// <remarks>The shape follows the Raft paper's RPCs and the message of etcd-io/raft; a field that a type does not
/// use is zero. The payloads of the entries and of the chunk are shared, never changed.</remarks>
[Experimental("ECS0002")]
public readonly record struct RaftMessage
{
    /// <summary>What the message is.</summary>
    public required RaftMessageType Type { get; init; }

    /// <summary>The sender.</summary>
    public MemberId From { get; init; }

    /// <summary>The receiver.</summary>
    public MemberId To { get; init; }

    /// <summary>The sender's term; for a pre-vote, the term it would campaign in; zero for messages that carry none
    /// (forwarded proposals and reads).</summary>
    public ulong Term { get; init; }

    /// <summary>The index before the first entry (append), the sender's last index (votes), the match or the rejected
    /// index (append response), the read index (read index response); in the answer to a heartbeat that names a round,
    /// for how many microseconds at least its sender does not vote.</summary>
    public ulong Index { get; init; }

    /// <summary>The term of the entry at <see cref="Index"/>, zero where a read index was compacted meanwhile; or of
    /// the hint in a rejection.</summary>
    public ulong LogTerm { get; init; }

    /// <summary>The sender's commit index.</summary>
    public ulong Commit { get; init; }

    /// <summary>The entries of an append or of forwarded proposals.</summary>
    public ReadOnlyMemory<LogEntry> Entries { get; init; }

    /// <summary>Whether the answer is no; in the refusal of proposals, whether no member could execute one of them; in
    /// a request for a read index, whether its sender may have lost entries that
    /// it acknowledged: <see cref="Index"/> is then its present life.</summary>
    public bool Reject { get; init; }

    /// <summary>With a rejected append: where the logs may agree at the latest.</summary>
    public ulong RejectHint { get; init; }

    /// <summary>A number whose meaning depends on the type: the id of a read round, echoed by its answer; in an
    /// acknowledgement, the life of its sender; the mark of a campaign that a transfer forced; the member to transfer
    /// to; in a rejection, that the sender holds nothing, or that only its term is reported; why a member is
    /// refused.</summary>
    public ulong Context { get; init; }

    /// <summary>The piece of a snapshot; in an answer, its offset is how far the follower has got and its data is
    /// empty.</summary>
    public SnapshotChunk? Chunk { get; init; }

    /// <summary>The sender's cluster; zero while the sender does not know it.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>In answers to appends: the newest format of commands and messages that the sender reads; zero when it
    /// does not say.</summary>
    public uint FormatVersion { get; init; }
}
