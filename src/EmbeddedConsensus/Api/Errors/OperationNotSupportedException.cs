namespace EmbeddedConsensus;

/// <summary>The write needs a format version that not every member of the cluster reads yet. Nothing was
/// executed.</summary>
public sealed class OperationNotSupportedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="requiredFormatVersion">The format version that the write needs.</param>
    /// <param name="clusterFormatVersion">The format version that the cluster writes.</param>
    internal OperationNotSupportedException(int requiredFormatVersion, int clusterFormatVersion)
        : base(
            $"The write needs format version {requiredFormatVersion}, and the cluster writes {clusterFormatVersion}, "
            + "the newest that all of its members read. Nothing was executed. Upgrade every member, and raise "
            + $"{nameof(ConsensusStoreOptions)}.{nameof(ConsensusStoreOptions.MaxFormatVersion)} where it is set.")
    {
        RequiredFormatVersion = requiredFormatVersion;
        ClusterFormatVersion = clusterFormatVersion;
    }

    /// <summary>The format version that the write needs.</summary>
    public int RequiredFormatVersion { get; }

    /// <summary>The format version that the cluster writes: the newest that all of its members read.</summary>
    public int ClusterFormatVersion { get; }
}
