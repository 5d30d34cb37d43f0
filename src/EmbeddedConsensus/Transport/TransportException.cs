namespace EmbeddedConsensus.Transport;

/// <summary>A transport could not start, or a request got no answer.</summary>
public sealed class TransportException : ConsensusStoreException
{
    /// <summary>A failure of the transport.</summary>
    /// <param name="message">What failed, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TransportException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>Whether the other side belongs to a cluster of another name: asking again does not help.</summary>
    public bool IsWrongCluster { get; init; }

    /// <summary>Whether it is certain that no replica has seen the request, so that nothing came of it. False says
    /// nothing: perhaps only the answer was lost.</summary>
    public bool IsUndelivered { get; init; }
}
