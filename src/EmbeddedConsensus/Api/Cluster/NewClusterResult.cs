namespace EmbeddedConsensus;

/// <summary>What <see cref="DisasterRecovery.ForceNewClusterAsync"/> has made.</summary>
public sealed record NewClusterResult
{
    /// <summary>Whether the data was changed; false when it was that of a cluster of this one member already.</summary>
    public required bool IsForced { get; init; }

    /// <summary>The id of the cluster.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>The index of the last entry of the old cluster that is kept.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>The index up to which the survivor knew the entries to be committed. Later ones are kept as
    /// well.</summary>
    public required ulong CommitIndex { get; init; }

    /// <summary>The store's revision.</summary>
    public required long Revision { get; init; }

    /// <summary>The members that no longer belong to the cluster, voters and learners, by id.</summary>
    public required IReadOnlyList<MemberId> DroppedMembers { get; init; }
}
