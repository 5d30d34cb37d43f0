namespace EmbeddedConsensus.Raft;

/// <summary>Bytes that should be a <see cref="HardState"/> are damaged, or were written by another version of this
/// library.</summary>
internal sealed class HardStateFormatException : ConsensusStoreException
{
    /// <summary>A hard state that cannot be read.</summary>
    /// <param name="message">What is wrong with it, and what to do.</param>
    public HardStateFormatException(string message) : base(message)
    {
    }
}
