namespace EmbeddedConsensus;

/// <summary>There is no lease of that id: it was never granted, was revoked, or has expired. Nothing was
/// executed.</summary>
public sealed class LeaseNotFoundException : ConsensusStoreException
{
    /// <summary>A lease that does not exist was named.</summary>
    /// <param name="lease">The id.</param>
    public LeaseNotFoundException(long lease)
        : base($"There is no lease {lease}: it was never granted, was revoked, or has expired, and its keys are gone "
            + "or are being deleted. Grant another one, and put the keys again.") => Lease = lease;

    /// <summary>The id.</summary>
    public long Lease { get; }
}
