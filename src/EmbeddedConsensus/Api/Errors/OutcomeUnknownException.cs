namespace EmbeddedConsensus;

/// <summary>The call ended before its outcome was known here: the write may have been executed, or may yet be, at most
/// once. Read to find out.</summary>
public sealed class OutcomeUnknownException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
