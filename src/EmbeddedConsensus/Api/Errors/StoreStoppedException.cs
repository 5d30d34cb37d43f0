namespace EmbeddedConsensus;

/// <summary>The store is stopping or has stopped. Nothing was executed by this call.</summary>
public sealed class StoreStoppedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StoreStoppedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
