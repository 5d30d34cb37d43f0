namespace EmbeddedConsensus;

/// <summary>The revision asked for lies in the part of the history that was compacted.</summary>
public sealed class CompactedException : ConsensusStoreException
{
    /// <summary>A compacted revision was asked for.</summary>
    /// <param name="requestedRevision">The revision asked for.</param>
    /// <param name="compactRevision">The oldest revision that can still be read.</param>
    public CompactedException(long requestedRevision, long compactRevision)
        : base($"Revision {requestedRevision} is compacted. The oldest revision that can be read is {compactRevision}: "
            + "read there, or at the newest revision, and start over from what you find.")
    {
        RequestedRevision = requestedRevision;
        CompactRevision = compactRevision;
    }

    /// <summary>The revision asked for.</summary>
    public long RequestedRevision { get; }

    /// <summary>The oldest revision that can still be read.</summary>
    public long CompactRevision { get; }
}
