namespace EmbeddedConsensus;

/// <summary>Only the leader can do this, and this replica is not the leader. <see cref="StoreStatus.Leader"/> names it.
/// </summary>
public sealed class NotLeaderException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NotLeaderException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
