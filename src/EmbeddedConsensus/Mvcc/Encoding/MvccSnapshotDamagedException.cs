namespace EmbeddedConsensus.Mvcc;

/// <summary>The bytes of an encoded store are damaged, cut off, or of another format.</summary>
internal sealed class MvccSnapshotDamagedException : ConsensusStoreException
{
    /// <summary>Damage at a place in the stream.</summary>
    /// <param name="offset">Bytes from the stream's start.</param>
    /// <param name="problem">What is wrong there.</param>
    public MvccSnapshotDamagedException(long offset, string problem)
        : base($"The snapshot is damaged at byte {offset}: {problem}.")
        => Offset = offset;

    /// <summary>Where the damaged item begins, in bytes from the stream's start.</summary>
    public long Offset { get; }
}
