namespace EmbeddedConsensus.Raft;

/// <summary>Bytes that should be a snapshot's metadata are damaged, or were written by another version of this library.
/// </summary>
internal sealed class SnapshotMetadataFormatException : ConsensusStoreException
{
    /// <summary>Metadata that cannot be read.</summary>
    /// <param name="message">What is wrong with it, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public SnapshotMetadataFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
