using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>The state of a <see cref="RaftNode"/> at one moment.</summary>
internal sealed record RaftStatus
{
    /// <summary>The node.</summary>
    public required MemberId Id { get; init; }

    /// <summary>The node's role.</summary>
    public required RaftRole Role { get; init; }

    /// <summary>The current term.</summary>
    public required ulong Term { get; init; }

    /// <summary>The member that the node voted for in the term, or none.</summary>
    public required MemberId Vote { get; init; }

    /// <summary>The leader, or none when it is not known.</summary>
    public required MemberId Leader { get; init; }

    /// <summary>The commit index.</summary>
    public required ulong Commit { get; init; }

    /// <summary>The last index that the state machine has applied.</summary>
    public required ulong Applied { get; init; }

    /// <summary>The first index still in the log.</summary>
    public required ulong FirstIndex { get; init; }

    /// <summary>The last index in the log.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>The last index that is durable here.</summary>
    public required ulong StableIndex { get; init; }

    /// <summary>The membership in use.</summary>
    public required ClusterConfiguration Configuration { get; init; }

    /// <summary>The member that leadership is being handed to, or none.</summary>
    public required MemberId LeadTransferee { get; init; }

    /// <summary>The progress of every member, in order of id; empty unless the node leads.</summary>
    public required ImmutableArray<PeerStatus> Peers { get; init; }
}
