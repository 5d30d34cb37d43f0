using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>The answer to a <see cref="MembershipRequest"/>.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="From">Who answers.</param>
internal sealed record MembershipAnswer(MembershipAnswerStatus Status, MemberId From)
{
    /// <summary>Why it was refused.</summary>
    public MembershipRefusal Refusal { get; init; }

    /// <summary>Why it was refused or not taken, for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>The cluster of the one that answers; 0 while it does not know it.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>The leader, as far as the one that answers knows.</summary>
    public MemberId Leader { get; init; }

    /// <summary>A membership, and <see cref="ConfigurationIndex"/>: the one that a change led to, or the latest known.
    /// Null when none is.</summary>
    public ClusterConfiguration? Configuration { get; init; }

    /// <summary>The index of the entry that holds <see cref="Configuration"/>.</summary>
    public ulong ConfigurationIndex { get; init; }
}
