using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>The answer to a <see cref="MembershipRequest"/>.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="From">The member that answers.</param>
internal sealed record MembershipAnswer(MembershipAnswerStatus Status, MemberId From)
{
    /// <summary>Why it was refused.</summary>
    public MembershipRefusal Refusal { get; init; }

    /// <summary>Why it was refused or not accepted, in words.</summary>
    public string Text { get; init; } = "";

    /// <summary>The cluster of the member that answers; 0 while it does not know it.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>The present life of the member that answers.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>What the member that answers says about its founding.</summary>
    public FounderReport Founder { get; init; }

    /// <summary>The leader that the answering member knows.</summary>
    public MemberId Leader { get; init; }

    /// <summary>The membership that a change led to, or the latest one known; null when none is.</summary>
    public ClusterConfiguration? Configuration { get; init; }

    /// <summary>The index of the entry that holds <see cref="Configuration"/>.</summary>
    public ulong ConfigurationIndex { get; init; }
}
