namespace EmbeddedConsensus;

/// <summary>The revision asked for does not exist yet.</summary>
public sealed class FutureRevisionException : ConsensusStoreException
{
    /// <summary>A future revision was asked for.</summary>
    /// <param name="requestedRevision">The revision asked for.</param>
    /// <param name="currentRevision">The newest revision.</param>
    public FutureRevisionException(long requestedRevision, long currentRevision)
        : base($"Revision {requestedRevision} does not exist yet: the newest revision is {currentRevision}. Read at "
            + "revision 0 for the newest; a serializable read at a replica that is behind may need a linearizable one.")
    {
        RequestedRevision = requestedRevision;
        CurrentRevision = currentRevision;
    }

    /// <summary>The revision asked for.</summary>
    public long RequestedRevision { get; }

    /// <summary>The newest revision.</summary>
    public long CurrentRevision { get; }
}
