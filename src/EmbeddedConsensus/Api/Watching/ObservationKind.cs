namespace EmbeddedConsensus;

/// <summary>What an <see cref="Observation"/> reports.</summary>
public enum ObservationKind
{
    /// <summary>A snapshot begins: what was observed before is void.</summary>
    Snapshot = 0,

    /// <summary>A key of the snapshot.</summary>
    Item = 1,

    /// <summary>The snapshot is complete; changes follow.</summary>
    Synced = 2,

    /// <summary>A change after the snapshot.</summary>
    Change = 3,

    /// <summary>Everything up to the revision was reported.</summary>
    Progress = 4,
}
