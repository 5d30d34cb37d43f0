namespace EmbeddedConsensus;

/// <summary>The id of the lease to be granted is in use. Nothing was executed.</summary>
public sealed class LeaseExistsException : ConsensusStoreException
{
    /// <summary>A lease of that id exists.</summary>
    /// <param name="lease">The id.</param>
    public LeaseExistsException(long lease)
        : base($"The id {lease} belongs to a lease that exists, or whose keys are still being deleted. Use another id, "
            + "or 0 to let the store choose one.") => Lease = lease;

    /// <summary>The id.</summary>
    public long Lease { get; }
}
