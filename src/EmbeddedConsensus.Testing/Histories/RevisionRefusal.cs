namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Why a store refused a revision: it is compacted, or does not exist yet.</summary>
/// <param name="RequestedRevision">The revision asked for.</param>
/// <param name="StoreRevision">The revision that the store is at, when the one asked for does not exist yet; 0
/// otherwise.</param>
/// <param name="CompactRevision">The revision that the store is compacted to, when the one asked for is compacted; 0
/// otherwise.</param>
public readonly record struct RevisionRefusal(long RequestedRevision, long StoreRevision, long CompactRevision)
{
    /// <summary>What an exception says about revisions; null when it says nothing.</summary>
    /// <param name="exception">The exception.</param>
    public static RevisionRefusal? Of(Exception? exception) => exception switch
    {
        CompactedException compacted => new(compacted.RequestedRevision, 0, compacted.CompactRevision),
        FutureRevisionException future => new(future.RequestedRevision, future.CurrentRevision, 0),
        _ => null,
    };
}
