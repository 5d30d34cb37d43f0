using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// The voters and the learners. While the cluster moves between two sets of voters (joint consensus, Raft
/// dissertation, section 4.3) <see cref="OutgoingVoters"/> holds the old set and a decision needs a majority of both.
/// </summary>
/// <remarks>Every list is sorted by member id and holds no member twice.</remarks>
internal sealed partial record ClusterConfiguration
{
    /// <summary>The cluster, drawn at random when it was founded; zero while that is not known. Members of clusters
    /// with different ids refuse each other even when the clusters have the same name.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>The hash of the name that the cluster was founded with; zero while that is not known.</summary>
    public ulong ClusterNameHash { get; init; }

    /// <summary>The members that vote.</summary>
    public ImmutableArray<MemberId> Voters { get; init; } = [];

    /// <summary>The voters that are being replaced; empty outside a joint configuration.</summary>
    public ImmutableArray<MemberId> OutgoingVoters { get; init; } = [];

    /// <summary>The members that receive the log and have no vote.</summary>
    public ImmutableArray<MemberId> Learners { get; init; } = [];

    /// <summary>The outgoing voters that stay as learners once the joint configuration is left.</summary>
    public ImmutableArray<MemberId> LearnersNext { get; init; } = [];

    /// <summary>The voters that the leader moves to as soon as all of them are caught up; empty when nothing is
    /// planned.</summary>
    public ImmutableArray<MemberId> PlannedVoters { get; init; } = [];

    /// <summary>What is known of each member that is in one of the lists.</summary>
    public ImmutableArray<ClusterMember> Members { get; init; } = [];

    /// <summary>Whether a decision needs two majorities.</summary>
    public bool IsJoint => !OutgoingVoters.IsDefaultOrEmpty;

    /// <summary>The format version that every member reads: the lowest among them, where one that is not known counts
    /// as 1. What is written for all of them is written in this version (design decision D14).</summary>
    public uint FormatVersion
    {
        get
        {
            uint lowest = uint.MaxValue;
            foreach (ClusterMember member in Members)
            {
                lowest = Math.Min(lowest, Math.Max(1, member.FormatVersion));
            }

            return Members.IsEmpty ? 1 : lowest;
        }
    }

    /// <summary>What is known of a member, or null when it is in none of the lists.</summary>
    /// <param name="id">The member.</param>
    public ClusterMember? Find(MemberId id)
    {
        foreach (ClusterMember member in Members)
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>Whether a member is in one of the lists.</summary>
    /// <param name="id">The member.</param>
    public bool Contains(MemberId id) =>
        Voters.Contains(id) || OutgoingVoters.Contains(id) || Learners.Contains(id);

    /// <summary>Whether a member has a vote, in the incoming or in the outgoing set.</summary>
    /// <param name="id">The member.</param>
    public bool IsVoter(MemberId id) => Voters.Contains(id) || OutgoingVoters.Contains(id);

    /// <summary>The same configuration with an entry in <see cref="Members"/> for each member of the lists and for no
    /// other, in which their ids are used (<see cref="WasUsed"/>): for configurations that were made from lists of ids.
    /// </summary>
    public ClusterConfiguration Normalized()
    {
        ImmutableArray<MemberId> ids =
            [.. Voters.Concat(OutgoingVoters).Concat(Learners).Distinct().Order()];
        bool isComplete = Members.Length == ids.Length && ids.All(WasUsed);
        for (int i = 0; isComplete && i < ids.Length; i++)
        {
            isComplete = Members[i].Id == ids[i];
        }

        return isComplete ? this : WithUsed(ids) with
        {
            Members = [.. ids.Select(id => Find(id) ?? new ClusterMember(id, ""))],
        };
    }

    /// <summary>A configuration in which <paramref name="voters"/> vote and no other member takes part.</summary>
    /// <param name="voters">The members, in any order.</param>
    public static ClusterConfiguration OfVoters(params IEnumerable<MemberId> voters) =>
        new() { Voters = [.. voters.Distinct().Order()] };

    /// <inheritdoc />
    public bool Equals(ClusterConfiguration? other) =>
        other is not null
        && ClusterId == other.ClusterId
        && ClusterNameHash == other.ClusterNameHash
        && LastMemberId == other.LastMemberId
        && UnusedIds.AsSpan().SequenceEqual(other.UnusedIds.AsSpan())
        && Voters.AsSpan().SequenceEqual(other.Voters.AsSpan())
        && OutgoingVoters.AsSpan().SequenceEqual(other.OutgoingVoters.AsSpan())
        && Learners.AsSpan().SequenceEqual(other.Learners.AsSpan())
        && LearnersNext.AsSpan().SequenceEqual(other.LearnersNext.AsSpan())
        && PlannedVoters.AsSpan().SequenceEqual(other.PlannedVoters.AsSpan())
        && Members.AsSpan().SequenceEqual(other.Members.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode()
    {
        ulong hash = 14695981039346656037 ^ ClusterId;
        foreach (MemberId member in Voters.Concat(OutgoingVoters).Concat(Learners))
        {
            hash = (hash ^ member.Value) * 1099511628211;
        }

        return (int)(hash ^ (hash >> 32));
    }
}
