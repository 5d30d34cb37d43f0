namespace EmbeddedConsensus;

/// <summary>The replica no longer takes part because its storage failed or an invariant was broken. The inner exception
/// says why. Restart it.</summary>
public sealed class ReplicaFaultedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ReplicaFaultedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
