namespace EmbeddedConsensus;

/// <summary>Too many requests were pending. Nothing was executed: try again later, with fewer at a time.</summary>
public sealed class TooManyRequestsException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TooManyRequestsException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <inheritdoc />
    /// <remarks>Always true.</remarks>
    public override bool IsTransient => true;
}
