namespace EmbeddedConsensus;

/// <summary>The membership of the cluster at one moment.</summary>
public sealed record ClusterMembership
{
    /// <summary>The cluster, drawn at random when it was founded; 0 while this member does not know it.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>The index of the log entry that made the membership what it is.</summary>
    public required ulong Index { get; init; }

    /// <summary>The leader, or none when this member knows none.</summary>
    public required MemberId Leader { get; init; }

    /// <summary>The members, by id.</summary>
    public required IReadOnlyList<ClusterMemberInfo> Members { get; init; }

    /// <summary>The members that shall vote once all of them have caught up; empty when nothing waits for
    /// that.</summary>
    public required IReadOnlyList<MemberId> PlannedVoters { get; init; }

    /// <summary>Whether a change is under way: one that waits for members to catch up, or one that moves from one set
    /// of voters to another.</summary>
    public required bool IsChanging { get; init; }

    /// <summary>What is known of a member, or null when it does not belong to the cluster.</summary>
    /// <param name="id">The member.</param>
    public ClusterMemberInfo? Find(MemberId id) => Members.FirstOrDefault(member => member.Id == id);
}
