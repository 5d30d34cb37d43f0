namespace EmbeddedConsensus.Raft;

/// <summary>Bytes that should be a <see cref="ClusterConfiguration"/> are damaged, or were written by a version of this
/// library that is newer than this one.</summary>
internal sealed class ClusterConfigurationFormatException : ConsensusStoreException
{
    /// <summary>A configuration that cannot be read.</summary>
    /// <param name="message">What is wrong with it, and what to do.</param>
    public ClusterConfigurationFormatException(string message) : base(message)
    {
    }
}
