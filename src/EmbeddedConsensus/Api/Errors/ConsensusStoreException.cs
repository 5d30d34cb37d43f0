namespace EmbeddedConsensus;

/// <summary>The base of every exception that a store throws for a reason of its own.</summary>
public class ConsensusStoreException : Exception
{
    /// <summary>A failure of the store.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ConsensusStoreException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
