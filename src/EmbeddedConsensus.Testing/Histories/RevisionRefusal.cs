namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Why a store refused a revision: it is compacted, or does not exist yet.</summary>
/// <param name="RequestedRevision">The requested revision.</param>
/// <param name="StoreRevision">The store's revision, when the requested one does not exist yet; 0 otherwise.</param>
/// <param name="CompactRevision">The store's compact revision, when the requested one is compacted; 0
/// otherwise.</param>
public readonly record struct RevisionRefusal(long RequestedRevision, long StoreRevision, long CompactRevision)
{
    /// <summary>The refusal that an exception reports; null when it reports none.</summary>
    /// <param name="exception">The exception.</param>
    public static RevisionRefusal? Of(Exception? exception) => exception switch
    {
        CompactedException compacted => new(compacted.RequestedRevision, 0, compacted.CompactRevision),
        FutureRevisionException future => new(future.RequestedRevision, future.CurrentRevision, 0),
        _ => null,
    };
}
