using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>A request about the membership, from one process to another.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="From">Who asks.</param>
internal sealed record MembershipRequest(MembershipRequestKind Kind, MemberId From)
{
    /// <summary>The asker's cluster; 0 while it does not know it.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Where the asker is found; empty when it was not told.</summary>
    public string Address { get; init; } = "";

    /// <summary>The index of the configuration that the asker holds; 0 when it holds none.</summary>
    public ulong ConfigurationIndex { get; init; }

    /// <summary>Whether the request is meant for a leader: who does not lead says so, and carries it no
    /// further.</summary>
    public bool IsForLeader { get; init; }

    /// <summary>The change; null for <see cref="MembershipRequestKind.Introduce"/>.</summary>
    public ConfigurationChange? Change { get; init; }
}
