namespace EmbeddedConsensus.Leases;

/// <summary>What a leader has to propose for the leases.</summary>
internal enum LeaseWork
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The end of the leases that are marked, and the deletion of a further piece of the keys of leases that
    /// have ended.</summary>
    Expire,

    /// <summary>How much is left of the time of the leases that are marked.</summary>
    Checkpoint,
}
