namespace EmbeddedConsensus;

/// <summary>No majority of the cluster replied within the request timeout. Nothing was executed by this call.</summary>
public sealed class QuorumUnavailableException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public QuorumUnavailableException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <inheritdoc />
    /// <remarks>Always true: a majority may be reachable again soon.</remarks>
    public override bool IsTransient => true;
}
