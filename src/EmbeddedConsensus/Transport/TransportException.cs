namespace EmbeddedConsensus.Transport;

/// <summary>A transport could not start, or a request received no reply.</summary>
public sealed class TransportException : ConsensusStoreException
{
    /// <summary>A failure of the transport.</summary>
    /// <param name="message">What failed, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TransportException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>Whether the other side belongs to a cluster of another name, in which case a retry cannot
    /// help.</summary>
    public bool IsWrongCluster { get; init; }

    /// <summary>Whether it is certain that no replica received the request. False is inconclusive: perhaps only the
    /// reply was lost.</summary>
    public bool IsUndelivered { get; init; }
}
