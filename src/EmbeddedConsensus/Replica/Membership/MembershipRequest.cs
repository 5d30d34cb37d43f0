using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>A request about the membership, from one process to another.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="From">The sender.</param>
internal sealed record MembershipRequest(MembershipRequestKind Kind, MemberId From)
{
    /// <summary>The sender's cluster; 0 while it does not know it.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>The sender's present life.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>The sender's address; empty when it knows none.</summary>
    public string Address { get; init; } = "";

    /// <summary>The index of the sender's configuration; 0 when it has none.</summary>
    public ulong ConfigurationIndex { get; init; }

    /// <summary>Whether only a leader may take the request: another member answers that it does not lead, and does not
    /// forward it.</summary>
    public bool IsForLeader { get; init; }

    /// <summary>The change; null where the kind asks for none.</summary>
    public ConfigurationChange? Change { get; init; }
}
