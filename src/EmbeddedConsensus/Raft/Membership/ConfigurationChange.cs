using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>A requested change of the membership. Every change may be asked for again: when it is already the case, or
/// on its way, nothing more happens.</summary>
internal sealed record ConfigurationChange
{
    private ConfigurationChange(
        ConfigurationChangeKind kind, MemberId member, params ImmutableArray<MemberEndpoint> peers)
    {
        Kind = kind;
        Member = member;
        Peers = peers;
    }

    /// <summary>What is asked for.</summary>
    public ConfigurationChangeKind Kind { get; }

    /// <summary>The member that is promoted, demoted, removed or replaced; else none.</summary>
    public MemberId Member { get; }

    /// <summary>The new or updated member, or the voters to be in order of id; else empty.</summary>
    public ImmutableArray<MemberEndpoint> Peers { get; }

    /// <summary>A new member without a vote.</summary>
    public static ConfigurationChange AddLearner(MemberEndpoint peer) =>
        new(ConfigurationChangeKind.AddLearner, MemberId.None, peer);

    /// <summary>A new member that votes once it is caught up.</summary>
    public static ConfigurationChange AddVoter(MemberEndpoint peer) =>
        new(ConfigurationChangeKind.AddVoter, MemberId.None, peer);

    /// <summary>A learner votes from now on; refused while it is not caught up.</summary>
    public static ConfigurationChange Promote(MemberId member) => new(ConfigurationChangeKind.Promote, member);

    /// <summary>A voter stays as a learner.</summary>
    public static ConfigurationChange Demote(MemberId member) => new(ConfigurationChangeKind.Demote, member);

    /// <summary>A member leaves for good.</summary>
    public static ConfigurationChange Remove(MemberId member) => new(ConfigurationChangeKind.Remove, member);

    /// <summary>A new member takes the place of another when it is caught up.</summary>
    public static ConfigurationChange Replace(MemberId old, MemberEndpoint peer) =>
        new(ConfigurationChangeKind.Replace, old, peer);

    /// <summary>A member has a new address.</summary>
    public static ConfigurationChange Update(MemberEndpoint peer) =>
        new(ConfigurationChangeKind.Update, MemberId.None, peer);

    /// <summary>These vote and no others, once all of them are caught up. Voters that are not among them
    /// leave.</summary>
    public static ConfigurationChange SetVoters(IEnumerable<MemberEndpoint> voters) =>
        new(ConfigurationChangeKind.SetVoters, MemberId.None, [.. voters.OrderBy(peer => peer.Id)]);

    /// <summary>What is planned is given up.</summary>
    public static ConfigurationChange CancelPlan() => new(ConfigurationChangeKind.CancelPlan, MemberId.None);

    /// <summary>A change with these parts, as it was read from bytes.</summary>
    internal static ConfigurationChange Of(
        ConfigurationChangeKind kind, MemberId member, ImmutableArray<MemberEndpoint> peers) =>
        new(kind, member, peers);

    /// <inheritdoc />
    public bool Equals(ConfigurationChange? other) =>
        other is not null && Kind == other.Kind && Member == other.Member
        && Peers.AsSpan().SequenceEqual(other.Peers.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => ((int)Kind * 31) ^ (int)Member.Value ^ Peers.Length;
}
